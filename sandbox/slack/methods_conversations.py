"""Methods about conversations: finding them, who is in them, what was said."""

from sandbox.errors import Json
from sandbox.slack.errors import SlackError, invalid_arguments
from sandbox.slack.members import Channel
from sandbox.slack.methods import WebApi, method, paged

_TYPES = {"public_channel": "channel", "private_channel": "private", "im": "im", "mpim": "mpim"}


@method("conversations.open")
def open_conversation(api: WebApi, params: Json) -> Json:
    if ("users" in params) == ("channel" in params):
        raise invalid_arguments("needs either users or channel")
    if "channel" in params:
        channel = api.channel(params["channel"])
    else:
        users = params["users"].split(",")
        if len(users) > 1:
            raise SlackError("method_not_supported_for_channel_type")
        channel = api.world.channels[api.world.im(api.member(users[0]))]
    if channel.kind != "im":
        raise SlackError("channel_not_found")
    if api.member(channel.members[0]).deleted:
        raise SlackError("user_disabled")
    shown = _shown(api, channel) if params.get("return_im") else {"id": channel.id}
    return {"no_op": True, "already_open": True, "channel": shown}


@method("conversations.info")
def info(api: WebApi, params: Json) -> Json:
    channel = api.channel(params["channel"])
    count = params.get("include_num_members", False)
    return {"channel": channel.to_json(api.world.team_id, api.world.bot_user_id, count=count)}


@method("conversations.list")
def list_conversations(api: WebApi, params: Json) -> Json:
    wanted = params.get("types", "public_channel").split(",")
    if any(one not in _TYPES for one in wanted):
        raise SlackError("invalid_types")
    kinds = {_TYPES[one] for one in wanted}
    found = [
        _shown(api, one)
        for one in api.world.channels.values()
        if one.kind in kinds
        and (one.kind != "private" or one.has_bot)
        and not (one.archived and params.get("exclude_archived"))
    ]
    return paged(found, params, "channels")


@method("conversations.members")
def members(api: WebApi, params: Json) -> Json:
    channel = api.channel(params["channel"])
    return paged([*channel.members, *([api.world.bot_user_id] if channel.has_bot else [])], params, "members")


@method("conversations.history")
def history(api: WebApi, params: Json) -> Json:
    channel = api.joined_channel(params["channel"])
    oldest, latest = params.get("oldest", "0"), params.get("latest", "9")
    inclusive = params.get("inclusive", False)
    messages = [one for one in reversed(channel.messages.values()) if not one.ephemeral]
    found = [
        one.to_json(urls=api.world.base_url)
        for one in messages
        if oldest < one.ts < latest or (inclusive and one.ts in (oldest, latest))
    ]
    page = paged(found, params, "messages")
    return page | {"has_more": bool(page["response_metadata"]["next_cursor"]), "pin_count": 0}


@method("conversations.join")
def join(api: WebApi, params: Json) -> Json:
    channel = api.channel(params["channel"])
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    channel.has_bot = True
    api.world.tell("state", None)
    return {"channel": _shown(api, channel)}


def _shown(api: WebApi, channel: Channel) -> Json:
    return channel.to_json(api.world.team_id, api.world.bot_user_id)
