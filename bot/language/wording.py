"""The words that people read: answers and dialogue texts in the served languages, from files that a translator edits.

In `nlu_data/<language>/answers/`, `buttons.yml` and `page.yml` hold titles. Every other file there holds texts by key, each in up to
four forms: `text` (web chat, Telegram, WhatsApp), `sms` (short, nothing telling in the first line), `quiet` (short and neutral on its
face), `again` (shorter, for who asks a second time); by SMS those of `tellings.yml` stand below the number. The answers of the library
lie in `library/`, one file a matter; their keys begin with `answer.`, and each has the title of the button that asks for it. Numbers,
addresses and links stand as placeholders such as {hotline}; their values come from `nlu_data/facts.yml`.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from bot.language.data import NLU_DATA
from bot.language.writing import right_to_left
from bot.language.yaml_texts import read_shared
from bot.messages import LANGUAGES, Button, Reply

SOURCE_LANGUAGES: Final = ("pl", "en")
LAST_RESORT: Final = "en"
NEUTRAL: Final = "nothing_said"  # what is said in quiet mode where a text has no quiet form

Form = Literal["text", "sms", "quiet", "again", "child"]
FORMS: Final[tuple[Form, ...]] = ("text", "sms", "quiet", "again", "child")
LIBRARY: Final = "library"  # the folder of the answers that are found by meaning
TELLINGS: Final = "tellings.yml"  # the file of how what people tell in particular is received
ANSWER: Final = "answer."  # of the keys of those answers
ASK_BUTTON: Final = "ask_"  # of the buttons that ask for them
TITLE: Final = "title"  # of such a button, which stands with the words of its answer
_NOT_WORDS: Final = frozenset({"asked", "follows"})  # ways of asking, which stand beside a language's words

# Numbers with spaces fall apart in right-to-left text; these marks keep one together without changing its characters.
_ISOLATE, _END_ISOLATE = "\u2066", "\u2069"


class WordingInvalid(Exception):
    """A file of texts is not YAML of the expected form, or names a fact that does not exist; the message says where."""


@dataclass(frozen=True)
class Gap:
    """A text that a language lacks."""

    language: str
    key: str
    form: Form


class Wording:
    """All texts, loaded once."""

    def __init__(
        self,
        texts: Mapping[str, Mapping[str, Mapping[str, str]]],
        titles: Mapping[str, Mapping[str, str]],
        page: Mapping[str, Mapping[str, str]],
        facts: Mapping[str, str],
    ) -> None:
        self.texts = texts
        self.page = page
        self.titles = titles
        self.facts = facts

    @classmethod
    def load(cls, root: Path = NLU_DATA) -> Wording:
        """Read all texts; raises WordingInvalid."""
        facts = {name: str(fact["value"]) for name, fact in _read(root / "facts.yml").items()}
        texts: dict[str, dict[str, dict[str, str]]] = {}
        titles: dict[str, dict[str, str]] = {}
        page: dict[str, dict[str, str]] = {}
        for language in LANGUAGES:
            folder = root / language / "answers"
            texts[language] = {}
            titles[language], page[language] = {}, {}
            for path in sorted(folder.glob("*.yml")):
                content = _read(path)
                flat = {"buttons.yml": titles, "page.yml": page}.get(path.name)
                if flat is not None:
                    flat[language] = {key: str(value) for key, value in content.items()}
                    continue
                for key, forms in content.items():
                    words = _by_sms_below_the_number(forms) if path.name == TELLINGS else forms
                    texts[language][key] = _forms(words, path, key, facts)
            for path in sorted((folder / LIBRARY).glob("*.yml")):
                for name, entry in _read(path).items():
                    words = {form: text for form, text in entry.items() if form not in _NOT_WORDS}
                    if title := words.pop(TITLE, None):
                        titles[language][f"{ASK_BUTTON}{name}"] = title
                    texts[language][f"{ANSWER}{name}"] = _forms(words, path, name, facts)
        return cls(texts, titles, page, facts)

    def with_texts(
        self, texts: Mapping[str, Mapping[str, Mapping[str, str]]], titles: Mapping[str, Mapping[str, str]]
    ) -> Wording:
        """Return all texts and more of them, by language and key; those that are there already stay as they are."""
        return Wording(
            {language: {**texts.get(language, {}), **known} for language, known in self.texts.items()},
            {language: {**titles.get(language, {}), **known} for language, known in self.titles.items()},
            self.page,
            self.facts,
        )

    def has(self, key: str, language: str, form: Form = "text") -> bool:
        """Say whether a text exists in exactly this language and form."""
        return form in self.texts.get(language, {}).get(key, {})

    def text(self, key: str, language: str, *, form: Form = "text", **values: str) -> str:
        """Return a text with its facts filled in.

        A missing `sms` form falls back to `text`; a missing `quiet` form to a neutral text, never to one with telling words; a
        missing language to English, never to a neighbour language.
        Raises KeyError for a key that no language has.
        """
        if form == "quiet" and not self.has(key, language, form):
            key = NEUTRAL
        language, template = self._template(key, language, form)
        isolated = language in right_to_left()
        filled = {
            name: f"{_ISOLATE}{value}{_END_ISOLATE}" if isolated and not value.isalpha() else value
            for name, value in self.facts.items()
        }
        return template.format_map(filled | values).strip()

    def _template(self, key: str, language: str, form: Form) -> tuple[str, str]:
        for candidate in (language, LAST_RESORT, "pl"):
            forms = self.texts.get(candidate, {}).get(key, {})
            for wanted in (form, "text"):
                if wanted in forms:
                    return candidate, forms[wanted]
        raise KeyError(key)

    def button(self, name: str, language: str) -> Button:
        """Return a button: its title in a language, and the value that pressing it sends.

        A title that even the sources lack is the id of the answer that it asks for: somebody who needs it can still press it.
        Raises KeyError for a button that no language has.
        """
        for candidate in (language, LAST_RESORT, *SOURCE_LANGUAGES):
            if name in self.titles.get(candidate, {}):
                return Button(title=self.titles[candidate][name], value=f"@{name}")
        if name in self._asking():
            return Button(title=name.removeprefix(ASK_BUTTON), value=f"@{name}")
        raise KeyError(name)

    def _asking(self) -> Iterator[str]:
        """Yield the buttons of the answers that the sources have."""
        for language in SOURCE_LANGUAGES:
            for key in self.texts.get(language, {}):
                if key.startswith(ANSWER):
                    yield f"{ASK_BUTTON}{key.removeprefix(ANSWER)}"

    def reply(self, key: str, language: str, *, form: Form = "text", buttons: tuple[str, ...] = (), **values: str) -> Reply:
        """Return a text as a reply with its buttons; its language is the one that the text is in."""
        return Reply(
            text=self.text(key, language, form=form, **values),
            language=self._template(key, language, form)[0],
            buttons=tuple(self.button(name, language) for name in buttons),
        )

    def gaps(self) -> Iterator[Gap]:
        """Yield every text and button title that a source language has, or an answer of it needs, and a language lacks."""
        source = {**self.texts["pl"], **self.texts["en"]}
        titles = dict.fromkeys([*self.titles["pl"], *self.titles["en"], *self._asking()])
        page = dict.fromkeys([*self.page["pl"], *self.page["en"]])
        for language in LANGUAGES:
            for key, forms in source.items():
                for form in FORMS:
                    optional = form == "sms" and key.startswith(ANSWER)
                    if form in forms and not optional and not self.has(key, language, form):
                        yield Gap(language, key, form)
            for name in titles:
                if name not in self.titles[language]:
                    yield Gap(language, f"button {name}", "text")
            for name in page:
                if name not in self.page[language]:
                    yield Gap(language, f"page {name}", "text")


def _by_sms_below_the_number(forms: Mapping[str, str]) -> dict[str, str]:
    """Return the forms of what receives a telling: a locked phone shows the first line of an SMS."""
    return {**forms, "sms": f"{{hotline}}.\n{forms['text']}"}


def _read(path: Path) -> dict[str, Any]:
    try:
        content = read_shared(path)
    except (OSError, yaml.YAMLError) as error:
        raise WordingInvalid(f"The file of texts {path} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise WordingInvalid(f"The file of texts {path} must hold keys with texts under them.")
    return content


def _forms(forms: Any, path: Path, key: str, facts: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(forms, dict) or not forms or set(forms) - set(FORMS):
        raise WordingInvalid(f"{path}: {key} must have one or more of the forms {', '.join(FORMS)}.")
    for form, text in forms.items():
        for _, name, _, _ in string.Formatter().parse(str(text)):
            if name is not None and name not in facts and not name.startswith("_"):
                raise WordingInvalid(f"{path}: {key}.{form} names the fact {{{name}}}, which facts.yml does not have.")
    return {form: str(text) for form, text in forms.items()}
