"""Delivers: replies straight away, and what the outbox owes as fast as the platform allows."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.domain.errors import StorageError
from bot.ports import Letter, Store, Transaction
from bot.services import people
from bot.services.matching import TASK_SLOT, owe_copy, owe_recent
from handlers.channel import Busy, Channel, DeliveryError, Moved, Unavailable, Unreachable
from handlers.flows.entry import compose
from handlers.flows.screens import Delivery, Screen
from handlers.pacing import Pacer
from handlers.placing import Placer, Step

log = structlog.get_logger(__name__)

REPLY = 0
"""The priority of a reply to a tap."""

IN_FLIGHT = 32
"""Letters under way at a time, at each urgency and above."""

TRIES = 4
"""Times that a reply is tried, and that a letter is offered which the platform rejects."""

POLL = 1.0
"""Seconds between looks at the outbox; another process may have put something in."""


class Courier:
    """One platform's deliveries."""

    def __init__(self, store: Store, channel: Channel, pacer: Pacer, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._channel = channel
        self._pacer = pacer
        self._placer = Placer(store, channel, pacer)
        self._clock = clock
        self._owed = asyncio.Event()
        self._in_flight: dict[int, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._replying: dict[str, asyncio.Task[None]] = {}

    def owed(self) -> None:
        """There may be something new in the outbox."""
        self._owed.set()

    def reply(self, delivery: Delivery) -> None:
        """Deliver a reply; what goes wrong for good is put right by the person's next tap."""
        if delivery.tapped is not None:
            self._placer.remember(delivery.address, delivery.tapped, delivery.messages[delivery.tapped])
        self._placer.announce(delivery)
        before = self._replying.get(delivery.address)
        task = self._spawn(self._reply(delivery, before))
        self._replying[delivery.address] = task
        task.add_done_callback(lambda done: self._replied(delivery.address, done))

    def _replied(self, address: str, task: asyncio.Task[None]) -> None:
        if self._replying.get(address) is task:
            del self._replying[address]

    async def run(self) -> None:
        """Deliver what the outbox owes, until cancelled; first what the last run may have left unsaid."""
        with suppress(StorageError):
            await self._store.write(owe_recent, self._channel.platform, self._clock())
        while True:
            self._owed.clear()
            try:
                await self._take_letters()
            except StorageError as error:
                log.warning("outbox cannot be read", error=str(error))
            # Not wait_for, which in Python 3.11 can lose a cancellation to what it waits for.
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._owed.wait()

    async def drain(self, seconds: float) -> None:
        """Wait for the deliveries under way, at most `seconds`; what is not done by then is owed."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._pacer.close()

    async def _take_letters(self) -> None:
        limit = IN_FLIGHT + len(self._in_flight)
        letters = await self._store.read(lambda tx: tx.outbox.waiting(self._channel.platform, self._clock(), limit))
        for letter in letters:
            ahead = sum(priority <= letter.priority for priority in self._in_flight.values())
            if letter.id not in self._in_flight and ahead < IN_FLIGHT:
                self._in_flight[letter.id] = letter.priority
                self._spawn(self._letter(letter))

    async def _letter(self, letter: Letter) -> None:
        try:
            await self._deliver_letter(letter)
        except StorageError as error:
            log.warning("letter not settled", error=str(error))
            # It is still owed and would be taken again at once; a failing database needs a pause.
            await asyncio.sleep(POLL)
        finally:
            del self._in_flight[letter.id]
            self._owed.set()

    async def _deliver_letter(self, letter: Letter) -> None:
        """Deliver one letter and settle it: delivered, owed again later, or set aside."""
        try:
            delivery = await self._store.read(compose, letter, self._channel.platform, self._clock())
            if delivery is not None:
                await self._deliver_once(delivery, letter.priority)
        except Unreachable:
            await self._store.write(_lost, letter.person_id, self._channel.platform, self._clock())
        except Moved as moved:
            await self._store.write(_moved, self._channel.platform, letter.address, moved.address)
            return
        except (Busy, Unavailable) as error:
            await self._store.write(_retry, letter, self._clock() + _backoff(error, letter.attempts), str(error))
            return
        except StorageError:
            raise
        except Exception as error:
            # The platform does not take it, or we cannot say it: the others must not wait for it.
            log.error("letter cannot be delivered", letter=letter.id, topic=letter.topic, error=repr(error))
            await self._store.write(_rejected, letter, self._clock() + _backoff(error, letter.attempts), repr(error))
            return
        await self._store.write(lambda tx: tx.outbox.done(letter))

    async def _deliver_once(self, delivery: Delivery, priority: int) -> None:
        self._placer.announce(delivery)
        try:
            await self._deliver(delivery, deque(self._placer.steps(delivery, priority)))
        finally:
            self._placer.retract(delivery)

    async def _reply(self, delivery: Delivery, before: asyncio.Task[None] | None) -> None:
        """Deliver after what was said before in this chat: a question must not be cleared away by an older reply."""
        steps = deque(self._placer.steps(delivery, REPLY))
        try:
            if before is not None:
                await asyncio.wait([before])
            for attempt in range(TRIES):
                try:
                    await self._deliver(delivery, steps)
                    return
                except (Busy, Unavailable) as error:
                    log.info("reply not delivered yet", error=str(error), attempt=attempt)
                    await asyncio.sleep(_backoff(error, attempt).total_seconds())
            await self._owe(delivery)
        except asyncio.CancelledError:
            await self._owe(delivery)
            raise
        except (DeliveryError, StorageError) as error:
            log.warning("reply not delivered", error=str(error))
        finally:
            self._placer.retract(delivery)

    async def _owe(self, delivery: Delivery) -> None:
        """A task's screen that could not be shown is owed: its message may have nothing left to tap again."""
        slots = [item.slot for item in delivery.reply.items if isinstance(item, Screen)]
        tasks = [int(name.removeprefix(TASK_SLOT)) for name in slots if name.startswith(TASK_SLOT)]
        if delivery.person_id is not None and tasks:
            with suppress(StorageError):
                await self._store.write(_owed, delivery.person_id, tasks, self._channel.platform, self._clock())

    async def _deliver(self, delivery: Delivery, steps: deque[Step]) -> None:
        """Take the steps that are left; each is gone when done, so that a retry goes on where this one stopped."""
        while steps:
            await steps[0]()
            steps.popleft()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery failed", error=repr(error), exc_info=error)


def _backoff(error: Exception, attempts: int) -> timedelta:
    """As long as the platform asks; else twice as long each time, up to five minutes, jittered against stampedes."""
    if isinstance(error, Busy):
        return timedelta(seconds=error.seconds)
    return timedelta(seconds=min(300.0, 0.5 * 2 ** min(attempts, 12)) * random.uniform(0.75, 1.25))


def _retry(tx: Transaction, letter: Letter, at: datetime, error: str) -> None:
    tx.outbox.retry(letter, at, error)


def _rejected(tx: Transaction, letter: Letter, at: datetime, error: str) -> None:
    if letter.attempts + 1 >= TRIES:
        tx.outbox.set_aside(letter, error)
    else:
        tx.outbox.retry(letter, at, error)


def _owed(tx: Transaction, person_id: int, assignments: list[int], platform: str, now: datetime) -> None:
    for assignment in assignments:
        owe_copy(tx, person_id, assignment, platform, now)


def _lost(tx: Transaction, person_id: int, platform: str, now: datetime) -> None:
    people.lose(tx, tx.people.get(person_id), platform, now)


def _moved(tx: Transaction, platform: str, address: str, new_address: str) -> None:
    tx.slots.move(platform, address, new_address)
