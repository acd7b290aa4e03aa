// The phrasebook: search in Polish, insert in the person's language; and what the draft says in Polish.
import { parse } from "./live.js";

const dialog = document.getElementById("phrasebook");
const answer = document.getElementById("answer");

// "zagrożenie" is found by "zagrozenie": people type without diacritics when they hurry.
const fold = (text) => text.toLowerCase().replaceAll("ł", "l").normalize("NFD").replace(/\p{M}/gu, "");

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
};

function insert(text) {
  const { selectionStart: from, selectionEnd: to, value } = answer;
  const before = from > 0 && !/\s$/.test(value.slice(0, from)) ? "\n" : "";
  const after = to < value.length && !/^\s/.test(value.slice(to)) ? "\n" : "";
  answer.setRangeText(before + text + after, from, to, "end");
  answer.dispatchEvent(new Event("input", { bubbles: true }));
}

if (dialog && answer) {
  const search = document.getElementById("phrase-search");
  const list = document.getElementById("phrase-list");
  let book = null;

  const choice = (phrase) => {
    const button = element("button", "phrase-choice");
    button.type = "button";
    const polish = element("strong", "", phrase.polish);
    polish.lang = "pl";
    const text = element("bdi", "", phrase.text);
    text.lang = phrase.language;
    text.dir = "auto";
    button.append(polish, text);
    if (phrase.language !== dialog.dataset.language) button.append(element("span", "flag", dialog.dataset.english));
    button.addEventListener("click", () => { insert(phrase.text); dialog.close(); answer.focus(); });
    return button;
  };

  const show = () => {
    const wanted = fold(search.value).split(/\s+/).filter(Boolean);
    const found = book.phrases.filter((phrase) => {
      const where = fold(`${phrase.polish} ${phrase.english} ${book.groups[phrase.group]}`);
      return wanted.every((word) => where.includes(word));
    });
    const parts = [];
    let group = null;
    for (const phrase of found) {
      if (phrase.group !== group) { group = phrase.group; parts.push(element("h3", "", book.groups[group])); }
      parts.push(choice(phrase));
    }
    list.replaceChildren(...(parts.length ? parts : [element("p", "hint", dialog.dataset.none)]));
  };

  const open = async () => {
    search.value = "";
    if (!book) {
      try {
        const response = await fetch(`/console/phrases/${dialog.dataset.language}`);
        if (!response.ok) throw new Error(String(response.status));
        book = await response.json();
      } catch { list.replaceChildren(element("p", "problem", dialog.dataset.failed)); return; }
    }
    show();
    search.focus();
  };
  new MutationObserver(() => { if (dialog.open) open(); }).observe(dialog, { attributeFilter: ["open"] });
  search.addEventListener("input", () => { if (book) show(); });

  const choices = () => [...list.querySelectorAll("button")];
  dialog.addEventListener("keydown", (event) => {
    const all = choices();
    if (event.key === "Enter" && event.target === search) { event.preventDefault(); all[0]?.click(); return; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (at < 0) search.focus(); else all[Math.min(at, all.length - 1)]?.focus();
  });

  const reading = document.getElementById("reading");
  const csrf = () => ({ "X-CSRF-Token": document.body.dataset.csrf });
  let wait;
  const readBack = async () => {
    if (!answer.value.trim()) { reading.replaceChildren(element("p", "hint", reading.dataset.empty)); return; }
    const asked = answer.value;
    const body = new URLSearchParams({ text: asked, language: dialog.dataset.language });
    const response = await fetch("/console/read-back", { method: "POST", headers: csrf(), body }).catch(() => null);
    if ((response?.ok || response?.status === 422) && answer.value === asked) reading.replaceChildren(...parse(await response.text()).childNodes);
  };
  answer.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(readBack, 300); });
  if (answer.value) readBack();

  document.getElementById("translate-draft")?.addEventListener("click", async () => {
    const url = document.getElementById("answer-form").action.replace(/answer$/, "translate");
    const response = await fetch(url, { method: "POST", headers: csrf(), body: new URLSearchParams({ text: answer.value }) }).catch(() => null);
    if (response && response.status !== 401) document.getElementById("draft-translation").replaceChildren(...parse(await response.text()).childNodes);
  });
}

for (const form of document.querySelectorAll("[data-confirm]"))
  form.addEventListener("submit", (event) => { if (!confirm(form.dataset.confirm)) event.preventDefault(); });

// A message's machine translation appears under it, also after the page has looked again; it is kept nowhere else.
const translated = new Map();
const showTranslations = () => {
  for (const [id, html] of translated) document.getElementById(id)?.replaceWith(...parse(html).childNodes);
};
document.addEventListener("console:refreshed", showTranslations);
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches(".translate")) return;
  event.preventDefault();
  const response = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
  if (!response || response.status === 401) return;
  translated.set(form.id, await response.text());
  showTranslations();
});
