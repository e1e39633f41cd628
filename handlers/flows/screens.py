"""What a person should see now, in platform-neutral words."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.text import Words

HOME = "home"
"""The slot of the page about themselves, on a platform that has one for each person."""

ACTION_LIMIT = 64
"""Bytes in a button's action: the tightest platform's limit."""


@dataclass(frozen=True, slots=True)
class Title:
    text: Words


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of our own words; `strong` is what to do now."""

    text: Words
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Short facts on one line."""

    items: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and its value: "Accuracy: 4"; several values are a list."""

    name: Words
    values: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Content from a task or a person, set off from our own words; `folded` may be shown short until it is tapped."""

    content: str
    label: Words | None = None
    folded: bool = False


Block = Title | Line | Facts | Pair | Quote


@dataclass(frozen=True, slots=True)
class Button:
    label: Words
    action: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Buttons that belong together, with how many of them fit beside each other on a phone.

    `scale`: they are the points of one scale, of which one is picked; a platform may have better than buttons for it.
    """

    buttons: tuple[Button, ...]
    columns: int
    scale: bool = False


Rows = tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """One message: where it lives ("" for one that nothing will edit), what it says, what can be tapped.

    `fresh` asks for a new message at the end of the chat, in place of the old one further up. `below` are further parts
    of the same message, each with its own buttons; their slots and `fresh` mean nothing.
    """

    slot: str
    blocks: tuple[Block, ...]
    rows: Rows = ()
    fresh: bool = False
    below: tuple["Screen", ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """A question whose answer is typed: as a reply to it, or into a form that the platform opens.

    `written` is what was typed for it before, sent or not; `long` asks for several lines.
    """

    slot: str
    text: Words
    hint: Words
    written: str = ""
    long: bool = True


@dataclass(frozen=True, slots=True)
class File:
    """A file to send."""

    name: str
    content: bytes
    caption: Words


@dataclass(frozen=True, slots=True)
class Reply:
    """All that comes back for one intent: screens, a short notice over them, and slots to clear away."""

    items: tuple[Screen | Ask | File, ...] = ()
    notice: Words | None = None
    alarm: bool = False
    """The notice must not be missed."""
    fleeting: bool = False
    """The notice says what the screen says as well; a platform on which it would stay may leave it out."""
    refusal: Words | None = None
    """What was typed cannot be taken, and why; a platform whose form is still open says it there."""
    clear: tuple[str, ...] = ()
    forget: bool = False
    """Once all is addressed, the person is forgotten."""
    menu: bool = False
    """The person's language has changed: their command menu must follow."""
    swallow: bool = False
    """What was typed has gone into the task's message, and may be cleared away."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A reply with all that is needed to deliver it: to whom, in which language, and over which messages."""

    reply: Reply
    address: str
    locale: str
    time_zone: str
    messages: dict[str, str] = field(default_factory=dict)
    """The message that each slot lives in, as far as there is one."""
    tapped: str | None = None
    """The slot that lives in the message that was tapped."""
    swallow: str | None = None
    """The typed message to clear away."""
    remember: bool = True
    """False for somebody who has just been forgotten: nothing about the chat is kept."""
    person_id: int | None = None
    """Who it is for, as long as they are known."""
    only_edits: bool = False
    """Puts right what stands somewhere: where the message is gone, so is the matter."""


def press(name: str, *args: object) -> str:
    """A button's action: `name:arg:arg`."""
    action = ":".join([name, *map(str, args)])
    if len(action.encode()) > ACTION_LIMIT:
        raise ValueError(f"action of more than {ACTION_LIMIT} bytes: {action}")
    return action


def row(*buttons: Button) -> Group:
    """Buttons beside each other."""
    return Group(buttons, max(1, len(buttons)))


def grid(buttons: Sequence[Button], columns: int, *, scale: bool = False) -> Group:
    """Buttons in rows of at most `columns`."""
    return Group(tuple(buttons), columns, scale)
