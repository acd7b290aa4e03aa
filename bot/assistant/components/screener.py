"""Triage, indicators, speaker and topic as a component of Rasa's pipeline."""

from __future__ import annotations

from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.assistant.components.encoder import ENCODING, shared_encoder
from bot.assistant.components.language import LANGUAGE
from bot.assistant.components.learned import LearnedComponent
from bot.assistant.importer import rows_of
from bot.assistant.learned_parts import fill
from bot.assistant.sources import SCREENING_PART
from bot.assistant.training_progress import reached
from bot.language.normalise import readable
from bot.learning.screening import train_screening
from bot.screening.respelt import spelt
from bot.screening.rows import NLU_DATA, read_rows, validation_files
from bot.screening.screener import ScreeningModel, load_screening_model

SCREENING, SPELT = "screening", "spelt"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class ScreeningClassifier(LearnedComponent[ScreeningModel]):
    """Judges an encoded message whose language is known."""

    @classmethod
    def read(cls, folder: Path) -> ScreeningModel:
        """Read the screening model."""
        return load_screening_model(folder, shared_encoder())

    def learn(self, training_data: TrainingData, folder: Path) -> ScreeningModel:
        """Learn from the labelled messages."""

        def learn(place: Path) -> None:
            strangers = read_rows(validation_files())
            train_screening(rows_of(training_data), strangers, NLU_DATA, place, progress=reached)

        fill(SCREENING_PART, folder, learn)
        return self.read(folder)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the screening of each message."""
        if self._model is None:
            raise RuntimeError("The screening component was asked before it was trained or loaded.")
        for message in messages:
            text, language, encoding = readable(message.get(TEXT) or ""), message.get(LANGUAGE), message.get(ENCODING)
            if encoding is None:
                screening = self._model.screen(text, language, None)
            else:
                understanding = self._model.understand(text, language, encoding)
                screening = self._model.screening(understanding)
                message.set(SPELT, spelt(text, understanding.reading, self._model.spelling, self._model.encoder))
            message.set(SCREENING, screening.within(), add_to_output=True)
        return messages
