"""Rasa's way to this project's training data: one folder a language, read by the same code that trains without Rasa."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import rasa.shared.data
import rasa.shared.utils.io
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.learning.examples import intent_of
from bot.messages import Indicator, Speaker, Triage
from bot.screening.rows import NLU_DATA, Row, read_rows, training_files

METADATA = "metadata"
ROW = "row"


class LabelledMessage(Message):
    """A labelled message that costs little to copy and to compare.

    Rasa copies its training data ten times and compares it 25 times in one training: 40 s for 27,000 of its own messages.
    """

    _cached_fingerprint: str | None

    def __deepcopy__(self, _memo: dict[int, Any]) -> LabelledMessage:
        return LabelledMessage(data=dict(self.data))  # what is in the metadata is never changed

    def fingerprint(self) -> str:
        """Return a hash of text and labels."""
        if self.features:
            return str(super().fingerprint())
        if self._cached_fingerprint is None:
            told = json.dumps(self.data, sort_keys=True, ensure_ascii=False)
            self._cached_fingerprint = hashlib.md5(told.encode(), usedforsecurity=False).hexdigest()
        return self._cached_fingerprint


class FrontDoorImporter(RasaFileImporter):
    """Import messages from `nlu_data/<language>/messages`, rules and stories from `nlu_data/dialogue`."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        **_: Any,
    ) -> None:
        # Rasa's own importer opens every YAML file three times to learn what it is; with 14,000 messages that takes a minute.
        self._domain_path = domain_path
        self.config_file = config_file
        self._nlu_files: list[str] = []
        self._messages: TrainingData | None = None  # asked for three times in one training
        self._story_files = [str(path) for path in sorted((NLU_DATA / "dialogue").glob("*.yml"))]
        tests = Path(__file__).resolve().parents[2] / "tests" / "stories"
        self._conversation_test_files = rasa.shared.data.get_data_files([str(tests)], YAMLStoryReader.is_test_stories_file)

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return all labelled messages of all languages; `language` is Rasa's and means nothing here."""
        if self._messages is None:
            self._messages = TrainingData([_message(row) for row in read_rows(training_files())])
        return self._messages


def _message(row: Row) -> LabelledMessage:
    labels = {
        "topic": row.topic,
        "language": row.language,
        "triage": row.triage.value,
        "indicators": sorted(row.indicators),
        "speaker": row.speaker.value,
        "source": row.source,
    }
    return LabelledMessage(data={TEXT: row.text, INTENT: intent_of(row), METADATA: {ROW: labels}})


def rows_of(training_data: TrainingData) -> list[Row]:
    """Return the labelled messages that came from this project's importer."""
    return [_row(message) for message in training_data.intent_examples if ROW in (message.get(METADATA) or {})]


def _row(message: Message) -> Row:
    labels = message.get(METADATA)[ROW]
    return Row(
        text=message.get(TEXT),
        language=labels["language"],
        topic=labels["topic"],
        triage=Triage(labels["triage"]),
        indicators=frozenset(Indicator(name) for name in labels["indicators"]),
        speaker=Speaker(labels["speaker"]),
        source=labels["source"],
    )
