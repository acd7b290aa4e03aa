"""Pictures of an evaluation: confusions, the trade-off of recall and false alarms, recall by language, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.language.classes import TRIAGES
from bot.messages import TOPICS, Triage
from bot.screening.evaluation import Judged, Share

_BINS = 10


def draw(judged: Sequence[Judged], table: Mapping[str, Mapping[str, Share]], working_point: float, folder: Path) -> list[Path]:
    """Write the pictures to a folder and return their paths."""
    import matplotlib  # noqa: PLC0415 - evaluation only

    matplotlib.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        "confusion-triage": lambda axes: _confusion(axes, TRIAGES, [(j.row.triage, j.screening.triage) for j in judged]),
        "confusion-topic": lambda axes: _confusion(axes, TOPICS, [(j.row.topic, j.screening.topic) for j in judged]),
        "trade-off": lambda axes: _trade_off(axes, judged, working_point),
        "recall-by-language": lambda axes: _recall(axes, table),
        "calibration": lambda axes: _calibration(axes, judged),
    }
    paths = []
    for name, picture in pictures.items():
        figure, axes = pyplot.subplots(figsize=(14, 13) if name == "confusion-topic" else (7, 5.5), layout="constrained")
        picture(axes)  # type: ignore[no-untyped-call]
        path = folder / f"{name}.png"
        figure.savefig(path, dpi=110)
        pyplot.close(figure)
        paths.append(path)
    return paths


def _confusion(axes: Any, classes: Sequence[str], pairs: Sequence[tuple[str, str]]) -> None:
    counts = np.zeros((len(classes), len(classes)), dtype=int)
    for true, told in pairs:
        counts[classes.index(true), classes.index(told)] += 1
    axes.imshow(counts / np.maximum(counts.sum(1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    size = 11 if len(classes) < 10 else 6
    for gold, said in zip(*np.nonzero(counts), strict=True):
        axes.text(
            said, gold, counts[gold, said], ha="center", va="center", fontsize=size, color="white" if gold == said else "black"
        )
    axes.set_xticks(range(len(classes)), classes, rotation=90, fontsize=size)
    axes.set_yticks(range(len(classes)), classes, fontsize=size)
    axes.set(xlabel="said", ylabel="true")


def _trade_off(axes: Any, judged: Sequence[Judged], working_point: float) -> None:
    scores = np.array([item.handoff for item in judged])
    need = np.array([item.row.triage.needs_person for item in judged])
    calm = np.array([item.row.triage is Triage.NONE for item in judged])
    thresholds = np.concatenate([[-1.0], np.sort(np.unique(scores))])
    alarms = [(scores[calm] > threshold).mean() for threshold in thresholds]
    recalls = [(scores[need] > threshold).mean() for threshold in thresholds]
    axes.plot(alarms, recalls)
    axes.plot(
        (scores[calm] >= working_point).mean(),
        (scores[need] >= working_point).mean(),
        "o",
        color="tab:red",
        label="working point",
    )
    axes.set(xlim=(0, 0.3), ylim=(0.5, 1.0), xlabel="none taken for high or emergency", ylabel="high and emergency recognised")
    axes.legend()
    axes.grid(alpha=0.3)


def _recall(axes: Any, table: Mapping[str, Mapping[str, Share]]) -> None:
    names = [name for name in table if " " not in name]
    for offset, (measure, colour) in enumerate((("handoff", "tab:blue"), ("emergency", "tab:orange"))):
        shares = [table[name][measure] for name in names]
        values = np.array([share.value for share in shares])
        bounds = np.array([share.interval() for share in shares]).T
        places = np.arange(len(names)) + 0.2 * (2 * offset - 1)
        axes.errorbar(
            places,
            values,
            np.maximum([values - bounds[0], bounds[1] - values], 0),
            fmt="o",
            color=colour,
            label=measure,
            capsize=2,
        )
    axes.set_xticks(range(len(names)), names)
    axes.set(ylim=(0, 1.02), ylabel="recall, with 95 % intervals")
    axes.legend()
    axes.grid(alpha=0.3, axis="y")


def _calibration(axes: Any, judged: Sequence[Judged]) -> None:
    for label, said, true in (
        ("handoff", [item.handoff for item in judged], [item.row.triage.needs_person for item in judged]),
        (
            "topic",
            [item.screening.topic_confidence for item in judged],
            [item.screening.topic == item.row.topic for item in judged],
        ),
    ):
        values, hits = np.array(said), np.array(true)
        places = np.minimum((values * _BINS).astype(int), _BINS - 1)
        filled = [place for place in range(_BINS) if (places == place).sum() >= 5]
        axes.plot(
            [values[places == place].mean() for place in filled],
            [hits[places == place].mean() for place in filled],
            "o-",
            label=label,
        )
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
    axes.set(xlabel="likelihood as stated", ylabel="share that was so")
    axes.legend()
