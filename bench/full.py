"""Whether a full database answers as an empty one, and what a message takes on the disk: `python -m bench.full`.

Some conversations of the labelled ones are had with the program. They are copied, as rows of their tables and sealed anew, until there
are so many that are open, and so many a day of a year whose case is closed. Then the same messages go to the floor (bench/floor.py)
over that SQLite file and over an empty one, in turns. `--program` measures the program in place of the floor; `--floor` has the first
conversations with the floor as well, to try this without a model (its replies are short: nothing is told of the disk).
"""

from __future__ import annotations

import argparse
import asyncio
import random
import secrets
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.floor import Silence
from bench.load import conversations, open_chat, running, say_in_chat, servers
from bot.console.ownership import OUTCOMES
from bot.messages import Inbound
from bot.program import Program, load_assistant, opened
from bot.runtime.logs import configure_logs
from bot.settings import load_settings
from bot.storage.sealed import SEALED
from bot.storage.tables import Conversation, Handoff, Message, Table, TriageChange

TABLES: Final[tuple[type[Table], ...]] = (Conversation, Message, Handoff, TriageChange)
AT_ONCE: Final = 500  # conversations of one transaction
OPEN_FOR: Final = timedelta(days=30)
KEPT: Final = timedelta(days=366)  # of all rows from now on: nothing runs out while it is measured

Rows = Mapping[type[Table], list[dict[str, Any]]]


@dataclass(frozen=True)
class Original:
    """A conversation that was had: the values of its rows, with what was sealed in the clear."""

    begun: datetime
    rows: Rows

    @classmethod
    async def read(cls, program: Program, session: AsyncSession, conversation: Conversation) -> Original:
        """Read a conversation with all that belongs to it."""
        rows: dict[type[Table], list[dict[str, Any]]] = {Conversation: [_plain(program, conversation)]}
        for table in TABLES[1:]:
            found = await session.scalars(select(table).filter_by(conversation_id=conversation.id))
            rows[table] = [_plain(program, row) for row in found]
        return cls(conversation.created_at, rows)

    def copied(self, program: Program, *, begun: datetime, closed: bool) -> Rows:
        """Return its rows as those of another conversation, which begins at another time."""
        ids = {row["id"]: uuid.uuid4().hex for table in (Conversation, Message, Handoff) for row in self.rows[table]}
        copies: dict[type[Table], list[dict[str, Any]]] = {}
        for table in TABLES:
            copies[table] = [self._copy(program, table, row, ids, begun - self.begun) for row in self.rows[table]]
        for case in copies[Handoff] if closed else ():
            case |= {"taken_by": ids[self.rows[Conversation][0]["id"]], "closed_at": case["opened_at"], "outcome": OUTCOMES[0]}
        return copies

    def _copy(
        self, program: Program, table: type[Table], row: Mapping[str, Any], ids: Mapping[str, str], later: timedelta
    ) -> dict[str, Any]:
        copy = {name: ids.get(value, value) if isinstance(value, str) else value for name, value in row.items()}
        copy |= {name: value + later for name, value in copy.items() if isinstance(value, datetime)}
        copy["expires_at"] = program.clock() + KEPT
        for name in ("pseudonym", "external_id"):  # keyed hashes, none like another
            if copy.get(name):
                copy[name] = secrets.token_hex(len(copy[name]) // 2)
        place = SimpleNamespace(**copy)
        for one in SEALED:
            if one.table is table and copy[one.column] is not None:
                copy[one.column] = program.vault.seal(copy[one.column], one.place.format(row=place))
        return copy


def _plain(program: Program, row: Table) -> dict[str, Any]:
    """Return the values of a row, opened; a number that the database gives is left out."""
    keys = {column.name for column in row.__table__.primary_key} if isinstance(row, TriageChange) else set()
    values = {column.name: getattr(row, column.name) for column in row.__table__.columns if column.name not in keys}
    for one in SEALED:
        if isinstance(row, one.table) and values[one.column] is not None:
            values[one.column] = program.vault.open(values[one.column], one.place_of(row))
    return values


async def had(program: Program, count: int) -> list[Original]:
    """Have so many conversations, and return them."""
    vault = program.vault
    for number, talk in enumerate(random.Random(count).sample(conversations(), count)):
        for place, said in enumerate(talk):
            await program.frontdoor.receive(
                Inbound(
                    channel="web",
                    pseudonym=vault.pseudonym("web", f"had {number}"),
                    external_id=str(place),
                    text=said,
                    received_at=program.clock(),
                )
            )
    async with program.database.reading() as session:
        return [await Original.read(program, session, one) for one in await session.scalars(select(Conversation))]


def begun_at(now: datetime, options: argparse.Namespace) -> Iterator[tuple[datetime, bool]]:
    """Return when each conversation begins, and whether its case is closed; in no order, as people's ids are in none."""
    for _ in range(options.open):
        yield now - random.random() * OPEN_FOR, False
    for day in range(options.days):
        for _ in range(options.a_day):
            yield now - timedelta(days=day + random.random()), True


async def fill(program: Program, originals: Sequence[Original], options: argparse.Namespace) -> None:
    """Copy conversations until the database is as full as was wished."""
    wished = list(begun_at(program.clock(), options))
    for start in range(0, len(wished), AT_ONCE):
        rows: dict[type[Table], list[dict[str, Any]]] = {table: [] for table in TABLES}
        for begun, closed in wished[start : start + AT_ONCE]:
            for table, copies in random.choice(originals).copied(program, begun=begun, closed=closed).items():
                rows[table] += copies
        async with program.database.transaction() as session:
            for table in TABLES:
                if rows[table]:
                    await session.execute(insert(table), rows[table])


async def told(program: Program) -> str:
    """Return how many bytes of the file a conversation takes without its messages, and a message; indexes count."""
    size = "SELECT tbl_name, SUM(pgsize) FROM dbstat JOIN sqlite_schema ON sqlite_schema.name = dbstat.name GROUP BY tbl_name"
    async with program.database.reading() as session:
        sizes: dict[str, int] = {row[0]: row[1] for row in await session.execute(text(size))}
        counts = {table: await session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES}
    message = sizes["messages"] / counts[Message]
    beside = sum(sizes[table.__tablename__] for table in TABLES if table is not Message) / counts[Conversation]
    each = counts[Message] / counts[Conversation]
    return (
        f"{counts[Conversation]:,} conversations, {counts[Handoff]:,} cases and {counts[Message]:,} messages in"
        f" {sum(sizes.values()) / 1e6:,.0f} MB: {message:,.0f} bytes a message, the program's own counted, and {beside:,.0f}"
        f" a conversation beside them; with {each:.0f} messages {beside + each * message:,.0f}."
    )


async def turns(place: Path, talks: int, *, floor: bool) -> dict[str, list[float]]:
    """Return what the same messages took, in milliseconds, over the full database and over an empty one, in turns."""
    times: dict[str, list[float]] = {"empty": [], "full": []}
    pair = [(which, servers(place / which, None)[floor]) for which in times]
    async with running(pair[0][1]), running(pair[1][1]), aiohttp.ClientSession() as client:
        for number, talk in enumerate(conversations()[: talks + 1]):
            headers = {which: await open_chat(client, server.address, f"{which}-{number}") for which, server in pair}
            for turn, said in enumerate(talk):
                for which, server in pair if turn % 2 else pair[::-1]:
                    began = time.perf_counter()
                    await say_in_chat(client, server.address, headers[which], f"m-{turn}", said)
                    if number:  # the first conversation warms up
                        times[which].append((time.perf_counter() - began) * 1000)
    return times


async def main(options: argparse.Namespace) -> None:
    """Fill a database, tell of its size, and measure turns in it."""
    with tempfile.TemporaryDirectory(prefix="frontdoor-full-") as folder:
        place = Path(folder)
        data = place / "full" / ("program" if options.program else "floor")
        (place / "empty").mkdir()
        data.mkdir(parents=True)
        settings = load_settings().model_copy(update={"data_dir": data, "database_url": None})
        assistant: Any = Silence() if options.floor else load_assistant(settings)
        if assistant is None:
            raise SystemExit("There is no model: `python -m bot train`, or --floor.")
        program = await opened(settings, assistant=assistant)
        begun = time.monotonic()
        await fill(program, await had(program, options.originals), options)
        print(f"Filled in {time.monotonic() - begun:.0f} s. {await told(program)}", flush=True)
        await program.close()
        if not options.talks:
            return
        times = await turns(place, options.talks, floor=not options.program)
    medians = {which: statistics.median(found) for which, found in times.items()}
    print(
        f"{len(times['full'])} messages each, p50: over an empty database {medians['empty']:.1f} ms, over the full one"
        f" {medians['full']:.1f} ms ({medians['full'] / medians['empty']:.2f} ×)"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.full", description=__doc__.partition("\n")[0])
    parser.add_argument("--open", type=int, default=10_000, help="conversations that are open")
    parser.add_argument("--days", type=int, default=365, help="of conversations whose case is closed")
    parser.add_argument("--a-day", type=int, default=20, help="of those; the hotline has some 20 calls a day")
    parser.add_argument("--originals", type=int, default=20, help="conversations that are had, and then copied")
    parser.add_argument("--talks", type=int, default=20, help="of twelve messages each that are measured; 0: only the disk")
    parser.add_argument("--program", action="store_true", help="measure turns of the program, not of the floor")
    parser.add_argument("--floor", action="store_true", help="have the first conversations with the floor, which needs no model")
    configure_logs("ERROR")
    asyncio.run(main(parser.parse_args()))
