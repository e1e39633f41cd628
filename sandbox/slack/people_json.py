"""Members, messages and views as the page gets them."""

from sandbox.errors import Json
from sandbox.slack.members import Channel, Member
from sandbox.slack.messages import Message
from sandbox.slack.outgoing import Outgoing
from sandbox.slack.views import View

FILES = "/sandbox/api/slack/files"


def person_json(world: Outgoing, member: Member) -> Json:
    """`unread` counts what the app wrote in their DM since they looked."""
    names: Json = {"id": member.id, "name": member.name, "real_name": member.real_name}
    names |= {"locale": member.locale, "tz": member.tz, "deleted": member.deleted}
    return names | {"unread": world.channels[world.im(member)].unread(member.id)}


def channel_json(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.name, "members": channel.members, "has_bot": channel.has_bot}


def message_json(world: Outgoing, message: Message, user: str) -> Json:
    """A message as this person sees it; `time` is in seconds since the epoch, `state` what they chose in it."""
    sender = world.people.get(message.user)
    files = [
        {"id": file.id, "name": file.name, "size": len(file.content), "mimetype": file.mimetype}
        | {"url": f"{FILES}/{file.id}"}
        for file in message.files
    ]
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "user_name": sender.real_name if sender else world.app_name,
        "from_app": message.from_app,
        "text": message.text,
        "blocks": message.blocks,
        "state": message.state(user),
        "ephemeral": message.ephemeral,
        "edited": message.edited_at is not None,
        "files": files,
        "time": float(message.ts),
        "deleted": message.deleted,
    }


def view_json(view: View) -> Json:
    """A modal or an App Home; `title`, `submit` and `close` are texts or null."""
    return {
        "id": view.id,
        "hash": view.hash,
        "type": view.kind,
        "callback_id": view.callback_id,
        "title": view.title,
        "submit": view.submit,
        "close": view.close,
        "submit_disabled": view.flag("submit_disabled"),
        "blocks": view.blocks,
        "state": view.state,
        "errors": view.errors,
    }


def state_json(world: Outgoing, guide: list[str]) -> Json:
    """Who is there, and how the app is reached."""
    app: Json = {"id": world.app_id, "name": world.app_name, "bot_user_id": world.bot_user_id}
    app |= {"command": world.commands[0]}
    app["shortcuts"] = [{"callback_id": callback_id, "name": name} for callback_id, name in world.shortcuts.items()]
    return {
        "team": {"id": world.team_id, "name": world.team_name},
        "app": app,
        "connected": world.connected,
        "people": [person_json(world, one) for one in world.people.values()],
        "channels": [channel_json(one) for one in world.channels.values() if one.kind != "im"],
        "guide": guide,
    }
