"""Screens as Block Kit, checked by Slack's own library and by the sandbox's rules."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block as SdkBlock
from slack_sdk.models.views import View as SdkView

from bot.domain.text import T
from bot.i18n import available, voice
from bot.services.answering import LAST_PAGE
from handlers.flows import task_screen
from handlers.flows.screens import Ask, Button, Line, Quote, Screen, Title, grid, press, row
from handlers.slack.render import LABEL, MODAL_TITLE, escape, home, message, modal
from handlers.slack.sender import COMMAND
from sandbox.slack.blockkit.surfaces import message_blocks, view_content
from sandbox.slack.reading import plain_in, quotes_in
from tests.support.screens import BLOCKS, SHAPES, SHORT_SHAPES, SIZES, WORDS, asked_by, scene_for, words_of, work_on

ENGLISH = voice("en", "UTC", COMMAND)


def checked(screen: Screen, said: Any = ENGLISH) -> dict[str, Any]:
    """The message, which Slack's own library and the sandbox must take."""
    made = message(screen, said)
    for block in SdkBlock.parse_all(made["blocks"]):
        block.validate_json()
    message_blocks(made["blocks"])
    return made


@given(st.lists(BLOCKS, min_size=1, max_size=6).map(tuple))
def test_any_content_is_shown_unchanged(blocks: tuple[Any, ...]) -> None:
    """Whatever a screen says, Slack takes it, and shows every text whole and in order."""
    screen = Screen("s", blocks)
    text = plain_in(checked(screen)["blocks"])
    at = 0
    for words in words_of(screen):
        said = ENGLISH.say(words)
        at = text.find(said, at)
        assert at >= 0
        at += len(said)


@given(WORDS)
def test_content_is_never_parsed(content: str) -> None:
    """Content stands in rich text and plain text only, where Slack looks for no markup."""
    made = checked(
        Screen("s", (Title(content), Quote(content, "Label"), Line(content)), (row(Button(content[:60], "a")),))
    )
    assert "mrkdwn" not in str([_kinds(block) for block in made["blocks"]])
    assert quotes_in(made["blocks"]) == [content]
    assert made["text"] == escape(content)


def _kinds(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [str(value.get("type")), *(kind for one in value.values() for kind in _kinds(one))]
    return [kind for one in value for kind in _kinds(one)] if isinstance(value, list) else []


def test_the_points_of_a_scale_are_radio_buttons() -> None:
    """A scale of up to ten points is one group of radio buttons with the chosen one marked; a longer one is buttons."""
    points = [Button(str(n), press("answer", 81, 0, n), chosen=n == 3) for n in range(5)]
    [actions] = checked(Screen("s", (), (grid(points, 5, scale=True),)))["blocks"]
    [element] = actions["elements"]
    assert element["type"] == "radio_buttons"
    assert [option["value"] for option in element["options"]] == [one.action for one in points]
    assert element["initial_option"]["text"]["text"] == "3"
    many = [Button(str(n), press("answer", 81, 0, n)) for n in range(11)]
    [actions] = checked(Screen("s", (), (grid(many, 6, scale=True),)))["blocks"]
    assert {element["type"] for element in actions["elements"]} == {"button"}


def test_two_questions_never_share_a_radio_group() -> None:
    """Each question's radio buttons have a name of their own, or a client would keep what was picked for the last."""
    names = {
        checked(Screen("s", (), (grid([Button("1", press("answer", 81, q, 0))], 5, scale=True),)))["blocks"][0][
            "block_id"
        ]
        for q in range(3)
    }
    assert len(names) == 3


def test_a_label_too_long_for_a_button_is_told_whole() -> None:
    """Where a label does not fit its button, all labels are listed above, numbered like the buttons."""
    long = "An option " * 12
    made = checked(Screen("s", (), (grid([Button("Short", "a:1"), Button(long, "a:2")], 1),)))["blocks"]
    assert long in plain_in(made)
    labels = [element["text"]["text"] for element in made[-1]["elements"]]
    assert labels[0] == "1. Short"
    assert len(labels[1]) == LABEL


@given(st.integers(1, 60))
def test_any_number_of_buttons_is_there(count: int) -> None:
    """However many buttons a group has, all are there, in order, with names of their own."""
    buttons = [Button(str(n), press("x", n)) for n in range(count)]
    blocks = checked(Screen("s", (Line("?"),), (grid(buttons, 2),)))["blocks"]
    assert [one["value"] for block in blocks[1:] for one in block["elements"]] == [one.action for one in buttons]


@settings(max_examples=40)
@given(SIZES, SHAPES, SHORT_SHAPES, st.sampled_from(["en", "de", "ar", "hi"]), st.integers(0, 5), st.booleans())
def test_every_page_of_any_task_fits(size: int, shape: str, words: str, locale: str, asking: int, own: bool) -> None:
    """While any question is asked, each page of any task is one message that Slack takes."""
    work = work_on(size, shape, words, asked_by(words) if own else [], pages_seen=LAST_PAGE)
    ask = work.kind.form.questions[asking % len(work.kind.form.questions)].id
    scene = scene_for(locale)
    asked = replace(work, assignment=replace(work.assignment, asking=ask))
    found = []
    for page in range(len(task_screen.pages(scene, asked)[1])):
        turned = replace(asked, assignment=replace(asked.assignment, page=page))
        found += quotes_in(checked(task_screen.show(scene, turned), voice(locale, "UTC", COMMAND))["blocks"])
    assert "".join(found) == "".join(part.content for part in task_screen.pages(scene, asked)[0])


@given(WORDS, WORDS, st.text(max_size=4000), st.booleans())
def test_a_modal_asks_with_what_was_written(question: str, hint: str, written: str, long: bool) -> None:
    """A modal shows the question whole and what was typed before: in the field and, where that is too small, above."""
    view = modal(Ask("ask:81:2", question, hint, written, long), ENGLISH)
    SdkView(**view).validate_json()
    view_content(view, "modal")
    assert view["private_metadata"] == "ask:81:2"
    block = view["blocks"][-1]
    assert block["label"]["text"] == question
    assert block["element"].get("initial_value", "") == written[:3000]
    assert quotes_in(view["blocks"][:-1]) == ([written] if len(written) > 3000 else [])


@pytest.mark.parametrize("locale", available())
def test_modal_titles_fit_in_every_language(locale: str) -> None:
    """The few letters that a modal's title and buttons may have are enough in each language, without cutting."""
    view = modal(Ask("ask:81:2", "?", "!"), voice(locale))
    for part in ("title", "submit", "close"):
        assert len(view[part]["text"]) <= MODAL_TITLE
        assert not view[part]["text"].endswith("…")


def test_commands_are_named_as_slack_writes_them() -> None:
    """Texts that name a command name it with the app's one slash command before it."""
    text = T("There is no task for you right now. One comes as soon as there is; /why says more.")
    assert "/tapwork why says more" in plain_in(checked(Screen("s", (Line(text),)))["blocks"])
    arabic = voice("ar", "UTC", COMMAND).say(text)
    assert "\u2068/tapwork why\u2069" in arabic
    assert ENGLISH.say(T("Please send a web address such as https://example.org/page.")).count("/tapwork") == 0


def test_a_page_of_several_parts_is_one_view() -> None:
    """The parts of a page stand below each other, each with its buttons, divided by lines."""
    parts = (Screen("", (Title("Two"),), (row(Button("B", "b")),)), Screen("", (Line("Three"),)))
    view = home(Screen("home", (Title("One"),), (row(Button("A", "a")),), below=parts), ENGLISH)
    view_content(view, "home")
    kinds = [block["type"] for block in view["blocks"]]
    assert kinds == ["header", "actions", "divider", "header", "actions", "divider", "rich_text"]
