"""What the app is told: its connections, its subscriptions, and the events that follow from what happens."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from sandbox.calls import CallLog
from sandbox.errors import Json
from sandbox.faults import Faults
from sandbox.slack.acts import Ack, Act, silent
from sandbox.slack.book import Book
from sandbox.slack.delivery import Delivery
from sandbox.slack.files import SlackFile
from sandbox.slack.members import Channel, Member
from sandbox.slack.messages import Message
from sandbox.slack.modals import Modals
from sandbox.slack.payloads import Payloads
from sandbox.slack.posting import Poster
from sandbox.slack.response_urls import ResponseUrls
from sandbox.slack.sockets import SocketHub
from sandbox.slack.triggers import Triggers

SUBSCRIPTIONS = ("app_home_opened", "message.im", "app_mention", "file_shared", "user_change")
SCOPES = (
    "channels:history channels:join channels:read chat:write commands files:read files:write groups:history"
    " groups:read im:history im:read im:write team:read users:read"
)
_MESSAGES = {"im": "message.im", "channel": "message.channels", "private": "message.groups"}


class Outgoing(Book, CallLog):
    """The workspace as its app knows it.

    `subscriptions` are the events that the app's manifest asks for, `scopes` what its bot token may do, `shortcuts`
    its message shortcuts (name by callback_id), `commands` its slash commands. An app that asks for messages hears
    its own too, with its bot_id, as at Slack. `installed` False makes its token inactive.
    """

    bot_token = "xoxb-sandbox-bot-token"
    app_token = "xapp-1-sandbox-app-token"
    signing_secret = "5a6e64626f782d736c61636b2d736563"

    def __init__(
        self, app_name: str = "Tapwork", *, clock: Callable[[], float] = time.time, faults: Faults | None = None
    ) -> None:
        Book.__init__(self, app_name, clock)
        CallLog.__init__(self)
        self.faults = faults or Faults()
        self.subscriptions = set(SUBSCRIPTIONS)
        self.scopes = set(SCOPES.split())
        self.shortcuts: dict[str, str] = {}
        self.commands = ["/tapwork"]
        self.installed = True
        self.triggers = Triggers(clock)
        self.response_urls = ResponseUrls(clock)
        self.payloads = Payloads(self, self.triggers, self.response_urls)
        self.stack = Modals(self)
        self.hub = SocketHub(self.app_id, clock, self.faults)
        self.hub.on_change = lambda: self.tell("state", None)
        self.delivery = Delivery(self.hub, Poster(self.signing_secret), self.faults)

    def install(self, manifest: Json) -> None:
        """Install the app anew from its manifest: only what that asks for is told to it and allowed to it."""
        features, bot = manifest["features"], manifest["oauth_config"]["scopes"]["bot"]
        self.scopes = set(bot)
        self.subscriptions = set(manifest["settings"]["event_subscriptions"]["bot_events"])
        self.commands = [one["command"] for one in features.get("slash_commands", [])]
        self.shortcuts = {
            one["callback_id"]: one["name"] for one in features.get("shortcuts", []) if one["type"] == "message"
        }
        self.tell("state", None)

    @property
    def connected(self) -> str | None:
        """How the app is reached now: "socket", "http" or not at all."""
        if self.hub.open:
            return "socket"
        return "http" if self.request_url is not None else None

    @property
    def request_url(self) -> str | None:
        """Where events, interactions and commands are posted, signed, while no socket is connected."""
        return self.delivery.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self.delivery.request_url = url
        self.tell("state", None)

    @property
    def retry_delays(self) -> tuple[float, ...]:
        """Seconds before each new try of an event that was not taken."""
        return self.delivery.retry_delays

    @retry_delays.setter
    def retry_delays(self, delays: tuple[float, ...]) -> None:
        self.delivery.retry_delays = delays

    @property
    def ack_seconds(self) -> float:
        """How long the app has to acknowledge."""
        return self.delivery.ack_seconds

    @ack_seconds.setter
    def ack_seconds(self, seconds: float) -> None:
        self.delivery.ack_seconds = seconds

    def event(self, subscription: str, payload: Json) -> Act:
        """Deliver an event, if the app asked for its kind."""
        if subscription not in self.subscriptions:
            return silent()
        return self.delivery.send(Act("events_api", payload))

    def interact(self, payload: Json, on_ack: Callable[[Act, Ack | None], None] | None = None) -> Act:
        return self.delivery.send(Act("interactive", payload, on_ack=on_ack))

    def message_event(self, message: Message) -> Act:
        """The event of a new message, where the app is and may hear it."""
        channel = self.channels[message.channel]
        if not channel.has_bot or message.ephemeral:
            return silent()
        return self.event(_MESSAGES[channel.kind], self.payloads.message(message))

    def file_event(self, file: SlackFile, channel: Channel) -> None:
        if channel.has_bot:
            event: Json = {"type": "file_shared", "file_id": file.id, "file": {"id": file.id}, "user_id": file.user}
            event |= {"channel_id": channel.id, "event_ts": self.new_ts()}
            self.event("file_shared", self.payloads.event(event))

    def user_event(self, person: Member) -> Act:
        user = person.to_json(self.team_id, locale=True)
        event = {"type": "user_change", "user": user, "cache_ts": person.updated, "event_ts": self.new_ts()}
        return self.event("user_change", self.payloads.event(event))

    def say(
        self, channel: Channel, text: str, blocks: list[Json], *, files: Sequence[SlackFile] = (), **about: Any
    ) -> Message:
        """The app writes; `ephemeral_to` and `thread_ts` among `about` mean what they mean at Slack."""
        ephemeral_to = about.pop("ephemeral_to", None)
        profile = {"id": self.bot_id, "app_id": self.app_id, "name": self.app_name, "team_id": self.team_id}
        sender = {"bot_id": self.bot_id, "app_id": self.app_id, "team": self.team_id}
        about = {name: value for name, value in about.items() if value is not None}
        message = Message(self.new_ts(), channel.id, self.bot_user_id, True, text, blocks, ephemeral_to, list(files))
        message.about = sender | {"bot_profile": profile} | about
        self.message_event(self.put(message))
        return message

    def edit(self, message: Message, text: str, blocks: list[Json]) -> None:
        """The app changes what it wrote."""
        previous = message.to_json(urls=self.base_url)
        self.rewrite(message, text, blocks)
        self._changed_event(message, "message_changed", previous)

    def delete(self, message: Message) -> None:
        """The app deletes what it wrote."""
        previous = message.to_json(urls=self.base_url)
        self.remove(message)
        self._changed_event(message, "message_deleted", previous)

    def _changed_event(self, message: Message, subtype: str, previous: Json) -> None:
        channel = self.channels[message.channel]
        if channel.has_bot and not message.ephemeral:
            self.event(_MESSAGES[channel.kind], self.payloads.changed(message, subtype, previous))
