"""Pressing, choosing and typing: what it does to the state, and the action that the app is told."""

import re
from dataclasses import dataclass, replace

from sandbox.errors import Json, WorldError
from sandbox.slack.state import MULTI, SINGLE, State, elements_of, options_of

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Pressed:
    """An element that was used, in its block; `action` is what a block_actions payload says of it."""

    block: Json
    element: Json
    action: Json
    changed: bool = True

    @property
    def told(self) -> bool:
        """Is the app told at once? An input's use shows only when the form is sent, unless it says otherwise."""
        return self.changed and (self.block["type"] != "input" or bool(self.block.get("dispatch_action")))

    @property
    def told_while_typing(self) -> bool:
        triggers = self.element.get("dispatch_action_config", {}).get("trigger_actions_on", ["on_enter_pressed"])
        return self.told and "on_character_entered" in triggers


def find_element(versions: list[list[Json]], action_id: str, block_id: str | None, option: str | None) -> Pressed:
    """The element with these ids in the newest of `versions` that has it; raises `WorldError` when none has."""
    for blocks in reversed(versions):
        found = [
            (block, element)
            for block, element in elements_of(blocks)
            if element["action_id"] == action_id and block_id in (None, block["block_id"])
        ]
        # An action id may stand in several blocks: then the first one that offers the option is meant.
        offering = [pair for pair in found if option in {one.get("value") for one in options_of(pair[1])}]
        if found:
            block, element = (offering or found)[0]
            return Pressed(block, element, {})
    there = [(element["action_id"], block["block_id"]) for block, element in elements_of(versions[-1])]
    raise WorldError(f"there is no element {action_id!r} in block {block_id or 'any'}; there are {there}")


def press(pressed: Pressed, state: State, option: str | None) -> Pressed:
    """Use the element: change `state`, and say what the app is told.

    `option` is the value of the option chosen, the date picked, or the text that stands in the field from now on.
    Raises `WorldError` for one that the element does not have.
    """
    element, block_id, action_id = pressed.element, pressed.block["block_id"], pressed.element["action_id"]
    kind = element["type"]
    action: Json = {"type": kind, "action_id": action_id, "block_id": block_id}
    if kind == "button":
        action["text"] = element["text"]
        action |= {name: element[name] for name in ("value", "style", "url") if name in element}
        return Pressed(pressed.block, element, action)
    if kind == "overflow":
        action["selected_option"] = _option(element, option)
        return Pressed(pressed.block, element, action)
    old = state.get(block_id, {}).get(action_id, {})
    entry: Json = {"type": kind}
    if kind in SINGLE:
        entry["selected_option"] = _option(element, option)
        # Slack tells of radio buttons when the choice changes, and never of one that is chosen already.
        if kind == "radio_buttons" and (old.get("selected_option") or {}).get("value") == option:
            return replace(pressed, changed=False)
    elif kind in MULTI:
        entry["selected_options"] = _toggled(element, old.get("selected_options", []), option)
    elif kind == "datepicker":
        entry["selected_date"] = _date(option)
    else:
        entry["value"] = old.get("value") if option is None else option or None
    state.setdefault(block_id, {})[action_id] = entry
    return Pressed(pressed.block, element, action | entry)


def _option(element: Json, value: str | None) -> Json:
    for option in options_of(element):
        if option.get("value") == value:
            return option
    known = [option.get("value") for option in options_of(element)]
    raise WorldError(f"{element['action_id']} has no option {value!r}; it has {known}")


def _toggled(element: Json, chosen: list[Json], value: str | None) -> list[Json]:
    option = _option(element, value)
    kept = [one for one in chosen if one["value"] != value]
    if len(kept) < len(chosen):
        return kept
    most = element.get("max_selected_items")
    if most is not None and len(chosen) >= most:
        raise WorldError(f"at most {most} may be chosen")
    return [*kept, option]


def _date(value: str | None) -> str | None:
    if not value:
        return None
    if not _DATE.fullmatch(value):
        raise WorldError(f"a date is YYYY-MM-DD, not {value!r}")
    return value
