"""The Web API as functions: which method runs what, and what all of them look up."""

from collections.abc import Callable
from typing import Any, TypeVar

from sandbox.errors import Json
from sandbox.slack.errors import SlackError
from sandbox.slack.limits import SlackLimits
from sandbox.slack.members import Channel, Member
from sandbox.slack.messages import Message
from sandbox.slack.outgoing import Outgoing

Handler = Callable[["WebApi", Json], Json]
H = TypeVar("H", bound=Handler)
HANDLERS: dict[str, Handler] = {}
PAGE_LIMIT = 100


def method(name: str) -> Callable[[H], H]:
    """Register the function that serves the method `name`; what it returns is the answer but for `ok`."""

    def register(handler: H) -> H:
        HANDLERS[name] = handler
        return handler

    return register


class WebApi:
    """What every method needs: the world and the limits."""

    def __init__(self, world: Outgoing, limits: SlackLimits) -> None:
        self.world = world
        self.limits = limits

    def member(self, user_id: str) -> Member:
        """Raises `SlackError` for an id that is nobody's."""
        found = self.world.people.get(user_id)
        if found is None:
            raise SlackError("user_not_found")
        return found

    def channel(self, channel_id: str) -> Channel:
        """A conversation that the app can see: its DMs, public channels, private ones that it is in."""
        found = self.world.channels.get(channel_id)
        if found is None or (found.kind == "private" and not found.has_bot):
            raise SlackError("channel_not_found")
        return found

    def joined_channel(self, channel_id: str) -> Channel:
        found = self.channel(channel_id)
        if not found.has_bot:
            raise SlackError("not_in_channel")
        return found

    def writable_channel(self, target: str) -> Channel:
        """Where a message for `target` goes: a user's id means their DM, #name or a name a channel."""
        world = self.world
        if target in world.people:
            target = world.im(target)
        elif target not in world.channels:
            named = (one.id for one in world.channels.values() if one.kind != "im" and one.name == target.lstrip("#"))
            target = next(named, target)
        found = self.joined_channel(target)
        if found.kind == "im" and world.people[found.members[0]].deleted:
            raise SlackError("channel_not_found")
        if found.archived:
            raise SlackError("is_archived")
        return found

    def message(self, channel: Channel, ts: str) -> Message:
        """A message that stands there for everybody."""
        found = channel.messages.get(ts)
        if found is None or found.ephemeral:
            raise SlackError("message_not_found")
        return found


def paged(items: list[Any], params: Json, name: str) -> Json:
    """One page of `items` under `name`, as `limit` and `cursor` say, with the cursor to the next."""
    start = params.get("cursor") or "0"
    if not start.isdigit():
        raise SlackError("invalid_cursor")
    limit = params.get("limit", PAGE_LIMIT)
    if not 0 <= limit <= 1000:
        raise SlackError("invalid_limit")
    end = int(start) + (limit or PAGE_LIMIT)
    cursor = str(end) if end < len(items) else ""
    return {name: items[int(start) : end], "response_metadata": {"next_cursor": cursor}}
