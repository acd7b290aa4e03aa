"""`train`: make a model from the training data."""

from __future__ import annotations

import argparse
from typing import Any

from bot.settings import load_settings


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "train",
        help="train the model when its data changed",
        description="Trains Rasa's model from nlu_data/, config.yml and domain.yml; does nothing when it is current.",
    )
    parser.add_argument("--force", action="store_true", help="train even when nothing changed")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train, unless the newest model is current."""
    from bot.nlu.training import TrainingFailed, is_current, train  # noqa: PLC0415 - Rasa takes seconds to import

    model_dir = load_settings().model_dir
    if not options.force and is_current(model_dir):
        print("The model is up to date with its training data.")
        return 0
    print("The model is learned from nlu_data/: some minutes, and only after a change of it.", flush=True)
    try:
        model = train(model_dir)
    except TrainingFailed as problem:
        print(problem)
        return 1
    print(f"Trained {model.name}.")
    return 0
