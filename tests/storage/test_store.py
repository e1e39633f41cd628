"""The store's promises: what it told is on disk, and nobody suffers for anybody else's failure."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import Refused, SchemaError, StorageError
from bot.domain.text import T
from bot.ports import Transaction
from storage import sqlite
from storage.store import BATCH, READERS, BatchConnection, SqliteStore
from storage.transaction import CoreTransaction
from tests.support.workshop import NOW, add_trainer

PATIENCE = 10.0
"""Seconds after which something counts as hanging."""


def take(tx: Transaction, key: str) -> bool:
    return tx.inbox.take("telegram", key, NOW)


def failing(tx: Transaction, key: str, error: BaseException) -> None:
    take(tx, key)
    raise error


def count(tx: CoreTransaction) -> int:
    return int(tx._core.exec_driver_sql("SELECT count(*) FROM inbox").scalar_one())


def stored(raw: Any) -> set[str]:
    """The keys that another connection sees."""
    return {key for (key,) in raw.execute("SELECT key FROM inbox")}


class Gate:
    """A use case that holds a thread until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._opened = threading.Event()

    def __call__(self, tx: Transaction) -> None:
        self.wait()

    def wait(self) -> None:
        self.reached.set()
        assert self._opened.wait(PATIENCE)

    def open(self) -> None:
        self._opened.set()


@asynccontextmanager
async def writer_held(store: SqliteStore) -> AsyncIterator[None]:
    """While the block runs, the writer's thread is busy and what is asked of it waits."""
    gate = Gate()
    holder = asyncio.create_task(store.write(gate))
    await asyncio.to_thread(gate.reached.wait, PATIENCE)
    try:
        yield
    finally:
        gate.open()
        await holder


async def trace(connection: BatchConnection, callback: Callable[[str], object]) -> None:
    await connection._execute(lambda: connection._conn.set_trace_callback(callback))


async def pragma(store: SqliteStore, setting: str) -> None:
    await store._writer._execute(lambda: store._writer._conn.execute(f"PRAGMA {setting}").fetchall())


async def test_result_waits_for_commit(store: SqliteStore, raw: Any) -> None:
    """Nobody is told of a result before its commit, and then every other connection sees it."""
    gate = Gate()
    await trace(store._writer, lambda sql: gate.wait() if sql == "COMMIT" else None)
    writing = asyncio.create_task(store.write(take, "a"))
    await asyncio.to_thread(gate.reached.wait, PATIENCE)
    await asyncio.sleep(0.05)
    assert not writing.done()
    assert stored(raw) == set()
    gate.open()
    assert await writing is True
    assert stored(raw) == {"a"}


@pytest.mark.parametrize(
    "error", [Refused(T("No.")), ZeroDivisionError("oops"), asyncio.CancelledError(), GeneratorExit()], ids=repr
)
async def test_failure_takes_nothing_with_it(store: SqliteStore, raw: Any, error: BaseException) -> None:
    """A use case that raises is undone, its caller gets the error, and the others of its batch stay."""
    async with writer_held(store):
        waiting = asyncio.gather(
            store.write(take, "before"),
            store.write(failing, "failed", error),
            store.write(take, "after"),
            return_exceptions=True,
        )
        await asyncio.sleep(0)
    first, failed, last = await asyncio.wait_for(waiting, PATIENCE)
    assert (first, last) == (True, True)
    assert type(failed) is type(error)
    assert stored(raw) == {"before", "after"}


async def test_exhausted_iterator_is_an_error_like_any_other(store: SqliteStore, raw: Any) -> None:
    """A StopIteration, which no future takes, reaches its caller as another error and leaves nobody waiting."""
    async with writer_held(store):
        waiting = asyncio.gather(
            store.write(failing, "failed", StopIteration()), store.write(take, "after"), return_exceptions=True
        )
        await asyncio.sleep(0)
    failed, after = await asyncio.wait_for(waiting, PATIENCE)
    assert isinstance(failed, RuntimeError)
    assert after is True
    assert stored(raw) == {"after"}


async def test_programming_errors_keep_their_type(store: SqliteStore) -> None:
    """A broken constraint is the program's fault and is not dressed up as the database's."""

    def twice(tx: CoreTransaction) -> None:
        for _ in range(2):
            tx._core.exec_driver_sql("INSERT INTO inbox (platform, key, received_at) VALUES ('x', 'same', 0)")

    with pytest.raises(Exception, match="UNIQUE") as caught:
        await store.write(twice)
    assert not isinstance(caught.value, StorageError)


@pytest.mark.parametrize(("waiting", "commits"), [(BATCH, 1), (2 * BATCH + 1, 3)])
async def test_group_commit(store: SqliteStore, raw: Any, waiting: int, commits: int) -> None:
    """All that wait while a commit is under way are committed together, up to a batch's size."""
    statements: list[str] = []
    async with writer_held(store):
        writes = asyncio.gather(*(store.write(take, str(n)) for n in range(waiting)))
        await asyncio.sleep(0)
        store._writer._conn.set_trace_callback(statements.append)
    assert all(await writes)
    assert len(stored(raw)) == waiting
    assert statements.count("COMMIT") - 1 == commits  # one is the holder's own


async def test_write_sees_what_it_wrote(store: SqliteStore) -> None:
    """Inside a use case its own writes are there at once, and so are those before it in the same batch."""
    async with writer_held(store):
        writes = asyncio.gather(
            store.write(take, "a"), store.write(lambda tx: [take(tx, "a"), take(tx, "b"), count(tx)])
        )
        await asyncio.sleep(0)
    assert await writes == [True, [False, True, 2]]


async def test_read_is_one_snapshot(store: SqliteStore) -> None:
    """A read sees the same database from beginning to end, whatever is written beside it."""
    gate = Gate()

    def twice(tx: CoreTransaction) -> tuple[int, int]:
        before = count(tx)
        gate.wait()
        return before, count(tx)

    reading = asyncio.create_task(store.read(twice))
    await asyncio.to_thread(gate.reached.wait, PATIENCE)
    await store.write(take, "meanwhile")
    gate.open()
    assert await reading == (0, 0)
    assert await store.read(count) == 1


async def test_read_cannot_write(store: SqliteStore, raw: Any) -> None:
    """A write on a reading connection is refused and changes nothing."""
    with pytest.raises(StorageError, match="readonly"):
        await store.read(take, "a")
    assert stored(raw) == set()
    assert await store.read(count) == 0


async def test_reads_run_beside_each_other_and_the_writer(store: SqliteStore) -> None:
    """A long write holds no read up, and long reads hold no write up."""
    async with writer_held(store):
        assert await asyncio.wait_for(store.read(count), PATIENCE) == 0
    gate = Gate()
    reads = [asyncio.create_task(store.read(gate)) for _ in range(READERS)]
    await asyncio.to_thread(gate.reached.wait, PATIENCE)
    assert await asyncio.wait_for(store.write(take, "a"), PATIENCE) is True
    gate.open()
    await asyncio.gather(*reads)


async def test_locked_database_fails_all_that_wait(path: str, raw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another program keeps the file locked, all that wait are told, nothing is stored, and later writes work."""
    monkeypatch.setattr(sqlite, "BUSY_MILLISECONDS", 50)
    async with SqliteStore(path) as store:
        raw.execute("BEGIN IMMEDIATE")
        outcomes = await asyncio.gather(*(store.write(take, str(n)) for n in range(5)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [StorageError] * 5
        raw.execute("ROLLBACK")
        assert stored(raw) == set()
        assert await store.write(take, "later") is True
        assert stored(raw) == {"later"}


async def test_failed_commit_fails_all_of_its_batch(store: SqliteStore, raw: Any) -> None:
    """When the COMMIT itself fails, all of the batch are told so and undone, and the next batch works."""

    def orphan(tx: CoreTransaction) -> None:
        tx._core.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        tx._core.exec_driver_sql("INSERT INTO participation VALUES (1, 1, 0, 1)")

    async with writer_held(store):
        batch = asyncio.gather(
            store.write(take, "a"), store.write(orphan), store.write(take, "b"), return_exceptions=True
        )
        await asyncio.sleep(0)
    assert [type(outcome) for outcome in await batch] == [StorageError] * 3
    assert stored(raw) == set()
    assert await store.write(take, "later") is True
    assert stored(raw) == {"later"}


@pytest.mark.parametrize("rows", [1, 200], ids=["one statement", "many"])
async def test_full_disk(store: SqliteStore, raw: Any, rows: int) -> None:
    """On a full disk whoever was told of success is stored, whoever was told of failure is not, and room mends it."""

    def big(tx: CoreTransaction, key: str) -> bool:
        for n in range(rows):
            tx.inbox.set_aside("telegram", f"{key}-{n}", "x" * (400_000 // rows), NOW)
        return take(tx, key)

    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    await pragma(store, f"max_page_count={pages + 20}")
    names = ["a", "big", "b"]
    async with writer_held(store):
        batch = asyncio.gather(
            store.write(take, "a"), store.write(big, "big"), store.write(take, "b"), return_exceptions=True
        )
        await asyncio.sleep(0)
    outcomes = dict(zip(names, await batch, strict=True))
    assert isinstance(outcomes["big"], StorageError)
    assert stored(raw) == {name for name, outcome in outcomes.items() if outcome is True}
    await pragma(store, f"max_page_count={pages + 10_000}")
    assert await store.write(big, "big") is True
    assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_cancelled_caller_of_a_write_does_no_harm(store: SqliteStore, raw: Any) -> None:
    """Whoever stops waiting for a write takes nothing from those who still wait."""
    async with writer_held(store):
        tasks = [asyncio.create_task(store.write(take, name)) for name in ("a", "cancelled", "b")]
        await asyncio.sleep(0)
        tasks[1].cancel()
    assert await asyncio.gather(tasks[0], tasks[2]) == [True, True]
    with pytest.raises(asyncio.CancelledError):
        await tasks[1]
    assert {"a", "b"} <= stored(raw)
    assert await store.write(take, "later") is True


async def test_cancelled_callers_of_reads_do_no_harm(store: SqliteStore) -> None:
    """Reads whose callers left free their connections again."""
    gate = Gate()
    tasks = [asyncio.create_task(store.read(gate)) for _ in range(2 * READERS)]
    await asyncio.to_thread(gate.reached.wait, PATIENCE)
    for task in tasks:
        task.cancel()
    gate.open()
    await asyncio.gather(*tasks, return_exceptions=True)
    counts = asyncio.gather(*(store.read(count) for _ in range(4 * READERS)))
    assert await asyncio.wait_for(counts, PATIENCE) == [0] * (4 * READERS)


async def test_owed_letters_are_announced_after_the_commit(store: SqliteStore, raw: Any) -> None:
    """The delivery hears of new letters once they are on disk, and of nothing else."""
    heard: list[int] = []
    store.on_owed(lambda: heard.append(raw.execute("SELECT count(*) FROM outbox").fetchone()[0]))

    def owe(tx: Transaction, fail: bool) -> None:
        tx.outbox.put(person.id, "greeting", "greeting", {}, 20, NOW)
        if fail:
            raise Refused(T("No."))

    person = await store.write(add_trainer)
    with pytest.raises(Refused):
        await store.write(owe, True)
    assert heard == []
    await store.write(owe, False)
    assert heard == [1]


async def test_closing_leaves_no_thread(path: str) -> None:
    """After closing, no thread of the store is left, and what waited was done first."""
    before = set(threading.enumerate())
    store = await SqliteStore(path).open()
    assert len(set(threading.enumerate()) - before) == 1 + READERS
    writes = [asyncio.create_task(store.write(take, str(n))) for n in range(50)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*writes) == [True] * 50
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE)
    assert set(threading.enumerate()) - before == set()


async def test_closed_store_refuses(path: str) -> None:
    """A store that was closed says so at once, rather than let anybody wait for ever."""
    store = await SqliteStore(path).open()
    await store.close()
    with pytest.raises(StorageError, match="closed"):
        await asyncio.wait_for(store.write(take, "a"), PATIENCE)
    with pytest.raises(StorageError, match="closed"):
        await asyncio.wait_for(store.read(count), PATIENCE)


async def test_failed_opening_leaves_no_thread(tmp_path: Path) -> None:
    """A store that refuses its file has let go of it."""
    before = set(threading.enumerate())
    with pytest.raises(SchemaError):
        async with SqliteStore(str(tmp_path / "empty.db")):
            pass
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE)
    assert set(threading.enumerate()) - before == set()
