"""Puts screens in their places: the message that a slot lives in, or a new one; of several the latest, and once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import structlog

from bot.domain.errors import StorageError
from bot.i18n import Voice, voice
from bot.ports import Store, Transaction
from handlers.channel import Busy, Channel, DeliveryError, MessageGone
from handlers.flows.screens import Ask, Delivery, File, Screen
from handlers.pacing import Pacer
from handlers.recent import remember

log = structlog.get_logger(__name__)

_NONE = ""
"""Stands for the message of a slot that was cleared: what older replies know of it is no longer so."""

Item = Screen | Ask | File
Step = Callable[[], Awaitable[None]]
R = TypeVar("R")


@dataclass(frozen=True, slots=True, eq=False)
class _Latest:
    """The newest screen of a slot that is still to be shown, and whose words it speaks."""

    screen: Screen
    voice: Voice


class Placer:
    """Who delivers announces a delivery's screens, takes its steps one by one, and retracts what is left of them."""

    def __init__(self, store: Store, channel: Channel, pacer: Pacer) -> None:
        self._store = store
        self._channel = channel
        self._pacer = pacer
        self._latest: dict[tuple[str, str], _Latest] = {}
        # Which message each slot lives in, ahead of the database.
        self._messages: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def announce(self, delivery: Delivery) -> None:
        """From now on these screens are the latest of their slots."""
        said = self._voice(delivery)
        for item in delivery.reply.items:
            if isinstance(item, Screen) and item.slot:
                self._latest[delivery.address, item.slot] = _Latest(item, said)

    def _voice(self, delivery: Delivery) -> Voice:
        return voice(delivery.locale, delivery.time_zone, self._channel.command)

    def retract(self, delivery: Delivery) -> None:
        """What of these screens is not shown by now will not be."""
        for item in delivery.reply.items:
            if isinstance(item, Screen):
                waiting = self._latest.get((delivery.address, item.slot))
                if waiting is not None and waiting.screen is item:
                    del self._latest[delivery.address, item.slot]

    def steps(self, delivery: Delivery, priority: int) -> Iterator[Step]:
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
        if delivery.only_edits:
            return
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
        self.remember(delivery.address, slot, _NONE)
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
        self.remember(delivery.address, slot, message)
        try:
            await self._store.write(_noted, self._channel.platform, delivery.address, slot, message)
        except StorageError as error:
            log.warning("message not noted", error=str(error))

    def _message(self, delivery: Delivery, slot: str) -> str | None:
        return self._messages.get((delivery.address, slot), delivery.messages.get(slot)) or None

    def remember(self, address: str, slot: str, message: str) -> None:
        remember(self._messages, (address, slot), message)

    def _lock(self, address: str) -> asyncio.Lock:
        return self._locks.setdefault(address, asyncio.Lock())


def _noted(tx: Transaction, platform: str, address: str, slot: str, message: str) -> None:
    """Somebody who was forgotten meanwhile is not remembered by their messages."""
    if tx.people.lives_at(platform, address):
        tx.slots.put(platform, address, slot, message)
