"""A trainer's phone in tests: what it shows, and what can be done with it, in platform-neutral words."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from sandbox.telegram.messages import Message
from sandbox.telegram.world import World

PATIENCE = 10.0
"""Seconds until a test gives up waiting for something that should come at once."""


class Phone(Protocol):
    """One person's phone. `tap` and `reply` wait until the service has answered."""

    user: str

    async def say(self, text: str) -> None: ...
    async def tap(self, label: str) -> str | None: ...
    async def reply(self, text: str) -> None: ...
    async def sees(self, text: str) -> str: ...
    def screen(self) -> str: ...
    def labels(self) -> list[str]: ...


class TelegramPhone:
    """A phone with the sandbox's Telegram on it. Labels are matched by their beginning."""

    def __init__(self, world: World, name: str, language: str = "en") -> None:
        self.world = world
        self.id = world.add_person(name, language_code=language).id
        self.user = str(self.id)

    @property
    def messages(self) -> list[Message]:
        return self.world.messages(self.id)

    def from_bot(self) -> list[Message]:
        return [message for message in self.messages if message.from_bot]

    def live(self) -> Message:
        """The newest message that has buttons."""
        return next(message for message in reversed(self.from_bot()) if message.buttons())

    def screen(self) -> str:
        """The newest message's text."""
        return self.from_bot()[-1].text if self.from_bot() else ""

    def labels(self) -> list[str]:
        """The buttons of the newest message that has some."""
        return [button.text for row in self.live().buttons() for button in row]

    async def say(self, text: str) -> None:
        self.world.send(self.id, text)

    async def reply(self, text: str) -> None:
        """Answer the newest question that asks for words."""
        await self.until(lambda: any(message.force_reply for message in self.messages))
        asked = next(message for message in reversed(self.messages) if message.force_reply)
        self.world.send(self.id, text, reply_to=asked.message_id)
        await self.until(lambda: asked not in self.messages)

    async def tap(self, label: str, *, on: Message | None = None) -> str | None:
        """Tap the newest button that begins with `label`; the notice that comes back, once its edit is there too."""
        await self.until(lambda: self._find(label, on) is not None)
        found = self._find(label, on)
        assert found is not None
        message, data = found
        calls = len(self.world.calls)
        tap = self.world.tap(self.id, message.message_id, data)
        answer = await tap.answered(PATIENCE)
        assert answer is not None, f"no answer to a tap on {label}"
        await self.until(lambda: self._answered(message, calls))
        return answer.text

    def _answered(self, message: Message, calls: int) -> bool:
        """Was something shown to this person since then? An edit that changes nothing counts."""
        shown = ("editMessageText", "sendMessage", "sendDocument", "deleteMessage")
        recent = list(self.world.calls)[calls:]
        return any(call.method in shown and call.params.get("chat_id") == self.id for call in recent)

    def _find(self, label: str, on: Message | None) -> tuple[Message, str] | None:
        for message in [on] if on else reversed(self.from_bot()):
            for button in (one for row in message.buttons() for one in row):
                if button.text.removeprefix("✓ ").startswith(label) and button.data:
                    return message, button.data
        return None

    async def sees(self, text: str) -> str:
        """Wait until some message shows `text`; that message's text."""
        await self.until(lambda: any(text in message.text for message in self.from_bot()), text)
        return next(message.text for message in reversed(self.from_bot()) if text in message.text)

    async def until(self, holds: Callable[[], bool], what: str = "") -> None:
        """Wait until `holds`; fail with what is on the phone."""
        patience = time.monotonic() + PATIENCE
        version = self.world.version
        while not holds():
            if time.monotonic() > patience:
                shown = "\n---\n".join(
                    f"{one.text}\n{[b.text for row in one.buttons() for b in row]}" for one in self.messages
                )
                raise AssertionError(f"waited in vain for {what or 'something'}; the phone shows:\n{shown}")
            version = await self.world.changed(version, 0.2)

    async def settled(self) -> None:
        """Wait until nothing has changed for a moment."""
        version = -1
        while version != self.world.version:
            version = self.world.version
            await asyncio.sleep(0.15)


async def onboard(phone: "TelegramPhone", *fields: str) -> None:
    """Through the onboarding with what is suggested, and with these fields."""
    await phone.say("/start")
    await phone.tap("I agree")
    await phone.tap("English")
    for field in fields:
        await phone.tap(field)
    await phone.tap("Continue")
    await phone.tap("UTC+0 London")
    await phone.tap("8:00")
    if "Here comes your first task" in await phone.sees("You are all set"):
        await phone.until(
            lambda: any("Skip" in [b.text for row in one.buttons() for b in row] for one in phone.from_bot())
        )
