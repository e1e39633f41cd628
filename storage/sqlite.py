"""All that is peculiar to SQLite: which library, how a connection is set up, and the lock against a second service."""

import fcntl
import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from types import ModuleType
from typing import IO, Any

import orjson
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool

from bot.domain.errors import AlreadyRunning, StorageError

FIXED = (3, 51, 3)
"""The first SQLite without the WAL-reset bug, which can corrupt a file that two connections write (3.7.0 to 3.51.2)."""

BUSY_MILLISECONDS = 10_000
"""How long a writer waits for another program's transaction."""


BUSY_LOOK_SECONDS = 0.001


def library() -> ModuleType:
    """The SQLite to use: Python's own when it is new enough, else the one that pysqlite3 bundles."""
    if sqlite3.sqlite_version_info >= FIXED:
        return sqlite3
    with suppress(ImportError):
        import pysqlite3

        bundled: ModuleType = pysqlite3.dbapi2
        if bundled.sqlite_version_info >= FIXED:
            return bundled
    return sqlite3


def connect(path: str, *, read_only: bool) -> Any:
    """A DB-API connection that leaves transactions to its caller.

    Writers have WAL, `synchronous=FULL` and foreign keys; readers cannot write at all.
    """
    connection = library().connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA temp_store=MEMORY")
    if read_only:
        connection.execute("PRAGMA query_only=ON")
    else:
        # Writers wait in `begin`: SQLite's own waiting sleeps ever longer, and others get in before it each time.
        connection.execute("PRAGMA busy_timeout=0")
    return connection


def begin(raw: Any) -> None:
    """Begin a transaction that writes, as soon as other programs let us: looking every millisecond is fair to both."""
    patience = monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
            return
        except library().OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > patience:
                raise
            sleep(BUSY_LOOK_SECONDS)


def snapshot(raw: Any) -> None:
    """Begin a transaction that only reads."""
    raw.execute("BEGIN")


def open_or_refuse(path: str) -> Any:
    """A writing connection, or `StorageError` that says what is wrong with the path."""
    try:
        connection = connect(path, read_only=False)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except library().Error as error:
        raise StorageError(f"the database {path} cannot be opened: {error}") from error
    return connection


def core(raw: Any) -> Connection:
    """SQLAlchemy Core over one raw connection; beginning and ending transactions stays with the caller."""
    return engine(raw).connect()


def engine(raw: Any) -> Engine:
    return create_engine(
        "sqlite://",
        creator=lambda: raw,
        module=library(),
        poolclass=StaticPool,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )


class ServiceLock:
    """Keeps a second service off the same file, as long as it is held; the system frees it when the process ends."""

    def __init__(self, path: str) -> None:
        self._path = Path(f"{path}.lock")
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """`AlreadyRunning` with the other process's id when there is one."""
        try:
            file = self._path.open("a+")
        except OSError as error:
            raise StorageError(f"the database's lock {self._path} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise AlreadyRunning(
                f"{self._path.stem} is already used by another Tapwork service (process {holder})"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
