"""When the next call to a platform may go out: never faster than it allows, the most urgent first."""

import asyncio
import heapq
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from time import monotonic


@dataclass(slots=True)
class Bucket:
    """A token bucket: `size` at once, refilled at `rate` a second."""

    size: float
    rate: float
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until there is a token."""
        level = min(self.size, self.level + (now - self.at) * self.rate)
        return max(0.0, (1 - level) / self.rate)

    def take(self, now: float) -> None:
        self.level = min(self.size, self.level + (now - self.at) * self.rate) - 1
        self.at = now

    def shut(self, now: float, seconds: float) -> None:
        """No token for `seconds`, or for as long as there was none anyway."""
        self.level = min(self.level + (now - self.at) * self.rate, 1 - seconds * self.rate)
        self.at = now


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many calls of one sort one chat may get: `burst` at once, then `rate` a second."""

    burst: float
    rate: float


@dataclass(order=True, slots=True)
class _Turn:
    priority: int
    number: int
    address: str = field(compare=False)
    new: bool = field(compare=False)
    future: "asyncio.Future[None]" = field(compare=False)


class Pacer:
    """Gives turns: `rate` a second in all, and to each chat what `allowance` says; 0 is the most urgent priority.

    `allowance(address, new)` is what a chat may get of new messages, and of edits.
    """

    def __init__(
        self, rate: float, allowance: Callable[[str, bool], Allowance], clock: Callable[[], float] = monotonic
    ) -> None:
        self._interval = 1 / rate
        self._allowance = allowance
        self._clock = clock
        self._turns: list[_Turn] = []
        self._numbers = count()
        self._buckets: dict[tuple[str, bool], Bucket] = {}
        self._next = 0.0
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def turn(self, address: str, priority: int, *, new: bool) -> None:
        """Wait until a call to `address` may go out; `new` for one that makes a message."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._turns, _Turn(priority, next(self._numbers), address, new, future))
        self._news.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        await future

    def halt(self, seconds: float, address: str | None = None) -> None:
        """The platform asks for silence: in all, or towards one chat."""
        now = self._clock()
        if address is None:
            self._next = max(self._next, now + seconds)
        else:
            for new in (True, False):
                self._bucket(address, new, now).shut(now, seconds)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            wait = self._give_one()
            if wait is None:
                self._news.clear()
                await self._news.wait()
            elif wait > 0:
                self._news.clear()
                # Something more urgent may come meanwhile; the whole's pace holds for it as well.
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._news.wait()

    def _give_one(self) -> float | None:
        """Give the most urgent turn that may be given; else seconds until one may, None when nobody waits."""
        now = self._clock()
        if not self._turns:
            self._forget_full(now)
            return None
        if now < self._next:
            return self._next - now
        passed: list[_Turn] = []
        given, soonest = False, float("inf")
        while self._turns and not given:
            turn = heapq.heappop(self._turns)
            if turn.future.done():
                continue
            bucket = self._bucket(turn.address, turn.new, now)
            wait = bucket.wait(now)
            if wait > 0:
                soonest = min(soonest, wait)
                passed.append(turn)
                continue
            bucket.take(now)
            self._next = (
                max(self._next + self._interval, now) if self._next > now - self._interval else now + self._interval
            )
            turn.future.set_result(None)
            given = True
        for turn in passed:
            heapq.heappush(self._turns, turn)
        return 0.0 if given else (soonest if self._turns else None)

    def _bucket(self, address: str, new: bool, now: float) -> Bucket:
        if (address, new) not in self._buckets:
            allowance = self._allowance(address, new)
            self._buckets[address, new] = Bucket(allowance.burst, allowance.rate, allowance.burst, now)
        return self._buckets[address, new]

    def _forget_full(self, now: float) -> None:
        """A chat with its full allowance is as good as unknown."""
        self._buckets = {
            key: bucket
            for key, bucket in self._buckets.items()
            if bucket.level + (now - bucket.at) * bucket.rate < bucket.size
        }
