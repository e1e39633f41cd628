"""Screens as Telegram messages, read back by the sandbox's own parser."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.assignment import AssignmentState
from bot.domain.form import Form, Question, QuestionType
from bot.domain.text import Text
from bot.i18n import Voice, voice
from bot.services.answering import LAST_PAGE, Work
from handlers.flows import task_screen
from handlers.flows.screens import Ask, Button, Facts, Line, Pair, Quote, Screen, Title, press, row
from handlers.layout import clip
from handlers.telegram.render import NOTICE_LIMIT, notice, render, render_ask
from sandbox.telegram.entities import clean_text, utf16_length, utf16_slice
from sandbox.telegram.html import parse_html
from tests.support.samples import an_answer
from tests.support.screens import (
    BLOCKS,
    SHAPES,
    SHORT_SHAPES,
    SIZES,
    WORDS,
    asked_by,
    filled,
    scene_for,
    with_page,
    words_of,
    work_on,
)

LIMIT = 4096
ENGLISH = Voice("en")


@given(st.lists(BLOCKS, min_size=1, max_size=6).map(tuple))
def test_any_content_is_shown_unchanged(blocks: tuple[Any, ...]) -> None:
    """Whatever a screen says, its HTML is taken by Telegram's parser, and shows every text whole and in order."""
    screen = Screen("s", blocks)
    text, _ = parse_html(render(screen, ENGLISH).text)
    at = 0
    for words in words_of(screen):
        said = clean_text(ENGLISH.say(words))
        at = text.find(said, at)
        assert at >= 0
        at += len(said)


@given(WORDS, st.booleans())
def test_a_quote_is_quoted_as_a_whole(content: str, folded: bool) -> None:
    """Content stands in one quote of its own, folded where that is asked for, and nothing in it is markup."""
    text, entities = parse_html(render(Screen("s", (Quote(content, "Label", folded),)), ENGLISH).text)
    label, quote = entities
    assert (label["type"], quote["type"]) == ("italic", "expandable_blockquote" if folded else "blockquote")
    assert utf16_slice(text, quote["offset"], quote["length"]) == clean_text(content)


def test_how_blocks_look() -> None:
    """Titles and what to do now are bold, facts share a line, pairs stand together, paragraphs are apart."""
    blocks = (
        Title("A & B"),
        Facts(("1 of 3", "$0.40")),
        Quote("a < b", "Prompt"),
        Line("Now?", strong=True),
        Line("1 is bad"),
        Pair("Issues", ("Biased", "Unsafe")),
        Pair("Why", ("<no>",)),
    )
    assert render(Screen("s", blocks), ENGLISH).text == (
        "<b>A &amp; B</b>\n1 of 3 · $0.40\n\n"
        "<i>Prompt</i>\n<blockquote>a &lt; b</blockquote>\n\n"
        "<b>Now?</b>\n1 is bad\n\n"
        "Issues — <b>Biased and Unsafe</b>\nWhy — <b>&lt;no&gt;</b>"
    )


def test_buttons_carry_their_actions() -> None:
    """Each button has its label, with a tick when it is chosen, and its action; empty rows are left out."""
    rows = (row(Button("One", press("a", 1)), Button("Two", press("a", 2), chosen=True)), row())
    markup = render(Screen("s", (Title("x"),), rows), ENGLISH).markup
    assert markup is not None
    assert [[(one.text, one.callback_data) for one in row] for row in markup.inline_keyboard] == [
        [("One", "a:1"), ("✓ Two", "a:2")]
    ]


def test_a_screen_without_buttons_has_no_keyboard() -> None:
    """Where nothing can be tapped there is no keyboard, so that an edit takes the old one away."""
    assert render(Screen("s", (Title("x"),), (row(),)), ENGLISH).markup is None


@given(WORDS, st.text(min_size=1, max_size=200))
def test_a_question_to_reply_to(text: str, hint: str) -> None:
    """A question opens a reply with a hint of at most 64 characters, and is shown whole."""
    html, reply = render_ask(Ask("ask:1:2", text, hint), ENGLISH)
    assert parse_html(html)[0] == clean_text(text)
    assert reply.force_reply
    assert reply.input_field_placeholder is not None
    assert 1 <= len(reply.input_field_placeholder) <= 64


@given(st.text(max_size=400), st.integers(1, 300))
def test_a_clipped_text_says_so(text: str, limit: int) -> None:
    """What is within the limit is untouched; what is longer ends in an ellipsis, within the limit."""
    clipped = clip(text, limit)
    assert len(clipped) <= limit
    assert clipped == text if len(text) <= limit else (clipped.endswith("…") and text.startswith(clipped[:-1]))


def test_a_notice_is_short_plain_text() -> None:
    """A notice over the chat is plain text of at most 200 characters; no words give none."""
    assert notice("a < b", ENGLISH) == "a < b"
    assert notice(None, ENGLISH) is None
    assert len(notice("x" * 300, ENGLISH) or "") == NOTICE_LIMIT


# Any task within the limits


def shown(work: Work, locale: str = "en") -> tuple[str, list[dict[str, Any]], Screen]:
    """What Telegram would show: it must take the message."""
    scene = scene_for(locale)
    screen = task_screen.show(scene, work)
    text, entities = parse_html(render(screen, voice(locale)).text)
    assert 1 <= utf16_length(text) <= LIMIT
    return text, entities, screen


def quotes(text: str, entities: list[dict[str, Any]]) -> list[str]:
    return [utf16_slice(text, one["offset"], one["length"]) for one in entities if "blockquote" in one["type"]]


@settings(max_examples=40)
@given(SIZES, SHAPES, SHORT_SHAPES, st.sampled_from(["en", "de", "ar", "hi"]), st.integers(0, 5), st.booleans())
def test_every_page_of_any_task_fits_and_the_pages_are_the_content(
    size: int, shape: str, words: str, locale: str, asking: int, own: bool
) -> None:
    """While any question is asked, each page of any task is one message, and the pages together are all its content."""
    questions = asked_by(words) if own else []
    work = work_on(size, shape, words, questions, pages_seen=LAST_PAGE)
    ask = work.kind.form.questions[asking % len(work.kind.form.questions)].id
    parts, pages = task_screen.pages(scene_for(locale), with_page(work, 0, asking=ask))
    found = []
    for page in range(len(pages)):
        text, entities, _ = shown(with_page(work, page, asking=ask), locale)
        found += quotes(text, entities)
    assert "".join(found) == "".join(part.content for part in parts)


@settings(max_examples=20)
@given(SIZES, SHAPES, SHORT_SHAPES)
def test_nothing_is_asked_before_the_last_page_was_shown(size: int, shape: str, words: str) -> None:
    """With several pages the first has no question and no answer to tap, only the way on."""
    work = work_on(size, shape, words, asked_by(words), pages_seen=1)
    _, pages = task_screen.pages(scene_for(), work)
    _, _, screen = shown(work)
    verbs = {button.action.split(":")[0] for group in screen.rows for button in group.buttons}
    assert ("answer" in verbs) is (len(pages) == 1)
    assert ("page" in verbs) is (len(pages) > 1)


TYPED = st.builds(filled, SHAPES, st.sampled_from([1, 500, 2000]))


@settings(max_examples=30)
@given(SIZES, SHAPES, SHORT_SHAPES, TYPED)
def test_the_summary_of_a_kinds_own_form_fits(size: int, shape: str, words: str, why: str) -> None:
    """When all is answered, each page of the summary is one message, and the typed words are in it whole."""
    work = work_on(size, shape, words, [], pages_seen=LAST_PAGE, draft={"preference": "a_better", "why": why})
    _, pages = task_screen.pages(scene_for(), work)
    found = []
    for page in range(len(pages)):
        text, entities, _ = shown(with_page(work, page))
        found += quotes(text, entities)
    assert "".join(found).endswith(why)


@settings(max_examples=20)
@given(SHAPES, TYPED)
def test_a_recorded_answer_fits(shape: str, why: str) -> None:
    """After Submit each page shows the answer, with the typed words whole."""
    values = {"preference": "both_bad", "why": why}
    work = replace(
        work_on(60_000, shape, "😀", [], state=AssignmentState.SUBMITTED, draft=None), answer=an_answer(values)
    )
    _, pages = task_screen.pages(scene_for(), work)
    found = []
    for page in range(len(pages)):
        text, entities, _ = shown(with_page(work, page))
        found += quotes(text, entities)
    assert "".join(found) == why


@settings(max_examples=30)
@given(SIZES, SHAPES, SHORT_SHAPES, TYPED)
def test_a_typed_answer_that_is_being_changed_fits(size: int, shape: str, words: str, why: str) -> None:
    """Going back to a question shows what was typed so far, whole, beside every page of the task."""
    draft = {"preference": "a_better", "why": why}
    work = work_on(size, shape, words, [], pages_seen=LAST_PAGE, draft=draft, asking="why")
    _, pages = task_screen.pages(scene_for(), work)
    found = []
    for page in range(len(pages)):
        text, entities, _ = shown(with_page(work, page))
        found += quotes(text, entities)
    assert why in "".join(found)


@pytest.mark.parametrize("count", [1, 6, 20])
@pytest.mark.parametrize("words", ["x", "😀"])
def test_the_summary_of_the_longest_own_form_fits(count: int, words: str) -> None:
    """The summary of a project's own questions, as many and as long as a file may hold, is whole on its pages."""
    options = [{"id": f"o{number}", "label": filled(words, 60)} for number in range(12)]
    table = {"type": "choices", "prompt": filled(words, 300), "options": options}
    questions = [{"id": f"q{number}", **table} for number in range(count)]
    everything = [option["id"] for option in options]
    draft = {f"q{number}": everything for number in range(count)}
    work = work_on(2600, "x", words, questions, pages_seen=LAST_PAGE, draft=draft)
    _, pages = task_screen.pages(scene_for(), work)
    said = "".join(shown(with_page(work, page))[0] for page in range(len(pages)))
    assert said.count(filled(words, 60)) >= 12 * count


def test_our_own_words_are_translated_on_the_way() -> None:
    """A screen's `Text`s are said in the reader's language, while its content is not."""
    form = Form((Question("q", QuestionType.TEXT, "Submit"),))
    assert not isinstance(form.questions[0].prompt, Text)
    screen = Screen("s", (Line(Text("{n} zebra", {"n": 1234})), Quote("Submit")))
    assert render(screen, Voice("de")).text == "1.234 zebra\n\n<blockquote>Submit</blockquote>"
