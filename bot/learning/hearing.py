"""Learns networks that hear something of a message alone, and hears by them as the running program does, whole and clause by clause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Self

import numpy as np

from bot.dialogue.message_heads import Hearing
from bot.language.normalise import readable
from bot.screening.clauses import clauses
from bot.screening.heads import Heads, Matrix
from bot.screening.kept_encodings import encoded
from bot.screening.letter_learning import LettersCourse, learn_letters
from bot.screening.letter_table import places
from bot.screening.network import Course, train
from bot.screening.senses import Senses
from bot.screening.tuned import TunedEncoder


@dataclass(frozen=True)
class HeardMessage:
    """A message, and which of several things it does; `parts` are its clauses, where it has several; "" is a language not needed."""

    text: str
    does: frozenset[str]
    parts: tuple[str, ...] = field(default=(), repr=False)
    language: str = ""

    @classmethod
    def of(cls, text: str, language: str, does: Iterable[str]) -> Self:
        """Return a message with its clauses."""
        several = clauses(readable(text), language)
        return cls(text, frozenset(does), tuple(several) if len(several) > 1 else (), language)

    @property
    def read(self) -> tuple[str, ...]:
        """Return what is read of it: the whole and its clauses."""
        return (self.text, *self.parts)


@dataclass(frozen=True)
class Learner:
    """Learns networks for some outputs from messages whose vectors are known, and hears other messages by them.

    `by_letters`: how the table of letters and words beside a network is learned; None for none.
    """

    outputs: tuple[str, ...]
    course: Course
    senses: Senses
    vectors: Mapping[str, Matrix]
    by_letters: LettersCourse | None = None

    @classmethod
    def over(
        cls,
        outputs: Sequence[str],
        course: Course,
        learned_from: Iterable[HeardMessage],
        heard_in: Iterable[HeardMessage],
        *,
        by_letters: LettersCourse | None = None,
    ) -> Self:
        """Return a learner that knows the vectors of some messages, and of the clauses of those in which something is to be heard."""
        encoder = TunedEncoder()
        texts = chain((message.text for message in learned_from), *(message.read for message in heard_in))
        senses, vectors = Senses.learned(Heads.load(encoder.folder), encoded(texts, encoder))
        return cls(tuple(outputs), course, senses, vectors, by_letters)

    def learned(self, messages: Sequence[HeardMessage]) -> Hearing:
        """Return what was learned from messages; one that stands there several times counts as often."""
        targets = np.array([[name in message.does for name in self.outputs] for message in messages], dtype=np.float32)
        network = train(self._rows(message.text for message in messages), targets, self.outputs, self.course)
        if self.by_letters is None:
            return Hearing(network)
        texts = [readable(message.text) for message in messages]
        return Hearing(network, learn_letters(texts, targets, self.outputs, self.by_letters, exclusive=False))

    def heard(self, hearing: Hearing, messages: Sequence[HeardMessage]) -> Matrix:
        """Return how likely each output is of each message, a row each."""
        seen = ([places(readable(text)) for text in message.read] for message in messages)
        heard = [hearing.heard(self._rows(message.read), one) for message, one in zip(messages, seen, strict=True)]
        return np.array(heard, dtype=np.float32)

    def _rows(self, texts: Iterable[str]) -> Matrix:
        return np.stack([self.vectors[readable(text)] for text in texts])
