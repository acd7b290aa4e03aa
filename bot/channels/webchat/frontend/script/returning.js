// Coming back: a code on request, once something was said; and the way in for who has one.
const card = byId("card"), entry = byId("entry"), digits = byId("digits");

function showFoot() {
  byId("ask-code").hidden = !talk.said;
  byId("have-code").hidden = talk.said;
  card.hidden = true;
  byId("code").textContent = "";
  if (talk.said) entry.hidden = true;
}

async function askForCode() {
  try {
    const { status, body } = await call("POST", "/code");
    if (status === 201) {
      byId("code").textContent = body.code;
      card.hidden = false;
      card.scrollIntoView();
      card.focus({ preventScroll: true });
      return;
    }
  } catch (error) { /* told below */ }
  say("not_done");
}

async function comeBack(code) {
  const back = newTalk();
  try {
    const { status, body } = await call("POST", "/return", { code, token: back.token });
    if (status !== 200) return say(status === 429 ? "code_slow" : status === 503 ? "not_done" : "code_wrong");
    const said = await call("GET", `/messages?after=0&own=true&language=${body.language}`, undefined, back);
    if (said.status !== 200) return say("not_done");
    talk = back;
    talk.open = talk.said = true;
    if (SERVED.has(body.language)) turnTo(body.language);
    digits.value = "";
    list.textContent = "";
    say("");
    said.body.replies.forEach(tell);
    changed(said.body.state);
    showFoot();
    unseen = [];
    place(() => main.scrollHeight);
    look();
    listen();
    field.focus();
  } catch (error) {
    say("not_done");
  }
}

function tell(message) {
  if (message.from !== "person") return show(message, true, true);
  const line = addLine("mine", "");
  line.textContent = message.text;
  line.dataset.number = message.id;
  talk.last = Number(message.id);
  mark(line, "sent");
}

byId("ask-code").addEventListener("click", askForCode);
byId("hide-code").addEventListener("click", () => {
  showFoot();
  field.focus();
});
byId("have-code").addEventListener("click", () => {
  entry.hidden = !entry.hidden;
  if (entry.hidden) return;
  digits.focus({ preventScroll: true });
  entry.scrollIntoView(false); // whole, with its button
});
entry.addEventListener("submit", (event) => {
  event.preventDefault();
  comeBack(digits.value);
});
// Whoever reloads or closes the page loses the conversation; "leave" asks nothing, and neither does a call.
const CALL_MS = 500; // a browser may take the call for leaving the page
let called = 0;
document.addEventListener("click", (event) => {
  if (event.target.closest('a[href^="tel:"]')) called = Date.now();
}, true);
function asksFirst(event) {
  if (!talk.said || Date.now() - called < CALL_MS) return;
  event.preventDefault();
  event.returnValue = "";
}
addEventListener("beforeunload", asksFirst);
document.addEventListener("leaving", () => removeEventListener("beforeunload", asksFirst));
