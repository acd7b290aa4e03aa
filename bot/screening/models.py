"""The folder of trained models. Asking which is the newest loads nothing, so that starting up with a current model stays quick."""

from __future__ import annotations

from pathlib import Path


class ModelMissing(Exception):
    """There is no trained model, or it cannot be loaded; the message says what to do."""


def newest_archive(model_dir: Path) -> Path | None:
    """Return the newest model archive of a folder; None when there is none."""
    return max(model_dir.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, default=None)
