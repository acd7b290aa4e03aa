// Sends an answer without leaving the page. If that fails, the text stays, and the same text is never sent twice.
import { announce, refresh } from "./live.js";

const SIGN_MS = 4000, SIGN_LASTS_MS = 7500;
const form = document.getElementById("answer-form");
const caseElement = document.getElementById("case");

if (caseElement) {
  const messages = () => document.getElementById("messages");
  const last = () => Number(messages().lastElementChild?.dataset.number ?? 0);
  let shown = last();
  const mine = caseElement.dataset.mine;
  let leaving = false; // a form of this page was sent: its answer is the next page, and a reload would take its place
  document.addEventListener("submit", (event) => { if (!event.defaultPrevented && !event.target.matches(".translate")) leaving = true; });
  document.getElementById(location.hash.startsWith("#message-") ? location.hash.slice(1) : "owner")?.scrollIntoView({ block: "end" });

  const seen = () => {
    if (mine !== "yes" || document.visibilityState !== "visible" || !messages().querySelector(".unseen")) return;
    fetch(`/console/cases/${caseElement.dataset.case}/seen`, {
      method: "POST",
      headers: { "X-CSRF-Token": document.body.dataset.csrf, "X-Watching": "1" },
      body: new URLSearchParams({ number: String(last()) }),
    });
  };
  document.addEventListener("console:refreshed", () => {
    if (last() > shown) {
      shown = last();
      document.getElementById("owner").scrollIntoView({ block: "end" });
    }
    if (document.hasFocus()) setTimeout(seen, 2000);
    // Somebody took it, gave it to us, or closed it: the page has other parts then.
    const now = document.getElementById("owner").dataset.mine;
    const sending = form?.querySelector("button.main").disabled;
    if (!leaving && !sending && now !== undefined && now !== mine) location.replace(caseElement.dataset.page);
  });
  globalThis.addEventListener("focus", seen);

  // A sign that somebody is writing holds for some seconds; when no other came, it is taken away by looking again.
  document.addEventListener("console:refreshed", () => {
    if (document.getElementById("person-writes")?.textContent) setTimeout(() => refresh().catch(() => {}), SIGN_LASTS_MS);
  });
}

if (form) {
  const text = form.elements.text;
  const state = document.getElementById("answer-state");
  const button = form.querySelector("button.main");
  if (location.hash === "#answer") text.focus({ preventScroll: true });
  let asked = false; // to send once more, while an answer was on its way
  const send = async () => {
    if (button.disabled) { asked = true; return; }
    if (!text.value.trim() || !form.reportValidity()) return;
    const sent = text.value;
    let arrived = false;
    button.disabled = true;
    state.className = "";
    state.textContent = state.dataset.sending;
    try {
      const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Script": "1" } });
      if (response.status !== 204) throw new Error(String(response.status));
      arrived = true;
      // What was written meanwhile stays: the next answer, alone or after the words that were sent.
      text.value = text.value.startsWith(sent) ? text.value.slice(sent.length) : text.value;
      form.elements.form_id.value = crypto.randomUUID();
      text.dispatchEvent(new Event("input", { bubbles: true }));
      state.textContent = "";
      announce("answered");
      refresh().catch(() => {});
    } catch {
      state.className = "failed";
      state.textContent = state.dataset.failed;
    } finally {
      button.disabled = false;
      text.focus();
      const again = asked && arrived;
      asked = false;
      if (again) send();
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  let signed = 0;
  text.addEventListener("input", () => {
    if (!text.value || Date.now() - signed < SIGN_MS) return;
    signed = Date.now();
    fetch(form.action.replace(/answer$/, "writing"), { method: "POST", headers: { "X-CSRF-Token": document.body.dataset.csrf } }).catch(() => {});
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); send(); }
  });
}
