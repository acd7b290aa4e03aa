"use strict";
// The web chat's page. Nothing is stored in the browser: the conversation's token lives in this variable and dies with the page.
const byId = (id) => document.getElementById(id);
const list = byId("messages"), notice = byId("notice"), field = byId("text"), form = byId("form"), chooser = byId("language");
const NEUTRAL_PAGE = "https://www.gov.pl/"; // an unpersonalised page that anybody may have open
const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
const RIGHT_TO_LEFT = new Set(["ar"]);
let token = null, language = firstLanguage(), last = 0, stream = null, shown = new Set(), queue = Promise.resolve();

function firstLanguage() {
  const asked = new URLSearchParams(location.search).get("lang");
  const wanted = [asked, ...navigator.languages].filter(Boolean).map((tag) => tag.toLowerCase().split("-")[0].replace("fil", "tl"));
  return wanted.find((code) => WORDS[code]) || "pl";
}

function word(name) {
  return (WORDS[language] && WORDS[language][name]) || WORDS.en[name];
}

function dress() {
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-word-placeholder]")) element.placeholder = word(element.dataset.wordPlaceholder);
  chooser.value = language;
}

async function call(method, path, body) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return fetch(`/chat${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" });
}

async function open() {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await call("POST", "/conversations", { language });
      if (response.ok) {
        const opened = await response.json();
        token = opened.token;
        say("");
        opened.replies.forEach(show);
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
  if (lang) {
    line.lang = lang;
    line.dir = RIGHT_TO_LEFT.has(lang) ? "rtl" : "ltr";
  } else line.dir = "auto";
  list.append(line);
  return line;
}

function show(reply) {
  const number = Number(reply.id);
  if (shown.has(reply.id)) return;
  shown.add(reply.id);
  if (number > last) last = number;
  const person = reply.from === "consultant";
  if (reply.from === "bot" && WORDS[reply.language] && reply.language !== language && !reply.buttons.some((b) => b.value.startsWith("@lang_"))) {
    language = reply.language;
    dress();
  }
  const line = addLine(person ? "consultant" : "bot", reply.language);
  const who = document.createElement("span");
  who.className = "who";
  who.textContent = word(person ? "from_person" : "from_program");
  line.append(who);
  appendWithNumbers(line, reply.text);
  if (reply.buttons.length) line.append(choices(reply.buttons));
  bringIntoView();
}

const main = () => document.querySelector("main");

// What is new begins at the top of the view: nobody has to scroll back to read an answer from its first line.
function bringIntoView() {
  const mine = list.querySelectorAll(".mine");
  const first = mine.length ? mine[mine.length - 1] : list.firstElementChild;
  main().scrollTop = Math.min(first.offsetTop - main().offsetTop - 8, main().scrollHeight);
}

// Telephone numbers in a text become links, so that a tap calls them.
function appendWithNumbers(line, text) {
  const pattern = /(?:\+48[\s\u00a0])?\b\d{2,3}(?:[\s\u00a0]\d{2,3}){1,4}\b|\b112\b/g;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
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
  bringIntoView();
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
        replies.forEach(show);
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

async function afterErasing() {
  token = null;
  if (stream) stream.abort();
  while (list.children.length > 1) list.firstElementChild.remove();
}

function leave() {
  document.body.classList.add("gone");
  document.title = "";
  list.replaceChildren();
  token = null;
  if (stream) stream.abort();
  location.replace(NEUTRAL_PAGE);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  send(text);
  field.focus();
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});
byId("leave").addEventListener("click", leave);
let shifts = [];
document.addEventListener("keydown", (event) => {
  // Three times Shift leaves, as on GOV.UK's pages: faster than finding a button.
  if (event.key !== "Shift") {
    shifts = [];
    return;
  }
  shifts = [...shifts.filter((time) => event.timeStamp - time < 2000), event.timeStamp];
  if (shifts.length >= 3) leave();
});
byId("erase").addEventListener("click", () => byId("confirm").showModal());
byId("confirm-no").addEventListener("click", () => byId("confirm").close());
byId("confirm-yes").addEventListener("click", async () => {
  byId("confirm").close();
  try {
    const response = await call("DELETE", "/conversations");
    if (response.status === 204 || response.status === 401) {
      list.replaceChildren();
      token = null;
      if (stream) stream.abort();
      say(word("erased"));  // whoever writes again begins anew
      return;
    }
  } catch (error) { /* told below */ }
  say(word("no_connection"));
});
chooser.addEventListener("change", () => {
  language = chooser.value;
  dress();
  send(`@lang_${language}`, WORDS[language].name);
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
open();
