"""Fixtures that the tests of storage and of services share."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.store import SqliteStore
from storage.transaction import CoreTransaction
from tests.support.workshop import new_database, open_raw, transaction


@pytest.fixture
def path(tmp_path: Path) -> str:
    """An empty, migrated database."""
    return new_database(tmp_path)


@pytest.fixture
async def store(path: str) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(path) as opened:
        yield opened


@pytest.fixture
def raw(path: str) -> Iterator[Any]:
    with open_raw(path) as connection:
        yield connection


@pytest.fixture
def tx(raw: Any) -> Iterator[CoreTransaction]:
    """One transaction for the whole test."""
    with transaction(raw) as opened:
        yield opened
