"""What the learned components of Rasa's pipeline share: one model, which is written to Rasa's archive and read from it."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any, Self

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.training_data import TrainingData


class LearnedComponent[Model](GraphComponent):
    """A component whose model is learned into a folder of Rasa's archive, and read from there."""

    def __init__(self, storage: ModelStorage, resource: Resource, model: Model | None) -> None:
        self._storage = storage
        self._resource = resource
        self._model = model

    @classmethod
    @abstractmethod
    def read(cls, folder: Path) -> Model | None:
        """Read the model from its folder; None where this process cannot use it."""

    @abstractmethod
    def learn(self, training_data: TrainingData, folder: Path) -> Model | None:
        """Learn the model into its folder, and return it where it is of use at once."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> Self:
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
    ) -> Self:
        """Load the trained component from Rasa's model archive."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, cls.read(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the model and keep it in Rasa's archive."""
        with self._storage.write_to(self._resource) as folder:
            self._model = self.learn(training_data, folder)
        return self._resource
