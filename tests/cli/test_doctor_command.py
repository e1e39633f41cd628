"""`tapwork doctor` finds each kind of problem, says what to do, gives nobody away, and changes nothing."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from bot.cli import checks
from bot.cli.demo import manifest
from bot.cli.findings import without_names
from sandbox.faults import Fault
from sandbox.server import Sandbox
from storage import sqlite
from storage.schema import head
from storage.sqlite import ServiceLock
from storage.transaction import CoreTransaction
from tests.cli.conftest import Tapwork
from tests.support.workshop import add_project, add_trainer, offered, open_raw, project_spec, task_spec

TOKEN = "4711:AAsecretsecretsecret"
NEVER = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def serving(path: str) -> Iterator[None]:
    """A service holds the database's lock."""
    lock = ServiceLock(path)
    lock.acquire()
    yield
    lock.release()


def commit(path: str, work: Any) -> Any:
    """Run `work` over a transaction, and commit."""
    with open_raw(path) as raw:
        core = sqlite.core(raw)
        sqlite.begin(raw)
        result = work(CoreTransaction(core))
        raw.execute("COMMIT")
        return result


def execute(path: str, *statements: str) -> None:
    with closing(sqlite.library().connect(path, isolation_level=None)) as raw:
        for statement in statements:
            raw.execute(statement)


def letter(path: str, slot: str, due: datetime) -> Any:
    """Owe Ana a letter; it as the courier takes it."""

    def work(tx: CoreTransaction) -> Any:
        person = tx.people.find("telegram", "ana") or add_trainer(tx)
        tx.outbox.put(person.id, slot, "task", {}, 1, due)
        return next(one for one in tx.outbox.waiting("telegram", max(due, datetime.now(UTC)), 99) if one.slot == slot)

    return commit(path, work)


class Doctor:
    """The command's findings by check."""

    def __init__(self, tapwork: Tapwork) -> None:
        self._tapwork = tapwork

    def __call__(self, *words: str, **settings: Any) -> dict[str, dict[str, Any]]:
        done = self._tapwork("doctor", "--json", *words, **{"telegram_token": TOKEN, **settings})
        told = orjson.loads(done.stdout)
        assert (done.exit_code == 1) == (told["status"] == "problem"), done.output
        assert TOKEN.split(":")[1] not in done.output
        return {one["check"]: one for one in told["checks"]}


@pytest.fixture
def doctor(tapwork: Tapwork) -> Doctor:
    return Doctor(tapwork)


def test_all_is_well(path: str, tapwork: Tapwork, serving: None) -> None:
    """With a sound database and a service at work each line begins with ok, and the exit code is 0."""
    done = tapwork("doctor", "--offline", telegram_token=TOKEN)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    names = "settings sqlite database schema wal disk service letters updates outbox assignments"
    assert [line.split()[:2] for line in lines] == [["ok", name] for name in names.split()]
    assert f"version {head()}" in done.stdout


def test_it_leaves_the_file_and_its_folder_alone(path: str, doctor: Doctor, tmp_path: Path) -> None:
    """Not a byte and not a file is different afterwards, with and without a log beside the database."""

    def state() -> dict[str, bytes]:
        # The index of the log is shared memory, which readers mark.
        return {one.name: one.read_bytes() for one in tmp_path.iterdir() if not one.name.endswith("-shm")}

    before = state()
    doctor("--offline")
    assert state() == before
    assert not list(tmp_path.glob("*-shm"))
    with open_raw(path) as raw:
        raw.execute("INSERT INTO inbox VALUES ('telegram', '1', 0, 'KeyError()')")
        before = state()
        assert doctor("--offline")["updates"]["facts"]["set_aside"] == 1
        assert state() == before


def test_settings_name_platforms_and_modes(path: str, doctor: Doctor) -> None:
    """Each platform that is set up is named with the way it reaches us; none at all is a problem."""
    slack = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1"}
    modes = doctor("--offline", public_url="https://example.org", **slack)["settings"]["facts"]["platforms"]
    assert modes == {"telegram": "webhook", "slack": "Socket Mode"}
    slack = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "s"}
    assert doctor("--offline", **slack)["settings"]["found"] == "Telegram (polling), Slack (HTTP mode)"
    none = doctor("--offline", telegram_token="")["settings"]
    assert (none["status"], none["found"]) == ("problem", "no platform is set up")


def test_wrong_settings_are_named_without_their_value(path: str, doctor: Doctor) -> None:
    """A wrong setting is a problem by its name, and its value is not shown."""
    found = doctor(telegram_token=TOKEN.replace(":", "/"))["settings"]
    assert found["status"] == "problem"
    assert found["found"].startswith("TAPWORK_TELEGRAM_TOKEN: expected a bot token")
    half = doctor("--offline", slack_bot_token="xoxb-1")["settings"]
    assert (half["status"], half["found"]) == ("problem", "Slack is set up in part only")
    assert "TAPWORK_SLACK_BOT_TOKEN needs" in half["advice"]


def test_library_with_the_bug(path: str, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    """An SQLite that can corrupt the file is a problem."""
    old = SimpleNamespace(sqlite_version="3.40.1", sqlite_version_info=(3, 40, 1))
    monkeypatch.setattr(checks.sqlite, "library", lambda: old)
    found = checks.library_check()
    assert (found.status, found.facts["wal_reset_bug"]) == ("problem", True)
    assert "pysqlite3" in found.advice


def test_missing_database(doctor: Doctor, tmp_path: Path) -> None:
    """A database that is not there is a problem, and is not made."""
    found = doctor("--offline")
    assert found["database"]["found"] == "tapwork.db is not there"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "folder").mkdir()
    assert doctor("--offline", database_url="sqlite:///folder")["database"]["found"] == "folder is not a file"


def test_what_is_no_database(path: str, doctor: Doctor) -> None:
    """A file that cannot be read as a database is a problem, and the other checks still speak."""
    Path(path).write_bytes(b"something else entirely" * 500)
    found = doctor("--offline")
    assert found["database"]["status"] == "problem"
    assert "file is not a database" in found["database"]["found"]
    assert found["disk"]["status"] == "ok"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_database_out_of_reach(path: str, doctor: Doctor, tmp_path: Path) -> None:
    """A database in a folder that may not be entered is a problem, told in words."""
    locked = tmp_path / "locked"
    locked.mkdir(mode=0)
    found = doctor("--offline", database_url=f"sqlite:///{locked}/tapwork.db")["database"]
    assert (found["status"], "Permission denied" in found["found"]) == ("problem", True)


def test_damaged_database(path: str, raw: Any, doctor: Doctor) -> None:
    """Damage inside the file is a problem."""
    raw.execute("BEGIN")
    raw.executemany("INSERT INTO inbox VALUES ('telegram', ?, 0, NULL)", [(f"{n:080}",) for n in range(2000)])
    raw.execute("COMMIT")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with Path(path).open("r+b") as file:
        file.seek(-3 * 4096, 2)
        file.write(b"\xff" * 4096)
    assert doctor("--offline")["database"]["status"] == "problem"


@pytest.mark.parametrize(
    ("version", "status", "words"),
    [
        ("'0001'", "warning", "version 0001, this program's is"),
        ("'9999'", "problem", "version 9999, which this program does not know"),
    ],
)
def test_other_schemas(path: str, doctor: Doctor, version: str, status: str, words: str) -> None:
    """An older database is a warning, a newer one a problem; what their tables do not tell is said to be untold."""
    execute(
        path,
        f"UPDATE alembic_version SET version_num = {version}",
        "DROP TABLE inbox",
        "ALTER TABLE outbox RENAME COLUMN attempts TO tries",
    )
    found = doctor("--offline")
    assert found["schema"]["status"] == status
    assert found["schema"]["found"].startswith(words)
    assert found["letters"]["status"] == "ok"
    assert {found[name]["found"] for name in ("updates", "outbox")} == {"cannot be told from a schema of this version"}


def test_files_that_are_not_ours(doctor: Doctor, tmp_path: Path) -> None:
    """An empty file only needs its tables; somebody else's database is a problem."""
    (tmp_path / "tapwork.db").touch()
    assert doctor("--offline")["schema"]["found"] == "the database is empty"
    execute(str(tmp_path / "tapwork.db"), "CREATE TABLE recipes (name TEXT)")
    found = doctor("--offline")["schema"]
    assert (found["status"], found["found"]) == ("problem", "these are not Tapwork's tables")


def test_large_log_and_little_room(path: str, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that does not shrink is a warning; little room is one, and hardly any a problem."""
    Path(f"{path}-wal").touch()
    with Path(f"{path}-wal").open("r+b") as file:
        file.truncate(checks.LARGE_LOG + 1)
    assert doctor("--offline")["wal"]["status"] == "warning"
    for free, status in ((checks.LOW_DISK - 1, "warning"), (1000, "problem"), (2 * checks.LOW_DISK, "ok")):
        with monkeypatch.context() as patch:
            patch.setattr(checks.shutil, "disk_usage", lambda _, free=free: SimpleNamespace(free=free))
            assert doctor("--offline")["disk"]["status"] == status


def test_service_is_seen_and_not_disturbed(path: str, doctor: Doctor) -> None:
    """Who holds the lock is told, nobody is a warning, and a service can take the lock afterwards."""
    assert doctor("--offline")["service"]["found"] == "none is at work on this database"
    assert not Path(f"{path}.lock").exists()
    lock = ServiceLock(path)
    for _ in range(2):
        lock.acquire()
        assert doctor("--offline")["service"]["facts"]["running"] is True
        lock.release()
        assert doctor("--offline")["service"]["facts"]["running"] is False


def test_letters_set_aside(path: str, doctor: Doctor) -> None:
    """Letters set aside are counted, and the newest one's error is shown without what it quotes."""
    for n, error in enumerate(
        ("KeyError('Ana Maria')", "Rejected('can\\'t parse entities: tag \"ana@x.org\" 123456789')")
    ):
        one = letter(path, f"assignment:{n}", NEVER + timedelta(days=n))
        commit(path, lambda tx, one=one, error=error: tx.outbox.set_aside(one, error))
    found = doctor("--offline")["letters"]
    assert found["status"] == "warning"
    assert found["found"].startswith("2 letters set aside, newest 2020-01-02T00:00:00Z (can")
    assert "ana" not in str(found).lower()
    assert "123456789" not in str(found)


def test_updates_set_aside(path: str, doctor: Doctor) -> None:
    """Updates set aside are counted, with the sort of the newest one's error."""
    commit(path, lambda tx: tx.inbox.set_aside("telegram", "1", "ValueError('my words')", NEVER))
    found = doctor("--offline")["updates"]
    assert found["found"] == "1 update set aside, newest 2020-01-01T00:00:00Z (ValueError)"
    assert found["status"] == "warning"


def test_late_letters(path: str, doctor: Doctor, serving: None) -> None:
    """Letters that are late are a warning and then a problem; those for later are neither."""
    now = datetime.now(UTC)
    letter(path, "assignment:1", now + timedelta(hours=9))
    assert doctor("--offline")["outbox"]["found"] == "1 waiting, 0 due"
    letter(path, "assignment:2", now - timedelta(minutes=10))
    found = doctor("--offline")["outbox"]
    assert (found["status"], found["found"]) == ("warning", "2 waiting, 1 due, the oldest for 10 min")
    letter(path, "assignment:3", now - timedelta(hours=3))
    found = doctor("--offline")["outbox"]
    assert found["status"] == "problem"
    assert found["facts"]["oldest_due_seconds"] == pytest.approx(3 * 3600, abs=60)


def test_letters_tried_often(path: str, doctor: Doctor) -> None:
    """A letter that has been tried many times is a warning, though its next try is not due yet."""
    letter(path, "assignment:1", datetime.now(UTC))
    execute(path, "UPDATE outbox SET attempts = 9, not_before = not_before + 300000")
    found = doctor("--offline")["outbox"]
    assert (found["status"], found["found"]) == ("warning", "1 waiting, 0 due, one tried 9 times")


def test_overdue_assignments(path: str, doctor: Doctor) -> None:
    """Overdue assignments are a warning without a service, and a problem with one that should have ended them."""

    def work(tx: CoreTransaction) -> None:
        add_project(tx, project_spec(), [task_spec("a")])
        offered(tx, add_trainer(tx), datetime.now(UTC) - timedelta(hours=27))

    commit(path, work)
    found = doctor("--offline")["assignments"]
    assert (found["status"], found["found"]) == ("warning", "1 overdue, the oldest by 3 h")
    lock = ServiceLock(path)
    lock.acquire()
    assert doctor("--offline")["assignments"]["status"] == "problem"
    lock.release()


async def test_platforms_are_asked(path: str, doctor: Doctor) -> None:
    """Good tokens, wrong tokens and failing platforms are told apart; no token is shown."""
    async with Sandbox() as sandbox:
        sandbox.slack.install(manifest())
        good = {
            "telegram_token": sandbox.token,
            "telegram_api_url": sandbox.url,
            "slack_bot_token": sandbox.slack.bot_token,
            "slack_app_token": sandbox.slack.app_token,
            "slack_api_url": sandbox.slack_api_url,
        }
        found = await asyncio.to_thread(doctor, **good)
        assert [found[name]["status"] for name in ("telegram", "slack")] == ["ok", "ok"]
        wrong = {**good, "telegram_token": TOKEN, "slack_bot_token": "xoxb-wrong"}
        found = await asyncio.to_thread(doctor, **wrong)
        assert "TAPWORK_TELEGRAM_TOKEN" in found["telegram"]["advice"]
        assert found["slack"]["found"] == "reached, but it does not accept the token (invalid_auth)"
        assert sandbox.token.split(":")[1] not in str(found)
        assert "xoxb" not in str(found)
        sandbox.faults.add(Fault("getMe", "500"))
        sandbox.slack.faults.add(Fault("auth.test", "garbage"))
        found = await asyncio.to_thread(doctor, **good)
        assert found["telegram"]["found"] == "reached, but it fails (HTTP 500)"
        assert found["slack"]["found"] == "not reached (the answer is not the platform's)"


def test_platform_out_of_reach(path: str, doctor: Doctor) -> None:
    """A platform that does not answer is a problem; with --offline nobody is called."""
    nowhere = {"telegram_api_url": "http://127.0.0.1:1"}
    assert doctor(**nowhere)["telegram"]["found"].startswith("not reached (ClientConnector")
    assert "telegram" not in doctor("--offline", **nowhere)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("ValueError('Ana Maria lives in Rome')", "ValueError"),
        ("IntegrityError('(sqlite3...) [parameters: (1, \"Ana\")]')", "IntegrityError"),
        ("Rejected('Bad Request: chat 123456 not found')", "Bad Request: chat ... not found"),
        ('Rejected("can\'t parse entities: unsupported start tag")', "can't parse entities: unsupported start tag"),
        ("Unavailable('see https://api.telegram.org/bot1:x for @ana')", "see ... for ..."),
        ("", "unknown"),
    ],
)
def test_errors_are_shown_without_names(stored: str, shown: str) -> None:
    """Of stored errors only the program's sort and the platform's own words are shown."""
    assert without_names(stored) == shown
