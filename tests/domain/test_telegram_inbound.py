"""Telegram's updates as arrivals."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from handlers.flows.intents import Arrival, Command, Left, Press, Said
from handlers.telegram.inbound import arrival

BOT = 4242
ANA = {"id": 777, "is_bot": False, "first_name": "Ana", "language_code": "es"}
CHAT = {"id": 777, "type": "private", "first_name": "Ana"}
GROUP = {"id": -100, "type": "supergroup", "title": "Everybody"}


def taken(**parts: Any) -> Arrival | None:
    """The arrival of an update as Telegram sends it."""
    update = Update.de_json({"update_id": 9, **parts}, None)
    assert update is not None
    return arrival(update, BOT)


def message(text: str | None = None, **changes: Any) -> dict[str, Any]:
    said = {} if text is None else {"text": text}
    return {"message_id": 5, "date": 1_790_000_000, "chat": CHAT, "from": ANA, **said, **changes}


def query(**changes: Any) -> dict[str, Any]:
    return {"id": "q", "from": ANA, "chat_instance": "c", "data": "answer:81:0", "message": message("task"), **changes}


def test_a_message_becomes_an_arrival() -> None:
    """What was typed arrives with who, where, in which language, and the update's own key."""
    assert taken(message=message("Hello")) == Arrival(
        "telegram", "4242:9", "777", "777", "es", Said("Hello"), message="5", replies_to=None
    )


def test_a_reply_says_what_it_replies_to() -> None:
    """A reply arrives with the id of the message that it answers."""
    replied = taken(message=message("Because.", reply_to_message={**message("Why?"), "message_id": 3}))
    assert replied is not None
    assert (replied.intent, replied.replies_to) == (Said("Because."), "3")


def test_a_tap_becomes_a_press() -> None:
    """A tapped button arrives with what it carried and the message that it was on."""
    tap = taken(callback_query=query())
    assert tap is not None
    assert (tap.intent, tap.message, tap.user, tap.address) == (Press("answer:81:0"), "5", "777", "777")


def test_a_tap_on_an_old_message_still_counts() -> None:
    """A message too old for Telegram to show us still has its chat and id."""
    tap = taken(callback_query=query(message={"message_id": 5, "date": 0, "chat": CHAT}))
    assert tap is not None
    assert (tap.intent, tap.message) == (Press("answer:81:0"), "5")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("/start", Command("start")),
        ("/start payload_1", Command("start", "payload_1")),
        ("/START@Tapwork_bot  a b ", Command("start", "a b")),
        ("/next\nplease", Command("next", "please")),
        ("/unknown", Command("unknown")),
        ("/", Said("/")),
        ("/ next", Said("/ next")),
        ("/5", Said("/5")),
        ("//", Said("//")),
        ("/usr/bin is a folder", Said("/usr/bin is a folder")),
        ("/привет", Said("/привет")),
        ("/next, please", Said("/next, please")),
        ("see /help", Said("see /help")),
        (" /help", Said(" /help")),
    ],
)
def test_commands_are_what_telegram_takes_for_commands(text: str, intent: object) -> None:
    """A slash with Latin letters, digits and underscores begins a command; everything else was typed."""
    arrived = taken(message=message(text))
    assert arrived is not None
    assert arrived.intent == intent


@given(st.text(min_size=1, max_size=50))
def test_any_text_arrives(text: str) -> None:
    """Whatever is typed arrives as a command or unchanged."""
    arrived = taken(message=message(text))
    assert arrived is not None
    assert arrived.intent == Said(text) or (isinstance(arrived.intent, Command) and text.startswith("/"))


def test_a_picture_is_said_without_words() -> None:
    """What is not text arrives as something said that has no text."""
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    arrived = taken(message=message(photo=photo, caption="look"))
    assert arrived is not None
    assert arrived.intent == Said("")


@pytest.mark.parametrize("status", ["kicked", "left"])
def test_a_block_is_heard(status: str) -> None:
    """Whoever blocks the bot has left."""
    arrived = taken(my_chat_member=membership(status))
    assert arrived is not None
    assert (arrived.intent, arrived.user) == (Left(), "777")


def membership(status: str, chat: dict[str, Any] = CHAT) -> dict[str, Any]:
    bot = {"id": BOT, "is_bot": True, "first_name": "Tapwork"}
    extra = {"until_date": 0} if status == "kicked" else {}
    return {
        "chat": chat,
        "from": ANA,
        "date": 1_790_000_000,
        "old_chat_member": {"user": bot, "status": "member"},
        "new_chat_member": {"user": bot, "status": status, **extra},
    }


def test_a_client_without_a_language_has_none() -> None:
    """Telegram may not tell the client's language."""
    stranger = {name: value for name, value in ANA.items() if name != "language_code"}
    arrived = taken(message=message("Hi", **{"from": stranger}))
    assert arrived is not None
    assert arrived.language is None


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"message": message("Hello", chat=GROUP)},
        {"message": {name: value for name, value in message("Hello").items() if name != "from"}},
        {"callback_query": query(message=message("task", chat=GROUP))},
        {"callback_query": {name: value for name, value in query().items() if name != "message"}},
        {"callback_query": {name: value for name, value in query(game_short_name="g").items() if name != "data"}},
        {"my_chat_member": membership("member")},
        {"my_chat_member": membership("left", GROUP)},
        {"edited_message": message("Hello")},
        {"channel_post": message("Hello", chat={"id": -5, "type": "channel", "title": "News"})},
        {"poll": {"id": "p", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
                  "is_anonymous": True, "type": "regular", "allows_multiple_answers": False, "allows_revoting": False,
                  "members_only": False}},
    ],
)  # fmt: skip
def test_what_does_not_concern_us_is_left_alone(parts: dict[str, Any]) -> None:
    """Groups, channels, edits, messages of nobody and taps without a message or data are no arrivals."""
    assert taken(**parts) is None


def test_keys_belong_to_a_bot() -> None:
    """The same update id of another bot is another update."""
    update = Update.de_json({"update_id": 9, "message": message("Hello")}, None)
    keys = {one.key for bot in (1, 2) if (one := arrival(update, bot))}
    assert keys == {"1:9", "2:9"}
