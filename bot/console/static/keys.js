// One-letter shortcuts; they can be switched off, and never work while somebody types.

const KEY = "console-keys";
const help = document.getElementById("keys-help");
const switched = document.getElementById("keys-on");
const on = () => localStorage.getItem(KEY) !== "off";

switched.checked = on();
switched.addEventListener("change", () => localStorage.setItem(KEY, switched.checked ? "on" : "off"));
for (const opener of document.querySelectorAll("[data-open]"))
  opener.addEventListener("click", () => document.getElementById(opener.dataset.open)?.showModal());

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
const links = () => [...document.querySelectorAll(".case-link")];
const takeOf = (element) => (element.closest(".case") ?? document).querySelector("button.take");

function step(by) {
  const all = links();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)].focus();
}

const actions = {
  j: () => step(1),
  k: () => step(-1),
  t: () => {
    // In the queue only the case that is looked at can be taken: never by accident the one that just moved to the top.
    const inQueue = links().length > 0;
    if (inQueue && !document.activeElement.closest(".case")) { step(1); return; }
    takeOf(document.activeElement)?.click();
  },
  s: () => document.querySelector(".acknowledge button")?.click(),
  a: () => document.getElementById("answer")?.focus(),
  p: () => document.getElementById("phrasebook")?.showModal(),
  q: () => { location.href = "/console/"; },
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "F2" && !document.querySelector("dialog[open]")) { // also while an answer is being written
    event.preventDefault();
    actions.p();
    return;
  }
  if (event.key === "Escape" && typing(event.target) && !event.target.closest("dialog")) { event.target.blur(); return; }
  if (!on() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  const action = actions[event.key];
  if (action) { event.preventDefault(); action(); }
});
