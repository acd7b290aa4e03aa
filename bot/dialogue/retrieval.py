"""Which answers of the library are nearest in meaning to a question.

A question and all known ways of asking are points in the space of the sentence encoder; a projection that was learned from the ways
of asking draws those of one answer together and those of different answers apart. It knows nothing of single answers: one that was
written after the training is found as well, in every language. Beside it a network reads the question in its conversation: what was
said and answered before it; and a table reads its letters and words (`bot.screening.letter_table`). To an answer that they do not know
both are indifferent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.dialogue.answers import CALM, Library
from bot.dialogue.features import NEW, Context, Named, before, in_a_row, side_features
from bot.dialogue.state import Who
from bot.language.normalise import readable
from bot.screening.heads import Matrix
from bot.screening.layers import Layers
from bot.screening.letter_table import Letters

NEAREST: Final = 3  # ways of asking of one answer whose nearness counts
WAYS_LOOKED_AT: Final = (
    240  # the nearest ones, whose answers are weighed: what the letters say may bring up one that is not among the first
)
CALM_ONLY: Final = frozenset({CALM})
# What network and table say on average of an answer that is so near (335,000 answers near to validation messages): said of one that they do
# not know, which must neither win nor lose by that. An answer that is new has few ways of asking and none is quite like the message: it
# counts as a tenth nearer. With 39 answers taken for unknown, drawn six times, 237 of 1,253 validation questions find theirs, and one is
# nearest for nothing 202 times in 19,776 messages; without that tenth 76 and 39, with 0.15 345 and 569.
NEAR: Final = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85)
BY_NETWORK: Final = (-7.4, -5.9, -4.9, -3.8, -2.6, -1.4, -0.3)
BY_LETTERS: Final = (-6.7, -5.7, -4.9, -4.0, -2.9, -1.7, -0.5)
LEAST_BY_LETTERS: Final = -8.0  # the log likelihood below which the table says no more: it has seen few words of many
LEAST: Final = -8.0  # and the network no more of the whole message, where a clause of it is read
# What a clause asks for is most often what its message may ask for as a whole: how much that counts, and what it takes away on average.
# Of 3,226 validation questions, out of fold, 2,391 are answered so, with 622 wrong answers and 160 where nothing is asked; with a third of
# it 2,381, 634 and 191.
WHOLE_BY_NETWORK, WHOLE_BY_LETTERS, CLAUSE = 0.3, 0.2, 0.9
SHARE_OF_OTHERS: Final = 0.5  # of the second and third of them


@dataclass(frozen=True)
class _Likely:
    """The log likelihoods that network and table of letters give to answers."""

    network: Mapping[str, float]
    letters: Mapping[str, float]

    def by_network(self, answer: str, near: float) -> float:
        """Return what the network says of an answer, or of others that are as near, where it does not know this one."""
        return self.network[answer] if answer in self.network else float(np.interp(near, NEAR, BY_NETWORK))

    def by_letters(self, answer: str, near: float) -> float:
        """Return what the table of letters says of an answer, or of others that are as near."""
        known = self.letters[answer] if answer in self.letters else float(np.interp(near, NEAR, BY_LETTERS))
        return max(known, LEAST_BY_LETTERS)

    def of_a_clause(self, answer: str, near: float) -> float:
        """Return what these, of a whole message, add to an answer for one of its clauses."""
        by_network, by_letters = max(self.by_network(answer, near), LEAST), self.by_letters(answer, near)
        return CLAUSE + WHOLE_BY_NETWORK * by_network + WHOLE_BY_LETTERS * by_letters


@dataclass(frozen=True)
class Opinion:
    """What speaks for an answer: its nearness alone, whether its matter was answered last, and log likelihoods of network and table.

    `in_whole` is what the whole message adds, where a clause of it is read. `way` is the digest of the nearest way of asking, "" of a
    message of the training conversations.
    """

    answer: str
    near: float
    asked_on: bool
    likely: float
    by_letters: float
    way: str = ""
    in_whole: float = 0.0


@dataclass(frozen=True)
class Found:
    """An answer that is near to a part of a message, what speaks for it, and all that taken together: at most about 1."""

    opinion: Opinion
    nearness: float

    @property
    def answer(self) -> str:
        """Return the answer's id."""
        return self.opinion.answer


@dataclass(frozen=True)
class Nearness:
    """The ways of asking as unit vectors in the learned space, one row each, with the answer that each asks for.

    Beside those of the library stand messages of the training conversations (`heard` of them, the last rows). `followed` are ways that
    are understood only after another answer: they count for who was given one just before. `stays` is added to answers of the matter
    that was answered last: people ask on. `share` and `lettered` are how much the network and the table of letters count.
    """

    projection: Matrix
    vectors: Matrix
    owners: tuple[str, ...]
    followed: Matrix
    digests: tuple[str, ...] = ()
    heard: int = 0
    stays: float = 0.0
    share: float = 0.0
    lettered: float = 0.0
    network: Layers | None = None
    letters: Letters | None = None
    centres: Mapping[str, Matrix] = field(default_factory=dict)
    usable: dict[tuple[Who, frozenset[str]], NDArray[np.bool_]] = field(default_factory=dict, compare=False, repr=False)
    spoken: dict[str, NDArray[np.bool_]] = field(default_factory=dict, compare=False, repr=False)

    def find_each(
        self,
        parts: Sequence[tuple[str, Matrix]],
        library: Library,
        *,
        who: Who,
        context: Context = NEW,
        moments: frozenset[str] = CALM_ONLY,
        language: str = "",
        without: Collection[str] = (),
        most: int = 5,
    ) -> list[list[Found]]:
        """Return for each of several parts of a message, given as text and vector, the nearest answers, the nearest first.

        They fit who writes and one of the moments, may be said in the language, and are none of `without`. The first part is the message,
        the others its clauses: a clause asks for what the message may ask for as a whole.
        """
        found = []
        for opinions in self.opinions(parts, library, who=who, context=context, moments=moments, language=language, most=most):
            weighed = [Found(one, self.weighed(one)) for one in opinions if one.answer not in without]
            found.append(sorted(weighed, key=lambda one: -one.nearness)[:most])
        return found

    def weighed(self, opinion: Opinion) -> float:
        """Return how near an answer is, all that speaks for it taken together."""
        stays, share, lettered = self.stays * opinion.asked_on, self.share * opinion.likely, self.lettered * opinion.by_letters
        return opinion.near + stays + share + lettered + opinion.in_whole

    def opinions(
        self,
        parts: Sequence[tuple[str, Matrix]],
        library: Library,
        *,
        who: Who,
        context: Context = NEW,
        moments: frozenset[str] = CALM_ONLY,
        language: str = "",
        most: int = 5,
    ) -> list[list[Opinion]]:
        """Return what speaks for each of the answers whose ways of asking are nearest to each of several parts of a message."""
        if not self.owners:
            return [[] for _ in parts]
        usable = self._fitting(library, who, moments) & self._said_in(library, language)
        usable &= (self.followed == 0) | bool(context.needs)
        cosines = unit(np.stack([sense for _, sense in parts]) @ self.projection.T) @ self.vectors.T
        cosines[:, ~usable] = -1.0
        asked_on = {library.answers[name].matter for name in context.needs[:1] if name in library}
        found = []
        whole: _Likely | None = None
        for (text, _), row, by_network in zip(parts, cosines, self._by_network(parts, context), strict=True):
            likely = _Likely(by_network, self._by_letters(text))
            nearest = {
                name: (_together(near), way) for name, (near, way) in self._nearest(row, max(most * 12, WAYS_LOOKED_AT)).items()
            }
            found.append(
                [
                    Opinion(
                        name,
                        near,
                        library.answers[name].matter in asked_on,
                        likely.by_network(name, near),
                        likely.by_letters(name, near),
                        way,
                        whole.of_a_clause(name, near) if whole is not None else 0.0,
                    )
                    for name, (near, way) in nearest.items()
                ]
            )
            whole = whole or likely
        return found

    def _nearest(self, cosines: Matrix, most: int) -> dict[str, tuple[list[float], str]]:
        """Return by answer the cosines of its ways among the nearest ones of all, and the digest of its nearest way."""
        top = np.argpartition(cosines, -most)[-most:] if len(cosines) > most else np.arange(len(cosines))
        best: dict[str, tuple[list[float], str]] = {}
        for place in top[np.argsort(-cosines[top])].tolist():
            near, _ = best.setdefault(self.owners[place], ([], self.digests[place] if place < len(self.digests) else ""))
            near.append(float(cosines[place]))
        return best

    def _fitting(self, library: Library, who: Who, moments: frozenset[str]) -> NDArray[np.bool_]:
        """Return which ways of asking are of answers that may be said to somebody in one of some moments; found once for each."""
        if (who, moments) not in self.usable:
            known = {name: answer.fits(who) and not moments.isdisjoint(answer.when) for name, answer in library.answers.items()}
            self.usable[who, moments] = np.array([known[owner] for owner in self.owners], dtype=np.bool_)
        return self.usable[who, moments]

    def _said_in(self, library: Library, language: str) -> NDArray[np.bool_]:
        """Return which ways of asking are of answers that may be said in a language, "" for any; found once for each."""
        if language not in self.spoken:
            said = {name: not language or answer.said_in(language) for name, answer in library.answers.items()}
            self.spoken[language] = np.array([said[owner] for owner in self.owners], dtype=np.bool_)
        return self.spoken[language]

    def _by_network(self, parts: Sequence[tuple[str, Matrix]], context: Context) -> list[dict[str, float]]:
        """Return for each part the log likelihoods of the network for each answer that it knows."""
        if self.network is None:
            return [{} for _ in parts]
        logits = self.network.logits(np.stack([self.features(text, sense, context) for text, sense in parts]))
        logits -= logits.max(axis=1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return [dict(zip(self.network.outputs, row, strict=True)) for row in logits.tolist()]

    def _by_letters(self, text: str) -> dict[str, float]:
        """Return the log likelihoods of the table of letters for each answer that it knows."""
        return self.letters.likely(readable(text)) if self.letters is not None else {}

    def features(self, text: str, sense: Matrix, context: Context) -> Matrix:
        """Return what the network reads: the question, the message before it, what was answered last, and the context."""
        last = self.centres.get(context.needs[0]) if context.needs else None
        nothing = np.zeros_like(next(iter(self.centres.values())))
        return in_a_row(_named(text, sense, context, nothing if last is None else last))


def inputs() -> tuple[str, ...]:
    """Return the names of what the network of a `Nearness` reads, in order; a vector has one name."""
    return tuple(_named("", np.zeros(0, dtype=np.float32), NEW, np.zeros(0, dtype=np.float32)))


def _named(text: str, sense: Matrix, context: Context, answered: Matrix) -> dict[str, Named]:
    return {
        "message": sense,
        "message before": before(context, len(answered)),
        "answered last": answered,
        **side_features(text, context),
    }


def unit(vectors: Matrix) -> Matrix:
    """Return vectors of length one."""
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9), dtype=np.float32)


def _together(near: Sequence[float]) -> float:
    """Return how near an answer is, from its nearest ways of asking: one alone may be an odd one."""
    others = near[1:NEAREST]
    return (near[0] + SHARE_OF_OTHERS * sum(others)) / (1 + SHARE_OF_OTHERS * len(others))
