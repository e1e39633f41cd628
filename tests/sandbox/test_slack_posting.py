"""HTTP mode: signed requests to the app's address, and what comes of its answers."""

import hashlib
import hmac
import time

import pytest

from sandbox.slack.members import Member
from sandbox.slack.world import Workspace

from slack_app import RequestUrl  # isort: skip


async def test_signature(request_url: RequestUrl, workspace: Workspace, eva: Member) -> None:
    """Every request is signed over its time and its body."""
    assert workspace.connected == "http"
    ack = await workspace.write(eva, "hello").acked(5)
    assert ack is not None
    assert (ack.ok, ack.status) == (True, 200)
    (posted,) = request_url.received
    stamp = posted.headers["X-Slack-Request-Timestamp"]
    assert abs(time.time() - int(stamp)) < 5
    base = b"v0:" + stamp.encode() + b":" + posted.body
    wanted = hmac.new(workspace.signing_secret.encode(), base, hashlib.sha256).hexdigest()
    assert posted.headers["X-Slack-Signature"] == f"v0={wanted}"
    assert posted.payload["event"]["text"] == "hello"


async def test_commands_are_forms(request_url: RequestUrl, workspace: Workspace, eva: Member) -> None:
    """A command comes as form fields, and its answer is shown to whoever typed it."""
    request_url.answers = [(200, b"No work yet", {"Content-Type": "text/plain"})]
    await workspace.command(eva, "why & how").acked(5)
    fields = request_url.received[0].payload
    assert (fields["command"], fields["text"], fields["user_id"]) == ("/tapwork", "why & how", eva.id)
    assert (fields["channel_id"], fields["channel_name"]) == (workspace.im(eva), "directmessage")
    assert [(one.plain(), one.ephemeral) for one in workspace.messages(eva)] == [("No work yet", True)]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"response_type": "in_channel", "text": "*Hi*"}', [("Hi", False)]),
        (b'{"text": "x", "colour": "red"}', []),
        (b'{"blocks": [{"type": "video"}]}', []),
        (b"", []),
    ],
)
async def test_command_answers(
    request_url: RequestUrl, workspace: Workspace, eva: Member, body: bytes, shown: list[tuple[str, bool]]
) -> None:
    """An answer in JSON may be for everybody; one that Slack would not take is shown as a failure."""
    request_url.answers = [(200, body, {"Content-Type": "application/json"})]
    act = workspace.command(eva, "help")
    await act.acked(5)
    assert [(one.plain(), one.ephemeral) for one in workspace.messages(eva)] == shown
    assert (act.error is None) == (bool(shown) or not body)


async def test_retries(request_url: RequestUrl, workspace: Workspace, eva: Member) -> None:
    """A refused event comes again with the number and the reason of the retry, unless the app wants no retry."""
    workspace.retry_delays = (0.0, 0.01, 0.01)
    request_url.answers = [(500, b"", {}), (503, b"", {})]
    ack = await workspace.write(eva, "hello").acked(5)
    assert ack is not None
    assert ack.ok
    numbers = [posted.headers.get("X-Slack-Retry-Num") for posted in request_url.received]
    reasons = [posted.headers.get("X-Slack-Retry-Reason") for posted in request_url.received]
    assert (numbers, reasons) == ([None, "1", "2"], [None, "http_error", "http_error"])
    assert len({posted.payload["event_id"] for posted in request_url.received}) == 1
    request_url.answers = [(500, b"", {"X-Slack-No-Retry": "1"})]
    ack = await workspace.write(eva, "hello").acked(5)
    assert ack is not None
    assert (ack.ok, ack.status) == (False, 500)
    assert len(request_url.received) == 4


async def test_slow_and_absent_apps(request_url: RequestUrl, workspace: Workspace, eva: Member) -> None:
    """An app that is too slow or not there has not acknowledged."""
    workspace.ack_seconds, workspace.retry_delays, request_url.delay = 0.05, (), 0.2
    assert await workspace.write(eva, "slow").acked(5) is None
    act = workspace.command(eva, "slow")
    assert await act.acked(5) is None
    assert act.error is not None
    workspace.request_url = "http://127.0.0.1:9/nobody"
    assert await workspace.write(eva, "absent").acked(5) is None


async def test_refused_acts(request_url: RequestUrl, workspace: Workspace, eva: Member) -> None:
    """An act that the app refuses is acknowledged as such, once."""
    request_url.answers = [(404, b"", {})]
    act = workspace.command(eva, "x")
    ack = await act.acked(5)
    assert ack is not None
    assert (ack.ok, ack.status, act.error is None) == (False, 404, False)
    assert len(request_url.received) == 1
