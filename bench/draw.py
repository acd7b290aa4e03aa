"""Draws what bench/load.py measured, with the matplotlib of stock Rasa: `python bench/draw.py PICTURE < figures.json`."""

from __future__ import annotations

import json
import sys

import matplotlib

matplotlib.use("agg")
from matplotlib import pyplot

SHOWN = (("rate", "messages a second"), ("p50", "p50 (ms)"), ("p95", "p95 (ms)"), ("megabytes", "resident (MB)"))


def draw(figures: list[dict[str, float | str]], picture: str) -> None:
    """Draw one panel a measure, by the number of clients."""
    servers = list(dict.fromkeys(str(one["server"]) for one in figures))
    clients = sorted({int(one["clients"]) for one in figures})
    _, panels = pyplot.subplots(1, len(SHOWN), figsize=(4 * len(SHOWN), 3.5))
    for panel, (name, title) in zip(panels, SHOWN):  # noqa: B905 - Python 3.9 knows no strict
        for server in servers:
            points = sorted((int(one["clients"]), float(one[name])) for one in figures if one["server"] == server)
            panel.plot([clients.index(count) for count, _ in points], [value for _, value in points], marker="o", label=server)
        panel.set_xticks(range(len(clients)))
        panel.set_xticklabels(clients)
        panel.set_xlabel("clients")
        panel.set_title(title)
        panel.set_ylim(bottom=0)
    panels[0].legend()
    pyplot.tight_layout()
    pyplot.savefig(picture, dpi=80)


if __name__ == "__main__":
    draw(json.load(sys.stdin), sys.argv[1])
