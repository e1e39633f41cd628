"""Bare apps for Slack's tests: one on a socket, one behind an address; both keep all that comes and answer as told."""

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import aiohttp
import orjson
from aiohttp import web

from sandbox.server import Sandbox


class RawApp:
    """A socket. `answers` holds the payloads of the next acks, None for none at all; then all are plain acks."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.received: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any] | None] = []
        self.session = aiohttp.ClientSession()
        self.socket: aiohttp.ClientWebSocketResponse | None = None
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        headers = {"Authorization": f"Bearer {self.sandbox.slack.app_token}"}
        url = f"{self.sandbox.slack_api_url}apps.connections.open"
        async with self.session.post(url, headers=headers) as answer:
            link = (await answer.json())["url"]
        self.socket = await self.session.ws_connect(link)
        self._listening = asyncio.create_task(self._listen(self.socket))
        await self.until(1)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listening is not None:
            self._listening.cancel()
        if self.socket is not None:
            await self.socket.close()
        await self.session.close()

    @property
    def envelopes(self) -> list[dict[str, Any]]:
        return [one for one in self.received if "envelope_id" in one]

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [one["payload"] for one in self.envelopes]

    async def until(self, number: int) -> None:
        """Wait until so many messages have come, ten seconds at most."""
        async with asyncio.timeout(10):
            while len(self.received) < number:  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            body = orjson.loads(message.data)
            self.received.append(body)
            answer = self.answers.pop(0) if self.answers and "envelope_id" in body else {}
            if "envelope_id" in body and answer is not None:
                ack = {"envelope_id": body["envelope_id"]} | ({"payload": answer} if answer else {})
                await socket.send_str(orjson.dumps(ack).decode())


@dataclass
class Posted:
    """A request as it came; `payload` is what it carried, whatever its encoding."""

    headers: dict[str, str]
    body: bytes

    @property
    def payload(self) -> dict[str, Any]:
        if self.headers["Content-Type"] == "application/json":
            return dict(orjson.loads(self.body))
        fields = {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}
        return dict(orjson.loads(fields["payload"])) if "payload" in fields else fields


@dataclass
class RequestUrl:
    """An address. `answers` holds the next responses as (status, body, headers); then all are an empty 200."""

    url: str = ""
    received: list[Posted] = field(default_factory=list)
    answers: list[tuple[int, bytes, dict[str, str]]] = field(default_factory=list)
    delay: float = 0.0
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/slack/events", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack/events"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def until(self, number: int) -> None:
        async with asyncio.timeout(10):
            while len(self.received) < number:  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    async def _take(self, request: web.Request) -> web.Response:
        self.received.append(Posted(dict(request.headers), await request.read()))
        status, body, headers = self.answers.pop(0) if self.answers else (200, b"", {})
        await asyncio.sleep(self.delay)
        return web.Response(status=status, body=body, headers=headers)
