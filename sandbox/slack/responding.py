"""Answers to an act outside the Web API: a command's acknowledgement, and what is posted to a response URL."""

from sandbox.errors import Json
from sandbox.slack.blockkit.surfaces import message_blocks
from sandbox.slack.errors import SlackError, invalid_arguments
from sandbox.slack.messages import Message
from sandbox.slack.outgoing import Outgoing
from sandbox.slack.response_urls import ResponseUrl

MAX_TEXT = 40_000
_FLAGS = ("replace_original", "delete_original", "mrkdwn", "unfurl_links", "unfurl_media")
_FIELDS = frozenset({"text", "blocks", "response_type", "thread_ts", *_FLAGS})
_TYPES = ("ephemeral", "in_channel")


def respond(world: Outgoing, where: ResponseUrl, body: Json) -> None:
    """Do what the app answers; raises `SlackError` for an answer that Slack would not take."""
    unknown = sorted(set(body) - _FIELDS)
    if unknown:
        raise invalid_arguments(f"unknown field {', '.join(unknown)}")
    if body.get("response_type", "ephemeral") not in _TYPES:
        raise invalid_arguments(f"response_type must be one of {', '.join(_TYPES)}")
    original = where.message
    if body.get("delete_original"):
        world.delete(_standing(original))
        return
    text, blocks = content_of(body)
    if body.get("replace_original"):
        world.edit(_standing(original), text, blocks)
        return
    private = body.get("response_type", "ephemeral") == "ephemeral"
    channel = world.channels[where.channel]
    only = where.user if private else None
    world.say(channel, text, blocks, ephemeral_to=only, thread_ts=body.get("thread_ts"))


def content_of(body: Json) -> tuple[str, list[Json]]:
    """The text and the blocks of a message to be posted; raises `SlackError` for what cannot be posted."""
    text = body.get("text") or ""
    if not isinstance(text, str):
        raise invalid_arguments("text must be a string")
    if len(text) > MAX_TEXT:
        raise SlackError("msg_too_long")
    blocks = message_blocks(body.get("blocks") or [])
    if not text.strip() and not blocks:
        raise SlackError("no_text")
    return text, blocks


def _standing(message: Message | None) -> Message:
    if message is None or message.deleted:
        raise SlackError("message_not_found", status=404)
    if not message.from_app:
        raise SlackError("cant_update_message")
    return message
