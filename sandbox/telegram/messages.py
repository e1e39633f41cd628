"""One message of a chat, in Telegram's JSON, with what a test wants to ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.errors import Json
from sandbox.telegram.chats import Chat, Person
from sandbox.telegram.entities import QUOTES, utf16_slice
from sandbox.telegram.files import StoredFile


@dataclass(frozen=True, slots=True)
class Button:
    """A button as the person sees it: a text, and either callback data or a link."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(slots=True, eq=False)
class Message:
    """A live message. `text` is what is read: the text or, under a file, the caption. Offsets are UTF-16 units.

    `sender` is the Telegram `User` (None in a channel); `reply_markup` is the markup as it was sent, of any kind;
    `history` holds the earlier texts and the present one, oldest first; `service` holds the fields of a
    message that Telegram writes itself.
    """

    message_id: int
    chat: Chat
    date: int
    from_bot: bool
    sender: Json | None
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    reply_markup: Json | None = None
    document: StoredFile | None = None
    photo: StoredFile | None = None
    reply_to_message: Message | None = None
    edit_date: int | None = None
    history: list[str] = field(default_factory=list)
    reactions: list[Json] = field(default_factory=list)
    options: Json = field(default_factory=dict)
    service: Json = field(default_factory=dict)

    @property
    def chat_id(self) -> int:
        return self.chat.id

    @property
    def edited(self) -> bool:
        return self.edit_date is not None

    @property
    def reply_to(self) -> int | None:
        """The id of the message that this one replies to."""
        return self.reply_to_message.message_id if self.reply_to_message else None

    @property
    def has_media(self) -> bool:
        return self.document is not None or self.photo is not None

    @property
    def caption(self) -> str | None:
        """The text under a file; None for a message with no file or no caption."""
        return self.text or None if self.has_media else None

    @property
    def inline_keyboard(self) -> list[list[Json]]:
        rows: list[list[Json]] = (self.reply_markup or {}).get("inline_keyboard", [])
        return rows

    @property
    def force_reply(self) -> bool:
        """Does the message ask the phone to open a reply to it?"""
        return bool((self.reply_markup or {}).get("force_reply"))

    @property
    def placeholder(self) -> str | None:
        """What the empty input field shows, if the markup says so."""
        return (self.reply_markup or {}).get("input_field_placeholder")

    def buttons(self) -> list[list[Button]]:
        """The inline keyboard, row by row; empty when there is none."""
        return [
            [Button(button["text"], button.get("callback_data"), button.get("url")) for button in row]
            for row in self.inline_keyboard
        ]

    def quotes(self) -> list[str]:
        """The texts of the block quotes, in order."""
        found = [entity for entity in self.entities if entity["type"] in QUOTES]
        return [utf16_slice(self.text, entity["offset"], entity["length"]) for entity in found]

    def to_json(self, *, whole: bool = True) -> Json:
        """The Telegram `Message`; with `whole=False` the message it replies to is left out, as Telegram does."""
        body: Json = {"message_id": self.message_id, "date": self.date, "chat": self.chat.to_json()}
        if self.sender is not None:
            body["from"] = self.sender
        if self.chat.kind == "channel":
            body["sender_chat"] = body["chat"]
        if self.edit_date is not None:
            body["edit_date"] = self.edit_date
        if whole and self.reply_to_message is not None:
            body["reply_to_message"] = self.reply_to_message.to_json(whole=False)
        if self.inline_keyboard:
            body["reply_markup"] = self.reply_markup
        return body | self._content() | self.options | self.service

    def _content(self) -> Json:
        body: Json = {}
        if self.photo is not None:
            body["photo"] = [self.photo.photo_json()]
        if self.document is not None:
            body["document"] = self.document.document_json()
        if self.text:
            body["caption" if self.has_media else "text"] = self.text
        if self.entities:
            body["caption_entities" if self.has_media else "entities"] = self.entities
        return body


def bot_user(bot_id: int, name: str, username: str) -> Json:
    """The bot as a Telegram `User`, with the fields that only getMe has left out."""
    return {"id": bot_id, "is_bot": True, "first_name": name, "username": username}


def sender_of(person: Person, chat: Chat) -> Json | None:
    """The `from` of a person's message; posts in a channel have none."""
    return None if chat.kind == "channel" else person.to_json()
