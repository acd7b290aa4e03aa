"""An answer that was written in the console: what an entry of the library's files holds, with its words in every language it has.

It is kept as JSON, read as an `Answer` beside those of the files, and written as files when the project takes it over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from bot.dialogue.answers import PHONES, Answer, Library
from bot.dialogue.state import Who
from bot.language.wording import ANSWER, ASK_BUTTON, TITLE
from bot.messages import LANGUAGES

WORDS: Final = (TITLE, "text", "again", "quiet", "sms")  # of each language; `sms` where the text would tell too much
NEEDED: Final = WORDS[:-1]
OTHERWISE: Final = "en"  # in which language an answer is said to who reads another one, where that is wanted
_Moment = Literal["calm", "waiting", "danger"]
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,39}$")]


class Entry(BaseModel):
    """One answer: `words` by language and form, `asked` the ways of asking by language.

    `in_english`: whoever reads a language that it lacks is told it in English; otherwise they are told that it is not known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: _Name
    matter: str
    audience: tuple[Who, ...] = ()
    when: tuple[_Moment, ...] = ("calm", "waiting")
    facts: tuple[str, ...] = ()
    asked: Mapping[str, tuple[str, ...]] = {}
    words: Mapping[str, Mapping[str, str]] = {}
    in_english: bool = False
    next: tuple[str, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that have a text."""
        return tuple(language for language in LANGUAGES if self.words.get(language, {}).get("text"))

    def answer(self, library: Library) -> Answer:
        """Return it as an answer beside those of a library."""
        return Answer(
            id=self.id,
            matter=self.matter,
            topic=_topic(self.matter, library),
            audience=frozenset(self.audience),
            when=frozenset(self.when),
            facts=self.facts,
            asked=self.asked,
            follows={},
            next=self.next,
            phones=any(number in self.words.get("en", {}).get("text", "") for number in PHONES),
            languages=frozenset() if self.in_english else frozenset(self.languages),
        )

    def texts(self) -> dict[str, dict[str, dict[str, str]]]:
        """Return its words as `Wording` holds texts."""
        return {
            language: {f"{ANSWER}{self.id}": {form: text for form, text in words.items() if form != TITLE and text}}
            for language, words in self.words.items()
            if words.get("text")
        }

    def titles(self) -> dict[str, dict[str, str]]:
        """Return its words as `Wording` holds titles of buttons."""
        return {
            language: {f"{ASK_BUTTON}{self.id}": words.get(TITLE) or self.id}
            for language, words in self.words.items()
            if words.get("text")
        }

    def catalogued(self, library: Library) -> dict[str, Any]:
        """Return the entry of the library's catalogue, as `nlu_data/answers/` holds it."""
        answer = self.answer(library)
        entry: dict[str, Any] = {"topic": answer.topic}
        if self.audience:
            entry["for"] = [who.value for who in self.audience]
        if set(self.when) != {"calm", "waiting"}:
            entry["when"] = list(self.when)
        entry["facts"] = list(self.facts)
        entry["asked"] = {language: list(ways) for language, ways in self.asked.items() if ways}
        return entry | ({"next": list(self.next)} if self.next else {})

    def worded(self, language: str) -> dict[str, str]:
        """Return its words as the files of a language hold them; nothing where the language has none."""
        words = self.words.get(language, {})
        return {form: words[form] for form in WORDS if words.get(form)} if words.get("text") else {}

    @classmethod
    def of(cls, answer: Answer, texts: Mapping[str, Mapping[str, str]], *, name: str) -> Entry:
        """Return an entry under another name that holds what an answer of the files does; `texts` are its words by language."""
        when: Any = tuple(sorted(answer.when))
        return cls(
            id=name,
            matter=answer.matter,
            audience=tuple(sorted(answer.audience)),
            when=when,
            facts=answer.facts,
            asked={language: ways for language, ways in answer.asked.items()},
            words=texts,
            next=answer.next,
        )


def _topic(matter: str, library: Library) -> str:
    """Return the topic that most answers of a matter have."""
    topics = [answer.topic for answer in library.answers.values() if answer.matter == matter]
    return max(dict.fromkeys(topics), key=topics.count)
