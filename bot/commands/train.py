"""`train`: make a model from the training data."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.screening.models import newest_archive
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.assistant.learned_parts import Learning

UNKNOWN = "some minutes"


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "train",
        help="train the model when its data changed",
        description="Makes Rasa's model from nlu_data/, config.yml and domain.yml; does nothing when it is current. What comes"
        " learned with the project (learned/) is not learned again as long as it was learned from these data.",
    )
    parser.add_argument("--force", action="store_true", help="learn everything, even when nothing changed")
    parser.add_argument("--ship", action="store_true", help="put what is learned into learned/, which comes with the project")
    parser.add_argument(
        "--at-hand",
        action="store_true",
        help="learn nothing that can wait: where an older model can answer meanwhile, leave it at that",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train, unless the newest model is current."""
    from bot.assistant.sources import SourceUndeclared  # noqa: PLC0415
    from bot.assistant.training import TrainingFailed, is_current, train  # noqa: PLC0415 - Rasa takes seconds to import

    model_dir = load_settings().model_dir
    if not options.force and is_current(model_dir) and not (options.ship and _how(options, model_dir).missing()):
        print("The model is up to date with its training data.")
        return 0
    how = _how(options, model_dir)
    if options.at_hand and how.missing() and newest_archive(model_dir) is not None:
        print("The training data changed. The model before answers until the new one is learned.")
        return 0
    how.renew()
    print(_announced(how), flush=True)
    try:
        model = train(model_dir, how)
    except (TrainingFailed, SourceUndeclared) as problem:
        print(problem)
        return 1
    print(f"Trained {model.name}.")
    return 0


def _how(options: argparse.Namespace, model_dir: Path) -> Learning:
    from bot.assistant.learned_parts import SHIPPED, Learning, ours  # noqa: PLC0415

    if options.ship:
        return Learning(into=SHIPPED, taken_from=() if options.force else (SHIPPED,), declared=True)
    usual = ours(model_dir)
    if options.force:
        return Learning(into=usual.into, taken_from=())
    return Learning(into=usual.into, taken_from=usual.taken_from, any_age=options.at_hand and newest_archive(model_dir) is None)


def _announced(how: Learning) -> str:
    missing = how.missing()
    if not missing:
        return "The model is put together from what is learned: less than a minute."
    seconds = how.seconds()
    lasts = UNKNOWN if seconds is None else f"about {max(round(seconds / 60), 1)} min of processor time, as the last time"
    listed = ", ".join(part.name for part in missing)
    return f"The model is learned from nlu_data/ ({listed}): {lasts}, and only after a change of it."
