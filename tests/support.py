"""What tests share: a clock that stands still, an assistant that needs no model, a program over a real SQLite file."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import bot.commands.chat  # noqa: F401 - tests write through the command line's channel as well, which is declared there
from bot.delivery import channel_traits
from bot.delivery.channel_traits import declared, traits_of
from bot.dialogue.answers import Library
from bot.dialogue.commands import Commands
from bot.dialogue.features import NEW, Context
from bot.dialogue.rules import sections_of
from bot.dialogue.turn import Speaking, Understood
from bot.dialogue.understand import plainly
from bot.language.lexicon import shared_lexicon
from bot.messages import Evidence, Indicator, Reply, Screening, Speaker, Triage
from bot.program import Program, build
from bot.settings import Settings
from bot.storage.capacity import MEGABYTE, Disk
from bot.storage.database import Database
from bot.storage.sealed import SEALED


async def look_at_alarms(program: Program, session: AsyncSession, *, later: timedelta = timedelta()) -> bool:
    """Let the alarms be looked at once in a transaction, as if it were later; say whether there may be more to do."""
    now = program.clock() + later
    return await program.alarms.see_to(session, await program.alarms.due(session, now), now)


def declare_for_a_while(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let the web chat be called otherwise as well, also by names that no channel may have, until the test is over."""
    monkeypatch.setattr(channel_traits, "_DECLARED", {**declared(), **dict.fromkeys(names, traits_of("web"))})


NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOTLINE = "22 628 01 20"
HALF_FULL = Disk(0.5, 10_000 * MEGABYTE)
Bot = Callable[..., Awaitable[tuple[int, str]]]  # runs a command; returns its status and what it printed


class Clock:
    """Tells a time that only a test moves."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass(frozen=True)
class PlainSpoken:
    """What a turn said, as `bot.assistant.assistant.Spoken`, which would bring Rasa."""

    replies: tuple[Reply, ...]
    tracker: str


@dataclass
class PlainAssistant:
    """Understands by looking words up, and says what it understood: enough to test everything around Rasa."""

    triages: dict[str, Triage] = field(
        default_factory=lambda: {"paszport": Triage.HIGH, "zamkn": Triage.EMERGENCY, "dług": Triage.MEDIUM}
    )
    heard: list[str] = field(default_factory=list)
    fail_understanding: Exception | None = None
    fail_turn: Exception | None = None

    async def understand(
        self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
    ) -> Understood:
        self.heard.append(text)
        if self.fail_understanding is not None:
            raise self.fail_understanding
        return plainly(text, self.screened(text, language_hint), shared_lexicon())

    async def understand_by_parts(self, text: str, **told: Any) -> AsyncIterator[Understood]:
        yield await self.understand(text, **told)

    def screened(self, text: str, language_hint: str | None) -> Screening:
        """Return what is found in a message: an indicator for each known word, a question in every other text."""
        language = "uk" if any(letter in text for letter in "їєі") else "en" if text.isascii() and " the " in text else "pl"
        for word, triage in self.triages.items():
            if word in text:
                sign = Indicator.DECEPTION if triage is Triage.MEDIUM else Indicator.DOCUMENTS_TAKEN
                evidence = (Evidence(sign, text),)
                topic = "emergency" if triage is Triage.EMERGENCY else "disclose_victim"
                return Screening(language, triage, evidence, Speaker.VICTIM, topic, 0.9)
        return Screening(language_hint or language, Triage.NONE, topic="ask_support", topic_confidence=0.9)

    async def turn(self, speaking: Speaking, *, language: str, tracker: str | None) -> PlainSpoken:
        if self.fail_turn is not None:
            raise self.fail_turn
        count = json.loads(tracker)["turns"] + 1 if tracker else 1
        intent = speaking.turn.commands.main_intent()
        if speaking.turn.does("want:erase"):  # carried out without asking back, so that a test of erasing needs one message
            speaking.turn = replace(speaking.turn, commands=Commands.of("erase:yes"), awaits="erase")
        for section in sections_of(intent, speaking.turn.now.phase):
            speaking.section(section)
        reply = Reply(text=f"{intent} {count}: {HOTLINE}", language=language)
        erased = speaking.turn.does("erase:yes") and speaking.turn.awaits == "erase"
        return PlainSpoken(() if erased else (reply,), json.dumps({"turns": count}))

    def close(self) -> None:
        pass


class LoopClock:
    """The time of a running event loop in the hands of a test: besides what really goes by, as much as the test lets go by."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.passed = 0.0
        real: Callable[[], float] = loop.time
        loop.time = lambda: real() + self.passed  # type: ignore[method-assign]

    async def passes(self, seconds: float) -> None:
        """Let time go by, and what is due then be done."""
        self.passed += seconds
        for _ in range(3):  # a timer is found in one round of the loop, what it wakes runs in the next
            await asyncio.sleep(0)


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Return settings that read nothing from the environment's file and keep everything in a folder."""
    return Settings(_env_file=None, data_dir=folder, model_dir=folder / "models", **changes)  # type: ignore[call-arg]


async def open_program(folder: Path, assistant: Any = None, clock: Clock | None = None, **changes: Any) -> Program:
    """Return a program over a new SQLite file in a folder."""
    settings = settings_in(folder, **changes)
    if settings.database_url is None:
        shutil.copy(await empty_database(), folder / "frontdoor.sqlite3")
    program = build(settings, assistant=assistant, clock=clock or Clock(), create_keys=True)
    program.capacity.look_at = lambda _: HALF_FULL  # whatever disk the tests run on
    program.alarms.rules.disk = lambda: HALF_FULL
    if settings.database_url is not None:
        await program.database.migrate()
    return program


async def empty_database() -> Path:
    """Return a file with all tables, made once in a run: migrating for every test would take most of its time."""
    folder = Path(tempfile.gettempdir()) / f"frontdoor-tests-{os.getpid()}"
    path = folder / "empty.sqlite3"
    if not path.exists():
        folder.mkdir(exist_ok=True)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        database = Database(f"sqlite:///{path}.new")
        await database.migrate()
        await database.close()
        shutil.move(f"{path}.new", path)
    return path


async def rows[T](program: Program, table: type[T]) -> list[T]:
    """Return all rows of a table."""
    async with program.database.transaction() as session:
        return list((await session.execute(select(table))).scalars())


def in_files(folder: Path) -> bytes:
    """Return what a thief of the disk would read: the database, its write-ahead log and whatever else lies there."""
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.name != "keys.json")


def flipped(sealed: bytes) -> bytes:
    """Return a sealed value with one bit changed: it does not open any more."""
    return sealed[:-1] + bytes([sealed[-1] ^ 1])


async def damage(program: Program, table: type, *columns: str, **which: object) -> None:
    """Change one bit of sealed columns in the rows that fit."""
    async with program.database.transaction() as session:
        for row in (await session.execute(select(table).filter_by(**which))).scalars():
            for column in columns:
                sealed = getattr(row, column)
                if sealed is not None:
                    setattr(row, column, flipped(sealed))


async def cut_off(program: Program, size: int, *, beside: tuple[type, ...] = ()) -> int:
    """Cut every sealed value down to so many bytes, as a broken disk may, but those of some tables; return how many."""
    count = 0
    async with program.database.transaction() as session:
        for sealed in (one for one in SEALED if one.table not in beside):
            for row in (await session.execute(select(sealed.table).where(sealed.values.is_not(None)))).scalars():
                setattr(row, sealed.column, getattr(row, sealed.column)[:size])
                count += 1
    return count


def damage_file(path: Path, table: str) -> None:
    """Write over the page of a SQLite file at which a table begins."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(page,)] = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,))
        [(size,)] = connection.execute("PRAGMA page_size")
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"x" * size)
