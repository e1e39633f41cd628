"""Takes what Slack sends: each thing is settled in the database before Slack is told that it was taken."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.text import T
from bot.i18n import Voice, voice
from bot.ports import Store
from handlers.courier import Courier
from handlers.flows.entry import jot, take
from handlers.flows.intents import Arrival
from handlers.flows.screens import Ask, Delivery
from handlers.settling import settle
from handlers.slack import inbound
from handlers.slack.inbound import PLATFORM, REPORT, Payload
from handlers.slack.render import ASK, modal
from handlers.slack.sender import COMMAND, SlackChannel

PATIENCE = 2.0
"""Seconds that the database may fail before Slack, which waits for three, is left to try again."""

ANY = re.compile("")

REMEMBERED = 10_000


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

    async def _act(self, ack: AsyncAck, body: Payload) -> None:
        """A tap, or a character typed into a modal."""
        if (jotting := inbound.jotted(body)) is not None:
            await self._jot(jotting)
        elif (arrival := inbound.pressed(body)) is not None:
            await self._tapped(arrival, body)
        await ack()

    async def _tapped(self, arrival: Arrival, body: Payload) -> None:
        url = body.get("response_url")
        if arrival.message and url:
            self._channel.may_answer(arrival.message, url)
        delivery = await self._settle(arrival)
        if delivery is None:
            return
        reply, said = delivery.reply, _voice(delivery)
        if (ask := _ask(delivery)) is not None:
            self._spawn(self._channel.ask(body["trigger_id"], ask, said))
        if reply.notice and not reply.fleeting:
            self._spawn(self._channel.whisper(arrival.user, arrival.message, url, reply.notice, said))
        self._courier.reply(_without_asks(delivery))

    async def _jot(self, jotting: inbound.Jotting) -> None:
        """Two sockets may bring two characters the wrong way round: only the latest state counts."""
        if jotting.at <= self._typed.get(jotting.view, ""):
            return
        _remember(self._typed, jotting.view, jotting.at)
        await settle(
            self._store,
            PLATFORM,
            f"{jotting.view}:{jotting.at}",
            lambda: self._store.write(jot, PLATFORM, jotting.user, jotting.slot, jotting.text, self._clock()),
            self._clock,
            PATIENCE,
        )

    async def _submit(self, ack: AsyncAck, body: Payload) -> None:
        """Words from a modal: it closes, or says what is wrong with them, or asks the next question."""
        arrival = inbound.submitted(body)
        delivery = await self._settle(arrival) if arrival else None
        if delivery is None:
            await ack()
            return
        said, refusal = _voice(delivery), delivery.reply.refusal
        if refusal is not None:
            await ack(response_action="errors", errors={body["view"]["private_metadata"]: said.say(refusal)})
            return
        ask = _ask(delivery)
        await (ack(response_action="update", view=modal(ask, said)) if ask else ack())
        self._courier.reply(_without_asks(delivery))

    async def _command(self, ack: AsyncAck, body: Payload) -> None:
        delivery = await self._settle(inbound.commanded(body))
        if delivery is None:
            await ack()
            return
        said, notice = _voice(delivery), delivery.reply.notice
        if (refusal := delivery.reply.refusal) is not None:
            await ack(said.say(refusal))
            return
        if body.get("channel_name") != "directmessage":
            notice = notice or T("See our messages.")
        await (ack(said.say(notice)) if notice else ack())
        self._courier.reply(_without_asks(delivery))

    async def _report(self, ack: AsyncAck, body: Payload) -> None:
        await self._deliver(inbound.reported(body))
        await ack()

    async def _message(self, body: Payload) -> None:
        await self._deliver(inbound.wrote(body))

    async def _open(self, body: Payload) -> None:
        await self._deliver(inbound.looked(body, await self._knows(body["event"]["user"])))

    async def _change(self, body: Payload) -> None:
        await self._deliver(inbound.left(body))

    async def _deliver(self, arrival: Arrival | None) -> None:
        delivery = await self._settle(arrival) if arrival else None
        if delivery is not None:
            self._courier.reply(_without_asks(delivery))

    async def _settle(self, arrival: Arrival) -> Delivery | None:
        if not await self._knows(arrival.user):
            language, zone = await self._channel.about(arrival.user)
            arrival = replace(arrival, language=language, time_zone=zone)
        settled = arrival
        return await settle(
            self._store,
            PLATFORM,
            arrival.key,
            lambda: self._store.write(take, settled, self._clock()),
            self._clock,
            PATIENCE,
        )

    async def _knows(self, user: str) -> bool:
        """Have they been here before? Then Slack need not be asked about them."""
        if user in self._known:
            return True
        known = await self._store.read(lambda tx: tx.people.find(PLATFORM, user)) is not None
        if known:
            _remember(self._known, user, None)
        return known

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _voice(delivery: Delivery) -> Voice:
    return voice(delivery.locale, delivery.time_zone, COMMAND)


def _ask(delivery: Delivery) -> Ask | None:
    return next((item for item in delivery.reply.items if isinstance(item, Ask)), None)


def _without_asks(delivery: Delivery) -> Delivery:
    """What stays to be delivered: words are asked for in a modal, which opens on a tap or not at all."""
    items = tuple(item for item in delivery.reply.items if not isinstance(item, Ask))
    return replace(delivery, reply=replace(delivery.reply, items=items))


def _remember(memory: OrderedDict[str, Any], key: str, value: Any) -> None:
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)
