"""What a message does, as a component of Rasa's pipeline: its main intent is Rasa's intent, its commands are entities."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.assistant.components.encoder import shared_encoder
from bot.assistant.components.learned import LearnedComponent
from bot.assistant.components.screener import SCREENING, SPELT
from bot.assistant.importer import METADATA, rows_of
from bot.assistant.learned_parts import fill
from bot.assistant.sources import ALARMING_PART, COMMANDS_PART, PERSON_PART, TELLINGS_PART
from bot.assistant.training_progress import reached
from bot.dialogue.answers import NEXT_NEEDS, Library, matter_files
from bot.dialogue.features import Context
from bot.dialogue.message_heads import ALARMING, PERSON, TELLINGS
from bot.dialogue.turn import Understood
from bot.dialogue.understand import CommandModel, plainly
from bot.language.lexicon import shared_lexicon
from bot.language.normalise import readable
from bot.language.word_lists import lexicon_files, phrases_by_meaning
from bot.language.yaml_texts import parse_texts, parsed_before
from bot.learning.apart import OF_ALARMING, OF_PERSON, learn_apart
from bot.learning.tellings import train_tellings
from bot.learning.training import train_understanding
from bot.messages import Screening
from bot.screening.rows import NLU_DATA
from bot.screening.tuned import TunedEncoder

CONTEXT, LIBRARY, COMMANDS, WHO, VECTOR, TOLD = "context", "library", "commands", "who", "vector", "told"
_TEXTS = "texts.json"  # the library, the lists and the texts, parsed
_log = structlog.get_logger()


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class CommandClassifier(LearnedComponent[CommandModel]):
    """Understands a screened message in its conversation, which comes in its metadata, as does a library other than the files'."""

    def __init__(self, storage: ModelStorage, resource: Resource, model: CommandModel | None) -> None:
        super().__init__(storage, resource, model)
        self._over: CommandModel | None = None  # the model over the library that came with the last message
        self._lexicon = shared_lexicon()

    @classmethod
    def read(cls, folder: Path) -> CommandModel | None:
        """Read the model; without the tuned encoder messages are understood by topics alone."""
        encoder = shared_encoder()
        if not isinstance(encoder, TunedEncoder):
            _log.error("commands_by_topic_only", reason="the tuned encoder is not loaded")
            return None
        if (folder / _TEXTS).exists():  # not in a model of before
            parsed_before(json.loads((folder / _TEXTS).read_bytes()))
        return CommandModel.load(folder, encoder)

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """Learn from the labelled messages, the lists, the library and the labelled conversations."""
        reached("commands")

        def learn(place: Path) -> None:
            train_understanding(rows_of(training_data), phrases_by_meaning(), NLU_DATA, place)

        fill(COMMANDS_PART, folder, learn)
        fill(PERSON_PART, folder / PERSON, lambda place: learn_apart(OF_PERSON, NLU_DATA, place))
        fill(ALARMING_PART, folder / ALARMING, lambda place: learn_apart(OF_ALARMING, NLU_DATA, place))
        fill(TELLINGS_PART, folder / TELLINGS, lambda place: train_tellings(NLU_DATA, place))
        (folder / _TEXTS).write_text(json.dumps(parse_texts(text_files()), ensure_ascii=False), encoding="utf-8")
        reached("dialogue")

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, entities and commands of each message, and raise its screening by what is told."""
        for message in messages:
            screening = Screening.from_json(message.get(SCREENING))
            metadata = message.get(METADATA) or {}
            told = metadata.get(CONTEXT)
            context = Context.from_json(told) if told is not None else Context()
            text = readable(message.get(TEXT) or "")
            understanding = self._over_library(metadata.get(LIBRARY))
            if understanding is None:
                understood = plainly(text, screening, self._lexicon)
            else:
                understood = understanding.understand(text, screening, message.get(SPELT), context)
            commands = understood.commands
            message.set(SCREENING, understood.screening.within(), add_to_output=True)  # what is told may have raised it
            message.set(INTENT, {"name": commands.main_intent(), "confidence": _surest(understood)}, add_to_output=True)
            message.set(ENTITIES, _entities(understood, message.get(TEXT) or ""), add_to_output=True)
            message.set(COMMANDS, commands.as_json(), add_to_output=True)
            message.set(WHO, understood.who.value, add_to_output=True)
            message.set(VECTOR, understood.vector, add_to_output=True)
            message.set(TOLD, list(understood.told), add_to_output=True)
        return messages

    def _over_library(self, library: Library | None) -> CommandModel | None:
        """Return the understanding over a library, over that of the files where none came with a message."""
        if library is None or self._model is None:
            return self._model
        over = self._over  # another reader may set it meanwhile
        if over is None or over.library is not library:
            over = self._over = self._model.over(library, shared_encoder(), over)
        return over


def text_files() -> list[Path]:
    """Return the files of texts that every start reads."""
    words = sorted(NLU_DATA.glob("*/answers/**/*.yml"))
    return [*matter_files(), *words, *lexicon_files(), NLU_DATA / NEXT_NEEDS, NLU_DATA / "facts.yml"]


def _surest(understood: Understood) -> float:
    return float(np.max([command.sure for command in understood.commands.all], initial=0.0))


def _entities(understood: Understood, text: str) -> Sequence[dict[str, Any]]:
    return [
        {
            "entity": command.name,
            "value": command.value or command.name,
            "start": 0,
            "end": len(text),
            "confidence_entity": round(command.sure, 4),
            "extractor": CommandClassifier.__name__,
        }
        for command in understood.commands.all
    ]
