"""INSERT ... ON CONFLICT in the words of whichever database is spoken to."""

from functools import cache

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert


def insert(core: Connection, table: Table) -> Insert:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return _insert(core.dialect.name, table)


@cache
def insert_new(dialect: str, table: Table) -> Insert:
    """An INSERT of rows whose key may be there already, in which case nothing happens; built once a table."""
    return _insert(dialect, table).on_conflict_do_nothing()


def _insert(dialect: str, table: Table) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
