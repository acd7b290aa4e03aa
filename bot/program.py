"""The parts of the program, put together once from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.alarms.store import AlarmStore
from bot.conversation.frontdoor import FrontDoor
from bot.dialogue.answers import shared_library
from bot.handoff.hours import DutyHours
from bot.handoff.queue import HandoffQueue
from bot.language.lexicon import Lexicon, shared_lexicon
from bot.language.wording import Wording
from bot.language.yaml_texts import forget_shared
from bot.messages import LANGUAGES
from bot.runtime.live_events import LiveEvents
from bot.runtime.typing_indicators import TypingIndicators
from bot.screening.models import ModelMissing
from bot.settings import Settings, SettingsInvalid
from bot.storage import clock as clock_watch
from bot.storage.capacity import StorageCapacity
from bot.storage.concealed import conceal
from bot.storage.conversations import ConversationStore, Retention
from bot.storage.database import Database
from bot.storage.files import close_to_others
from bot.storage.key_rotation import fit_of, refuse_lost_keys
from bot.storage.residual_data import ResidualData
from bot.storage.vault import KeyFileUnusable, Vault, open_vault

if TYPE_CHECKING:
    from bot.assistant.assistant import Assistant

log = structlog.get_logger()
KEY_FILE = "keys.json"


def utc_now() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Program:
    """Everything that commands and servers share."""

    settings: Settings
    vault: Vault
    database: Database
    residual_data: ResidualData
    conversations: ConversationStore
    queue: HandoffQueue
    alarms: AlarmStore
    capacity: StorageCapacity
    wording: Wording
    lexicon: Lexicon
    live_events: LiveEvents
    typing: TypingIndicators
    assistant: Assistant | None
    frontdoor: FrontDoor
    clock: Callable[[], datetime]

    async def close(self) -> None:
        """Stop the assistant and close the database."""
        if self.assistant is not None:
            self.assistant.close()
        await self.database.close()


def load_assistant(settings: Settings) -> Assistant | None:
    """Load Rasa with the newest model; None, and an error in the log, when there is none that works."""
    from bot.assistant.assistant import Assistant  # noqa: PLC0415 - Rasa takes seconds to import: only who needs it pays

    try:
        return Assistant.load(settings.model_dir, run_seconds=settings.turn_seconds)
    except ModelMissing as error:
        log.error("assistant_missing", problem=str(error))
        return None


async def opened(settings: Settings, *, assistant: Assistant | None) -> Program:
    """Put a server's parts together and open its database; raises KeyFileUnusable when it was written with other keys.

    Keys are made for an empty database only. Single values that do not open are told in the log, and stop nothing.
    """
    path, database = settings.data_dir / KEY_FILE, Database(settings.database)
    try:
        await refuse_lost_keys(database, path)
    finally:
        await database.close()
    program = build(settings, assistant=assistant, create_keys=True)
    forget_shared()
    try:
        await program.database.migrate()
        async with program.database.transaction() as session:
            fit = await fit_of(session, program.vault)
            await clock_watch.look(session, program.clock())
        if (wrong := fit.wrong_file(path)) is not None:
            raise KeyFileUnusable(wrong)
        if concealed := await conceal(program.database, program.vault):
            log.info("external_ids_concealed", rows=concealed)
        await program.residual_data.write_anew()  # a crash may have come between an erasure and this
    except BaseException:
        await program.close()
        raise
    if (problem := fit.problem(path)) is not None:
        log.error(
            "stored_values_unreadable", foreign=sum(fit.foreign.values()), damaged=sum(fit.damaged.values()), problem=problem
        )
    return program


def build(
    settings: Settings,
    *,
    assistant: Assistant | None,
    clock: Callable[[], datetime] = utc_now,
    create_keys: bool = False,
) -> Program:
    """Put the parts together; the database is not opened yet.

    Raises KeyFileUnusable, SettingsInvalid, WordingInvalid and LibraryInvalid.
    """
    if settings.default_language not in LANGUAGES:
        raise SettingsInvalid(f"DEFAULT_LANGUAGE must be one of {', '.join(LANGUAGES)}.")
    vault = open_vault(settings.data_dir / KEY_FILE, create=create_keys)
    close_to_others(settings.data_dir / KEY_FILE)
    database = Database(settings.database)
    residual_data = ResidualData(database)
    case = timedelta(days=settings.case_retention_days)
    conversations = ConversationStore(vault, Retention(conversation=timedelta(days=settings.retention_days), case=case))
    alarms = AlarmStore(settings, vault)
    queue = HandoffQueue(keep=case, targets=alarms.rules.patience)
    wording, lexicon, live_events = Wording.load(), shared_lexicon(), LiveEvents()
    frontdoor = FrontDoor(
        database=database,
        residual_data=residual_data,
        conversations=conversations,
        queue=queue,
        assistant=assistant,
        wording=wording,
        lexicon=lexicon,
        library=shared_library(),
        live_events=live_events,
        clock=clock,
        on_duty=DutyHours.read(settings).on_duty,
        person_daily=settings.person_daily_replies,
        total_daily=settings.total_daily_replies,
        turn_seconds=settings.turn_seconds,
        language=settings.default_language,
    )
    return Program(
        settings=settings,
        vault=vault,
        database=database,
        residual_data=residual_data,
        conversations=conversations,
        queue=queue,
        alarms=alarms,
        capacity=StorageCapacity(settings, database, clock),
        wording=wording,
        lexicon=lexicon,
        live_events=live_events,
        typing=TypingIndicators(live_events),
        assistant=assistant,
        frontdoor=frontdoor,
        clock=clock,
    )
