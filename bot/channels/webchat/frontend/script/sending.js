// What the person writes: kept until it arrived, tried again, in order, each once.
const waiting = [];
const MOST = 20000; // characters of one message
const REFUSED = new Set([400, 413, 422]); // the same again would be refused again
const CROWDED = new Set([429, 503]); // the line stands: who takes it for a dead one starts the phone anew and loses all
const THINKING_MS = 500; // an answer that comes at once needs no word that it is coming
let delivering = false, thinking = null, underway = Promise.resolve();

function send(text, title) {
  const line = addLine("mine", "");
  line.textContent = title || text;
  talk.said = true;
  sendAgain({ id: randomText(16), text, line });
  place(answered);
  look();
  showFoot();
}

// What is longer than one message may be goes as several, in order: a field that cuts what is pasted would lose the end of it.
function portions(text) {
  const found = [];
  let rest = text;
  while (rest.length > MOST) {
    let end = Math.max(rest.lastIndexOf("\n", MOST), rest.lastIndexOf(" ", MOST));
    if (end < MOST / 2) end = /[\uD800-\uDBFF]/.test(rest[MOST - 1]) ? MOST - 1 : MOST;
    found.push(rest.slice(0, end));
    rest = rest.slice(end).trim();
  }
  return rest ? found.concat(rest) : found;
}

function sendAgain(message) {
  mark(message.line, "sending");
  waiting.push(message);
  deliverAll();
}

async function deliverAll() {
  if (delivering) return;
  delivering = true;
  while (waiting.length) {
    const [message] = waiting;
    await deliver(message);
    if (waiting[0] === message) waiting.shift(); // not when all was erased meanwhile
  }
  delivering = false;
}

async function deliver(message) {
  for (let attempt = 0; waiting[0] === message; attempt++) {
    const mine = talk;
    let status;
    try {
      if (!mine.open) status = await open(mine);
      if (mine.open && talk === mine) {
        thinks(true);
        underway = call("POST", "/messages", { message_id: message.id, text: message.text }, mine);
        const answer = await underway;
        if (talk !== mine) continue;
        status = answer.status;
        if (status === 200) return await arrived(message, answer.body);
        if (status === 401) {
          startOver(waiting);
          continue;
        }
        if (REFUSED.has(status)) return refused(message);
      }
    } catch (error) { /* the line broke: told below, and tried again with the same id, so nothing is answered twice */ }
    thinks(false);
    if (talk !== mine) continue;
    for (const { line } of waiting) mark(line, "waiting");
    trying(CROWDED.has(status) ? "crowded" : "no_connection");
    await pause(attempt);
  }
  thinks(false);
}

// Returns what was answered instead, where it could not be opened.
async function open(mine) {
  const wish = wished ? { language: mine.greeted } : { language: FALLBACK[0], also: FALLBACK[1] };
  const { status, body } = await call("POST", "/conversations", Object.assign(wish, { token: mine.token, brief: true }), mine);
  if (status !== 201 || talk !== mine) return status;
  mine.open = true;
  const greetings = list.querySelectorAll(".greeting"), count = wish.also ? 2 : 1;
  body.replies.forEach((reply, index) => {
    if (index >= count) return show(reply, true);
    if (greetings[index]) greetings[index].dataset.id = reply.id; // after an erasure nobody is greeted again
    mine.shown.add(reply.id);
    mine.last = Number(reply.id);
  });
  listen();
}

// A line was taken or refused: what was said while it was tried again is over.
function through() {
  if (TRYING.has(notice.dataset.word)) say("");
  thinks(false);
}

async function arrived({ text, line }, { replies, id }) {
  through();
  line.dataset.number = id || "";
  mark(line, "sent");
  markRead();
  replies.forEach((reply) => show(reply, true));
  if (text.startsWith("@lang_")) await retell().catch(() => {}); // what was said stays readable as it was
  if (replies.some((reply) => reply.id === "erased")) erased();
}

function refused(message) {
  through();
  mark(message.line, "failed");
  const again = document.createElement("button");
  again.type = "button";
  speak(again, "try_again");
  again.addEventListener("click", () => {
    again.remove();
    sendAgain(message);
  });
  message.line.append(again);
}

function thinks(yes) {
  clearTimeout(thinking);
  thinking = yes && talk.state.with === "program" ? setTimeout(() => speak(doing, "program_writes"), THINKING_MS) : null;
  if (!yes && doing.dataset.word !== "person_writes") hush();
}

function hush() {
  doing.textContent = "";
  delete doing.dataset.word;
}

// The conversation is not there any more. What has not arrived yet goes into a new one; nothing of the old one stays in sight.
function startOver(kept) {
  const lines = kept.map(({ line }) => line);
  if (talk.stream) talk.stream.abort();
  talk = newTalk();
  talk.said = lines.length > 0;
  greet();
  list.append(...lines);
  say("gone");
  showFoot();
}

// The person has erased it: the farewell stays, and whoever writes again begins anew.
function erased() {
  waiting.length = 0;
  if (talk.stream) talk.stream.abort();
  talk = newTalk();
  while (list.children.length > 1) list.firstElementChild.remove();
  showFoot();
}

function forget() {
  waiting.length = 0;
  list.textContent = "";
  unseen = [];
  if (talk.stream) talk.stream.abort();
  talk = newTalk();
  hush();
  showFoot();
}
