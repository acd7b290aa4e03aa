"use strict";
// The web chat's page. Nothing is stored in the browser: the conversation's token lives in this memory and dies with the page.
const byId = (id) => document.getElementById(id);
const main = byId("talk"), list = byId("messages"), notice = byId("notice"), doing = byId("doing"), field = byId("text"), form = byId("form");
const chooser = byId("language"), news = byId("news"), confirmation = byId("confirm");
const FALLBACK = ["en", "pl"]; // for a browser in a language that is not served
let wished = firstLanguage(), language = wished || FALLBACK[0];
let talk = newTalk();

// One conversation. It is opened with its first message, under a token that is drawn here: asking twice opens no second one.
function newTalk() {
  return {
    token: randomText(32), open: false, said: false, greeted: language, last: 0, shown: new Set(), stream: null,
    state: { with: "program", writing: false, read: 0 },
  };
}

function randomText(bytes) {
  const drawn = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes)));
  return btoa(drawn).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

function firstLanguage() {
  const asked = new URLSearchParams(location.search).get("lang");
  const wanted = [asked, ...navigator.languages].filter(Boolean).map((tag) => tag.toLowerCase().split("-")[0]);
  return wanted.map((code) => OTHER_CODES[code] || code).find((code) => WORDS[code]) || null;
}

function word(name) {
  return WORDS[language][name] || WORDS.en[name] || "";
}

// The words that nobody needs before they have read the greeting come after it, as often as it takes.
function fetchLaterWords(attempt) {
  const script = document.createElement("script");
  script.src = document.body.dataset.later;
  script.onerror = () => pause(attempt).then(() => fetchLaterWords(attempt + 1));
  document.head.append(script);
}

function know(words) {
  for (const code of Object.keys(words)) Object.assign(WORDS[code], words[code]);
  for (const rest of document.querySelectorAll(".rest")) rest.textContent = WORDS[rest.lang].more;
  dress();
}

function speak(element, name) {
  element.dataset.word = name;
  element.textContent = word(name);
}

function dress() {
  document.documentElement.lang = language;
  document.documentElement.dir = WORDS[language].dir;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-word-placeholder]")) element.placeholder = word(element.dataset.wordPlaceholder);
  for (const element of document.querySelectorAll("[data-word-label]")) element.setAttribute("aria-label", word(element.dataset.wordLabel));
  chooser.value = language;
  look();
}

function say(name) {
  notice.textContent = "";
  if (name) speak(notice, name);
  else delete notice.dataset.word;
}
