"""Messages and views as wholes: refused with every problem named, or completed as Slack completes them."""

import secrets
from typing import Any

import orjson

from sandbox.errors import Json
from sandbox.slack.blockkit.blocks import check_blocks
from sandbox.slack.blockkit.checks import Check, Problems, boolean, report, shape, string
from sandbox.slack.blockkit.objects import plain_text
from sandbox.slack.errors import SlackError, invalid_arguments, invalid_blocks

MAX_MESSAGE_BLOCKS = 50
MAX_VIEW_BLOCKS = 100
# Slack does not publish how it measures a message as a whole; about 12,000 characters of text pass, and less the
# more containers they stand in.
MAX_MESSAGE_SIZE = 13_200
_CONTAINER = 12
_MAX_VIEW_BYTES = 250_000
_TITLE = plain_text(24)


def _nothing(value: Any, place: str, problems: Problems) -> None:
    return None


_COMMON: dict[str, Check] = {
    "callback_id": string(255, 0),
    "private_metadata": string(3000, 0),
    "external_id": string(255, 0),
}
_VIEWS: dict[str, Check] = {
    "modal": shape(
        {"title": _TITLE, "blocks": _nothing},
        _COMMON
        | {"submit": _TITLE, "close": _TITLE}
        | dict.fromkeys(("clear_on_close", "notify_on_close", "submit_disabled"), boolean),
    ),
    "home": shape({"blocks": _nothing}, _COMMON),
}


def message_blocks(blocks: Any) -> list[Json]:
    """The blocks of a message, complete with ids; raises `SlackError` invalid_blocks or msg_blocks_too_long."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    problems: Problems = []
    check_blocks(blocks, "/blocks", MAX_MESSAGE_BLOCKS, problems)
    if problems:
        raise invalid_blocks(problems)
    if _size(blocks) > MAX_MESSAGE_SIZE:
        raise SlackError("msg_blocks_too_long")
    return [_completed(block) for block in blocks]


def view_content(view: Any, kind: str) -> Json:
    """A view of this kind ("modal" or "home"), complete with ids; raises `SlackError` invalid_arguments."""
    if not isinstance(view, dict):
        raise invalid_arguments("must provide an object [json-pointer:/view]")
    problems: Problems = []
    if view.get("type") != kind:
        report(problems, f"must be {kind}", "/view/type")
    else:
        _VIEWS[kind](view, "/view", problems)
        if "blocks" in view:
            check_blocks(view["blocks"], "/view/blocks", MAX_VIEW_BLOCKS, problems)
    if not problems and kind == "modal":
        _needs_submit(view, problems)
    if problems:
        raise invalid_arguments(*problems)
    if len(orjson.dumps(view)) > _MAX_VIEW_BYTES:
        raise SlackError("view_too_large")
    labels = {name: _completed_text(view[name]) for name in ("title", "submit", "close") if name in view}
    return view | labels | {"blocks": [_completed(block) for block in view["blocks"]]}


def _needs_submit(view: Json, problems: Problems) -> None:
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        report(problems, "missing required field: submit, which a modal with inputs needs", "/view")


def _size(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_size, value))
    if not isinstance(value, dict):
        return 0
    own = value.get("text")
    return _CONTAINER + (len(own) if isinstance(own, str) else 0) + sum(map(_size, value.values()))


def _completed(block: Json) -> Json:
    """A block with its ids, and with what Slack adds to texts."""
    whole: Json = _completed_text(block)
    if "block_id" not in whole:
        whole["block_id"] = secrets.token_urlsafe(4)[:5]
    for place in ("accessory", "element"):
        if place in whole:
            whole[place] = _with_action_id(whole[place])
    if whole["type"] == "actions":
        whole["elements"] = [_with_action_id(element) for element in whole["elements"]]
    return whole


def _with_action_id(element: Json) -> Json:
    if element["type"] == "image" or "action_id" in element:
        return element
    return element | {"action_id": secrets.token_urlsafe(4)[:5]}


def _completed_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_completed_text(one) for one in value]
    if not isinstance(value, dict):
        return value
    whole = {name: _completed_text(one) for name, one in value.items()}
    if isinstance(whole.get("text"), str):
        if whole.get("type") == "plain_text":
            whole.setdefault("emoji", True)
        elif whole.get("type") == "mrkdwn":
            whole.setdefault("verbatim", False)
    return whole
