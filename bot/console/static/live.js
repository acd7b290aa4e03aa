// Keeps the parts of a page that carry data-live up to date, and says loudly when it cannot.

const SILENCE_MS = 40_000; // the server gives a sign of life every 15 s
const RETRY_MS = 3_000;
const AGES_MS = 30_000; // "4 min ago" must not grow stale
const ANSWER_MS = 20_000; // a request on a dead connection would hang for many minutes, and the page with it
const WARN_SECONDS = 300;

const policy = globalThis.trustedTypes?.createPolicy("console", { createHTML: (html) => html }) ?? { createHTML: (html) => html };
const connection = document.getElementById("connection");
const banner = (name, shown) => { document.getElementById(name).hidden = !shown; };

let source, watchdog, retry, refreshing = null, again = false, over = false;

const look = (path) => fetch(path, { headers: { "X-Watching": "1" }, redirect: "manual", signal: AbortSignal.timeout(ANSWER_MS) });

export function parse(html) {
  return new DOMParser().parseFromString(policy.createHTML(html), "text/html").body;
}

export function announce(name, detail) {
  document.dispatchEvent(new CustomEvent(`console:${name}`, { detail }));
}

function state(name) {
  connection.classList.toggle("on", name === "on");
  connection.classList.toggle("off", name === "off");
  connection.textContent = name === "on" ? connection.dataset.liveText : connection.dataset.connectingText;
  banner("lost", name === "off");
}

// Makes `old` look like `fresh`, keeping elements that did not change, so that focus, selection and scrolling stay.
export function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  const same = old.nodeName === fresh.nodeName && old.id === fresh.id;
  if (!same || old.nodeType !== Node.ELEMENT_NODE) { old.replaceWith(fresh); return; }
  if (old.contains(document.activeElement) && old.matches("textarea, input, select")) return;
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  morphChildren(old, fresh);
}

function morphChildren(old, fresh) {
  const byId = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  const stays = new Set([...fresh.children].map((child) => child.id));
  let place = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const known = wanted.id ? byId.get(wanted.id) : null;
    if (known) {
      // What stands before it and goes is taken away first: an element that is moved forgets how far it was scrolled.
      while (place && place !== known && !stays.has(place.id)) { const next = place.nextSibling; place.remove(); place = next; }
      if (known !== place) old.insertBefore(known, place); else place = place.nextSibling;
      morph(known, wanted);
    } else if (place && !place.id && !wanted.id && place.nodeName === wanted.nodeName) {
      const next = place.nextSibling;
      morph(place, wanted);
      place = next;
    } else {
      old.insertBefore(wanted, place);
    }
  }
  while (place) { const next = place.nextSibling; place.remove(); place = next; }
}

// Whoever asks while the parts are being fetched waits for them, too: a page is connected only when it holds its login's token.
export function refresh() {
  if (refreshing) { again = true; return refreshing; }
  refreshing = fetchParts().finally(() => {
    refreshing = null;
    if (again) { again = false; setTimeout(() => refresh().catch(lost), 150); }
  });
  return refreshing;
}

async function fetchParts() {
  for (const part of document.querySelectorAll("[data-live]")) {
    const response = await look(part.dataset.live);
    if (response.status === 401) { ended(); return; }
    if (response.status === 404) { location.replace(part.dataset.page ?? location.pathname); return; }
    if (!response.ok) throw new Error(String(response.status));
    const html = await response.text();
    const focused = document.activeElement?.id; // nothing is awaited from here: whoever goes to another field meanwhile stays there
    const holder = part.cloneNode(false);
    holder.append(...parse(html).childNodes);
    morphChildren(part, holder);
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  }
  takeToken();
  announce("refreshed");
}

// After a new login, in another tab, this page's forms need the new login's token: the parts that are fetched bring it.
function takeToken() {
  const token = document.querySelector("[data-live] input[name=csrf]")?.value;
  if (!token || token === document.body.dataset.csrf) return;
  document.body.dataset.csrf = token;
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = token;
}

function ended() {
  over = true;
  source?.close();
  resign?.();
  clearTimeout(watchdog);
  clearTimeout(retry);
  state("off");
  banner("lost", false);
  banner("ending", false);
  banner("ended", true);
  document.title = `⚠ ${document.getElementById("ended").textContent.trim()}`;
  announce("ended");
}

function lost() {
  if (over) return;
  state("off");
  announce("lost");
  source?.close();
  clearTimeout(watchdog);
  clearTimeout(retry);
  retry = setTimeout(connect, RETRY_MS);
}

// One page of the browser holds the stream and tells the others: a browser opens only six connections to one server, and a
// consultant may have more cases than that open. Where the browser cannot choose one page, each holds its own.
const others = new BroadcastChannel("console-events");
let leads = !navigator.locks, stands = false, resign = null;

function hear(name, data) {
  if (over) { if (name !== "ended") revive(); return; } // another page hears something: somebody has logged in again
  if (name === "ended") { connect(); return; } // it asks: the login may have been renewed, in another page
  clearTimeout(watchdog);
  watchdog = setTimeout(lost, SILENCE_MS);
  state("on");
  if (data.session_seconds !== undefined) banner("ending", data.session_seconds < WARN_SECONDS);
  if (name === "changed") refresh().catch(lost);
}

function listen() {
  source = new EventSource(document.body.dataset.events);
  for (const name of ["changed", "tick", "ended"])
    source.addEventListener(name, (event) => {
      const data = JSON.parse(event.data);
      if (name === "ended") source.close();
      others.postMessage({ name, data });
      hear(name, data);
    });
  source.onerror = lost;
}

others.addEventListener("message", ({ data }) => {
  if (data.name === "anybody") { if (leads && source?.readyState === EventSource.OPEN) others.postMessage({ name: "tick", data: {} }); return; }
  if (!leads || over) hear(data.name, data.data);
});

async function connect() {
  clearTimeout(retry);
  try {
    await refresh(); // also tells whether the session is still there: an event stream cannot
  } catch { lost(); return; }
  if (over) return;
  clearTimeout(watchdog); // there may be one: the page connects when it is opened, and again when it comes to lead
  watchdog = setTimeout(lost, SILENCE_MS);
  if (leads) { source?.close(); listen(); } else others.postMessage({ name: "anybody" });
}

// A page whose login has ended lets another one lead: it may be the one in which somebody has logged in again.
function stand() {
  if (!navigator.locks || stands) return;
  stands = true;
  navigator.locks.request("console-events", () => {
    if (over) return null;
    leads = true;
    connect();
    return new Promise((done) => { resign = done; });
  }).finally(() => {
    stands = leads = false;
    resign = null;
    if (!over) stand();
  });
}

async function revive() {
  const response = await look(document.querySelector("[data-live]")?.dataset.live ?? "/console/queue").catch(() => null);
  if (!response?.ok || !over) return;
  over = false;
  banner("ended", false);
  stand();
  connect();
}

document.getElementById("stay")?.addEventListener("click", async () => {
  const response = await fetch("/console/queue", { redirect: "manual" }).catch(() => null);
  if (response?.ok) banner("ending", false); else if (response?.status === 401) ended(); else lost();
});
globalThis.addEventListener("focus", () => { if (over) revive(); });
globalThis.addEventListener("online", () => { if (!over) connect(); });
globalThis.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
setInterval(() => { if (!over) refresh().catch(lost); }, AGES_MS);
stand();
connect();
