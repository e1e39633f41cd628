"""Composition objects: texts, options, confirmations."""

from sandbox.errors import Json
from sandbox.slack.blockkit.checks import URL, Check, array, boolean, by_type, one_of, rule, shape, string

ID = string(255)


def plain_text(most: int, least: int = 1) -> Check:
    """A `plain_text` object of at most `most` characters."""
    return by_type({"plain_text": shape({"text": string(most, least)}, {"emoji": boolean})})


def any_text(most: int) -> Check:
    """A `plain_text` or `mrkdwn` object of at most `most` characters."""
    mrkdwn = shape({"text": string(most)}, {"verbatim": boolean})
    return by_type({"plain_text": shape({"text": string(most)}, {"emoji": boolean}), "mrkdwn": mrkdwn})


CONFIRM = shape(
    {"title": plain_text(100), "text": any_text(300), "confirm": plain_text(30), "deny": plain_text(30)},
    {"style": one_of("primary", "danger")},
)
DISPATCH = shape(
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 2)},
)


def option(text: Check, description: Check, *, url: bool = False) -> Check:
    """One option: 75 characters of text, 150 of value."""
    links = {"url": URL} if url else {}
    return shape({"text": text, "value": string(150)}, {"description": description, **links})


SELECT_OPTION = option(plain_text(75), plain_text(75))
MENU_OPTION = option(plain_text(75), plain_text(75), url=True)
# Radio buttons and checkboxes may be formatted.
TICK_OPTION = option(any_text(75), any_text(75))
GROUP = shape({"label": plain_text(75), "options": array(SELECT_OPTION, 100)})


def _options(element: Json) -> list[Json]:
    found: list[Json] = list(element.get("options", []))
    for group in element.get("option_groups", []):
        found += group["options"]
    return found


def _known(element: Json, name: str) -> bool:
    initial = element.get(name, [])
    chosen = initial if isinstance(initial, list) else [initial]
    known = [(one["value"], one["text"]["text"]) for one in _options(element)]
    return all((one["value"], one["text"]["text"]) in known for one in chosen)


def _distinct(element: Json) -> bool:
    values = [one["value"] for one in _options(element)]
    return len(values) == len(set(values))


INITIAL_OPTION = rule(lambda element: _known(element, "initial_option"), "must be one of the options", "initial_option")
INITIAL_OPTIONS = rule(
    lambda element: _known(element, "initial_options"), "must be among the options", "initial_options"
)
DISTINCT = rule(_distinct, "the values of options must be unique", "options")
ONE_LIST = rule(
    lambda element: ("options" in element) != ("option_groups" in element),
    "needs either options or option_groups",
)
