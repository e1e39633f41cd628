"""News of a world: a growing version, waiting for it to move, and a feed of what happened."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from sandbox.errors import Json


@dataclass(frozen=True, slots=True)
class Change:
    """Something a person could see: `kind` says what, `payload` the rest of what the page is told."""

    kind: str
    payload: Json = field(default_factory=dict)


class Subscription(AsyncIterator[Change]):
    """An endless async iterator over the changes in some feeds; it ends when it or one of them is closed."""

    def __init__(self, *feeds: "Feed") -> None:
        self._feeds = feeds
        self._waiting: deque[Change] = deque()
        self._news = asyncio.Event()
        self._closed = False
        for feed in feeds:
            feed.add(self)

    def put(self, change: Change) -> None:
        self._waiting.append(change)
        self._news.set()

    async def __anext__(self) -> Change:
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()

    async def get(self, timeout: float) -> Change | None:  # noqa: ASYNC109
        """The next change, or None when `timeout` seconds passed or the feed was closed."""
        try:
            return await asyncio.wait_for(anext(self), timeout)
        except (TimeoutError, StopAsyncIteration):
            return None

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        self._closed = True
        self._news.set()
        for feed in self._feeds:
            feed.forget(self)


class Feed:
    """Counts changes and tells whoever waits for them."""

    def __init__(self) -> None:
        self.version = 0
        self._subscriptions: set[Subscription] = set()
        self._waiting: set[asyncio.Future[None]] = set()

    def tell(self, change: Change) -> None:
        self.version += 1
        for subscription in self._subscriptions:
            subscription.put(change)
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    @property
    def watched(self) -> bool:
        return bool(self._subscriptions)

    def add(self, subscription: Subscription) -> None:
        self._subscriptions.add(subscription)

    def forget(self, subscription: Subscription) -> None:
        self._subscriptions.discard(subscription)

    def close(self) -> None:
        for subscription in tuple(self._subscriptions):
            subscription.close()

    async def changed(self, since: int, timeout: float) -> int:  # noqa: ASYNC109
        """Wait until the version is above `since`, `timeout` seconds at most; the version then."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        while self.version <= since and (left := end - loop.time()) > 0:
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.add(future)
            await asyncio.wait([future], timeout=left)
            self._waiting.discard(future)
        return self.version
