"""The world around the bot: people with phones who write, tap, upload and block, and what the bot made of it."""

import secrets
import time
from collections.abc import Callable, Iterable

from sandbox.calls import CallLog
from sandbox.errors import Json, WorldError
from sandbox.faults import Faults
from sandbox.telegram.book import Book
from sandbox.telegram.chats import Chat, Person
from sandbox.telegram.entities import clean_text, command_entities, is_blank, utf16_length
from sandbox.telegram.members import member_json, membership_update
from sandbox.telegram.messages import Message, sender_of
from sandbox.telegram.taps import CallbackAnswer, Tap
from sandbox.telegram.updates import UpdateQueue

MAX_TEXT = 4096
MAX_CAPTION = 1024


class World(Book, CallLog):
    """One bot and everybody who could meet it, in memory; single-threaded, in the event loop's thread.

    `clock` gives seconds since the epoch. Acts that no phone allows raise `WorldError`.
    """

    def __init__(
        self,
        token: str = "1000:sandbox-token",
        bot_name: str = "Tapwork",
        bot_username: str = "tapwork_bot",
        *,
        clock: Callable[[], float] = time.time,
        faults: Faults | None = None,
    ) -> None:
        Book.__init__(self, token, bot_name, bot_username, clock)
        CallLog.__init__(self)
        self.faults = faults or Faults()
        self.updates = UpdateQueue(clock, self.faults)
        self.query_lifetime = 150.0
        self._taps: dict[str, Tap] = {}

    @property
    def commands(self) -> dict[tuple[str, str], list[Json]]:
        """What setMyCommands stored, by (scope, language); scopes are "default", "chat:77" and the like."""
        return self.profile.commands

    def menu(self, person_id: int) -> list[Json]:
        """The commands that this person's phone lists, as `BotCommand` objects."""
        return self.profile.menu(self.person(person_id))

    def send(self, person_id: int, text: str, *, reply_to: int | None = None, chat_id: int | None = None) -> Message:
        """A person types `text`, in the private chat or in `chat_id`; the bot gets an update.

        A text above 4096 characters goes out as several messages, as from a phone; the last one is returned.
        """
        person = self.person(person_id)
        chat = self._writable(person, chat_id)
        cleaned = clean_text(text).strip()
        if is_blank(cleaned):
            raise WorldError("a message needs a text")
        quoted = self.message(chat.id, reply_to) if reply_to is not None else None
        for part in _parts(cleaned):
            message = self._say(person, chat, text=part, entities=command_entities(part), reply_to_message=quoted)
            quoted = None
        return message

    def upload(
        self,
        person_id: int,
        file_name: str,
        content: bytes,
        mime_type: str = "application/octet-stream",
        caption: str | None = None,
    ) -> Message:
        """A person sends a file as a document, `caption` under it; the bot gets an update."""
        person = self.person(person_id)
        chat = self._writable(person, None)
        text = clean_text(caption or "").strip()
        if not content:
            raise WorldError("a file must not be empty")
        if utf16_length(text) > MAX_CAPTION:
            raise WorldError(f"a caption has at most {MAX_CAPTION} characters")
        stored = self.files.add(file_name, content, mime_type)
        return self._say(person, chat, text=text, entities=command_entities(text), document=stored)

    def tap(
        self, person_id: int, message_id: int, data: str, *, stale: bool = False, chat_id: int | None = None
    ) -> Tap:
        """A person presses the button with this callback data, in the private chat or in `chat_id`.

        With `stale` the phone shows an old screen: any data goes, even on a message that was deleted since.
        """
        person = self.person(person_id)
        chat = self._writable(person, chat_id)
        message = chat.messages.get(message_id)
        if not stale:
            _check_live(self.message(chat.id, message_id), data)
        elif message is None and not 0 < message_id <= chat.last_id:
            raise WorldError(f"there never was a message {message_id} in chat {chat.id}")
        tap = Tap(secrets.token_hex(8), person_id, message_id, data, self.clock())
        self._forget_old_taps()
        self._taps[tap.id] = tap
        query = {
            "id": tap.id,
            "from": person.to_json(),
            "message": message.to_json() if message else _inaccessible(chat, message_id),
            "chat_instance": str(abs(hash(("chat", chat.id)))),
            "data": data,
        }
        self.updates.add("callback_query", query, chat.id, self.query_lifetime)
        return tap

    def settle_tap(self, query_id: str, answer: CallbackAnswer) -> bool:
        """The bot answers a tap; False when the query is unknown or its time is over."""
        tap = self._taps.get(query_id)
        if tap is None or tap.at + self.query_lifetime <= self.clock():
            return False
        tap.settle(answer)
        payload = {"message_id": tap.message_id, "text": answer.text, "show_alert": answer.show_alert}
        self.tell("answer", tap.person_id, payload)
        return True

    def block(self, person_id: int) -> None:
        """A person blocks the bot; it learns so, and from now on gets 403."""
        self._set_blocked(person_id, True)

    def unblock(self, person_id: int) -> None:
        self._set_blocked(person_id, False)

    def mark_read(self, person_id: int) -> None:
        """A person looks at the chat."""
        chat = self.chats[self.person(person_id).id]
        if chat.read_to != chat.last_id:
            chat.read_to = chat.last_id
            self.tell("chat", chat.id, {"unread": 0})

    def add_group(self, title: str, members: Iterable[int | Person] = (), *, username: str | None = None) -> Chat:
        """A group of people with the bot in it; the first member is who added the bot."""
        ids = [member.id if isinstance(member, Person) else member for member in members]
        chat = self.new_chat("supergroup" if username else "group", title, username, set(ids))
        self._joined(chat, ids[0] if ids else None, "member")
        return chat

    def add_channel(self, title: str, *, username: str | None = None, by: int | None = None) -> Chat:
        """A channel in which the bot is an administrator, made so by the person `by`."""
        chat = self.new_chat("channel", title, username, set() if by is None else {by})
        self._joined(chat, by, "administrator")
        return chat

    def remove_bot(self, chat_id: int, by: int) -> None:
        """A person throws the bot out of a group or channel."""
        chat = self.chats[chat_id]
        old = "administrator" if chat.kind == "channel" else "member"
        chat.bot_present = False
        self._membership(chat, self.person(by), old, "kicked")

    def migrate(self, chat_id: int) -> Chat:
        """A group becomes a supergroup with a new id; calls with the old one are told the new one."""
        old = self.chats[chat_id]
        if old.kind != "group" or old.migrated_to is not None:
            raise WorldError("only a group can become a supergroup, and only once")
        new = self.new_chat("supergroup", old.title or "", old.username, set(old.members))
        old.migrated_to = new.id
        for chat, service in ((old, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": old.id})):
            message = self.write(chat, from_bot=False, sender=None, service=service)
            self.updates.add("message", message.to_json(), chat.id)
        return new

    def _say(self, person: Person, chat: Chat, **content: object) -> Message:
        chat.started = True
        message = self.write(chat, from_bot=False, sender=sender_of(person, chat), **content)
        chat.read_to = message.message_id
        if self._bot_hears(chat, message):
            kind = "channel_post" if chat.kind == "channel" else "message"
            self.updates.add(kind, message.to_json(), chat.id)
        return message

    def _bot_hears(self, chat: Chat, message: Message) -> bool:
        # A bot in privacy mode hears only commands, answers to it and its name in a group.
        if not chat.bot_present:
            return False
        if chat.kind in ("private", "channel") or message.text.startswith("/"):
            return True
        answered = message.reply_to_message is not None and message.reply_to_message.from_bot
        return answered or f"@{self.bot_username}".lower() in message.text.lower()

    def _writable(self, person: Person, chat_id: int | None) -> Chat:
        chat = self.chats.get(person.id if chat_id is None else chat_id)
        if chat is None:
            raise WorldError(f"there is no chat {chat_id}")
        if chat.blocked:
            raise WorldError(f"{person.first_name} has blocked the bot; unblock it first")
        if chat.migrated_to is not None:
            raise WorldError(f"the group has become the supergroup {chat.migrated_to}")
        return chat

    def _forget_old_taps(self) -> None:
        ends_before = self.clock() - self.query_lifetime
        while self._taps and (oldest := next(iter(self._taps.values()))).at < ends_before:
            del self._taps[oldest.id]

    def _set_blocked(self, person_id: int, blocked: bool) -> None:
        person = self.person(person_id)
        chat = self.chats[person_id]
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        self._membership(chat, person, *(("member", "kicked") if blocked else ("kicked", "member")))

    def _joined(self, chat: Chat, by: int | None, status: str) -> None:
        if by is not None:
            self._membership(chat, self.person(by), "left", status)

    def _membership(self, chat: Chat, by: Person, old: str, new: str) -> None:
        old_member, new_member = member_json(self.bot, old), member_json(self.bot, new)
        update = membership_update(chat, by, int(self.clock()), old_member, new_member)
        self.updates.add("my_chat_member", update, chat.id)
        self.tell("chat", chat.id, {"blocked": chat.blocked})


def _parts(text: str) -> list[str]:
    """Cut a long text as phones do, where it would be above 4096 UTF-16 units."""
    parts, start, length = [], 0, 0
    for index, char in enumerate(text):
        size = 2 if char > "\uffff" else 1
        if length + size > MAX_TEXT:
            parts.append(text[start:index])
            start, length = index, 0
        length += size
    return [part for part in (*parts, text[start:]) if part.strip()]


def _check_live(message: Message, data: str) -> None:
    live = [button.data for row in message.buttons() for button in row if button.data is not None]
    if data not in live:
        raise WorldError(f"message {message.message_id} has no button with the data {data!r}; it has {live}")


def _inaccessible(chat: Chat, message_id: int) -> Json:
    return {"chat": chat.to_json(), "message_id": message_id, "date": 0}
