"""The schema's versions: bringing a database up to date, and refusing one that is not."""

from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from bot.domain.errors import SchemaError
from storage import sqlite

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(path: str) -> tuple[str | None, str]:
    """Bring the SQLite file up to date, making it when it is not there; (version before, version now).

    `SchemaError` when a newer program has been at it.
    """
    raw = sqlite.open_or_refuse(path)
    try:
        with sqlite.engine(raw).connect() as core:
            before = version(core)
            sqlite.begin(raw)
            try:
                command.upgrade(_config(core), "head")
                raw.execute("COMMIT")
            except BaseException as error:
                raw.execute("ROLLBACK")
                if isinstance(error, CommandError):
                    raise SchemaError(
                        f"the database is at version {before}, which this program does not know"
                    ) from error
                raise
            return before, head()
    finally:
        raw.close()


def version(core: Connection) -> str | None:
    """The version that the database is at; None for an empty one."""
    return MigrationContext.configure(core).get_current_revision()


@cache
def head() -> str:
    """The version that this program needs."""
    newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert newest is not None
    return newest


def require_current(core: Connection) -> None:
    """`SchemaError` unless the database is at the version that this program needs."""
    found = version(core)
    if found != head():
        raise SchemaError(
            f"the database is at version {found or 'none'}, this program needs {head()}: run `tapwork migrate`"
        )


def _config(core: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    attributes: dict[str, Any] = config.attributes
    attributes["connection"] = core
    return config
