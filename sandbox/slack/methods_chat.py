"""Methods that post, change and delete messages."""

from sandbox.errors import Json
from sandbox.slack.errors import SlackError
from sandbox.slack.messages import Message
from sandbox.slack.methods import WebApi, method
from sandbox.slack.responding import content_of


@method("chat.postMessage")
def post_message(api: WebApi, params: Json) -> Json:
    channel = api.writable_channel(params["channel"])
    text, blocks = content_of(params)
    thread_ts = params.get("thread_ts")
    if thread_ts is not None and thread_ts not in channel.messages:
        raise SlackError("thread_not_found")
    api.limits.take_post(channel.id)
    message = api.world.say(channel, text, blocks, thread_ts=thread_ts, metadata=params.get("metadata"))
    return {"channel": channel.id, "ts": message.ts, "message": message.to_json(urls=api.world.base_url)}


@method("chat.postEphemeral")
def post_ephemeral(api: WebApi, params: Json) -> Json:
    channel = api.writable_channel(params["channel"])
    text, blocks = content_of(params)
    if params["user"] not in channel.members:
        raise SlackError("user_not_in_channel")
    message = api.world.say(channel, text, blocks, ephemeral_to=params["user"])
    return {"message_ts": message.ts}


@method("chat.update")
def update(api: WebApi, params: Json) -> Json:
    message = _own_message(api, params, "cant_update_message")
    # A text with no blocks takes the old blocks' place; with neither there is nothing to say.
    text, blocks = content_of(params)
    api.world.edit(message, text, blocks)
    answer = {"channel": message.channel, "ts": message.ts, "text": text}
    return answer | {"message": message.to_json(urls=api.world.base_url)}


@method("chat.delete")
def delete(api: WebApi, params: Json) -> Json:
    message = _own_message(api, params, "cant_delete_message")
    api.world.delete(message)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.getPermalink")
def get_permalink(api: WebApi, params: Json) -> Json:
    channel = api.channel(params["channel"])
    message = api.message(channel, params["message_ts"])
    path = f"/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": f"https://{api.world.team_domain}.slack.com{path}"}


def _own_message(api: WebApi, params: Json, otherwise: str) -> Message:
    # Unlike chat.postMessage, these take the id of a conversation only.
    message = api.message(api.channel(params["channel"]), params["ts"])
    if not message.from_app:
        raise SlackError(otherwise)
    return message
