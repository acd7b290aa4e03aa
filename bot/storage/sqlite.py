"""SQLite as a server uses it: readers that see a snapshot and wait for nobody, and one connection that writes in the order of asking.

A statement takes microseconds; handing it to another thread and back takes a hundred of them, several times over. So statements run
where they are asked for, and only what may wait goes to another thread: for another process, for the disk, for a deletion that takes
much with it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, AsyncAdaptedQueuePool, Pool, event, make_url
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.util import await_only

from bot.storage.files import close_to_others

BUSY_SECONDS: Final = 10  # how long one writer waits for another before the turn fails and is tried again
READERS: Final = 4  # snapshots open at once; reading one takes a few milliseconds
BEGIN_WRITING: Final = "BEGIN IMMEDIATE"
WAL_BYTES: Final = 64 * 2**20  # what a burst leaves of the log's file; SQLite itself writes back from 4 MB on
CACHE_KIBIBYTES: Final = 16 * 2**10


class NotWritten(Exception):
    """A transaction did not get its turn, or SQLite gave it up by itself, as when the disk is full: nothing of it is stored."""


class NestedTransaction(Exception):
    """A task that writes asked for a second transaction, which could begin only after its own: hand the session on instead."""


class Cursor(sqlite3.Cursor):
    """A cursor that leaves the thread that asks for what may wait, and holds what was found, so that no snapshot stays open for it."""

    connection: Connection

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._found: deque[Any] = deque()

    def execute(self, statement: str, parameters: Any = (), /) -> Cursor:
        """Run a statement."""
        if statement.startswith("DELETE"):
            in_thread(super().execute, statement, parameters)
        else:
            super().execute(statement, parameters)
        self._found = deque(super().fetchall() if self.description else ())
        return self

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""
        return self._found.popleft() if self._found else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next rows."""
        return [self._found.popleft() for _ in range(min(self.arraysize if size is None else size, len(self._found)))]

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        rows = list(self._found)
        self._found.clear()
        return rows

    async def _async_soft_close(self) -> None:
        """Do nothing: SQLAlchemy asks its asynchronous drivers to let go of the database here, and nothing is held."""


class Connection(sqlite3.Connection):
    """A connection of which only what may wait leaves the thread that asks."""

    def cursor(self, _factory: Any = None) -> Any:
        """Return a cursor."""
        return super().cursor(Cursor)

    def begin(self) -> None:
        """Take the write lock: at once when it is free, and otherwise waiting for the process that has it.

        A transaction that reads first and writes later fails in SQLite when another one wrote in between; with the lock from the
        start it waits instead.
        """
        try:
            self.execute(BEGIN_WRITING)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            in_thread(self._wait_and_begin)

    def _wait_and_begin(self) -> None:
        self.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000:.0f}")
        try:
            self.execute(BEGIN_WRITING)
        finally:
            self.execute("PRAGMA busy_timeout=0")

    def commit(self) -> None:
        """Commit what there is to commit; what was written is on the disk afterwards."""
        if self.in_transaction:
            in_thread(super().commit)


class ReadingConnection(Connection):
    """A connection that never waits for the disk longer than it takes to read."""

    def begin(self) -> None:
        """Open a snapshot."""
        self.execute("BEGIN")

    def commit(self) -> None:
        """End the snapshot."""
        sqlite3.Connection.commit(self)


def in_thread[Found](work: Callable[..., Found], *arguments: Any) -> Found:
    """Run something in another thread until it has ended: what was begun there is under way also when nobody waits any more."""

    async def there() -> Found:
        running = asyncio.get_running_loop().run_in_executor(None, work, *arguments)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise

    return await_only(there())


class Dialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's own dialect of SQLite, for its asynchronous engine.

    `AsyncConnection.execute` insists on a driver that waits at each statement; sessions, and `run_sync`, do not.
    """

    driver = "near"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        """Return the pool that waits without holding up the others."""
        return AsyncAdaptedQueuePool

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin a transaction, which the driver must not do by itself."""
        dbapi_connection.begin()


registry.register("sqlite.near", __name__, "Dialect")


def engine(url: str, *, writes: bool) -> AsyncEngine:
    """Return an engine over the file of a URL: of the one connection that writes, or of those that read."""
    made = create_async_engine(
        make_url(url).set(drivername="sqlite+near"),
        # The driver must not begin transactions by itself, so that ours can be IMMEDIATE: see Connection.begin.
        connect_args={"isolation_level": None, "cached_statements": 256, "factory": Connection if writes else ReadingConnection},
        pool_size=1 if writes else READERS,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
    )
    event.listen(made.sync_engine, "do_connect", _close_to_others)
    event.listen(made.sync_engine, "connect", _prepare_writer if writes else _prepare_reader)
    return made


def _close_to_others(_dialect: Any, _record: Any, arguments: Any, _options: Any) -> None:
    close_to_others(Path(arguments[0]))


def _prepare_writer(connection: Any, _record: Any) -> None:
    _tell(
        connection,
        "journal_mode=WAL",
        "synchronous=FULL",  # an accepted message survives a power cut, not only a crash
        "foreign_keys=ON",
        "secure_delete=ON",
        f"journal_size_limit={WAL_BYTES}",
        f"cache_size=-{CACHE_KIBIBYTES}",
        "busy_timeout=0",  # once it has begun, nobody else can be writing: see Connection.begin
    )


def _prepare_reader(connection: Any, _record: Any) -> None:
    _tell(connection, "query_only=ON", f"cache_size=-{CACHE_KIBIBYTES // READERS}")


def _tell(connection: Any, *pragmas: str) -> None:
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class _Line:
    """Places in a line: one after the other has the turn, and who comes `before_others` has it before those who do not."""

    def __init__(self) -> None:
        self._had = False
        self._before: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    def ask(self, *, before_others: bool = False) -> asyncio.Future[None]:
        """Return a place in the line."""
        place = asyncio.get_running_loop().create_future()
        if self._had:
            (self._before if before_others else self._others).append(place)
        else:
            self._had = True
            place.set_result(None)
        return place

    def bring_forward(self, place: asyncio.Future[None], *, next_of_all: bool = False) -> None:
        """Let a place that waits come before the others; next of all, before those who were before the others as well."""
        if place in self._others:
            self._others.remove(place)
            self._before.insert(0 if next_of_all else len(self._before), place)

    async def wait(self, place: asyncio.Future[None]) -> None:
        """Wait until a place has the turn."""
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():  # it came at the same moment
                self.release()
            raise

    def release(self) -> None:
        """Hand the turn on to the next who still waits."""
        while self._before or self._others:
            following = (self._before or self._others).popleft()
            if not following.cancelled():
                following.set_result(None)
                return
        self._had = False


class _CommitGroup:
    """Transactions that become durable together, all in one commit; those after the first are each in a savepoint of their own."""

    def __init__(self, connection: AsyncConnection, driver: sqlite3.Connection) -> None:
        self.connection = connection
        self.driver = driver
        self.lost = False
        self.end: asyncio.Task[Exception | None]
        self.place_of_end: asyncio.Future[None]

    def look(self) -> None:
        """Notice when SQLite gave up everything: what looks like a transaction afterwards would hold only a part of it."""
        self.lost = self.lost or not self.driver.in_transaction

    def check(self) -> None:
        """Raise NotWritten when what the group wrote is gone."""
        if self.lost:
            raise NotWritten("SQLite gave up a transaction by itself.")


class Writer:
    """Lets transactions write one after another, in the order in which they were asked for.

    Those that wait when one begins are committed with it: one wait for the disk for all of them. None is told that it is done
    before that commit is, and one that fails takes back only what it wrote itself; of the first that is everything, so that those
    who wait begin anew. One that asks to come `before_others` waits for the one that is writing, and is committed as soon as it has
    written: nobody else writes in between.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turns = _Line()
        self._group: _CommitGroup | None = None
        self._has_turn: asyncio.Task[Any] | None = None

    @asynccontextmanager
    async def transaction(self, *, before_others: bool = False) -> AsyncIterator[AsyncSession]:
        """Open a transaction when its turn comes; raises NotWritten, and NestedTransaction in a task that has one open."""
        task = asyncio.current_task()
        if task is not None and task is self._has_turn:
            raise NestedTransaction(
                "This task has a transaction open already: hand its session on, or open the second one after it."
            )
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                await self._turns.wait(self._turns.ask(before_others=before_others))
        except TimeoutError as error:
            raise NotWritten("Others were writing all the time.") from error
        self._has_turn = task
        try:
            first = self._group is None
            group = self._group or await self._begin()
            group.check()
            try:
                async with (
                    AsyncSession(
                        group.connection,
                        expire_on_commit=False,
                        join_transaction_mode="rollback_only" if first else "create_savepoint",
                    ) as session,
                    session.begin(),
                ):
                    yield session
            finally:
                group.look()
                given_up = first and group.lost  # nobody else has written in it, and nobody shall join it
                if before_others or given_up:
                    self._turns.bring_forward(group.place_of_end, next_of_all=given_up)
        finally:
            self._has_turn = None
            self._turns.release()
        failure = await asyncio.shield(group.end)  # the others' commit goes on when this one's task is cancelled
        if failure is not None:
            raise failure

    async def _begin(self) -> _CommitGroup:
        await asyncio.sleep(0)  # who asks in the same moment shall be in it
        connection = await self._engine.connect()
        try:
            await connection.begin()
            driver: Any = (await connection.get_raw_connection()).driver_connection
        except BaseException:
            await connection.close()
            raise
        self._group = group = _CommitGroup(connection, driver)
        group.place_of_end = self._turns.ask()  # after those that wait now
        group.end = asyncio.create_task(self._end(group))
        return group

    async def _end(self, group: _CommitGroup) -> Exception | None:
        await self._turns.wait(group.place_of_end)
        try:
            self._group = None
            try:
                group.check()
                await group.connection.commit()
            except (SQLAlchemyError, NotWritten) as error:
                return error
            finally:
                await group.connection.close()
        finally:
            self._turns.release()
        return None
