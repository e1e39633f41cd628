"""Looks at a database without changing it: its version, its soundness, what waits in it. Works on any schema version.

Plain SQL instead of the declared tables: an older or a newer file may lack some of their columns.
"""

import fcntl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from alembic.script import ScriptDirectory

from bot.domain.errors import StorageError
from storage import sqlite
from storage.schema import MIGRATIONS

R = TypeVar("R")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

FAULTS = 5
"""Most faults of a file that are looked for."""


@dataclass(frozen=True, slots=True)
class Aside:
    """What was set aside in one table: how much, and the newest of it."""

    count: int
    newest_at: datetime | None
    error: str
    """In the program's words at the time, which may quote anybody: to be filtered before it is shown."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The outbox without what was set aside."""

    letters: int
    due: int
    oldest: timedelta
    """For how long the oldest letter has been due; zero when none is."""
    tries: int
    """Of the letter that was tried most often."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """Assignments that are still held although their time is over."""

    count: int
    oldest: timedelta


def looking(path: str, look: Callable[[Any], R]) -> R:
    """What `look` makes of a connection that leaves the file and its folder as they are; `StorageError` if it fails."""
    log = Path(f"{path}-wal")
    while True:
        # Even a reader makes a log where there is none, and leaves it. Without a log nobody else is there, and the
        # file can be read as one that does not change; should a service come meanwhile, what was seen is not trusted.
        alone = not log.exists()
        try:
            seen = _once(path, look, alone)
        except sqlite.library().Error as error:
            if not (alone and log.exists()):
                raise StorageError(str(error)) from error
        else:
            if not (alone and log.exists()):
                return seen


def _once(path: str, look: Callable[[Any], R], alone: bool) -> R:
    address = Path(path).absolute().as_uri() + "?mode=ro" + ("&immutable=1" if alone else "")
    raw = sqlite.library().connect(address, uri=True, isolation_level=None)
    try:
        raw.execute(f"PRAGMA busy_timeout={sqlite.BUSY_MILLISECONDS}")
        raw.execute("PRAGMA query_only=ON")
        return look(raw)
    finally:
        raw.close()


def lock_holder(path: str) -> str | None:
    """The process id of the service at work on the file; "unknown" when it has not said; None when there is none.

    `StorageError` when the lock cannot be looked at. The look takes a shared lock for a moment.
    """
    try:
        with Path(f"{path}.lock").open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read().strip() or "unknown"
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"{path}.lock: {error.strerror}") from error
    return None


def version(raw: Any) -> str | None:
    """The schema's version; None where there is none."""
    row = _row(raw, "SELECT version_num FROM alembic_version")
    return str(row[0]) if row else None


def tables(raw: Any) -> int:
    """How many tables there are."""
    return int(raw.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0])


def known_versions() -> set[str]:
    """All that this program can bring up to date, and its own."""
    return {one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def faults(raw: Any, check: str = "quick_check") -> list[str]:
    """What `quick_check` or `integrity_check` finds wrong; the first few faults."""
    found = [str(fault) for (fault,) in raw.execute(f"PRAGMA {check}({FAULTS})").fetchall()]
    return [] if found == ["ok"] else found


def letters_aside(raw: Any) -> Aside | None:
    """Letters set aside, the one tried last as the newest; None when this schema does not tell."""
    return _aside(raw, "outbox WHERE set_aside", "not_before")


def updates_aside(raw: Any) -> Aside | None:
    """Updates set aside; None when this schema does not tell."""
    return _aside(raw, "inbox WHERE error IS NOT NULL", "received_at")


def waiting(raw: Any, now: datetime) -> Waiting | None:
    """What the outbox owes; None when this schema does not tell."""
    at = _milliseconds(now)
    row = _row(
        raw,
        "SELECT count(*), coalesce(sum(not_before <= ?), 0), min(not_before), coalesce(max(attempts), 0)"
        " FROM outbox WHERE set_aside = false",
        at,
    )
    return Waiting(row[0], row[1], _since(row[2], at), row[3]) if row else None


def overdue(raw: Any, now: datetime, grace: timedelta) -> Overdue | None:
    """Assignments that have been due for longer than `grace`; None when this schema does not tell."""
    at = _milliseconds(now)
    row = _row(
        raw,
        "SELECT count(*), min(due_at) FROM assignment WHERE state IN ('offered', 'started') AND due_at < ?",
        _milliseconds(now - grace),
    )
    return Overdue(row[0], _since(row[1], at)) if row else None


def _aside(raw: Any, where: str, time: str) -> Aside | None:
    count = _row(raw, f"SELECT count(*) FROM {where}")
    if count is None:
        return None
    newest = _row(raw, f"SELECT {time}, error FROM {where} ORDER BY {time} DESC LIMIT 1")
    if newest is None:
        return Aside(count[0], None, "")
    return Aside(count[0], _EPOCH + newest[0] * _MILLISECOND, newest[1] or "")


def _row(raw: Any, query: str, *values: Any) -> Any:
    """The first row; None when there is none, or no such table or column in this schema."""
    try:
        return raw.execute(query, values).fetchone()
    except sqlite.library().OperationalError as error:
        if not str(error).startswith("no such"):
            raise
        return None


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND


def _since(then: int | None, now: int) -> timedelta:
    return max(timedelta(), (now - then) * _MILLISECOND) if then is not None else timedelta()
