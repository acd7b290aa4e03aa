"""How well the screening does on the evaluation messages and conversations, which nothing is trained on."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.language.normalise import words
from bot.language.writing import LATIN, written_in
from bot.language.yaml_texts import read_values
from bot.messages import LANGUAGES, Screening, Triage
from bot.screening.findings import Findings
from bot.screening.rows import EVALUATION, GROUPS, NLU_DATA, Row, evaluation_files, read_rows, training_files, validation_files
from bot.screening.screener import Screener

MEASURES: Final = ("handoff", "emergency", "false alarms", "indicators", "topic", "speaker", "language")
_NATIVE_WORDS: Final = 3  # from so many words on the language is asked for


@dataclass(frozen=True)
class Share:
    """So many of so many, with the 95 % interval of Wilson. An F1 is stated as twice the hits of all found and all true."""

    hits: float
    of: float

    @property
    def value(self) -> float:
        """Return the share; not a number when nothing was counted."""
        return self.hits / self.of if self.of else math.nan

    def interval(self) -> tuple[float, float]:
        """Return the lower and the upper bound."""
        if not self.of:
            return math.nan, math.nan
        z, p, n = 1.96, self.value, self.of
        middle, spread = (
            (p + z * z / (2 * n)) / (1 + z * z / n),
            z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n),
        )
        return max(0.0, middle - spread), min(1.0, middle + spread)

    def __add__(self, other: Share) -> Share:
        return Share(self.hits + other.hits, self.of + other.of)


@dataclass(frozen=True)
class Judged:
    """One evaluation message with what the screening said of it, and the likelihood of a handoff that it rests on."""

    row: Row
    screening: Screening
    handoff: float


def evaluation_rows(root: Path = NLU_DATA) -> tuple[list[Row], int]:
    """Return the evaluation messages, and how many were left out because a training or validation row says the very same words."""
    rows = read_rows(evaluation_files(root))
    trained = {row.text.casefold() for row in read_rows([*training_files(root), *validation_files(root)])}
    unseen = [row for row in rows if row.text.casefold() not in trained]
    return unseen, len(rows) - len(unseen)


def judge_rows(rows: Sequence[Row], screener: Screener, progress: Callable[[int], object] = lambda done: None) -> list[Judged]:
    """Screen every row, without a hint of its language."""
    judged = []
    for number, row in enumerate(rows):
        progress(number)
        understanding = screener.understand(row.text)
        handoff = understanding.likelihoods.handoff if understanding else 0.0
        judged.append(Judged(row, screener.screen(row.text), handoff))
    return judged


def measure(judged: Iterable[Judged]) -> dict[str, Share]:
    """Return the figures of the table for these messages."""
    found = dict.fromkeys(MEASURES, Share(0, 0))
    for item in judged:
        row, said = item.row, item.screening

        def count(name: str, hit: bool) -> None:
            found[name] += Share(float(hit), 1)

        if row.triage.needs_person:
            count("handoff", said.triage.needs_person)
        if row.triage is Triage.EMERGENCY:
            count("emergency", said.triage is Triage.EMERGENCY)
        if row.triage is Triage.NONE:
            count("false alarms", said.triage.needs_person)
        signs = {evidence.indicator for evidence in said.indicators}
        found["indicators"] += Share(2 * len(signs & row.indicators), len(signs) + len(row.indicators))
        count("topic", said.topic in (row.topic, *row.also))
        count("speaker", said.speaker is row.speaker)
        if in_own_script(row):
            count("language", said.language == row.language)
    return found


def in_own_script(row: Row) -> bool:
    """Say whether the language of a row is asked for: three words or more, in the script of the language."""
    said = words(row.text)
    if len(said) < _NATIVE_WORDS:
        return False
    letters = [character for word in said for character in word]
    latin = sum(unicodedata.name(character, "").startswith("LATIN") for character in letters) / len(letters)
    return latin < 0.3 if row.language not in written_in(LATIN) else latin > 0.7


def by_language(judged: Sequence[Judged]) -> dict[str, dict[str, Share]]:
    """Return the figures by language, by group of the targets and of all."""
    table = {language: measure(item for item in judged if item.row.language == language) for language in LANGUAGES}
    for name, members in GROUPS.items():
        table[name] = measure(item for item in judged if item.row.language in members)
    table["all"] = measure(judged)
    return {name: figures for name, figures in table.items() if figures["topic"].of}


@dataclass(frozen=True)
class EvaluationConversation:
    """A whole conversation: what the person writes, and what it should have come to at its end.

    `takes_back`: the person corrects what an earlier message seemed to say; the program keeps the higher level on purpose there.
    """

    id: str
    language: str
    turns: tuple[str, ...]
    triage: Triage
    handoff: bool
    takes_back: bool = False


@dataclass(frozen=True)
class ScreenedConversation:
    """What the screening made of a conversation: the triage after each turn."""

    conversation: EvaluationConversation
    reached: tuple[Triage, ...]

    @property
    def end(self) -> Triage:
        """Return the triage at the end."""
        return self.reached[-1]


def read_conversations(part: str = EVALUATION, root: Path = NLU_DATA) -> list[EvaluationConversation]:
    """Read the conversations of the evaluation or the validation; none when there is no such file."""
    path = root / part / "conversations.yml"
    if not path.exists():
        return []
    documents: list[dict[str, Any]] = read_values(path)
    return [
        EvaluationConversation(
            id=item["id"],
            language=item["language"],
            turns=tuple(item["turns"]),
            triage=Triage(item["triage"]),
            handoff=bool(item["handoff"]),
            takes_back=bool(item.get("takes_back")),
        )
        for item in documents
    ]


def judge_conversation(conversation: EvaluationConversation, screener: Screener) -> ScreenedConversation:
    """Screen a conversation turn by turn, as the front door does."""
    findings, language, reached = Findings(), None, []
    for number, text in enumerate(conversation.turns):
        screening = screener.screen(text, language_hint=language)
        language = screening.language if screening.language != "und" else language
        findings = findings.with_message(screening, number)
        reached.append(findings.triage)
    return ScreenedConversation(conversation, tuple(reached))


def measure_conversations(told: Sequence[ScreenedConversation]) -> dict[str, Share]:
    """Return how often the end is right, a due handoff is reached, and one is reached that is not due."""
    due = [item for item in told if item.conversation.handoff]
    calm = [item for item in told if not item.conversation.handoff]
    steady = [item for item in calm if not item.conversation.takes_back]
    return {
        "triage at the end": Share(sum(item.end is item.conversation.triage for item in told), len(told)),
        "handoff": Share(sum(item.end.needs_person for item in due), len(due)),
        "false alarms": Share(sum(item.end.needs_person for item in calm), len(calm)),
        "false alarms where nothing was taken back": Share(sum(item.end.needs_person for item in steady), len(steady)),
    }
