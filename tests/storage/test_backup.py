"""A copy is one state of the database, checked, and only then has its name; a failure leaves nothing."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import sleep
from types import SimpleNamespace
from typing import Any

import pytest

from bot.domain.errors import StorageError
from storage import backup as module
from storage import inspection, sqlite
from storage.backup import back_up
from storage.schema import head
from tests.support.workshop import open_raw

KEY = "INSERT INTO inbox (platform, key, received_at) VALUES ('telegram', ?, 0)"


def fill(raw: Any, count: int, *, width: int = 80) -> None:
    raw.execute("BEGIN IMMEDIATE")
    raw.executemany(KEY, [(f"{n:0{width}}",) for n in range(count)])
    raw.execute("COMMIT")


def count(path: Path) -> int:
    return int(inspection.looking(str(path), lambda raw: raw.execute("SELECT count(*) FROM inbox").fetchone()[0]))


def quiet(done: int, total: int) -> None:
    """Nobody looks at the progress."""


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@contextmanager
def writing(path: str) -> Iterator[list[int]]:
    """Another connection that commits pairs of rows all the time; the number of its commits so far."""
    stop, commits = threading.Event(), [0]

    def work() -> None:
        with open_raw(path) as raw:
            while not stop.is_set():
                sqlite.begin(raw)
                for half in "ab":
                    raw.execute(KEY, (f"pair {commits[0]} {half}",))
                raw.execute("COMMIT")
                commits[0] += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield commits
    finally:
        stop.set()
        thread.join()


def test_copy_is_the_database(path: str, raw: Any, tmp_path: Path) -> None:
    """The copy has every row, also those that are only in the log yet, is one file, and is for its owner alone."""
    fill(raw, 500)
    out = tmp_path / "out"
    out.mkdir()
    done = back_up(path, out / "copy.db", quiet)
    assert files(out) == {"copy.db"}
    assert count(out / "copy.db") == 500
    assert (done.version, done.size) == (head(), (out / "copy.db").stat().st_size)
    assert (out / "copy.db").stat().st_mode & 0o077 == 0


def test_a_writer_goes_on_and_the_copy_is_one_state(path: str, raw: Any, tmp_path: Path) -> None:
    """While a writer commits all the time the copy ends, holds whole commits only, and does not hold up the writer."""
    fill(raw, 60_000)
    seen: list[tuple[int, int]] = []
    with writing(path) as commits:
        while commits[0] < 5:
            sleep(0.001)
        before, during = commits[0], []

        def advance(done: int, total: int) -> None:
            seen.append((done, total))
            during.append(commits[0])

        back_up(path, tmp_path / "copy.db", advance)
    assert len(seen) > 3
    assert [done for done, _ in seen] == sorted({done for done, _ in seen}), "it began anew"
    assert seen[-1][0] == seen[-1][1]
    assert during[-1] > before, "the writer stood still"
    copied = count(tmp_path / "copy.db") - 60_000
    assert copied % 2 == 0
    assert before * 2 <= copied <= during[0] * 2 + 2


def test_copy_can_be_served(path: str, raw: Any, tmp_path: Path) -> None:
    """A copy put in the database's place is opened like any other, log and all."""
    fill(raw, 10)
    back_up(path, tmp_path / "copy.db", quiet)
    with open_raw(str(tmp_path / "copy.db")) as copy:
        fill(copy, 1, width=5)
        assert copy.execute("SELECT count(*) FROM inbox").fetchone() == (11,)


def test_other_versions_are_copied_too(path: str, raw: Any, tmp_path: Path) -> None:
    """A database of another version, as before an update, is copied as it is."""
    raw.execute("UPDATE alembic_version SET version_num = '0001'")
    assert back_up(path, tmp_path / "copy.db", quiet).version == "0001"
    assert inspection.looking(str(tmp_path / "copy.db"), inspection.version) == "0001"


def test_good_copy_replaces_an_older_one(path: str, raw: Any, tmp_path: Path) -> None:
    """A file that is there is replaced by a good copy."""
    (tmp_path / "copy.db").write_text("old")
    fill(raw, 3)
    back_up(path, tmp_path / "copy.db", quiet)
    assert count(tmp_path / "copy.db") == 3


def test_a_link_is_followed(path: str, tmp_path: Path) -> None:
    """Where FILE is a link, what it points to is replaced, and the link stays."""
    (tmp_path / "latest.db").symlink_to("monday.db")
    back_up(path, tmp_path / "latest.db", quiet)
    assert (tmp_path / "latest.db").is_symlink()
    assert count(tmp_path / "monday.db") == 0


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("folder", "is a folder"),
        ("tapwork.db", "belongs to the database itself"),
        ("hard-link.db", "belongs to the database itself"),
        ("soft-link.db", "belongs to the database itself"),
        ("tapwork.db-wal", "belongs to the database itself"),
        ("tapwork.db.lock", "belongs to the database itself"),
        ("fifo", "is not a file"),
        ("other.db", "is in use as a database"),
        ("nowhere/copy.db", "No such file or directory"),
        ("other.db/copy.db", "Not a directory"),
    ],
)
def test_what_cannot_be_written_is_refused(path: str, tmp_path: Path, name: str, reason: str) -> None:
    """A place that cannot or must not be written to is refused by name, and everything stays as it was."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    os.link(path, tmp_path / "hard-link.db")
    (tmp_path / "soft-link.db").symlink_to(path)
    (tmp_path / "other.db").write_text("old")
    (tmp_path / "other.db-wal").write_text("somebody's last commits")
    before, content = files(tmp_path), Path(path).read_bytes()
    with pytest.raises(StorageError, match=reason) as refused:
        back_up(path, tmp_path / name, quiet)
    assert name in str(refused.value)
    assert files(tmp_path) == before
    assert Path(path).read_bytes() == content
    assert (tmp_path / "other.db").read_text() == "old"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_unwritable_folder_is_refused(path: str, tmp_path: Path) -> None:
    """A folder without the right to write is refused with the system's reason."""
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    with pytest.raises(StorageError, match=r"copy\.db cannot be written: Permission denied"):
        back_up(path, locked / "copy.db", quiet)


@pytest.mark.parametrize("content", [None, b"", b"no database at all, but a text of some length" * 100])
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """A database that is missing, empty or none at all is refused, not made, and no copy appears."""
    path = tmp_path / "source.db"
    if content is not None:
        path.write_bytes(content)
    before = files(tmp_path)
    with pytest.raises(StorageError, match=r"no database|no Tapwork schema|not a database"):
        back_up(str(path), tmp_path / "copy.db", quiet)
    assert files(tmp_path) == before


def test_too_little_room_is_told_before(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the copy would not fit it is not begun."""
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: SimpleNamespace(free=2))
    with pytest.raises(StorageError, match=r"no room for .*copy\.db: it needs .* kB, and 2 bytes are free"):
        back_up(path, tmp_path / "copy.db", quiet)
    assert "copy.db" not in files(tmp_path)


LIMITED = """
import resource, sys
from pathlib import Path
from bot.domain.errors import StorageError
from storage.backup import back_up
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
try:
    back_up(sys.argv[1], Path(sys.argv[2]), lambda done, total: None)
except StorageError as error:
    print(error)
"""


def test_running_out_of_room_leaves_the_old_copy(path: str, raw: Any, tmp_path: Path) -> None:
    """A copy that cannot be written to its end is told, and the older one stays with nothing beside it."""
    fill(raw, 60_000)
    out = tmp_path / "out"
    out.mkdir()
    (out / "copy.db").write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, path, str(out / "copy.db")],
        capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True,
    )  # fmt: skip
    assert done.stdout.startswith("the copy was not finished: "), done
    assert files(out) == {"copy.db"}
    assert (out / "copy.db").read_text() == "old"


def test_interrupted_copy_leaves_nothing(path: str, tmp_path: Path) -> None:
    """Ctrl-C in the middle leaves no file behind."""

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    before = files(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        back_up(path, tmp_path / "copy.db", interrupt)
    assert files(tmp_path) == before


def test_copy_of_a_damaged_file_is_not_kept(path: str, raw: Any, tmp_path: Path) -> None:
    """What the checks find wrong with the copy is told, and the older copy stays."""
    fill(raw, 2000)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with Path(path).open("r+b") as file:
        file.seek(-3 * 4096, os.SEEK_END)
        file.write(b"\xff" * 4096)
    (tmp_path / "copy.db").write_text("old")
    with pytest.raises(StorageError, match=r"not sound and was not kept \(.+\)"):
        back_up(path, tmp_path / "copy.db", quiet)
    assert (tmp_path / "copy.db").read_text() == "old"


def test_rows_that_point_nowhere_are_found(path: str, tmp_path: Path) -> None:
    """A copy with a row that points to one that is not there is not kept."""
    with closing(sqlite.library().connect(path)) as careless:
        careless.execute("INSERT INTO participation VALUES (1, 1, 0, 1)")
        careless.commit()
    with pytest.raises(StorageError, match="points to one that is not there"):
        back_up(path, tmp_path / "copy.db", quiet)
    assert "copy.db" not in files(tmp_path)
