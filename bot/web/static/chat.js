"use strict";
// The web chat's page. Nothing is stored in the browser: the conversation's token lives in this variable and dies with the page.
const byId = (id) => document.getElementById(id);
const main = byId("talk"), list = byId("messages"), notice = byId("notice"), field = byId("text"), form = byId("form");
const chooser = byId("language"), news = byId("news"), confirmation = byId("confirm");
const MOST = 20000; // characters of one message
const WORK = "Frontdoor-Work", WORKER = document.currentScript.dataset.work;
const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
const RIGHT_TO_LEFT = new Set(["ar"]);
const FALLBACK = { language: "en", also: "pl" }; // for a browser in a language that is not served
let token = null, wished = firstLanguage(), language = wished || FALLBACK.language, openedIn = null, last = 0, stream = null, shown = new Set(), queue = Promise.resolve();

function firstLanguage() {
  const asked = new URLSearchParams(location.search).get("lang");
  const wanted = [asked, ...navigator.languages].filter(Boolean).map((tag) => tag.toLowerCase().split("-")[0].replace("fil", "tl"));
  return wanted.find((code) => WORDS[code]) || null;
}

function word(name) {
  return (WORDS[language] && WORDS[language][name]) || WORDS.en[name];
}

function dress() {
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-word-placeholder]")) element.placeholder = word(element.dataset.wordPlaceholder);
  for (const element of document.querySelectorAll("[data-word-label]")) element.setAttribute("aria-label", word(element.dataset.wordLabel));
  chooser.value = language;
  look();
}

async function call(method, path, body, done) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (done) headers[WORK] = done;
  const response = await fetch(`/chat${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" });
  const asked = !done && response.headers.get(WORK);
  return asked ? call(method, path, body, await worked(asked)) : response;
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

async function open() {
  for (let attempt = 0; ; attempt++) {
    try {
      const asked = language;
      const response = await call("POST", "/conversations", wished ? { language } : FALLBACK);
      if (response.ok) {
        const opened = await response.json();
        token = opened.token;
        openedIn = asked;
        say("");
        opened.replies.forEach((reply) => show(reply, true));
        listen();
        return;
      }
    } catch (error) { /* offline: told below, tried again */ }
    say(word("no_connection"));
    await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function say(text) {
  notice.textContent = text;
}

function addLine(className, lang) {
  const line = document.createElement("li");
  line.className = `message ${className}`;
  if (lang) speak(line, lang);
  else line.dir = "auto";
  list.append(line);
  return line;
}

function speak(line, lang) {
  line.lang = lang;
  line.dir = RIGHT_TO_LEFT.has(lang) ? "rtl" : "ltr";
}

// What answers the person begins at the top of the view; what comes by itself is news.
function show(reply, asked) {
  const number = Number(reply.id);
  if (shown.has(reply.id)) return;
  shown.add(reply.id);
  if (number > last) last = number;
  const person = reply.from === "consultant";
  const follows = list.querySelector(".mine") && !reply.buttons.some(({ value }) => value.startsWith("@lang_"));
  if (!person && follows && WORDS[reply.language] && reply.language !== language) {
    wished = language = reply.language;
    dress();
  }
  heed();
  const line = addLine(person ? "consultant" : "bot", reply.language);
  line.dataset.id = reply.id;
  fill(line, reply);
  if (!following || !asked) unseen.push(line);
  if (following) place(asked ? answered : () => whole(line));
  look();
}

function fill(line, reply) {
  const who = document.createElement("span");
  who.className = "who";
  who.dataset.word = reply.from === "consultant" ? "from_person" : "from_program";
  who.textContent = word(who.dataset.word);
  line.append(who);
  appendWithNumbers(line, reply.text);
  if (reply.buttons.length) line.append(choices(reply.buttons));
}

// What the program said before, in the language that was chosen now; a question that was answered stays answered.
async function retell() {
  const response = await call("GET", `/messages?after=0&language=${language}`);
  if (!response.ok) return;
  for (const reply of (await response.json()).replies) {
    const line = list.querySelector(`[data-id="${Number(reply.id)}"]`);
    if (!line || line.lang === reply.language) continue;
    const answered = line.querySelector("button:disabled") !== null;
    line.textContent = "";
    speak(line, reply.language);
    fill(line, reply);
    if (answered) line.querySelectorAll("button").forEach((button) => { button.disabled = true; });
  }
  place(placing);
  look();
}

// Where the view is. It follows what comes until the person scrolls elsewhere, and again from the end on.
const MARGIN = 8;
let following = true, unseen = [], placed = 0, placing = answered;

const topOf = (line) => line.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop;
const atEnd = () => main.scrollTop + main.clientHeight >= main.scrollHeight - MARGIN;

function place(where) {
  placing = where;
  main.scrollTop = where();
  placed = main.scrollTop;
  following = true;
  const page = document.scrollingElement; // a screen that is low for its letters: there the page scrolls, too
  if (list.querySelector(".mine") && page.scrollHeight > page.clientHeight) page.scrollTop = page.scrollHeight;
}

// Nobody has to scroll back to read an answer from its first line; an own message that fills the view makes room for it.
function answered() {
  const mine = list.querySelectorAll(".mine");
  const said = mine[mine.length - 1];
  if (!said) return 0;
  const answer = said.nextElementSibling;
  return Math.max(topOf(said) - MARGIN, answer ? topOf(answer) - main.clientHeight / 2 : 0);
}

// As little as makes a line whole, and never further than its beginning.
function whole(line) {
  const top = topOf(line) - MARGIN;
  return Math.min(top, Math.max(main.scrollTop, top + line.offsetHeight + 2 * MARGIN - main.clientHeight));
}

function inView(line) {
  const { top, bottom } = line.getBoundingClientRect(), view = main.getBoundingClientRect();
  return top >= view.top - 1 && (bottom <= view.bottom + 1 || top <= view.top + view.height / 2);
}

// What came into view is seen, when the page is in front. Of the rest the title tells the number, and nothing else.
function look() {
  if (document.visibilityState !== "hidden") unseen = unseen.filter((line) => !inView(line));
  news.hidden = unseen.every(inView);
  document.title = (unseen.length ? `(${unseen.length}) ` : "") + word("title");
}

// Somebody has scrolled; of that the browser tells only with its next frame, and an answer may come before.
function heed() {
  if (Math.abs(main.scrollTop - placed) <= 1) return;
  following = atEnd();
  placed = main.scrollTop;
  placing = () => main.scrollHeight;
}

main.addEventListener("scroll", () => {
  heed();
  look();
});
addEventListener("resize", () => { if (following) place(placing); look(); });
document.addEventListener("visibilitychange", look);
news.addEventListener("click", () => {
  const [first] = unseen;
  main.focus({ preventScroll: true });
  place(() => topOf(first) - MARGIN);
  look();
});

// Telephone numbers in a text become links, so that a tap calls them.
function appendWithNumbers(line, text) {
  const pattern = /(?:\+48[\s\u00a0])?\b\d{2,3}(?:[\s\u00a0]\d{2,3}){1,4}\b|\b112\b/g;
  let end = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    line.append(text.slice(end, match.index));
    const link = document.createElement("a");
    const digits = match[0].replace(/\D/g, "");
    link.href = "tel:" + (digits.length === 9 ? "+48" + digits : digits.length === 11 ? "+" + digits : digits);
    link.textContent = match[0];
    link.dir = "ltr";
    line.append(link);
    end = match.index + match[0].length;
  }
  line.append(text.slice(end));
}

// A question is answered once; a menu can be chosen from again.
const ANSWERS = new Set(["@yes", "@no", "@safe_yes", "@safe_no", "@skip", "@delete_yes", "@delete_no", "@send", "@do_not_send"]);

function choices(buttons) {
  const question = buttons.some(({ value }) => ANSWERS.has(value));
  const row = document.createElement("div");
  row.className = "choices";
  for (const { title, value } of buttons) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.addEventListener("click", () => {
      if (question) row.querySelectorAll("button").forEach((other) => { other.disabled = true; });
      send(value, title);
    });
    row.append(button);
  }
  return row;
}

function send(text, title) {
  const line = addLine("mine", "");
  line.textContent = title || text;
  place(answered);
  look();
  const id = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2) + Date.now();
  queue = queue.then(() => deliver(id, text, line));
}

async function deliver(id, text, line) {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await call("POST", "/messages", { message_id: id, text });
      if (response.ok) {
        say("");
        line.classList.remove("failed");
        const { replies } = await response.json();
        replies.forEach((reply) => show(reply, true));
        if (text.startsWith("@lang_")) await retell().catch(() => {}); // what was said stays readable as it was
        if (replies.some((reply) => reply.id === "erased")) await afterErasing();
        return;
      }
      if (response.status === 401) {
        await startAnew();
        continue;
      }
      if (response.status !== 503 && response.status !== 429) {
        line.classList.add("failed");
        say(word("not_sent"));
        return;
      }
    } catch (error) { /* offline: told below, tried again with the same id, so nothing is answered twice */ }
    line.classList.add("failed");
    say(word("no_connection"));
    await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
  }
}

async function listen() {
  const mine = token;
  for (let attempt = 0; token === mine; attempt++) {
    stream = new AbortController();
    try {
      const response = await fetch(`/chat/events?after=${last}`, {
        headers: { Authorization: `Bearer ${mine}`, Accept: "text/event-stream" }, signal: stream.signal, cache: "no-store",
      });
      if (response.status === 401) return;
      if (response.ok) {
        attempt = 0;
        await read(response.body.getReader());
      }
    } catch (error) { /* the connection broke: open it again below */ }
    await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
  }
}

async function read(reader) {
  const decoder = new TextDecoder();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += decoder.decode(value, { stream: true }).replace(/\r/g, "");
    let cut;
    while ((cut = buffer.indexOf("\n\n")) >= 0) {
      const lines = buffer.slice(0, cut).split("\n");
      buffer = buffer.slice(cut + 2);
      const event = (lines.find((line) => line.startsWith("event:")) || "").slice(6).trim();
      const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart()).join("\n");
      // Replies to a message that is on its way come with its answer; the queue keeps both in order and `shown` keeps them single.
      if (event === "reply") queue = queue.then(() => show(JSON.parse(data)));
    }
  }
}

async function startAnew() {
  token = null;
  if (stream) stream.abort();
  shown = new Set();
  last = 0;
  await open();
}

async function beginAnew() {
  if (openedIn === language) return;
  if (token) call("DELETE", "/conversations").catch(() => {}); // it is empty: if it stays, it ends by itself
  list.textContent = "";
  await startAnew();
}

async function afterErasing() {
  token = null;
  if (stream) stream.abort();
  while (list.children.length > 1) list.firstElementChild.remove();
}

function forget() {
  list.textContent = "";
  unseen = [];
  token = null;
  if (stream) stream.abort();
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
  return rest ? [...found, rest] : found;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  portions(text).forEach((portion) => send(portion));
  field.focus();
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId("send").click();
  }
});
document.addEventListener("leaving", forget);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // its address would be one more in the history
  field.focus();
});

// Safari before 15.4 knows no dialogs: there it is a box that is shown and hidden.
function ask(shown) {
  if (confirmation.showModal) confirmation[shown ? "showModal" : "close"]();
  else confirmation.toggleAttribute("open", shown);
  if (shown) byId("confirm-no").focus();
}
byId("erase").addEventListener("click", () => ask(true));
byId("confirm-no").addEventListener("click", () => ask(false));
confirmation.addEventListener("keydown", (event) => {
  if (event.key === "Escape") ask(false);
});
byId("confirm-yes").addEventListener("click", async () => {
  ask(false);
  try {
    const response = await call("DELETE", "/conversations");
    if (response.status === 204 || response.status === 401) {
      forget();
      look();
      say(word("erased"));  // whoever writes again begins anew
      return;
    }
  } catch (error) { /* told below */ }
  say(word("no_connection"));
});
chooser.addEventListener("change", () => {
  wished = language = chooser.value;
  dress();
  if (list.querySelector(".mine")) send(`@lang_${language}`, WORDS[language].name);
  else queue = queue.then(beginAnew); // nothing was said yet: then nothing needs to stay in another language
});
window.addEventListener("pageshow", (event) => {
  // The browser's back button must not bring a conversation back that somebody left.
  if (event.persisted) location.reload();
});

for (const code of Object.keys(WORDS)) {
  const option = document.createElement("option");
  option.value = code;
  option.textContent = WORDS[code].name;
  option.lang = code;
  chooser.append(option);
}
dress();
queue = open();
