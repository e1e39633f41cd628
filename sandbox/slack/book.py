"""The book of the workspace: who is in it, what stands where, and news of every change."""

import secrets
from collections.abc import Callable, Iterable
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.changes import Change, Feed, Subscription
from sandbox.errors import Json, WorldError
from sandbox.slack.files import FileStore
from sandbox.slack.members import Channel, Member
from sandbox.slack.messages import Message
from sandbox.slack.views import View

What = Literal["message", "edit", "delete", "home", "modal", "state"]


class Book:
    """People, conversations, views and files of one workspace with one app.

    `clock` gives seconds since the epoch; `base_url` is where the sandbox listens, with no slash at the end.
    """

    team_id = "T0SANDBOX"
    team_name = "Sandbox"
    team_domain = "sandbox"
    app_id = "A0SANDBOX"
    bot_id = "B0SANDBOX"
    bot_user_id = "U0SANDBOX"

    def __init__(self, app_name: str, clock: Callable[[], float]) -> None:
        self.app_name = app_name
        self.clock = clock
        self.base_url = "http://127.0.0.1"
        self.people: dict[str, Member] = {}
        self.channels: dict[str, Channel] = {}
        self.files = FileStore()
        self.feed = Feed()
        self.homes: dict[str, View] = {}
        self.stacks: dict[str, list[View]] = {}
        self._last_ts = 0
        self._numbers: dict[str, int] = {}

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

    def new_id(self, letter: str) -> str:
        self._numbers[letter] = number = self._numbers.get(letter, 0) + 1
        return f"{letter}{number:08d}"

    def new_ts(self) -> str:
        """A message's id: the time in seconds with six decimals, never the same twice."""
        self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_person(self, name: str, *, locale: str = "en-US", tz: str = "Europe/London") -> Member:
        """Somebody joins the workspace; their DM with the app is there from the start."""
        real_name = name.strip()
        if not real_name:
            raise WorldError("a person needs a name")
        try:
            ZoneInfo(tz)
        except (ZoneInfoNotFoundError, ValueError):
            raise WorldError(f"there is no time zone {tz}") from None
        handle = "".join(char if char.isalnum() else "." for char in real_name.lower()).strip(".")
        taken = {one.name for one in self.people.values()}
        handle = next(one for n in range(len(taken) + 1) if (one := handle + (str(n + 1) if n else "")) not in taken)
        now = int(self.clock())
        person = Member(self.new_id("U"), handle, real_name, locale, tz, now)
        self.people[person.id] = person
        im_id = person.id.replace("U", "D", 1)
        self.channels[im_id] = Channel(im_id, "im", "directmessage", [person.id], now)
        self.tell("state", person.id)
        return person

    def add_channel(
        self, name: str, members: Iterable[str | Member] = (), *, with_bot: bool = True, private: bool = False
    ) -> Channel:
        """A channel of these people, with the app in it or not."""
        ids = [member.id if isinstance(member, Member) else self.person(member).id for member in members]
        kind: Literal["private", "channel"] = "private" if private else "channel"
        channel = Channel(self.new_id("C"), kind, name, ids, int(self.clock()), has_bot=with_bot)
        self.channels[channel.id] = channel
        self.tell("state", None)
        return channel

    def person(self, user: str | Member) -> Member:
        """Raises `WorldError` for an id that is nobody's."""
        user_id = user.id if isinstance(user, Member) else user
        if user_id not in self.people:
            raise WorldError(f"there is no person {user_id}")
        return self.people[user_id]

    def im(self, user: str | Member) -> str:
        """The id of this person's DM with the app."""
        return self.person(user).id.replace("U", "D", 1)

    def channel_of(self, user: str | Member, channel: str | Channel | None = None) -> Channel:
        """A conversation that this person is in, their DM if none is named; raises `WorldError`."""
        person = self.person(user)
        channel_id = channel.id if isinstance(channel, Channel) else channel or self.im(person)
        found = self.channels.get(channel_id)
        if found is None or person.id not in found.members:
            raise WorldError(f"{person.real_name} is in no channel {channel_id}")
        return found

    def messages(self, user: str | Member, channel: str | Channel | None = None) -> list[Message]:
        """What this person sees there, oldest first, ephemeral messages to them included; by default in their DM."""
        return self.channel_of(user, channel).seen_by(self.person(user).id)

    def home(self, user: str | Member) -> View | None:
        """The App Home as published for this person."""
        return self.homes.get(self.person(user).id)

    def modals(self, user: str | Member) -> list[View]:
        """The open modals, the top one last."""
        return list(self.stacks.get(self.person(user).id, []))

    def find_view(self, view_id: str) -> View | None:
        """A live view by id."""
        views = [*self.homes.values(), *(view for stack in self.stacks.values() for view in stack)]
        return next((view for view in views if view.id == view_id), None)

    def put(self, message: Message) -> Message:
        """Let a new message stand in its conversation."""
        message.history.append(message.blocks)
        channel = self.channels[message.channel]
        channel.messages[message.ts] = message
        if not message.from_app:
            channel.read_to[message.user] = message.ts
        self.tell_in(channel, "message", message.ephemeral_to)
        return message

    def rewrite(self, message: Message, text: str, blocks: list[Json]) -> None:
        message.rewrite(text, blocks)
        message.edited_at = self.new_ts()
        self.tell_in(self.channels[message.channel], "edit", message.ephemeral_to)

    def remove(self, message: Message) -> None:
        """Delete a message for everybody."""
        channel = self.channels[message.channel]
        channel.messages.pop(message.ts, None)
        message.deleted = True
        self.tell_in(channel, "delete", message.ephemeral_to)

    def mark_read(self, user: str | Member, channel: str | Channel | None = None) -> None:
        """A person looks at the conversation."""
        found, person = self.channel_of(user, channel), self.person(user)
        newest = next(reversed(found.messages), "")
        if found.read_to.get(person.id, "") < newest:
            found.read_to[person.id] = newest
            self.tell("state", person.id)

    def view_json(self, view: View) -> Json:
        """A view as the app gets it."""
        about = {"team_id": self.team_id, "app_id": self.app_id, "bot_id": self.bot_id}
        return view.to_json(about | {"app_installed_team_id": self.team_id})

    def new_hash(self) -> str:
        return f"{int(self.clock())}.{secrets.token_hex(4)}"

    def tell_in(self, channel: Channel, what: What, only: str | None = None) -> None:
        """News in a conversation; of a channel nobody in particular."""
        self.tell(what, only or (channel.members[0] if channel.kind == "im" else None))

    def tell(self, what: What, user_id: str | None) -> None:
        self.feed.tell(Change("slack", {"user_id": user_id, "what": what}))
