"""The sweeps, with a clock that the test moves."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import StorageError
from bot.jobs import sweeps
from bot.ports import Transaction
from bot.services import people
from bot.services.matching import offer_next
from storage.store import SqliteStore
from tests.support.workshop import (
    HOUR,
    NOW,
    SettableClock,
    add_project,
    add_trainer,
    project_spec,
    task_spec,
    until,
)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


def fill(tx: Transaction, tasks: int, trainers: int, **changes: Any) -> None:
    """An open project and people who have not heard of it."""
    add_project(tx, project_spec(**changes), [task_spec(f"t{n}") for n in range(tasks)])
    for n in range(trainers):
        add_trainer(tx, f"user{n}", wakes=0, sleeps=0)


def offer_all(tx: Transaction, trainers: int) -> None:
    for n in range(trainers):
        person = tx.people.find("telegram", f"user{n}")
        assert person is not None
        offer_next(tx, person, NOW)


def states(raw: Any) -> dict[str, int]:
    return dict(raw.execute("SELECT state, count(*) FROM assignment GROUP BY state").fetchall())


async def test_expire_ends_all_that_is_due(store: SqliteStore, raw: Any, clock: SettableClock) -> None:
    """However many assignments are due, one sweep ends all of them, once their time has come."""
    many = 2 * sweeps.BATCH + 7
    await store.write(fill, many, many)
    await store.write(offer_all, many)
    await sweeps.expire(store, clock)
    assert states(raw) == {"offered": many}
    clock.advance(timedelta(hours=24))
    await sweeps.expire(store, clock)
    assert states(raw) == {"expired": many}
    await sweeps.expire(store, clock)
    assert states(raw) == {"expired": many}


async def test_freed_task_reaches_somebody_else(store: SqliteStore, raw: Any, clock: SettableClock) -> None:
    """A task that ran out is offered by the next sweep to somebody who has not had it."""
    await store.write(fill, 1, 2)
    await store.write(offer_all, 2)
    clock.advance(timedelta(hours=24))
    await sweeps.expire(store, clock)
    await sweeps.offer(store, clock)
    rows = raw.execute("SELECT person_id, state FROM assignment ORDER BY id").fetchall()
    assert [state for _, state in rows] == ["expired", "offered"]
    assert rows[0][0] != rows[1][0]


async def test_offer_goes_round_to_all_idle_people(store: SqliteStore, raw: Any, clock: SettableClock) -> None:
    """News of a project reaches every idle person in one sweep, and the same news is not spread twice."""
    many = 2 * sweeps.BATCH + 7
    await store.write(fill, many + 5, many)
    await sweeps.offer(store, clock)
    assert states(raw) == {}
    await store.write(lambda tx: tx.projects.want_offers(1))
    await sweeps.offer(store, clock)
    assert states(raw) == {"offered": many}
    assert await store.read(lambda tx: tx.projects.wanting_offers()) == []


async def test_offer_serves_those_whose_time_has_come(store: SqliteStore, raw: Any, clock: SettableClock) -> None:
    """Whoever waits for work gets it when their time comes, not before, and is served once."""

    def arrange(tx: Transaction) -> None:
        fill(tx, 5, 0)
        add_trainer(tx, "waits", wants_work_at=NOW + HOUR)

    await store.write(arrange)
    await sweeps.offer(store, clock)
    assert states(raw) == {}
    clock.advance(HOUR)
    await sweeps.offer(store, clock)
    await sweeps.offer(store, clock)
    assert states(raw) == {"offered": 1}


async def test_forget_throws_old_keys_away(store: SqliteStore, raw: Any, clock: SettableClock) -> None:
    """Update ids older than a week go, in as many steps as it takes."""

    def arrange(tx: Transaction) -> None:
        for n in range(1201):
            tx.inbox.take("telegram", str(n), NOW)
        tx.inbox.take("telegram", "new", NOW + 8 * 24 * HOUR)

    await store.write(arrange)
    clock.advance(timedelta(days=8))
    await sweeps.forget(store, clock)
    assert raw.execute("SELECT key FROM inbox").fetchall() == [("new",)]


async def test_news_survives_a_failing_database(
    store: SqliteStore, raw: Any, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the database fails while news is being spread, the next sweep spreads it."""
    await store.write(fill, 5, 3)
    await store.write(lambda tx: tx.projects.want_offers(1))

    def fail(*args: object) -> None:
        raise StorageError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(people, "spread_news", fail)
        with pytest.raises(StorageError):
            await sweeps.offer(store, clock)
    assert states(raw) == {}
    await sweeps.offer(store, clock)
    assert states(raw) == {"offered": 3}


async def test_start_makes_up_for_a_crash(store: SqliteStore, raw: Any, clock: SettableClock) -> None:
    """News that a crash kept from spreading is spread after the start."""
    await store.write(fill, 5, 3)
    await sweeps.recall(store, clock)
    await sweeps.offer(store, clock)
    assert states(raw) == {"offered": 3}


async def test_scheduler_runs_the_sweeps(store: SqliteStore, raw: Any, clock: SettableClock) -> None:
    """The scheduler runs all sweeps by itself, and a failing one is tried again."""
    many = 3
    await store.write(fill, many, many)
    await store.write(offer_all, many)
    clock.advance(timedelta(hours=24))
    scheduler = sweeps.schedule(store, clock, seconds=0.05)
    assert {job.id for job in scheduler.get_jobs()} == {"recall", "expire", "offer", "forget"}
    assert all(job.misfire_grace_time is None for job in scheduler.get_jobs())
    scheduler.start()
    try:
        await until(lambda: states(raw) == {"expired": many})
    finally:
        scheduler.shutdown(wait=False)
    assert states(raw) == {"expired": many}


async def test_failing_database_puts_a_sweep_off(path: str, clock: SettableClock) -> None:
    """A sweep that the database fails is put off without ending the service."""
    store = await SqliteStore(path).open()
    await store.close()
    failures = []

    async def sweep(store: SqliteStore, clock: SettableClock) -> None:
        try:
            await store.write(lambda tx: None)
        except StorageError as error:
            failures.append(error)
            raise

    await sweeps._guarded(sweep, store, clock, set())  # type: ignore[arg-type]
    assert len(failures) == 1
