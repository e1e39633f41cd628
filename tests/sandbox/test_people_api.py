"""People's side over HTTP: what the phone page and outside tests rely on."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest

from sandbox import people_api, people_files
from sandbox.server import Sandbox
from sandbox.telegram.chats import Person

from sandbox_client import Client, until  # isort: skip

KEYBOARD = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}


async def test_page(api: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The root leads to the page, whose files come with their types; nothing else is served."""
    (tmp_path / "index.html").write_text("<!doctype html>the page")
    (tmp_path / "app.js").write_text("let x")
    monkeypatch.setattr(people_files, "PAGE", tmp_path)
    async with api.http.get(sandbox.url + "/", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/sandbox/")
    async with api.http.get(sandbox.url) as answer:
        assert (answer.content_type, await answer.text()) == ("text/html", "<!doctype html>the page")
    async with api.http.get(f"{sandbox.url}/sandbox/page/app.js") as answer:
        assert (answer.status, answer.content_type) == (200, "text/javascript")
    for path in ("page/none.js", "page/..%2fserver.py", "page/.hidden", "api/none"):
        async with api.http.get(f"{sandbox.url}/sandbox/{path}") as answer:
            assert answer.status == 404


async def test_real_page_is_there(api: Client, sandbox: Sandbox) -> None:
    """The page that is shipped is served at the root."""
    async with api.http.get(sandbox.url) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")


async def test_state(api: Client, sandbox: Sandbox) -> None:
    """The state names the bot, the people and what to do first."""
    sandbox.guide = ["Write /start"]
    status, ana = await api.people("POST", "people", {"first_name": "Ana", "language_code": "es", "username": "ana"})
    assert (status, ana["id"] in sandbox.world.people) == (200, True)
    assert await api.people("GET", "state") == (
        200,
        {
            "bot": {"name": "Tapwork", "username": "tapwork_bot"},
            "people": [
                {
                    "id": ana["id"],
                    "first_name": "Ana",
                    "last_name": None,
                    "username": "ana",
                    "language_code": "es",
                    "blocked": False,
                    "started": False,
                    "unread": 0,
                }
            ],
            "guide": ["Write /start"],
        },
    )


async def test_chat(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """A chat lists its messages, the menu and the reply that is asked for until something is written."""
    await api.call("setMyCommands", commands=[{"command": "me", "description": "Me"}])
    asked = await api.call(
        "sendMessage",
        chat_id=ana.id,
        text="Why?",
        reply_markup={"force_reply": True, "input_field_placeholder": "Your reason"},
    )
    _, chat = await api.people("GET", f"chats/{ana.id}")
    assert [(message["text"], message["from_bot"]) for message in chat["messages"]] == [
        ("/start", False),
        ("Why?", True),
    ]
    assert chat["menu"] == [{"command": "me", "description": "Me"}]
    assert (chat["placeholder"], chat["force_reply_to"]) == ("Your reason", asked["message_id"])
    assert chat["person"]["unread"] == 1
    status, sent = await api.people(
        "POST", f"chats/{ana.id}/send", {"text": "Because", "reply_to": asked["message_id"]}
    )
    assert (status, sent["reply_to_message"]["text"], sent["from_bot"]) == (200, "Why?", False)
    _, chat = await api.people("GET", f"chats/{ana.id}")
    assert (chat["placeholder"], chat["force_reply_to"], chat["person"]["unread"]) == (None, None, 0)


async def test_tap(api: Client, sandbox: Sandbox, ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tap is answered with what the bot said, or with `answered` false when it said nothing in time."""
    sent = await api.call("sendMessage", chat_id=ana.id, text="x", reply_markup=KEYBOARD)
    path, body = f"chats/{ana.id}/tap", {"message_id": sent["message_id"], "data": "y"}
    tapping = asyncio.create_task(api.people("POST", path, body))
    update = (await api.call("getUpdates", timeout=10))[0]
    await api.call("answerCallbackQuery", callback_query_id=update["callback_query"]["id"], text="Noted")
    assert await tapping == (200, {"answered": True, "text": "Noted", "show_alert": False})
    monkeypatch.setattr(people_api, "TAP_WAIT", 0.01)
    assert await api.people("POST", path, body) == (200, {"answered": False, "text": None, "show_alert": False})


async def test_upload_and_files(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """A file that was sent comes back as it was, and never as a page that runs."""
    form = aiohttp.FormData(quote_fields=False)  # as browsers do
    form.add_field("file", b"<script>alert(1)</script>", filename="añb.html", content_type="text/html")
    async with api.http.post(f"{sandbox.url}/sandbox/api/chats/{ana.id}/upload", data=form) as answer:
        message = await answer.json()
    assert message["document"]["file_name"] == "añb.html"
    async with api.http.get(f"{sandbox.url}/sandbox/api/files/{message['document']['file_id']}") as answer:
        assert await answer.read() == b"<script>alert(1)</script>"
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%C3%B1b.html"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_block_and_read(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """Blocking, unblocking and reading change what the state shows."""
    await api.call("sendMessage", chat_id=ana.id, text="x")
    for act, name, value in (("read", "unread", 0), ("block", "blocked", True), ("unblock", "blocked", False)):
        assert await api.people("POST", f"chats/{ana.id}/{act}") == (200, {"ok": True})
        _, state = await api.people("GET", "state")
        assert state["people"][0][name] == value


@pytest.mark.parametrize(
    ("verb", "path", "body", "status", "error"),
    [
        ("GET", "chats/1", None, 404, "there is no person 1"),
        ("GET", "chats/x", None, 404, "there is no GET /sandbox/api/chats/x"),
        ("POST", "people", {}, 400, "first_name must be a text that is not empty"),
        ("POST", "people", {"first_name": 5}, 400, "first_name must be a text that is not empty"),
        ("POST", "people", [], 400, "the body must be a JSON object"),
        ("POST", "chats/{ana}/send", {"text": " "}, 400, "text must be a text that is not empty"),
        ("POST", "chats/{ana}/send", {"text": "x", "reply_to": "1"}, 400, "reply_to must be a whole number"),
        ("POST", "chats/{ana}/send", {"text": "x", "reply_to": 99}, 400, "there is no message 99 in chat {ana}"),
        ("POST", "chats/{ana}/tap", {"message_id": 99, "data": "x"}, 400, "there is no message 99 in chat {ana}"),
        ("POST", "chats/{ana}/upload", {}, 400, "an upload is a multipart form with the field 'file'"),
        ("GET", "files/none", None, 404, "there is no such file"),
        ("GET", "calls?since=x", None, 400, "since must be a number"),
        ("POST", "faults", {"duplicate": -1}, 400, "duplicate must be a number from 0 on"),
    ],
)
async def test_errors(api: Client, ana: Person, verb: str, path: str, body: object, status: int, error: str) -> None:
    """Whatever does not fit is refused with the reason."""
    found = await api.people(verb, path.format(ana=ana.id), body)
    assert found == (status, {"error": error.format(ana=ana.id)})


async def test_bad_json(api: Client, sandbox: Sandbox) -> None:
    """A body that is no JSON is refused as such."""
    async with api.http.post(f"{sandbox.url}/sandbox/api/people", data=b"{") as answer:
        assert answer.status == 400
        assert (await answer.json())["error"].startswith("the body is no JSON")


async def test_other_web_sites_are_kept_out(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """A page from elsewhere cannot act through the visitor's browser; the sandbox's own page can."""
    url = f"{sandbox.url}/sandbox/api/chats/{ana.id}/block"
    async with api.http.post(url, headers={"Origin": "https://evil.example"}) as answer:
        assert answer.status == 400
    assert not sandbox.world.chats[ana.id].blocked
    async with api.http.post(url, headers={"Origin": sandbox.url}) as answer:
        assert answer.status == 200


async def test_events(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """Each change comes as one event with its kind, whose chat it is, and the message."""
    async with api.http.get(f"{sandbox.url}/sandbox/api/events") as stream:
        assert stream.content_type == "text/event-stream"
        assert await stream.content.readline() == b": hello\n"
        sent = await api.call("sendMessage", chat_id=ana.id, text="two\nlines")
        await api.call("deleteMessage", chat_id=ana.id, message_id=sent["message_id"])
        events = []
        while len(events) < 2:
            line = await asyncio.wait_for(stream.content.readline(), 5)
            if line.startswith(b"data: "):
                events.append(json.loads(line.removeprefix(b"data: ")))
    assert events == [
        {
            "kind": "message",
            "person_id": ana.id,
            "message_id": sent["message_id"],
            "message": {**sent, "from_bot": True},
        },
        {"kind": "delete", "person_id": ana.id, "message_id": sent["message_id"]},
    ]


async def test_events_end_with_the_sandbox(api: Client, sandbox: Sandbox) -> None:
    """A page that listens does not keep the sandbox from stopping."""
    async with api.http.get(f"{sandbox.url}/sandbox/api/events") as stream:
        await stream.content.readline()
        await until(lambda: sandbox.world.feed.watched)
        await asyncio.wait_for(sandbox.stop(), 1.5)
    assert not sandbox.world.feed.watched


async def test_faults(api: Client, sandbox: Sandbox) -> None:
    """Failures are ordered, listed and cleared over HTTP."""
    _, listed = await api.people("POST", "faults", {"method": "sendMessage", "kind": "429", "retry_after": 3})
    assert (listed["faults"][0]["kind"], listed["faults"][0]["retry_after"]) == ("429", 3)
    _, listed = await api.people("POST", "faults", {"duplicate": 0.5, "network_down": 60})
    assert (listed["duplicate"], len(listed["faults"])) == (0.5, 1)
    assert 0 < listed["network_down"] <= 60
    assert (await api.people("GET", "faults"))[1]["faults"] == listed["faults"]
    status, refused = await api.people("POST", "faults", {"kind": "404"})
    assert status == 400
    assert "kind must be one of 429, 500" in refused["error"]
    _, listed = await api.people("DELETE", "faults")
    assert listed == {"faults": [], "duplicate": 0.0, "shuffle": 0.0, "lose_ack": 0.0, "network_down": 0.0}


async def test_calls(api: Client, sandbox: Sandbox, ana: Person) -> None:
    """The log of calls is read on from where one stopped."""
    await api.call("getMe")
    _, first = await api.people("GET", "calls")
    assert first == {"next": 1, "calls": [{"method": "getMe", "params": {}, "ok": True, "status": 200}]}
    await api.refused("sendMessage", chat_id=1, text="x")
    _, second = await api.people("GET", "calls?since=1")
    assert second == {
        "next": 2,
        "calls": [{"method": "sendMessage", "params": {"chat_id": 1, "text": "x"}, "ok": False, "status": 400}],
    }
