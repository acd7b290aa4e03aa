"""Every text that a reply may hold exists in the sources, with a form for the screen of somebody who is watched."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from types import ModuleType

import pytest
import yaml

from bot.delivery.segments import plain, segments
from bot.dialogue import replies as wordings
from bot.dialogue import report, sections
from bot.dialogue.answers import Library
from bot.dialogue.exact import BUTTONS, PART_BUTTON
from bot.dialogue.state import State, Who
from bot.dialogue.texts import LATER, SAID_ABOVE, rendered
from bot.language.data import NLU_DATA
from bot.language.lexicon import shared_lexicon
from bot.language.telling import telling_words
from bot.language.wording import SOURCE_LANGUAGES, Wording
from bot.messages import LANGUAGES
from tests.dialogue.talk import LIBRARY, around, heard, replies, speaking

WORDING = Wording.load()
NOTED = {f"{slot}_{what}" for slot in ("safe_time", "code_word") for what in ("ask", "noted")}
BY_FIELD = {f"report_{field}" for field in report.FIELDS}
ELSEWHERE = {
    "report_intro",
    "report_sent",
    "report_kept_unsent",
    SAID_ABOVE,
    LATER,
    "language_offer",
    "language_unserved",
    "failure",
}
MOST_WORDS = 52  # of an answer
FEWEST_WAYS = {"pl": 4, "en": 4, "uk": 3}  # of asking for one


def said_in(module: ModuleType) -> set[str]:
    """Return the ids of the texts that a module's code names as something to say."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = node.args[:1] if node.func.id == "Say" else node.args if node.func.id in {"says", "in_turn"} else []
            found |= {text for argument in texts for text in _texts(argument)}
    return found


def buttons_in(module: ModuleType) -> set[str]:
    """Return the buttons that a module's code names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Say", "says", "in_turn"}:
            named = [keyword.value for keyword in node.keywords if keyword.arg == "buttons"]
            listed = [*named, *(node.args[1:2] if node.func.id == "Say" else [])]
            found |= {text for argument in listed for text in _texts(argument)}
    return found


def _texts(node: ast.AST) -> Iterator[str]:
    inside = {id(part) for outer in ast.walk(node) if isinstance(outer, ast.JoinedStr) for part in ast.walk(outer)}
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and id(part) not in inside:
            yield part.value


SAID = sorted(
    said_in(sections)
    | said_in(wordings)
    | said_in(report)
    | {*wordings.RECEIPTS, *wordings.RECEIPTS_OF_OTHERS}
    | NOTED
    | BY_FIELD
    | ELSEWHERE
)


@pytest.mark.parametrize("language", SOURCE_LANGUAGES)
def test_every_text_of_the_plan_exists_in_the_sources(language: str) -> None:
    assert [text for text in SAID if not WORDING.has(text, language)] == []


@pytest.mark.parametrize("language", SOURCE_LANGUAGES)
def test_every_text_of_the_plan_has_a_quiet_form(language: str) -> None:
    assert [text for text in SAID if not WORDING.has(text, language, "quiet")] == []


@pytest.mark.parametrize("language", SOURCE_LANGUAGES)
def test_every_answer_of_the_library_has_its_words_a_short_form_and_the_title_of_its_button(language: str) -> None:
    missing = [
        (name, what)
        for name, answer in LIBRARY.answers.items()
        for what, there in (
            ("text", WORDING.has(answer.text, language)),
            (
                "sms",
                WORDING.has(answer.text, language, "sms") or segments(plain(WORDING.text(answer.text, language), language)) <= 3,
            ),
            ("title", WORDING.titles[language].get(f"ask_{name}", name) != name),
        )
        if not there
    ]
    assert missing == []


@pytest.mark.parametrize("language", SOURCE_LANGUAGES)
def test_every_answer_of_the_library_can_be_said_again_and_quietly_and_is_no_lecture(language: str) -> None:
    for name, answer in LIBRARY.answers.items():
        assert [form for form in ("again", "quiet") if form not in WORDING.texts[language][answer.text]] == [], name
        assert len(WORDING.texts[language][answer.text]["text"].split()) <= MOST_WORDS, f"{name}: at most {MOST_WORDS} words"


def test_every_answer_of_the_library_can_be_asked_for() -> None:
    few = {
        (name, language)
        for name, answer in LIBRARY.answers.items()
        for language, fewest in FEWEST_WAYS.items()
        if len(answer.asked.get(language, ())) < fewest
    }
    assert sorted(few) == [], f"each answer has at least so many ways of asking: {FEWEST_WAYS}"


@pytest.mark.parametrize("language", SOURCE_LANGUAGES)
def test_every_button_of_the_plan_has_a_title_and_does_something(language: str) -> None:
    named = {*buttons_in(sections), *buttons_in(wordings), *buttons_in(report), *wordings.WITHDRAW, *wordings.PERSON}
    parts = {f"{PART_BUTTON}{field}" for field in report.FIELDS}
    assert sorted((named | parts | set(BUTTONS)) - set(WORDING.titles[language])) == []
    assert sorted(named - set(BUTTONS)) == []


def test_every_answer_rests_on_facts_that_are_written_down() -> None:
    known = set(yaml.safe_load((NLU_DATA / "backing.yml").read_text(encoding="utf-8")))
    unknown = {(name, fact) for name, answer in LIBRARY.answers.items() for fact in answer.facts if fact not in known}
    assert sorted(unknown) == []
    assert [name for name, answer in LIBRARY.answers.items() if not answer.facts] == []


def test_the_library_is_read_from_its_files() -> None:
    assert Library.load().answers.keys() == LIBRARY.answers.keys()


@pytest.mark.parametrize("language", SOURCE_LANGUAGES)
def test_an_answer_by_sms_has_at_most_three_segments(language: str) -> None:
    long = []
    for name in LIBRARY.answers:
        said = replies(speaking("…", heard(f"ask:{name}"), around=around(form="sms")), language)
        assert said, name
        long += [(name, len(reply.text)) for reply in said if segments(plain(reply.text, language)) > 3]
    assert long == []


@pytest.mark.parametrize("language", SOURCE_LANGUAGES)
def test_an_answer_on_a_watched_screen_has_no_number_no_telling_word_and_no_button(language: str) -> None:
    telling = []
    for name in LIBRARY.answers:
        said = replies(speaking("…", heard(f"ask:{name}"), around=around(quiet=True)), language)
        shown = " ".join(reply.text for reply in said).lower()
        tells = any(sign.isdigit() for sign in shown) or any(word in shown for word in telling_words()[language])
        if tells or any(reply.buttons for reply in said):
            telling.append((name, shown))
    assert telling == []


def test_an_answer_without_a_neutral_form_waits_until_it_is_safe() -> None:
    told = next(iter(LIBRARY.answers.values())).text
    texts = {key: forms for key, forms in WORDING.texts["pl"].items() if key != told} | {told: {"text": "handel ludźmi"}}
    bare = Wording({"pl": texts}, WORDING.titles, {}, WORDING.facts)
    turn = speaking("…", heard(f"ask:{told.removeprefix('answer.')}"), around=around(quiet=True))
    assert [reply.text for _, reply in rendered(turn.says, turn.turn, bare, "pl")] == [bare.text(LATER, "pl", form="quiet")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_opens_with_a_yes_or_no_that_does_not_say_to_what(language: str) -> None:
    # Where the wrong answer is found, "Yes." answers a question that nobody asked: "Will I be deported?"
    lexicon = shared_lexicon()
    for answer in LIBRARY.answers.values():
        for form in ("text", "again"):
            if WORDING.has(answer.text, language, form):
                opening = re.split(r"[.!?।]", WORDING.text(answer.text, language, form=form))[0]
                assert lexicon.meaning(opening, language) not in {"yes", "no"}, (answer.id, form)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_child_reads_names_the_line_for_children_alone(language: str) -> None:
    forms = [text["child"] for text in WORDING.texts[language].values() if "child" in text]
    assert len(forms) == 7
    assert all("{child_line}" in words and "{crisis_line}" not in words for words in forms)


def test_a_child_who_speaks_of_dying_is_not_sent_to_a_line_for_adults() -> None:
    for who, adults in ((Who.CHILD, False), (Who.VICTIM, True)):
        first, *_ = replies(speaking("…", heard("feel:suicide"), State(who=who)), "pl")
        assert WORDING.facts["child_line"] in first.text
        assert (WORDING.facts["crisis_line"] in first.text) is adults
