"""Turns: at which pace, to whom, in which order. Time is virtual: no test waits."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.pacing import Allowance, Bucket, Pacer
from tests.support.virtual_time import clock, run

RATE = 29.7
FREE = Allowance(burst=1000, rate=1000)
STRICT = Allowance(burst=1, rate=1.0)

Turn = tuple[float, str]


def paced(
    body: Callable[[Pacer, Callable[..., Awaitable[None]]], Awaitable[Any]],
    allowance: Allowance = FREE,
    edits: Allowance = FREE,
) -> list[Turn]:
    """Run `body(pacer, go)`; returns when, from the start, each `go(address, priority, name=...)` had its turn."""
    turns: list[Turn] = []

    async def work() -> None:
        start = clock()
        pacer = Pacer(RATE, lambda address, new: allowance if new else edits, clock)

        async def go(address: str, priority: int = 0, *, new: bool = True, name: str | None = None) -> None:
            await pacer.turn(address, priority, new=new)
            turns.append((clock() - start, name or address))

        await body(pacer, go)
        await pacer.close()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert left == []

    run(work())
    return turns


def test_the_first_turn_comes_at_once() -> None:
    """Who asks when nobody else does need not wait."""
    assert paced(lambda pacer, go: go("a")) == [(pytest.approx(0, abs=1e-3), "a")]


def test_many_turns_keep_the_rate() -> None:
    """Three hundred calls to as many chats take as long as the rate says, evenly, and no chat is left out."""
    turns = paced(lambda pacer, go: asyncio.gather(*(go(str(number)) for number in range(300))))
    times = [at for at, _ in turns]
    assert times == pytest.approx([number / RATE for number in range(300)], abs=0.02)
    assert [name for _, name in turns] == [str(number) for number in range(300)]


@settings(max_examples=30)
@given(st.lists(st.floats(0, 0.3), min_size=2, max_size=80), st.integers(0, 2**16))
def test_no_second_has_more_turns_than_the_rate(pauses: list[float], seed: int) -> None:
    """However irregularly calls come, no stretch of time has more of them than the rate allows, and one on each end."""
    dice = random.Random(seed)

    async def body(pacer: Pacer, go: Callable[..., Awaitable[None]]) -> None:
        waiting = []
        for pause in pauses:
            waiting += [asyncio.ensure_future(go(f"{n}")) for n in range(dice.randint(1, 4))]
            await asyncio.sleep(pause)
        await asyncio.gather(*waiting)

    times = [at for at, _ in paced(body)]
    assert times == sorted(times)
    for first, begin in enumerate(times):
        for last in range(first, len(times)):
            assert last - first <= (times[last] - begin) * RATE + 1 + 1e-6


def test_an_idle_time_is_not_saved_up() -> None:
    """After a quiet minute calls still go out one by one, and not all at once."""

    async def body(pacer: Pacer, go: Callable[..., Awaitable[None]]) -> None:
        await go("a")
        await asyncio.sleep(60)
        await asyncio.gather(*(go(f"{number}") for number in range(10)))

    times = [at for at, _ in paced(body)][1:]
    assert times[0] == pytest.approx(60)
    assert times[-1] - times[0] == pytest.approx(9 / RATE, abs=0.02)


def test_a_chat_gets_new_messages_at_its_own_rate() -> None:
    """New messages to one chat come a second apart, while other chats do not wait for it."""

    async def body(pacer: Pacer, go: Callable[..., Awaitable[None]]) -> None:
        await asyncio.gather(*(go("slow") for _ in range(4)), *(go(f"other{n}") for n in range(3)))

    turns = paced(body, STRICT)
    assert [round(at) for at, name in turns if name == "slow"] == [0, 1, 2, 3]
    gaps = [at for at, name in turns if name == "slow"]
    assert all(later - earlier >= 1 - 1e-9 for earlier, later in pairwise(gaps))
    assert max(at for at, name in turns if name != "slow") < 0.2


def test_a_group_may_burst_and_then_waits() -> None:
    """A group takes five new messages at once, and then one every three seconds: twenty a minute."""
    turns = paced(lambda pacer, go: asyncio.gather(*(go("-100") for _ in range(9))), Allowance(burst=5, rate=20 / 60))
    times = [at for at, _ in turns]
    assert times[4] < 0.2
    assert times[5:] == pytest.approx([3, 6, 9, 12], abs=0.2)


def test_edits_do_not_wait_for_new_messages() -> None:
    """Edits in one chat have an allowance of their own, and go out also when it has had its new message."""

    async def body(pacer: Pacer, go: Callable[..., Awaitable[None]]) -> None:
        await asyncio.gather(go("a"), *(go("a", new=False) for _ in range(9)))

    assert max(at for at, _ in paced(body, STRICT)) == pytest.approx(9 / RATE, abs=0.02)


def test_somebody_who_drums_on_the_buttons_holds_up_nobody_else() -> None:
    """Of many edits in one chat a few go out at once and the rest at its own rate, while other chats do not wait."""

    async def body(pacer: Pacer, go: Callable[..., Awaitable[None]]) -> None:
        await asyncio.gather(*(go("drummer", new=False) for _ in range(12)), go("other", new=False))

    turns = paced(body, edits=Allowance(burst=6, rate=3))
    assert max(at for at, name in turns if name == "other") < 0.3
    assert [at for at, name in turns if name == "drummer"][6:] == pytest.approx([n / 3 for n in range(1, 7)], abs=0.1)


def test_the_most_urgent_goes_first() -> None:
    """Of those who wait the most urgent goes first, and among equals who came first."""

    async def body(pacer: Pacer, go: Callable[..., Awaitable[None]]) -> None:
        names = [("late", 20), ("tap", 0), ("task", 10), ("tap2", 0), ("task2", 10)]
        await asyncio.gather(*(go(name, priority) for name, priority in names))

    assert [name for _, name in paced(body)] == ["tap", "tap2", "task", "task2", "late"]


def test_a_tap_passes_a_long_queue_within_one_slot() -> None:
    """Somebody urgent who comes while hundreds wait has the very next turn."""

    async def body(pacer: Pacer, go: Callable[..., Awaitable[None]]) -> None:
        queue = [asyncio.ensure_future(go(f"task{number}", 20)) for number in range(300)]
        await asyncio.sleep(2)
        await go("tap", 0)
        for one in queue:
            one.cancel()
        await asyncio.gather(*queue, return_exceptions=True)

    at, name = paced(body)[-1]
    assert name == "tap"
    assert at - 2 <= 1 / RATE + 1e-9


def test_who_has_given_up_takes_no_turn() -> None:
    """A call that was cancelled while it waited costs the others nothing."""

    async def body(pacer: Pacer, go: Callable[..., Awaitable[None]]) -> None:
        gone = [asyncio.ensure_future(go(f"gone{number}")) for number in range(50)]
        await asyncio.sleep(0)
        for one in gone:
            one.cancel()
        await go("stayed", 5)

    assert paced(body)[-1] == (pytest.approx(0, abs=0.1), "stayed")


def test_silence_for_all() -> None:
    """When the platform asks for silence nobody has a turn until it is over, not even a tap; then the pace goes on."""

    async def body(pacer: Pacer, go: Callable[..., Awaitable[None]]) -> None:
        await go("a")
        pacer.halt(7)
        pacer.halt(3)
        await asyncio.gather(go("b"), go("c", new=False))

    assert [round(at, 1) for at, _ in paced(body)] == [0, 7, 7]


def test_silence_towards_one_chat() -> None:
    """Silence towards one chat holds new messages and edits in it back, and nobody else."""

    async def body(pacer: Pacer, go: Callable[..., Awaitable[None]]) -> None:
        pacer.halt(30, "-1")
        await asyncio.gather(go("-1"), go("-1", new=False), go("-2"))

    assert [(round(at), name) for at, name in paced(body)] == [(0, "-2"), (30, "-1"), (30, "-1")]


def test_a_shorter_silence_does_not_end_a_longer_one() -> None:
    """Of two times that a chat asks for, the one that ends later holds."""

    async def body(pacer: Pacer, go: Callable[..., Awaitable[None]]) -> None:
        pacer.halt(60, "-1")
        await asyncio.sleep(10)
        pacer.halt(5, "-1")
        await go("-1")

    assert paced(body)[0][0] == pytest.approx(60)


def test_closing_ends_the_work() -> None:
    """A pacer can be closed when it has never been used, and when nobody waits."""
    assert paced(lambda pacer, go: asyncio.sleep(0)) == []


@given(st.floats(0.1, 10), st.floats(0.05, 50), st.lists(st.floats(0, 20), max_size=40))
def test_a_bucket_never_gives_more_than_it_holds(size: float, rate: float, pauses: list[float]) -> None:
    """Taken whenever there is a token, a bucket gives at most its size and what was filled in meanwhile."""
    size += 1
    bucket, now, taken = Bucket(size, rate, size, 0.0), 0.0, 0
    for pause in pauses:
        now += pause
        while bucket.wait(now) == 0:
            bucket.take(now)
            taken += 1
        assert taken <= size + now * rate + 1e-6
        assert 0 < bucket.wait(now) <= 1 / rate + 1e-9
