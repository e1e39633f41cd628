"""What Slack sends to an app: events, interactions and commands, complete as Slack's own are."""

import secrets
import uuid
from typing import Any

from sandbox.errors import Json
from sandbox.slack.book import Book
from sandbox.slack.members import Channel, Member
from sandbox.slack.messages import Message
from sandbox.slack.response_urls import ResponseUrls
from sandbox.slack.triggers import Triggers
from sandbox.slack.views import View

VERIFICATION_TOKEN = "sandbox-verification-token"


class Payloads:
    """Writes the payloads of one app."""

    def __init__(self, book: Book, triggers: Triggers, response_urls: ResponseUrls) -> None:
        self._book = book
        self._triggers = triggers
        self._response_urls = response_urls

    def event(self, event: Json) -> Json:
        """The envelope of an event."""
        book = self._book
        authorization = {"enterprise_id": None, "team_id": book.team_id, "user_id": book.bot_user_id}
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": book.team_id,
            "context_team_id": book.team_id,
            "context_enterprise_id": None,
            "api_app_id": book.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(book.clock()),
            "authorizations": [authorization | {"is_bot": True, "is_enterprise_install": False}],
            "is_ext_shared_channel": False,
            "event_context": f"4-{secrets.token_hex(20)}",
        }

    def message(self, message: Message) -> Json:
        """The event of a new message."""
        channel = self._book.channels[message.channel]
        where = {"channel": channel.id, "event_ts": message.ts, "channel_type": channel.type}
        subtype = {"subtype": "file_share"} if message.files and not message.from_app else {}
        return self.event(message.to_json(urls=self._book.base_url) | where | subtype)

    def changed(self, message: Message, subtype: str, previous: Json) -> Json:
        """The event of a message that was edited or deleted; `previous` is how it was."""
        channel = self._book.channels[message.channel]
        ts = message.edited_at or self._book.new_ts()
        event: Json = {"type": "message", "subtype": subtype, "hidden": True, "previous_message": previous}
        event |= {"channel": channel.id, "ts": ts, "event_ts": ts, "channel_type": channel.type}
        if subtype == "message_deleted":
            return self.event(event | {"deleted_ts": message.ts})
        return self.event(event | {"message": message.to_json(urls=self._book.base_url)})

    def home_opened(self, user: Member, tab: str) -> Json:
        event: Json = {"type": "app_home_opened", "user": user.id, "channel": self._book.im(user), "tab": tab}
        event["event_ts"] = self._book.new_ts()
        home = self._book.homes.get(user.id)
        if tab == "home" and home is not None:
            event["view"] = self._book.view_json(home)
        return self.event(event)

    def command(self, user: Member, channel: Channel, command: str, text: str) -> Json:
        """The form fields of a slash command."""
        book = self._book
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": book.team_id,
            "team_domain": book.team_domain,
            "channel_id": channel.id,
            "channel_name": channel.name if channel.kind != "private" else "privategroup",
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": book.app_id,
            "is_enterprise_install": "false",
            "response_url": self._response_urls.issue(book.base_url, user.id, channel.id, None),
            "trigger_id": self._triggers.issue(user.id),
        }

    def pressed(self, user: Member, where: Message | View, action: Json, values: Json) -> Json:
        """A block_actions payload with one action; `values` is the state of the surface."""
        body = self._interaction("block_actions", user)
        body |= {"actions": [action | {"action_ts": self._book.new_ts()}]}
        if isinstance(where, View):
            body["trigger_id"] = self._triggers.issue(user.id, where.id if where.kind == "modal" else None)
            return body | {"container": {"type": "view", "view_id": where.id}, "view": self._book.view_json(where)}
        container = {"type": "message", "message_ts": where.ts, "channel_id": where.channel}
        body["trigger_id"] = self._triggers.issue(user.id)
        body |= {"container": container | {"is_ephemeral": where.ephemeral}, "state": {"values": values}}
        return body | self._on_message(user, where)

    def shortcut(self, user: Member, callback_id: str, message: Message) -> Json:
        """A message_action payload."""
        body = self._interaction("message_action", user)
        body |= {"callback_id": callback_id, "action_ts": self._book.new_ts(), "message_ts": message.ts}
        body |= {"trigger_id": self._triggers.issue(user.id)}
        return body | self._on_message(user, message)

    def submitted(self, user: Member, view: View) -> Json:
        """A view_submission payload."""
        body = self._interaction("view_submission", user)
        body |= {"trigger_id": self._triggers.issue(user.id, view.id), "response_urls": []}
        return body | {"view": self._book.view_json(view)}

    def closed(self, user: Member, view: View, *, is_cleared: bool) -> Json:
        """A view_closed payload."""
        body = self._interaction("view_closed", user)
        return body | {"view": self._book.view_json(view), "is_cleared": is_cleared}

    def _interaction(self, kind: str, user: Member) -> Json:
        book = self._book
        names = {"id": user.id, "username": user.name, "name": user.name, "team_id": book.team_id}
        body: Json = {"type": kind, "user": names, "api_app_id": book.app_id, "token": VERIFICATION_TOKEN}
        body |= {"team": {"id": book.team_id, "domain": book.team_domain}}
        return body | {"enterprise": None, "is_enterprise_install": False}

    def _on_message(self, user: Member, message: Message) -> Json:
        channel = self._book.channels[message.channel]
        body: dict[str, Any] = {"channel": {"id": channel.id, "name": channel.name}}
        body["message"] = message.to_json(urls=self._book.base_url)
        body["response_url"] = self._response_urls.issue(self._book.base_url, user.id, channel.id, message)
        return body


def new_client_msg_id() -> str:
    return str(uuid.uuid4())
