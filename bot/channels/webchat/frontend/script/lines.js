// The lines of the conversation: what was said, by whom, and what became of it.

function addLine(className, lang) {
  const line = document.createElement("li");
  line.className = `message ${className}`;
  if (lang) dressLine(line, lang);
  else line.dir = "auto";
  list.append(line);
  return line;
}

function dressLine(line, lang) {
  line.lang = lang;
  line.dir = WORDS[lang] && !line.classList.contains("consultant") ? WORDS[lang].dir : "auto"; // people write in what they like
}

// Says who is here, as the page itself did when it came.
function greet() {
  list.textContent = "";
  unseen = [];
  for (const lang of wished ? [language] : FALLBACK) {
    const line = addLine("bot greeting", lang);
    fill(line, { from: "bot", text: WORDS[lang].greeting, language: lang, buttons: offered(lang) });
  }
  talk.greeted = language;
  place(() => 0);
}

const offered = (lang) => WORDS[lang].choices.map(([title, value]) => ({ title, value }));

// What answers the person begins at the top of the view; what comes by itself is news. What was said earlier turns no page.
function show(reply, asked, earlier) {
  const number = Number(reply.id);
  if (talk.shown.has(reply.id)) return;
  talk.shown.add(reply.id);
  if (number > talk.last) talk.last = number;
  const person = reply.from === "consultant";
  const follows = list.querySelector(".mine") && !reply.buttons.some(({ value }) => value.startsWith("@lang_"));
  if (!choosing && !person && !earlier && follows && SERVED.has(reply.language) && reply.language !== (wished || language)) turnTo(reply.language);
  heed();
  const line = addLine(person ? "consultant" : "bot", reply.language);
  line.dataset.id = reply.id;
  fill(line, reply);
  if (!following || !asked) unseen.push(line);
  if (following) place(asked ? answered : () => whole(line));
  look();
}

function fill(line, reply) {
  line.textContent = "";
  const who = document.createElement("span");
  who.className = "who";
  who.dir = "auto"; // so that the words of the message alone say in which direction they go
  speak(who, reply.from === "consultant" ? "from_person" : "from_program");
  line.append(who);
  appendWithNumbers(line, reply.text);
  if (reply.buttons.length) line.append(choices(reply.buttons));
  if (line.classList.contains("greeting")) line.append(more(reply.language));
}

// The rest of the greeting, for who asks for it.
function more(lang) {
  const details = document.createElement("details"), summary = document.createElement("summary"), rest = document.createElement("p");
  summary.textContent = WORDS[lang].about;
  rest.textContent = WORDS[lang].more;
  details.append(summary, rest);
  return details;
}

// What the program said before, in the language that was chosen now; a question that was answered stays answered.
async function retell() {
  const { status, body } = await call("GET", `/messages?after=0&language=${language}`);
  if (status !== 200) return;
  for (const reply of body.replies) {
    const line = list.querySelector(`[data-id="${Number(reply.id)}"]`);
    if (!line || line.lang === reply.language) continue;
    const answered = line.querySelector("button:disabled") !== null;
    dressLine(line, reply.language);
    fill(line, reply);
    if (answered) line.querySelectorAll("button").forEach((button) => { button.disabled = true; });
  }
  place(placing);
  look();
}

// Of all messages that arrived, and of all that were read, the last one says so; one that did not arrive always does.
const STATES = { sending: "state_sending", sent: "state_sent", waiting: "state_waiting", failed: "not_sent", read: "state_read" };

function mark(line, state) {
  line.dataset.state = state;
  let label = line.querySelector(".state");
  if (!label) {
    label = document.createElement("span");
    label.className = "state";
    line.append(label);
  }
  speak(label, STATES[state]);
  for (const settled of ["sent", "read"]) {
    const lines = list.querySelectorAll(`.mine[data-state="${settled}"] .state`);
    lines.forEach((one, index) => { one.hidden = index < lines.length - 1; });
  }
}

function markRead() {
  for (const line of list.querySelectorAll('.mine[data-state="sent"]')) {
    if (Number(line.dataset.number) <= talk.state.read) mark(line, "read");
  }
}

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
