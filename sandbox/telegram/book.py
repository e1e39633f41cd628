"""The book of chats: who exists, which messages stand in which chat, and news of every change to them."""

import mimetypes
from collections.abc import Callable
from typing import Any, Literal

from sandbox.changes import Change, Feed, Subscription
from sandbox.errors import Json, WorldError
from sandbox.telegram.chats import Chat, Person
from sandbox.telegram.files import FileStore
from sandbox.telegram.messages import Message, bot_user
from sandbox.telegram.profile import Profile

ChangeKind = Literal["message", "edit", "delete", "answer", "person", "chat", "action", "commands"]

_FIRST_PERSON = 5_000_001
_FIRST_GROUP = 4_000_001
_CHANNEL_BASE = -1_000_000_000_000


class Book:
    """Chats and their messages. Private chats and groups share one count of message ids, as a bot's account does."""

    def __init__(self, token: str, bot_name: str, bot_username: str, clock: Callable[[], float]) -> None:
        self.token = token
        self.bot_id = int(token.partition(":")[0])
        self.bot_username = bot_username
        self.profile = Profile(bot_name)
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.files = FileStore()
        self.clock = clock
        self.feed = Feed()
        self._last_id = 0
        self._numbers = {"group": _FIRST_GROUP, "channel": 1_500_000_000}

    @property
    def bot(self) -> Json:
        """The bot as a Telegram `User`."""
        return bot_user(self.bot_id, self.profile.text("name", ""), self.bot_username)

    @property
    def version(self) -> int:
        """Grows with every change that somebody could see."""
        return self.feed.version

    async def changed(self, since: int, timeout: float) -> int:  # noqa: ASYNC109
        """Wait until `version` is above `since`, `timeout` seconds at most; the version then."""
        return await self.feed.changed(since, timeout)

    def subscribe(self) -> Subscription:
        """An async iterator over the changes from now on; close it when done."""
        return Subscription(self.feed)

    def add_person(
        self,
        first_name: str,
        *,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str = "en",
    ) -> Person:
        """Give somebody a phone; the bot may not write to them before they wrote to it."""
        if not first_name.strip():
            raise WorldError("a person needs a first name")
        person = Person(_FIRST_PERSON + len(self.people), first_name.strip(), last_name, username, language_code)
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, "private", person)
        self.tell("person", person.id, {"person": person.to_json()})
        return person

    def new_chat(self, kind: str, title: str, username: str | None, members: set[int]) -> Chat:
        """Open a group (`kind` "group") or a supergroup or channel; its id is negative, as Telegram's are."""
        series = "group" if kind == "group" else "channel"
        number = self._numbers[series]
        self._numbers[series] += 1
        chat_id = -number if series == "group" else _CHANNEL_BASE - number
        chat = Chat(chat_id, kind, None, title, username, members, started=True)  # type: ignore[arg-type]
        self.chats[chat_id] = chat
        self.tell("chat", chat_id, {"chat": chat.to_json()})
        return chat

    def person(self, person_id: int) -> Person:
        """Raises `WorldError` for an id that is nobody's."""
        try:
            return self.people[person_id]
        except KeyError:
            raise WorldError(f"there is no person {person_id}") from None

    def find_chat(self, chat_id: int | str | None) -> Chat | None:
        """A chat by id, or a public group or channel by @username."""
        if isinstance(chat_id, str):
            # A person's @username finds nobody: a bot cannot look people up by name.
            public = (chat for chat in self.chats.values() if chat.username)
            return next((chat for chat in public if f"@{chat.username}".lower() == chat_id.lower()), None)
        return self.chats.get(chat_id) if chat_id is not None else None

    def messages(self, person_id: int) -> list[Message]:
        """What stands in this person's chat with the bot (or in a chat with this id), oldest first."""
        chat = self.chats.get(person_id)
        if chat is None:
            raise WorldError(f"there is no chat {person_id}")
        return list(chat.messages.values())

    def message(self, person_id: int, message_id: int) -> Message:
        """One live message; raises `WorldError` when it does not stand in that chat."""
        chat = self.chats.get(person_id)
        if chat is None or message_id not in chat.messages:
            raise WorldError(f"there is no message {message_id} in chat {person_id}")
        return chat.messages[message_id]

    def write(self, chat: Chat, *, from_bot: bool, sender: Json | None, **content: Any) -> Message:
        """Put a new message in the chat; `content` are fields of `Message`."""
        if chat.kind in ("supergroup", "channel"):
            message_id = chat.last_id + 1
        else:
            message_id = self._last_id = self._last_id + 1
        chat.last_id = message_id
        message = Message(message_id, chat, int(self.clock()), from_bot, sender, **content)
        message.history.append(message.text)
        chat.messages[message_id] = message
        self.tell("message", chat.id, self.seen(message))
        return message

    def rewrite(self, message: Message, **content: Any) -> None:
        """Change fields of a message, as an edit."""
        for name, value in content.items():
            setattr(message, name, value)
        if "text" in content:
            message.history.append(message.text)
        message.edit_date = int(self.clock())
        self.tell("edit", message.chat_id, self.seen(message))

    def remove(self, message: Message) -> None:
        """Delete a message for everybody."""
        del message.chat.messages[message.message_id]
        if message.message_id in message.chat.pinned:
            message.chat.pinned.remove(message.message_id)
        self.tell("delete", message.chat_id, {"message_id": message.message_id})

    def seen(self, message: Message) -> Json:
        """A message as news; built only where somebody listens, since a busy bot writes thousands."""
        if not self.feed.watched:
            return {}
        return {"message_id": message.message_id, "message": page_json(message)}

    def tell(self, kind: ChangeKind, chat_id: int, payload: Json) -> None:
        """Say what happened in a chat; in a private one its id is the person's own."""
        self.feed.tell(Change(kind, {"person_id": chat_id, **payload}))


def page_json(message: Message) -> Json:
    """A Telegram `Message` plus `from_bot`, for the phone page."""
    return message.to_json() | {"from_bot": message.from_bot}


def guess_type(file_name: str) -> str:
    return mimetypes.guess_type(file_name)[0] or "application/octet-stream"
