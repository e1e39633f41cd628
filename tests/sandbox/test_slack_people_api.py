"""The JSON API under the page, for Slack."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from sandbox.slack.members import Member
from sandbox.slack.world import Workspace

from sandbox_client import Client, until  # isort: skip
from slack_app import RawApp  # isort: skip

BLOCKS: list[dict[str, Any]] = [
    {
        "type": "actions",
        "block_id": "b",
        "elements": [
            {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"},
            {
                "type": "radio_buttons",
                "action_id": "pick",
                "options": [{"text": {"type": "plain_text", "text": "One"}, "value": "1"}],
            },
        ],
    }
]
MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Why"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "Why"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}
DONE = (200, {"acked": True, "error": None})


async def test_state(api: Client, sandbox: Sandbox, eva: Member) -> None:
    """The state lists the team, the app, its people and channels, and how the app is reached."""
    workspace = sandbox.slack
    workspace.shortcuts = {"explain": "Explain"}
    channel = workspace.add_channel("general", [eva])
    sandbox.slack_guide = ["Write to the app."]
    status, state = await api.people("GET", "slack/state")
    assert status == 200
    assert state == {
        "team": {"id": workspace.team_id, "name": "Sandbox"},
        "app": {
            "id": workspace.app_id,
            "name": "Tapwork",
            "bot_user_id": workspace.bot_user_id,
            "command": "/tapwork",
            "shortcuts": [{"callback_id": "explain", "name": "Explain"}],
        },
        "connected": None,
        "people": [
            {
                "id": eva.id,
                "name": "eva",
                "real_name": "Eva",
                "locale": "de-DE",
                "tz": "Europe/Berlin",
                "deleted": False,
                "unread": 0,
            }
        ],
        "channels": [{"id": channel.id, "name": "general", "members": [eva.id], "has_bot": True}],
        "guide": ["Write to the app."],
    }


async def test_add_person(api: Client, workspace: Workspace) -> None:
    """A person is added with a locale and a time zone, or with none."""
    status, bo = await api.people("POST", "slack/people", {"name": "Bo", "locale": "sv-SE", "tz": "Europe/Stockholm"})
    assert (status, bo["real_name"], bo["locale"], bo["tz"]) == (200, "Bo", "sv-SE", "Europe/Stockholm")
    _, al = await api.people("POST", "slack/people", {"name": "Al"})
    assert al["locale"] == "en-US"
    assert list(workspace.people) == [bo["id"], al["id"]]


async def test_a_person_sees(
    api: Client, slack: AsyncWebClient, workspace: Workspace, raw_app: RawApp, eva: Member
) -> None:
    """A person's side has their messages, their Home and their modals."""
    channel = workspace.add_channel("general", [eva])
    sent = await slack.chat_postMessage(channel=eva.id, text="Pick", blocks=BLOCKS)
    await slack.views_publish(user_id=eva.id, view={"type": "home", "blocks": BLOCKS})
    assert await api.people("POST", f"slack/people/{eva.id}/command", {"command": "/tapwork", "text": ""}) == DONE
    await slack.views_open(trigger_id=raw_app.payloads[-1]["trigger_id"], view=MODAL)
    await slack.chat_postMessage(channel=channel.id, text="In the channel")
    _, seen = await api.people("GET", f"slack/people/{eva.id}")
    assert (seen["im"], seen["channels"], seen["person"]["unread"]) == (workspace.im(eva), [channel.id], 1)
    (message,) = seen["messages"]
    assert (message["ts"], message["user_name"], message["from_app"]) == (sent["ts"], "Tapwork", True)
    assert message["state"]["b"]["pick"] == {"type": "radio_buttons", "selected_option": None}
    assert message["time"] == float(sent["ts"])
    assert (seen["home"]["type"], seen["home"]["title"]) == ("home", None)
    (modal,) = seen["modals"]
    assert (modal["title"], modal["submit"], modal["close"]) == ("Why", "Send", None)
    assert modal["state"] == {"why": {"text": {"type": "plain_text_input", "value": None}}}
    _, there = await api.people("GET", f"slack/people/{eva.id}/channels/{channel.id}")
    assert (there["channel"]["name"], [one["text"] for one in there["messages"]]) == ("general", ["In the channel"])
    assert await api.people("POST", f"slack/people/{eva.id}/read", {}) == DONE
    assert (await api.people("GET", f"slack/people/{eva.id}"))[1]["person"]["unread"] == 0


async def test_acts(api: Client, slack: AsyncWebClient, workspace: Workspace, raw_app: RawApp, eva: Member) -> None:
    """All that a person can do is done over HTTP, and answered once the app has taken it."""

    async def do(act: str, body: dict[str, Any]) -> tuple[int, Any]:
        return await api.people("POST", f"slack/people/{eva.id}/{act}", body)

    sent = await slack.chat_postMessage(channel=eva.id, text="Pick", blocks=BLOCKS)
    where = {"channel": sent["channel"], "ts": sent["ts"]}
    on_message = {"container": {"type": "message", **where}, "block_id": "b"}
    assert await do("open", {"tab": "home"}) == DONE
    assert await do("write", {"text": "hello"}) == DONE
    assert await do("act", on_message | {"action_id": "go"}) == DONE
    await slack.views_open(trigger_id=raw_app.payloads[-1]["trigger_id"], view=MODAL)
    assert await do("act", on_message | {"action_id": "pick", "option": "1"}) == DONE
    assert await do("shortcut", {"callback_id": "explain", **where}) == DONE
    view = workspace.modals(eva)[0]
    assert await do("submit", {"view_id": view.id}) == (
        200,
        {"acked": True, "error": "Please complete this required field."},
    )
    typed = {"view_id": view.id, "block_id": "why", "action_id": "text", "text": "so"}
    assert await do("type", typed) == DONE
    workspace.ack_seconds, raw_app.answers = 0.05, [None]
    assert await do("submit", {"view_id": view.id}) == (
        200,
        {"acked": False, "error": "We had some trouble connecting. Try again?"},
    )
    assert await do("close", {"view_id": view.id}) == DONE
    workspace.retry_delays, raw_app.answers = (), [None]
    assert await do("write", {"text": "lost"}) == (200, {"acked": False, "error": None})
    assert await do("deactivate", {}) == DONE
    assert await do("reactivate", {}) == DONE


async def test_upload_and_download(api: Client, sandbox: Sandbox, raw_app: RawApp, eva: Member) -> None:
    """A file that a person shares is in the conversation and can be downloaded, never as a page that runs."""
    form = aiohttp.FormData()
    form.add_field("text", "Here")
    form.add_field("file", b"<script>", filename="x.html", content_type="text/html")
    url = f"{sandbox.url}/sandbox/api/slack/people/{eva.id}/upload"
    async with api.http.post(url, data=form) as answer:
        assert (answer.status, await answer.json()) == DONE
    _, seen = await api.people("GET", f"slack/people/{eva.id}")
    (file,) = seen["messages"][0]["files"]
    assert (seen["messages"][0]["text"], file["name"], file["size"]) == ("Here", "x.html", 8)
    async with api.http.get(sandbox.url + file["url"]) as answer:
        assert (await answer.read(), answer.content_type) == (b"<script>", "application/octet-stream")


@pytest.mark.parametrize(
    ("verb", "path", "body", "status", "error"),
    [
        ("GET", "people/U404", None, 404, "there is no person U404"),
        ("GET", "people/{eva}/channels/C9", None, 404, "Eva is in no channel C9"),
        ("GET", "files/F9", None, 404, "there is no such file"),
        ("GET", "none", None, 404, "there is no GET /sandbox/api/slack/none"),
        ("POST", "people", {}, 400, "name must be a text that is not empty"),
        ("POST", "people", {"name": "x", "tz": "Mars"}, 400, "there is no time zone Mars"),
        ("POST", "people/{eva}/open", {"tab": "x"}, 400, "tab must be home or messages"),
        ("POST", "people/{eva}/write", {"text": " "}, 400, "text must be a text that is not empty"),
        ("POST", "people/{eva}/command", {"text": 7}, 400, "text must be a text"),
        ("POST", "people/{eva}/act", {}, 400, "container must be an object with the type message or view"),
        (
            "POST",
            "people/{eva}/act",
            {"container": {"type": "message", "channel": "D00000001", "ts": "1.2"}},
            400,
            "there is no message 1.2",
        ),
        ("POST", "people/{eva}/submit", {"view_id": "V9"}, 400, "Eva has no view V9"),
        ("POST", "people/{eva}/type", {"view_id": "V9"}, 400, "text must be a text"),
        ("POST", "people/{eva}/upload", {}, 400, "an upload is a multipart form with the field 'file'"),
        ("POST", "faults", {"deaf": True}, 400, "there is no connection 0"),
        ("POST", "faults", {"kind": "404"}, 400, None),
        ("GET", "calls?since=x", None, 400, "since must be a number"),
    ],
)
async def test_errors(
    api: Client, eva: Member, verb: str, path: str, body: object, status: int, error: str | None
) -> None:
    """Whatever does not fit is refused with the reason."""
    found = await api.people(verb, "slack/" + path.format(eva=eva.id), body)
    assert found[0] == status
    assert error is None or found[1] == {"error": error}


async def test_faults_and_calls(api: Client, slack: AsyncWebClient, sandbox: Sandbox, raw_app: RawApp) -> None:
    """Failures of this platform alone are ordered over HTTP, of its sockets too, and its calls are listed."""
    _, listed = await api.people("POST", "slack/faults", {"method": "auth.test", "kind": "429", "times": 1})
    assert len(listed["faults"]) == 1
    assert sandbox.faults.rules == []
    await api.people("DELETE", "slack/faults")
    await slack.auth_test()
    _, found = await api.people("GET", "slack/calls?since=1")
    assert [call["method"] for call in found["calls"]] == ["auth.test"]
    await api.people("POST", "slack/faults", {"deaf": True})
    assert sandbox.slack.hub.connections[0].deaf
    await api.people("POST", "slack/faults", {"disconnect": True})
    await until(lambda: sandbox.slack.connected is None)


async def test_events(api: Client, slack: AsyncWebClient, sandbox: Sandbox, eva: Member) -> None:
    """One stream tells what happens on both platforms."""
    async with api.http.get(f"{sandbox.url}/sandbox/api/events") as stream:
        await stream.content.readline()
        await until(lambda: sandbox.slack.feed.watched)
        await slack.chat_postMessage(channel=eva.id, text="x")
        ana = sandbox.world.add_person("Ana")
        events = []
        while len(events) < 2:
            line = await asyncio.wait_for(stream.content.readline(), 5)
            if line.startswith(b"data: "):
                events.append(json.loads(line.removeprefix(b"data: ")))
    assert events[0] == {"kind": "slack", "user_id": eva.id, "what": "message"}
    assert (events[1]["kind"], events[1]["person_id"]) == ("person", ana.id)
