"""Takes what Slack sends: each thing is settled in the database before Slack is told that it was taken."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.errors import StorageError
from bot.domain.text import T
from bot.i18n import Voice, voice
from bot.ports import Store
from handlers.courier import Courier
from handlers.flows.entry import jot, take
from handlers.flows.intents import Arrival
from handlers.flows.screens import Ask, Delivery
from handlers.recent import remember
from handlers.settling import settle
from handlers.slack import inbound
from handlers.slack.inbound import PLATFORM, REPORT, Payload
from handlers.slack.render import ASK, escape, modal
from handlers.slack.sender import COMMAND, SlackChannel

PATIENCE = 2.0
"""Seconds that the database may fail before Slack, which waits for three, is left to try again."""

ANY = re.compile("")

SENT = "~"
"""Later than any time stamp: the words of this field were sent."""

Read = Callable[[Payload], Arrival | None]


class Intake:
    """Settles events, taps, commands and modals; slack-bolt checks where they come from and says which is which."""

    def __init__(
        self, app: AsyncApp, store: Store, courier: Courier, channel: SlackChannel, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._courier = courier
        self._channel = channel
        self._clock = clock
        self._known: OrderedDict[str, None] = OrderedDict()
        self._typed: OrderedDict[str, str] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        app.action(ANY)(self._act)
        app.view(ASK)(self._submit)
        app.command(ANY)(self._command)
        app.message_shortcut(REPORT)(self._report)
        app.event("message")(self._message)
        app.event("app_home_opened")(self._open)
        app.event("user_change")(self._change)

    async def drain(self) -> None:
        """Leave off what only helps: a modal or a notice that did not come can be had again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _act(self, ack: AsyncAck, body: Payload) -> None:
        """A tap, or a character typed into a modal."""
        if body.get("container", {}).get("type") == "view" and body.get("view", {}).get("type") == "modal":
            await self._jot(body)
        else:
            await self._tapped(body)
        await ack()

    async def _tapped(self, body: Payload) -> None:
        arrival, delivery = await self._settle(body, inbound.pressed)
        if arrival is None or delivery is None:
            return
        reply, said, url = delivery.reply, _voice(delivery), body.get("response_url")
        if arrival.message and url:
            self._channel.may_answer(arrival.message, url)
        if (ask := _ask(delivery)) is not None:
            self._spawn(self._open_modal(arrival, body, ask, said))
        if reply.notice and not reply.fleeting:
            self._spawn(self._channel.whisper(arrival.user, arrival.message, url, reply.notice, said))
        self._courier.reply(_without_asks(delivery))

    async def _open_modal(self, arrival: Arrival, body: Payload, ask: Ask, said: Voice) -> None:
        if not await self._channel.ask(body["trigger_id"], ask, said):
            sorry = T("That did not work. Please tap again, or just write your answer here.")
            await self._channel.whisper(arrival.user, arrival.message, body.get("response_url"), sorry, said)

    async def _jot(self, body: Payload) -> None:
        """Two sockets may bring two characters the wrong way round: only the latest state counts."""

        async def keep() -> None:
            jotting = inbound.jotted(body)
            if jotting is None or jotting.at <= self._typed.get(jotting.field, ""):
                return
            await self._store.write(jot, PLATFORM, jotting.user, jotting.slot, jotting.text, self._clock())
            if jotting.at > self._typed.get(jotting.field, ""):
                remember(self._typed, jotting.field, jotting.at)

        await settle(self._store, PLATFORM, _key(body), keep, self._clock, PATIENCE)

    async def _submit(self, ack: AsyncAck, body: Payload) -> None:
        """Words from a modal: it closes, or says what is wrong with them, or asks the next question."""
        # From now on no character that is still on its way may undo what was sent.
        field = inbound.field_of(body["view"])
        typed = self._typed.get(field, "")
        remember(self._typed, field, SENT)
        try:
            _, delivery = await self._settle(body, inbound.submitted)
        except StorageError:  # not sent after all: it stays open, and what is typed counts
            remember(self._typed, field, typed)
            raise
        if delivery is None:
            await ack()
            return
        said, refusal = _voice(delivery), delivery.reply.refusal
        if refusal is not None:
            remember(self._typed, field, typed)
            await ack(response_action="errors", errors={body["view"]["private_metadata"]: said.say(refusal)})
            return
        ask = _ask(delivery)
        await (ack(response_action="update", view=modal(ask, said)) if ask else ack())
        self._courier.reply(_without_asks(delivery))

    async def _command(self, ack: AsyncAck, body: Payload) -> None:
        _, delivery = await self._settle(body, inbound.commanded)
        if delivery is None:
            await ack()
            return
        said, notice = _voice(delivery), delivery.reply.notice
        if (refusal := delivery.reply.refusal) is not None:
            await ack(escape(said.say(refusal)))
            return
        if body.get("channel_name") != "directmessage":
            notice = notice or T("See our messages.")
        await (ack(escape(said.say(notice))) if notice else ack())
        self._courier.reply(_without_asks(delivery))

    async def _report(self, ack: AsyncAck, body: Payload) -> None:
        await self._deliver(body, inbound.reported)
        await ack()

    async def _message(self, body: Payload) -> None:
        await self._deliver(body, inbound.wrote)

    async def _open(self, body: Payload) -> None:
        known = await self._knows(body["event"]["user"])
        await self._deliver(body, lambda body: inbound.looked(body, known))

    async def _change(self, body: Payload) -> None:
        await self._deliver(body, inbound.left)

    async def _deliver(self, body: Payload, read: Read) -> None:
        _, delivery = await self._settle(body, read)
        if delivery is not None:
            self._courier.reply(_without_asks(delivery))

    async def _settle(self, body: Payload, read: Read) -> tuple[Arrival | None, Delivery | None]:
        """What `read` makes of the payload, and what is to be shown for it."""

        async def handle() -> tuple[Arrival | None, Delivery | None]:
            arrival = read(body)
            if arrival is None:
                return None, None
            if not await self._knows(arrival.user):
                language, zone = await self._channel.about(arrival.user)
                arrival = replace(arrival, language=language, time_zone=zone)
            delivery = await self._store.write(take, arrival, self._clock())
            if delivery is not None and delivery.reply.forget:
                self._known.pop(arrival.user, None)
            return arrival, delivery

        settled = await settle(self._store, PLATFORM, _key(body), handle, self._clock, PATIENCE)
        return settled or (None, None)

    async def _knows(self, user: str) -> bool:
        """Have they agreed? Then Slack need not be asked about them any more."""
        if user in self._known:
            return True
        person = await self._store.read(lambda tx: tx.people.find(PLATFORM, user))
        if person is None or person.consented_at is None:
            return False
        remember(self._known, user, None)
        return True

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _key(body: Payload) -> str:
    """Slack's name for what came, whatever it is."""
    return str(body.get("event_id") or body.get("trigger_id") or body.get("event_time") or "unnamed")


def _voice(delivery: Delivery) -> Voice:
    return voice(delivery.locale, delivery.time_zone, COMMAND)


def _ask(delivery: Delivery) -> Ask | None:
    return next((item for item in delivery.reply.items if isinstance(item, Ask)), None)


def _without_asks(delivery: Delivery) -> Delivery:
    """What stays to be delivered: words are asked for in a modal, which opens on a tap or not at all."""
    items = tuple(item for item in delivery.reply.items if not isinstance(item, Ask))
    return replace(delivery, reply=replace(delivery.reply, items=items))
