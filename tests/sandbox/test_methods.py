"""Bot API methods over HTTP: what they do and what they refuse."""

import asyncio
from typing import Any

import aiohttp
import pytest
import telegram

from sandbox.errors import WorldError
from sandbox.server import Sandbox
from sandbox.telegram.chats import Person
from sandbox.telegram.files import image_size

from sandbox_client import Client, Clock  # isort: skip

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x03\x08\x02\x00\x00\x00"
    b"\x12\x16\xf1M\x00\x00\x00\x00IEND\xaeB`\x82"
)
KEYBOARD = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "No", "callback_data": "n"}]]}
NOT_MODIFIED = (
    "400 Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


def buttons(count: int, per_row: int = 8, **values: str) -> dict[str, Any]:
    every = [{"text": "x", "callback_data": str(n), **values} for n in range(count)]
    return {"inline_keyboard": [every[n : n + per_row] for n in range(0, count, per_row)]}


async def test_encodings_are_alike(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """JSON, a form, a multipart form and the query string carry the same call."""
    url = f"{sandbox.url}/bot{sandbox.token}/sendMessage"
    flat = {"chat_id": str(ana.id), "text": "hi", "reply_markup": '{"force_reply":true}', "protect_content": "true"}
    multipart = aiohttp.MultipartWriter("form-data")
    for name, value in flat.items():
        multipart.append(value).set_content_disposition("form-data", name=name)
    calls = [
        api.http.post(
            url, json={"chat_id": ana.id, "text": "hi", "reply_markup": {"force_reply": True}, "protect_content": True}
        ),
        api.http.post(url, json=flat),
        api.http.post(url, data=flat),
        api.http.post(url, data=multipart),
        api.http.get(url, params=flat),
    ]
    for call in calls:
        async with call as answer:
            assert answer.status == 200, await answer.text()
    expected = {"chat_id": ana.id, "text": "hi", "reply_markup": {"force_reply": True}, "protect_content": True}
    assert [call.params for call in sandbox.world.calls] == [expected] * 5
    assert all(message.force_reply for message in sandbox.world.messages(ana.id)[1:])


async def test_address(api: Client, sandbox: Sandbox) -> None:
    """A wrong token is 401, an unknown method and an unknown address are 404, in Telegram's form."""
    for path, status, description in (
        ("/bot1:wrong/getMe", 401, "Unauthorized"),
        (f"/bot{sandbox.token}/getMee", 404, "Not Found"),
        ("/nowhere", 404, "Not Found"),
    ):
        async with api.http.post(sandbox.url + path) as answer:
            assert await answer.json() == {"ok": False, "error_code": status, "description": description}
            assert answer.status == status


@pytest.mark.parametrize(
    ("method", "params", "reason"),
    [
        (
            "sendMessage",
            {"chat_id": 1, "text": "x", "replymarkup": "{}"},
            'unknown parameter "replymarkup" of sendMessage',
        ),
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 1}, "message text is empty"),
        ("sendMessage", {"chat_id": 1, "text": 5}, 'can\'t parse parameter "text": text must be String'),
        (
            "sendMessage",
            {"chat_id": 1.5, "text": "x"},
            'can\'t parse parameter "chat_id": chat_id must be Integer or String',
        ),
        (
            "deleteMessage",
            {"chat_id": 1, "message_id": "x"},
            'can\'t parse parameter "message_id": message_id must be Integer',
        ),
        (
            "deleteMessage",
            {"chat_id": 1, "message_id": True},
            'can\'t parse parameter "message_id": message_id must be Integer',
        ),
        (
            "sendMessage",
            {"chat_id": 1, "text": "x", "reply_markup": {"inline": []}},
            'can\'t parse parameter "reply_markup"',
        ),
        (
            "sendMessage",
            {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x", "callbackdata": "y"}]]}},
            'can\'t parse parameter "reply_markup": unknown field "callbackdata" in InlineKeyboardButton'
            " at reply_markup.inline_keyboard[0][0]",
        ),
        (
            "setMyCommands",
            {"commands": {"command": "x"}},
            'can\'t parse parameter "commands": commands must be an array',
        ),
    ],
)
async def test_parameters_are_checked(api: Client, method: str, params: dict[str, Any], reason: str) -> None:
    """A parameter that is unknown, missing or of the wrong type is refused by name."""
    assert (await api.refused(method, **params)).startswith(f"400 Bad Request: {reason}")


async def test_unreadable_body(api: Client, sandbox: Sandbox) -> None:
    """A body that is no JSON object is refused, and the refusal is in the log."""
    url = f"{sandbox.url}/bot{sandbox.token}/getMe"
    for body in (b"{", b"[1]"):
        async with api.http.post(url, data=body, headers={"Content-Type": "application/json"}) as answer:
            assert (answer.status, (await answer.json())["error_code"]) == (400, 400)
    assert [call.status for call in sandbox.world.calls] == [400, 400]


async def test_send_message(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """The answer is the message as it stands in the chat, entities parsed, keyboard attached."""
    sent = await api.call(
        "sendMessage",
        chat_id=ana.id,
        text="<b>😀</b> <blockquote>q</blockquote>",
        parse_mode="HTML",
        reply_markup=KEYBOARD,
    )
    message = sandbox.world.messages(ana.id)[-1]
    assert sent == message.to_json()
    assert (message.text, message.from_bot, message.edited, message.chat_id) == ("😀 q", True, False, ana.id)
    assert message.quotes() == ["q"]
    assert [[button.text for button in row] for row in message.buttons()] == [["Yes", "No"]]
    assert sent["entities"][0] == {"type": "bold", "offset": 0, "length": 2}


async def test_who_may_be_written_to(api: Client, sandbox: Sandbox) -> None:
    """Nobody unknown, nobody who never wrote, nobody who blocked the bot."""
    ana = sandbox.world.add_person("Ana")
    assert await api.refused("sendMessage", chat_id=77, text="x") == "400 Bad Request: chat not found"
    never = "403 Forbidden: bot can't initiate conversation with a user"
    assert await api.refused("sendMessage", chat_id=ana.id, text="x") == never
    sandbox.world.send(ana.id, "hello")
    await api.call("sendMessage", chat_id=ana.id, text="x")
    sandbox.world.block(ana.id)
    assert await api.refused("sendMessage", chat_id=ana.id, text="x") == "403 Forbidden: bot was blocked by the user"
    sandbox.world.unblock(ana.id)
    await api.call("sendMessage", chat_id=ana.id, text="x")


@pytest.mark.parametrize(
    ("text", "mode", "reason"),
    [
        ("", None, "message text is empty"),
        (" \n ", None, "message text is empty"),
        ("\u200b\ufeff", None, "message text is empty"),
        ("<b></b>", "HTML", "message text is empty"),
        ("x" * 4097, None, "message is too long"),
        ("😀" * 2049, None, "message is too long"),
        ("<b>x", "HTML", "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        ("*x*", "MarkdownV2", "unsupported parse_mode 'MarkdownV2'; the sandbox reads HTML only"),
    ],
)
async def test_texts_refused(api: Client, ana: Person, text: str, mode: str | None, reason: str) -> None:
    """Empty, too long and wrongly marked up texts are refused in Telegram's words."""
    values = {"parse_mode": mode} if mode else {}
    assert await api.refused("sendMessage", chat_id=ana.id, text=text, **values) == f"400 Bad Request: {reason}"


async def test_longest_text(api: Client, ana: Person) -> None:
    """4096 characters pass, counted after the markup is taken away."""
    sent = await api.call("sendMessage", chat_id=ana.id, text="<b>" + "&lt;" * 4096 + "</b>", parse_mode="HTML")
    assert sent["text"] == "<" * 4096


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        (buttons(101), "reply markup is too long"),
        (buttons(9, per_row=9), "reply markup is too long: a row has at most 8 buttons"),
        (buttons(1, callback_data=""), "BUTTON_DATA_INVALID"),
        (buttons(1, callback_data="é" * 33), "BUTTON_DATA_INVALID"),
        (buttons(1, text=" "), "inline keyboard button text must be non-empty"),
        (
            {"inline_keyboard": [[{"text": "x"}]]},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            buttons(1, url="https://x.org"),
            "can't parse inline keyboard button: only one of url, callback_data may be given",
        ),
        (
            {"inline_keyboard": [[{"text": "x", "url": "javascript:alert(1)"}]]},
            "inline keyboard button URL 'javascript:alert(1)' is invalid: Wrong HTTP URL",
        ),
        (
            {"inline_keyboard": [[{"text": "x", "url": "http://localhost/x"}]]},
            "inline keyboard button URL 'http://localhost/x' is invalid: Wrong HTTP URL",
        ),
        (
            {"force_reply": True, "input_field_placeholder": "x" * 65},
            "input_field_placeholder must have 1-64 characters",
        ),
        ({"force_reply": False}, "force_reply and remove_keyboard must be True where they are given"),
        ({"keyboard": [[]]}, "can't parse keyboard: at least one button must be given"),
    ],
)
async def test_markups_refused(api: Client, sandbox: Sandbox, ana: Person, markup: Any, reason: str) -> None:
    """Keyboards beyond Telegram's limits are refused, and nothing is sent."""
    assert (
        await api.refused("sendMessage", chat_id=ana.id, text="x", reply_markup=markup) == f"400 Bad Request: {reason}"
    )
    assert len(sandbox.world.messages(ana.id)) == 1


@pytest.mark.parametrize(
    "markup",
    [
        buttons(100),
        buttons(1, callback_data="é" * 32),
        {
            "inline_keyboard": [
                [{"text": "x", "url": "https://t.me/b?start=1"}, {"text": "y", "url": "tg://resolve?domain=b"}]
            ]
        },
        {"inline_keyboard": [[{"text": "x", "copy_text": {"text": "y"}}]]},
        {"keyboard": [[{"text": "x"}]], "resize_keyboard": True},
        {"remove_keyboard": True},
        {"inline_keyboard": []},
    ],
    ids=["most", "bytes", "links", "copy", "reply", "remove", "empty"],
)
async def test_markups_taken(api: Client, ana: Person, markup: Any) -> None:
    """Keyboards at the limits are taken; only an inline one shows in the message."""
    sent = await api.call("sendMessage", chat_id=ana.id, text="x", reply_markup=markup)
    assert sent.get("reply_markup") == (markup if markup.get("inline_keyboard") else None)


async def test_replies(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """A reply shows the whole message; one to a message that is gone is refused unless it may go without."""
    first = sandbox.world.messages(ana.id)[0]
    sent = await api.call("sendMessage", chat_id=ana.id, text="x", reply_parameters={"message_id": first.message_id})
    assert sent["reply_to_message"] == first.to_json()
    gone = {"message_id": 9999}
    missing = "400 Bad Request: message to be replied not found"
    assert await api.refused("sendMessage", chat_id=ana.id, text="x", reply_parameters=gone) == missing
    gone["allow_sending_without_reply"] = True
    assert "reply_to_message" not in await api.call("sendMessage", chat_id=ana.id, text="x", reply_parameters=gone)
    answer = sandbox.world.send(ana.id, "answer", reply_to=sent["message_id"])
    update = (await api.call("getUpdates"))[-1]
    assert update["message"]["reply_to_message"]["text"] == "x"
    assert "reply_to_message" not in update["message"]["reply_to_message"], "one level deep, as Telegram does"
    assert answer.reply_to == sent["message_id"]


async def test_edit_text(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """An edit replaces text and keyboard; the keyboard goes when it is not given again."""
    sent = await api.call("sendMessage", chat_id=ana.id, text="one", reply_markup=KEYBOARD)
    where = {"chat_id": ana.id, "message_id": sent["message_id"]}
    assert await api.refused("editMessageText", **where, text="one", reply_markup=KEYBOARD) == NOT_MODIFIED
    edited = await api.call("editMessageText", **where, text="two", reply_markup=KEYBOARD)
    assert (edited["text"], edited["reply_markup"]) == ("two", KEYBOARD)
    assert edited["edit_date"] >= edited["date"]
    assert "reply_markup" not in await api.call("editMessageText", **where, text="two")
    assert sandbox.world.messages(ana.id)[-1].history == ["one", "two", "two"]
    await api.call("editMessageReplyMarkup", **where, reply_markup=KEYBOARD)
    assert await api.refused("editMessageReplyMarkup", **where, reply_markup=KEYBOARD) == NOT_MODIFIED


async def test_edit_keeps_what_was_sent_with_the_message(api: Client, ana: Person) -> None:
    """Protection stays through an edit, while a link preview's options are those of the last edit."""
    preview = {"is_disabled": True}
    sent = await api.call("sendMessage", chat_id=ana.id, text="one", protect_content=True, link_preview_options=preview)
    where = {"chat_id": ana.id, "message_id": sent["message_id"]}
    assert await api.refused("editMessageText", **where, text="one", link_preview_options=preview) == NOT_MODIFIED
    edited = await api.call("editMessageText", **where, text="two")
    assert edited["has_protected_content"] is True
    assert "link_preview_options" not in edited


async def test_what_cannot_be_edited(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """A person's message, a message with another kind of markup, one that is gone, one of the other sort."""
    persons = sandbox.world.messages(ana.id)[0].message_id
    asked = await api.call("sendMessage", chat_id=ana.id, text="x", reply_markup={"force_reply": True})
    for message_id in (persons, asked["message_id"]):
        where = {"chat_id": ana.id, "message_id": message_id}
        assert await api.refused("editMessageText", **where, text="y") == "400 Bad Request: message can't be edited"
    gone = {"chat_id": ana.id, "message_id": 9999}
    assert await api.refused("editMessageText", **gone, text="y") == "400 Bad Request: message to edit not found"
    text = await api.call("sendMessage", chat_id=ana.id, text="x")
    where = {"chat_id": ana.id, "message_id": text["message_id"]}
    no_caption = "400 Bad Request: there is no caption in the message to edit"
    assert await api.refused("editMessageCaption", **where, caption="y") == no_caption
    assert await api.refused("editMessageText", text="y") == "400 Bad Request: chat_id is empty"


async def test_delete(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """A bot deletes its own and the person's messages in a private chat, once."""
    persons = sandbox.world.messages(ana.id)[0].message_id
    own = (await api.call("sendMessage", chat_id=ana.id, text="x"))["message_id"]
    await api.call("deleteMessage", chat_id=ana.id, message_id=own)
    assert await api.refused("deleteMessage", chat_id=ana.id, message_id=own) == (
        "400 Bad Request: message to delete not found"
    )
    await api.call("deleteMessages", chat_id=ana.id, message_ids=[persons, own])
    assert sandbox.world.messages(ana.id) == []
    assert (await api.refused("deleteMessages", chat_id=ana.id, message_ids=[])).startswith("400 ")


async def test_old_messages_stay() -> None:
    """After 48 hours a message can no longer be deleted."""
    clock = Clock()
    async with Sandbox(clock=clock) as sandbox, aiohttp.ClientSession() as session:
        api = Client(session, sandbox)
        ana = sandbox.world.add_person("Ana")
        old = sandbox.world.send(ana.id, "/start").message_id
        clock.now += 48 * 3600 + 1
        assert await api.refused("deleteMessage", chat_id=ana.id, message_id=old) == (
            "400 Bad Request: message can't be deleted for everyone"
        )


async def test_tap_and_answer(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """A tap reaches the bot with the message as it is, and the answer reaches the person."""
    sent = await api.call("sendMessage", chat_id=ana.id, text="x", reply_markup=KEYBOARD)
    tap = sandbox.world.tap(ana.id, sent["message_id"], "y")
    query = (await api.call("getUpdates"))[0]["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"], query["message"]) == (tap.id, "y", ana.id, sent)
    assert await tap.answered(0) is None
    await api.call("answerCallbackQuery", callback_query_id=tap.id, text="Noted", show_alert=True)
    answer = await tap.answered(0.1)
    assert answer is tap.answer is not None
    assert (answer.text, answer.show_alert) == ("Noted", True)
    await api.call("answerCallbackQuery", callback_query_id=tap.id, text="Later")
    assert tap.answer.text == "Noted", "a phone shows the first answer"


async def test_answers_refused(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """A late answer, an unknown query and a text above 200 characters are refused."""
    sent = await api.call("sendMessage", chat_id=ana.id, text="x", reply_markup=KEYBOARD)
    tap = sandbox.world.tap(ana.id, sent["message_id"], "n")
    long = await api.refused("answerCallbackQuery", callback_query_id=tap.id, text="x" * 201)
    assert long == "400 Bad Request: MESSAGE_TOO_LONG"
    too_old = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await api.refused("answerCallbackQuery", callback_query_id="nope") == too_old
    sandbox.world.query_lifetime = 0
    assert await api.refused("answerCallbackQuery", callback_query_id=tap.id) == too_old


async def test_only_live_buttons_can_be_tapped(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """Data that no button has is no tap, unless the phone shows an old screen; a deleted message is inaccessible."""
    sent = await api.call("sendMessage", chat_id=ana.id, text="x", reply_markup=KEYBOARD)
    message_id = sent["message_id"]
    with pytest.raises(WorldError, match="has no button with the data 'z'"):
        sandbox.world.tap(ana.id, message_id, "z")
    sandbox.world.tap(ana.id, message_id, "z", stale=True)
    await api.call("deleteMessage", chat_id=ana.id, message_id=message_id)
    with pytest.raises(WorldError, match="there is no message"):
        sandbox.world.tap(ana.id, message_id, "y")
    sandbox.world.tap(ana.id, message_id, "y", stale=True)
    queries = [update["callback_query"] for update in await api.call("getUpdates")]
    assert queries[0]["message"] == sent
    assert queries[1]["message"] == {"chat": sent["chat"], "message_id": message_id, "date": 0}


async def test_menus(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """A phone lists the narrowest scope's commands, in its language before none."""
    everyone, private, spanish, own = (
        [{"command": name, "description": name}] for name in ("all", "private", "es", "own")
    )
    await api.call("setMyCommands", commands=everyone)
    assert sandbox.world.menu(ana.id) == everyone
    await api.call("setMyCommands", commands=private, scope={"type": "all_private_chats"})
    assert sandbox.world.menu(ana.id) == private
    await api.call("setMyCommands", commands=spanish, scope={"type": "all_private_chats"}, language_code="es")
    assert sandbox.world.menu(ana.id) == spanish
    await api.call("setMyCommands", commands=own, scope={"type": "chat", "chat_id": ana.id})
    assert sandbox.world.menu(ana.id) == own
    assert await api.call("getMyCommands", scope={"type": "all_private_chats"}, language_code="es") == spanish
    assert sandbox.world.commands[("all_private_chats", "es")] == spanish
    await api.call("deleteMyCommands", scope={"type": "chat", "chat_id": ana.id})
    assert sandbox.world.menu(ana.id) == spanish
    assert sandbox.world.menu(sandbox.world.add_person("Bo").id) == private


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"commands": [{"command": "Start", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "x" * 33, "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "x", "description": "x" * 257}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "x", "description": "x"}] * 101}, "too many bot commands specified"),
        ({"commands": [], "language_code": "spa"}, "invalid language code specified"),
        ({"commands": [], "scope": {"type": "chat", "chat_id": 1}}, "chat not found"),
    ],
)
async def test_menus_refused(api: Client, params: dict[str, Any], reason: str) -> None:
    """Commands beyond Telegram's limits are refused."""
    assert await api.refused("setMyCommands", **params) == f"400 Bad Request: {reason}"


async def test_names_and_descriptions(api: Client) -> None:
    """Texts about the bot are kept by language and fall back to the one for everybody."""
    for method, field in (("Description", "description"), ("ShortDescription", "short_description"), ("Name", "name")):
        await api.call(f"setMy{method}", **{field: "Everyone"})
        await api.call(f"setMy{method}", **{field: "Todos"}, language_code="es")
        assert await api.call(f"getMy{method}", language_code="es") == {field: "Todos"}
        assert await api.call(f"getMy{method}", language_code="de") == {field: "Everyone"}
        assert (await api.refused(f"setMy{method}", **{field: "x" * 600})).endswith("is too long")
    await api.call("setChatMenuButton", menu_button={"type": "commands"})
    assert await api.call("getChatMenuButton") == {"type": "commands"}


async def test_files_there_and_back(bot: telegram.Bot, sandbox: Sandbox, ana: Person) -> None:
    """A file that a person sends is downloaded whole, and one that the bot sends is sent again by its id."""
    sandbox.world.upload(ana.id, "answers.csv", b"a,b\n", "text/csv", caption="here")
    message = (await bot.get_updates())[0].message
    assert message is not None
    assert message.document is not None
    assert (message.caption, message.document.mime_type, message.document.file_size) == ("here", "text/csv", 4)
    file = await bot.get_file(message.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"a,b\n"
    sent = await bot.send_document(ana.id, b"whole", filename="whole.txt", caption="<i>c</i>", parse_mode="HTML")
    assert sent.document is not None
    again = await bot.send_document(ana.id, sent.document.file_id)
    assert again.document == sent.document
    stored = sandbox.world.messages(ana.id)[-1].document
    assert stored is not None
    assert stored.content == b"whole"
    with pytest.raises(telegram.error.BadRequest, match="file identifier"):
        await bot.send_document(ana.id, "https://example.org/x.pdf")


async def test_photos(bot: telegram.Bot, sandbox: Sandbox, ana: Person) -> None:
    """A picture has its size; its caption and the picture itself can be edited; other bytes are no picture."""
    sent = await bot.send_photo(ana.id, PNG, caption="50 %")
    assert (sent.photo[-1].width, sent.photo[-1].height) == (2, 3)
    await bot.edit_message_caption(ana.id, sent.message_id, caption="60 %")
    await bot.edit_message_media(telegram.InputMediaPhoto(PNG, caption="70 %"), ana.id, sent.message_id)
    message = sandbox.world.messages(ana.id)[-1]
    assert (message.caption, message.history) == ("70 %", ["50 %", "60 %", "70 %"])
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)no text in the message"):
        await bot.edit_message_text("x", ana.id, sent.message_id)
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(ana.id, b"no picture")
    with pytest.raises(telegram.error.BadRequest, match="caption is too long"):
        await bot.send_photo(ana.id, PNG, caption="x" * 1025)
    with pytest.raises(telegram.error.BadRequest, match="non-empty"):
        await bot.send_document(ana.id, b"", filename="empty.txt")


async def test_the_rest_of_a_chat(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """Chat actions, pins, reactions and facts about chats and members."""
    message_id = (await api.call("sendMessage", chat_id=ana.id, text="x"))["message_id"]
    where = {"chat_id": ana.id, "message_id": message_id}
    assert await api.call("sendChatAction", chat_id=ana.id, action="typing") is True
    assert (await api.refused("sendChatAction", chat_id=ana.id, action="sleeping")).startswith("400 ")
    await api.call("pinChatMessage", **where)
    assert (await api.call("getChat", chat_id=ana.id))["pinned_message"]["message_id"] == message_id
    await api.call("unpinChatMessage", chat_id=ana.id)
    assert "pinned_message" not in await api.call("getChat", chat_id=ana.id)
    await api.call("setMessageReaction", **where, reaction=[{"type": "emoji", "emoji": "👍"}])
    assert sandbox.world.messages(ana.id)[-1].reactions == [{"type": "emoji", "emoji": "👍"}]
    assert (await api.call("getChatMember", chat_id=ana.id, user_id=ana.id))["user"]["first_name"] == "Ana"


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (PNG, (2, 3)),
        (b"GIF89a" + b"\x05\x00\x07\x00", (5, 7)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x09\x00\x0b\x03", (11, 9)),
        (b"RIFF____WEBPVP8X" + bytes(8) + b"\x03\x00\x00\x04\x00\x00", (4, 5)),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"\xff\xd8\xff", None),
        (b"<svg/>", None),
    ],
    ids=["png", "gif", "jpeg", "webp", "cut png", "cut jpeg", "svg"],
)
def test_sizes_of_pictures(content: bytes, size: tuple[int, int] | None) -> None:
    """Width and height are read from each kind of picture; broken and other files have none."""
    assert image_size(content) == size


async def test_channels(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """A channel post has no author, can be edited, found by name, and tapped by people."""
    channel = sandbox.world.add_channel("News", username="tapwork_news", by=ana.id)
    joined = (await api.call("getUpdates"))[0]["my_chat_member"]
    assert (joined["chat"]["id"], joined["new_chat_member"]["status"]) == (channel.id, "administrator")
    post = await api.call("sendMessage", chat_id="@tapwork_news", text="7 left", reply_markup=KEYBOARD)
    assert "from" not in post
    assert (post["message_id"], post["sender_chat"]["title"]) == (1, "News")
    await api.call("editMessageText", chat_id=channel.id, message_id=1, text="6 left", reply_markup=KEYBOARD)
    sandbox.world.tap(ana.id, 1, "y", chat_id=channel.id)
    assert (await api.call("getUpdates"))[-1]["callback_query"]["message"]["chat"]["type"] == "channel"
    sandbox.world.remove_bot(channel.id, ana.id)
    assert await api.refused("sendMessage", chat_id=channel.id, text="x") == (
        "403 Forbidden: bot was kicked from the channel chat"
    )


async def test_groups(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """A group tells the bot of commands only, and of its new id once it has become a supergroup."""
    group = sandbox.world.add_group("Team", [ana])
    sandbox.world.updates.drop_all()
    sandbox.world.send(ana.id, "small talk", chat_id=group.id)
    sandbox.world.send(ana.id, "/me", chat_id=group.id)
    assert [update["message"]["text"] for update in await api.call("getUpdates")] == ["/me"]
    new = sandbox.world.migrate(group.id)
    status, body = await api.raw("sendMessage", chat_id=group.id, text="x")
    assert (status, body["parameters"]) == (400, {"migrate_to_chat_id": new.id})
    assert (await api.call("sendMessage", chat_id=new.id, text="x"))["chat"]["type"] == "supergroup"


async def test_phones_cut_long_texts(sandbox: Sandbox, ana: Person) -> None:
    """A text above 4096 characters arrives whole, as several messages."""
    text = "😀" * 3000
    sandbox.world.send(ana.id, text)
    parts = [message.text for message in sandbox.world.messages(ana.id)[1:]]
    assert "".join(parts) == text
    assert len(parts) == 2


def test_what_phones_do_not_do(sandbox: Sandbox, ana: Person) -> None:
    """Acts that no phone allows are refused with a reason."""
    world = sandbox.world
    with pytest.raises(WorldError, match="needs a text"):
        world.send(ana.id, " ")
    with pytest.raises(WorldError, match="must not be empty"):
        world.upload(ana.id, "x", b"")
    with pytest.raises(WorldError, match="no person 5"):
        world.send(5, "x")
    with pytest.raises(WorldError, match="there is no message"):
        world.send(ana.id, "x", reply_to=99)
    world.block(ana.id)
    with pytest.raises(WorldError, match="has blocked the bot"):
        world.send(ana.id, "x")


async def test_changes_are_told(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """Whoever waits learns of each change, and a subscription lists them in order."""
    news = sandbox.world.subscribe()
    since = sandbox.world.version
    waiting = asyncio.create_task(sandbox.world.changed(since, 10))
    sent = await api.call("sendMessage", chat_id=ana.id, text="x", reply_markup=KEYBOARD)
    assert await waiting > since
    tap = sandbox.world.tap(ana.id, sent["message_id"], "y")
    await api.call("answerCallbackQuery", callback_query_id=tap.id)
    await api.call("editMessageText", chat_id=ana.id, message_id=sent["message_id"], text="y")
    await api.call("deleteMessage", chat_id=ana.id, message_id=sent["message_id"])
    found = [await news.get(1) for _ in range(4)]
    assert [change.kind for change in found if change] == ["message", "answer", "edit", "delete"]
    assert await sandbox.world.changed(sandbox.world.version, 0.01) == sandbox.world.version
    news.close()


async def test_real_client_sees_telegrams_errors(bot: telegram.Bot, sandbox: Sandbox, ana: Person) -> None:
    """python-telegram-bot maps the sandbox's refusals to its own errors."""
    with pytest.raises(telegram.error.BadRequest, match="Chat not found"):
        await bot.send_message(1, "x")
    sandbox.world.block(ana.id)
    with pytest.raises(telegram.error.Forbidden):
        await bot.send_message(ana.id, "x")
    stranger = telegram.Bot("1:x", base_url=f"{sandbox.url}/bot")
    with pytest.raises(telegram.error.InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()
