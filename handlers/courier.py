"""Delivers: replies straight away, and what the outbox owes as fast as the platform allows."""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

import structlog

from bot.domain.errors import StorageError
from bot.i18n import Voice, voice
from bot.ports import Letter, Store, Transaction
from bot.services import people
from handlers.channel import Busy, Channel, DeliveryError, MessageGone, Moved, Unavailable, Unreachable
from handlers.flows.entry import compose
from handlers.flows.screens import Delivery, File, Screen
from handlers.pacing import Pacer

log = structlog.get_logger(__name__)

_NONE = ""
"""Stands for the message of a slot that was cleared: what older replies know of it is no longer so."""

REPLY = 0
"""The priority of a reply to a tap."""

IN_FLIGHT = 32
"""Letters under way at a time, at each urgency and above."""

TRIES = 4
"""Times that a reply is tried, and that a letter is offered which the platform rejects."""

RECENT = 10_000
"""Slots whose message is remembered here, ahead of the database."""

POLL = 1.0
"""Seconds between looks at the outbox; another process may have put something in."""


class Courier:
    """One platform's deliveries."""

    def __init__(self, store: Store, channel: Channel, pacer: Pacer, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._channel = channel
        self._pacer = pacer
        self._clock = clock
        self._owed = asyncio.Event()
        self._in_flight: dict[int, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._latest: dict[tuple[str, str], Screen] = {}
        self._replying: dict[str, asyncio.Task[None]] = {}
        self._messages: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def owed(self) -> None:
        """There may be something new in the outbox."""
        self._owed.set()

    def reply(self, delivery: Delivery) -> None:
        """Deliver a reply; what goes wrong for good is put right by the person's next tap."""
        if delivery.tapped is not None:
            self._remember(delivery.address, delivery.tapped, delivery.messages[delivery.tapped])
        self._announce(delivery)
        before = self._replying.get(delivery.address)
        task = self._spawn(self._reply(delivery, before))
        self._replying[delivery.address] = task
        task.add_done_callback(lambda done: self._replied(delivery.address, done))

    def _announce(self, delivery: Delivery) -> None:
        """From now on these screens are the latest of their slots."""
        for item in delivery.reply.items:
            if isinstance(item, Screen) and item.slot:
                self._latest[delivery.address, item.slot] = item

    def _replied(self, address: str, task: asyncio.Task[None]) -> None:
        if self._replying.get(address) is task:
            del self._replying[address]

    async def run(self) -> None:
        """Deliver what the outbox owes, until cancelled."""
        while True:
            self._owed.clear()
            try:
                await self._take_letters()
            except StorageError as error:
                log.warning("outbox cannot be read", error=str(error))
            with_timeout = asyncio.wait_for(self._owed.wait(), POLL)
            await asyncio.gather(with_timeout, return_exceptions=True)

    async def drain(self, seconds: float) -> None:
        """Wait for the deliveries under way, at most `seconds`."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
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
        finally:
            del self._in_flight[letter.id]
            self._owed.set()

    async def _deliver_letter(self, letter: Letter) -> None:
        delivery = await self._store.read(compose, letter, self._channel.platform, self._clock())
        try:
            if delivery is not None:
                self._announce(delivery)
                await self._deliver(delivery, letter.priority)
        except Unreachable:
            await self._store.write(_lost, letter.person_id, self._clock())
        except Moved as moved:
            await self._store.write(_moved, self._channel.platform, letter.address, moved.address)
            return
        except (Busy, Unavailable) as error:
            await self._store.write(_retry, letter, self._clock() + _backoff(error, letter.attempts), str(error))
            return
        except DeliveryError as error:
            log.error("letter rejected", letter=letter.id, topic=letter.topic, error=str(error))
            await self._store.write(_rejected, letter, self._clock() + _backoff(error, letter.attempts), str(error))
            return
        await self._store.write(lambda tx: tx.outbox.done(letter))

    async def _reply(self, delivery: Delivery, before: asyncio.Task[None] | None) -> None:
        """Deliver after what was said before in this chat: a question must not be cleared away by an older reply."""
        if before is not None:
            await asyncio.wait([before])
        for attempt in range(TRIES):
            try:
                return await self._deliver(delivery, REPLY)
            except (Busy, Unavailable) as error:
                log.info("reply not delivered yet", error=str(error), attempt=attempt)
                await asyncio.sleep(_backoff(error, attempt).total_seconds())
            except DeliveryError as error:
                log.warning("reply not delivered", error=str(error))
                return None
            except StorageError as error:
                log.warning("message not noted", error=str(error))
                return None

    async def _deliver(self, delivery: Delivery, priority: int) -> None:
        said = voice(delivery.locale, delivery.time_zone)
        for item in delivery.reply.items:
            if isinstance(item, Screen) and item.slot:
                await self._show(delivery, item, said, priority)
            else:
                await self._send(delivery, item, said, priority)
        for slot in delivery.reply.clear:
            await self._clear(delivery, slot)
        if delivery.swallow:
            await self._call(self._channel.delete(delivery.address, delivery.swallow))

    async def _show(self, delivery: Delivery, screen: Screen, said: Voice, priority: int) -> None:
        """Show a screen in its slot. Of several that wait for one slot the latest is shown, and once."""
        key = (delivery.address, screen.slot)
        message = self._message(delivery, screen.slot)
        await self._pacer.turn(delivery.address, priority, new=message is None or screen.fresh)
        async with self._lock(delivery.address):
            latest = self._latest.pop(key, None)
            if latest is None:
                return
            message = self._message(delivery, screen.slot)
            try:
                if message is not None and not latest.fresh:
                    await self._call(self._channel.edit(delivery.address, message, latest, said))
                    return
            except MessageGone:
                pass
            except DeliveryError:
                self._latest.setdefault(key, latest)
                raise
            await self._place(delivery, latest, said, message)

    async def _place(self, delivery: Delivery, screen: Screen, said: Voice, old: str | None) -> None:
        """Put a screen into a new message, and take the old one away."""
        message = await self._call(self._channel.send(delivery.address, screen, said))
        await self._note(delivery, screen.slot, message)
        if old is not None:
            await self._call(self._channel.delete(delivery.address, old))

    async def _send(self, delivery: Delivery, item: Any, said: Voice, priority: int) -> None:
        """Send something that is not edited later; a question to reply to takes the place of its forerunner."""
        slot = "" if isinstance(item, File) else item.slot
        await self._pacer.turn(delivery.address, priority, new=True)
        async with self._lock(delivery.address):
            old = self._message(delivery, slot) if slot else None
            message = await self._call(self._channel.send(delivery.address, item, said))
            if slot:
                await self._note(delivery, slot, message)
            if old is not None:
                await self._call(self._channel.delete(delivery.address, old))

    async def _clear(self, delivery: Delivery, slot: str) -> None:
        message = self._message(delivery, slot)
        if message is None:
            return
        self._remember(delivery.address, slot, _NONE)
        await self._call(self._channel.delete(delivery.address, message))
        await self._store.write(lambda tx: tx.slots.clear(self._channel.platform, delivery.address, slot))

    async def _call(self, call: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await call
        except Busy as busy:
            self._pacer.halt(busy.seconds, busy.address)
            raise

    async def _note(self, delivery: Delivery, slot: str, message: str) -> None:
        if delivery.remember:
            self._remember(delivery.address, slot, message)
            await self._store.write(lambda tx: tx.slots.put(self._channel.platform, delivery.address, slot, message))

    def _message(self, delivery: Delivery, slot: str) -> str | None:
        return self._messages.get((delivery.address, slot), delivery.messages.get(slot)) or None

    def _remember(self, address: str, slot: str, message: str) -> None:
        self._messages[address, slot] = message
        self._messages.move_to_end((address, slot))
        while len(self._messages) > RECENT:
            self._messages.popitem(last=False)

    def _lock(self, address: str) -> asyncio.Lock:
        return self._locks.setdefault(address, asyncio.Lock())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery failed", error=repr(error), exc_info=error)


def _backoff(error: DeliveryError, attempts: int) -> timedelta:
    """As long as the platform asks; else twice as long each time, up to five minutes, with a jitter against stampedes."""
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


def _lost(tx: Transaction, person_id: int, now: datetime) -> None:
    people.lose(tx, tx.people.get(person_id), now)


def _moved(tx: Transaction, platform: str, address: str, new_address: str) -> None:
    tx.slots.move(platform, address, new_address)
