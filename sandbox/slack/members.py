"""People and conversations of the workspace, in Slack's JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sandbox.errors import Json
from sandbox.slack.messages import Message

ConversationKind = Literal["im", "channel", "private"]


@dataclass(slots=True, eq=False)
class Member:
    """A person: `name` is the handle, `locale` as "en-US", `tz` an IANA zone; `deleted` means deactivated."""

    id: str
    name: str
    real_name: str
    locale: str
    tz: str
    updated: int
    deleted: bool = False

    def to_json(self, team_id: str, *, locale: bool = False) -> Json:
        """The Slack `user`; of the deactivated only the profile is left. `locale` adds theirs."""
        names = {"real_name": self.real_name, "display_name": self.name}
        profile = names | {f"{key}_normalized": value for key, value in names.items()}
        profile |= {"title": "", "status_text": "", "status_emoji": "", "team": team_id}
        body: Json = {"id": self.id, "team_id": team_id, "name": self.name, "deleted": self.deleted}
        body |= {"profile": profile, "is_bot": False, "is_app_user": False, "updated": self.updated}
        if self.deleted:
            return body
        now = datetime.now(ZoneInfo(self.tz))
        offset = now.utcoffset()
        body |= {"real_name": self.real_name, "color": "9f69e7", "tz": self.tz, "tz_label": now.tzname() or self.tz}
        body |= {"tz_offset": int(offset.total_seconds()) if offset else 0}
        roles = ("admin", "owner", "primary_owner", "restricted", "ultra_restricted")
        body |= {f"is_{role}": False for role in roles} | {"is_email_confirmed": True}
        return body | ({"locale": self.locale} if locale else {})


@dataclass(slots=True, eq=False)
class Channel:
    """A conversation: `im` is one person's DM with the app, whose only member is that person."""

    id: str
    kind: ConversationKind
    name: str
    members: list[str]
    created: int
    has_bot: bool = True
    archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    read_to: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """What events call it in `channel_type`."""
        return {"im": "im", "channel": "channel", "private": "group"}[self.kind]

    def seen_by(self, user: str) -> list[Message]:
        """What this person sees there, oldest first."""
        return [message for message in self.messages.values() if message.ephemeral_to in (None, user)]

    def unread(self, user: str) -> int:
        read_to = self.read_to.get(user, "")
        return sum(message.from_app and message.ts > read_to for message in self.seen_by(user))

    def to_json(self, team_id: str, bot_user_id: str, *, count: bool = False) -> Json:
        """The Slack `conversation`."""
        body: Json = {"id": self.id, "created": self.created, "is_archived": self.archived, "context_team_id": team_id}
        body |= {"is_org_shared": False, "is_shared": False, "is_im": self.kind == "im", "is_mpim": False}
        if self.kind == "im":
            return body | {"user": self.members[0], "is_user_deleted": False, "priority": 0}
        topic = {"value": "", "creator": "", "last_set": 0}
        body |= {"name": self.name, "name_normalized": self.name, "creator": self.members[0] if self.members else ""}
        body |= {"is_channel": self.kind == "channel", "is_group": False, "is_private": self.kind == "private"}
        body |= {"is_general": False, "is_member": self.has_bot, "topic": topic, "purpose": topic}
        members = [*self.members, *([bot_user_id] if self.has_bot else [])]
        return body | ({"num_members": len(members)} if count else {})
