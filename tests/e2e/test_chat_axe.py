"""The web chat's page in all its states and languages: one page is turned from language to language, and nothing is sent."""

from __future__ import annotations

import pytest

from bot.channels.webchat.frontend.page import WITHOUT_SCRIPT
from bot.messages import LANGUAGES
from tests.e2e.chats import Chat
from tests.e2e.desks import Night, faults, picture

pytestmark = pytest.mark.browser

# Each scene holds what can be seen at once, made by the page's own functions. Then what comes and goes in it, and where axe looks.
SAY = "say('%s')"
PRESS = "for (const name of ['keydown', 'keyup']) document.dispatchEvent(new KeyboardEvent(name, { key: '%s' }))"
SCENES = {
    "thinking, and the field for a code": (
        """
        entry.hidden = false;
        digits.value = "1234";
        speak(doing, "program_writes");
        """,
        [(SAY % "code_slow", "html")]
        + [(SAY % notice, "#form") for notice in ("code_wrong", "not_done", "erased", "gone", "no_connection", "crowded")],
    ),
    "all that becomes of a message, a consultant, and a code": (
        """
        const { more } = WORDS[language];
        const mine = () => {
          const line = addLine("mine", "");
          line.textContent = more;
          return line;
        };
        talk.said = true;
        for (const state of ["read", "sent", "sending", "waiting"]) mark(mine(), state);
        refused({ id: "", text: more, line: mine() });
        place(() => 0);
        following = false;
        show({ id: "1", from: "bot", text: more, language, buttons: offered(language) }, true, true);
        show({ id: "2", from: "consultant", text: more, language, buttons: [] }, false, true);
        showFoot();
        byId("code").textContent = "1234 5678 9012 3456";
        card.hidden = false;
        field.value = more;
        speak(doing, "person_writes");
        """,
        [(PRESS % "Shift", "html"), (PRESS % "Shift", "header"), (PRESS % "a", "header")],
    ),
    "asked before erasing": ("ask(true)", [("", "html")]),
    "gone": (
        "ask(false)",
        [
            (
                "document.documentElement.className = 'gone'; byId('leaving').textContent = byId('leaving').dataset.loading",
                "#leaving",
            )
        ],
    ),
}
# As when somebody chooses a language: the page's words, and with them what the program said.
TURN = """async code => {
  document.documentElement.className = byId("leaving").textContent = "";
  await turnTo(code);
  for (const line of list.querySelectorAll(".bot")) {
    dressLine(line, code);
    fill(line, { from: "bot", text: WORDS[code].greeting, language: code, buttons: offered(code) });
  }
  list.querySelector("details").open = true;
}"""
READ = """() => {
  const seen = selector => [...document.querySelectorAll(selector)].filter(one => one.getClientRects().length);
  return [
    ...seen("[data-word], summary, #leaving").map(one => one.textContent),
    ...seen("[data-word-placeholder]").map(one => one.placeholder),
    ...seen("[data-word-label]").map(one => one.getAttribute("aria-label")),
  ].filter(text => text !== "");
}"""


def test_in_every_state_and_language_axe_finds_nothing_and_every_word_is_in_the_language(night: Night, chat: Chat) -> None:
    page = chat("pl", (320, 568), reduced_motion="reduce")
    read: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    found: list[tuple[str, ...]] = []
    for number, (scene, (made, steps)) in enumerate(SCENES.items()):
        page.evaluate(f"() => {{ {made} }}")
        for language in LANGUAGES:
            page.evaluate(TURN, language)
            for place, (step, part) in enumerate(steps):
                # In one go: what the page does by itself in between would be read as well.
                read[language].update(page.evaluate(f"() => {{ {step};\nreturn ({READ})(); }}"))
                found += [(language, scene, step, fault) for fault in faults(page, part)]
                picture(page, f"chat-state-{number}-{place}-{language}")
        page.emulate_media(color_scheme="dark")  # colours know no language
        page.evaluate(TURN, language)
        found += [(language, scene, "dark", fault) for fault in faults(page)]
        page.emulate_media(color_scheme="light")
    assert found == []
    assert read == {
        language: {word for name, word in night.program.wording.page[language].items() if name not in WITHOUT_SCRIPT}
        for language in LANGUAGES
    }
