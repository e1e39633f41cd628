"""The blocks themselves, and what a whole list of them must keep to."""

from collections.abc import Iterable
from typing import Any

from sandbox.errors import Json
from sandbox.slack.blockkit.checks import Check, Problems, array, boolean, by_type, report, rule, shape
from sandbox.slack.blockkit.elements import ELEMENTS, IMAGE, IN_ACTIONS, IN_INPUT, IN_SECTION
from sandbox.slack.blockkit.objects import ID, any_text, plain_text
from sandbox.slack.blockkit.rich import rich_elements

_ID: dict[str, Check] = {"block_id": ID}
_NO_DISPATCH = "dispatch_action_config"


def _image(value: Any, place: str, problems: Problems) -> None:
    # An image block is an image element with a title and an id.
    own = {name: one for name, one in value.items() if name not in ("title", "block_id")}
    IMAGE(own, place, problems)
    shape({}, {"title": plain_text(2000), "block_id": ID})(
        {name: one for name, one in value.items() if name not in own}, place, problems
    )


BLOCKS: dict[str, Check] = {
    "header": shape({"text": plain_text(150)}, _ID),
    "section": shape(
        {},
        _ID
        | {"text": any_text(3000), "fields": array(any_text(2000), 10), "expand": boolean}
        | {"accessory": by_type(ELEMENTS, IN_SECTION)},
        rule(lambda block: "text" in block or "fields" in block, "needs text or fields"),
    ),
    "context": shape(
        {"elements": array(by_type({"image": IMAGE, "mrkdwn": any_text(3000), "plain_text": any_text(3000)}), 10)}, _ID
    ),
    "divider": shape({}, _ID),
    "image": _image,
    "actions": shape({"elements": array(by_type(ELEMENTS, IN_ACTIONS), 25)}, _ID),
    "input": shape(
        {"label": plain_text(2000), "element": by_type(ELEMENTS, IN_INPUT)},
        _ID | {"hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
        rule(
            lambda block: _NO_DISPATCH not in block["element"] or bool(block.get("dispatch_action")),
            "needs dispatch_action in the block",
            f"element/{_NO_DISPATCH}",
        ),
    ),
    "rich_text": shape({"elements": rich_elements}, _ID),
}


def check_blocks(blocks: Any, place: str, most: int, problems: Problems) -> None:
    """A list of at most `most` blocks, whose ids and, in each block, action ids are unique."""
    array(by_type(BLOCKS), most, least=0)(blocks, place, problems)
    if problems:
        return
    _unique((block.get("block_id") for block in blocks), "block_id", place + "/{}/block_id", problems)
    focused = 0
    for index, block in enumerate(blocks):
        inside = block.get("elements", []) if block["type"] == "actions" else []
        where = f"{place}/{index}/elements/{{}}/action_id"
        _unique((element.get("action_id") for element in inside), "action_id", where, problems)
        parts: list[Json] = [*inside, block.get("element", {}), block.get("accessory", {})]
        focused += sum(bool(part.get("focus_on_load")) for part in parts)
    if focused > 1:
        report(problems, "only one element may have focus_on_load", place)


def _unique(names: Iterable[str | None], what: str, place: str, problems: Problems) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name is not None and name in seen:
            report(problems, f"{what} {name} already exists", place.format(index))
        elif name is not None:
            seen.add(name)
