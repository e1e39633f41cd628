"""What `tapwork doctor` looks at on this machine: settings, the SQLite library, the database file and its disk."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.filesize import decimal

from bot.cli.findings import Finding, ok, problem, warning
from bot.cli.work_checks import work_checks
from bot.domain.errors import StorageError
from bot.settings import Settings
from storage import inspection, sqlite
from storage.schema import head

LARGE_LOG = 256 * 1024 * 1024
"""Bytes of the WAL from which somebody seems to keep it from being emptied; it is 4 MB on an ordinary day."""

LOW_DISK = 1024**3
"""Bytes free below which it is time to do something; a tenth of it is a problem."""

_MIGRATE = "`tapwork migrate` or the next `tapwork run` brings it up to date; take a backup first"


def settings_check(settings: Settings) -> Finding:
    """Which platforms are set up, and how they reach us."""
    modes = {}
    if settings.telegram_token is not None:
        modes["telegram"] = "webhook" if settings.public_url else "polling"
    if settings.slack_bot_token is not None:
        modes["slack"] = "Socket Mode" if settings.slack_app_token is not None else "HTTP mode"
    if settings.lacks:
        return problem("settings", "Slack is set up in part only", settings.lacks, platforms=modes)
    if not modes:
        return problem(
            "settings", "no platform is set up", "set TAPWORK_TELEGRAM_TOKEN or TAPWORK_SLACK_BOT_TOKEN", platforms={}
        )
    text = ", ".join(f"{name.title()} ({mode})" for name, mode in modes.items())
    return ok("settings", text, platforms=modes)


def library_check() -> Finding:
    """Is the SQLite in use one that can corrupt the file?"""
    library = sqlite.library()
    found = f"version {library.sqlite_version}"
    if library.sqlite_version_info >= sqlite.FIXED:
        return ok("sqlite", found, version=library.sqlite_version, wal_reset_bug=False)
    return problem(
        "sqlite",
        f"{found} has the WAL-reset bug, which can corrupt the database",
        f"install pysqlite3, or a Python with SQLite {'.'.join(map(str, sqlite.FIXED))} or newer",
        version=library.sqlite_version,
        wal_reset_bug=True,
    )


def database_checks(path: str, now: datetime) -> list[Finding]:
    """All that concerns the file; only what can be told where it is missing or broken."""
    try:
        return _database(path, now)
    except OSError as error:
        advice = "give the service's user the right to read it and its folder"
        return [problem("database", f"{path} cannot be read ({error.strerror})", advice)]


def _database(path: str, now: datetime) -> list[Finding]:
    lock, served = _lock(path)
    if not Path(path).is_file():
        what = "is not a file" if Path(path).exists() else "is not there"
        advice = "check TAPWORK_DATABASE_URL; `tapwork migrate` makes a new one"
        return [problem("database", f"{path} {what}", advice), lock]
    around = [_log_check(path), _disk_check(path), lock]
    try:
        inside = inspection.looking(path, lambda raw: list(_inside(raw, path, now, served)))
    except StorageError as error:
        advice = "check its permissions and the disk; if it is broken, stop the service and put a backup in its place"
        return [problem("database", f"{path} cannot be read ({error})", advice), *around]
    return [*inside[:2], *around, *inside[2:]]


def _inside(raw: Any, path: str, now: datetime, served: bool) -> Iterator[Finding]:
    yield _sound(raw, path)
    yield _schema(raw)
    yield from work_checks(raw, now, served)


def _sound(raw: Any, path: str) -> Finding:
    faults = inspection.faults(raw)
    size = Path(path).stat().st_size
    if faults:
        advice = "stop the service, keep a copy of the file, and put a backup in its place"
        return problem("database", f"{path} is damaged ({faults[0]})", advice, path=path, bytes=size, faults=faults)
    if not os.access(path, os.W_OK) or not os.access(Path(path).absolute().parent, os.W_OK):
        advice = "give the service's user the right to write to it and to its folder, if that is who you are"
        return warning("database", f"{path} is sound, but you may not write to it", advice, path=path, bytes=size)
    return ok("database", f"{path}, {decimal(size)}, sound", path=path, bytes=size)


def _schema(raw: Any) -> Finding:
    found, needed = inspection.version(raw), head()
    facts = {"version": found, "needed": needed}
    if found == needed:
        return ok("schema", f"version {found}", **facts)
    if found in inspection.known_versions():
        return warning("schema", f"version {found}, this program's is {needed}", _MIGRATE, **facts)
    if found is not None:
        advice = "a newer program has been at it; install that one, or put an older backup in place"
        return problem("schema", f"version {found}, which this program does not know", advice, **facts)
    if inspection.tables(raw):
        return problem("schema", "these are not Tapwork's tables", "check TAPWORK_DATABASE_URL", **facts)
    return warning("schema", "the database is empty", "`tapwork migrate` or `tapwork run` makes the tables", **facts)


def _log_check(path: str) -> Finding:
    log = Path(f"{path}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > LARGE_LOG:
        advice = "a large import or a long reader (a backup, a shell) let it grow; a restart of the service empties it"
        return warning("wal", decimal(size), advice, bytes=size)
    return ok("wal", decimal(size), bytes=size)


def _disk_check(path: str) -> Finding:
    free, size = shutil.disk_usage(Path(path).absolute().parent).free, Path(path).stat().st_size
    found = f"{decimal(free)} free"
    if free < LOW_DISK // 10:
        return problem("disk", found, "make room: on a full disk no tap can be taken", free_bytes=free)
    if free < LOW_DISK:
        return warning("disk", found, "make room, before taps cannot be taken", free_bytes=free)
    if free < 2 * size:
        return warning("disk", found, "there is hardly room for a backup beside the database", free_bytes=free)
    return ok("disk", found, free_bytes=free)


def _lock(path: str) -> tuple[Finding, bool]:
    """Is there a service at work?"""
    try:
        holder = inspection.lock_holder(path)
    except StorageError as error:
        return warning("service", f"cannot be told ({error})", "ask as the service's user", running=None), True
    if holder is None:
        return warning("service", "none is at work on this database", "start `tapwork run`", running=False), False
    return ok("service", f"at work, process {holder}", running=True, process=holder), True
