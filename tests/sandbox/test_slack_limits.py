"""Slack's rate limits, on a clock of their own."""

import pytest

from sandbox.slack.errors import SlackError
from sandbox.slack.limits import SlackLimits

from sandbox_client import Clock  # isort: skip


def wait(limits: SlackLimits, method: str = "chat.update", tier: str = "3") -> int:
    """The `Retry-After` of a refusal; 0 when the call was let through."""
    try:
        limits.take(method, tier)
    except SlackError as refused:
        return refused.retry_after or 0
    return 0


def post_wait(limits: SlackLimits, channel: str = "D1") -> int:
    try:
        limits.take_post(channel)
    except SlackError as refused:
        return refused.retry_after or 0
    return 0


@pytest.mark.parametrize(("tier", "most", "seconds"), [("1", 10, 60), ("2", 20, 3), ("3", 50, 2), ("4", 100, 1)])
def test_tiers(tier: str, most: int, seconds: int) -> None:
    """A minute's calls go through at once, the next waits for its share of a minute; other methods do not notice."""
    clock = Clock()
    limits = SlackLimits(clock=clock)
    assert [wait(limits, tier=tier) for _ in range(most + 1)] == [0] * most + [seconds]
    assert wait(limits, "views.open", tier) == 0
    clock.now += seconds - 0.5
    assert wait(limits, tier=tier) == 1, "the method keeps refusing for the time that it named"
    clock.now += 0.5
    assert wait(limits, tier=tier) == 0


def test_one_message_a_second_in_a_channel() -> None:
    """Four at once, then one a second; other channels do not notice."""
    clock = Clock()
    limits = SlackLimits(clock=clock)
    assert [post_wait(limits) for _ in range(5)] == [0, 0, 0, 0, 1]
    assert post_wait(limits, "D2") == 0
    for _ in range(5):
        clock.now += 1
        assert post_wait(limits) == 0


def test_some_hundred_messages_a_minute_in_all() -> None:
    """Over all channels there is a limit too, which a steady sender under it never meets."""
    clock = Clock()
    limits = SlackLimits(clock=clock)
    assert [post_wait(limits, f"D{n}") for n in range(101)] == [0] * 100 + [1]
    clock.now += 60
    for n in range(300):
        assert post_wait(limits, f"E{n}") == 0
        clock.now += 0.21


def test_scale_and_off() -> None:
    """`scale` makes all of it as many times as generous, and `enabled=False` ends it."""
    limits = SlackLimits(scale=20, clock=Clock())
    assert [post_wait(limits) for _ in range(81)] == [0] * 80 + [1]
    assert limits.refused == 1
    limits.enabled = False
    assert [post_wait(limits) for _ in range(100)] == [0] * 100
