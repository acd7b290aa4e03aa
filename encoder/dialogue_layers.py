"""Learn the dialogue's own upper layers: `python -m encoder.dialogue_layers --help`.

The last layers are tuned for screening, and forget what that does not need. A second set of the upper ones, begun as copies and learned for
the dialogue alone, leaves everything that the screening reads as it is. The heads are thrown away afterwards: the running program learns
its own over the finished vectors.
"""

from __future__ import annotations

import argparse
import pickle
import random
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bot.dialogue.commands import LABELS, REFUSES, WANTS
from bot.dialogue.heads import ROLES
from encoder.dialogue_examples import BEGIN, Goals, Material, material
from encoder.exported import ATTENTION_HEADS, read_exported, read_grafted
from encoder.network import Layer, pool
from encoder.plan import best_precision
from encoder.texts import padded

SPACE: Final = 160  # dimensions in which answers have places
PREFIX: Final = "dialogue/"  # of the names of these layers in an exported encoder
_PERSON: Final = [LABELS.index(name) for name in (WANTS, REFUSES)]
_STRETCH: Final = 40  # batches that are sorted by length together, so that little is padded


@dataclass(frozen=True)
class Plan:
    """The choices of one training."""

    epochs: int = 3
    batch: int = 64
    rate: float = 2e-4
    head_rate: float = 2e-3
    warm_up: float = 0.05
    dropout: float = 0.0  # in the layers: on two cores it costs as much time as everything else
    temperature: float = 0.07
    other_hand: float = 0.4  # how often a message is read as another hand could have typed it
    answer_weight: float = 1.0
    place_weight: float = 0.5
    person_weight: float = 0.5
    who_weight: float = 0.3
    seed: int = 7


class DialogueLayers(nn.Module):
    """The upper layers, from the states below them to one vector a text."""

    def __init__(self, exported: dict[str, Tensor], *, dropout: float) -> None:
        super().__init__()
        prefix = f"layers.{BEGIN}."
        width = exported[f"{prefix}query.weight"].shape[0]
        inner = exported[f"{prefix}up.weight"].shape[0]
        depth = 1 + max(int(name.split(".")[1]) for name in exported if name.startswith("layers."))
        self.width = width
        self.layers = nn.ModuleList(Layer(width, ATTENTION_HEADS, inner, 1e-12, dropout) for _ in range(BEGIN, depth))
        for place, layer in enumerate(self.layers):
            start = f"layers.{BEGIN + place}."
            layer.load_state_dict({name.removeprefix(start): value for name, value in exported.items() if name.startswith(start)})

    def forward(self, states: Tensor, lengths: Tensor, mask: Tensor | None) -> Tensor:
        """Return the mean of each text's piece vectors."""
        for layer in self.layers:
            states = layer(states, mask)
        return pool(states.float(), lengths)


class TrainingHeads(nn.Module):
    """What the layers are learned by: commands, the answer asked for (by a network, and by places), a person, and who writes."""

    def __init__(self, width: int, context: int, answers: int) -> None:
        super().__init__()
        self.standard = nn.BatchNorm1d(width, affine=False)
        self.dropout = nn.Dropout(0.3)
        self.commands = _network(width + context, 160, len(LABELS))
        self.answers = _network(width + context, 256, answers)
        self.who = _network(width + context, 80, len(ROLES))
        self.person = nn.Linear(width, len(_PERSON))
        self.space = nn.Linear(width, SPACE, bias=False)
        self.places = nn.Parameter(torch.randn(answers, SPACE) * 0.05)

    def forward(self, vectors: Tensor, context: Tensor) -> dict[str, Tensor]:
        """Return the logits of each goal; those of places are cosines."""
        alone = self.dropout(self.standard(vectors))
        both = torch.cat([alone, context], dim=1)
        return {
            "commands": self.commands(both),
            "answers": self.answers(both),
            "who": self.who(both),
            "person": self.person(alone),
            "places": F.normalize(self.space(alone), dim=1) @ F.normalize(self.places, dim=1).T,
        }


def _network(width: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(0.3), nn.Linear(hidden, outputs))


class Training:
    """One run."""

    def __init__(self, plan: Plan, read: Material, folder: Path, *, go_on: bool = False) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.read = plan, read
        self.layers = DialogueLayers(read_exported(folder)["encoder"], dropout=plan.dropout)
        if go_on:
            self.layers.load_state_dict(read_grafted(folder, PREFIX))
        self.heads = TrainingHeads(self.layers.width, read.goals.context.shape[1], len(read.answers))
        self.precision = best_precision()
        self.optimiser = torch.optim.AdamW(
            [
                {"params": list(self.layers.parameters()), "peak": plan.rate},
                {"params": list(self.heads.parameters()), "peak": plan.head_rate},
            ],
            weight_decay=0.01,
            fused=True,
        )
        self.parameters = [one for group in self.optimiser.param_groups for one in group["params"]]
        self.steps = max(int(sum(read.weights) / plan.batch), 1) * plan.epochs
        self.step = 0

    def _precisely(self) -> AbstractContextManager[object]:
        return torch.autocast("cpu", torch.bfloat16) if self.precision == "bf16" else nullcontext()

    def vectors(self, texts: Sequence[str]) -> Tensor:
        """Return the vectors of texts whose states are known."""
        states, lengths, mask = padded([torch.from_numpy(self.read.states[text]) for text in texts])
        with self._precisely():
            return self.layers(states, lengths, mask)

    def epoch(self, number: int) -> float:
        """Learn for one epoch; return the mean loss."""
        chance = random.Random(self.plan.seed * 1000 + number)
        drawn = [place for place, weight in enumerate(self.read.weights) if chance.random() < weight]
        read = {
            place: (self.read.other_hands if chance.random() < self.plan.other_hand else self.read.texts)[place]
            for place in drawn
        }
        self.layers.train()
        self.heads.train()
        total, began = 0.0, time.monotonic()
        batches = list(self._batches(drawn, read, chance))
        for count, batch in enumerate(batches, start=1):
            self._set_rates()
            told = self.heads(self.vectors([read[place] for place in batch]), self._context(self.read.goals, batch))
            loss = self._loss(told, self.read.goals, batch)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(self.parameters, 1.0)
            self.optimiser.step()
            total += float(loss)
            if count % 100 == 0:
                print(f"{number}: {count} of {len(batches)}, {total / count:.3f}, {time.monotonic() - began:.0f} s", flush=True)
        return total / len(batches)

    def _batches(self, drawn: list[int], read: dict[int, str], chance: random.Random) -> Iterable[list[int]]:
        chance.shuffle(drawn)
        size = self.plan.batch
        batches: list[list[int]] = []
        for start in range(0, len(drawn), size * _STRETCH):
            stretch = sorted(drawn[start : start + size * _STRETCH], key=lambda place: len(self.read.states[read[place]]))
            batches += [stretch[place : place + size] for place in range(0, len(stretch), size)]
        chance.shuffle(batches)
        return [batch for batch in batches if len(batch) > 1]

    def _set_rates(self) -> None:
        warm = self.plan.warm_up * self.steps
        share = self.step / warm if self.step < warm else max(self.steps - self.step, 0) / (self.steps - warm)
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * max(share, 0.005)
        self.step += 1

    @staticmethod
    def _context(goals: Goals, batch: Sequence[int]) -> Tensor:
        return torch.from_numpy(goals.context[list(batch)].astype(np.float32))

    def _loss(self, told: dict[str, Tensor], goals: Goals, batch: Sequence[int]) -> Tensor:
        places = list(batch)
        commands = torch.from_numpy(goals.commands[places].astype(np.float32))
        known = torch.from_numpy(goals.known[places].astype(np.float32))
        apart = F.binary_cross_entropy_with_logits(told["commands"], commands, known, reduction="sum") / len(places)
        person = F.binary_cross_entropy_with_logits(told["person"], commands[:, _PERSON], reduction="sum") / len(places)
        loss = apart + self.plan.person_weight * person
        needs = _needs(goals, places, len(self.read.answers))
        asks = needs.sum(1) > 0
        if bool(asks.any()):
            share = asks.float().mean()
            network = F.cross_entropy(told["answers"][asks], needs[asks], label_smoothing=0.05)
            near = F.cross_entropy(told["places"][asks] / self.plan.temperature, needs[asks], label_smoothing=0.05)
            loss = loss + share * (self.plan.answer_weight * network + self.plan.place_weight * near)
        who = torch.from_numpy(goals.who[places])
        if bool((who >= 0).any()):
            loss = loss + self.plan.who_weight * F.cross_entropy(told["who"], who, ignore_index=-1)
        return loss

    def looked_at(self) -> dict[str, float]:
        """Return how well the training's own heads do on the turns of strangers."""
        texts, goals = self.read.strangers
        self.layers.eval()
        self.heads.eval()
        told: dict[str, list[Tensor]] = {}
        with torch.no_grad():
            for start in range(0, len(texts), 32):
                batch = range(start, min(start + 32, len(texts)))
                found = self.heads(self.vectors([texts[place] for place in batch]), self._context(goals, batch))
                for name, values in found.items():
                    told.setdefault(name, []).append(values)
        said = {name: torch.cat(values).numpy() for name, values in told.items()}
        asks = [place for place, needs in enumerate(goals.needs) if needs]
        figures = {"asks": float(len(asks))}
        for name in ("answers", "places"):
            order = np.argsort(-said[name][asks], axis=1)[:, :3]
            right = np.array(
                [[one in goals.needs[place] for one in row] for place, row in zip(asks, order.tolist(), strict=True)]
            )
            figures |= {f"{name}_first": float(right[:, 0].mean()), f"{name}_three": float(right.any(1).mean())}
        precise = [
            _average_precision(said["commands"][:, place], goals.commands[:, place])
            for place in range(len(LABELS))
            if goals.commands[:, place].sum() >= 5
        ]
        return figures | {"commands": float(np.mean(precise))}


def _needs(goals: Goals, places: Sequence[int], answers: int) -> Tensor:
    needs = torch.zeros(len(places), answers)
    for row, place in enumerate(places):
        for answer, share in goals.needs[place].items():
            needs[row, answer] = share
    return needs


def _average_precision(likely: np.ndarray, true: np.ndarray) -> float:  # type: ignore[type-arg]
    order = np.argsort(-likely)
    right = true[order].astype(np.float64)
    return float((np.cumsum(right) / np.arange(1, len(right) + 1) * right).sum() / right.sum())


def main() -> None:
    """Learn as the command line says."""
    parser = argparse.ArgumentParser(description="Learn the dialogue's own upper layers of an exported encoder.")
    parser.add_argument("--encoder", type=Path, default=Path("encoder/model"), help="the exported encoder to which they belong")
    parser.add_argument("--out", type=Path, default=Path("build/dialogue_layers.pt"))
    parser.add_argument("--material", type=Path, help="keep what is read of the data in this file, or take it from there")
    parser.add_argument(
        "--go-on", action="store_true", help="begin with the dialogue's layers of that encoder, not with copies of its own"
    )
    parser.add_argument("--epochs", type=int, default=Plan.epochs)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.material is not None and options.material.exists():
        with options.material.open("rb") as file:
            read = pickle.load(file)  # noqa: S301 - written by this command
    else:
        read = material(options.encoder, threads=options.threads)
        if options.material is not None:
            with options.material.open("wb") as file:
                pickle.dump(read, file, protocol=5)
    print(f"{len(read.texts)} examples, {len(read.states)} texts", flush=True)
    training = Training(Plan(epochs=options.epochs), read, options.encoder, go_on=options.go_on)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    for number in range(options.epochs):
        loss = training.epoch(number)
        figures = {name: round(value, 3) for name, value in training.looked_at().items()}
        print(f"epoch {number + 1}: loss {loss:.3f}, {figures}", flush=True)
        torch.save({"layers": training.layers.state_dict(), "begin": BEGIN, "figures": figures}, options.out)


if __name__ == "__main__":
    main()
