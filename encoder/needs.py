"""The goals beside those of the rows: which answer a message asks for, and what it does.

Needs are learned in a space of few dimensions, begun as the running program makes its own (`bot.dialogue.learning`): there each
answer has a place, and the nearest place should be that of the answer asked for. The heads serve the training alone; the running
program learns its own on the finished vectors.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from bot.dialogue.commands import LABELS
from bot.dialogue.learning import learn_projection
from encoder.augment import varied
from encoder.plan import Plan
from encoder.said import PHRASE, TURN, Said

_SPACE = 128
_USUAL = 0.05  # of the weights of a layer this wide


class SpokenHeads(nn.Module):
    """The places of the answers in a projected space, and a linear head for what a message does."""

    def __init__(self, width: int, answers: int) -> None:
        super().__init__()
        self.space = nn.Linear(width, min(_SPACE, answers - 1), bias=False)
        self.places = nn.Parameter(torch.zeros(answers, self.space.out_features))
        self.commands = nn.Linear(width, len(LABELS))
        self.dropout = nn.Dropout(0.1)

    def begin(self, standard: Tensor, owners: Sequence[int]) -> None:
        """Place the answers where the ways of asking lie before the training."""
        owning = torch.tensor(owners)
        with torch.no_grad():
            projection = torch.from_numpy(learn_projection(standard.numpy(), [str(owner) for owner in owners]))
            # Only directions count: the weights are made as large as others, or the first steps of the training would undo them.
            self.space.weight[: len(projection)] = projection * (_USUAL / projection.std())
            lying = F.normalize(self.space(standard), dim=1)
            self.places.zero_().index_add_(0, owning, lying)
            self.places.copy_(F.normalize(self.places, dim=1))

    def where(self) -> list[nn.Parameter]:
        """Return what says where answers lie: begun well, so that it learns more slowly than other heads."""
        return [self.space.weight, self.places]

    def forward(self, standard: Tensor) -> tuple[Tensor, Tensor]:
        """Return the cosines to the answers and the logits of the commands."""
        standard = self.dropout(standard)
        return F.normalize(self.space(standard), dim=1) @ F.normalize(self.places, dim=1).T, self.commands(standard)


class SpokenRows:
    """The examples of one run, their goals, and how they come before the encoder."""

    def __init__(self, examples: Sequence[Said], answers: Sequence[str], plan: Plan) -> None:
        self.examples, self.plan = list(examples), plan
        self.needs = np.zeros((len(self.examples), len(answers)), dtype=np.float32)
        self.commands = np.zeros((len(self.examples), len(LABELS)), dtype=np.float32)
        place_of = {name: place for place, name in enumerate(answers)}
        for number, said in enumerate(self.examples):
            for names in said.needs:
                for name in names:
                    self.needs[number, place_of[name]] += 1 / (len(names) * len(said.needs))
            for label in said.labels:
                self.commands[number, LABELS.index(label)] = 1.0
        self._weights = [self._weight(said) for said in self.examples]

    def _weight(self, said: Said) -> float:
        if said.kind == PHRASE:
            return self.plan.phrase_weight
        return self.plan.turn_weight if said.kind == TURN and said.needs else 1.0

    def drawn(self, count: int, chance: random.Random) -> list[int]:
        """Return the numbers of some examples, drawn by chance: turns come more often than ways of asking, phrases seldom."""
        return chance.choices(range(len(self.examples)), self._weights, k=count)

    def read(self, number: int, chance: random.Random) -> str:
        """Return how an example is read this time."""
        said = self.examples[number]
        return varied(said.text, said.language, chance) if chance.random() < self.plan.varied_share else said.text

    def loss(self, told: tuple[Tensor, Tensor], batch: Sequence[int]) -> Tensor:
        """Return how far what the heads say is from the goals of a batch."""
        cosines, logits = told
        needs, commands = torch.from_numpy(self.needs[batch]), torch.from_numpy(self.commands[batch])
        asks = needs.sum(1) > 0
        apart = F.binary_cross_entropy_with_logits(logits, commands) * self.plan.command_weight * _COMMON
        if bool(asks.any()):
            nearest = F.cross_entropy(cosines[asks] / self.plan.temperature, needs[asks], label_smoothing=0.05)
            apart = apart + self.plan.need_weight * nearest * asks.float().mean()
        return apart


_COMMON = 10  # a command is one of many that are absent: without it their mean would hardly count beside the rest


def told_right(cosines: NDArray[np.float32], commands: NDArray[np.float32], rows: SpokenRows, kind: str) -> dict[str, float]:
    """Return how often the nearest answer and one of the nearest three is right for one kind of examples, and the F1 of commands."""
    here = np.array([said.kind == kind for said in rows.examples])
    asks = here & (rows.needs.sum(1) > 0)
    found: dict[str, float] = {}
    if asks.any():
        order = np.argsort(-cosines[asks], axis=1)
        right = np.take_along_axis(rows.needs[asks], order, axis=1) > 0
        found |= {f"{kind}_first": float(right[:, 0].mean()), f"{kind}_three": float(right[:, :3].any(1).mean())}
    if here.any():
        said, truth = commands[here] > 0, rows.commands[here] > 0
        found[f"{kind}_commands"] = float(2 * (said & truth).sum() / max(said.sum() + truth.sum(), 1))
    return found
