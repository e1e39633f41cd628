"""Rich text: sections, lists, quotes, preformatted text and what stands in them."""

from typing import Any

from sandbox.slack.blockkit.checks import (
    URL,
    Check,
    Problems,
    array,
    boolean,
    by_type,
    integer,
    one_of,
    shape,
    string,
)

MAX_TEXT = 12_000
_ELEMENTS = 1000
_STYLE = dict.fromkeys(("bold", "italic", "strike", "underline"), boolean)
_TEXT_STYLE = shape({}, _STYLE | {"code": boolean})
_MENTION_STYLE = shape({}, _STYLE | {"highlight": boolean, "client_highlight": boolean, "unlink": boolean})
_NAME = string(255)
_SKIN = integer(1, 6)
_INLINE: dict[str, Check] = {
    "text": shape({"text": string(MAX_TEXT)}, {"style": _TEXT_STYLE}),
    "link": shape({"url": URL}, {"text": string(MAX_TEXT), "unsafe": boolean, "style": _TEXT_STYLE}),
    "emoji": shape({"name": _NAME}, {"unicode": _NAME, "skin_tone": _SKIN, "style": _TEXT_STYLE}),
    "user": shape({"user_id": _NAME}, {"style": _MENTION_STYLE}),
    "channel": shape({"channel_id": _NAME}, {"style": _MENTION_STYLE}),
    "usergroup": shape({"usergroup_id": _NAME}, {"style": _MENTION_STYLE}),
    "broadcast": shape({"range": one_of("here", "channel", "everyone")}, {"style": _MENTION_STYLE}),
    "color": shape({"value": _NAME}, {"style": _TEXT_STYLE}),
    "date": shape(
        {"timestamp": integer(0, 2**40), "format": string(255)},
        {"url": URL, "fallback": string(255), "style": _TEXT_STYLE},
    ),
}
_ANY = array(by_type(_INLINE), _ELEMENTS)
_BORDER: dict[str, Check] = {"border": one_of(0, 1)}
_SECTION = shape({"elements": _ANY})
_PARTS: dict[str, Check] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": shape({"elements": _ANY}, _BORDER),
    "rich_text_preformatted": shape(
        {"elements": array(by_type(_INLINE, ("text", "link")), _ELEMENTS)}, _BORDER | {"language": _NAME}
    ),
    "rich_text_list": shape(
        {
            "style": one_of("bullet", "ordered"),
            "elements": array(by_type({"rich_text_section": _SECTION}), _ELEMENTS),
        },
        _BORDER | {"indent": integer(0, 8), "offset": integer(0, 10_000)},
    ),
}


def rich_elements(value: Any, place: str, problems: Problems) -> None:
    """The `elements` of a rich_text block."""
    array(by_type(_PARTS), _ELEMENTS)(value, place, problems)
