"""The sentence encoder as a featurizer of Rasa's pipeline: each message is encoded once, for all components after it."""

from __future__ import annotations

import functools
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.dialogue.exact import exact
from bot.language.lexicon import shared_lexicon
from bot.language.normalise import readable
from bot.screening.encoder import Encoder
from bot.screening.screener import best_encoder, encode, encode_all

ENCODING = "encoding"
REMEMBERED = 64  # texts of some 25 kB each


@functools.cache
def shared_encoder() -> Encoder:
    """Return the one encoder of this process: a second would cost its memory again."""
    return best_encoder()


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=False)
class SentenceEncoder(GraphComponent):
    """Gives a message one vector as a whole and one for each of its pieces."""

    def __init__(self) -> None:
        self._remembered = functools.lru_cache(maxsize=REMEMBERED)(lambda text: encode(text, shared_encoder()))

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SentenceEncoder:
        """Make the component."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave training messages as they are: the heads come finished with the encoder, the rest reads the few rows it needs."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Encode each message; one that says nothing gets no vector.

        A button, or a text that is wholly a listed phrase, is encoded once: many send it, and it is nobody's own words.
        """
        texts = [readable(message.get(TEXT) or "") for message in messages]
        of_ones_own = [text for text in texts if exact(text, "", shared_lexicon()) is None]
        encoded = dict(zip(of_ones_own, encode_all(of_ones_own, shared_encoder()), strict=True))
        for message, text in zip(messages, texts, strict=True):
            encoding = encoded[text] if text in encoded else self._remembered(text)
            if encoding is not None:
                message.set(ENCODING, encoding)
                message.add_features(Features(encoding.vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, type(self).__name__))
        return messages
