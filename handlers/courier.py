"""Delivers: replies straight away, and what the outbox owes as fast as the platform allows."""

import asyncio
import random
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import structlog

from bot.domain.errors import StorageError
from bot.i18n import Voice, voice
from bot.ports import Letter, Store, Transaction
from bot.services import people
from handlers.channel import Busy, Channel, DeliveryError, MessageGone, Moved, Unavailable, Unreachable
from handlers.flows.entry import compose
from handlers.flows.screens import Ask, Delivery, File, Screen
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


Item = Screen | Ask | File
Step = Callable[[], Awaitable[None]]
R = TypeVar("R")


@dataclass(frozen=True, slots=True, eq=False)
class _Latest:
    """The newest screen of a slot that is still to be shown, and whose words it speaks."""

    screen: Screen
    voice: Voice


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
        self._latest: dict[tuple[str, str], _Latest] = {}
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
        said = self._voice(delivery)
        for item in delivery.reply.items:
            if isinstance(item, Screen) and item.slot:
                self._latest[delivery.address, item.slot] = _Latest(item, said)

    def _voice(self, delivery: Delivery) -> Voice:
        return voice(delivery.locale, delivery.time_zone, self._channel.command)

    def _retract(self, delivery: Delivery) -> None:
        """What of these screens is not shown by now will not be."""
        for item in delivery.reply.items:
            if isinstance(item, Screen):
                waiting = self._latest.get((delivery.address, item.slot))
                if waiting is not None and waiting.screen is item:
                    del self._latest[delivery.address, item.slot]

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
            # Not wait_for, which in Python 3.11 can lose a cancellation to what it waits for.
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._owed.wait()

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
        self._announce(delivery)
        try:
            await self._deliver(delivery, deque(self._steps(delivery, priority)))
        finally:
            self._retract(delivery)

    async def _reply(self, delivery: Delivery, before: asyncio.Task[None] | None) -> None:
        """Deliver after what was said before in this chat: a question must not be cleared away by an older reply."""
        if before is not None:
            await asyncio.wait([before])
        steps = deque(self._steps(delivery, REPLY))
        for attempt in range(TRIES):
            try:
                await self._deliver(delivery, steps)
                break
            except (Busy, Unavailable) as error:
                log.info("reply not delivered yet", error=str(error), attempt=attempt)
                await asyncio.sleep(_backoff(error, attempt).total_seconds())
            except (DeliveryError, StorageError) as error:
                log.warning("reply not delivered", error=str(error))
                break
        self._retract(delivery)

    async def _deliver(self, delivery: Delivery, steps: "deque[Step]") -> None:
        """Take the steps that are left; each is gone when done, so that a retry goes on where this one stopped."""
        while steps:
            await steps[0]()
            steps.popleft()

    def _steps(self, delivery: Delivery, priority: int) -> Iterator[Step]:
        said = self._voice(delivery)
        for item in delivery.reply.items:
            if isinstance(item, Screen) and item.slot:
                yield partial(self._show, delivery, item.slot, priority)
            else:
                yield partial(self._send, delivery, item, said, priority)
        for slot in delivery.reply.clear:
            yield partial(self._clear, delivery, slot)
        if delivery.reply.menu:
            yield lambda: self._call(self._channel.set_menu(delivery.address, said))
        if delivery.swallow:
            yield partial(self._take_away, delivery.address, delivery.swallow)

    async def _show(self, delivery: Delivery, slot: str, priority: int) -> None:
        """Show a slot's latest screen. Of several that wait for one slot the latest is shown, and once."""
        key = (delivery.address, slot)
        if (waiting := self._latest.get(key)) is None:
            return
        new = waiting.screen.fresh or self._message(delivery, slot) is None
        await self._pacer.turn(delivery.address, priority, new=new)
        async with self._lock(delivery.address):
            if (latest := self._latest.get(key)) is None:
                return
            await self._place(delivery, latest)
            if self._latest.get(key) is latest:
                del self._latest[key]

    async def _place(self, delivery: Delivery, latest: "_Latest") -> None:
        """Let the slot's message show the screen, or a new message where there is none or a fresh one is asked for."""
        screen, old = latest.screen, self._message(delivery, latest.screen.slot)
        if old is not None and not screen.fresh:
            try:
                await self._call(self._channel.edit(delivery.address, old, screen, latest.voice))
                return
            except MessageGone:
                old = None
        message = await self._call(self._channel.send(delivery.address, screen, latest.voice))
        await self._note(delivery, screen.slot, message)
        if old is not None:
            await self._take_away(delivery.address, old)

    async def _send(self, delivery: Delivery, item: Item, said: Voice, priority: int) -> None:
        """Send something that is not edited later; a question to reply to takes the place of its forerunner."""
        slot = "" if isinstance(item, File) else item.slot
        await self._pacer.turn(delivery.address, priority, new=True)
        async with self._lock(delivery.address):
            old = self._message(delivery, slot) if slot else None
            message = await self._call(self._channel.send(delivery.address, item, said))
            if slot:
                await self._note(delivery, slot, message)
            if old is not None:
                await self._take_away(delivery.address, old)

    async def _clear(self, delivery: Delivery, slot: str) -> None:
        message = self._message(delivery, slot)
        if message is None:
            return
        await self._take_away(delivery.address, message)
        self._remember(delivery.address, slot, _NONE)
        await self._store.write(lambda tx: tx.slots.clear(self._channel.platform, delivery.address, slot))

    async def _take_away(self, address: str, message: str) -> None:
        """Delete a message that has had its day; that it stays is no harm worth a retry."""
        try:
            await self._call(self._channel.delete(address, message))
        except DeliveryError as error:
            log.info("message not deleted", error=str(error))

    async def _call(self, call: Coroutine[Any, Any, R]) -> R:
        try:
            return await call
        except Busy as busy:
            self._pacer.halt(busy.seconds, busy.address)
            raise

    async def _note(self, delivery: Delivery, slot: str, message: str) -> None:
        """Remember which message a slot lives in; without the database's memory it is still known here."""
        if not delivery.remember:
            return
        self._remember(delivery.address, slot, message)
        try:
            await self._store.write(_noted, self._channel.platform, delivery.address, slot, message)
        except StorageError as error:
            log.warning("message not noted", error=str(error))

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


def _lost(tx: Transaction, person_id: int, platform: str, now: datetime) -> None:
    people.lose(tx, tx.people.get(person_id), platform, now)


def _moved(tx: Transaction, platform: str, address: str, new_address: str) -> None:
    tx.slots.move(platform, address, new_address)


def _noted(tx: Transaction, platform: str, address: str, slot: str, message: str) -> None:
    """Somebody who was forgotten meanwhile is not remembered by their messages."""
    if tx.people.lives_at(platform, address):
        tx.slots.put(platform, address, slot, message)
