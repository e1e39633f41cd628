"""Emoji as Slack's apps send them: typed as characters, received by name."""

import re
import unicodedata
from dataclasses import dataclass

from sandbox.errors import Json

# The names that Slack gives to what people type most; others go by their Unicode name.
NAMES = {
    "👍": "+1",
    "👎": "-1",
    "😀": "grinning",
    "😁": "grin",
    "😂": "joy",
    "😅": "sweat_smile",
    "😉": "wink",
    "😊": "blush",
    "😍": "heart_eyes",
    "😎": "sunglasses",
    "😢": "cry",
    "😭": "sob",
    "😡": "rage",
    "🙂": "slightly_smiling_face",
    "🙁": "slightly_frowning_face",
    "🤔": "thinking_face",
    "🙏": "pray",
    "👋": "wave",
    "👏": "clap",
    "💪": "muscle",
    "👀": "eyes",
    "❤": "heart",
    "🔥": "fire",
    "🎉": "tada",
    "✅": "white_check_mark",
    "❌": "x",
    "⚠": "warning",
    "🚀": "rocket",
    "💯": "100",
    "⭐": "star",
}
_CHARACTERS = {name: char for char, name in NAMES.items()}
_SIGNS = (
    "⌚⌛⏩-⏳☀-☄☎☑☔☕☘☝☠☢☣☦☪☮☯☸-☺♀♂♈-♓♟♠♣♥♦♨♻♾♿⚒-⚗⚙⚛⚜⚠⚡⚧⚪⚫⚰⚱⚽⚾⛄⛅⛈⛎⛏⛑⛓⛔⛩⛪⛰-⛵⛷-⛺⛽"
    "✂✅✈-✍✏✒✔✖✝✡✨✳✴❄❇❌❎❓-❕❗❣❤➕-➗➡➰➿⬅-⬇⬛⬜⭐⭕"
)
_PICTURE = f"[{_SIGNS}\U0001f004\U0001f0cf\U0001f18e-\U0001f19a\U0001f300-\U0001faff]"
_TONE = "[\U0001f3fb-\U0001f3ff]"
_ONE = f"{_PICTURE}\ufe0f?{_TONE}?"
_PAIR = "[\U0001f1e6-\U0001f1ff]{2}"
PATTERN = f"{_PAIR}|{_ONE}(?:\u200d{_ONE})*"
_FLAG = re.compile(_PAIR)
_TONES = re.compile(_TONE)


@dataclass(frozen=True, slots=True)
class Emoji:
    """One emoji: `name` without colons, `skin_tone` 2 to 6 where one was chosen."""

    name: str
    unicode: str
    skin_tone: int | None = None

    @property
    def shortcode(self) -> str:
        """How `text` has it."""
        return f":{self.name}:" + (f":skin-tone-{self.skin_tone}:" if self.skin_tone else "")

    def to_element(self) -> Json:
        """The element of a rich text."""
        body: Json = {"type": "emoji", "name": self.name, "unicode": self.unicode}
        return body | ({"skin_tone": self.skin_tone} if self.skin_tone else {})


def read_emoji(typed: str) -> Emoji:
    """The emoji for characters that `PATTERN` matched."""
    codes = "-".join(f"{ord(char):x}" for char in typed)
    tone = _TONES.search(typed)
    plain = _TONES.sub("", typed).replace("\ufe0f", "")
    name = NAMES.get(plain)
    if _FLAG.fullmatch(plain):
        name = "flag-" + "".join(chr(ord(char) - 0x1F1E6 + ord("a")) for char in plain)
    if name is None:
        parts = [unicodedata.name(char, "emoji") for char in plain if char != "\u200d"]
        name = "-".join(parts).lower().replace(" ", "_")
    return Emoji(name, codes, ord(tone.group()) - 0x1F3FB + 2 if tone else None)


def shown_emoji(element: Json) -> str:
    """What a person sees for an `emoji` element: the character where it is known, else its name."""
    if "unicode" in element:
        return "".join(chr(int(code, 16)) for code in element["unicode"].split("-"))
    return _CHARACTERS.get(element["name"], f":{element['name']}:")
