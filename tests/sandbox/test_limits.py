"""Flood control, on a clock of its own."""

import aiohttp
import pytest

from sandbox.server import Sandbox
from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import ApiError
from sandbox.telegram.limits import Limits

from sandbox_client import Clock  # isort: skip


def private(number: int) -> Chat:
    return Chat(number, "private")


def refused(limits: Limits, chat: Chat, *, sends: bool = True) -> int:
    """The `retry_after` of a refusal; 0 when the call was let through."""
    try:
        limits.take(chat, sends=sends)
    except ApiError as fault:
        return (fault.parameters or {})["retry_after"]
    return 0


def test_thirty_a_second_in_all() -> None:
    """The 31st message within one second is refused, and after a second there is room again."""
    clock = Clock()
    limits = Limits(clock=clock)
    assert [refused(limits, private(n)) for n in range(30)] == [0] * 30
    clock.now += 0.9
    assert refused(limits, private(31)) == 1
    clock.now += 0.9
    assert refused(limits, private(31)) == 1, "the scope keeps refusing for the second that it named"
    clock.now += 0.1
    assert refused(limits, private(31)) == 0


def test_steady_thirty_a_second_is_never_refused() -> None:
    """A bot that keeps to 30 a second, evenly, meets no refusal."""
    clock = Clock()
    limits = Limits(clock=clock)
    for n in range(300):
        assert refused(limits, private(n)) == 0
        clock.now += 1 / 29.9
    assert limits.refused == 0


def test_edits_count_in_all_but_not_in_a_chat() -> None:
    """Edits use up the second's allowance and none of the chat's."""
    limits = Limits(clock=Clock())
    chat = private(1)
    assert [refused(limits, chat, sends=False) for _ in range(30)] == [0] * 30
    assert refused(limits, private(2)) == 1


def test_one_a_second_in_a_private_chat_after_a_burst() -> None:
    """Three at once are let through, then one a second; other chats do not notice."""
    clock = Clock()
    limits = Limits(clock=clock)
    assert [refused(limits, private(1)) for _ in range(4)] == [0, 0, 0, 1]
    assert refused(limits, private(2)) == 0
    for _ in range(5):
        clock.now += 1
        assert refused(limits, private(1)) == 0


def test_twenty_a_minute_in_a_group() -> None:
    """The 21st message within a minute in a group is refused until the first is a minute old."""
    clock = Clock()
    limits = Limits(clock=clock)
    group = Chat(-5, "group")
    for _ in range(20):
        assert refused(limits, group) == 0
        clock.now += 1
    assert refused(limits, group) == 40
    clock.now += 39.5
    assert refused(limits, group) == 1
    clock.now += 0.5
    assert refused(limits, group) == 0


def test_a_refused_message_counts_for_nothing() -> None:
    """What one chat's limit refuses takes nothing from the allowance of all."""
    limits = Limits(overall=4, clock=Clock())
    assert [refused(limits, private(1)) for _ in range(10)][:4] == [0, 0, 0, 1]
    assert refused(limits, private(2)) == 0
    assert refused(limits, private(3)) == 1


def test_switched_off() -> None:
    """With `enabled=False` nothing is refused."""
    limits = Limits(enabled=False, clock=Clock())
    assert [refused(limits, private(1)) for _ in range(100)] == [0] * 100


async def test_over_http_the_refusal_has_no_effect() -> None:
    """A message refused with 429 is not in the chat, and the answer carries `retry_after`."""
    async with Sandbox(limits=Limits(chat_burst=1, clock=Clock())) as sandbox, aiohttp.ClientSession() as session:
        ana = sandbox.world.add_person("Ana")
        sandbox.world.send(ana.id, "/start")
        answers = []
        for _ in range(2):
            url = f"{sandbox.url}/bot{sandbox.token}/sendMessage"
            async with session.post(url, json={"chat_id": ana.id, "text": "hi"}) as answer:
                answers.append((answer.status, await answer.json(), answer.headers.get("Retry-After")))
        assert [status for status, _, _ in answers] == [200, 429]
        assert answers[1][1] == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 1",
            "parameters": {"retry_after": 1},
        }
        assert answers[1][2] == "1"
        assert len(sandbox.world.messages(ana.id)) == 2
        assert [call.status for call in sandbox.world.calls] == [200, 429]


def test_limits_can_be_changed_while_running() -> None:
    """A limit that is raised holds from the next message on."""
    limits = Limits(chat_burst=1, clock=Clock())
    chat = private(1)
    assert refused(limits, chat) == 0
    limits.enabled = False
    assert refused(limits, chat) == 0
    with pytest.raises(AttributeError):
        limits.enabeld = True  # type: ignore[attr-defined]
