"""One more language, made up: a copy of the English folder under another code. Whatever is left out is told by name."""

from __future__ import annotations

import ast
import functools
import json
import re
import shutil
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.twilio.messages import language_of
from bot.channels.webchat.frontend.page import SCRIPT, render_words, words_of
from bot.channels.webchat.frontend.widget import render_widget
from bot.language import writing
from bot.language.data import NLU_DATA
from bot.language.lexicon import STEM, Lexicon, shape_of, shared_lexicon
from bot.language.word_lists import LexiconInvalid
from bot.language.wording import SOURCE_LANGUAGES, Wording
from bot.language.writing import WritingInvalid, direction, served_code, writings
from bot.learning.labelled import ConversationInvalid, read_conversations
from bot.messages import LANGUAGES
from bot.operations.language_folders import BUTTONS, CONVERSATIONS, LEXICON, LINES, PLACES, STRANGE, STRANGERS, forgotten
from bot.screening.rows import GROUPS
from bot.settings import PROJECT_ROOT

CODE, OTHER_CODE, NAME = "xx", "xyz", "Xxish"
WRITTEN = f"right_to_left: true\nother_codes: {OTHER_CODE}\nregions: IS\n"
NUMBER = "+3544104000"  # of Iceland
# Where a language's code stands in the code, and why. Polish and English are the languages of the sources and of the console.
NAMED_IN_CODE = {
    "bot/messages.py": "the list of the languages",
    "bot/conversation/answer_form.py": "the languages in which each answer must be asked for; every other is reached by meaning",
    "bot/screening/rows.py": "the groups of languages that share thresholds",
}
# Letters that English does not have which stand in the code, and why.
LETTERS_IN_CODE = {
    "bot/alarms/page.py": "what staff read behind an alarm's link, in the two languages of the console; no translator works on it",
    "bot/alarms/texts.py": "the words of alarms to staff, in the two languages of the console; no translator works on them",
    "bot/delivery/segments.py": "the alphabet of GSM-7, and the letters that lose their mark to fit into it",
    "bot/language/identification.py": "Latin letters whose mark Unicode does not take off",
    "bot/language/romanise.py": "scripts that leave vowels out are read by rules of their own, whatever the language",
}
LABELLED = ("messages", "conversations", "tellings", "validation", "evaluation", "evaluation_urgent")
LETTERS = frozenset({"Lu", "Ll", "Lo"})


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Serve a seventeenth language whose files are those of English, in a copy of the data; it is written to the left.

    What others have of labelled messages is left out, the most of the data: no file of another language can stand in for one of its own.
    """
    root = tmp_path / "nlu_data"
    shutil.copytree(NLU_DATA, root, ignore=shutil.ignore_patterns(*LABELLED))
    for place in PLACES:
        for path in sorted(NLU_DATA.glob(place.format("en"))):
            copy = root / re.sub(r"\ben\b", CODE, path.relative_to(NLU_DATA).as_posix())
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
            if place == CONVERSATIONS:
                own = (
                    path.read_text(encoding="utf-8")
                    .replace("language: en", f"language: {CODE}")
                    .replace("- id: ", f"- id: {CODE}-")
                )
                copy.write_text(own, encoding="utf-8")
    for file in LINES:
        add(root / file, f"{CODE}: [{NAME}]\n")
    add(root / CODE / "writing.yml", WRITTEN)
    for code in (*LANGUAGES, CODE):
        add(root / code / BUTTONS, f'lang_{CODE}: "{NAME}"\n')
        named = root / code / LEXICON
        named.write_text(
            named.read_text(encoding="utf-8").replace("\nlanguage_names:\n", f"\nlanguage_names:\n  {CODE}: [{NAME.lower()}]\n")
        )
    for name, module in list(sys.modules.items()):
        if name.startswith("bot.") and getattr(module, "LANGUAGES", None) is LANGUAGES:
            monkeypatch.setattr(module, "LANGUAGES", (*LANGUAGES, CODE))
    monkeypatch.setattr(writing.writing_files, "__defaults__", (root,))
    writings.cache_clear()
    yield root
    writings.cache_clear()


def add(path: Path, lines: str) -> None:
    path.write_text(f"{path.read_text(encoding='utf-8').rstrip()}\n{lines}", encoding="utf-8")


def test_make_quick_names_what_a_language_lacks(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("program") is None


def test_every_language_that_is_served_has_all_its_parts() -> None:
    assert forgotten() == {}


def test_a_language_that_has_all_parts_is_served(root: Path) -> None:
    assert CODE not in forgotten(root)
    assert writings()[CODE].script == "LATIN"
    lexicon, wording = Lexicon.load(root), Wording.load(root)
    assert lexicon.phrases[CODE]["yes"]
    assert lexicon.language_named(NAME) == CODE
    assert [gap for gap in wording.gaps() if gap.language == CODE] == [gap for gap in wording.gaps() if gap.language == "en"]
    assert wording.text("greeting", CODE).replace("\u2066", "").replace("\u2069", "") == wording.text("greeting", "en")
    assert wording.button(f"lang_{CODE}", "pl").title == NAME


def test_its_file_alone_says_how_it_is_written_by_what_codes_it_is_known_and_from_where_it_is_written(root: Path) -> None:
    wording = Wording.load(root)
    assert direction(CODE) == "rtl"
    assert served_code(OTHER_CODE) == CODE
    assert language_of(NUMBER) == CODE
    words = {
        code: json.loads(render_words(wording)[words_of(code)].partition(f"WORDS.{code} = ")[2].rstrip(";\n"))
        for code in (CODE, "en")
    }
    assert words[CODE]["dir"] == "rtl"
    assert words["en"]["dir"] == "ltr"
    to_the_left = [code for code in (*LANGUAGES, CODE) if direction(code) == "rtl"]
    assert json.dumps(to_the_left, separators=(",", ":")) in render_widget(wording, ["https://ngo.example"])


def test_whatever_all_languages_have_in_their_folders_is_a_place_that_can_be_forgotten() -> None:
    own = [{path.relative_to(NLU_DATA / code).as_posix() for path in (NLU_DATA / code).rglob("*.yml")} for code in LANGUAGES]
    places = {path.relative_to(NLU_DATA).as_posix() for place in PLACES for path in NLU_DATA.glob(place.format("en"))}
    assert {f"en/{name}" for name in set.intersection(*own)} - places == set()


def test_each_place_that_was_forgotten_is_named(root: Path, tmp_path: Path) -> None:
    for place in PLACES:
        paths = sorted(root.glob(place.format(CODE)))
        kept = [path.rename(tmp_path / path.name) for path in paths]
        assert forgotten(root)[CODE] == [place.format(CODE)]
        for path, away in zip(paths, kept, strict=True):
            away.rename(path)


@pytest.mark.parametrize("file", LINES)
def test_a_line_that_it_lacks_in_a_file_of_all_languages_is_named(root: Path, file: str) -> None:
    (root / file).write_text((NLU_DATA / file).read_text(encoding="utf-8"), encoding="utf-8")
    assert forgotten(root)[CODE] == [f"{CODE} in {file}"]


@pytest.mark.parametrize("meaning", ["dying", "times"])
def test_short_words_without_which_something_is_not_heard_are_named(root: Path, meaning: str) -> None:
    path = root / CODE / LEXICON
    lists = path.read_text(encoding="utf-8")
    path.write_text(re.sub(rf"^{meaning}:.*?(?=^\S)", "", lists, flags=re.MULTILINE | re.DOTALL), encoding="utf-8")
    assert forgotten(root)[CODE] == [f"{meaning} in {CODE}/{LEXICON}"]


def test_conversations_that_were_copied_with_the_language_of_others_do_not_count(root: Path) -> None:
    copies = sorted(root.glob(CONVERSATIONS.format(CODE)))
    for path in copies:
        path.write_text(path.read_text(encoding="utf-8").replace(f"language: {CODE}", "language: en"), encoding="utf-8")
    assert forgotten(root)[CODE] == [f"{CONVERSATIONS.format(CODE)} with `language: {CODE}` in them"]
    with pytest.raises(ConversationInvalid, match=rf"{copies[0].name}.*language: en"):
        read_conversations(copies)


def test_a_language_that_does_not_name_it_is_named(root: Path) -> None:
    for code in ("ka", CODE):
        for file, line in ((BUTTONS, f'lang_{CODE}: "{NAME}"\n'), (LEXICON, f"  {CODE}: [{NAME.lower()}]\n")):
            path = root / code / file
            path.write_text(path.read_text(encoding="utf-8").replace(line, ""), encoding="utf-8")
    lacking = [f"lang_{CODE} in {BUTTONS} of ka, {CODE}", f"language_names.{CODE} in {LEXICON} of ka, {CODE}"]
    assert forgotten(root)[CODE] == lacking


def test_a_language_that_still_counts_as_not_served_is_named(root: Path) -> None:
    add(root / STRANGERS, f"{CODE}: [hello]\n")
    assert forgotten(root)[CODE] == [STRANGE]


def test_nothing_starts_without_its_short_words_or_how_it_is_written(root: Path) -> None:
    (root / CODE / LEXICON).unlink()
    with pytest.raises(LexiconInvalid, match=f"{CODE}/lexicon.yml"):
        Lexicon.load(root)
    (root / CODE / "writing.yml").unlink()
    writings.cache_clear()
    with pytest.raises(WritingInvalid, match=f"{CODE}/writing.yml"):
        writings()


def test_texts_that_it_lacks_are_counted(root: Path) -> None:
    (root / CODE / "answers" / "answers.yml").unlink()
    assert [gap for gap in Wording.load(root).gaps() if gap.language == CODE]


def test_every_language_belongs_to_one_group_of_thresholds() -> None:
    grouped = sorted(code for members in GROUPS.values() for code in members)
    assert grouped == sorted(LANGUAGES), (
        "each language is in one of GROUPS (bot/screening/rows.py): docs/translating.md, A new language, 6"
    )


def test_every_language_has_its_terms_written_down() -> None:
    terms = PROJECT_ROOT / "docs" / "terms"
    assert [code for code in LANGUAGES if code not in SOURCE_LANGUAGES and not (terms / f"{code}.md").exists()] == []


def test_every_page_of_terms_is_of_another_language_and_has_what_a_translator_needs() -> None:
    pages = {page.stem: page.read_text(encoding="utf-8") for page in (PROJECT_ROOT / "docs" / "terms").glob("*.md")}
    headings = [page.partition("\n")[0] for page in pages.values()]
    assert [heading for heading in headings if not re.fullmatch(r"# [A-Z]\w+: (terms|words) and register", heading)] == []
    assert len({*headings}) == len(headings), "a copied page has the heading of the other language"
    assert [code for code, page in pages.items() if len(page.split()) < 300] == [], (
        "form of address, forms without gender, script, terms: docs/translating.md, A new language, 7"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_on_languages_names_each_that_is_served(language: str) -> None:
    said = f" {shape_of(Wording.load().text('answer.languages_here', language))} "
    named = {code for name, code in bare_names() if f" {name} " in said or (len(name) > STEM and name[:STEM] in said)}
    assert [code for code in LANGUAGES if code not in named] == []


@functools.cache
def bare_names() -> list[tuple[str, str]]:
    """Return the listed names of languages with their codes, without the words that name any language ("in", "language")."""
    listed = shared_lexicon().names
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for name, code in listed.items():
        for word in name.split():
            codes[word].add(code)
    return [(" ".join(word for word in name.split() if len(codes[word]) < 3), code) for name, code in listed.items()]


def test_the_code_names_no_language_beside_the_list() -> None:
    ours = {code for code in LANGUAGES if code not in SOURCE_LANGUAGES}
    found = {(name, text) for name, text in strings_in_code() if text in ours and name not in NAMED_IN_CODE}
    scripts = {
        (path.name, code) for path in SCRIPT.glob("*.js") for code in ours if f'"{code}"' in path.read_text(encoding="utf-8")
    }
    assert sorted(found | scripts) == []


def test_no_words_stand_in_the_code_but_in_the_folders_of_languages() -> None:
    found = {(name, text) for name, text in strings_in_code() if _is_of_a_language(text)}
    assert sorted((name, text) for name, text in found if name not in LETTERS_IN_CODE) == []
    assert sorted(LETTERS_IN_CODE.keys() - {name for name, _ in found}) == []


@pytest.mark.parametrize("word", ["należą", "çalışma", "hộ chiếu", "acción", "паспорт", "पासपोर्ट", "Ελλάδα"])
def test_a_word_is_seen_by_letters_that_english_does_not_have(word: str) -> None:
    assert _is_of_a_language(word)


@pytest.mark.parametrize("text", ["passport", "“…” – 5 € · ✓", "\u02bc"])
def test_english_and_signs_are_no_such_word(text: str) -> None:
    assert not _is_of_a_language(text)


def _is_of_a_language(text: str) -> bool:
    """Say whether a text has a letter that English does not have; a sign that only modifies is none."""
    return any(not sign.isascii() and unicodedata.category(sign) in LETTERS for sign in text)


def strings_in_code() -> Iterator[tuple[str, str]]:
    """Yield every text in the program's code, docstrings left out, with its module."""
    for path in sorted((PROJECT_ROOT / "bot").rglob("*.py")):
        if "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                yield path.relative_to(PROJECT_ROOT).as_posix(), node.value
