"""How connections are set up, and the lock against a second service."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import AlreadyRunning
from storage import sqlite
from storage.sqlite import ServiceLock

HOLDER = """
import sys, time
from storage.sqlite import ServiceLock
lock = ServiceLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def pragma(connection: Any, name: str) -> Any:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


@pytest.mark.parametrize("read_only", [False, True], ids=["writer", "reader"])
def test_pragmas(path: str, read_only: bool) -> None:
    """Every connection has WAL, full synchronisation, foreign keys and patience; only writers may write."""
    connection = sqlite.connect(path, read_only=read_only)
    try:
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "synchronous") == 2
        assert pragma(connection, "foreign_keys") == 1
        assert pragma(connection, "busy_timeout") == (sqlite.BUSY_MILLISECONDS if read_only else 0)
        assert pragma(connection, "query_only") == int(read_only)
    finally:
        connection.close()


def test_foreign_keys_hold(raw: Any) -> None:
    """A row that points to nothing is refused."""
    with pytest.raises(sqlite.library().IntegrityError, match="FOREIGN KEY"):
        raw.execute("INSERT INTO participation VALUES (1, 1, 0, 1)")


def test_library_is_new_enough() -> None:
    """The SQLite in use has the fix for the WAL-reset bug."""
    assert sqlite.library().sqlite_version_info >= sqlite.FIXED == (3, 51, 3)


def test_own_library_is_taken_when_it_is_new_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own SQLite is used where it has the fix."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", sqlite.FIXED)
    assert sqlite.library() is sqlite3


def test_lock_refuses_a_second_service(path: str) -> None:
    """While one service holds the lock, another is refused and told who holds it; letting go frees it."""
    first, second = ServiceLock(path), ServiceLock(path)
    first.acquire()
    try:
        with pytest.raises(AlreadyRunning, match=rf"tapwork\.db .*process {os.getpid()}"):
            second.acquire()
    finally:
        first.release()
    second.acquire()
    second.release()


def test_locks_of_different_files_are_apart(path: str, tmp_path: Path) -> None:
    """Two services on two files do not know of each other."""
    locks = [ServiceLock(path), ServiceLock(str(tmp_path / "other.db"))]
    for lock in locks:
        lock.acquire()
    for lock in locks:
        lock.release()
    assert (tmp_path / "other.db.lock").exists()


def test_lock_is_freed_by_the_death_of_its_holder(path: str) -> None:
    """The lock of a process that was killed is free at once."""
    lock = ServiceLock(path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match=f"process {holder.pid}"):
            lock.acquire()
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    lock.acquire()
    lock.release()
