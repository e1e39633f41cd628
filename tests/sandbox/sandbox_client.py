"""What the sandbox's tests share: a plain HTTP client, waiting for a condition, a clock that stands still."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.server import Sandbox


class Clock:
    """Seconds since the epoch that pass only when told to."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, ten seconds at most."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@dataclass
class Client:
    """Calls Bot API methods with JSON bodies; `post`, `get` and `delete` reach people's side."""

    http: aiohttp.ClientSession
    sandbox: Sandbox

    async def raw(self, method: str, **params: Any) -> tuple[int, dict[str, Any]]:
        async with self.http.post(f"{self.sandbox.url}/bot{self.sandbox.token}/{method}", json=params) as answer:
            return answer.status, await answer.json()

    async def call(self, method: str, **params: Any) -> Any:
        status, body = await self.raw(method, **params)
        assert status == 200, body
        return body["result"]

    async def refused(self, method: str, **params: Any) -> str:
        status, body = await self.raw(method, **params)
        assert status == body["error_code"] != 200, body
        return f"{status} {body['description']}"

    async def people(self, verb: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.http.request(verb, f"{self.sandbox.url}/sandbox/api/{path}", json=body) as answer:
            return answer.status, await answer.json()
