"""What a person did, in platform-neutral words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Press:
    """A button was tapped; `action` is what the button carried, which anybody can forge."""

    action: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command was given: its name without a slash, and what stood behind it."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Something was typed; `to` is the slot that it replies to. Empty text: a picture, a sticker, a voice."""

    text: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """They do not want to hear from us any more (blocked, or the chat is gone)."""


Intent = Press | Command | Said | Left


@dataclass(frozen=True, slots=True)
class Arrival:
    """An intent with the envelope it came in; ids are the platform's own, as opaque strings."""

    platform: str
    key: str
    """The platform's id of the update: the same key twice is the same tap."""
    user: str
    address: str
    """The chat to answer in."""
    language: str | None
    """BCP 47 tag of the person's client."""
    intent: Intent
    message: str | None = None
    """The message that was tapped, or that was typed."""
    replies_to: str | None = None
    """The message that what was typed replies to."""
