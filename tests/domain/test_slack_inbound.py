"""Slack's payloads as arrivals."""

from typing import Any

import pytest

from handlers.flows.intents import Command, Left, Looked, Press, Said
from handlers.slack import inbound

ANA = {"id": "U01", "team_id": "T01"}


def tap(**changes: Any) -> dict[str, Any]:
    """A tapped button of a message, as Slack sends it."""
    action = {"type": "button", "action_id": "answer:81:0:2", "block_id": "0", "value": "answer:81:0:2"}
    container = {"type": "message", "channel_id": "D01", "message_ts": "17.1"}
    return {"user": ANA, "trigger_id": "1.2.3", "container": container, "actions": [action], **changes}


def typed(text: str = "", **event: Any) -> dict[str, Any]:
    said = {"type": "message", "channel_type": "im", "channel": "D01", "user": "U01", "ts": "17.2", "text": text}
    return {"event_id": "Ev1", "event": {**said, **event}}


def text_of(body: dict[str, Any]) -> str:
    arrival = inbound.wrote(body)
    assert arrival is not None
    assert isinstance(arrival.intent, Said)
    return arrival.intent.text


def test_a_tap_becomes_a_press() -> None:
    """A tapped button arrives with what it carried, the message that it was on, and a key of its own."""
    arrival = inbound.pressed(tap())
    assert arrival is not None
    assert (arrival.intent, arrival.message, arrival.user, arrival.address, arrival.key) == (
        Press("answer:81:0:2"), "D01:17.1", "U01", "U01", "1.2.3",
    )  # fmt: skip


def test_a_radio_button_is_a_press() -> None:
    """A picked option counts like a tapped button."""
    action = {"type": "radio_buttons", "action_id": "pick", "selected_option": {"value": "answer:81:0:4"}}
    arrival = inbound.pressed(tap(actions=[action]))
    assert arrival is not None
    assert arrival.intent == Press("answer:81:0:4")


def test_a_tap_in_the_app_home_names_it() -> None:
    """What is tapped in the App Home is answered there."""
    arrival = inbound.pressed(tap(container={"type": "view", "view_id": "V1"}, view={"type": "home", "id": "V1"}))
    assert arrival is not None
    assert (arrival.message, arrival.at_home) == (inbound.HOME, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"actions": [{"type": "datepicker", "action_id": "x", "selected_date": "2026-01-01"}]},
        {"container": {"type": "view", "view_id": "V1"}, "view": {"type": "modal", "id": "V1"}},
    ],
)
def test_what_is_none_of_ours_is_no_arrival(changes: dict[str, Any]) -> None:
    """Elements that we never send, and buttons in modals, are not taken for presses."""
    assert inbound.pressed(tap(**changes)) is None


def test_what_is_being_typed_is_no_answer_yet() -> None:
    """A character typed into a modal tells the question, the words so far, and when."""
    action = {"type": "plain_text_input", "action_id": "text", "value": "The dos", "action_ts": "17.3"}
    view = {"type": "modal", "id": "V1", "private_metadata": "ask:81:2"}
    body = tap(container={"type": "view", "view_id": "V1"}, view=view, actions=[action])
    assert inbound.jotted(body) == inbound.Jotting("U01", "V1:ask:81:2", "ask:81:2", "The dos", "17.3")
    assert inbound.jotted(tap()) is None


def test_a_sent_modal_answers_its_question() -> None:
    """The words of a modal go to the question that it asked."""
    view = {
        "id": "V1", "hash": "h", "private_metadata": "ask:81:2",
        "state": {"values": {"ask:81:2": {"text": {"type": "plain_text_input", "value": "Because."}}}},
    }  # fmt: skip
    arrival = inbound.submitted({"user": ANA, "view": view, "trigger_id": "4.5"})
    assert arrival is not None
    assert arrival.intent == Said("Because.", "ask:81:2")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Command("start")),
        ("next", Command("next")),
        ("  WHY  ", Command("why")),
        ("/me", Command("me")),
        ("link abcd-efgh ", Command("link", "abcd-efgh")),
    ],
)
def test_a_slash_command_is_a_command(text: str, command: Command) -> None:
    """The first word behind /tapwork is the command, the rest its argument; nothing is the start."""
    arrival = inbound.commanded({"user_id": "U01", "text": text, "trigger_id": "1"})
    assert arrival.intent == command


def test_the_message_shortcut_is_a_command_about_a_message() -> None:
    """The shortcut on a message reports that message's task."""
    body = {"user": ANA, "trigger_id": "1", "channel": {"id": "D01"}, "message": {"ts": "17.1"}}
    arrival = inbound.reported(body)
    assert (arrival.intent, arrival.message) == (Command("report"), "D01:17.1")


def test_typed_words_arrive_as_they_were_typed() -> None:
    """Emoji are themselves, addresses are as typed, and lists keep their lines."""
    section = {
        "type": "rich_text_section",
        "elements": [
            {"type": "text", "text": "5 < 6 & "},
            {"type": "emoji", "name": "+1", "unicode": "1f44d-1f3fb"},
            {"type": "text", "text": " "},
            {"type": "link", "url": "http://en.example.org/x", "text": "en.example.org/x"},
            {"type": "emoji", "name": "party_parrot"},
        ],
    }
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}
    rich = {"type": "rich_text", "elements": [section, {"type": "rich_text_list", "elements": [item, item]}]}
    body = typed("5 &lt; 6 &amp; :+1:", blocks=[rich])
    assert text_of(body) == "5 < 6 & 👍🏻 en.example.org/x:party_parrot:\none\none"


def test_words_without_rich_text_are_unescaped() -> None:
    """Where Slack sends its own notation only, it is turned back."""
    assert (
        text_of(typed("5 &lt; 6, see <http://a.org/x|a.org/x> or <https://b.org>"))
        == "5 < 6, see a.org/x or https://b.org"
    )


def test_a_reply_in_a_thread_names_the_message() -> None:
    """A reply to one of our messages says which."""
    arrival = inbound.wrote(typed("4", thread_ts="17.1"))
    assert arrival is not None
    assert arrival.replies_to == "D01:17.1"


@pytest.mark.parametrize(
    "event",
    [{"bot_id": "B1"}, {"subtype": "message_changed"}, {"channel_type": "channel"}, {"user": None}],
)
def test_other_messages_do_not_concern_us(event: dict[str, Any]) -> None:
    """Edits, bots and other channels are no words to us."""
    assert inbound.wrote(typed("x", **event)) is None


def test_opening_the_app() -> None:
    """Opening the home is a look at it; opening the messages is a start for those who are new."""
    body = {"event_id": "Ev2", "event": {"type": "app_home_opened", "user": "U01", "tab": "home"}}
    arrival = inbound.looked(body, known=True)
    assert arrival is not None
    assert (arrival.intent, arrival.at_home, arrival.message) == (Looked(), True, inbound.HOME)
    body["event"] |= {"tab": "messages"}  # type: ignore[operator]
    first = inbound.looked(body, known=False)
    assert first is not None
    assert first.intent == Command("start")
    assert inbound.looked(body, known=True) is None


def test_a_closed_account_has_left() -> None:
    """Somebody whose account is closed wants nothing any more; other changes mean nothing."""
    gone = inbound.left({"event_id": "Ev3", "event": {"user": {"id": "U01", "deleted": True}}})
    assert gone is not None
    assert gone.intent == Left()
    assert inbound.left({"event_id": "Ev4", "event": {"user": {"id": "U01", "deleted": False}}}) is None
