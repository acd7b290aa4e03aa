"""Trains Rasa's model from this project, and knows whether that is needed."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Final

from bot.dialogue.learning import conversation_files
from bot.lexicon import lexicon_files
from bot.nlu.progress import progress_bar
from bot.screening.concepts import concept_files
from bot.screening.language import OTHER_LANGUAGES
from bot.screening.models import newest_archive
from bot.screening.rows import NLU_DATA, training_files, validation_files
from bot.screening.tuned import DIGESTS
from bot.screening.tuned import MODEL as ENCODER
from bot.screening.writing import writing_files
from bot.settings import PROJECT_ROOT

_FINGERPRINT = "trained-from.txt"
_MODELS_KEPT = 2
RASAS_LEVEL: Final = "LOG_LEVEL"  # by which Rasa decides whether it draws bars


class TrainingFailed(Exception):
    """Rasa could not train a model; the message says what it complained about."""


def fingerprint() -> str:
    """Return a hash of everything that a model is made from."""
    digest = hashlib.sha256()
    code = sorted(path for folder in ("screening", "nlu", "dialogue") for path in (PROJECT_ROOT / "bot" / folder).rglob("*.py"))
    plan = [PROJECT_ROOT / "config.yml", PROJECT_ROOT / "domain.yml", PROJECT_ROOT / "uv.lock"]
    dialogue = sorted((NLU_DATA / "dialogue").glob("*.yml"))
    # The library is left out: an answer that is new is found by a model that was trained before it was written.
    learned = [*_conversations(), *concept_files(), OTHER_LANGUAGES, ENCODER / DIGESTS]
    for path in (*plan, *dialogue, *lexicon_files(), *writing_files(), *training_files(), *validation_files(), *learned, *code):
        digest.update(path.relative_to(PROJECT_ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _conversations() -> list[Path]:
    return [path for part in ("training", "validation") for path in conversation_files(NLU_DATA, part)]


def is_current(model_dir: Path) -> bool:
    """Say whether the newest model was made from the files as they are now."""
    mark = model_dir / _FINGERPRINT
    return mark.exists() and mark.read_text().strip() == fingerprint() and newest_archive(model_dir) is not None


def train(model_dir: Path) -> Path:
    """Train a model and return its archive; raises TrainingFailed."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    made_from = fingerprint()
    model_dir.mkdir(parents=True, exist_ok=True)
    name = time.strftime("frontdoor-%Y%m%d-%H%M%S")
    with _quietly() as said:
        from rasa.model_training import train as rasa_train  # noqa: PLC0415 - takes seconds; only when a model is really trained

        from bot.logs import configure_logs  # noqa: PLC0415

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
