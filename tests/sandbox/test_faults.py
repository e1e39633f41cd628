"""Failures on order."""

import asyncio
import time

import aiohttp
import pytest

from sandbox.faults import Fault, Faults
from sandbox.server import Sandbox
from sandbox.telegram.chats import Person

from sandbox_client import Client, until  # isort: skip


@pytest.mark.parametrize(
    ("kind", "status", "description"),
    [
        ("500", 500, "Internal Server Error"),
        ("502", 502, "Bad Gateway"),
        ("429", 429, "Too Many Requests: retry after 7"),
    ],
)
async def test_refusals(sandbox: Sandbox, api: Client, ana: Person, kind: str, status: int, description: str) -> None:
    """A planned refusal has Telegram's form and no effect, and is used up after its times."""
    sandbox.faults.add(Fault("sendMessage", kind, times=1, retry_after=7))  # type: ignore[arg-type]
    assert await api.refused("sendMessage", chat_id=ana.id, text="x") == f"{status} {description}"
    assert len(sandbox.world.messages(ana.id)) == 1
    await api.call("sendMessage", chat_id=ana.id, text="x")
    assert sandbox.faults.rules == []


@pytest.mark.parametrize("kind", ["reset", "timeout"])
async def test_no_answer(sandbox: Sandbox, api: Client, ana: Person, kind: str) -> None:
    """A cut connection carries no answer; with `after_effect` the message is there all the same."""
    sandbox.faults.add(Fault("send*", kind, times=1, seconds=0.05))  # type: ignore[arg-type]
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await api.call("sendMessage", chat_id=ana.id, text="lost")
    sandbox.faults.add(Fault("send*", kind, times=1, seconds=0.05, after_effect=True))  # type: ignore[arg-type]
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await api.call("sendMessage", chat_id=ana.id, text="kept")
    assert [message.text for message in sandbox.world.messages(ana.id)] == ["/start", "kept"]
    assert [(call.ok, call.status, call.description) for call in sandbox.world.calls] == [
        (False, 0, f"fault {kind}"),
        (False, 0, f"fault {kind}, after the call was carried out"),
    ]


async def test_garbage(sandbox: Sandbox, api: Client, ana: Person) -> None:
    """Garbage is HTML with status 502, as from a proxy."""
    sandbox.faults.add(Fault(kind="garbage"))
    url = f"{sandbox.url}/bot{sandbox.token}/getMe"
    async with api.http.get(url) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
        assert "<html>" in await answer.text()


async def test_hold(sandbox: Sandbox, api: Client, ana: Person) -> None:
    """A held call is answered late and right."""
    sandbox.faults.add(Fault("getMe", "hold", seconds=0.15))
    before = time.monotonic()
    assert (await api.call("getMe"))["is_bot"] is True
    assert time.monotonic() - before >= 0.15


async def test_hold_after_effect(sandbox: Sandbox, api: Client, ana: Person) -> None:
    """With `after_effect` the message is in the chat before its answer comes."""
    sandbox.faults.add(Fault("sendMessage", "hold", seconds=30, after_effect=True))
    since = sandbox.world.version
    sending = asyncio.create_task(api.call("sendMessage", chat_id=ana.id, text="early"))
    assert await sandbox.world.changed(since, 5) > since
    assert sandbox.world.messages(ana.id)[-1].text == "early"
    assert not sending.done()
    sending.cancel()


async def test_rules_strike_their_own_methods(sandbox: Sandbox, api: Client, ana: Person) -> None:
    """A rule for one method leaves the others alone."""
    sandbox.faults.add(Fault("deleteMessage", "500"))
    assert (await api.call("getMe"))["id"] == 1000


async def test_network_down_and_up(sandbox: Sandbox, api: Client, ana: Person) -> None:
    """In an outage a waiting poll is cut and calls fail; once it is over, all is as before."""
    polling = asyncio.create_task(api.call("getUpdates", timeout=20))
    await until(lambda: sandbox.world.updates.polled)
    sandbox.faults.network_down(60)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await polling
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await api.call("getMe")
    sandbox.faults.clear()
    assert (await api.call("getMe"))["id"] == 1000


async def test_outage_of_the_whole_server(sandbox: Sandbox, api: Client, ana: Person) -> None:
    """A sandbox that was stopped starts again at its address with its world."""
    url = sandbox.url
    await sandbox.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.call("getMe")
    await sandbox.start()
    assert sandbox.url == url
    await api.call("sendMessage", chat_id=ana.id, text="back")
    assert sandbox.world.messages(ana.id)[-1].text == "back"


@pytest.mark.parametrize(
    "values", [{"kind": "404"}, {"chance": 2}, {"times": 0}, {"seconds": -1}, {"retry_after": 0}], ids=str
)
def test_senseless_rules_are_refused(values: dict[str, object]) -> None:
    """A rule that could never work is refused when it is made."""
    with pytest.raises(ValueError, match=next(iter(values))):
        Fault(**values)  # type: ignore[arg-type]


def test_chance_is_repeatable() -> None:
    """The same seed strikes the same calls, about as often as the chance says."""
    runs = []
    for _ in range(2):
        faults = Faults(seed=7)
        faults.add(Fault(chance=0.3))
        runs.append([faults.strike("getMe") is not None for _ in range(400)])
    assert runs[0] == runs[1]
    assert 80 < sum(runs[0]) < 160
