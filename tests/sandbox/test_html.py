"""Telegram's HTML parse mode."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.telegram.entities import clean_text, utf16_length, utf16_slice
from sandbox.telegram.errors import ApiError
from sandbox.telegram.html import parse_html

TAGS = {
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
    "blockquote": "blockquote",
}
PLAIN = st.text(st.characters(exclude_categories=["Cs"]))


@given(PLAIN)
def test_escaped_text_comes_back(text: str) -> None:
    """Any text that was escaped is shown as it was, with no entity."""
    assert parse_html(html.escape(text)) == (clean_text(text).strip(), [])


@given(PLAIN, st.sampled_from(sorted(TAGS)), PLAIN)
def test_entity_covers_what_the_tag_encloses(before: str, tag: str, inside: str) -> None:
    """An entity's UTF-16 range holds exactly what stood between its tags."""
    source = f"x{html.escape(before)}<{tag}>.{html.escape(inside)}.</{tag}>"
    text, entities = parse_html(source)
    assert [entity["type"] for entity in entities] == [TAGS[tag]]
    assert utf16_slice(text, entities[0]["offset"], entities[0]["length"]) == f".{clean_text(inside)}."


@given(
    st.lists(
        st.sampled_from(["<b>", "</b>", "<i>", "</i>", "<code>", "</code>", "<blockquote>", "</blockquote>", "é😀 "])
    )
)
def test_entities_stay_inside_the_text(pieces: list[str]) -> None:
    """What is parsed has entities inside the text and in order; tags that do not pair are refused."""
    source = "".join(pieces)
    try:
        text, entities = parse_html(source)
    except ApiError:
        assert "<" in source
        return
    assert source.count("</") * 2 == source.count("<")
    ranges = [(entity["offset"], entity["offset"] + entity["length"]) for entity in entities]
    assert all(0 <= start < stop <= utf16_length(text) for start, stop in ranges)
    assert [start for start, _ in ranges] == sorted(start for start, _ in ranges)


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ('<a href="https://x.org/?a=1&amp;b=2">x</a>', "x", [{"type": "text_link", "url": "https://x.org/?a=1&b=2"}]),
        ('<a href="tg://user?id=7">x</a>', "x", [{"type": "text_mention", "user_id": 7}]),
        ('<a href="no link">x</a>', "x", []),
        ("<a>https://x.org</a>", "https://x.org", [{"type": "text_link", "url": "https://x.org"}]),
        ('<span class="tg-spoiler">x</span>', "x", [{"type": "spoiler"}]),
        ('<tg-emoji emoji-id="5368">👍</tg-emoji>', "👍", [{"type": "custom_emoji", "custom_emoji_id": "5368"}]),
        ('<pre><code class="language-python">x</code></pre>', "x", [{"type": "pre", "language": "python"}]),
        ("<blockquote expandable>x</blockquote>", "x", [{"type": "expandable_blockquote"}]),
        ("<B>x</B>", "x", [{"type": "bold"}]),
        ("&#128512;&#x41;&lt;&copy;", "😀A<&copy;", []),
        ("1 < 2", None, None),
        ("<b></b>", "", []),
    ],
)
def test_one_tag(source: str, text: str | None, entities: list[dict[str, str]] | None) -> None:
    """Each tag becomes its entity over the whole text; what is no tag and no entity is refused or kept."""
    if text is None or entities is None:
        with pytest.raises(ApiError, match='Unsupported start tag ""'):
            parse_html(source)
        return
    whole = {"offset": 0, "length": utf16_length(text)}
    assert parse_html(source) == (text, [{**entity, **whole} for entity in entities])


def test_white_space_at_the_ends_is_cut() -> None:
    """Spaces and lines at both ends go, and the entities move along."""
    assert parse_html(" \n <b> x </b> ") == ("x", [{"type": "bold", "offset": 0, "length": 1}])


def test_code_holds_no_other_style() -> None:
    """Inside and around code only quotes remain; the bold text beside it stays bold."""
    text, entities = parse_html("<blockquote><b>a<code><i>b</i></code>c</b></blockquote>")
    assert text == "abc"
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in entities] == [
        ("blockquote", 0, 3),
        ("bold", 0, 1),
        ("code", 1, 1),
        ("bold", 2, 1),
    ]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("é<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 2'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href>x</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        (
            "<blockquote>a<blockquote>b</blockquote></blockquote>",
            'Tag "blockquote" can\'t be nested at byte offset 13',
        ),
    ],
)
def test_faults_are_told_in_telegrams_words(source: str, reason: str) -> None:
    """A fault names what is wrong and at which byte."""
    with pytest.raises(ApiError) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {reason}"
