"""What Slack's app checks before it sends a form: required fields, lengths, numbers and links."""

import re

from sandbox.errors import Json
from sandbox.slack.state import State

REQUIRED = "Please complete this required field."
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def form_errors(blocks: list[Json], state: State) -> dict[str, str]:
    """What keeps the form from being sent, by block id."""
    found: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        entry = state.get(block["block_id"], {}).get(element["action_id"], {})
        error = _error(block, element, entry)
        if error is not None:
            found[block["block_id"]] = error
    return found


def _error(block: Json, element: Json, entry: Json) -> str | None:
    filled = next((value for name, value in entry.items() if name != "type"), None)
    if not filled:
        return None if block.get("optional") else REQUIRED
    return _text_error(element, str(filled)) if "value" in entry else None


def _text_error(element: Json, text: str) -> str | None:
    kind = element["type"]
    if kind == "url_text_input" and not _URL.fullmatch(text):
        return "Please enter a valid URL."
    if kind == "email_text_input" and not _MAIL.fullmatch(text):
        return "Please enter a valid email address."
    if kind == "number_input":
        return _number_error(element, text)
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(text) < least:
        return f"Please enter at least {least} characters."
    return f"Please enter at most {most} characters." if len(text) > most else None


def _number_error(element: Json, text: str) -> str | None:
    wanted = r"-?[0-9]+(\.[0-9]+)?" if element["is_decimal_allowed"] else "-?[0-9]+"
    if not re.fullmatch(wanted, text):
        return "Please enter a number."
    if "min_value" in element and float(text) < float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and float(text) > float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None
