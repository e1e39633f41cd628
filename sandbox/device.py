"""What somebody has in their hand, whatever the platform: what it shows, and what can be done with it."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

LOOK_SECONDS = 0.2
"""How long a look at the screen waits for news."""

PATIENCE = 5.0
"""Seconds that somebody waits for a tap to show an effect."""

NOTICED = 0.5
"""Seconds that somebody looks for more after a tap that was answered by a notice, or by nothing."""

CHOSEN = "✓ "


@dataclass(frozen=True, slots=True)
class Tap:
    """Something on a message that can be tapped; `action` tells the platform which."""

    label: str
    action: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as it is shown now; `raw` is the platform's own object, and `key` its name for the message."""

    key: str
    text: str
    taps: tuple[Tap, ...]
    quotes: tuple[str, ...]
    strong: tuple[str, ...]
    """The texts in bold and the titles, in order; the last is what is asked."""
    raw: Any

    @property
    def labels(self) -> list[str]:
        return [tap.label for tap in self.taps]

    def action(self, label: str) -> str:
        """What the button that begins with `label` carries; `LookupError` when there is none."""
        for tap in self.taps:
            if tap.label.startswith(label):
                return tap.action
        raise LookupError(f"there is no {label!r} among {self.labels}")


@dataclass(frozen=True, slots=True)
class Question:
    """What waits for typed words; `key` changes with each new one."""

    key: str
    text: str
    hint: str


class Device(ABC):
    """One person's phone or desk."""

    platform: str
    user: str
    """The platform's id of the person."""

    @abstractmethod
    def shown(self) -> list[Shown]:
        """The app's messages, the oldest first."""

    @abstractmethod
    def question(self) -> Question | None:
        """What waits for words, the newest if several do."""

    def notices(self) -> list[str]:
        """What was said to them alone and stays, where a platform has such messages."""
        return []

    @abstractmethod
    async def say(self, text: str) -> None:
        """Type a message or, beginning with a slash, a command."""

    @abstractmethod
    async def answer(self, text: str) -> str | None:
        """Send words to the question that waits; returns why they are not taken, where the platform says so."""

    @abstractmethod
    def put_off(self) -> None:
        """Leave the question that waits as it is: it waits no more."""

    @abstractmethod
    def upload(self, name: str, content: bytes) -> None:
        """Send a file."""

    @abstractmethod
    def files(self) -> list[bytes]:
        """The contents of the files that the app sent."""

    @abstractmethod
    def leave(self) -> None:
        """Want to hear nothing any more, as far as the platform knows that."""

    @abstractmethod
    def come_back(self) -> None:
        """Take that back."""

    @abstractmethod
    def version(self) -> int:
        """Grows with each change anywhere on the platform."""

    @abstractmethod
    async def changed(self, version: int) -> int:
        """Wait a moment for something to change since `version`; the version then."""

    @abstractmethod
    async def _tap(self, shown: Shown, action: str, stale: bool) -> str | None:
        """Tap and wait until the platform says that the app has it; the notice that came with that."""

    @abstractmethod
    def _screen(self) -> object:
        """All that this person sees, to compare."""

    async def press(self, shown: Shown, action: str, *, stale: bool = False) -> str | None:
        """Tap, and wait for what comes of it; the notice, if there is one. `stale`: they see an older state."""
        before = self._screen()
        notice = await self._tap(shown, action, stale)
        patience = NOTICED if notice or stale else PATIENCE
        await self.wait(lambda: self._screen() != before, patience)
        return notice

    async def wait(self, holds: Callable[[], bool], patience: float) -> bool:
        """Look at the screen until `holds`, at most `patience` seconds; does it?"""
        until, version = monotonic() + patience, self.version()
        while not holds():
            if monotonic() > until:
                return False
            version = await self.changed(version)
        return True

    async def settled(self, quiet: float = 0.15) -> None:
        """Wait until nothing has changed for `quiet` seconds."""
        version = -1
        while version != self.version():
            version = self.version()
            await asyncio.sleep(quiet)
