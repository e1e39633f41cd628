"""Slack's payloads as arrivals. Pure."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from handlers.flows.intents import Arrival, Command, Intent, Left, Looked, Press, Said
from handlers.slack.typed import plain

PLATFORM = "slack"

HOME = "home"
"""Stands for the App Home where a message would be named: each person has one."""

REPORT = "report"
"""The message shortcut's callback id, and the command that it is short for."""

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Jotting:
    """Words that are being typed into a modal; `at` (Slack's time stamp) tells which came last."""

    user: str
    field: str
    """Which modal, asking what."""
    slot: str
    text: str
    at: str


def message_id(channel: str, ts: str) -> str:
    """A message's name: Slack's own is only unique within its channel."""
    return f"{channel}:{ts}"


def place(message: str) -> tuple[str, str]:
    """(channel, ts) of a message's name."""
    channel, _, ts = message.partition(":")
    return channel, ts


def pressed(body: Payload) -> Arrival | None:
    """A button or a radio option, in a message or in the App Home."""
    action, container = body["actions"][0], body["container"]
    chosen = action.get("selected_option") or action
    at_home = container["type"] == "view" and body["view"]["type"] == "home"
    if not isinstance(chosen.get("value"), str) or not (at_home or container["type"] == "message"):
        return None
    message = HOME if at_home else message_id(container["channel_id"], container["message_ts"])
    return _arrival(body["trigger_id"], body["user"]["id"], Press(chosen["value"]), message=message, at_home=at_home)


def jotted(body: Payload) -> Jotting | None:
    """A character typed into a modal."""
    action, view = body["actions"][0], body.get("view") or {}
    if view.get("type") != "modal" or action["type"] != "plain_text_input":
        return None
    text = action.get("value") or ""
    return Jotting(body["user"]["id"], field_of(view), view["private_metadata"], text, action["action_ts"])


def field_of(view: Payload) -> str:
    """The modal's one field: the same modal may ask several questions, one after the other."""
    return f"{view['id']}:{view['private_metadata']}"


def submitted(body: Payload) -> Arrival | None:
    """A modal was sent; what it asks for is its one input."""
    view = body["view"]
    inputs = [element for block in view["state"]["values"].values() for element in block.values()]
    if len(inputs) != 1:
        return None
    said = Said(inputs[0].get("value") or "", view["private_metadata"])
    # Sent again after a refusal the modal is the same, but its state and its trigger are not.
    return _arrival(body.get("trigger_id") or f"{view['id']}:{view['hash']}", body["user"]["id"], said)


def commanded(body: Payload) -> Arrival:
    """`/tapwork next`; nothing behind it is the start."""
    name, _, argument = (body.get("text") or "").strip().partition(" ")
    command = Command(name.removeprefix("/").lower() or "start", argument.strip())
    return _arrival(body["trigger_id"], body["user_id"], command)


def reported(body: Payload) -> Arrival:
    """The message shortcut, on whichever message."""
    message = message_id(body["channel"]["id"], body["message"]["ts"])
    return _arrival(body["trigger_id"], body["user"]["id"], Command(REPORT), message=message)


def wrote(body: Payload) -> Arrival | None:
    """A message typed to the app, also as a reply to one of ours; None for edits, bots and other channels."""
    event = body["event"]
    if event.get("channel_type") != "im" or event.get("bot_id") or event.get("subtype") not in (None, "file_share"):
        return None
    if not event.get("user"):
        return None
    thread = event.get("thread_ts")
    replies_to = message_id(event["channel"], thread) if thread and thread != event["ts"] else None
    return _arrival(body["event_id"], event["user"], Said(_text(event)), replies_to=replies_to)


def looked(body: Payload, known: bool) -> Arrival | None:
    """The app was opened: its home, or (by somebody new, who shall not find it empty) its messages."""
    event = body["event"]
    if event.get("tab") == "home":
        return _arrival(body["event_id"], event["user"], Looked(), message=HOME, at_home=True)
    return None if known else _arrival(body["event_id"], event["user"], Command("start"))


def left(body: Payload) -> Arrival | None:
    """Somebody's account was closed."""
    user = body["event"]["user"]
    return _arrival(body["event_id"], user["id"], Left()) if user.get("deleted") else None


def _text(event: Payload) -> str:
    written = plain(event.get("blocks") or [])
    return written if written is not None else _unformatted(event.get("text") or "")


_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def _unformatted(text: str) -> str:
    """Slack's own notation as it was typed: `<http://a.org|a.org>` is `a.org`."""
    return unescape(_MARKUP.sub(lambda found: found[2] or found[1], text))


def _arrival(
    key: str,
    user: str,
    intent: Intent,
    *,
    message: str | None = None,
    replies_to: str | None = None,
    at_home: bool = False,
) -> Arrival:
    return Arrival(
        platform=PLATFORM,
        key=key,
        user=user,
        # A message to a user's id goes to their conversation with the app.
        address=user,
        language=None,
        intent=intent,
        message=message,
        replies_to=replies_to,
        at_home=at_home,
    )
