"""An event loop whose time jumps to the next thing to do: hours of waiting take no time, and every run is the same."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

R = TypeVar("R")

STEP = 1e-7
"""Seconds that one turn of the loop takes."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Waits by moving its own clock on."""

    def __init__(self) -> None:
        self.now = 1000.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self.now


class _Jumping(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("everybody waits, and nothing will ever happen")
        # A step takes a moment, as in life: a wait shorter than the clock's resolution must end as well.
        self._loop.now += timeout + STEP
        return super().select(0)


def run(work: Coroutine[Any, Any, R]) -> R:
    """Run `work` to its end on a loop of its own, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


def clock() -> float:
    """The virtual time now, in seconds."""
    return asyncio.get_running_loop().time()
