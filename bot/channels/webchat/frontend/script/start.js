// Puts the page's parts to work.

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  if (!TRYING.has(notice.dataset.word)) say("");
  for (const portion of portions(text)) send(portion);
  if (grows) grow();
  field.focus();
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId("send").click();
  }
});
// Where the style cannot let the field be as high as what is in it: Chrome before 123, Safari before 26.
const grows = !CSS.supports("field-sizing", "content");
function grow() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
  fit();
}
if (grows) field.addEventListener("input", grow);
document.addEventListener("leaving", forget);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // its address would be one more in the history
  field.focus();
});

// Safari before 15.4 knows no dialogs: there it is a box that is shown and hidden.
function ask(shown) {
  if (confirmation.showModal) confirmation[shown ? "showModal" : "close"]();
  else if (shown) confirmation.setAttribute("open", "");
  else confirmation.removeAttribute("open");
  if (shown) byId("confirm-no").focus();
}
byId("erase").addEventListener("click", () => ask(true));
byId("confirm-no").addEventListener("click", () => ask(false));
confirmation.addEventListener("keydown", (event) => {
  if (event.key === "Escape") ask(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !confirmation.hasAttribute("open")) tellSite({ chat: "close" });
});
byId("confirm-yes").addEventListener("click", async () => {
  ask(false);
  try {
    const { status } = talk.said ? await call("DELETE", "/conversations") : { status: 204 };
    if (status === 204 || status === 401) {
      forget();
      look();
      say("erased"); // whoever writes again begins anew
      return;
    }
  } catch (error) { /* told below */ }
  say("not_done");
});
chooser.addEventListener("change", async () => {
  choosing = true; // what comes meanwhile in the language of before does not take the choice back
  const turned = await turnTo(chooser.value);
  choosing = false;
  if (!turned) return;
  if (talk.said) send(`@lang_${language}`, WORDS[language].name);
  else greet(); // nothing was said yet: then nothing needs to stay in another language
});
window.addEventListener("pageshow", (event) => {
  // The browser's back button must not bring a conversation back that somebody left.
  if (event.persisted) location.reload();
});

// The page has come with the greeting; its choices waited for this script.
Promise.all((wished ? [wished] : FALLBACK).map(learn)).then(() => {
  for (const line of list.querySelectorAll(".greeting")) line.replaceChild(choices(offered(line.lang)), line.querySelector(".choices"));
  dress();
  showFoot();
});
