"""Blocks as a person sees them: what can be read, pressed and filled in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sandbox.errors import Json
from sandbox.slack.emoji import shown_emoji
from sandbox.slack.mrkdwn import bold_of, plain_of
from sandbox.slack.state import TEXT_INPUTS, State, chosen_values, elements_of, options_of

ButtonKind = Literal["button", "radio", "select", "checkbox"]
_CHOICES: dict[str, ButtonKind] = {
    "radio_buttons": "radio",
    "checkboxes": "checkbox",
    "static_select": "select",
    "multi_static_select": "select",
    "overflow": "select",
}


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: a button, or one option of a choice, whose `value` is the option's."""

    label: str
    action_id: str
    block_id: str
    value: str | None
    style: str | None = None
    kind: ButtonKind = "button"
    chosen: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """A field to type into, with what stands in it now."""

    block_id: str
    action_id: str
    label: str
    value: str | None
    placeholder: str | None
    multiline: bool


def buttons_in(blocks: list[Json], state: State) -> list[Button]:
    """All buttons and options, in reading order."""
    found: list[Button] = []
    for block, element in elements_of(blocks):
        action_id, block_id = element["action_id"], block["block_id"]
        if element["type"] == "button":
            style, url = element.get("style"), element.get("url")
            label = element["text"]["text"]
            found.append(Button(label, action_id, block_id, element.get("value"), style, url=url))
        elif kind := _CHOICES.get(element["type"]):
            chosen = chosen_values(state.get(block_id, {}).get(action_id))
            for option in options_of(element):
                label, value = text_of(option["text"]), option.get("value")
                found.append(Button(label, action_id, block_id, value, None, kind, value in chosen, option.get("url")))
    return found


def inputs_in(blocks: list[Json], state: State) -> list[Input]:
    """All fields to type into, in reading order."""
    found = []
    for block, element in elements_of(blocks):
        if element["type"] not in TEXT_INPUTS:
            continue
        entry = state.get(block["block_id"], {}).get(element["action_id"], {})
        value = entry.get("value")
        label = block["label"]["text"] if "label" in block else ""
        placeholder = element.get("placeholder", {}).get("text")
        multiline = bool(element.get("multiline"))
        found.append(Input(block["block_id"], element["action_id"], label, value, placeholder, multiline))
    return found


def text_of(text: Json) -> str:
    """A text object as it is read."""
    return str(text["text"]) if text["type"] == "plain_text" else plain_of(text["text"])


def plain_in(blocks: list[Json]) -> str:
    """All that can be read, but for what is on buttons: a line or more for each block."""
    return "\n".join(line for block in blocks if (line := _block_text(block)))


def quotes_in(blocks: list[Json]) -> list[str]:
    """The texts of the quotes in rich texts."""
    return [_rich_inline(part) for part in _rich_parts(blocks) if part["type"] == "rich_text_quote"]


def strong_in(blocks: list[Json]) -> list[str]:
    """Headers and whatever is bold, in order."""
    return [text for block in blocks for text in _strong(block)]


def _texts(block: Json) -> list[Json]:
    if block["type"] == "section":
        return [*([block["text"]] if "text" in block else []), *block.get("fields", [])]
    if block["type"] == "context":
        return [one for one in block["elements"] if one["type"] != "image"]
    if block["type"] == "input":
        return [block["label"], *([block["hint"]] if "hint" in block else [])]
    return [block["text"]] if block["type"] == "header" else []


def _block_text(block: Json) -> str:
    if block["type"] == "rich_text":
        return "\n".join(_rich_text(part) for part in block["elements"])
    if block["type"] == "image":
        return "\n".join([*([text_of(block["title"])] if "title" in block else []), block["alt_text"]])
    joint = " " if block["type"] == "context" else "\n"
    return joint.join(text_of(text) for text in _texts(block))


def _strong(block: Json) -> list[str]:
    if block["type"] == "header":
        return [text_of(block["text"])]
    if block["type"] == "rich_text":
        inline = [one for part in _rich_parts([block]) for one in _leaves(part)]
        return [_leaf(one) for one in inline if one.get("style", {}).get("bold")]
    return [found for text in _texts(block) if text["type"] == "mrkdwn" for found in bold_of(text["text"])]


def _rich_parts(blocks: list[Json]) -> Iterator[Json]:
    for block in blocks:
        if block["type"] == "rich_text":
            yield from block["elements"]


def _leaves(part: Json) -> Iterator[Json]:
    for element in part["elements"]:
        if element["type"] == "rich_text_section":
            yield from element["elements"]
        else:
            yield element


def _rich_text(part: Json) -> str:
    if part["type"] != "rich_text_list":
        return _rich_inline(part)
    first = part.get("offset", 0) + 1
    marks = [f"{first + n}. " if part["style"] == "ordered" else "• " for n in range(len(part["elements"]))]
    return "\n".join(mark + _rich_inline(item) for mark, item in zip(marks, part["elements"], strict=True))


def _rich_inline(part: Json) -> str:
    return "".join(_leaf(element) for element in part["elements"])


def _leaf(element: Json) -> str:
    kind = element["type"]
    if kind == "text":
        return str(element["text"])
    if kind == "link":
        return str(element.get("text") or element["url"])
    if kind == "emoji":
        return shown_emoji(element)
    if kind == "date":
        return str(element.get("fallback") or element["timestamp"])
    named = {"user": "@user_id", "channel": "#channel_id", "usergroup": "@usergroup_id", "broadcast": "@range"}
    sign = named.get(kind, " value")
    return sign[0].strip() + str(element[sign[1:]])
