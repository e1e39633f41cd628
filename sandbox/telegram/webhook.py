"""Delivery of updates to the bot's webhook: in order within a chat, repeated until it is taken."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
import orjson

from sandbox.errors import Json
from sandbox.faults import Faults
from sandbox.telegram.updates import Pending, UpdateQueue

BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Where updates go: `max_connections` deliveries at a time, `secret_token` in a header of each."""

    url: str
    secret_token: str | None = None
    max_connections: int = 40
    ip_address: str | None = None
    has_certificate: bool = False


class WebhookSender:
    """Runs one small task for each chat that has updates in waiting; raises nothing, keeps the last error."""

    def __init__(self, updates: UpdateQueue, faults: Faults, clock: Callable[[], float]) -> None:
        self.settings: WebhookSettings | None = None
        self._updates = updates
        self._faults = faults
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(1)
        self._lanes: dict[int, asyncio.Task[None]] = {}
        self._last_error: tuple[int, str] | None = None
        updates.on_add = self._wake

    async def start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))
        for lane in self._updates.lanes():
            self._wake(lane)

    async def stop(self) -> None:
        """Stop delivering; what is not taken stays pending."""
        tasks = self._cancel_lanes()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def use(self, settings: WebhookSettings | None) -> None:
        """Deliver to another webhook from now on, or to none."""
        self._cancel_lanes()
        self.settings = settings
        self._last_error = None
        self._updates.webhook_changed(settings is not None)
        if settings is not None:
            self._slots = asyncio.Semaphore(settings.max_connections)
            for lane in self._updates.lanes():
                self._wake(lane)

    @property
    def failed(self) -> bool:
        """Has a delivery to this webhook ever failed?"""
        return self._last_error is not None

    def info(self) -> Json:
        """The Telegram `WebhookInfo`."""
        settings = self.settings or WebhookSettings("")
        body: Json = {
            "url": settings.url,
            "has_custom_certificate": settings.has_certificate,
            "pending_update_count": len(self._updates.waiting()),
        }
        if self._updates.allowed:
            body["allowed_updates"] = self._updates.allowed
        if settings.url:
            body["max_connections"] = settings.max_connections
            body |= {"ip_address": settings.ip_address} if settings.ip_address else {}
        if self._last_error is not None:
            body["last_error_date"], body["last_error_message"] = self._last_error
        return body

    def _cancel_lanes(self) -> list[asyncio.Task[None]]:
        tasks = list(self._lanes.values())
        self._lanes.clear()
        for task in tasks:
            task.cancel()
        return tasks

    def _wake(self, lane: int) -> None:
        if self.settings is not None and self._session is not None and lane not in self._lanes:
            self._lanes[lane] = asyncio.get_running_loop().create_task(self._deliver_lane(lane, self.settings))

    async def _deliver_lane(self, lane: int, settings: WebhookSettings) -> None:
        failures = 0
        while (pending := self._updates.next_in(lane)) is not None:
            async with self._slots:
                taken = await self._deliver(pending, settings)
            if taken:
                failures = 0
                self._updates.settle(pending)
            else:
                await asyncio.sleep(BACKOFF[min(failures, len(BACKOFF) - 1)])
                failures += 1
        # No await since the lane was found empty, so no update can have slipped in between.
        self._lanes.pop(lane, None)

    async def _deliver(self, pending: Pending, settings: WebhookSettings) -> bool:
        taken = await self._post(pending, settings)
        if taken and self._faults.roll(self._faults.duplicate):
            await self._post(pending, settings)
        return taken and not self._faults.roll(self._faults.lose_ack)

    async def _post(self, pending: Pending, settings: WebhookSettings) -> bool:
        if self._session is None or self._faults.down_for > 0:
            return self._failed("Connection timed out")
        headers = {"Content-Type": "application/json"}
        if settings.secret_token:
            headers[SECRET_HEADER] = settings.secret_token
        body = orjson.dumps(pending.body)
        try:
            async with self._session.post(settings.url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                if 200 <= answer.status < 300:
                    return True
                return self._failed(f"Wrong response from the webhook: {answer.status} {answer.reason}")
        except TimeoutError:
            return self._failed("Read timeout expired")
        except (aiohttp.ClientError, OSError) as fault:
            return self._failed(f"Connection failed: {type(fault).__name__}")

    def _failed(self, reason: str) -> bool:
        self._last_error = int(self._clock()), reason
        return False
