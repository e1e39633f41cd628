"""The Web API methods that are served: tier, scope and parameters of each, as data.

A line reads `method tier scope name:type ...`; `!` marks a required parameter, `-` that no scope is needed. Tier
"post" is chat.postMessage's own. Parameters that make no sense in a sandbox are left out.
"""

from dataclasses import dataclass
from typing import Literal

ParamType = Literal["str", "bool", "int", "json"]


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter; `json` is a list or an object, in a form as JSON text."""

    name: str
    type: ParamType
    required: bool


@dataclass(frozen=True, slots=True)
class Method:
    """One method: `tier` as in `limits`, `scope` that the token needs, if any."""

    name: str
    tier: str
    scope: str | None
    params: dict[str, Param]


_POST = (
    "channel!:str text:str blocks:json thread_ts:str mrkdwn:bool parse:str link_names:bool username:str"
    " icon_emoji:str icon_url:str metadata:json"
)
_VIEW = "view!:json"
_PAGE = "cursor:str limit:int"
_METHODS = f"""
api.test 4 -
auth.test special -
apps.connections.open 1 connections:write
bots.info 3 users:read bot:str
team.info 3 team:read team:str
users.info 4 users:read user!:str include_locale:bool
users.list 2 users:read {_PAGE} include_locale:bool
conversations.open 3 im:write channel:str users:str return_im:bool prevent_creation:bool
conversations.info 3 channels:read channel!:str include_locale:bool include_num_members:bool
conversations.list 2 channels:read {_PAGE} types:str exclude_archived:bool
conversations.members 4 channels:read channel!:str {_PAGE}
conversations.history 3 im:history channel!:str {_PAGE} latest:str oldest:str inclusive:bool include_all_metadata:bool
conversations.join 3 channels:join channel!:str
chat.postMessage post chat:write {_POST} reply_broadcast:bool unfurl_links:bool unfurl_media:bool
chat.postEphemeral 4 chat:write {_POST} user!:str
chat.update 3 chat:write channel!:str ts!:str text:str blocks:json parse:str link_names:bool metadata:json \
reply_broadcast:bool
chat.delete 3 chat:write channel!:str ts!:str
chat.getPermalink special - channel!:str message_ts!:str
views.open 4 - trigger_id!:str {_VIEW}
views.push 4 - trigger_id!:str {_VIEW}
views.update 4 - view_id:str external_id:str hash:str {_VIEW}
views.publish 4 - user_id!:str hash:str {_VIEW}
files.getUploadURLExternal 4 files:write filename!:str length!:int alt_txt:str snippet_type:str
files.completeUploadExternal 4 files:write files!:json channel_id:str channels:str initial_comment:str thread_ts:str \
blocks:json
files.info 4 files:read file!:str {_PAGE} count:int page:int
"""


def _param(word: str) -> Param:
    name, _, kind = word.partition(":")
    return Param(name.rstrip("!"), kind, name.endswith("!"))  # type: ignore[arg-type]


def _method(line: str) -> Method:
    name, tier, scope, *words = line.split()
    return Method(name, tier, None if scope == "-" else scope, {one.name: one for one in map(_param, words)})


METHODS = {method.name: method for method in map(_method, _METHODS.strip().splitlines())}
