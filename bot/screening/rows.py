"""The labelled messages in `nlu_data/`: Rasa's own YAML, with the labels that Rasa has no field for in each row's metadata."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.language.normalise import readable
from bot.messages import LANGUAGES, TOPICS, Indicator, Speaker, Triage
from bot.screening.least_triage import least_triage

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

_LISTS: Final = re.compile(r"^nlu:", re.MULTILINE)


class RowInvalid(Exception):
    """A file of labelled messages is not of the form, or a row has labels that do not exist; the message names the file.

    A correction that calls for a person without saying why is refused as well, one that says a sign which its triage would hide, and one
    of the same words as another whose labels are others. In rows to train on no labels are compared with each other: what has not
    happened yet is told of with its sign all the same (`medium` beside `documents_taken`).
    """


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


class _Labels(BaseModel):
    """What is said of a row beside its topic; `style` is for those who write rows."""

    model_config = ConfigDict(extra="forbid")

    triage: Triage
    speaker: Speaker
    indicators: frozenset[Indicator] = frozenset()
    also: tuple[str, ...] = ()
    language: str = ""
    style: str = ""


class _WrittenRow(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: str = Field(min_length=1)
    metadata: _Labels


class _RowsOfIntent(BaseModel):
    model_config = ConfigDict(extra="forbid")

    intent: str
    examples: list[Any] | None


class _File(BaseModel):
    """What Rasa calls training data; `version` is that of its form."""

    model_config = ConfigDict(extra="forbid")

    version: Any = None
    nlu: list[_RowsOfIntent] | None


def _read_file(path: Path) -> list[Row]:
    content = path.read_text(encoding="utf-8")
    if len(_LISTS.findall(content)) > 1:
        raise RowInvalid(
            f"{path} has `nlu:` more than once: only what stands under the last would count. Put all rows under one."
        )
    try:
        document = yaml.load(content, Loader=yaml.CSafeLoader)
        read = _File.model_validate({"nlu": None} if document is None else document)
    except yaml.YAMLError as error:
        raise RowInvalid(f"{path} cannot be read: {error}. docs/labelling.md has the form.") from error
    except ValidationError as error:
        raise RowInvalid(f"{path} is no file of labelled messages ({_told(error)}). docs/labelling.md has the form.") from None
    language = path.parent.parent.name if path.parent.name == "messages" else path.parent.name
    rows = [_row(example, group.intent, language, path) for group in read.nlu or [] for example in group.examples or []]
    if path.name == CORRECTIONS:
        _refuse_contradictions(rows, path)
    return rows


def _refuse_without_effect(text: str, labels: _Labels, path: Path) -> None:
    if labels.triage is Triage.HIGH and not labels.indicators:
        raise RowInvalid(f"{path}: the row {text[:60]!r} is high without a sign: its metadata need `indicators: [...]`.")
    for sign in sorted(labels.indicators):
        if labels.triage.rank < (least := least_triage(sign)).rank:
            raise RowInvalid(
                f"{path}: the row {text[:60]!r} is {labels.triage} with the sign {sign}, which would not be shown: "
                f"its metadata need `triage: {least}` at least, or not this sign."
            )


def _refuse_contradictions(corrections: Sequence[Row], path: Path) -> None:
    first: dict[str, Row] = {}
    for row in corrections:
        other = first.setdefault(readable(row.text).lower(), row)
        if _decided(row) != _decided(other):
            raise RowInvalid(
                f"{path}: the rows {other.text[:60]!r} and {row.text[:60]!r} have the same words and other labels: "
                "keep the one that is right."
            )


def _decided(row: Row) -> tuple[object, ...]:
    return row.topic, row.triage, row.indicators, row.speaker


def _told(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, item['loc'])) or 'the whole'}: {item['msg']}" for item in error.errors())


def _row(example: object, topic: str, language: str, path: Path) -> Row:
    try:
        read = _WrittenRow.model_validate(example)
    except ValidationError as error:
        raise RowInvalid(
            f"{path}: {str(example)[:80]!r} is no labelled message ({_told(error)}). docs/labelling.md has the form."
        ) from None
    labels = read.metadata
    if not labels.language and language not in LANGUAGES:
        raise RowInvalid(
            f"{path}: the row {read.text[:60]!r} has no language: its metadata need one here, such as `language: pl`."
        )
    if path.name == CORRECTIONS:
        _refuse_without_effect(read.text, labels, path)
    row = Row(
        text=read.text,
        language=labels.language or language,
        topic=topic,
        triage=labels.triage,
        indicators=labels.indicators,
        speaker=labels.speaker,
        source=f"{path.parent.parent.name}/{path.parent.name}/{path.name}",
        also=labels.also,
    )
    if row.language not in LANGUAGES or any(name not in TOPICS for name in (topic, *row.also)):
        raise RowInvalid(f"{path}: the row {row.text[:60]!r} has an unknown language {row.language!r} or topic {topic!r}.")
    return row
