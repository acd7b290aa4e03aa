"""Trains Rasa's model from this project, and knows whether that is needed."""

from __future__ import annotations

import asyncio
import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Final

from bot.assistant.learned_parts import Learning, learning_as, ours
from bot.assistant.sources import PARTS, fingerprints, model_fingerprint
from bot.assistant.training_progress import progress_bar
from bot.screening.models import newest_archive
from bot.screening.rows import NLU_DATA
from bot.settings import PROJECT_ROOT

_FINGERPRINT = "trained-from.txt"
_MODELS_KEPT = 2
RASAS_LEVEL: Final = "LOG_LEVEL"  # by which Rasa decides whether it draws bars


class TrainingFailed(Exception):
    """Rasa could not train a model; the message says what it complained about."""


def is_current(model_dir: Path) -> bool:
    """Say whether the newest model was made from the files as they are now."""
    mark = model_dir / _FINGERPRINT
    if not mark.exists() or newest_archive(model_dir) is None:
        return False
    return mark.read_text().strip() == model_fingerprint(fingerprints().values())


def train(model_dir: Path, how: Learning | None = None) -> Path:
    """Train a model and return its archive; raises TrainingFailed. `how` says what is learned anew, only what changed by default."""
    how = how or ours(model_dir)
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    finished = [how.at_hand(part) for part in PARTS]
    made_from = model_fingerprint(
        part.made_from if part is not None else wanted for part, wanted in zip(finished, how.wanted.values(), strict=True)
    )
    model_dir.mkdir(parents=True, exist_ok=True)
    name = time.strftime("frontdoor-%Y%m%d-%H%M%S")
    with learning_as(how), _quietly() as said:
        from rasa.model_training import train as rasa_train  # noqa: PLC0415 - takes seconds; only when a model is really trained

        from bot.runtime.logs import configure_logs  # noqa: PLC0415

        configure_logs()
        # Rasa drives an event loop of its own in training and leaves it behind as the thread's.
        asyncio.set_event_loop(asyncio.new_event_loop())
        result = rasa_train(
            domain=str(PROJECT_ROOT / "domain.yml"),
            config=str(PROJECT_ROOT / "config.yml"),
            training_files=[str(NLU_DATA)],
            output=str(model_dir),
            fixed_model_name=name,
            force_training=True,
        )
    if result.code != 0 or result.model is None:
        raise TrainingFailed(
            f"Rasa ended with code {result.code} and made no model. Run `rasa train --debug` to see why. It said:\n{said.getvalue()}"
        )
    (model_dir / _FINGERPRINT).write_text(made_from)
    for old in sorted(model_dir.glob("frontdoor-*.tar.gz"))[:-_MODELS_KEPT]:
        old.unlink()
    return Path(result.model)


@contextmanager
def _quietly() -> Iterator[io.StringIO]:
    """Show one bar instead of Rasa's, and keep what Rasa prints."""
    before = os.environ.get(RASAS_LEVEL)
    os.environ[RASAS_LEVEL] = "ERROR"
    try:
        with redirect_stdout(io.StringIO()) as said, progress_bar():
            yield said
    finally:
        if before is None:
            del os.environ[RASAS_LEVEL]
        else:
            os.environ[RASAS_LEVEL] = before
