"use strict";
// The web chat's page. Nothing is stored in the browser: the conversation's token lives in this memory and dies with the page.
const byId = (id) => document.getElementById(id);
const main = byId("talk"), list = byId("messages"), notice = byId("notice"), doing = byId("doing"), field = byId("text"), form = byId("form");
const chooser = byId("language"), news = byId("news"), confirmation = byId("confirm");
const FALLBACK = ["en", "pl"]; // for a browser in a language that is not served
const SERVED = new Set(Array.from(chooser.options, (option) => option.value));
let wished = document.body.dataset.wished || null, language = document.documentElement.lang, choosing = false;
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

function word(name) {
  return (WORDS[language] || {})[name] || "";
}

// The words of the page's own language come beside this script; those of another when it is chosen, as often as it takes.
var WORDS = self.WORDS || {};
const learning = {};
function learn(code) {
  if (WORDS[code]) return Promise.resolve();
  if (!learning[code]) learning[code] = fetchWords(code, 0);
  return learning[code];
}

function fetchWords(code, attempt) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = chooser.querySelector(`[value="${code}"]`).dataset.words;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  }).catch(() => pause(attempt).then(() => fetchWords(code, attempt + 1)));
}

// Turns everything to a language; says whether it still is the one that is wished when its words are there.
async function turnTo(code) {
  wished = code;
  await learn(code);
  if (wished !== code) return false;
  language = code;
  dress();
  return true;
}

function speak(element, name) {
  element.dataset.word = name;
  element.lang = language;
  element.textContent = word(name);
}

function dress() {
  document.documentElement.lang = language;
  document.documentElement.dir = WORDS[language].dir;
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = word(element.dataset.word);
    if (element.lang) element.lang = language;
  }
  for (const element of document.querySelectorAll("[data-word-placeholder]")) element.placeholder = word(element.dataset.wordPlaceholder);
  for (const element of document.querySelectorAll("[data-word-label]")) element.setAttribute("aria-label", word(element.dataset.wordLabel));
  const leaving = byId("leaving");
  for (const name of Object.keys(leaving.dataset)) leaving.dataset[name] = word(name);
  chooser.value = language;
  look();
}

function say(name) {
  notice.textContent = "";
  if (name) speak(notice, name);
  else delete notice.dataset.word;
  fit();
}
