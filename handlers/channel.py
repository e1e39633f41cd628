"""What a platform's sender must be able to do, and how it says what went wrong."""

from typing import Protocol

from bot.domain.errors import TapworkError
from bot.i18n import Voice
from handlers.flows.screens import Ask, File, Screen


class DeliveryError(TapworkError):
    """A message could not be delivered."""


class Busy(DeliveryError):
    """The platform asks for silence: in all, or (`address`) towards one chat or of one sort."""

    def __init__(self, seconds: float, address: str | None = None) -> None:
        super().__init__(f"asked to wait {seconds} s")
        self.seconds = seconds
        self.address = address


class Unavailable(DeliveryError):
    """The platform could not be reached or failed; it may work later."""


class Unreachable(DeliveryError):
    """This person does not take messages from us (any more)."""


class Moved(DeliveryError):
    """The chat has a new address."""

    def __init__(self, address: str) -> None:
        super().__init__("the chat has moved")
        self.address = address


class MessageGone(DeliveryError):
    """The message to edit is not there any more; a new one takes its place."""


class Rejected(DeliveryError):
    """The platform does not accept this message; sending it again will not help."""


class Channel(Protocol):
    """One platform's sender. Every method may raise a `DeliveryError`."""

    platform: str
    command: str
    """What stands before a command's name where people write it: `/`, `/tapwork `."""

    async def send(self, address: str, item: Screen | Ask | File, voice: Voice) -> str:
        """Send a new message and return its id."""
        ...

    async def edit(self, address: str, message: str, screen: Screen, voice: Voice) -> None:
        """Let a message show `screen`; that it does already is success."""
        ...

    async def delete(self, address: str, message: str) -> None:
        """Take a message away; that it is not there is success."""
        ...

    async def set_menu(self, address: str, voice: Voice) -> None:
        """Let this chat's command menu speak the person's language, whatever that of their client."""
        ...
