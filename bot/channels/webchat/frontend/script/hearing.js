// What comes by itself: a consultant's words, who is there, who is writing, what was read.
const SIGN_MS = 4000, SIGN_LASTS_MS = 7000;
let signed = 0, silence = null;

async function listen() {
  const mine = talk;
  if (!("body" in Response.prototype)) return lookAgain(mine); // Firefox before 65
  for (let attempt = 0; talk === mine; attempt++) {
    mine.stream = new AbortController();
    try {
      const response = await within(PATIENCE_MS, fetch(`/chat/events?after=${mine.last}`, {
        headers: { Authorization: `Bearer ${mine.token}`, Accept: "text/event-stream" }, signal: mine.stream.signal, cache: "no-store",
      }));
      if (response.status === 401) return over(mine);
      if (response.ok) {
        attempt = 0;
        connected(true);
        await read(response.body.getReader(), mine);
      }
    } catch (error) { /* the line broke: open it again below */ }
    mine.stream.abort();
    if (talk !== mine) return;
    if (attempt > 0) connected(false);
    await pause(attempt);
  }
}

async function read(reader, mine) {
  const decoder = new TextDecoder();
  let buffer = "";
  for (;;) {
    const { value, done } = await within(SILENCE_MS, reader.read());
    if (done || talk !== mine) return;
    buffer += decoder.decode(value, { stream: true }).replace(/\r/g, "");
    let cut;
    while ((cut = buffer.indexOf("\n\n")) >= 0) {
      const lines = buffer.slice(0, cut).split("\n");
      buffer = buffer.slice(cut + 2);
      const event = (lines.find((line) => line.startsWith("event:")) || "").slice(6).trim();
      const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim()).join("\n");
      if (event === "reply") heard(JSON.parse(data));
      if (event === "state") changed(JSON.parse(data));
      if (event === "erased") return over(mine);
    }
  }
}

async function lookAgain(mine) {
  for (let attempt = 0; talk === mine;) {
    try {
      const { status, body } = await call("GET", `/messages?after=${mine.last}`, undefined, mine);
      if (talk !== mine) return;
      if (status === 401) return over(mine);
      attempt = status === 200 ? 0 : attempt + 1;
      if (status === 200) {
        connected(true);
        body.replies.forEach(heard);
        changed(body.state);
      }
    } catch (error) {
      connected(false);
      attempt++;
    }
    await (attempt ? pause(attempt) : new Promise((done) => setTimeout(done, LOOK_MS)));
  }
}

// A reply to a message that is on its way may come here first: `shown` keeps it single.
function heard(reply) {
  if (reply.from === "consultant") hush();
  show(reply, reply.from === "bot" && waiting.length > 0);
}

// In quiet mode no message says that a consultant has left: the page does, in the words that stand above every answer.
function changed(state) {
  const said = list.querySelectorAll(".bot, .consultant"), leaves = talk.state.with !== state.with && state.with === "program";
  talk.state = state;
  markRead();
  clearTimeout(silence);
  if (state.writing) {
    speak(doing, "person_writes");
    silence = setTimeout(hush, SIGN_LASTS_MS);
  } else if (doing.dataset.word === (state.with === "consultant" ? "from_program" : "person_writes")) hush();
  if (leaves && said.length && said[said.length - 1].classList.contains("consultant")) speak(doing, "from_program");
}

// A consultant who has the conversation sees that somebody writes; what, only when it is sent.
field.addEventListener("input", () => {
  if (!talk.open || talk.state.with !== "consultant" || Date.now() - signed < SIGN_MS) return;
  signed = Date.now();
  call("POST", "/writing").catch(() => {});
});

// It was erased elsewhere, or its time is over. Who erases it here learns so from the answer to what they wrote, which comes first.
function over(mine) {
  const next = () => setTimeout(() => {
    if (talk !== mine) return;
    startOver(waiting);
    deliverAll();
  });
  underway.then(next, next);
}
