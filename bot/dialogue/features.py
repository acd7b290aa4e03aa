"""A message in its conversation, as numbers: what the heads read."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import numpy as np

from bot.dialogue.state import Danger, Person, State, Who
from bot.language.lexicon import Lexicon
from bot.language.normalise import words
from bot.language.sentences import QUESTION_MARKS
from bot.screening.heads import Matrix

# Questions that may be open; a longer id such as `report:where` counts with what stands before its colon.
OPEN: Final = ("human", "erase", "safe_now", "can_leave", "hurting", "language", "report", "report_send", "time", "word", "which")
# What the last reply did, by the texts in it.
DID: Final[Mapping[str, tuple[str, ...]]] = {
    "danger": ("emergency", "danger"),
    "suicide": ("suicide",),
    "person": ("handoff",),
    "heard": ("disclose", "heard", "told_first", "witness"),
    "answer": ("answer",),
    "greeting": ("greet",),
}
Named = bool | Matrix  # what a network reads under one name: a number or a vector
_LENGTHS: Final = (1, 2, 4, 8, 16, 32)  # words


@dataclass(frozen=True)
class Context:
    """What of a conversation is read with the next message; travels to the pipeline as JSON."""

    who: Who = Who.UNKNOWN
    danger: Danger = Danger.NONE
    suicide: Danger = Danger.NONE
    person: Person = Person.NONE
    awaits: str | None = None
    told_self: bool = False
    told_other: bool = False
    first: bool = True
    did: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    vectors: tuple[str, ...] = ()
    presses: bool = False  # a danger was spoken of just now: answers must fit that

    @classmethod
    def of(cls, state: State) -> Context:
        """Return what is read of a state."""
        return cls(
            who=state.who,
            danger=state.danger,
            suicide=state.suicide,
            person=state.person,
            awaits=state.awaits,
            told_self=state.told_self,
            told_other=state.told_other,
            first=state.turns == 0,
            did=did(state.last_said),
            needs=state.needs,
            vectors=state.vectors,
            presses=state.presses,
        )

    def as_json(self) -> dict[str, Any]:
        """Return a JSON value; `from_json` reads it."""
        return {**self.__dict__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Context:
        """Read what `as_json` wrote."""
        return cls(
            who=Who(data["who"]),
            danger=Danger(data["danger"]),
            suicide=Danger(data["suicide"]),
            person=Person(data["person"]),
            awaits=data["awaits"],
            told_self=data["told_self"],
            told_other=data["told_other"],
            first=data["first"],
            did=tuple(data["did"]),
            needs=tuple(data["needs"]),
            vectors=tuple(data["vectors"]),
            presses=bool(data["presses"]),
        )


NEW: Final = Context()  # of a first message


def did(texts: Sequence[str]) -> tuple[str, ...]:
    """Return what a reply did, given its texts."""
    return tuple(name for name, begins in DID.items() if any(text.startswith(begins) for text in texts))


@dataclass(frozen=True)
class Hits:
    """What of a text stands on the lists of short words: the meaning of the whole, and those of phrases inside it."""

    whole: str | None = None
    inside: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str, language: str, lexicon: Lexicon) -> Hits:
        """Look a text up."""
        return cls(lexicon.meaning(text, language), lexicon.inside(text, language))


def features(text: str, sense: Matrix, context: Context, hits: Hits, meanings: Sequence[str], *, width: int) -> Matrix:
    """Return the numbers of one message: its vector, the person's vector before it (of `width`), what the lists and the context say."""
    return in_a_row(_named(text, sense, context, hits, meanings, width=width))


def inputs(meanings: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the numbers that `features` returns, in their order; a vector has one name."""
    return tuple(_named("", np.zeros(0, dtype=np.float32), NEW, Hits(), meanings, width=0))


def _named(text: str, sense: Matrix, context: Context, hits: Hits, meanings: Sequence[str], *, width: int) -> dict[str, Named]:
    return {
        "message": sense,
        "message before": before(context, width),
        **{f"phrase {name}": hits.whole == name for name in meanings},
        **{f"inside {name}": name in hits.inside for name in meanings},
        **side_features(text, context),
    }


def in_a_row(named: Mapping[str, Named]) -> Matrix:
    """Return numbers and vectors, which have names, as one vector."""
    # Numbers that follow one another become one array: joined one by one they take six times as long.
    runs = groupby(named.values(), key=lambda one: isinstance(one, bool))
    joined = [np.array([*run], dtype=np.float32) if numbers else np.concatenate([*run]) for numbers, run in runs]
    return np.concatenate(joined).astype(np.float32)


def rows_of(
    parts: Sequence[tuple[str, Matrix]], language: str, context: Context, lexicon: Lexicon, meanings: Sequence[str], *, width: int
) -> Matrix:
    """Return a row for each part of a message, given as text and vector."""
    return np.stack(
        [features(text, sense, context, Hits.of(text, language, lexicon), meanings, width=width) for text, sense in parts]
    )


def before(context: Context, width: int) -> Matrix:
    """Return the vector of the person's message before, zeros where there is none."""
    return unpacked(context.vectors[0], width) if context.vectors else np.zeros(width, dtype=np.float32)


def side_features(text: str, context: Context) -> dict[str, bool]:
    """Return what the context, length and marks say, by name, in the order in which it is read."""
    awaits = (context.awaits or "").partition(":")[0]
    length = len(words(text))
    return {
        **{f"who is {who.value}": context.who is who for who in Who},
        **{f"danger is {danger.value}": context.danger is danger for danger in Danger},
        **{f"suicide is {danger.value}": context.suicide is danger for danger in Danger},
        **{f"person is {person.value}": context.person is person for person in Person},
        **{f"awaits {question}": awaits == question for question in OPEN},
        **{f"did {name}": name in context.did for name in DID},
        **{f"at most {bound} words": length <= bound for bound in _LENGTHS},
        "told of oneself": context.told_self,
        "told of others": context.told_other,
        "first message": context.first,
        "wrote before": bool(context.vectors),
        "was answered": bool(context.needs),
        "has a question mark": any(mark in text for mark in QUESTION_MARKS),
    }


def packed(vector: Matrix) -> str:
    """Return a vector as text, in half precision."""
    return base64.b64encode(vector.astype(np.float16).tobytes()).decode()


def unpacked(text: str, width: int) -> Matrix:
    """Return the vector that `packed` wrote; zeros where it has another width, as after a change of encoder."""
    vector = np.frombuffer(base64.b64decode(text), dtype=np.float16).astype(np.float32)
    return vector if len(vector) == width else np.zeros(width, dtype=np.float32)
