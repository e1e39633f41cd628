"""What is typed and chosen in blocks: a value for each stateful element, as `state.values` has it."""

from collections.abc import Iterator
from typing import Any

from sandbox.errors import Json

State = dict[str, dict[str, Json]]
TEXT_INPUTS = frozenset({"plain_text_input", "url_text_input", "email_text_input", "number_input"})
SINGLE = frozenset({"radio_buttons", "static_select"})
MULTI = frozenset({"checkboxes", "multi_static_select"})


def elements_of(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element that a person can use, with its block, in reading order."""
    for block in blocks:
        if block["type"] == "section":
            found = [block["accessory"]] if "accessory" in block else []
        elif block["type"] == "input":
            found = [block["element"]]
        else:
            found = block["elements"] if block["type"] == "actions" else []
        for element in found:
            if "action_id" in element:
                yield block, element


def options_of(element: Json) -> list[Json]:
    """The options of a choice, those in groups too."""
    found: list[Json] = list(element.get("options", []))
    for group in element.get("option_groups", []):
        found += group["options"]
    return found


def initial_value(element: Json) -> Json | None:
    """The entry of an untouched element; None for one that keeps no state, as a button."""
    kind = element["type"]
    if kind in TEXT_INPUTS:
        return {"type": kind, "value": element.get("initial_value")}
    if kind in SINGLE:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in MULTI:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind == "datepicker":
        return {"type": kind, "selected_date": element.get("initial_date")}
    return None


def initial_state(blocks: list[Json], old: State | None = None) -> State:
    """The state of blocks as they are first shown.

    Where block_id, action_id and type are those of an element in `old`, what was typed or chosen there stays, as
    in Slack's apps: a new initial value shows only under a new id.
    """
    state: State = {}
    for block, element in elements_of(blocks):
        entry = initial_value(element)
        if entry is None:
            continue
        kept = (old or {}).get(block["block_id"], {}).get(element["action_id"])
        if kept is not None and kept["type"] == entry["type"] and _fits(element, kept):
            entry = kept
        state.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return state


def _fits(element: Json, entry: Json) -> bool:
    chosen: list[Any] = list(entry.get("selected_options", []))
    if entry.get("selected_option") is not None:
        chosen.append(entry["selected_option"])
    known = {option.get("value") for option in options_of(element)}
    return all(option.get("value") in known for option in chosen)


def chosen_values(entry: Json | None) -> set[str]:
    """The values of the options chosen in an entry."""
    if entry is None:
        return set()
    options = list(entry.get("selected_options", []))
    if entry.get("selected_option") is not None:
        options.append(entry["selected_option"])
    return {option["value"] for option in options}


def copied(state: State) -> State:
    """A state that later typing does not change."""
    return {block_id: dict(entries) for block_id, entries in state.items()}
