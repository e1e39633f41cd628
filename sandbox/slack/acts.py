"""What a person did, and how the app took it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sandbox.errors import Json

DeliveryKind = Literal["events_api", "interactive", "slash_commands"]


@dataclass(frozen=True, slots=True)
class Ack:
    """The app's acknowledgement: HTTP status (200 over a socket), and what it said with it.

    `status` is 0 for an act that the app is not told of.
    """

    ok: bool
    status: int = 200
    body: Json | None = None


@dataclass(slots=True, eq=False)
class Act:
    """One act on its way to the app. `error` is what the person is told when it went wrong.

    `on_ack` is what the app's answer does to the person's screen; it gets None when nobody took the act.
    """

    kind: DeliveryKind
    payload: Json
    error: str | None = None
    on_ack: Callable[["Act", Ack | None], None] | None = None
    _ack: Ack | None = None
    _done: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def settled(self) -> bool:
        return self._done.is_set()

    def settle(self, ack: Ack | None) -> None:
        """Keep the first outcome; None says that nobody took it in time."""
        if self.settled:
            return
        self._ack = ack
        if self.kind != "events_api" and self.error is None and (ack is None or not ack.ok):
            self.error = NOT_TAKEN
        if self.on_ack is not None:
            self.on_ack(self, ack if ack is not None and ack.ok else None)
        self._done.set()

    async def acked(self, timeout: float = 10.0) -> Ack | None:  # noqa: ASYNC109
        """How the app took it, waited for `timeout` seconds at most; None when nobody took it in time."""
        try:
            await asyncio.wait_for(self._done.wait(), timeout)
        except TimeoutError:
            return None
        return self._ack


NOT_TAKEN = "We had some trouble connecting. Try again?"


def silent(error: str | None = None) -> Act:
    """An act that stays on the person's screen: the app is not told; `error` is why, if something is wrong."""
    act = Act("interactive", {}, error)
    act.settle(Ack(error is None, 0))
    return act
