"""The sweeps: short transactions over what is due, again and again until nothing is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.domain.errors import StorageError
from bot.domain.project import ProjectState
from bot.ports import Store, Transaction
from bot.services import chasing, people

log = structlog.get_logger(__name__)

BATCH = 50
"""People or assignments to a transaction, so that taps pass between."""

STOP_SECONDS = 3.0

Clock = Callable[[], datetime]


@asynccontextmanager
async def sweeping(store: Store, clock: Clock) -> AsyncIterator[None]:
    """The sweeps at work; those under way are finished at the end, not cut off."""
    running: set[asyncio.Task[Any]] = set()
    scheduler = schedule(store, clock, running=running)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.remove_all_jobs()
        if running:
            await asyncio.wait(running, timeout=STOP_SECONDS)
        scheduler.shutdown(wait=False)


def schedule(
    store: Store, clock: Clock, *, seconds: float = 1.0, running: set[asyncio.Task[Any]] | None = None
) -> AsyncIOScheduler:
    """A scheduler with all sweeps, not started yet; `running` is kept to hold those under way."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    under_way = set() if running is None else running
    now = datetime.now(UTC)  # the scheduler's own time, whatever the sweeps are told
    scheduler.add_job(_guarded, args=[recall, store, clock, under_way], misfire_grace_time=None, id=recall.__name__)
    for sweep, every in ((expire, seconds), (offer, seconds), (forget, 3600.0)):
        scheduler.add_job(
            _guarded, "interval", seconds=every, args=[sweep, store, clock, under_way],
            coalesce=True, misfire_grace_time=None, max_instances=1, id=sweep.__name__, next_run_time=now,
        )  # fmt: skip
    return scheduler


async def expire(store: Store, clock: Clock) -> None:
    """End assignments whose time is over."""
    await _until_done(lambda: store.write(chasing.expire_due, clock(), BATCH))


async def recall(store: Store, clock: Clock) -> None:
    """Once at the start: have all open projects offered, since a crash may have come between news and its spreading."""
    await store.write(lambda tx: _raise_flags(tx, [one.id for one in tx.projects.all(ProjectState.OPEN)]))


async def offer(store: Store, clock: Clock) -> None:
    """Bring tasks to those who wait for them, when there is news or their time has come."""
    if projects := await store.read(lambda tx: tx.projects.wanting_offers()):
        # First the flags, then the people: news that comes meanwhile raises a flag again.
        await store.write(_take_flags, projects)
        last: int | None = 0
        try:
            while last is not None:
                last = await store.write(people.spread_news, projects, last, BATCH, clock())
        except StorageError:
            await store.write(_raise_flags, projects)
            raise
    await _until_done(lambda: store.write(people.serve_waiting, clock(), BATCH))


async def forget(store: Store, clock: Clock) -> None:
    """Throw away inbox keys that no platform will repeat."""
    await _until_done(lambda: store.write(chasing.forget_updates, clock(), 500))


def _take_flags(tx: Transaction, projects: list[int]) -> None:
    for project_id in projects:
        tx.projects.offers_made(project_id)


def _raise_flags(tx: Transaction, projects: list[int]) -> None:
    for project_id in projects:
        tx.projects.want_offers(project_id)


async def _until_done(step: Callable[[], Awaitable[int]]) -> None:
    left = await step()
    while left:
        left = await step()


async def _guarded(
    sweep: Callable[[Store, Clock], Awaitable[Any]], store: Store, clock: Clock, under_way: set[asyncio.Task[Any]]
) -> None:
    task = asyncio.current_task()
    assert task is not None
    under_way.add(task)
    task.add_done_callback(under_way.discard)
    try:
        await sweep(store, clock)
    except StorageError as error:
        log.warning("sweep put off", sweep=sweep.__name__, error=str(error))
