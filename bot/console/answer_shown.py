"""An answer as the console shows it: of the files, or written here, with its newest draft and what is said of it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation.answer_form import Fault, ways_taken, with_numbers
from bot.conversation.edition import Editions, entry_of
from bot.dialogue.answers import Answer
from bot.dialogue.backing import facts
from bot.dialogue.entry import OTHERWISE, Entry
from bot.language.wording import ASK_BUTTON, FORMS, TITLE
from bot.language.writing import direction
from bot.messages import LANGUAGES
from bot.storage.tables_answers import WrittenAnswer
from bot.storage.written_answers import drafts, newest, published


@dataclass(frozen=True)
class Shown:
    """An answer with its words by language and form; `entry` and `revision` are those of one that was written here.

    `live` is the revision that is said while another one waits as a draft; `faults` keep the shown one from being said, and `taken`, ways
    of asking that another answer has, keep it from being published.
    """

    answer: Answer
    words: Mapping[str, Mapping[str, str]]
    entry: Entry | None = None
    revision: WrittenAnswer | None = None
    live: WrittenAnswer | None = None
    faults: Sequence[Fault] = ()
    taken: Sequence[Fault] = ()

    @property
    def is_draft(self) -> bool:
        """Say whether it waits for a second person."""
        return self.revision is not None and self.revision.published_at is None

    @property
    def to_mend(self) -> tuple[Fault, ...]:
        """Return everything that keeps it from being published."""
        return (*self.faults, *self.taken)

    @property
    def lacks(self) -> tuple[str, ...]:
        """Return the languages in which one that was written here has no text."""
        return tuple(code for code in LANGUAGES if self.entry is not None and code not in self.entry.languages)

    def title(self, language: str) -> str:
        """Return the title of its button in a language, or whatever names it."""
        return next(
            (words[TITLE] for code in (language, "pl", "en") if (words := self.words.get(code, {})).get(TITLE)), self.answer.id
        )

    def said(self, numbers: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return for each language what is said in it: its own words, those of another language, or nothing."""
        return [self._said(language, numbers) for language in LANGUAGES]

    def backing(self) -> list[tuple[str, str]]:
        """Return the facts that it rests on, by id."""
        known = facts()
        return [(name, known.get(name, "?")) for name in self.answer.facts]

    def _said(self, language: str, numbers: Mapping[str, str]) -> dict[str, Any]:
        own = self.words.get(language, {})
        instead = OTHERWISE if not own.get("text") and self.entry is not None and self.entry.in_english else ""
        words = self.words.get(instead or language, {})
        return {
            "language": language,
            "in": instead or language,
            "direction": direction(instead or language),
            "title": words.get(TITLE, ""),
            "forms": {form: with_numbers(words[form], numbers) for form in FORMS if words.get(form)},
            "instead": instead,
        }


class AnswerCatalogue:
    """All answers that there are: those of the files, and those that were written here."""

    def __init__(self, editions: Editions) -> None:
        self.editions = editions
        self.files = editions.files

    def from_files(self, name: str) -> Shown | None:
        """Return an answer of the files."""
        answer = self.files.library.get(name)
        if answer is None:
            return None
        words = {
            language: {**self.files.wording.texts[language].get(answer.text, {}), TITLE: titles.get(f"{ASK_BUTTON}{name}", "")}
            for language, titles in self.files.wording.titles.items()
        }
        return Shown(answer, words)

    async def find(self, session: AsyncSession, name: str) -> Shown | None:
        """Return an answer by its id: of one that was written here the newest revision."""
        if name in self.files.library:
            return self.from_files(name)
        row = await newest(session, name)
        live = {one.answer: one for one in await published(session)}
        shown = self._written(row, live) if row is not None else None
        if shown is None or shown.entry is None:
            return shown
        return replace(shown, taken=ways_taken(shown.entry, await self.editions.said_in(session)))

    async def written(self, session: AsyncSession) -> list[Shown]:
        """Return what was written here: drafts, and what is published, where the project's files do not have it by now."""
        live = {row.answer: row for row in await published(session)}
        rows = {**live, **{row.answer: row for row in await drafts(session)}}
        shown = [self._written(row, live) for name, row in sorted(rows.items()) if name not in self.files.library]
        return [one for one in shown if one is not None]

    def _written(self, row: WrittenAnswer, live: Mapping[str, WrittenAnswer]) -> Shown | None:
        entry = entry_of(row)
        if entry is None:
            return None
        said = live.get(row.answer)
        return Shown(
            entry.answer(self.files.library),
            entry.words,
            entry,
            row,
            said if said is not row else None,
            self.editions.faults(entry),
        )
