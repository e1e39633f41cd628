"""Rules for keyboards: how many buttons, what each may do, how long its data may be."""

import re
from urllib.parse import urlsplit

from sandbox.errors import Json
from sandbox.telegram.errors import ApiError, bad_request

MAX_BUTTONS = 100
MAX_PER_ROW = 8
MAX_DATA_BYTES = 64
MAX_PLACEHOLDER = 64
_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "copy_text",
    "pay",
)
_STYLES = frozenset({"danger", "success", "primary"})
_HOST = re.compile(r"[^\s.@]+(?:\.[^\s.@]+)+|\[[0-9a-f:]+\]", re.IGNORECASE)


def check_markup(markup: Json | None) -> Json | None:
    """A markup that Telegram takes; None for none and for an empty inline keyboard. Raises `ApiError` 400."""
    if markup is None:
        return None
    if "inline_keyboard" in markup:
        return _inline(markup)
    if "keyboard" in markup:
        _check_sizes(markup["keyboard"])
        if not any(markup["keyboard"]):
            raise bad_request("can't parse keyboard: at least one button must be given")
        for button in (button for row in markup["keyboard"] for button in row):
            if not button["text"].strip():
                raise bad_request("keyboard button text must be non-empty")
    elif not (markup.get("force_reply") or markup.get("remove_keyboard")):
        raise bad_request("force_reply and remove_keyboard must be True where they are given")
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not 1 <= len(placeholder) <= MAX_PLACEHOLDER:
        raise bad_request(f"input_field_placeholder must have 1-{MAX_PLACEHOLDER} characters")
    return markup


def _inline(markup: Json) -> Json | None:
    rows = [row for row in markup["inline_keyboard"] if row]
    _check_sizes(rows)
    for button in (button for row in rows for button in row):
        _check_button(button)
    return {"inline_keyboard": rows} if rows else None


def _check_sizes(rows: list[list[Json]]) -> None:
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    if any(len(row) > MAX_PER_ROW for row in rows):
        raise bad_request(f"reply markup is too long: a row has at most {MAX_PER_ROW} buttons")


def _check_button(button: Json) -> None:
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = [name for name in _ACTIONS if name in button]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(f"can't parse inline keyboard button: only one of {', '.join(actions)} may be given")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= MAX_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "style" in button and button["style"] not in _STYLES:
        raise bad_request("can't parse inline keyboard button: invalid button style specified")
    _check_target(button)


def _check_target(button: Json) -> None:
    if "url" in button and not _valid_url(button["url"], ("http", "https", "tg")):
        raise _wrong_url(button["url"])
    if "web_app" in button and not _valid_url(button["web_app"]["url"], ("https",)):
        raise bad_request(f"inline keyboard button Web App URL '{button['web_app']['url']}' is invalid")
    if "copy_text" in button and not 1 <= len(button["copy_text"]["text"]) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _wrong_url(url: str) -> ApiError:
    return bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _valid_url(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
    except ValueError:
        return False
    if parts.scheme not in schemes:
        return False
    return bool(parts.netloc) if parts.scheme == "tg" else bool(_HOST.fullmatch(parts.netloc.rpartition("@")[2]))
