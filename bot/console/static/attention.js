// Calls attention on every page: a sound that goes on until somebody takes the case or says that they see to it, a notification
// without any content, and the number in the title. Whether there is sound is remembered in this browser only.
import { refresh } from "./live.js";

const KEY = "console-sound";
const LOCK = "console-sound"; // of all open pages one sounds
// What is heard: seconds from the beginning and pitch in Hz of each tone, repeated after `every` seconds.
const SOUNDS = {
  emergency: { every: 4, loud: 0.5, tones: [[0, 988], [0.2, 740], [0.4, 988], [0.6, 740], [0.8, 988], [1, 740]] },
  high: { every: 20, loud: 0.3, tones: [[0, 587], [0.3, 784]] },
  lost: { every: 30, loud: 0.4, tones: [[0, 294], [0.35, 233], [0.7, 294]] },
  // These are heard once.
  somebody: { every: 1, loud: 0.25, tones: [[0, 523], [0.25, 659]] },
  on: { every: 1, loud: 0.2, tones: [[0, 784]] },
};
const ALARMS = ["emergency", "high"];
const UNSEEN_MS = 4000; // what is read at once, in whichever page, calls nobody
const TONE_SECONDS = 0.19;

const button = document.getElementById("sound");
const area = document.getElementById("attention");
const { title } = document;
let context = null, playing = null, level = "none", holds = !navigator.locks, asked = false, letGo = null, elsewhere = false, quiet = false;
let notifications = [];
let known = new Set((sessionStorage.getItem(KEY) ?? "").split(" "));
let written = new Set(), told = new Set();

const wanted = () => localStorage.getItem(KEY) === "on";
const able = () => context?.state === "running";

// The tones are made here, and the pause is part of the sound: the browser repeats it even where it slows a page's clocks down.
function samples({ every, loud, tones }) {
  const rate = context.sampleRate;
  const made = context.createBuffer(1, Math.round(rate * every), rate);
  const data = made.getChannelData(0);
  const length = Math.round(rate * TONE_SECONDS);
  for (const [start, pitch] of tones)
    for (let at = 0; at < length; at++)
      data[Math.round(start * rate) + at] += loud * Math.sin(2 * Math.PI * pitch * at / rate) * Math.sin(Math.PI * at / length);
  return made;
}

function play(name, loop) {
  const node = context.createBufferSource();
  node.buffer = samples(SOUNDS[name]);
  node.loop = loop;
  node.connect(context.destination);
  node.start();
  return { name, node };
}

function sound() {
  // Whoever sits in the next room must hear that nobody watches, also when they missed the first time: so it is repeated.
  const due = quiet ? "lost" : ALARMS.includes(level) ? level : null;
  const name = wanted() && able() && holds ? due : null;
  if (playing?.name !== name) {
    playing?.node.stop();
    playing = name ? play(name, true) : null;
  }
  const state = !wanted() ? "off" : able() || elsewhere ? "on" : "blocked";
  const denied = state === "on" && "Notification" in globalThis && Notification.permission === "denied";
  button.className = `sound ${state}`;
  button.dataset.sounds = playing?.name ?? "";
  button.setAttribute("aria-pressed", String(wanted()));
  const words = denied ? button.dataset.onWithoutNotifications : button.dataset[state];
  if (button.textContent !== words) button.textContent = words;
}

function start() {
  context ??= new AudioContext();
  context.onstatechange = change;
  context.resume().catch(() => {}); // without a gesture it waits for one, and the button says so
}

async function change() {
  if (wanted()) start();
  if (navigator.locks && wanted() && able() && !asked) {
    asked = true;
    navigator.locks.request(LOCK, () => {
      if (!wanted() || !able()) return null; // lost its voice while it stood in line: the next one sounds
      holds = true;
      sound();
      return new Promise((done) => { letGo = done; });
    }).then(() => { holds = false; asked = false; letGo = null; });
  }
  if (navigator.locks && asked && (!wanted() || !able())) letGo?.();
  if (navigator.locks && !holds) elsewhere = ((await navigator.locks.query()).held ?? []).some((lock) => lock.name === LOCK);
  sound();
}

function notify(words, mark, lasts) {
  if (!wanted() || document.hasFocus() || !("Notification" in globalThis) || Notification.permission !== "granted") return;
  try { // the same mark from several pages shows once
    const shown = new Notification(document.body.dataset.name, { body: words, tag: mark, renotify: true, requireInteraction: lasts });
    shown.onclick = () => { globalThis.focus(); shown.close(); };
    notifications.push(shown);
  } catch { /* a browser for telephones takes none from a page: the sound and the title remain */ }
}

function look() {
  const now = document.getElementById("attention-now");
  if (!now) return;
  quiet = false;
  level = now.dataset.level;
  const news = now.dataset.news.split(" ").filter(Boolean);
  const fresh = news.filter((mark) => !known.has(mark));
  if (fresh.length) notify(area.dataset.notification, fresh.join(), level === "emergency");
  if (fresh.length) softly();
  if (!news.length && !now.dataset.written) { for (const shown of notifications) shown.close(); notifications = []; }
  known = new Set(news);
  sessionStorage.setItem(KEY, news.join(" "));
  const waiting = Number(now.dataset.waiting);
  const another = document.querySelector(".written") ? "✉ " : "";
  document.title = `${level === "emergency" ? "❗ " : ""}${waiting ? `(${waiting}) ` : ""}${another}${title}`;
  written = new Set(now.dataset.written.split(" ").filter(Boolean));
  // What was written meanwhile has its own time to be read: only what was there when the clock began is told.
  const untold = [...written].filter((mark) => !told.has(mark));
  if (untold.length) setTimeout(() => tellWritten(untold), UNSEEN_MS);
  change();
}

const softly = () => { if (!ALARMS.includes(level) && wanted() && able() && holds) play("somebody", false); };

// One of one's own people has written, and nobody has seen it yet: that is heard and notified once.
function tellWritten(marks) {
  const unseen = marks.filter((mark) => written.has(mark) && !told.has(mark));
  told = new Set([...told, ...unseen].filter((mark) => written.has(mark)));
  if (!unseen.length) return;
  notify(area.dataset.notification, unseen.join(), false);
  softly();
}

function gone(words) {
  if (quiet) return; // it is said once, not at every attempt
  quiet = true;
  sound();
  notify(words, "gone", true);
}

button.addEventListener("click", () => {
  const on = !wanted();
  localStorage.setItem(KEY, on ? "on" : "off");
  if (on) {
    start();
    context.resume().then(() => play("on", false)).catch(() => {});
    if ("Notification" in globalThis && Notification.permission === "default") Notification.requestPermission().then(sound, sound);
  }
  change();
});
for (const gesture of ["pointerdown", "keydown"])
  document.addEventListener(gesture, () => { if (wanted() && !able()) change(); }, { capture: true });
globalThis.addEventListener("storage", ({ key }) => { if (key === KEY) change(); });

document.addEventListener("console:refreshed", look);
document.addEventListener("console:lost", () => gone(area.dataset.gone));
document.addEventListener("console:ended", () => gone(area.dataset.gone));

// Saying that one sees to it leaves the page as it is: somebody may be in the middle of an answer.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches(".acknowledge")) return;
  event.preventDefault();
  event.stopPropagation();
  const pressed = form.querySelector("button");
  pressed.disabled = true;
  const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Script": "1" } }).catch(() => null);
  pressed.disabled = false;
  if (!response?.ok) pressed.textContent = area.dataset.failed;
  else await refresh().catch(() => {});
  if (!document.activeElement || document.activeElement === document.body) document.getElementById("content").focus({ preventScroll: true });
}, { capture: true });

look();
change();
