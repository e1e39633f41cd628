"""The migrations add up to the schema that the program is written for, and every other version is refused."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.domain.errors import SchemaError
from storage import sqlite
from storage.schema import head, migrate, require_current, version
from storage.store import SqliteStore
from storage.tables import metadata
from tests.support.workshop import open_raw


def normalized(definition: str) -> str:
    """A definition without its layout and without quotes that change nothing."""
    return re.sub(r"\s*([(),])\s*", r"\1", re.sub(r"\s+", " ", definition.replace('"', ""))).strip()


def columns_and_constraints(definition: str) -> list[str]:
    """The parts of a CREATE TABLE in an order of their own."""
    name, _, body = normalized(definition).partition("(")
    return [name, *sorted(re.split(r",(?![^(]*\))", body[:-1]))]


def definitions(raw: Any, kind: str) -> dict[str, str]:
    rows = raw.execute(
        """SELECT name, sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL
        AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'""",
        (kind,),
    )
    return dict(rows.fetchall())


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Any]:
    """A database made from the tables as they are declared, without any migration."""
    with open_raw(str(tmp_path / "made.db")) as raw, sqlite.engine(raw).connect() as core:
        metadata.create_all(core)
        yield raw


def test_migrated_file_matches_the_tables(raw: Any) -> None:
    """Alembic finds no difference between a migrated file and the declared tables."""
    with sqlite.engine(raw).connect() as core:
        context = MigrationContext.configure(core, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_migrated_indexes_are_the_declared_ones(raw: Any, made: Any) -> None:
    """Each index has the same columns in the same order and the same condition as declared."""
    migrated = {name: normalized(sql) for name, sql in definitions(raw, "index").items()}
    declared = {name: normalized(sql) for name, sql in definitions(made, "index").items()}
    assert migrated == declared
    assert migrated["ix_task_ready"] == "CREATE INDEX ix_task_ready ON task(lane_id,rank,id)WHERE places > 0"
    partial = {name for name, sql in migrated.items() if "WHERE" in sql}
    assert partial == {"ix_task_ready", "ix_assignment_due", "ix_outbox_waiting", "ix_person_wants_work"}


def test_migrated_tables_are_the_declared_ones(raw: Any, made: Any) -> None:
    """Each table has the same columns, keys and constraints as declared."""
    migrated = {name: columns_and_constraints(sql) for name, sql in definitions(raw, "table").items()}
    declared = {name: columns_and_constraints(sql) for name, sql in definitions(made, "table").items()}
    assert migrated == declared
    assert set(migrated) == set(metadata.tables)


def test_migrating_says_what_it_did(tmp_path: Path) -> None:
    """Migrating makes a missing file, tells the versions before and after, and does nothing the second time."""
    path = str(tmp_path / "new.db")
    assert migrate(path) == (None, head())
    assert migrate(path) == (head(), head())


async def test_empty_file_is_refused(tmp_path: Path) -> None:
    """A file without the schema is refused with the command that helps."""
    with pytest.raises(SchemaError, match=r"version none.*tapwork migrate"):
        await SqliteStore(str(tmp_path / "empty.db")).open()


async def test_other_version_is_refused(path: str, raw: Any) -> None:
    """A file of another version is refused, by name of that version, and left as it is."""
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match=r"version 9999.*needs"):
        await SqliteStore(path).open()
    with pytest.raises(SchemaError, match="version 9999"):
        migrate(path)
    with sqlite.engine(raw).connect() as core:
        assert version(core) == "9999"


def test_current_version_is_taken(raw: Any) -> None:
    """A migrated file is at the version that the program needs."""
    with sqlite.engine(raw).connect() as core:
        require_current(core)
        assert version(core) == head()
