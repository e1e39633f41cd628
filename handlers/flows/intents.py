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
    """Something was typed; `to` is the slot that asked, where the platform knows. Empty text: a picture, a voice."""

    text: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """They opened the page about themselves, on a platform that has one for each person (the slot `home`)."""


@dataclass(frozen=True, slots=True)
class Left:
    """They do not want to hear from us any more (blocked, or the chat is gone)."""


Intent = Press | Command | Said | Looked | Left


@dataclass(frozen=True, slots=True)
class Arrival:
    """An intent with the envelope it came in; ids are the platform's own, as opaque strings."""

    platform: str
    key: str
    """The platform's id of the update: the same key twice is the same tap."""
    user: str
    address: str
    """Where to answer."""
    language: str | None
    """BCP 47 tag of the person's client."""
    intent: Intent
    time_zone: str | None = None
    """IANA name of the zone that the person's client is set to, where the platform tells."""
    message: str | None = None
    """The message that was tapped, or that was typed."""
    replies_to: str | None = None
    """The message that what was typed replies to."""
    at_home: bool = False
    """Did it happen on the page about themselves? `message` is that page then."""
