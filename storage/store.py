"""The store: whole use cases, run one after another on the writer's thread and committed together."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import aiosqlite
import structlog
from sqlalchemy import Connection as Core
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import StorageError
from bot.ports import Transaction
from storage import sqlite
from storage.schema import require_current
from storage.transaction import CoreTransaction

log = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
Job = Callable[[Core], Any]

BATCH = 256
"""Most use cases in one commit: bounds how long the first of them waits for the last."""

READERS = 3


class BatchConnection(aiosqlite.Connection):
    """An aiosqlite connection with one method more: `run` hands it whole functions, which share commits.

    Functions that wait while a commit is under way go into the next one together (group commit). Each has a savepoint
    of its own, so that one that fails takes nothing with it. Results are told only after the commit.
    """

    def __init__(self, connector: Callable[[], Any], begin: Callable[[Any], None]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        # The thread must not keep a process alive whose event loop died with an error.
        self._thread.daemon = True
        self._begin = begin
        self._waiting: deque[tuple[Job, asyncio.Future[Any]]] = deque()
        self._draining = False
        self._closed = False
        self._core: Core | None = None

    async def run(self, job: Job) -> Any:
        """What `job` returns, once it is committed; what it raises, once it is undone."""
        if self._closed:
            raise StorageError("the database is closed")
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, future))
        if not self._draining:
            self._draining = True
            self._tx.put_nowait((None, self._drain))
        return await future

    async def close(self) -> None:
        """Finish what waits, and end the thread."""
        self._closed = True
        await super().close()

    def _drain(self) -> None:
        self._draining = False
        while batch := self._next_batch():
            outcomes = self._commit(batch)
            loop = batch[0][1].get_loop()
            loop.call_soon_threadsafe(_tell, [future for _, future in batch], outcomes)

    def _next_batch(self) -> list[tuple[Job, asyncio.Future[Any]]]:
        return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]

    def _commit(self, batch: list[tuple[Job, asyncio.Future[Any]]]) -> list[Any]:
        """One outcome a job: its result, or the exception to raise."""
        raw = self._conn
        try:
            if self._core is None:
                self._core = sqlite.core(raw)
            self._begin(raw)
            outcomes = [self._attempt(job, self._core) for job, _ in batch]
            raw.execute("COMMIT")
        except Exception as error:
            # Where even that fails the callers must still hear of it.
            with suppress(sqlite.library().Error):
                if raw.in_transaction:
                    raw.execute("ROLLBACK")
            log.warning("transaction failed", error=str(error), jobs=len(batch))
            failure = error if isinstance(error, StorageError) else StorageError(str(error))
            return [failure] * len(batch)
        return outcomes

    def _attempt(self, job: Job, core: Core) -> Any:
        raw = self._conn
        raw.execute("SAVEPOINT job")
        try:
            result = job(core)
        except BaseException as error:
            if not raw.in_transaction:
                # A full disk or a broken file ends the whole transaction: the others in it are undone as well.
                raise StorageError(str(error)) from error
            raw.execute("ROLLBACK TO job")
            raw.execute("RELEASE job")
            return _told(error)
        raw.execute("RELEASE job")
        return result


def _told(error: BaseException) -> BaseException:
    """What the caller is to hear of an error in its function."""
    if isinstance(error, DBAPIError) and _passing(error):
        return StorageError(str(error))
    if isinstance(error, StopIteration):  # which no future takes
        return RuntimeError(f"{type(error).__name__} in a use case")
    return error


def _passing(error: DBAPIError) -> bool:
    """Did the database fail (full, locked, broken), rather than the program that asked? See sqlite.org/rescode.html."""
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF not in (
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_RANGE,
    )


def _tell(futures: list[asyncio.Future[Any]], outcomes: list[Any]) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        if future.done():
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


class SqliteStore:
    """One SQLite file: one connection writes, some others read; each has a thread of its own."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._writer = BatchConnection(lambda: sqlite.connect(path, read_only=False), sqlite.begin)
        self._readers = [
            BatchConnection(lambda: sqlite.connect(path, read_only=True), sqlite.snapshot) for _ in range(READERS)
        ]
        self._free: asyncio.Queue[BatchConnection] = asyncio.Queue()
        self._on_owed: list[Callable[[], None]] = []

    async def open(self) -> Self:
        """Connect; `SchemaError` when the file needs `tapwork migrate`."""
        try:
            await self._writer
            await self._writer.run(require_current)
            for reader in self._readers:
                await reader
                self._free.put_nowait(reader)
        except BaseException:
            await self.close()
            raise
        return self

    async def close(self) -> None:
        for connection in (self._writer, *self._readers):
            await connection.close()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def on_owed(self, callback: Callable[[], None]) -> None:
        """Call `callback` in the event loop after each commit that put something into the outbox."""
        self._on_owed.append(callback)

    async def write(
        self, use_case: Callable[Concatenate[Transaction, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run `use_case` in a transaction and return its result once that is on disk."""
        owed = False

        def job(core: Core) -> R:
            nonlocal owed
            tx = CoreTransaction(core)
            result = use_case(tx, *args, **kwargs)
            owed = tx.owes
            return result

        result: R = await self._writer.run(job)
        if owed:
            for callback in self._on_owed:
                callback()
        return result

    async def read(self, use_case: Callable[Concatenate[Transaction, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `use_case` on one consistent snapshot, beside the writer."""
        reader = await self._free.get()
        try:
            result: R = await reader.run(lambda core: use_case(CoreTransaction(core), *args, **kwargs))
            return result
        finally:
            self._free.put_nowait(reader)
