"""Who and where: people, private chats, groups and channels, in Telegram's JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sandbox.errors import Json

if TYPE_CHECKING:
    from sandbox.telegram.messages import Message

ChatKind = Literal["private", "group", "supergroup", "channel"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a phone; `to_json` is the Telegram `User`."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str = "en"

    def to_json(self) -> Json:
        body = {"id": self.id, "is_bot": False, "first_name": self.first_name, **_given(self, "last_name", "username")}
        return {**body, "language_code": self.language_code}


@dataclass(slots=True)
class Chat:
    """One chat with the bot. A private chat has the id of its person; groups and channels have negative ids."""

    id: int
    kind: ChatKind
    person: Person | None = None
    title: str | None = None
    username: str | None = None
    members: set[int] = field(default_factory=set)
    messages: dict[int, Message] = field(default_factory=dict)
    started: bool = False
    blocked: bool = False
    bot_present: bool = True
    read_to: int = 0
    last_id: int = 0
    pinned: list[int] = field(default_factory=list)
    migrated_to: int | None = None

    @property
    def private(self) -> bool:
        return self.kind == "private"

    def to_json(self) -> Json:
        """The Telegram `Chat`."""
        body: Json = {"id": self.id, "type": self.kind}
        if self.person is not None:
            return body | {"first_name": self.person.first_name} | _given(self.person, "last_name", "username")
        return body | _given(self, "title", "username")

    def unread(self) -> int:
        """How many of the bot's messages its person has not seen."""
        return sum(1 for message in self.messages.values() if message.from_bot and message.message_id > self.read_to)


def _given(owner: object, *names: str) -> Json:
    values = ((name, getattr(owner, name)) for name in names)
    return {name: value for name, value in values if value is not None}
