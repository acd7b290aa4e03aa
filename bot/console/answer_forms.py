"""The form in which an answer is written: from its fields to an entry, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from pydantic import ValidationError

from bot.conversation.answer_form import WAYS
from bot.dialogue.entry import WORDS, Entry
from bot.messages import LANGUAGES

if TYPE_CHECKING:
    from multidict import MultiDictProxy

ASKED: Final = "asked"
# Characters that fit into the fields: more than may be published, so that nothing is lost while it is written.
MOST: Final[Mapping[str, int]] = {"title": 80, "text": 600, ASKED: 2000, "next": 200}
FIRST: Final = tuple(WAYS)  # the languages whose fields are open


class Unusable(Exception):
    """A form does not make an entry: its id, matter or a choice is not of the expected form."""


class TooLong(Exception):
    """A field holds more than fits: nothing is cut, it is said to whoever wrote it."""


def entry_from(form: MultiDictProxy[Any], *, name: str, matters: Sequence[str]) -> Entry:
    """Return the entry that a form holds under an id; raises Unusable, or TooLong."""
    if any(len(str(value)) > _most(field) for field, value in form.items()):
        raise TooLong
    try:
        entry = Entry.model_validate(
            {
                "id": name,
                "matter": form.get("matter", ""),
                "audience": form.getall("audience", []),
                "when": form.getall("when", []),
                "facts": form.getall("facts", []),
                "asked": {language: ways for language in LANGUAGES if (ways := _lines(form.get(f"{language}.{ASKED}", "")))},
                "words": {language: words for language in LANGUAGES if (words := dict(_words(form, language)))},
                "in_english": form.get("in_english") == "yes",
                "next": str(form.get("next", "")).split(),
            }
        )
    except ValidationError as error:
        raise Unusable from error
    if entry.matter not in matters:
        raise Unusable
    return entry


def fields_of(entry: Entry) -> dict[str, Any]:
    """Return what the fields of a form show of an entry."""
    texts = {f"{language}.{form}": text for language, words in entry.words.items() for form, text in words.items()}
    ways = {f"{language}.{ASKED}": "\n".join(said) for language, said in entry.asked.items()}
    return {
        "id": entry.id,
        "matter": entry.matter,
        "audience": [who.value for who in entry.audience],
        "when": list(entry.when),
        "facts": list(entry.facts),
        "in_english": entry.in_english,
        "next": " ".join(entry.next),
        "texts": texts | ways,
    }


def fields_from(form: MultiDictProxy[Any]) -> dict[str, Any]:
    """Return what the fields of a form held, to show it again."""
    return {
        "id": str(form.get("id", "")),
        "matter": str(form.get("matter", "")),
        "audience": form.getall("audience", []),
        "when": form.getall("when", []),
        "facts": form.getall("facts", []),
        "in_english": form.get("in_english") == "yes",
        "next": str(form.get("next", "")),
        "texts": {name: str(value) for name, value in form.items() if "." in name},
    }


async def posted(request: web.Request) -> MultiDictProxy[Any]:
    """Return a posted form with all values of each field."""
    return await request.post()


def _most(field: str) -> int:
    """Return how many characters fit into a field: of a language's words by their form, else as many as into a text."""
    return MOST.get(field.rpartition(".")[2], MOST["text"])


def _words(form: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    for name in WORDS:
        if text := " ".join(str(form.get(f"{language}.{name}", "")).split()):
            yield name, text


def _lines(text: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for raw in str(text).splitlines() if (line := " ".join(raw.split()))))
