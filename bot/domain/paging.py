"""Long content in pages: nothing is cut off, and nobody judges what they have not been shown."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, takewhile
from unicodedata import category

PAGE = 2600
"""UTF-16 units of content on one page. Telegram takes 4096 a message and Slack 3000 a section; the rest is for the
title, the facts and the question."""

LONGEST_CHARACTER = 40
"""How far to look back for the beginning of what a reader takes for one character."""

_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of the content numbered `part`; `first` when it begins it."""

    part: int
    text: str
    first: bool


def units(text: str) -> int:
    """The length of `text` in UTF-16 code units, as chat platforms count."""
    return len(text) + sum(char > "\uffff" for char in text)


def paginate(contents: Sequence[str], budget: int = PAGE) -> list[list[Fragment]]:
    """`contents` as pages of fragments of at most `budget` units each; the fragments of a part join to the whole of it.

    What fits on one page stays on one; otherwise a text begins on a new page rather than be split near its start.
    """
    return _paginate(tuple(contents), budget)


@lru_cache(maxsize=256)
def _paginate(contents: tuple[str, ...], budget: int) -> list[list[Fragment]]:
    """Kept, since one tap asks several times: how many pages there are, which is shown, which were read."""
    if sum(map(units, contents)) <= budget:
        return [[Fragment(n, text, True) for n, text in enumerate(contents)]]
    pages: list[list[Fragment]] = [[]]
    room = budget
    for number, content in enumerate(contents):
        if units(content) > room and room < budget:
            pages.append([])
            room = budget
        for n, piece in enumerate(_pieces(content, room, budget)):
            if n:
                pages.append([])
                room = budget
            pages[-1].append(Fragment(number, piece, n == 0))
            room -= units(piece)
    return pages


def _pieces(text: str, room: int, budget: int) -> Iterable[str]:
    left = units(text)
    while left > room and len(text) > 1:
        cut = _cut(text, room)
        piece, text, room = text[:cut], text[cut:], budget
        left -= units(piece)
        yield piece
    yield text


def _cut(text: str, room: int) -> int:
    """Where to end a piece of at most `room` units: after a paragraph, a sentence or a word, in the last third."""
    sizes = list(accumulate(1 + (char > "\uffff") for char in text[:room]))
    most = max(1, bisect_right(sizes, room))
    for mark in ("\n\n", "\n", ". ", "。", " "):
        at = text.rfind(mark, most * 2 // 3, most)
        if at >= 0:
            return at + len(mark)
    candidates = range(most, max(0, most - LONGEST_CHARACTER), -1)
    return next((at for at in candidates if not _joined(text, at)), most)


def _joined(text: str, at: int) -> bool:
    """Does a reader see what stands before and after `at` as one character: an accent, a vowel sign, an emoji?"""
    before, after = text[at - 1], text[at]
    if _flag_half(after):
        # Flags are pairs of letters: an odd number of them before means that the pair is not whole yet.
        return len(list(takewhile(_flag_half, reversed(text[max(0, at - LONGEST_CHARACTER) : at])))) % 2 == 1
    return before == _JOINER or after == _JOINER or category(after).startswith("M") or _modifies(after)


def _flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _modifies(char: str) -> bool:
    """Skin tones, and the tags that spell a region's flag."""
    return "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f"
