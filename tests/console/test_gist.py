"""Each message of a person stands in the console with what the program read it as, in Polish or English."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.console.gist import ABOUT, ASKED_ABOUT, GROUPS, Gists
from bot.console.texts import INTERFACE_LANGUAGES, Texts
from bot.conversation.edition import Editions
from bot.dialogue.answers import Library
from bot.dialogue.commands import ASK, EXACT_ONLY, HELPS, LABELS, Command, Commands
from bot.dialogue.turn import Understood
from bot.language.wording import Wording
from bot.messages import Screening, Triage
from bot.program import Program
from bot.storage.conversations import OpenedMessage
from tests.console.conftest import Consultant
from tests.support import NOON, PlainAssistant

People = Callable[..., Awaitable[Consultant]]
Writes = Callable[..., Awaitable[str]]

TEXTS, LIBRARY = Texts.load(), Library.load()
GISTS = Gists(TEXTS, Editions(LIBRARY, Wording.load()))


def said(*commands: Command) -> OpenedMessage:
    return OpenedMessage(
        id="1",
        number=1,
        author="person",
        staff_id=None,
        kind="text",
        state="answered",
        text="?",
        language="vi",
        buttons=(),
        details={},
        screening=None,
        created_at=NOON,
        commands=tuple(Commands(commands).as_json()),
    )


def gist(*commands: Command, language: str = "en") -> dict[str, tuple[str, ...]]:
    return {part.group: part.parts for part in GISTS.of(said(*commands), language)}


def test_every_command_that_a_person_can_give_has_its_place_and_its_words() -> None:
    listed = [name for names in GROUPS.values() for name in names]
    assert sorted(listed) == sorted(name for name in (*LABELS, *EXACT_ONLY) if name != HELPS)
    keys = [f"gist_part.{name.replace(':', '_')}" for name in listed if name != ASK]
    keys += [f"gist.{group}" for group in (*GROUPS, ABOUT)]
    keys += [f"topic.{topic}" for topic in ASKED_ABOUT]
    keys += [f"gist_matter.{answer.matter}" for answer in LIBRARY.answers.values()]
    assert [key for key in keys if not TEXTS.has(key)] == []


def test_a_gist_says_what_is_told_asked_and_refused() -> None:
    assert gist(Command("refuse:call"), Command(ASK, "no_papers_deported"), Command("tell:self")) == {
        "tells": ("of their own situation",),
        "asks": ("“Will they send me back?” (stay in Poland)",),
        "refuses": ("a call",),
    }
    assert gist(Command("want:human"), language="pl") == {"wants": ("rozmowy z człowiekiem",)}


def test_what_is_asked_in_doubt_is_said_to_be_in_doubt() -> None:
    either = gist(Command(ASK, "police_believe|report_how"))
    assert either == {"asks": ("“Will they believe me?” (police and law) or “How do I report it?” (police and law)",)}
    nearest = gist(Command(ASK, "none", near=("police_believe",)))
    assert nearest == {
        "asks": ("something to which the program has no answer; nearest: “Will they believe me?” (police and law)",)
    }
    assert gist(Command(ASK, "none")) == gist(Command(ASK, "an_answer_of_a_release_before"))


def about(topic: str, confidence: float, *commands: Command) -> tuple[str, ...] | None:
    found = replace(said(*commands), screening=Screening("ar", Triage.NONE, topic=topic, topic_confidence=confidence))
    return {part.group: part.parts for part in GISTS.of(found, "en")}.get("about")


def test_a_gist_says_what_a_message_is_surely_about_where_the_answer_is_of_something_else() -> None:
    assert about("ask_police", 0.99, Command(ASK, "hotline_no_credit")) == ("police",)
    assert about("delete_data", 0.86, Command(ASK, "none")) == ("erase the conversation",)
    for topic, confidence, command in (
        ("ask_police", 0.79, Command(ASK, "hotline_no_credit")),
        ("ask_police", 0.99, Command(ASK, "police_believe")),
        ("delete_data", 0.99, Command("want:erase")),
        ("disclose_victim", 0.99, Command(ASK, "none")),
        ("ask_hotline_hours", 0.99, Command("arrange:time")),
    ):
        assert about(topic, confidence, command) is None
    assert about("ask_police", 0.99) is None  # no model read it


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_every_answer_can_be_named(language: str) -> None:
    for name in LIBRARY.answers:
        assert re.fullmatch(r"[„“].+” \(.+\)", gist(Command(ASK, name), language=language)["asks"][0])


async def test_a_message_stands_in_the_case_with_its_gist_which_says_that_it_is_one(
    program: Program, assistant: PlainAssistant, consultant: People, writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    understand = assistant.understand

    async def read(text: str, **how: object) -> Understood:
        understood = await understand(text, **how)  # type: ignore[arg-type]
        commands = Commands((Command("refuse:call"), Command(ASK, "no_papers_deported")))
        return Understood(understood.screening, commands)

    monkeypatch.setattr(assistant, "understand", read)
    case, ola = await writes("забрав мій паспорт (paszport), мене вишлють? не дзвоніть", language="uk"), await consultant()
    page = re.sub(r"<[^>]+>", "", await ola.text(f"/cases/{case}"))
    assert "Skrót programu, może się mylić: pyta: „Czy mnie odeślą?” (pobyt w Polsce) · nie chce: dzwonić" in page


async def test_a_pressed_button_and_a_message_that_no_model_read_have_no_gist(
    assistant: PlainAssistant, consultant: People, writes: Writes
) -> None:
    ola = await consultant()
    assert 'class="gist"' not in await ola.text(f"/cases/{await writes('@human', who='a')}")
    assistant.fail_understanding = RuntimeError("no model")
    assert 'class="gist"' not in await ola.text(f"/cases/{await writes('zabrał mi paszport', who='b')}")
