"""The labelled messages in `nlu_data/`: Rasa's own YAML, with the labels that Rasa has no field for in each row's metadata."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bot.messages import LANGUAGES, TOPICS, Indicator, Speaker, Triage

NLU_DATA = Path(__file__).resolve().parents[2] / "nlu_data"
CORRECTIONS = "corrections.yml"
VALIDATION, EVALUATION = "validation", "evaluation"
VALIDATION_TENTH = 3  # training rows whose hash falls into this tenth are held out
# The languages as the targets group them: by how many people write them to the hotline, and by how much we have in them.
GROUPS: Final = {
    "pl en uk ru": ("pl", "en", "uk", "ru"),
    "es tl ka vi ro bg": ("es", "tl", "ka", "vi", "ro", "bg"),
    "be tr ar hi fr pt": ("be", "tr", "ar", "hi", "fr", "pt"),
}


class RowInvalid(Exception):
    """A row of the training data has labels that do not exist or contradict each other; the message names the file and the text."""


@dataclass(frozen=True)
class Row:
    """One labelled message."""

    text: str
    language: str
    topic: str
    triage: Triage
    indicators: frozenset[Indicator]
    speaker: Speaker
    source: str = ""
    also: tuple[str, ...] = ()


def held_out(row: Row) -> bool:
    """Say whether a training row is held out for validation; the same for the same text always."""
    return hashlib.sha256(row.text.encode()).digest()[0] % 10 == VALIDATION_TENTH


def is_strange(row: Row) -> bool:
    """Say whether a row was written by somebody who wrote no training rows."""
    return row.source.startswith((f"{VALIDATION}/", f"{EVALUATION}/"))


def training_files(root: Path = NLU_DATA) -> list[Path]:
    """Return the files of training messages and of corrections, in a fixed order."""
    files = [path for language in LANGUAGES for path in sorted((root / language / "messages").glob("*.yml"))]
    corrections = root / CORRECTIONS
    return [*files, corrections] if corrections.exists() else files


def validation_files(root: Path = NLU_DATA) -> list[Path]:
    """Return the files of messages by strangers to the training data, on which thresholds are chosen and nothing else is learned."""
    return [path for language in LANGUAGES for path in sorted((root / VALIDATION / language).glob("*.yml"))]


def evaluation_files(root: Path = NLU_DATA) -> list[Path]:
    """Return the files of the evaluation messages, which nothing is trained or chosen on."""
    return [path for language in LANGUAGES for path in sorted((root / EVALUATION / language).glob("*.yml"))]


def read_rows(files: Iterable[Path]) -> list[Row]:
    """Read labelled messages; raises RowInvalid at the first row that cannot be right."""
    return [row for path in files for row in _read_file(path)]


def _read_file(path: Path) -> Iterator[Row]:
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
    language = path.parent.parent.name if path.parent.name == "messages" else path.parent.name
    for group in document.get("nlu", []):
        topic = group["intent"]
        for example in group.get("examples", []):
            yield _row(example, topic, language, path)


def _row(example: dict[str, Any], topic: str, language: str, path: Path) -> Row:
    text = str(example.get("text", "")).strip()
    labels = example.get("metadata") or {}
    try:
        row = Row(
            text=text,
            language=labels.get("language", language),
            topic=topic,
            triage=Triage(labels["triage"]),
            indicators=frozenset(Indicator(name) for name in labels.get("indicators", [])),
            speaker=Speaker(labels["speaker"]),
            source=f"{path.parent.parent.name}/{path.parent.name}/{path.name}",
            also=tuple(labels.get("also", [])),
        )
    except (KeyError, ValueError) as error:
        raise RowInvalid(f"{path}: the row {text[:60]!r} has no usable label: {error}") from None
    if not text or row.language not in LANGUAGES or any(name not in TOPICS for name in (topic, *row.also)):
        raise RowInvalid(f"{path}: the row {text[:60]!r} has no text, an unknown language or an unknown topic {topic!r}.")
    return row
