"""Interactive elements and images, and the blocks in which each may stand."""

import re

from sandbox.errors import Json
from sandbox.slack.blockkit.checks import (
    DATE,
    URL,
    Check,
    array,
    boolean,
    integer,
    matching,
    one_of,
    rule,
    shape,
    string,
)
from sandbox.slack.blockkit.objects import (
    CONFIRM,
    DISPATCH,
    DISTINCT,
    GROUP,
    ID,
    INITIAL_OPTION,
    INITIAL_OPTIONS,
    MENU_OPTION,
    ONE_LIST,
    SELECT_OPTION,
    TICK_OPTION,
    plain_text,
)

_NUMBER = matching(re.compile(r"-?[0-9]+(?:\.[0-9]+)?"), 255, "a number in a string")
_PLACEHOLDER = plain_text(150)
_ACTION: dict[str, Check] = {"action_id": ID}
_ASKING = _ACTION | {"confirm": CONFIRM, "focus_on_load": boolean}
_TYPING = _ACTION | {"placeholder": _PLACEHOLDER, "focus_on_load": boolean, "dispatch_action_config": DISPATCH}
_SELECT = _ASKING | {
    "placeholder": _PLACEHOLDER,
    "options": array(SELECT_OPTION, 100),
    "option_groups": array(GROUP, 100),
}


def _lengths(element: Json) -> bool:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    return bool(least <= most)


def _initial_fits(element: Json) -> bool:
    initial = element.get("initial_value")
    return initial is None or bool(element.get("min_length", 0) <= len(initial) <= element.get("max_length", 3000))


IMAGE = shape(
    {"alt_text": string(2000)},
    {"image_url": URL, "slack_file": shape({}, {"id": string(255), "url": URL})},
    rule(lambda one: ("image_url" in one) != ("slack_file" in one), "needs either image_url or slack_file"),
)
ELEMENTS: dict[str, Check] = {
    "button": shape(
        {"text": plain_text(75)},
        _ACTION
        | {"value": string(2000), "url": URL, "style": one_of("primary", "danger")}
        | {"confirm": CONFIRM, "accessibility_label": string(75)},
    ),
    "radio_buttons": shape(
        {"options": array(TICK_OPTION, 10)}, _ASKING | {"initial_option": TICK_OPTION}, INITIAL_OPTION, DISTINCT
    ),
    "checkboxes": shape(
        {"options": array(TICK_OPTION, 10)},
        _ASKING | {"initial_options": array(TICK_OPTION, 10)},
        INITIAL_OPTIONS,
        DISTINCT,
    ),
    "static_select": shape({}, _SELECT | {"initial_option": SELECT_OPTION}, ONE_LIST, INITIAL_OPTION, DISTINCT),
    "multi_static_select": shape(
        {},
        _SELECT | {"initial_options": array(SELECT_OPTION, 100), "max_selected_items": integer(1, 100)},
        ONE_LIST,
        INITIAL_OPTIONS,
        DISTINCT,
    ),
    "overflow": shape({"options": array(MENU_OPTION, 5)}, _ACTION | {"confirm": CONFIRM}, DISTINCT),
    "datepicker": shape({}, _ASKING | {"placeholder": _PLACEHOLDER, "initial_date": DATE}),
    "plain_text_input": shape(
        {},
        _TYPING
        | {"initial_value": string(3000, 0), "multiline": boolean}
        | {"min_length": integer(0, 3000), "max_length": integer(1, 3000)},
        rule(_lengths, "must not be more than max_length", "min_length"),
        rule(_initial_fits, "must keep to min_length and max_length", "initial_value"),
    ),
    "url_text_input": shape({}, _TYPING | {"initial_value": URL}),
    "email_text_input": shape({}, _TYPING | {"initial_value": string(3000)}),
    "number_input": shape(
        {"is_decimal_allowed": boolean},
        _TYPING | {"initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
    ),
    "image": IMAGE,
}
CHOICES = ("radio_buttons", "checkboxes", "static_select", "multi_static_select", "datepicker")
IN_SECTION = (*CHOICES, "button", "overflow", "image")
IN_ACTIONS = (*CHOICES, "button", "overflow")
IN_INPUT = (*CHOICES, "plain_text_input", "url_text_input", "email_text_input", "number_input")
