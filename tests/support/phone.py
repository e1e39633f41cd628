"""A trainer's phone in tests: a device of the sandbox, held by somebody who expects things of it."""

from collections.abc import Callable

from sandbox.device import Device, Shown
from sandbox.slack.device import SlackDevice
from sandbox.telegram.device import TelegramDevice

PATIENCE = 10.0
"""Seconds until a test gives up waiting for something that should come at once."""

COMMANDS = {"telegram": "/", "slack": "/tapwork "}
"""What stands before a command's name in our texts."""


class Phone:
    """One person's phone, on whichever platform. Labels match by their beginning."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.user = device.user
        self.platform = device.platform
        self.command = COMMANDS[device.platform]

    @property
    def slack(self) -> SlackDevice:
        """The device, of which the test knows that it is Slack's."""
        assert isinstance(self.device, SlackDevice)
        return self.device

    @property
    def telegram(self) -> TelegramDevice:
        """The device, of which the test knows that it is Telegram's."""
        assert isinstance(self.device, TelegramDevice)
        return self.device

    def shown(self) -> list[Shown]:
        return self.device.shown()

    def now(self, shown: Shown) -> Shown:
        """The same message as it is by now."""
        return next(one for one in self.shown() if one.key == shown.key)

    def live(self) -> Shown:
        """The newest message that has buttons."""
        return next(one for one in reversed(self.shown()) if one.taps)

    def labels(self) -> list[str]:
        """The buttons of the newest message that has some."""
        return self.live().labels

    def chosen(self) -> list[str]:
        """Those of them that are marked as chosen."""
        return [tap.label for tap in self.live().taps if tap.chosen]

    def offers(self, label: str) -> bool:
        """Is there a button that begins so, on any message?"""
        return any(one.startswith(label) for shown in self.shown() for one in shown.labels)

    def shows(self, text: str) -> bool:
        return any(text in one.text for one in self.shown())

    def asked(self) -> bool:
        """Is there a question that waits for words?"""
        return self.device.question() is not None

    async def say(self, text: str) -> None:
        """Type a message or, beginning with a slash, a command."""
        await self.device.say(text)

    async def reply(self, text: str) -> None:
        """Answer the question that waits for words."""
        await self.until(self.asked, "a question that waits for words")
        await self.settled()  # nobody writes an answer in no time
        asked = self.device.question()
        assert await self.device.answer(text) is None
        assert self.device.question() != asked, "the words were not taken"

    async def refuses(self, text: str, why: str) -> None:
        """Answer it with words that are not taken, and see why."""
        await self.until(self.asked, "a question that waits for words")
        said = await self.device.answer(text)
        if said is None:
            await self.sees(why)
        else:
            assert why in said

    async def press(self, shown: Shown, action: str, *, stale: bool = False) -> str | None:
        """Tap what carries `action`; the notice that comes back. `stale`: the phone shows an older state."""
        return await self.device.press(shown, action, stale=stale)

    async def tap(self, label: str, *, on: Shown | None = None) -> str | None:
        """Tap the newest button that begins with `label`, once it is there; the notice that comes back."""
        await self.until(lambda: self._find(label, on) is not None, f"a button {label!r}")
        found = self._find(label, on)
        assert found is not None
        return await self.press(*found)

    def _find(self, label: str, on: Shown | None) -> tuple[Shown, str] | None:
        for shown in [self.now(on)] if on else reversed(self.shown()):
            for tap in shown.taps:
                if tap.label.startswith(label):
                    return shown, tap.action
        return None

    async def sees(self, text: str) -> str:
        """Wait until some message shows `text`; that message's text."""
        await self.until(lambda: self.shows(text), repr(text))
        return next(one.text for one in reversed(self.shown()) if text in one.text)

    async def hears(self, text: str) -> None:
        """Wait until it is said in some way: as a message, or as a notice that only this person sees."""
        await self.until(lambda: self.shows(text) or any(text in one for one in self.device.notices()), repr(text))

    async def until(self, holds: Callable[[], bool], what: str = "something") -> None:
        """Wait until `holds`; fail with what is on the phone."""
        if not await self.device.wait(holds, PATIENCE):
            screen = "\n---\n".join(f"{one.text}\n{one.labels}" for one in self.shown())
            raise AssertionError(f"waited in vain for {what}; the phone shows:\n{screen}")

    async def settled(self) -> None:
        """Wait until nothing has changed for a moment."""
        await self.device.settled()


async def onboard(phone: Phone, *fields: str, city: str = "UTC+0 London", language: str = "English") -> None:
    """Through the onboarding with what is suggested, and with these fields."""
    await phone.say("/start")
    await phone.tap("I agree")
    await phone.tap(language)
    for field in fields:
        await phone.tap(field)
    await phone.tap("Continue")
    await phone.tap(city)
    await phone.tap("8:00")
    if "Here comes your first task" in await phone.sees("You are all set"):
        await phone.until(lambda: phone.offers("Skip"), "the first task")
