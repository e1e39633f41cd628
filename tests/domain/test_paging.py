"""Long content in pages."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.paging import PAGE, paginate, units

PIECES = [
    "a",
    "word ",
    "Sentence. ",
    "\n\n",
    "\n",
    "。",
    "é",
    "e\u0301",
    "😀",
    "👩\u200d🚀",
    "👍🏽",
    "🇩🇪",
    "नि",
    "ก็",
    "中",
    " ",
]
CONTENT = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@given(st.lists(CONTENT, min_size=1, max_size=4), st.integers(1, 40))
def test_fragments_join_to_the_whole(contents: list[str], budget: int) -> None:
    """The fragments of each part, in order of pages, are the part: nothing is lost, doubled or moved."""
    pages = paginate(contents, budget)
    fragments = [fragment for page in pages for fragment in page]
    for number, content in enumerate(contents):
        own = [fragment for fragment in fragments if fragment.part == number]
        assert "".join(fragment.text for fragment in own) == content
        assert [fragment.first for fragment in own] == [True] + [False] * (len(own) - 1)
    assert [fragment.part for fragment in fragments] == sorted(fragment.part for fragment in fragments)


@given(st.lists(CONTENT, min_size=1, max_size=4), st.integers(1, 40))
def test_no_page_is_over_the_budget(contents: list[str], budget: int) -> None:
    """A page has at most its budget of UTF-16 units, but for one character that alone is larger; none is empty."""
    for page in paginate(contents, budget):
        text = "".join(fragment.text for fragment in page)
        assert units(text) <= budget or len(text) == 1
        assert page


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=200), st.integers(60, 90))
def test_characters_are_not_torn(pieces: list[str], budget: int) -> None:
    """No page begins with what belongs to the character before: an accent, a vowel sign, half of a flag or emoji."""
    pages = paginate(["".join(pieces)], budget)
    starts = [page[0].text[0] for page in pages[1:]]
    assert not [one for one in starts if unicodedata.category(one).startswith("M") or one in "\u200d🏽🇪"]
    assert not [page for page in pages if page[-1].text.endswith(("\u200d", "🇩"))]


@given(st.lists(CONTENT, min_size=1, max_size=4))
def test_what_fits_stays_on_one_page(contents: list[str]) -> None:
    """Content that fits on a page is one page, a fragment a part."""
    budget = max(1, sum(map(units, contents)))
    assert [[one.text for one in page] for page in paginate(contents, budget)] == [contents]


def test_a_part_begins_on_a_new_page_rather_than_be_split() -> None:
    """A part that does not fit behind another one, but on a page of its own, is not split."""
    pages = paginate(["a" * 60, "b" * 90], 100)
    assert [[(one.part, len(one.text)) for one in page] for page in pages] == [[(0, 60)], [(1, 90)]]


@pytest.mark.parametrize("mark", ["\n\n", "\n", ". ", "。", " "])
def test_pages_end_where_a_reader_would_pause(mark: str) -> None:
    """A page ends after a paragraph, a line, a sentence or a word in its last third."""
    first = "x" * 80 + mark
    pages = paginate([first + "y" * 60], 100)
    assert [page[0].text for page in pages] == [first, "y" * 60]


def test_a_paragraph_is_a_better_end_than_a_word() -> None:
    """Of several places to end a page the end of a paragraph is taken, even if a word ends later."""
    pages = paginate(["x" * 70 + "\n\n" + "y" * 10 + " " + "z" * 80], 100)
    assert pages[0][0].text == "x" * 70 + "\n\n"


def test_units_are_utf16() -> None:
    """An emoji beyond the Basic Multilingual Plane counts twice, as chat platforms count."""
    assert units("a😀é") == 4


@pytest.mark.parametrize("char", ["\u0301", "\u200d", "🇩", "a", "😀"])
def test_the_longest_text_is_paged_in_a_moment(char: str) -> None:
    """60,000 characters make as many pages as they need and no more, quickly, even if nothing in them may be torn."""
    started = time.perf_counter()
    pages = paginate([char * 60_000])
    assert len(pages) <= units(char) * 60_000 // (PAGE - 50) + 1
    assert time.perf_counter() - started < 2
