"""Delivery of what people did to the app: over a socket or by HTTP, events again until they are taken."""

import asyncio

from sandbox.errors import ConnectionLost
from sandbox.faults import Faults
from sandbox.slack.acts import Ack, Act
from sandbox.slack.posting import Poster
from sandbox.slack.sockets import SocketHub

_SHUFFLE_SECONDS = 0.2


class Delivery:
    """One small task for each act, so that nothing is in order, as at Slack.

    `ack_seconds` is how long the app has; `retry_delays` are the seconds before each new try of an event;
    `request_url` is used while no socket is connected.
    """

    def __init__(self, hub: SocketHub, poster: Poster, faults: Faults) -> None:
        self.ack_seconds = 3.0
        self.retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
        self.request_url: str | None = None
        self._hub = hub
        self._poster = poster
        self._faults = faults
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: dict[asyncio.Task[None], Act] = {}
        self._owed: list[Act] = []

    async def start(self) -> None:
        """Begin, with what was owed when it was stopped."""
        self._loop = asyncio.get_running_loop()
        await self._poster.start()
        owed, self._owed = self._owed, []
        for act in owed:
            self.send(act)

    async def stop(self) -> None:
        """End all tries; events are owed still, other acts have failed."""
        self._loop = None
        tasks, self._tasks = self._tasks, {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for act in tasks.values():
            self.send(act)
        await self._poster.stop()

    def send(self, act: Act) -> Act:
        """Deliver in the background. While the sandbox is stopped only events are kept."""
        if self._loop is not None:
            task = self._loop.create_task(self._event(act) if act.kind == "events_api" else self._once(act))
            self._tasks[task] = act
            task.add_done_callback(lambda done: self._tasks.pop(done, None))
        elif act.kind == "events_api" and not act.settled:
            self._owed.append(act)
        else:
            act.settle(None)
        return act

    async def _once(self, act: Act) -> None:
        ack, _ = await self._attempt(act, 0, "")
        if ack is not None and self._faults.roll(self._faults.lose_ack):
            ack = None
        act.settle(ack)
        await self._duplicate(act)

    async def _event(self, act: Act) -> None:
        if self._faults.roll(self._faults.shuffle):
            await asyncio.sleep(_SHUFFLE_SECONDS)
        reason = ""
        for attempt, delay in enumerate((0.0, *self.retry_delays)):
            await asyncio.sleep(delay)
            ack, retry = await self._attempt(act, attempt, reason)
            if ack is not None and ack.ok and self._faults.roll(self._faults.lose_ack):
                ack, retry = None, "timeout"
            if ack is not None and (ack.ok or retry is None):
                act.settle(ack)
                await self._duplicate(act)
                return
            reason = retry or ""
        act.settle(None)

    async def _duplicate(self, act: Act) -> None:
        if self._faults.roll(self._faults.duplicate):
            await self._attempt(act, 0, "")

    async def _attempt(self, act: Act, attempt: int, reason: str) -> tuple[Ack | None, str | None]:
        """One try: the answer, and the reason for another one (None: the app wants no other)."""
        try:
            if self._faults.down_for > 0:
                raise ConnectionLost
            if self._hub.open or self.request_url is None:
                ack = await self._hub.deliver(act.kind, act.payload, attempt, reason, self.ack_seconds)
                return ack, "timeout"
            ack, final = await self._poster.deliver(
                self.request_url, act.kind, act.payload, attempt, reason, self.ack_seconds
            )
        except ConnectionLost:
            return None, "connection_failed"
        if ack is None:
            return None, "http_timeout"
        return ack, None if final else "http_error"
