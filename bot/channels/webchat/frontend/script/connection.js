// The line to the server: it breaks, it is slow, it comes back.
const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
const PATIENCE_MS = 45000; // a request on a dead line would hang for many minutes
const SILENCE_MS = 45000; // the stream gives a sign of life every 15 s
const LOOK_MS = 5000; // where a browser has no streams

function within(ms, work, giveUp) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => {
      if (giveUp) giveUp();
      fail(new Error("late"));
    }, ms);
  });
  return Promise.race([work, late]).then(
    (result) => { clearTimeout(timer); return result; },
    (error) => { clearTimeout(timer); throw error; },
  );
}

const WORK = "Frontdoor-Work", WORKER = document.currentScript.dataset.work;

function call(method, path, body, { token } = talk, done) {
  const headers = { Authorization: `Bearer ${token}` }, given = new AbortController();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (done) headers[WORK] = done;
  const options = { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store", signal: given.signal };
  const work = fetch(`/chat${path}`, options).then(async (response) => {
    const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
    return { status: response.status, body: isJson ? await response.json() : null, asked: !done && response.headers.get(WORK) };
  });
  return within(PATIENCE_MS, work, () => given.abort()).then(
    (answer) => answer.asked ? worked(answer.asked).then((found) => call(method, path, body, { token }, found)) : answer,
  );
}

// What the door asks for in a wave from this network, done beside the page.
function worked(asked) {
  return new Promise((done, failed) => {
    const worker = new Worker(WORKER);
    worker.onmessage = ({ data }) => { worker.terminate(); done(data); };
    worker.onerror = failed;
    worker.postMessage(asked);
  });
}

// Waits longer with each attempt, and no longer than until the browser has a network again.
function pause(attempt) {
  return new Promise((done) => {
    const timer = setTimeout(finish, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
    function finish() {
      clearTimeout(timer);
      removeEventListener("online", finish);
      done();
    }
    addEventListener("online", finish);
  });
}

// Says why something is tried again, and takes nothing else away: what did not work, and is not tried by itself, stays said.
const TRYING = new Set(["no_connection", "crowded"]);

function trying(why) {
  if (notice.dataset.word !== "not_done") say(why);
}

// Of a crowd the lines tell that wait in it: whether it is over, and whether their way is broken now.
function connected(yes) {
  if (yes) {
    if (notice.dataset.word === "no_connection") say("");
  } else if (notice.dataset.word !== "crowded") trying("no_connection");
}

addEventListener("offline", () => trying("no_connection"));
