"""Needs and commands in the training: what one step learns beside the rows, and what is looked at after an epoch."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from encoder.needs import SpokenHeads, SpokenRows, told_right
from encoder.plan import Plan
from encoder.said import FOLLOW, PHRASE, TURN, WAY, parted, read_said
from encoder.texts import Texts

_PHRASES_CHECKED = 8  # one in so many: they are all alike
_BEGIN_WITH = 12  # examples of each answer, or a few more
_STRETCH = 20  # batches that are drawn and sorted by length together
_Read = tuple[int, list[int]]  # the number of an example and its pieces as it is read this time
Standards = Callable[[list[list[int]]], Tensor]  # from pieces of texts to standardised vectors


class Spoken:
    """The examples of conversations and of ways of asking with their heads."""

    def __init__(self, plan: Plan, texts: Texts, standards: Standards, standards_all: Standards) -> None:
        """Read the examples and place the answers; `standards` reads one batch with gradients, `standards_all` many texts without."""
        self.plan, self._texts, self._standards, self._standards_all = plan, texts, standards, standards_all
        self._ready: list[list[_Read]] = []
        examples, answers = read_said()
        learned, held = parted(examples)
        learned = learned[:: plan.every]
        held = [said for place, said in enumerate(held) if said.kind != PHRASE or place % _PHRASES_CHECKED == 0]
        self.rows, self.held = SpokenRows(learned, answers, plan), SpokenRows(held, answers, plan)
        asking, owners = self._some_of_each()
        read = [texts.pieces(learned[number].text) for number in asking]
        with torch.no_grad():
            standard = standards_all(read)
        self.heads = SpokenHeads(standard.shape[1], len(answers))
        self.heads.begin(standard, owners)

    def _some_of_each(self) -> tuple[list[int], list[int]]:
        """Return a few examples that ask for each answer, and these answers: enough to begin with."""
        found: dict[int, list[int]] = {}
        for number in np.flatnonzero(self.rows.needs.sum(1)).tolist():
            found.setdefault(int(self.rows.needs[number].argmax()), []).append(number)
        chosen = [
            (number, owner) for owner, numbers in found.items() for number in numbers[:: max(1, len(numbers) // _BEGIN_WITH)]
        ]
        return [number for number, _ in chosen], [owner for _, owner in chosen]

    def loss(self, chance: random.Random) -> Tensor:
        """Return the loss of one batch, drawn by chance."""
        if not self._ready:
            self._ready = self._batches(chance)
        batch = self._ready.pop()
        self.heads.train()
        told = self.heads(self._standards([ids for _, ids in batch]))
        return self.rows.loss(told, [number for number, _ in batch])

    def _batches(self, chance: random.Random) -> list[list[_Read]]:
        """Return some batches of like length, so that little is padded."""
        size = self.plan.spoken_batch
        drawn = self.rows.drawn(size * _STRETCH, chance)
        read = [(number, self._texts.pieces(self.rows.read(number, chance))) for number in drawn]
        read.sort(key=lambda one: len(one[1]))
        batches = [read[start : start + size] for start in range(0, len(read), size)]
        chance.shuffle(batches)
        return batches

    def check(self) -> dict[str, float]:
        """Return the figures on what is held out."""
        self.heads.eval()
        cosines, commands = self.heads(self._standards_all([self._texts.pieces(said.text) for said in self.held.examples]))
        figures: dict[str, float] = {}
        for kind in (WAY, FOLLOW, TURN, PHRASE):
            figures |= told_right(cosines.numpy(), commands.numpy(), self.held, kind)
        return figures
