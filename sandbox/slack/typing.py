"""What a person types, as Slack hands it to the app: escaped text, and the same as rich text."""

import re

from sandbox.errors import Json, WorldError
from sandbox.slack import emoji

MAX_TYPED = 12_000
_DOMAINS = "com|org|net|edu|gov|int|info|io|dev|ai|co|uk|de|fr|es|jp|in"
_TOKENS = re.compile(
    r"(?P<url>https?://[^\s<>]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,})"
    rf"|(?P<bare>(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:{_DOMAINS})(?![\w-])(?:/[^\s<>]*)?)"
    r"|(?P<mention>(?<![\w@])@\w[\w.-]*)"
    rf"|(?P<emoji>{emoji.PATTERN})",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)'\""


def escape(text: str) -> str:
    """The three characters that have a meaning in Slack's texts, escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


class Typed:
    """A typed message: `text` for the event's `text`, `elements` for its rich text, `mentioned` user ids.

    `names` maps what stands after an @ to a user id, in lower case. Raises `WorldError` for nothing and too much.
    """

    def __init__(self, typed: str, names: dict[str, str]) -> None:
        typed = typed.replace("\r\n", "\n").strip()
        if not typed:
            raise WorldError("a message needs a text")
        if len(typed) > MAX_TYPED:
            raise WorldError(f"a message has at most {MAX_TYPED} characters; send a file")
        self.text = ""
        self.elements: list[Json] = []
        self.mentioned: list[str] = []
        self._names = names
        at = 0
        while found := _TOKENS.search(typed, at):
            self._plain(typed[at : found.start()])
            at = found.start() + self._token(str(found.lastgroup), found.group())
        self._plain(typed[at:])

    def _token(self, kind: str, token: str) -> int:
        """Take a token in; how many characters of it were used."""
        if kind == "emoji":
            one = emoji.read_emoji(token)
            self._add(one.shortcode, one.to_element())
        elif kind == "mention":
            self._mention(token)
        else:
            token = token.rstrip(_TRAILING)
            self._link(kind, token)
        return len(token)

    def _mention(self, token: str) -> None:
        user_id = self._names.get(token[1:].lower())
        if user_id is None:
            self._plain(token)
            return
        self.mentioned.append(user_id)
        self._add(f"<@{user_id}>", {"type": "user", "user_id": user_id})

    def _link(self, kind: str, token: str) -> None:
        url = {"url": "", "mail": "mailto:", "bare": "http://"}[kind] + token
        if kind == "url":
            self._add(f"<{escape(url)}>", {"type": "link", "url": url})
        else:
            self._add(f"<{escape(url)}|{escape(token)}>", {"type": "link", "url": url, "text": token})

    def _plain(self, text: str) -> None:
        if not text:
            return
        if self.elements and self.elements[-1]["type"] == "text":
            self.elements[-1]["text"] += text
            self.text += escape(text)
        else:
            self._add(escape(text), {"type": "text", "text": text})

    def _add(self, text: str, element: Json) -> None:
        self.text += text
        self.elements.append(element)

    def block(self, block_id: str) -> Json:
        """The one block of the message."""
        section = {"type": "rich_text_section", "elements": self.elements}
        return {"type": "rich_text", "block_id": block_id, "elements": [section]}
