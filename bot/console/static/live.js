// Keeps the parts of a page that carry data-live up to date, and says loudly when it cannot.

const SILENCE_MS = 40_000; // the server gives a sign of life every 15 s
const RETRY_MS = 3_000;
const AGES_MS = 30_000; // "4 min ago" must not grow stale
const WARN_SECONDS = 300;

const policy = globalThis.trustedTypes?.createPolicy("console", { createHTML: (html) => html }) ?? { createHTML: (html) => html };
const connection = document.getElementById("connection");
const banner = (name, shown) => { document.getElementById(name).hidden = !shown; };

let source, watchdog, retry, refreshing = false, again = false, over = false;

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
  let place = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const known = wanted.id ? byId.get(wanted.id) : null;
    if (known) {
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

export async function refresh() {
  if (refreshing) { again = true; return; }
  refreshing = true;
  try {
    for (const part of document.querySelectorAll("[data-live]")) {
      const response = await fetch(part.dataset.live, { headers: { "X-Watching": "1" }, redirect: "manual" });
      if (response.status === 401) { ended(); return; }
      if (response.status === 404) { location.reload(); return; }
      if (!response.ok) throw new Error(String(response.status));
      const focused = document.activeElement?.id;
      const holder = part.cloneNode(false);
      holder.append(...parse(await response.text()).childNodes);
      morphChildren(part, holder);
      if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
    }
    announce("refreshed");
  } finally {
    refreshing = false;
    if (again) { again = false; setTimeout(() => refresh().catch(lost), 150); }
  }
}

function ended() {
  over = true;
  source?.close();
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

function alive(event) {
  clearTimeout(watchdog);
  watchdog = setTimeout(lost, SILENCE_MS);
  const { session_seconds: left } = JSON.parse(event.data);
  if (left !== undefined) banner("ending", left < WARN_SECONDS);
}

async function connect() {
  try {
    await refresh(); // also tells whether the session is still there: an event stream cannot
  } catch { lost(); return; }
  if (over) return;
  source = new EventSource(document.body.dataset.events);
  watchdog = setTimeout(lost, SILENCE_MS);
  source.addEventListener("changed", (event) => { state("on"); alive(event); refresh().catch(lost); });
  source.addEventListener("tick", (event) => { state("on"); alive(event); });
  source.addEventListener("ended", ended);
  source.onerror = lost;
}

document.getElementById("stay")?.addEventListener("click", async () => {
  const response = await fetch("/console/queue", { redirect: "manual" }).catch(() => null);
  if (response?.ok) banner("ending", false); else if (response?.status === 401) ended(); else lost();
});
globalThis.addEventListener("online", () => { if (!over) connect(); });
globalThis.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
setInterval(() => { if (!over) refresh().catch(lost); }, AGES_MS);
connect();
