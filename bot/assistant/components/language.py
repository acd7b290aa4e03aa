"""Which of the served languages a message is in, as a component of Rasa's pipeline."""

from __future__ import annotations

from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.assistant.components.encoder import ENCODING, shared_encoder
from bot.assistant.components.learned import LearnedComponent
from bot.assistant.importer import METADATA, rows_of
from bot.assistant.learned_parts import fill
from bot.assistant.sources import LANGUAGE_PART
from bot.assistant.training_progress import reached
from bot.language.identification import LanguageIdentifier, read_other_languages, train_language
from bot.language.normalise import readable
from bot.screening.heads import Heads
from bot.screening.screener import load_languages, name_language
from bot.screening.tuned import TunedEncoder

LANGUAGE = "language"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class LanguageClassifier(LearnedComponent[LanguageIdentifier]):
    """Names a message's language; the conversation's so far comes in the message's metadata."""

    def __init__(self, storage: ModelStorage, resource: Resource, model: LanguageIdentifier | None) -> None:
        super().__init__(storage, resource, model)
        encoder = shared_encoder()
        self._heads = Heads.load(encoder.folder) if isinstance(encoder, TunedEncoder) else None

    @classmethod
    def read(cls, folder: Path) -> LanguageIdentifier:
        """Read the classifier of languages."""
        return load_languages(folder)

    def learn(self, training_data: TrainingData, folder: Path) -> LanguageIdentifier:
        """Learn from the labelled messages and from how they look without diacritics and in Latin letters."""
        reached("languages")

        def learn(place: Path) -> None:
            rows = rows_of(training_data)
            train_language([row.text for row in rows], [row.language for row in rows], read_other_languages()).save(place)

        fill(LANGUAGE_PART, folder, learn)
        return self.read(folder)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the language of each message."""
        if self._model is None:
            raise RuntimeError("The language component was asked before it was trained or loaded.")
        for message in messages:
            hint = (message.get(METADATA) or {}).get(LANGUAGE)
            text = readable(message.get(TEXT) or "")
            language = name_language(self._model, text, hint, message.get(ENCODING), self._heads)
            message.set(LANGUAGE, language, add_to_output=True)
        return messages
