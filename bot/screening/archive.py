"""The screening model inside a model archive of Rasa, opened without Rasa."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.language.identification import LANGUAGE_FILE
from bot.screening.concepts import CONCEPTS_FILE
from bot.screening.models import newest_archive
from bot.screening.screener import Screener, ScreenerUnusable, load_languages, load_screening_model


def load_newest(model_dir: Path) -> Screener:
    """Load the screening model of the newest archive in a folder; raises ScreenerUnusable."""
    model = newest_archive(model_dir)
    if model is None:
        raise ScreenerUnusable(f"There is no trained model in {model_dir}. Train one: make train.")
    with opened(model) as folder:
        return load_folder(folder)


@contextmanager
def opened(model: Path) -> Iterator[Path]:
    """Open a model archive in a folder of its own for a while; raises ScreenerUnusable."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            with tarfile.open(model, "r:gz") as archive:
                archive.extractall(scratch, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise ScreenerUnusable(
                f"The model {model.name} is damaged ({type(error).__name__}). Train again: make train."
            ) from error
        yield Path(scratch)


def load_folder(folder: Path) -> Screener:
    """Load the screening model from an opened archive, wherever its components keep their parts; raises ScreenerUnusable."""
    models, languages = (sorted(folder.rglob(name)) for name in (CONCEPTS_FILE, LANGUAGE_FILE))
    if not models or not languages:
        raise ScreenerUnusable(f"{folder} holds no whole screening model. Train again: make train.")
    return Screener(load_screening_model(models[0].parent), load_languages(languages[0].parent))
