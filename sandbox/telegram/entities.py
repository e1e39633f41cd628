"""Message entities in Telegram's units: lengths in UTF-16, trimming, and which entity may lie inside which."""

import re

from sandbox.errors import Json
from sandbox.telegram.errors import bad_request

CODE = frozenset({"code", "pre"})
QUOTES = frozenset({"blockquote", "expandable_blockquote"})
MERGEABLE = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
KNOWN = (
    CODE
    | QUOTES
    | MERGEABLE
    | {
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "text_link",
        "text_mention",
        "custom_emoji",
    }
)
# Telegram drops carriage returns and the marks U+2028..U+202E, and shows other control characters as spaces.
_DROPPED = re.compile("[\r\u2028-\u202e\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_INVISIBLE = frozenset(
    [*"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\ufeff\uffa0"]
    + [chr(code) for code in (*range(0x200B, 0x2010), *range(0x2060, 0x2070))]
)
_COMMAND = re.compile(r"/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?(?![A-Za-z0-9_])")


def utf16_length(text: str) -> int:
    """Length of `text` in UTF-16 code units, the unit of every offset in the Bot API."""
    return len(text) + sum(1 for char in text if char > "\uffff")


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part of `text` that an entity with this offset and length (UTF-16 units) covers."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[offset * 2 : (offset + length) * 2].decode("utf-16-le", "replace")


def clean_text(text: str) -> str:
    """`text` as Telegram stores it: no carriage returns, no embedding marks, no control characters."""
    return _CONTROL.sub(" ", _DROPPED.sub("", text))


def is_blank(text: str) -> bool:
    """Would a reader see nothing at all? Telegram takes such a text for an empty one."""
    return all(char.isspace() or char in _INVISIBLE for char in text)


def command_entities(text: str) -> list[Json]:
    """The `bot_command` entity of a text that begins with a command; no entity for any other text."""
    found = _COMMAND.match(text)
    return [{"type": "bot_command", "offset": 0, "length": found.end()}] if found else []


def trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Strip white space at both ends; move, shorten or drop the entities to match."""
    left = len(text) - len(text.lstrip())
    stripped = text.strip()
    shift, end = utf16_length(text[:left]), utf16_length(stripped)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - shift, 0)
        stop = min(entity["offset"] + entity["length"] - shift, end)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    return stripped, kept


def arrange(entities: list[Json]) -> list[Json]:
    """Entities in Telegram's order, equal styles merged, nothing inside or around `code` and `pre` but quotes."""
    outer_code = _outermost([entity for entity in entities if entity["type"] in CODE])
    holes = [(entity["offset"], entity["offset"] + entity["length"]) for entity in outer_code]
    rest: list[Json] = []
    for entity in entities:
        if entity["type"] in QUOTES:
            rest.append(entity)
        elif entity["type"] not in CODE:
            rest.extend(_around(entity, holes))
    merged = _merge(rest) + outer_code
    return sorted(merged, key=lambda entity: (entity["offset"], -entity["length"], entity["type"] not in QUOTES))


def _outermost(entities: list[Json]) -> list[Json]:
    kept: list[Json] = []
    for entity in sorted(entities, key=lambda e: (e["offset"], -e["length"], e["type"] != "pre")):
        if not kept or entity["offset"] >= kept[-1]["offset"] + kept[-1]["length"]:
            kept.append(entity)
    return kept


def _around(entity: Json, holes: list[tuple[int, int]]) -> list[Json]:
    start, stop = entity["offset"], entity["offset"] + entity["length"]
    pieces = []
    for hole_start, hole_stop in holes:
        if hole_stop <= start or hole_start >= stop:
            continue
        if hole_start > start:
            pieces.append({**entity, "offset": start, "length": hole_start - start})
        start = hole_stop
    if start < stop:
        pieces.append({**entity, "offset": start, "length": stop - start})
    return pieces


def _merge(entities: list[Json]) -> list[Json]:
    kept: list[Json] = []
    last: dict[str, Json] = {}
    for entity in sorted(entities, key=lambda e: (e["offset"], -e["length"])):
        before = last.get(entity["type"])
        if entity["type"] in MERGEABLE and before and before["offset"] + before["length"] >= entity["offset"]:
            stop = max(before["offset"] + before["length"], entity["offset"] + entity["length"])
            before["length"] = stop - before["offset"]
            continue
        last[entity["type"]] = entity = dict(entity)
        kept.append(entity)
    return kept


def check_given(text: str, entities: list[Json]) -> list[Json]:
    """Entities that a bot passed itself, within `text` and of known types; raises `ApiError` 400 otherwise."""
    total = utf16_length(text)
    for entity in entities:
        if entity["type"] not in KNOWN:
            raise bad_request(f"can't parse entities: unsupported entity type {entity['type']!r}")
        if entity["offset"] < 0 or entity["length"] <= 0 or entity["offset"] + entity["length"] > total:
            raise bad_request(f"can't parse entities: entity {entity['type']!r} lies outside of the text")
    return entities
