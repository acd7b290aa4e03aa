"""Examples to learn from: messages with what is known before each, and what it does.

Three sources: labelled single messages, the lists of short words, and conversations labelled turn by turn. A conversation is led by
the plan itself with its labels as what was understood, so that each message is learned after the reply that really comes before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bot.dialogue.answers import Answer, Library
from bot.dialogue.commands import ASK, FACT, LABELS, SEVERAL, TOPIC_COMMANDS, Commands
from bot.dialogue.exact import LISTED
from bot.dialogue.features import Context, packed
from bot.dialogue.rules import sections_of
from bot.dialogue.state import TOLD_BY, Fact, State, Who
from bot.dialogue.turn import Around, Speaking, Understood
from bot.learning.labelled import LabelledConversation, LabelledTurn, conversation_files, read_conversations
from bot.messages import QUESTION_TOPICS, Evidence, Indicator, Screening, Speaker, Triage, higher
from bot.screening.findings import Findings
from bot.screening.heads import Matrix
from bot.screening.rows import Row

_NO_VECTOR: Final = np.zeros(1, dtype=np.float32)
WEIGHT_OF_TURNS: Final = 2  # how often a turn of a conversation counts beside a single message
# What the meanings of the lists say beside those that are exact: to be learned, not matched inside sentences.
_MEANINGS: Final[Mapping[str, tuple[str, ...]]] = {
    **{meaning: (label,) for meaning, label in LISTED.items() if label in LABELS},
    **{meaning: (ASK,) for meaning in ("what_now", "waiting", "lost_document", "request", "abroad")},
    "hide": (ASK, f"{FACT}{Fact.WATCHED}"),
    "cannot_call": (ASK, f"{FACT}{Fact.NO_CALLS}"),
    "alone_now": ("tell:self",),
}


@dataclass(frozen=True)
class Example:
    """One message with what is known before it and what it does. `needs` are the answers that it asks for, any of each set."""

    text: str
    language: str
    context: Context
    labels: frozenset[str]
    who: Who = Who.UNKNOWN
    needs: tuple[frozenset[str], ...] = ()
    weight: int = 1


def from_rows(rows: Iterable[Row]) -> list[Example]:
    """Return examples of single messages, each the first of a conversation."""
    return [Example(row.text, row.language, Context(), _labels(row), _who(row)) for row in rows]


def intent_of(row: Row) -> str:
    """Return the main intent of a labelled message: what Rasa's own tools compare with."""
    return Commands.of(*_labels(row)).main_intent()


def _labels(row: Row) -> frozenset[str]:
    others = row.speaker is Speaker.WITNESS
    labels: set[str] = set(TOPIC_COMMANDS.get(row.topic, ()))
    if row.topic in QUESTION_TOPICS or row.topic == "ask_bot":
        labels.add(ASK)
    if row.triage is not Triage.NONE or row.topic in {"disclose_victim", "report_witness"}:
        labels.add("tell:other" if others else "tell:self")
    if Indicator.SUICIDE_RISK in row.indicators:
        labels = {"feel:suicide"}
    elif row.triage is Triage.EMERGENCY:
        labels.add("danger:other" if others else "danger:self")
    return frozenset(labels)


def _who(row: Row) -> Who:
    if row.triage is Triage.NONE:
        return Who.UNKNOWN
    return {Speaker.VICTIM: Who.VICTIM, Speaker.WITNESS: Who.WITNESS}.get(row.speaker, Who.UNKNOWN)


def from_phrases(phrases: Iterable[tuple[str, str, str]]) -> list[Example]:
    """Return examples of listed phrases, given as language, meaning and text."""
    return [
        Example(text, language, Context(), frozenset(_MEANINGS[meaning]))
        for language, meaning, text in phrases
        if meaning in _MEANINGS
    ]


def from_library(library: Library) -> list[Example]:
    """Return examples of the ways of asking."""
    return [
        Example(way, language, Context(), frozenset({ASK}) | _told_by([answer]), needs=(frozenset({answer.id}),))
        for answer in library.answers.values()
        for language, way in answer.ways()
    ]


def from_conversations(
    conversations: Iterable[LabelledConversation], library: Library, vector_of: Callable[[str], Matrix]
) -> list[Example]:
    """Return examples of turns, each after the reply that the plan gives to the turn before it."""
    found: list[Example] = []
    for conversation in conversations:
        for turn, context, speaking in led(conversation, library, vector_of):
            who = speaking.turn.now.who
            needs = tuple(frozenset(command.choices) for command in turn.commands.asked if command.choices)
            labels = frozenset(command.name for command in turn.commands.all if command.name in LABELS) | _facts(turn, library)
            labels |= {SEVERAL} if len(turn.commands.asked) > 1 else set()
            found.append(Example(turn.text, conversation.language, context, labels, who, needs, WEIGHT_OF_TURNS))
    return found


def situations(root: Path) -> Iterator[str]:
    """Yield what the turns of all conversations teach but for their vectors: text, labels, and the situation that the plan led to."""
    library = Library.load(root)
    for part in ("training", "validation"):
        for item in from_conversations(read_conversations(conversation_files(root, part)), library, lambda _text: _NO_VECTOR):
            needs = [sorted(names) for names in item.needs]
            yield f"{item.text}\n{item.language} {item.context} {sorted(item.labels)} {item.who} {needs} {item.weight}\n"


def _facts(turn: LabelledTurn, library: Library) -> frozenset[str]:
    """Return what a turn tells of its writer's situation, as labels: by what it wants or refuses, and by what it asks."""
    asked = [library.answers[name] for command in turn.commands.asked for name in command.choices[:1] if name in library]
    return frozenset(f"{FACT}{fact}" for name, fact in TOLD_BY.items() if name in turn.commands) | _told_by(asked)


def _told_by(answers: Iterable[Answer]) -> frozenset[str]:
    return frozenset(label for answer in answers for fact in answer.tells if (label := f"{FACT}{fact}") in LABELS)


def led(
    conversation: LabelledConversation, library: Library, vector_of: Callable[[str], Matrix]
) -> Iterable[tuple[LabelledTurn, Context, Speaking]]:
    """Lead a conversation by its labels; yield each turn with the context before it and the reply that it gets."""
    state, findings, who = State(), Findings(), Who.UNKNOWN
    for number, turn in enumerate(conversation.turns, start=1):
        context = Context.of(state)
        who = turn.who or who
        screening = screening_of(turn, conversation.language, who)
        findings = findings.with_message(screening, number)
        around = Around(library, triage=findings.triage, queued=state.person.value == "asked", minor=who is Who.CHILD)
        understood = Understood(screening, turn.commands, who, packed(vector_of(turn.text)))
        speaking = Speaking.begin(turn.text, understood, state, around)
        for section in sections_of(speaking.turn.commands.main_intent(), speaking.turn.now.phase):
            speaking.section(section)
        state = speaking.concluded()
        yield turn, context, speaking


def screening_of(turn: LabelledTurn, language: str, who: Who) -> Screening:
    """Return a screening that says what a turn's labels say; which signs a telling carries they do not."""
    speaker = Speaker.WITNESS if who.tells_of_others else Speaker.VICTIM
    triage = Triage(turn.after.get("triage", "none"))
    if "feel:suicide" in turn.commands:
        return Screening(language, Triage.EMERGENCY, (Evidence(Indicator.SUICIDE_RISK, turn.text),), speaker)
    if turn.commands.any_of("danger:self", "danger:other"):
        triage = Triage.EMERGENCY
    return Screening(language, higher(triage, Triage.NONE) if turn.after else triage, (), speaker)
