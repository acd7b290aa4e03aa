"""The labelled messages in `nlu_data/`: Rasa's own YAML, with the labels that Rasa has no field for in each row's metadata."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.messages import LANGUAGES, TOPICS, Indicator, Speaker, Triage

NLU_DATA = Path(__file__).resolve().parents[2] / "nlu_data"
CORRECTIONS = "corrections.yml"
VALIDATION_TENTH = 3  # rows whose hash falls into this tenth are held out to choose the working point


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
    style: str = ""
    source: str = ""
    also: tuple[str, ...] = ()


def held_out(row: Row) -> bool:
    """Say whether a row belongs to the validation rows; the same for the same text always."""
    return hashlib.sha256(row.text.encode()).digest()[0] % 10 == VALIDATION_TENTH


def training_files(root: Path = NLU_DATA) -> list[Path]:
    """Return the files of training messages and of corrections, in a fixed order."""
    files = [path for language in LANGUAGES for path in sorted((root / language / "messages").glob("*.yml"))]
    corrections = root / CORRECTIONS
    return [*files, corrections] if corrections.exists() else files


def evaluation_files(root: Path = NLU_DATA) -> list[Path]:
    """Return the files of the evaluation messages, which nothing is trained on."""
    return [path for language in LANGUAGES for path in sorted((root / "evaluation" / language).glob("*.yml"))]


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
            style=labels.get("style", ""),
            source=f"{path.parent.parent.name}/{path.parent.name}/{path.name}",
            also=tuple(labels.get("also", [])),
        )
    except (KeyError, ValueError) as error:
        raise RowInvalid(f"{path}: the row {text[:60]!r} has no usable label: {error}") from None
    if not text or row.language not in LANGUAGES or any(name not in TOPICS for name in (topic, *row.also)):
        raise RowInvalid(f"{path}: the row {text[:60]!r} has no text, an unknown language or an unknown topic {topic!r}.")
    return row
