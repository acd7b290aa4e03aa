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
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from bot.screening.rows import Row, held_out, read_rows, training_files, validation_files
from encoder.batches import Rows, joined_goals
from encoder.exported import read_exported
from encoder.labels import NAMES, labels_of
from encoder.measures import by_language, measure
from encoder.network import Encoder, Heads, pool
from encoder.plan import Plan, best_precision
from encoder.teacher import HEADS, distance, taught
from encoder.texts import Texts, padded

_AVERAGE_EVERY = 4  # steps: following each step costs a tenth of the time and changes nothing


class Training:
    """One run of the training."""

    def __init__(
        self,
        plan: Plan,
        rows: list[Row],
        strangers: list[Row],
        folder: Path,
        *,
        start_from: Path | None = None,
        teacher: Path | None = None,
    ) -> None:
        if plan.precision == "auto":
            plan = replace(plan, precision=best_precision())
        torch.manual_seed(plan.seed)
        self.plan, self.folder = plan, folder
        self.texts = Texts(plan.longest, plan.base)
        trained = [row for row in rows if not held_out(row)][:: plan.every]
        self.labels = labels_of(trained)
        self.rows = Rows(trained, self.labels, plan)
        self.checked = [*(row for row in rows if held_out(row)), *strangers]
        self.checked_labels = labels_of(self.checked)
        self.encoder = Encoder(self.texts.base, plan.dropout)
        self.heads = Heads(self.texts.base.sizes["width"], {name: len(values) for name, values in NAMES.items()})
        self.encoder.positions.requires_grad_(False)
        self.encoder.norm.requires_grad_(False)
        self.encoder.layers[: plan.frozen].requires_grad_(False)
        earlier = _earlier(start_from)
        self.plan_before = earlier.get("plan") if earlier else None
        if earlier:
            self.encoder.load_state_dict(earlier["encoder"])
        self.pieces = [self.texts.pieces(row.text) for row in trained]
        # Where an epoch reads some rows only, hardly one comes twice: nothing is kept.
        self.kept: list[Tensor] | None = None if plan.rows_an_epoch else self._lower_all(self.pieces)
        self.kept_checked = self._lower_all([self.texts.pieces(row.text) for row in self.checked])
        if earlier:
            self.heads.load_state_dict(earlier["heads"])
        else:
            self._standardise()
        self.taught = taught(trained, teacher) if teacher is not None else None
        counts = np.bincount(self.labels.triage, minlength=4)
        weight = np.sqrt(counts.mean() / np.maximum(counts, 1))
        weight[NAMES["triage"].index("emergency")] *= plan.emergency_weight
        self.triage_weight = torch.tensor(weight / weight.mean(), dtype=torch.float32)
        self.optimiser, self.parameters = self._optimiser()
        self.average = [parameter.detach().clone() for parameter in self.parameters]
        self.done = 0
        self.by_language: dict[str, dict[str, float]] = {}
        self.history: list[dict[str, float]] = []
        self.total_steps = plan.epochs * self.rows.batches_an_epoch

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

    def _precisely(self) -> AbstractContextManager[object]:
        return torch.autocast("cpu", torch.bfloat16) if self.plan.precision == "bf16" else nullcontext()

    def _lower(self, ids: list[list[int]]) -> list[Tensor]:
        words, lengths, mask = padded([self.texts.words(one) for one in ids])
        with torch.no_grad(), self._precisely():
            was = self.encoder.training
            hidden = self.encoder.eval().lower(words, mask, self.plan.frozen)
            self.encoder.train(was)
        return [part[:length].bfloat16() for part, length in zip(hidden, lengths.tolist(), strict=True)]

    def _lower_all(self, ids: list[list[int]]) -> list[Tensor]:
        order = sorted(range(len(ids)), key=lambda number: len(ids[number]))
        kept: list[Tensor] = [torch.empty(0)] * len(ids)
        for start in tqdm(range(0, len(ids), 32), desc="lower layers", mininterval=10):
            chosen = order[start : start + 32]
            for number, part in zip(chosen, self._lower([ids[number] for number in chosen]), strict=True):
                kept[number] = part
        return kept

    def _pooled(self, parts: list[Tensor]) -> Tensor:
        hidden, lengths, mask = padded(parts)
        with self._precisely():
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
        pooled = self._pooled_all(self.kept[::4] if self.kept is not None else self._lower_all(self.pieces[::4]))
        self.heads.mean.copy_(pooled.mean(0))
        self.heads.scale.copy_(pooled.std(0) + 1e-3)

    def _inputs(self, batch: list[int], chance: random.Random) -> tuple[list[Tensor], dict[str, Tensor], Tensor]:
        """Return the inputs of a batch, its goals, and for each row whether it is one message and not two."""
        goals = {name: values[batch] for name, values in vars(self.labels).items()}
        alone = torch.ones(len(batch))
        ids = [self.pieces[number] for number in batch]
        new = [] if self.kept is not None else list(range(len(batch)))
        for place, number in enumerate(batch):
            change = self.rows.changed(number, chance)
            if change is None:
                continue
            text, other = change
            ids[place] = self.texts.pieces(text)
            new.append(place)
            if other is not None:
                alone[place] = 0.0
                joined_goals(goals, place, number, other, self.labels)
        parts = [torch.empty(0)] * len(batch) if self.kept is None else [self.kept[number] for number in batch]
        new = sorted(set(new))
        if new:
            for place, part in zip(new, self._lower([ids[place] for place in new]), strict=True):
                parts[place] = part
        return parts, {name: torch.from_numpy(values) for name, values in goals.items()}, alone

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
        batches = self.rows.batches([len(ids) for ids in self.pieces], chance)
        started, total = time.monotonic(), 0.0
        for number, batch in enumerate(tqdm(batches, desc=f"epoch {self.done + 1}", mininterval=20)):
            step = self.done * self.rows.batches_an_epoch + number * self.rows.batches_an_epoch // len(batches)
            self._set_rates(step)
            self.encoder.train()
            self.heads.train()
            inputs, goals, alone = self._inputs(batch, chance)
            logits = self.heads(self._pooled(inputs))
            loss = self._loss(logits, goals)
            if self.taught is not None:
                said = {name: self.taught[name][batch] for name in HEADS}
                loss = loss + self.plan.teacher_weight * distance(logits, said, alone)
            self.rows.doubt[batch] = _doubt(logits["triage"].detach(), goals["triage"])
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
            self.optimiser.step()
            if number % _AVERAGE_EVERY == 0:
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
        told = {name: values.numpy() for name, values in logits.items()}
        self.by_language = by_language(told, self.checked_labels)
        return measure(told, self.checked_labels)

    def _averaged(self) -> _Swapped:
        return _Swapped(self.parameters, self.average)

    def save(self) -> None:
        """Write the state to go on from and, when no epoch was better on the validation rows, the averaged weights for the export."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {
            "done": self.done,
            "history": self.history,
            "encoder": self.encoder.state_dict(),
            "heads": self.heads.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "average": self.average,
            "doubt": torch.from_numpy(self.rows.doubt),
        }
        _write(state, self.folder / "state.pt")
        if self.history[-1]["score"] < max(figures["score"] for figures in self.history):
            return
        with self._averaged():
            tuned = {
                "encoder": self.encoder.state_dict(),
                "heads": self.heads.state_dict(),
                "plan": asdict(self.plan) if self.plan.epochs else self.plan_before,
                "history": self.history,
                "by_language": self.by_language,
                "rows": len(self.rows.rows),
                "checked": len(self.checked),
            }
            _write(tuned, self.folder / "tuned.pt")

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
        self.rows.doubt = state["doubt"].numpy()
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


def _doubt(triage: Tensor, truth: Tensor) -> np.ndarray:
    """Return how far each row's likelihood of a handoff is from the truth, 0 to 1."""
    likely = triage.softmax(-1)
    handoff = [NAMES["triage"].index(name) for name in ("high", "emergency")]
    return (likely[:, handoff].sum(-1) - torch.isin(truth, torch.tensor(handoff)).float()).abs().numpy()


def _earlier(start_from: Path | None) -> dict[str, Any] | None:
    """Return the weights to go on from: of a tuned.pt, or of the folder of an exported encoder."""
    if start_from is None:
        return None
    return read_exported(start_from) if start_from.is_dir() else torch.load(start_from, weights_only=True)


def _write(state: object, path: Path) -> None:
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def main() -> None:
    """Train as the command line says."""
    parser = argparse.ArgumentParser(description="Fine-tune the encoder on nlu_data/.")
    parser.add_argument("--out", type=Path, default=Path("build/encoder"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--fresh", action="store_true", help="begin again even when a saved state exists")
    parser.add_argument("--start-from", type=Path, help="a tuned.pt, or encoder/model, to go on from with this plan")
    parser.add_argument("--teacher", type=Path, help="an exported encoder to learn from besides the labels (teacher_weight)")
    for name, value in asdict(Plan()).items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(value), default=value)
    options = vars(parser.parse_args())
    torch.set_num_threads(options.pop("threads"))
    folder, fresh = options.pop("out"), options.pop("fresh")
    others = {"start_from": options.pop("start_from"), "teacher": options.pop("teacher")}
    training = Training(Plan(**options), read_rows(training_files()), read_rows(validation_files()), folder, **others)
    if not fresh and training.resume():
        print(f"going on after epoch {training.done}")
    if not training.plan.epochs:
        training.history = [training.check()]
        print(json.dumps({name: round(value, 4) for name, value in training.history[0].items()}))
        training.save()
    while training.done < training.plan.epochs:
        figures = training.epoch()
        print(json.dumps({name: round(value, 4) for name, value in figures.items()}), flush=True)
        training.save()


if __name__ == "__main__":
    main()
