"""The screening model inside a model archive of Rasa, opened without Rasa."""

from __future__ import annotations

import tarfile
import tempfile
from pathlib import Path

from bot.screening.models import newest_archive
from bot.screening.screener import Screener, ScreenerUnusable, load_screener

_MARK = "brains.json"


def load_newest(model_dir: Path) -> Screener:
    """Load the screening model of the newest archive in a folder; raises ScreenerUnusable."""
    model = newest_archive(model_dir)
    if model is None:
        raise ScreenerUnusable(f"There is no trained model in {model_dir}. Train one: make train.")
    with tempfile.TemporaryDirectory() as scratch:
        try:
            with tarfile.open(model, "r:gz") as archive:
                archive.extractall(scratch, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise ScreenerUnusable(
                f"The model {model.name} is damaged ({type(error).__name__}). Train again: make train."
            ) from error
        found = sorted(Path(scratch).rglob(_MARK))
        if not found:
            raise ScreenerUnusable(f"The model {model.name} holds no screening model. Train again: make train.")
        return load_screener(found[0].parent)
