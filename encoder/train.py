"""Fine-tune the encoder on `nlu_data/`: `python -m encoder.train --help`.

Word embeddings and the lower layers stay as they are; their outputs for the rows as written are kept in memory. Rows held out and
messages of strangers (`nlu_data/validation/`) are never trained on: they tell how far it is. After each epoch the state is written,
so that an interrupted training goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from bot.messages import Triage
from bot.screening.normalise import readable
from bot.screening.rows import Row, held_out, read_rows, training_files, validation_files
from encoder.augment import varied
from encoder.base import dequantise, read_base
from encoder.labels import NAMES, labels_of
from encoder.measures import measure
from encoder.network import Encoder, Heads, pool
from encoder.vocabulary import make_tokenizer, normalised

PREFIX = "query: "
_AVERAGE_EVERY = 4  # steps: following each step costs a tenth of the time and changes nothing


@dataclass(frozen=True)
class Plan:
    """Everything that a training depends on besides the data."""

    epochs: int = 8
    batch: int = 16
    frozen: int = 2
    rate: float = 3e-4
    head_rate: float = 2e-3
    decay_a_layer: float = 0.95
    warm_up: float = 0.1
    dropout: float = 0.1
    longest: int = 128
    varied_share: float = 0.45
    greeting_share: float = 0.08
    joined_share: float = 0.06
    triage_weight: float = 1.0
    emergency_weight: float = 1.5
    indicator_weight: float = 3.0
    speaker_weight: float = 0.5
    language_weight: float = 0.3
    smoothing: float = 0.0
    average: float = 0.995
    every: int = 1  # train on one row in `every`, for experiments
    seed: int = 7


class Texts:
    """Turns texts into word vectors."""

    def __init__(self, longest: int) -> None:
        self.base = read_base()
        self._tokenizer = make_tokenizer(self.base)
        self._table = {ord(key): value for key, value in self.base.normal_form.items()}
        self._longest = longest

    def pieces(self, text: str) -> list[int]:
        """Return the ids of a text's pieces with the special ones around them."""
        ids = self._tokenizer.encode(normalised(PREFIX + readable(text), self._table)).ids
        return [self.base.specials["bos"], *ids[: self._longest - 2], self.base.specials["eos"]]

    def words(self, ids: list[int]) -> Tensor:
        """Return word vectors, shape (pieces, width)."""
        return torch.from_numpy(dequantise(self.base.word_blocks[ids]))


def padded(parts: list[Tensor]) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return a batch, the lengths in it, and the additive mask where lengths differ."""
    lengths = torch.tensor([len(part) for part in parts])
    batch = torch.nn.utils.rnn.pad_sequence([part.float() for part in parts], batch_first=True)
    if int(lengths.min()) == batch.shape[1]:
        return batch, lengths, None
    outside = torch.arange(batch.shape[1])[None, :] >= lengths[:, None]
    return batch, lengths, torch.zeros(outside.shape).masked_fill(outside, -1e4)[:, None, None, :]


class Training:
    """One run of the training."""

    def __init__(self, plan: Plan, rows: list[Row], strangers: list[Row], folder: Path, start_from: Path | None = None) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.folder = plan, folder
        self.texts = Texts(plan.longest)
        trained = [row for row in rows if not held_out(row)]
        self.rows = trained[:: plan.every]
        self.checked = [*(row for row in rows if held_out(row)), *strangers]
        self.labels, self.checked_labels = labels_of(self.rows), labels_of(self.checked)
        self.encoder = Encoder(self.texts.base, plan.dropout)
        self.heads = Heads(self.texts.base.sizes["width"], {name: len(values) for name, values in NAMES.items()})
        self.encoder.positions.requires_grad_(False)
        self.encoder.norm.requires_grad_(False)
        self.encoder.layers[: plan.frozen].requires_grad_(False)
        earlier = torch.load(start_from, weights_only=True) if start_from else None
        if earlier:
            self.encoder.load_state_dict(earlier["encoder"])
        self.kept: list[Tensor] = self._lower_all(self.rows)
        self.kept_checked: list[Tensor] = self._lower_all(self.checked)
        if earlier:
            self.heads.load_state_dict(earlier["heads"])
        else:
            self._standardise()
        counts = np.bincount(self.labels.triage, minlength=4)
        weight = np.sqrt(counts.mean() / np.maximum(counts, 1))
        weight[NAMES["triage"].index("emergency")] *= plan.emergency_weight
        self.triage_weight = torch.tensor(weight / weight.mean(), dtype=torch.float32)
        self.greetings: dict[str, list[str]] = {}
        for row in self.rows:
            if row.topic == "greet" and len(row.text) < 40:
                self.greetings.setdefault(row.language, []).append(row.text.rstrip(" .!?"))
        self.telling: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows):
            if row.triage is not Triage.NONE and len(row.text) < 200:
                self.telling.setdefault(row.language, []).append(number)
        self.optimiser, self.parameters = self._optimiser()
        self.average = [parameter.detach().clone() for parameter in self.parameters]
        self.done = 0
        self.history: list[dict[str, float]] = []
        self.total_steps = plan.epochs * ((len(self.rows) + plan.batch - 1) // plan.batch)

    def _optimiser(self) -> tuple[torch.optim.AdamW, list[torch.nn.Parameter]]:
        groups = []
        depth = len(self.encoder.layers)
        for index in range(self.plan.frozen, depth):
            rate = self.plan.rate * self.plan.decay_a_layer ** (depth - 1 - index)
            groups.append({"params": list(self.encoder.layers[index].parameters()), "lr": rate})
        groups.append({"params": list(self.heads.parameters()), "lr": self.plan.head_rate})
        optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
        for group in optimiser.param_groups:
            group["peak"] = group["lr"]
        return optimiser, [parameter for group in groups for parameter in group["params"]]

    def _lower(self, ids: list[list[int]]) -> list[Tensor]:
        words, lengths, mask = padded([self.texts.words(one) for one in ids])
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            was = self.encoder.training
            hidden = self.encoder.eval().lower(words, mask, self.plan.frozen)
            self.encoder.train(was)
        return [part[:length].bfloat16() for part, length in zip(hidden, lengths.tolist(), strict=True)]

    def _lower_all(self, rows: list[Row]) -> list[Tensor]:
        ids = [self.texts.pieces(row.text) for row in rows]
        order = sorted(range(len(rows)), key=lambda number: len(ids[number]))
        kept: list[Tensor] = [torch.empty(0)] * len(rows)
        for start in tqdm(range(0, len(rows), 32), desc="lower layers", mininterval=10):
            chosen = order[start : start + 32]
            for number, part in zip(chosen, self._lower([ids[number] for number in chosen]), strict=True):
                kept[number] = part
        return kept

    def _pooled(self, parts: list[Tensor]) -> Tensor:
        hidden, lengths, mask = padded(parts)
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.encoder.upper(hidden, mask, self.plan.frozen)
        return pool(hidden.float(), lengths)

    def _pooled_all(self, kept: list[Tensor]) -> Tensor:
        self.encoder.eval()
        order = sorted(range(len(kept)), key=lambda number: len(kept[number]))
        found = torch.empty(len(kept), self.texts.base.sizes["width"])
        with torch.no_grad():
            for start in range(0, len(kept), 32):
                chosen = order[start : start + 32]
                found[chosen] = self._pooled([kept[number] for number in chosen])
        return found

    def _standardise(self) -> None:
        pooled = self._pooled_all(self.kept[::4])
        self.heads.mean.copy_(pooled.mean(0))
        self.heads.scale.copy_(pooled.std(0) + 1e-3)

    def _batches(self, chance: random.Random) -> list[list[int]]:
        order = list(range(len(self.rows)))
        chance.shuffle(order)
        size = self.plan.batch
        batches = []
        for start in range(0, len(order), size * 40):  # bucketed by length inside a stretch, so that little is padded
            stretch = sorted(order[start : start + size * 40], key=lambda number: len(self.kept[number]))
            batches += [stretch[place : place + size] for place in range(0, len(stretch), size)]
        chance.shuffle(batches)
        return batches

    def _inputs(self, batch: list[int], chance: random.Random) -> tuple[list[Tensor], dict[str, Tensor]]:
        parts = [self.kept[number] for number in batch]
        goals = {name: torch.from_numpy(values[batch]) for name, values in vars(self.labels).items()}
        changed: dict[int, str] = {}
        for place, number in enumerate(batch):
            row = self.rows[number]
            if row.triage is not Triage.NONE and chance.random() < self.plan.joined_share:
                other = chance.choice(self.telling[row.language])
                changed[place] = self._joined(place, number, other, goals, chance)
            elif chance.random() < self.plan.varied_share:
                changed[place] = self._varied(row, chance)
        if changed:
            ids = [self.texts.pieces(text) for text in changed.values()]
            for place, part in zip(changed, self._lower(ids), strict=True):
                parts[place] = part
        return parts, goals

    def _varied(self, row: Row, chance: random.Random) -> str:
        text = row.text
        greetings = self.greetings.get(row.language)
        if greetings and row.topic != "greet" and chance.random() < self.plan.greeting_share:
            text = chance.choice(greetings) + chance.choice((", ", ". ", " ")) + text
        return varied(text, row.language, chance)

    def _joined(self, place: int, number: int, other: int, goals: dict[str, Tensor], chance: random.Random) -> str:
        """Return two messages as one, as people tell their story in several; the graver one gives triage, topic and speaker."""
        labels = self.labels
        goals["indicators"][place] = torch.from_numpy(np.maximum(labels.indicators[number], labels.indicators[other]))
        if labels.triage[other] > labels.triage[number]:
            for name in ("topics", "triage", "speaker"):
                goals[name][place] = torch.from_numpy(np.asarray(getattr(labels, name)[other]))
        texts = [self.rows[number].text, self.rows[other].text]
        chance.shuffle(texts)
        return chance.choice((" ", ". ", "\n")).join(texts)

    def _loss(self, logits: dict[str, Tensor], goals: dict[str, Tensor]) -> Tensor:
        plan = self.plan
        return (
            F.cross_entropy(logits["topic"], goals["topics"], label_smoothing=plan.smoothing)
            + plan.triage_weight * F.cross_entropy(logits["triage"], goals["triage"], weight=self.triage_weight)
            + plan.indicator_weight * F.binary_cross_entropy_with_logits(logits["indicators"], goals["indicators"]) * 3
            + plan.speaker_weight * F.cross_entropy(logits["speaker"], goals["speaker"])
            + plan.language_weight * F.cross_entropy(logits["language"], goals["language"])
        )

    def _set_rates(self, step: int) -> None:
        warm = self.plan.warm_up * self.total_steps
        share = step / warm if step < warm else (self.total_steps - step) / max(self.total_steps - warm, 1)
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * max(share, 0.01)

    def epoch(self) -> dict[str, float]:
        """Train one epoch and return the figures on the validation rows."""
        chance = random.Random(self.plan.seed * 1000 + self.done)
        torch.manual_seed(self.plan.seed * 1000 + self.done)
        batches = self._batches(chance)
        started, total = time.monotonic(), 0.0
        for number, batch in enumerate(tqdm(batches, desc=f"epoch {self.done + 1}", mininterval=20)):
            step = self.done * len(batches) + number
            self._set_rates(step)
            self.encoder.train()
            self.heads.train()
            inputs, goals = self._inputs(batch, chance)
            loss = self._loss(self.heads(self._pooled(inputs)), goals)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
            self.optimiser.step()
            if step % _AVERAGE_EVERY == 0:
                self._follow(step // _AVERAGE_EVERY)
            total += float(loss.detach())
        self.done += 1
        figures = {"epoch": self.done, "loss": total / len(batches), "seconds": time.monotonic() - started, **self.check()}
        self.history.append(figures)
        return figures

    def _follow(self, count: int) -> None:
        keep = min(self.plan.average**_AVERAGE_EVERY, (1 + count) / (10 + count))
        with torch.no_grad():
            torch._foreach_lerp_(self.average, [parameter.detach() for parameter in self.parameters], 1 - keep)

    def check(self) -> dict[str, float]:
        """Return the figures of the averaged weights on the validation rows."""
        with self._averaged(), torch.no_grad():
            self.heads.eval()
            logits = self.heads(self._pooled_all(self.kept_checked))
        return measure({name: values.numpy() for name, values in logits.items()}, self.checked_labels)

    def _averaged(self) -> _Swapped:
        return _Swapped(self.parameters, self.average)

    def save(self) -> None:
        """Write the state to go on from, and the averaged weights for the export."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {
            "done": self.done,
            "history": self.history,
            "encoder": self.encoder.state_dict(),
            "heads": self.heads.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "average": self.average,
        }
        _write(state, self.folder / "state.pt")
        with self._averaged():
            tuned = {"encoder": self.encoder.state_dict(), "heads": self.heads.state_dict(), "plan": asdict(self.plan)}
            _write(
                {**tuned, "history": self.history, "rows": len(self.rows), "checked": len(self.checked)}, self.folder / "tuned.pt"
            )

    def resume(self) -> bool:
        """Go on from a saved state; False when there is none."""
        path = self.folder / "state.pt"
        if not path.exists():
            return False
        state = torch.load(path, weights_only=True)
        self.done, self.history = state["done"], state["history"]
        self.encoder.load_state_dict(state["encoder"])
        self.heads.load_state_dict(state["heads"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average = state["average"]
        return True


class _Swapped:
    """Puts the averaged weights in place of the current ones for a while."""

    def __init__(self, parameters: list[torch.nn.Parameter], average: list[Tensor]) -> None:
        self._parameters, self._average = parameters, average

    def __enter__(self) -> None:
        self._current = [parameter.detach().clone() for parameter in self._parameters]
        self._put(self._average)

    def __exit__(self, *_: object) -> None:
        self._put(self._current)

    def _put(self, values: list[Tensor]) -> None:
        for parameter, value in zip(self._parameters, values, strict=True):
            parameter.data.copy_(value)


def _write(state: object, path: Path) -> None:
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def main() -> None:
    """Train as the command line says."""
    parser = argparse.ArgumentParser(description="Fine-tune the encoder on nlu_data/.")
    parser.add_argument("--out", type=Path, default=Path("build/encoder"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--fresh", action="store_true", help="begin again even when a saved state exists")
    parser.add_argument(
        "--start-from", type=Path, help="a tuned.pt to go on from with this plan, e.g. after labels were corrected"
    )
    for name, value in asdict(Plan()).items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(value), default=value)
    options = vars(parser.parse_args())
    torch.set_num_threads(options.pop("threads"))
    folder, fresh, start_from = options.pop("out"), options.pop("fresh"), options.pop("start_from")
    training = Training(Plan(**options), read_rows(training_files()), read_rows(validation_files()), folder, start_from)
    if not fresh and training.resume():
        print(f"going on after epoch {training.done}")
    while training.done < training.plan.epochs:
        figures = training.epoch()
        print(json.dumps({name: round(value, 4) for name, value in figures.items()}), flush=True)
        training.save()


if __name__ == "__main__":
    main()
