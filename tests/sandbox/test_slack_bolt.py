"""Bolt, as the service uses it, against the local Slack: over Socket Mode and behind an address."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from sandbox.slack.members import Member
from sandbox.slack.world import Workspace

from sandbox_client import until  # isort: skip

VIEW = {
    "type": "modal",
    "callback_id": "reason",
    "title": {"type": "plain_text", "text": "Reason"},
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
BUTTONS = [
    {
        "type": "actions",
        "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": "Why"}, "action_id": "why", "value": "81"}
        ],
    }
]


def make_app(sandbox: Sandbox, session: aiohttp.ClientSession) -> AsyncApp:
    """An app that answers each kind of act."""
    client = AsyncWebClient(sandbox.slack.bot_token, base_url=sandbox.slack_api_url, session=session)
    app = AsyncApp(client=client, signing_secret=sandbox.slack.signing_secret, process_before_response=True)

    @app.event("message")
    async def hear(event: dict[str, Any], say: Any) -> None:
        if "subtype" not in event:
            await say(text=f"You said {event['text']}", blocks=BUTTONS)

    @app.event("app_home_opened")
    async def home(event: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": BUTTONS})

    @app.action("why")
    async def why(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=VIEW)

    @app.view("reason")
    async def reason(ack: Any, view: dict[str, Any]) -> None:
        typed = view["state"]["values"]["why"]["text"]["value"]
        await (ack() if len(typed) > 5 else ack(response_action="errors", errors={"why": "Say more"}))

    @app.command("/tapwork")
    async def command(ack: Any, command: dict[str, Any], respond: Any) -> None:
        await ack(f"Ran {command['text']}")
        await respond("Done", response_type="in_channel")

    @app.shortcut("explain")
    async def explain(ack: Any, shortcut: dict[str, Any], say: Any) -> None:
        await ack()
        await say(f"That was {shortcut['message']['ts']}", channel=shortcut["channel"]["id"])

    return app


@pytest.fixture(params=["socket", "http"])
async def bolt(request: pytest.FixtureRequest, sandbox: Sandbox) -> AsyncIterator[AsyncApp]:
    """The app, connected in either way."""
    async with aiohttp.ClientSession() as session:
        app = make_app(sandbox, session)
        if request.param == "socket":
            web_client = AsyncWebClient(base_url=sandbox.slack_api_url, session=session)
            handler = AsyncSocketModeHandler(app, sandbox.slack.app_token, web_client=web_client)
            await handler.connect_async()
            await until(lambda: sandbox.slack.connected == "socket")
            yield app
            await handler.close_async()
            return

        async def receive(incoming: web.Request) -> web.Response:
            return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(incoming)))

        server = web.Application()
        server.router.add_post("/slack/events", receive)
        runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        sandbox.slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        yield app
        await runner.cleanup()


async def test_a_conversation(bolt: AsyncApp, workspace: Workspace, eva: Member) -> None:
    """Everything a person does reaches Bolt's listeners, and what they answer reaches the person."""
    ack = await workspace.write(eva, "hello").acked(5)
    assert ack is not None
    assert ack.ok
    message = workspace.messages(eva)[-1]
    assert (message.text, [one.label for one in message.buttons()]) == ("You said hello", ["Why"])
    await workspace.open_home(eva).acked(5)
    home = workspace.home(eva)
    assert home is not None
    for where in (message, home):
        await workspace.act(eva, where, "why").acked(5)
        await until(lambda: bool(workspace.modals(eva)))
        workspace.type(eva, "no")
        await workspace.submit(eva).acked(5)
        assert workspace.modals(eva)[0].errors == {"why": "Say more"}
        workspace.type(eva, "because of it")
        await workspace.submit(eva).acked(5)
        assert workspace.modals(eva) == []


async def test_commands_and_shortcuts(bolt: AsyncApp, workspace: Workspace, eva: Member) -> None:
    """A command is answered to whoever typed it and in the channel; a shortcut knows its message."""
    await workspace.command(eva, "help").acked(5)
    await until(lambda: len(workspace.messages(eva)) == 2)
    assert {(one.plain(), one.ephemeral) for one in workspace.messages(eva)} == {("Ran help", True), ("Done", False)}
    done = next(one for one in workspace.messages(eva) if not one.ephemeral)
    await workspace.shortcut(eva, "explain", done).acked(5)
    await until(lambda: workspace.messages(eva)[-1].plain() == f"That was {done.ts}")


@pytest.mark.parametrize("bolt", ["http"], indirect=True)
async def test_wrong_signatures_are_not_taken(bolt: AsyncApp, workspace: Workspace) -> None:
    """Bolt refuses what was not signed by the workspace."""
    assert workspace.request_url is not None
    async with aiohttp.ClientSession() as http, http.post(workspace.request_url, json={"type": "event"}) as answer:
        assert answer.status == 401


async def test_sockets_come_back(sandbox: Sandbox, eva: Member) -> None:
    """Slack's own client connects anew when it is told to go."""
    async with aiohttp.ClientSession() as session:
        app = make_app(sandbox, session)
        web_client = AsyncWebClient(base_url=sandbox.slack_api_url, session=session)
        handler = AsyncSocketModeHandler(app, sandbox.slack.app_token, web_client=web_client)
        await handler.connect_async()
        sandbox.slack.disconnect_sockets()
        await until(lambda: sandbox.slack.connected == "socket")
        assert await sandbox.slack.write(eva, "still there?").acked(5) is not None
        await handler.close_async()
