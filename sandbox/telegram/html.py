"""Telegram's HTML parse mode: marked-up text in, plain text and entities out."""

import re
import string
from dataclasses import dataclass, field

from sandbox.errors import Json
from sandbox.telegram.entities import arrange, clean_text, trim, utf16_length
from sandbox.telegram.errors import ApiError, bad_request

_SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
}
_TAGS = frozenset(_SIMPLE) | {"span", "a", "blockquote", "tg-emoji"}
_ENTITY = re.compile(r"&(?:#x([0-9a-f]{1,8})|#([0-9]{1,8})|(lt|gt|amp|quot));?", re.IGNORECASE)
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_BARE_VALUE = frozenset(string.ascii_letters + string.digits + ".-")
_USER_LINK = re.compile(r"tg://user\?id=([0-9]+)", re.IGNORECASE)
_LINK = re.compile(r"(?:https?|tg|ton|tonsite)://[^\s]+|[^\s/:]+\.[^\s]+", re.IGNORECASE)


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Parse `source` as the parse mode `HTML`.

    Returns the text, stripped at both ends, and its entities with offsets and lengths in UTF-16 code units.
    Raises `ApiError` 400 in Telegram's words, with the byte offset of the tag at fault.
    """
    text, entities = _Parser(clean_text(source)).run()
    text, entities = trim(text, entities)
    return text, arrange(entities)


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    index: int
    attributes: dict[str, str] = field(default_factory=dict)


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[Json] = []

    def run(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            if self.source[self.at] == "<":
                self._end_tag() if self.source.startswith("</", self.at) else self._start_tag()
            else:
                self._emit(self._plain())
        if self.open:
            raise _error(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.out), self.entities

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.length += utf16_length(text)

    def _plain(self) -> str:
        """The next run of plain text, or one decoded `&...;`; moves past it."""
        start = self.at
        if self.source[start] == "&":
            found = _ENTITY.match(self.source, start)
            char = _decoded(found) if found else None
            self.at = found.end() if found and char else start + 1
            return char or "&"
        while self.at < len(self.source) and self.source[self.at] not in "<&":
            self.at += 1
        return self.source[start : self.at]

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._until(" \t\n>").lower()
        if self.at >= len(self.source):
            raise self._fault("Unclosed start tag", begin)
        if tag not in _TAGS:
            raise self._fault(f'Unsupported start tag "{tag}"', begin)
        attributes = self._attributes(tag, begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self._fault('Tag "span" must have class "tg-spoiler"', begin)
        if tag == "blockquote" and any(entry.tag == "blockquote" for entry in self.open):
            raise self._fault('Tag "blockquote" can\'t be nested', begin)
        self.open.append(_Open(tag, self.length, len(self.out), attributes))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self._skip_spaces(begin)
            if self.source[self.at] == ">":
                self.at += 1
                return found
            name = self._until(" \t\n=>").lower()
            if not name:
                raise self._fault(f'Empty attribute name in the tag "{tag}"', begin)
            self._skip_spaces(begin)
            if self.source[self.at] == "=":
                self.at += 1
                self._skip_spaces(begin)
                found[name] = self._value(begin)
            elif (tag, name) == ("blockquote", "expandable"):
                found[name] = ""
            else:
                raise self._fault(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin)

    def _value(self, begin: int) -> str:
        quote = self.source[self.at]
        start = self.at
        if quote not in "\"'":
            while self.at < len(self.source) and self.source[self.at] in _BARE_VALUE:
                self.at += 1
            if self.at == start or self.at >= len(self.source) or self.source[self.at] not in " \t\n>":
                raise self._fault("Unexpected end of name token", begin)
            return self.source[start : self.at].lower()
        end = self.source.find(quote, start + 1)
        if end < 0:
            raise self._fault("Unclosed start tag", begin)
        self.at = end + 1
        return unescape(self.source[start + 1 : end])

    def _end_tag(self) -> None:
        begin = self.at
        self.at += 2
        name = self._until(" \t\n>").lower()
        if not self.open:
            raise self._fault("Unexpected end tag", begin)
        self._skip_spaces(begin)
        if self.source[self.at] != ">":
            raise self._fault("Unclosed end tag", begin)
        self.at += 1
        entry = self.open.pop()
        if name and name != entry.tag:
            raise self._fault("Unmatched end tag", begin, f', expected "</{entry.tag}>", found "</{name}>"')
        self._close(entry, begin)

    def _close(self, entry: _Open, begin: int) -> None:
        if self.length == entry.offset:
            return
        entity = self._entity(entry, "".join(self.out[entry.index :]), begin)
        if entity is not None:
            self.entities.append({**entity, "offset": entry.offset, "length": self.length - entry.offset})

    def _entity(self, entry: _Open, inner: str, begin: int) -> Json | None:
        tag, attributes = entry.tag, entry.attributes
        if tag == "a":
            return _link(attributes.get("href") or inner)
        if tag == "span":
            return {"type": "spoiler"}
        if tag == "blockquote":
            return {"type": "expandable_blockquote" if "expandable" in attributes else "blockquote"}
        if tag == "tg-emoji":
            if not attributes.get("emoji-id", "").isdigit():
                raise self._fault("Invalid custom emoji identifier specified", begin)
            return {"type": "custom_emoji", "custom_emoji_id": attributes["emoji-id"]}
        if tag == "pre":
            return {"type": "pre", **self._language_inside(entry)}
        if tag == "code" and attributes.get("class", "").startswith("language-"):
            return {"type": "code", "language": attributes["class"].removeprefix("language-")}
        return {"type": _SIMPLE[tag]}

    def _language_inside(self, entry: _Open) -> Json:
        whole = (entry.offset, self.length - entry.offset)
        for entity in self.entities:
            if entity["type"] == "code" and (entity["offset"], entity["length"]) == whole and "language" in entity:
                return {"language": entity["language"]}
        return {}

    def _until(self, stops: str) -> str:
        start = self.at
        while self.at < len(self.source) and self.source[self.at] not in stops:
            self.at += 1
        return self.source[start : self.at]

    def _skip_spaces(self, begin: int) -> None:
        while self.at < len(self.source) and self.source[self.at] in " \t\n":
            self.at += 1
        if self.at >= len(self.source):
            raise self._fault("Unclosed tag", begin)

    def _fault(self, reason: str, begin: int, more: str = "") -> ApiError:
        offset = len(self.source[:begin].encode("utf-8", "surrogatepass"))
        return _error(f"{reason} at byte offset {offset}{more}")


def unescape(text: str) -> str:
    """Decode the entities that Telegram knows: `&lt; &gt; &amp; &quot;` and numeric ones."""
    return _ENTITY.sub(lambda found: _decoded(found) or found[0], text)


def _decoded(found: re.Match[str]) -> str | None:
    if found[3]:
        return _NAMED[found[3].lower()]
    code = int(found[1], 16) if found[1] else int(found[2])
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return None
    return chr(code)


def _link(url: str) -> Json | None:
    person = _USER_LINK.fullmatch(url.strip())
    if person:
        # The world turns this into the whole `User` where it knows the person.
        return {"type": "text_mention", "user_id": int(person[1])}
    # A link that is no link is shown as plain text, with no error.
    return {"type": "text_link", "url": url.strip()} if _LINK.fullmatch(url.strip()) else None


def _error(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")
