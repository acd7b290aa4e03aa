"""The screening model as one Rasa component: it trains with `rasa train` and sets intent and screening of a message."""

from __future__ import annotations

import sys
from typing import Any

import tqdm
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.messages import Indicator, Speaker, Triage
from bot.nlu.importer import METADATA, ROW
from bot.screening.rows import Row
from bot.screening.screener import Screener, load_screener
from bot.screening.training import train_screener

SCREENING = "screening"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class ScreeningClassifier(GraphComponent):
    """Screens a message: its topic is Rasa's intent, everything else travels in `screening`."""

    def __init__(self, storage: ModelStorage, resource: Resource, screener: Screener | None) -> None:
        self._storage = storage
        self._resource = resource
        self._screener = screener

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> ScreeningClassifier:
        """Make the component for training."""
        return cls(model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ScreeningClassifier:
        """Load the trained component from Rasa's model archive."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, load_screener(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the labelled messages and keep the model in Rasa's archive."""
        rows = [_row(message) for message in training_data.intent_examples if ROW in (message.get(METADATA) or {})]
        with self._storage.write_to(self._resource) as folder, tqdm.tqdm(total=100, file=sys.stderr, leave=False) as bar:

            def progress(what: str, done: int, total: int) -> None:
                bar.set_description(what)
                bar.n = int(100 * done / max(total, 1))
                bar.refresh()

            train_screener(rows, folder, progress=progress)
            self._screener = load_screener(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking and screening of each message."""
        if self._screener is None:
            raise RuntimeError("The screening component was asked before it was trained or loaded.")
        for message in messages:
            hint = (message.get(METADATA) or {}).get("language")
            screening = self._screener.screen(message.get(TEXT) or "", language_hint=hint)
            intent = {"name": screening.topic, "confidence": screening.topic_confidence}
            message.set(INTENT, intent, add_to_output=True)
            message.set("intent_ranking", [intent], add_to_output=True)
            message.set(SCREENING, screening.as_json(), add_to_output=True)
        return messages


def _row(message: Message) -> Row:
    labels = message.get(METADATA)[ROW]
    return Row(
        text=message.get(TEXT),
        language=labels["language"],
        topic=message.get(INTENT),
        triage=Triage(labels["triage"]),
        indicators=frozenset(Indicator(name) for name in labels["indicators"]),
        speaker=Speaker(labels["speaker"]),
        source=labels["source"],
    )
