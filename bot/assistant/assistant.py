"""Rasa, in this process: understands a message, and decides what the dialogue says next.

Rasa keeps nothing here. The state of a dialogue comes in with a turn and goes out with its result, and whoever called stores both
in one transaction. The agent runs on a thread and an event loop of its own, so that the server answers others meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import warnings
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from bot.assistant.rasa_imports import without_unused
from bot.messages import Reply, Screening

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
with warnings.catch_warnings(), without_unused():
    # Rasa's libraries of 2023 announce at import what later Pythons and SQLAlchemys will drop; the lock file pins them all.
    warnings.simplefilter("ignore")
    from rasa.core.channels.channel import UserMessage
    from rasa.core.lock_store import InMemoryLockStore
    from rasa.core.processor import MessageProcessor
    from rasa.core.tracker_store import TrackerStore
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
    from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import (
        ActionExecuted,
        ActiveLoop,
        Event,
        SessionStarted,
        SlotSet,
        UserUttered,
        deserialise_events,
    )
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.shared.nlu.training_data.message import Message

    from bot.assistant import rasa_patches
    from bot.assistant.actions_in_process import InProcessActions
    from bot.assistant.replies import CollectedReplies

from actions.dialogue import speak_in
from bot.dialogue import report
from bot.dialogue.answers import Library
from bot.dialogue.commands import Commands
from bot.dialogue.features import NEW, Context
from bot.dialogue.state import Who
from bot.dialogue.turn import Speaking, Understood
from bot.dialogue.understand import told_in_parts
from bot.language.classes import ClassesDiffer
from bot.language.yaml_texts import forget_shared
from bot.runtime.logs import configure_logs
from bot.runtime.memory import long_lived
from bot.screening.models import ModelMissing, newest_archive
from bot.screening.parts import parts
from bot.screening.screener import ScreenerUnusable

TURNS_KEPT: Final = 1  # of the tracker's history: rules look at the last turn only, and every event kept costs time in every turn
MOST_TOGETHER: Final = 16  # waiting messages that are read in one run of the pipeline
SHORT: Final = (
    300  # characters; a text of 1,000 takes ten times as long as one of 30, and its run would hold up all that are in it
)
PASSED_BY: Final = 4  # runs of short messages that a long one lets go first
READERS: Final = 2  # runs of the pipeline at a time, for two cores
RUN_SECONDS: Final = 10.0  # that a run may last; one takes some tenths of a second
_SENDER = "conversation"


class TurnFailed(Exception):
    """A part of the dialogue failed in this turn: an action raised, or nothing was decided."""


@dataclass(frozen=True)
class Spoken:
    """What one turn of the dialogue said; `tracker` is what Rasa needs for the next one."""

    replies: tuple[Reply, ...]
    tracker: str


class _TurnStore(TrackerStore):
    """Holds the tracker of the one turn that is running."""

    def __init__(self, domain: Domain) -> None:
        super().__init__(domain)
        self.before: str | None = None
        self.slots: Mapping[str, Any] = {}
        self.after: DialogueStateTracker | None = None

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        events = deserialise_events(json.loads(self.before)) if self.before else _beginning()
        tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots)
        for name, value in self.slots.items():
            if tracker.get_slot(name) != value:
                tracker.update(SlotSet(name, value), self.domain)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        self.after = tracker

    async def keys(self) -> Iterable[str]:
        return []


def _beginning() -> list[Event]:
    # What Rasa writes when a session starts. It would do so itself, but only for a tracker without any slot set.
    return [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted(), ActionExecuted(ACTION_LISTEN_NAME)]


@dataclass(eq=False)
class _WaitingMessage:
    """A message that waits to be read, and how many runs went by without it."""

    message: UserMessage
    read: asyncio.Future[Understood]
    passed: int = 0

    @property
    def long(self) -> bool:
        return len(self.message.text or "") > SHORT


class Assistant:
    """Rasa's processor with everything around it replaced: no server, no lock store, no tracker store, no action server."""

    def __init__(
        self,
        processor: MessageProcessor,
        store: _TurnStore,
        actions: InProcessActions,
        *,
        run_seconds: float = RUN_SECONDS,
    ) -> None:
        self._processor = processor
        self._store = store
        self._actions = actions
        self._run_seconds = run_seconds
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="assistant", daemon=True)
        self._thread.start()
        # The encoder's network leaves the interpreter free, so that another run and the dialogue's turns go on beside it.
        self._reading = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._waiting: list[_WaitingMessage] = []
        self._readers: list[asyncio.Task[None]] = []
        self._long: _WaitingMessage | None = None  # the long message that is being read
        self._turn = asyncio.run_coroutine_threadsafe(_new_lock(), self._loop).result()

    @classmethod
    def load(cls, model_dir: Path, *, run_seconds: float = RUN_SECONDS) -> Assistant:
        """Load the newest model of a folder; raises ModelMissing."""
        configure_logs()  # after Rasa is imported: left alone it prints every message, and configured by itself every variable
        rasa_patches.apply()
        store, actions = _TurnStore(Domain.empty()), InProcessActions()
        processor = _processor(model_dir, store, actions)
        store.domain = processor.domain
        return cls(processor, store, actions, run_seconds=run_seconds)

    async def renew(self, model_dir: Path) -> None:
        """Go on with the newest model of a folder, between two turns; raises ModelMissing, and the model before stays then."""
        processor = await asyncio.to_thread(_processor, model_dir, self._store, self._actions)
        forget_shared()
        await self._on_own_loop(self._go_on_with(processor))

    async def _go_on_with(self, processor: MessageProcessor) -> None:
        async with self._turn:
            self._processor, self._store.domain = processor, processor.domain

    async def understand(
        self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
    ) -> Understood:
        """Read one message with the pipeline of `config.yml`; those that wait meanwhile are read together.

        `library` is the one to answer from, where it is not the files'.
        """
        steps = self.understand_by_parts(text, language_hint=language_hint, context=context, library=library)
        return [known async for known in steps][-1]

    async def understand_by_parts(
        self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
    ) -> AsyncIterator[Understood]:
        """Yield what is known of a message when its beginning and end are read, and of a long one again after each of its parts.

        Others have their turn between two parts. Raises TimeoutError when the model takes too long for one of them; how long others
        were read before does not count.
        """
        read: list[Understood] = []
        for piece in (text, *parts(text)):
            hint = read[0].screening.language if read else language_hint
            metadata = {"language": hint, "context": context.as_json(), "library": library}
            message = UserMessage(_never_a_command(piece), sender_id=_SENDER, metadata=metadata)
            read.append(await self._on_own_loop(self._read_with_others(message)))
            whole, *found = read
            yield told_in_parts(whole, found) if found else whole

    async def turn(self, speaking: Speaking, *, language: str, tracker: str | None) -> Spoken:
        """Let the rules decide which sections of the reply speak; raises TurnFailed and changes nothing then.

        `tracker` is what the turn before returned.
        """
        spoken: Spoken = await self._on_own_loop(self._run_turn(speaking, language, tracker))
        return spoken

    async def _read_with_others(self, message: UserMessage) -> Understood:
        mine = _WaitingMessage(message, self._loop.create_future())
        self._waiting.append(mine)
        self._readers = [reader for reader in self._readers if not reader.done()]
        if len(self._readers) < READERS:
            self._readers.append(self._loop.create_task(self._read_all()))
        return await mine.read

    async def _read_all(self) -> None:
        """Read until nothing waits; those that came while every reader was at work are read together in the next run."""
        while together := self._next():
            if together[0].long:
                self._long = together[0]
            await self._read_together(together)
            if together[0] is self._long:
                self._long = None

    def _next(self) -> list[_WaitingMessage]:
        """Take what is read next: short messages together, a long one alone and by one reader, so that it holds up nobody."""
        waiting = [one for one in self._waiting if not one.read.done()]  # nobody waits any more for what was cancelled
        short = [one for one in waiting if not one.long][:MOST_TOGETHER]
        long = next((one for one in waiting if one.long), None) if self._long is None else None
        together = [long] if long is not None and (not short or long.passed >= PASSED_BY) else short
        self._waiting = [one for one in waiting if one not in together]
        for one in self._waiting:
            one.passed += 1
        return together

    async def _read_together(self, waiting: list[_WaitingMessage]) -> None:
        try:
            # As Rasa's parse_message does, but for all messages at once: it runs its graph for each.
            processor = self._processor  # a newer model may take its place meanwhile
            target = processor.model_metadata.nlu_target
            inputs = {PLACEHOLDER_MESSAGE: [one.message for one in waiting], PLACEHOLDER_TRACKER: None}
            run = partial(processor.graph_runner.run, inputs=inputs, targets=[target])
            async with asyncio.timeout(self._run_seconds):
                found = (await self._loop.run_in_executor(self._reading, run))[target]
        except Exception as error:  # noqa: BLE001 - raised where the message is waited for; its neighbours are read without it
            if len(waiting) > 1 and not isinstance(error, TimeoutError):
                for one in waiting:
                    await self._read_together([one])
                return
            for one in waiting:
                if not one.read.done():
                    one.read.set_exception(error)
            return
        for one, message in zip(waiting, found, strict=True):
            if not one.read.done():
                one.read.set_result(_understood(message))

    async def _run_turn(self, speaking: Speaking, language: str, before: str | None) -> Spoken:
        async with self._turn:
            turn = speaking.turn
            told = zip(report.SLOTS, report.FIELDS, strict=True)
            slots = {"phase": turn.now.phase, "language": language, **{slot: turn.now.report.get(field) for slot, field in told}}
            self._store.before, self._store.slots, self._store.after = before, slots, None
            self._actions.failure = None
            channel = CollectedReplies()
            intent = {"name": turn.commands.main_intent(), "confidence": 1.0}
            entities = [{"entity": command.name, "value": command.value or command.name} for command in turn.commands.all]
            # The words stay with us: the actions speak in the turn that the front door began.
            parsed = {"text": turn.text, "intent": intent, "entities": entities, "intent_ranking": [intent]}
            with speak_in(speaking):
                await self._processor.handle_message(UserMessage(turn.text, channel, _SENDER, parse_data=parsed))
            if self._actions.failure is not None:
                raise TurnFailed(f"An action raised {type(self._actions.failure).__name__}.") from self._actions.failure
            after = self._store.after
            if after is None:
                raise TurnFailed("Rasa did not hand back the dialogue's state.")
            return Spoken(replies=channel.said(), tracker=_shortened(after))

    async def _on_own_loop(self, work: Any) -> Any:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        """Stop the assistant's thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._reading.shutdown(cancel_futures=True)


class _NoResponses:
    """Stands where Rasa renders responses of the domain; this project's texts come from its actions."""

    async def generate(self, utter_action: str, *_: Any, **__: Any) -> dict[str, Any]:
        raise TurnFailed(f"The domain has no response {utter_action!r}; texts are said by actions.")


async def _new_lock() -> asyncio.Lock:
    return asyncio.Lock()


@long_lived()
def _processor(model_dir: Path, store: _TurnStore, actions: InProcessActions) -> MessageProcessor:
    """Load the newest model of a folder; raises ModelMissing."""
    model = newest_model(model_dir)
    try:
        return MessageProcessor(
            model_path=model,
            tracker_store=store,
            lock_store=InMemoryLockStore(),
            generator=_NoResponses(),
            action_endpoint=actions,
        )
    except Exception as error:
        told = next((str(cause) for cause in _causes(error) if isinstance(cause, ScreenerUnusable | ClassesDiffer)), None)
        raise ModelMissing(
            told or f"The model {model.name} cannot be loaded ({type(error).__name__}). Train again: make train."
        ) from error


def newest_model(model_dir: Path) -> Path:
    """Return the newest model archive of a folder; raises ModelMissing."""
    model = newest_archive(model_dir)
    if model is None:
        raise ModelMissing(f"There is no trained model in {model_dir}. Train one: make train.")
    return model


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    # Rasa wraps what a component raises in an exception that says only which component it was.
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _never_a_command(text: str) -> str:
    # Rasa takes what begins with a slash as an intent by name: anybody could type one.
    return text.lstrip().lstrip("/") or " "


def _understood(message: Message) -> Understood:
    return Understood(
        screening=Screening.from_json(message.get("screening")),
        commands=Commands.from_json(message.get("commands")),
        who=Who(message.get("who")),
        vector=message.get("vector"),
        told=tuple(message.get("told")),
    )


def _shortened(tracker: DialogueStateTracker) -> str:
    events: list[Event] = list(tracker.events)
    turns = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(turns) > TURNS_KEPT:
        # A turn begins with the listening before its message.
        recent = events[turns[-TURNS_KEPT] - 1 :]
        slots: list[Event] = [SlotSet(name, value) for name, value in tracker.current_slot_values().items() if value is not None]
        loop = tracker.active_loop
        events = [*slots, *([ActiveLoop(loop.name)] if loop is not None and loop.name else []), *recent]
    for event in events:
        if isinstance(event, UserUttered):
            event.parse_data = {"intent": event.intent, "entities": [], "text": ""}
            event.text = ""
    return json.dumps([event.as_dict() for event in events], ensure_ascii=False)
