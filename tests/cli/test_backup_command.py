"""`tapwork backup` as operators see it."""

from pathlib import Path

import orjson

from storage.schema import head
from tests.cli.conftest import Tapwork


def test_backup_tells_what_it_made(path: str, tapwork: Tapwork, tmp_path: Path) -> None:
    """It names the file, its size and version, for people and for programs."""
    done = tapwork("backup", "copy.db")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("copy.db: ")
    assert done.stdout.endswith(f"at version {head()}, checked\n")
    told = orjson.loads(tapwork("backup", "copy.db", "--json").stdout)
    assert told == {"file": "copy.db", "bytes": (tmp_path / "copy.db").stat().st_size, "version": head()}


def test_refusals_end_with_one(path: str, tapwork: Tapwork, tmp_path: Path) -> None:
    """What is refused is told on stderr, with exit code 1 and no result."""
    for file, reason in ((".", "is a folder"), ("tapwork.db", "the database itself"), ("no/copy.db", "No such file")):
        done = tapwork("backup", file)
        assert done.exit_code == 1
        assert done.stderr.startswith("tapwork: ")
        assert reason in done.stderr
        assert done.stdout == ""
    missing = tapwork("backup", "copy.db", database_url="sqlite:///missing.db")
    assert missing.exit_code == 1
    assert missing.stderr == "tapwork: there is no database missing.db\n"
    assert {one.name for one in tmp_path.iterdir()} == {"tapwork.db"}
