"""Socket Mode: connections, envelopes, acknowledgements, and all that goes wrong with them."""

import asyncio
import time

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.errors import WorldError
from sandbox.server import Sandbox
from sandbox.slack.members import Member
from sandbox.slack.world import Workspace

from sandbox_client import until  # isort: skip
from slack_app import RawApp  # isort: skip


async def test_hello(raw_app: RawApp, workspace: Workspace) -> None:
    """A connection is greeted with what it is."""
    (hello,) = raw_app.received
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"] == {"app_id": workspace.app_id}
    assert workspace.connected == "socket"


async def test_event_envelope(raw_app: RawApp, workspace: Workspace, eva: Member) -> None:
    """An event comes in an envelope, complete, and is taken with the ack."""
    ack = await workspace.write(eva, "hello").acked(5)
    assert ack is not None
    assert (ack.ok, ack.status, ack.body) == (True, 200, None)
    (envelope,) = raw_app.envelopes
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("events_api", False)
    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (0, "")
    payload = envelope["payload"]
    assert (payload["type"], payload["team_id"], payload["api_app_id"]) == (
        "event_callback",
        workspace.team_id,
        workspace.app_id,
    )
    assert payload["event_id"].startswith("Ev")
    assert payload["authorizations"][0]["user_id"] == workspace.bot_user_id


async def test_tickets_are_good_once(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    """An address of Socket Mode lets one connection in."""
    url = (await slack.apps_connections_open(app_token=sandbox.slack.app_token))["url"]
    async with aiohttp.ClientSession() as http:
        async with http.ws_connect(url) as socket:
            assert (await socket.receive_json(timeout=5))["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(url)


async def test_at_most_ten_connections(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    """The eleventh connection is told to go, and closed."""
    async with aiohttp.ClientSession() as http:
        sockets = []
        for _ in range(11):
            url = (await slack.apps_connections_open(app_token=sandbox.slack.app_token))["url"]
            sockets.append(await http.ws_connect(url))
        told = await sockets[-1].receive_json(timeout=5)
        assert (told["type"], told["reason"]) == ("disconnect", "too_many_websockets")
        assert (await sockets[-1].receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
        assert len(sandbox.slack.hub.open) == 10
        for socket in sockets:
            await socket.close()
    await until(lambda: sandbox.slack.connected is None)


async def test_events_are_retried(raw_app: RawApp, workspace: Workspace, eva: Member) -> None:
    """An event that nobody takes comes again, the same but for its envelope, and an act that is no event does not."""
    workspace.ack_seconds, workspace.retry_delays = 0.05, (0.0, 0.01, 0.01)
    raw_app.answers = [None, None, {}]
    ack = await workspace.write(eva, "hello").acked(5)
    assert ack is not None
    assert ack.ok
    first, second, third = raw_app.envelopes
    assert first["payload"] == second["payload"] == third["payload"]
    assert len({one["envelope_id"] for one in raw_app.envelopes}) == 3
    assert [(one["retry_attempt"], one["retry_reason"]) for one in raw_app.envelopes] == [
        (0, ""),
        (1, "timeout"),
        (2, "timeout"),
    ]
    raw_app.answers = [None] * 9
    assert await workspace.write(eva, "lost").acked(5) is None
    assert len(raw_app.envelopes) == 7, "an event is tried four times"
    act = workspace.command(eva, "help")
    assert await act.acked(5) is None
    assert len(raw_app.envelopes) == 8
    assert act.error == "We had some trouble connecting. Try again?"


async def test_events_wait_for_a_connection(sandbox: Sandbox, workspace: Workspace, eva: Member) -> None:
    """What happened while nobody was connected is tried again when its time comes."""
    workspace.retry_delays = (0.0, 0.3, 0.3)
    act = workspace.write(eva, "early")
    assert (await workspace.command(eva, "help").acked(5)) is None
    async with RawApp(sandbox) as app:
        assert await act.acked(5) is not None
        assert app.envelopes[0]["retry_reason"] == "connection_failed"


async def test_each_envelope_goes_to_one_connection(sandbox: Sandbox, workspace: Workspace, eva: Member) -> None:
    """With two connections each gets some of the events, and none is sent to both."""
    async with RawApp(sandbox) as one, RawApp(sandbox) as two:
        acts = [workspace.write(eva, str(n)) for n in range(40)]
        assert all([await act.acked(5) for act in acts])
        assert len(one.envelopes) + len(two.envelopes) == 40
        assert one.envelopes
        assert two.envelopes


async def test_disconnect(raw_app: RawApp, workspace: Workspace, eva: Member) -> None:
    """Connections are told to go and then closed; meanwhile nothing is sent to them."""
    workspace.disconnect_sockets()
    await raw_app.until(2)
    assert raw_app.received[-1]["type"] == "disconnect"
    assert raw_app.received[-1]["reason"] == "refresh_requested"
    assert workspace.connected is None
    assert raw_app.socket is not None
    await until(lambda: raw_app.socket is not None and raw_app.socket.closed)


async def test_deaf_connection(sandbox: Sandbox, workspace: Workspace, eva: Member) -> None:
    """A deaf connection stays open, and nothing gets through in either direction, no answer to a ping either."""
    workspace.ack_seconds = 0.05
    async with RawApp(sandbox) as app:
        workspace.deafen_socket()
        assert app.socket is not None
        await app.socket.ping(b"1")
        assert await workspace.command(eva, "help").acked(5) is None
        assert not app.envelopes
        assert workspace.connected == "socket"
        with pytest.raises(WorldError, match="there is no connection 1"):
            workspace.deafen_socket(1)


async def test_pings_are_answered(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    """A ping is answered with what it carried."""
    url = (await slack.apps_connections_open(app_token=sandbox.slack.app_token))["url"]
    async with aiohttp.ClientSession() as http, http.ws_connect(url, autoping=False) as socket:
        await socket.receive(timeout=5)
        await socket.ping(b"sdk-ping-pong:1.5")
        answer = await socket.receive(timeout=5)
        assert (answer.type, bytes(answer.data)) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1.5")


async def test_duplicates_and_lost_acks(raw_app: RawApp, workspace: Workspace, eva: Member) -> None:
    """On a bad day the same event and the same act come twice, and acks go unheard."""
    workspace.retry_delays = (0.0, 0.0, 0.0)
    workspace.faults.duplicate = 1.0
    await workspace.write(eva, "hello").acked(5)
    await raw_app.until(3)
    await workspace.command(eva, "help").acked(5)
    await raw_app.until(5)
    events, commands = raw_app.payloads[:2], raw_app.payloads[2:]
    assert events[0]["event_id"] == events[1]["event_id"]
    assert commands[0]["trigger_id"] == commands[1]["trigger_id"]
    workspace.faults.clear()
    workspace.faults.lose_ack = 1.0
    assert await workspace.write(eva, "again").acked(5) is None
    assert len(raw_app.envelopes) == 8


async def test_shuffled_events(raw_app: RawApp, workspace: Workspace, eva: Member) -> None:
    """Events may overtake each other."""
    workspace.faults.shuffle = 0.5
    acts = [workspace.write(eva, str(n)) for n in range(20)]
    assert all([await act.acked(5) for act in acts])
    texts = [payload["event"]["text"] for payload in raw_app.payloads]
    assert texts != sorted(texts, key=int)
    assert sorted(texts, key=int) == [str(n) for n in range(20)]


async def test_network_down(sandbox: Sandbox, workspace: Workspace, eva: Member) -> None:
    """In an outage connections are cut and none come; what happened meanwhile is told afterwards."""
    workspace.retry_delays = (0.0, 0.2)
    async with RawApp(sandbox) as app:
        workspace.faults.network_down(60)
        await until(lambda: app.socket is not None and app.socket.closed)
        act = workspace.write(eva, "meanwhile")
        with pytest.raises(aiohttp.ClientError):
            await app.session.post(f"{sandbox.slack_api_url}apps.connections.open")
    workspace.faults.clear()
    async with RawApp(sandbox):
        assert await act.acked(5) is not None


async def test_a_stopped_sandbox_owes_its_events(sandbox: Sandbox, workspace: Workspace, eva: Member) -> None:
    """Events of before and during an outage of the whole server come after it."""
    before = workspace.write(eva, "before")
    await asyncio.sleep(0)
    began = time.monotonic()
    await sandbox.stop()
    assert time.monotonic() - began < 3
    during = workspace.write(eva, "during")
    assert await workspace.command(eva, "help").acked(1) is None
    workspace.retry_delays = (0.1, 0.1)
    await sandbox.start()
    async with RawApp(sandbox) as app:
        assert await before.acked(5) is not None
        assert await during.acked(5) is not None
        assert {one["event"]["text"] for one in app.payloads} == {"before", "during"}
