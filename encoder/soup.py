"""Average the weights of several trainings that went on from one ancestor: `python -m encoder.soup a/tuned.pt b/tuned.pt --out DIR`.

The mean of such weights often does better than each of them and costs nothing at run time. Whether it does is for the validation rows
to say: `python -m encoder.train --start-from DIR/tuned.pt --epochs 0 --out OTHER`, which also notes the figures for the model card.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch


def mixed(states: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the last of several tuned states with the mean of all their weights."""
    return {
        **states[-1],
        **{
            part: {name: torch.stack([state[part][name] for state in states]).mean(0) for name in states[-1][part]}
            for part in ("encoder", "heads")
        },
    }


def main() -> None:
    """Average as the command line says."""
    parser = argparse.ArgumentParser(description="Average the weights of several trainings that share an ancestor.")
    parser.add_argument("tuned", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save(mixed([torch.load(path, weights_only=True) for path in options.tuned]), options.out / "tuned.pt")


if __name__ == "__main__":
    main()
