"""Membership of a chat in Telegram's JSON: `ChatMember` and `ChatMemberUpdated`."""

from sandbox.errors import Json
from sandbox.telegram.chats import Chat, Person

_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
_CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages")


def member_json(user: Json, status: str) -> Json:
    """A `ChatMember`; `status` is member, administrator, left or kicked."""
    body: Json = {"status": status, "user": user}
    if status == "administrator":
        body |= {"can_be_edited": False, "is_anonymous": False}
        body |= dict.fromkeys((*_RIGHTS, *_CHANNEL_RIGHTS), True)
    if status == "kicked":
        body["until_date"] = 0
    return body


def membership_update(chat: Chat, by: Person, date: int, old: Json, new: Json) -> Json:
    """A `ChatMemberUpdated`; `date` is in seconds since the epoch."""
    return {
        "chat": chat.to_json(),
        "from": by.to_json(),
        "date": date,
        "old_chat_member": old,
        "new_chat_member": new,
    }
