"""Which of the answers near to a message it asks for: heard by a small network from everything that speaks for each of them.

A message asks nothing, one thing or several, and people put no marks between. Of 1,231 questions in 598 validation messages that ask
several things the right answer is the nearest to the whole or to one of the clauses for 0.76, among the nearest three for 0.89; but so
are answers to what is only told. Nearness alone cannot tell them apart: what the whole and its nearest clause say is read together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot.dialogue.commands import ASK, SEVERAL
from bot.dialogue.features import NEW, Context
from bot.dialogue.inputs import check_inputs, keep_inputs
from bot.dialogue.retrieval import Found, Opinion
from bot.language.normalise import words
from bot.screening.heads import Matrix
from bot.screening.layers import Layers, likelihood

_FILE: Final = "asked.npz"
_NAME: Final = "asked"
MOST_QUESTIONS: Final = 3  # of one message that are answered
NEAREST: Final = 8  # answers of each part of a message that are looked at
_SHARPNESS: Final = 0.06  # of nearnesses, as shares of the part that they are near to
HEARD_BESIDE: Final = (
    ASK,
    SEVERAL,
    "tell:self",
    "tell:other",
    "feel:suicide",
    "danger:self",
    "thanks",
    "unclear",
    "correct:meant",
)
_SURE_TO_ASK: Final = 0.5
_HARDLY_ASKS: Final = 0.1  # of a clause: what it only tells is sought in the library for nothing


@dataclass(frozen=True)
class AskingPart:
    """A message or one of its clauses: how likely it asks, the answers nearest to it, the nearest first, and its words."""

    asks: float
    near: tuple[Found, ...]
    words: str = ""

    @cached_property
    def length(self) -> int:
        """Return how many words it has; each of the answers near to it is told so."""
        return len(words(self.words))


@dataclass(frozen=True)
class Asking:
    """A message that may ask: the whole, its clauses, what it is likely to do, and what was said before it."""

    whole: AskingPart
    clauses: Sequence[AskingPart]
    likely: Mapping[str, float]
    context: Context

    @classmethod
    def of(
        cls,
        asks: Sequence[float],
        texts: Sequence[str],
        near: Callable[[Sequence[int]], Sequence[Sequence[Found]]],
        likely: Mapping[str, float],
        context: Context,
    ) -> Asking:
        """Return a message given how likely its parts ask, the whole first, and their texts; `near` finds answers for some of them."""
        sought = [place for place, one in enumerate(asks) if place == 0 or one >= _HARDLY_ASKS]
        found = dict(zip(sought, near(sought), strict=True))
        whole, *clauses = (
            AskingPart(one, tuple(found.get(place, ())), text) for place, (one, text) in enumerate(zip(asks, texts, strict=True))
        )
        return cls(whole, clauses, likely, context)

    @property
    def candidates(self) -> list[str]:
        """Return the answers that are near to the whole or to a clause, without repetition."""
        return list(dict.fromkeys(found.answer for part in (self.whole, *self.clauses) for found in part.near))

    def features(self) -> Matrix:
        """Return a row of numbers for each candidate: how near it is to the whole and to a clause, and what the message is like."""
        of_message = self._of_message().values()
        whole, *clauses = (_placed(part) for part in (self.whole, *self.clauses))
        rows = [[*self._of_answer(name, whole, clauses).values(), *of_message] for name in self.candidates]
        return np.array(rows, dtype=np.float32)

    @classmethod
    def inputs(cls) -> tuple[str, ...]:
        """Return the names of the numbers of a row, in order."""
        empty = cls(AskingPart(0.0, ()), (), dict.fromkeys(HEARD_BESIDE, 0.0), NEW)
        return (*empty._of_answer("", {}, ()), *empty._of_message())

    def _of_message(self) -> dict[str, float]:
        """Return what the message is like, whatever answer is looked at."""
        return {
            **{f"hears {name}": self.likely[name] for name in HEARD_BESIDE},
            "nearness of the first": max((found.nearness for found in self.whole.near), default=-1.0),
            "clauses": len(self.clauses),
            "has no clauses": not self.clauses,
            "clauses that ask": sum(part.asks >= _SURE_TO_ASK for part in self.clauses),
            "first message": self.context.first,
            "awaits": self.context.awaits is not None,
            "danger presses": self.context.presses,
            "words": self.whole.length,
        }

    def _of_answer(self, name: str, whole: Mapping[str, _Place], clauses: Sequence[Mapping[str, _Place]]) -> dict[str, float]:
        """Return what speaks for one answer: what the whole says, what the clause says that it is nearest to, and what was said before."""
        among = [(number, places[name]) for number, places in enumerate(clauses) if name in places]
        best, nearest = max(among, key=lambda one: one[1].found.nearness, default=(-1, _FAR))
        part = self.clauses[best] if among else _NO_CLAUSE
        needs = self.context.needs
        return {
            **{f"whole: {what}": number for what, number in whole.get(name, _FAR).numbers.items()},
            **{f"clause: {what}": number for what, number in nearest.numbers.items()},
            "clause: in whole": nearest.found.opinion.in_whole,
            "clause: asks": part.asks,
            "clause: words": part.length,
            "clause: place": best / max(len(clauses), 1),
            "clauses: most share": max((self.clauses[number].asks * place.share for number, place in among), default=0.0),
            "clauses: where first": sum(place.rank == 0 for _, place in among),
            "clauses: where near": len(among),
            "asked on": whole.get(name, nearest).found.opinion.asked_on,
            "answered last": needs[:1] == (name,),
            "answered before": name in needs,
        }


@dataclass(frozen=True)
class _Place:
    """An answer among the nearest of one part: its rank, its share of them, and how far it is from the first, or the first ahead."""

    found: Found
    rank: int
    share: float
    behind: float

    @property
    def numbers(self) -> dict[str, float]:
        speaks = self.found.opinion
        return {
            "nearness": self.found.nearness,
            "rank": self.rank,
            "share": self.share,
            "behind": self.behind,
            "near": speaks.near,
            "likely": speaks.likely,
            "by letters": speaks.by_letters,
        }


# An answer that is not among the nearest of a part, and the clause to which one is near that is near to none.
_FAR: Final = _Place(
    Found(Opinion("", near=-1.0, asked_on=False, likely=-9.0, by_letters=-9.0, in_whole=-2.0), nearness=-1.5), NEAREST, 0.0, 1.5
)
_NO_CLAUSE: Final = AskingPart(-0.2, ())


def _placed(part: AskingPart) -> dict[str, _Place]:
    nearness = np.array([found.nearness for found in part.near])
    powers = np.exp((nearness - nearness.max(initial=-1.0)) / _SHARPNESS)
    shares = powers / powers.sum() if len(powers) else powers
    ahead = float(nearness[1] - nearness[0]) if len(nearness) > 1 else -1.0
    return {
        found.answer: _Place(found, rank, float(shares[rank]), float(nearness[0] - nearness[rank]) if rank else ahead)
        for rank, found in enumerate(part.near)
    }


@dataclass(frozen=True)
class AskedBars:
    """From which likelihood on an answer is given, a further one beside it, and one to who speaks of dying, tells or hardly asks."""

    first: float
    further: float
    sure: float

    def given(self, likely: Mapping[str, float]) -> list[str]:
        """Return the answers that are given, of those that may be asked for, the likeliest first."""
        given = [name for place, (name, one) in enumerate(likely.items()) if one >= (self.further if place else self.first)]
        return given[:MOST_QUESTIONS]


@dataclass(frozen=True)
class AskedNetwork:
    """The network, mean and spread of the numbers that it reads, and the bars; learned by `bot.learning.asked`."""

    network: Layers
    mean: Matrix
    spread: Matrix
    bars: AskedBars

    def likelihoods(self, asking: Asking) -> dict[str, float]:
        """Return how likely each candidate is asked for, the likeliest first."""
        if not (candidates := asking.candidates):
            return {}
        logits = self.network.logits((asking.features() - self.mean) / self.spread)[:, 0]
        found = zip(candidates, likelihood(logits).tolist(), strict=True)
        return dict(sorted(found, key=lambda one: -one[1]))

    def save(self, folder: Path) -> None:
        """Write everything to a folder."""
        arrays: dict[str, Any] = self.network.arrays(_NAME) | {"mean": self.mean, "spread": self.spread}
        np.savez_compressed(folder / _FILE, allow_pickle=False, bars=np.array(json.dumps(self.bars.__dict__)), **arrays)
        keep_inputs(folder / _FILE, Asking.inputs())

    @classmethod
    def load(cls, folder: Path) -> AskedNetwork:
        """Read what `save` wrote; raises InputsDiffer when it reads other numbers."""
        check_inputs(folder / _FILE, Asking.inputs())
        with np.load(folder / _FILE, allow_pickle=False) as data:
            bars = AskedBars(**json.loads(str(data["bars"])))
            return cls(Layers.of((_NAME,), data, _NAME), data["mean"], data["spread"], bars)
