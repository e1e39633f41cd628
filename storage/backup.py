"""Copies the database while a service works on it; the copy gets its name only after it was checked."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from rich.filesize import decimal

from bot.domain.errors import StorageError
from storage import sqlite
from storage.inspection import faults, version

STEP = 1000
"""Pages to a step."""

Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Copy:
    """A finished copy: where, how large in bytes, and the schema's version in it."""

    file: Path
    size: int
    version: str


def back_up(path: str, file: Path, advance: Advance, checking: Callable[[], None] = lambda: None) -> Copy:
    """Copy the SQLite file at `path` to `file`, in the state that it has now, whatever is written meanwhile.

    `advance` is told (pages copied, pages in all), `checking` when the checks begin. `StorageError` says what is
    wrong with either file; a `file` that was there is then as it was.
    """
    target = file.resolve()
    try:
        _refuse(Path(path), target, file)
        with _beside(target) as (part, descriptor):
            with closing(_open(path)) as source:
                at = _copy(source, part, descriptor, advance)
            checking()
            _check(part, at)
            os.fsync(descriptor)
            size = part.stat().st_size
            part.replace(target)
        _keep_name(target.parent)
    except OSError as error:
        raise StorageError(f"{file} cannot be written: {error.strerror}") from error
    return Copy(file, size, at)


def _refuse(source: Path, target: Path, named: Path) -> None:
    """`StorageError` where a copy must not go, or will not fit."""
    try:
        if not source.is_file():
            raise StorageError(f"there is no database {source}")
    except PermissionError as error:
        raise StorageError(f"the database {source} cannot be read: {error.strerror}") from error
    if target.is_dir():
        raise StorageError(f"{named} is a folder: give the name of a file in it")
    if target.exists() and not target.is_file():
        raise StorageError(f"{named} is not a file")
    own = [Path(f"{source.resolve()}{ending}") for ending in ("", "-wal", "-shm", "-journal", ".lock")]
    if target in own or (target.exists() and target.samefile(source)):
        raise StorageError(f"{named} belongs to the database itself: choose another name")
    if any(Path(f"{target}{ending}").exists() for ending in ("-wal", "-journal")):
        # SQLite would put what is left in the log of the old file into the new one.
        raise StorageError(f"{named} is in use as a database, or was when its program died: choose another name")
    size, free = source.stat().st_size, shutil.disk_usage(target.parent).free
    if free < size:
        raise StorageError(f"no room for {named}: it needs {decimal(size)}, and {decimal(free)} are free")


@contextmanager
def _beside(target: Path) -> Iterator[tuple[Path, int]]:
    """An empty file beside `target`, readable for its owner only, and its descriptor; gone at the end."""
    descriptor, name = mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    part = Path(name)
    try:
        yield part, descriptor
    finally:
        os.close(descriptor)
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{part}{ending}").unlink(missing_ok=True)


def _open(path: str | Path) -> Any:
    """A connection to a file that must be there."""
    address = Path(path).absolute().as_uri() + "?mode=rw"
    try:
        raw = sqlite.library().connect(address, uri=True, isolation_level=None)
        raw.execute(f"PRAGMA busy_timeout={sqlite.BUSY_MILLISECONDS}")
    except sqlite.library().Error as error:
        raise StorageError(f"the database {path} cannot be opened: {error}") from error
    return raw


def _copy(source: Any, part: Path, descriptor: int, advance: Advance) -> str:
    """Copy one state of the source, step by step; the schema's version in it."""

    def step(_: int, left: int, pages: int) -> None:
        # Little by little onto the disk: one great flush at the end would hold up the service's commits.
        os.fsync(descriptor)
        advance(pages - left, pages)

    try:
        source.execute("PRAGMA query_only=ON")
        # Held open until the end, so that the state stays the same: a copy would begin anew at each commit of others.
        source.execute("BEGIN")
        at = version(source)
        if at is None:
            raise StorageError("the database has no Tapwork schema: see `tapwork doctor`")
        with closing(_open(part)) as copy:
            copy.execute("PRAGMA journal_mode=OFF")
            copy.execute("PRAGMA synchronous=OFF")
            source.backup(copy, pages=STEP, progress=step)
        source.execute("COMMIT")
    except sqlite.library().Error as error:
        raise StorageError(f"the copy was not finished: {error}") from error
    return at


def _check(part: Path, expected: str) -> None:
    """`StorageError` unless the copy is a sound database at that version; leaves it as one file, without a log."""
    try:
        with closing(_open(part)) as copy:
            copy.execute("PRAGMA journal_mode=DELETE")
            found = faults(copy, "integrity_check")
            if not found and copy.execute("PRAGMA foreign_key_check").fetchone():
                found = ["a row points to one that is not there"]
            if not found and version(copy) != expected:
                found = ["the schema's version is not the database's"]
    except sqlite.library().Error as error:
        found = [str(error)]
    if found:
        raise StorageError(f"the copy is not sound and was not kept ({found[0]}): see `tapwork doctor`")


def _keep_name(folder: Path) -> None:
    """Make a name that was given survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
