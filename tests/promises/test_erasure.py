"""Promises of the threat model: what is erased is gone from the files, not only from the tables."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from bot.messages import Inbound
from bot.operations.housekeeping import tidy
from bot.program import Program, opened
from bot.storage.residual_data import LOOK_SECONDS, SHARE, ResidualData
from bot.storage.sealed import SEALED
from bot.storage.tables import Conversation, Delivery, Handoff, Message
from tests.conversation.test_frontdoor import inbound
from tests.support import Clock, PlainAssistant, in_files, open_program

SPECIAL, OTHER = "somebody-special-whom-nobody-must-know", "somebody-else-who-is-to-be-kept"
NUMBER = "+48601234567"
WORDS = "Mieszkam u pani Zofii Niezwykłej i szef ma mój paszport. " * 60


async def stored_of(program: Program, *people: str) -> dict[str, bytes]:
    """Return every sealed value, id and pseudonym that is stored of people, by where it stands."""
    async with program.database.transaction() as session:
        conversations = list(await session.scalars(select(Conversation).where(Conversation.pseudonym.in_(people))))
        ids = [conversation.id for conversation in conversations]
        messages = list(await session.scalars(select(Message).where(Message.conversation_id.in_(ids))))
        cases = list(await session.scalars(select(Handoff).where(Handoff.conversation_id.in_(ids))))
        found: dict[str, bytes] = {}
        rows: list[Any] = [*conversations, *messages]
        for row in rows:
            found[f"{row.__tablename__}.id {row.id}"] = row.id.encode()
            for sealed in SEALED:
                if isinstance(row, sealed.table) and (value := getattr(row, sealed.column)) is not None:
                    found[f"{sealed.table.__tablename__}.{sealed.column} {row.id}"] = value
        found |= {f"pseudonym {conversation.id}": conversation.pseudonym.encode() for conversation in conversations}
        assert cases
    return found


def left_of(stored: dict[str, bytes], folder: Path) -> list[str]:
    """Return what of that is still in the files, also when only a piece of it is."""
    files = in_files(folder)
    return [where for where, value in stored.items() if any(piece in files for piece in pieces(value))]


def pieces(value: bytes) -> Iterator[bytes]:
    """Return what a value is cut into, 24 bytes each: shorter ones are found by chance."""
    assert len(value) >= 24
    return (value[start : start + 24] for start in range(0, len(value) - 23, 24))


async def the_conversation(program: Program) -> str:
    async with program.database.transaction() as session:
        return (await session.execute(select(Conversation.id))).scalar_one()


async def tell(program: Program, who: str, *, times: int = 6, channel: str = "web") -> None:
    for number in range(times):
        text = f"{number} {WORDS}"[: 200 + 900 * number]
        await program.frontdoor.receive(inbound(text, who=who, number=str(number), channel=channel))


async def test_what_a_person_erased_is_gone_from_the_log_at_once_and_from_the_file_with_the_next_look(
    program: Program, tmp_path: Path
) -> None:
    for who in (SPECIAL, OTHER):
        await tell(program, who)
    stored, others = await stored_of(program, SPECIAL), await stored_of(program, OTHER)
    assert len(stored) > 20
    assert left_of(stored, tmp_path)
    await program.frontdoor.receive(inbound("@delete", who=SPECIAL, number="delete"))
    assert (tmp_path / "frontdoor.sqlite3-wal").stat().st_size == 0
    size = (tmp_path / "frontdoor.sqlite3").stat().st_size
    await program.residual_data.look()
    assert (tmp_path / "frontdoor.sqlite3").stat().st_size < size  # written anew: without gaps
    assert left_of(stored, tmp_path) == []
    assert (tmp_path / "frontdoor.sqlite3-wal").stat().st_size == 0
    kept = in_files(tmp_path)
    assert all(value in kept for where, value in others.items() if ".id " in where)


async def test_what_the_page_erases_is_gone_from_the_files_too(program: Program, tmp_path: Path) -> None:
    await tell(program, SPECIAL)
    stored = await stored_of(program, SPECIAL)
    await program.frontdoor.erase(await the_conversation(program))
    await program.residual_data.look()
    assert left_of(stored, tmp_path) == []


async def test_what_ran_out_is_gone_from_the_files_after_the_purge(program: Program, clock: Clock, tmp_path: Path) -> None:
    await tell(program, SPECIAL)
    stored = await stored_of(program, SPECIAL)
    clock.move(days=91)
    await tidy(program)
    assert left_of(stored, tmp_path) == []


async def test_an_address_that_was_dropped_is_gone_from_the_files(program: Program, clock: Clock, tmp_path: Path) -> None:
    message = Inbound(channel="sms", pseudonym="p", external_id="1", text="pytanie", received_at=clock(), address=NUMBER)
    await program.frontdoor.receive(message)
    async with program.database.transaction() as session:
        address = (await session.execute(select(Conversation))).scalar_one().address
        await session.execute(update(Delivery).values(finished_at=clock()))
    assert address is not None
    clock.move(hours=73)
    await tidy(program)
    assert address not in in_files(tmp_path)


async def test_somebody_who_reads_meanwhile_delays_it_and_neither_fails_nor_holds_up_the_erasure(
    program: Program, tmp_path: Path
) -> None:
    await tell(program, SPECIAL)
    stored = await stored_of(program, SPECIAL)
    reader = sqlite3.connect(tmp_path / "frontdoor.sqlite3", isolation_level=None)  # as a backup does
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM messages").fetchone()
    outcome = await program.frontdoor.receive(inbound("@delete", who=SPECIAL, number="delete"))
    assert outcome.erased
    await program.residual_data.look()
    assert left_of(stored, tmp_path)
    reader.execute("COMMIT")
    reader.close()
    assert await program.residual_data.write_anew()
    assert left_of(stored, tmp_path) == []


async def test_a_crash_right_after_an_erasure_leaves_nothing_once_the_program_has_started_again(tmp_path: Path) -> None:
    program = await open_program(tmp_path, PlainAssistant(), Clock())
    await tell(program, SPECIAL)
    stored = await stored_of(program, SPECIAL)
    reader = sqlite3.connect(tmp_path / "frontdoor.sqlite3", isolation_level=None)  # keeps the log, as a crash does
    reader.execute("SELECT count(*) FROM messages").fetchone()
    conversation_id = await the_conversation(program)
    async with program.database.transaction() as session:
        await program.conversations.erase(session, conversation_id, program.clock())
    await program.close()
    assert left_of(stored, tmp_path)
    again = await opened(program.settings, assistant=None)
    assert left_of(stored, tmp_path) == []
    reader.close()
    await again.close()


async def test_whoever_erases_again_and_again_slows_nobody_down(program: Program) -> None:
    now, written = 1000.0, 0

    class OnASlowDisk(ResidualData):
        async def clear_log(self) -> bool:
            nonlocal now, written
            written += self.erased is False
            now += 2
            return await super().clear_log()

    residual_data = OnASlowDisk(program.database, lambda: now)
    for _minute in range(60):
        residual_data.erased = True
        await residual_data.look()
        now += LOOK_SECONDS
    assert 1 <= written <= 3600 * SHARE / 2 + 1


async def test_nothing_that_outlives_an_erasure_names_the_person_or_the_conversation(program: Program, tmp_path: Path) -> None:
    pseudonym = program.vault.pseudonym("sms", NUMBER)
    await tell(program, pseudonym, times=2, channel="sms")
    stored = await stored_of(program, pseudonym)
    assert f"pseudonym {await the_conversation(program)}" in left_of(stored, tmp_path)
    await program.frontdoor.receive(inbound("@delete", who=pseudonym, number="delete", channel="sms"))
    await program.residual_data.write_anew()
    assert left_of(stored, tmp_path) == []
