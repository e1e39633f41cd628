"""When somebody may be written to."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.person import Person, PersonState
from tests.support.samples import NOW, a_person

ZONES = [
    "UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Santiago", "America/Havana",
    "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Honolulu", "Atlantic/Azores",
]  # fmt: skip
QUARTER = timedelta(minutes=15)


def awake(person: Person, at: datetime) -> bool:
    """Told from the clock on their wall, hour by hour."""
    hour = at.astimezone(ZoneInfo(person.time_zone)).hour
    day = range(person.wakes, person.sleeps if person.wakes < person.sleeps else person.sleeps + 24)
    return hour in {one % 24 for one in day}


@given(
    st.sampled_from(ZONES),
    st.sampled_from([(8, 22), (7, 21), (6, 20), (9, 23), (10, 24), (22, 6), (20, 4), (0, 12), (2, 14), (1, 9)]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_the_next_waking_time_is_the_first(zone: str, hours: tuple[int, int], now: datetime) -> None:
    """In every zone and through every change of clocks, it is the first moment from now on at which they are awake."""
    now = now.replace(second=0, microsecond=0, minute=now.minute // 15 * 15)
    person = a_person(time_zone=zone, wakes=hours[0], sleeps=hours[1], seen_at=now - timedelta(days=1))
    waking = person.next_waking(now)
    moment = now
    while not awake(person, moment):
        moment += QUARTER
    assert waking == moment


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        # Clocks go forward at 2:00: eight o'clock comes an hour sooner.
        ("Europe/Berlin", datetime(2026, 3, 28, 22, 0, tzinfo=UTC), datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),
        # ... and back at 3:00: an hour later.
        ("Europe/Berlin", datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 7, 0, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 8, 3, 30, tzinfo=UTC), datetime(2026, 3, 8, 12, 0, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 3, 30, tzinfo=UTC), datetime(2026, 11, 1, 13, 0, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 6, 1, 18, 0, tzinfo=UTC), datetime(2026, 6, 2, 2, 30, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 6, 1, 12, 0, tzinfo=UTC), datetime(2026, 6, 1, 20, 0, tzinfo=UTC)),
        # The same night, after midnight: later the same day.
        ("Europe/Berlin", datetime(2026, 6, 1, 1, 0, tzinfo=UTC), datetime(2026, 6, 1, 6, 0, tzinfo=UTC)),
    ],
)
def test_a_night_ends_at_eight_on_their_own_clock(zone: str, now: datetime, expected: datetime) -> None:
    """A message at night waits for eight in the morning there, also in the night in which the clocks change."""
    person = a_person(time_zone=zone, wakes=8, sleeps=22, seen_at=now - timedelta(days=1))
    assert person.next_waking(now) == expected
    assert person.next_waking(now).tzinfo is UTC


def test_an_hour_that_does_not_exist_is_the_next_one() -> None:
    """Somebody who wakes at two, in the night in which two o'clock is left out, is awake at three."""
    now = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
    person = a_person(time_zone="America/New_York", wakes=2, sleeps=20, seen_at=now - timedelta(days=1))
    assert person.next_waking(now).astimezone(ZoneInfo("America/New_York")).hour == 3


def test_somebody_who_was_just_here_is_awake() -> None:
    """Whoever did something within half an hour may be written to, whatever their hours say."""
    night = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
    person = a_person(wakes=8, sleeps=22, seen_at=night - timedelta(minutes=29))
    assert person.next_waking(night) == night
    tired = a_person(wakes=8, sleeps=22, seen_at=night - timedelta(minutes=30))
    assert tired.next_waking(night) == datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def test_equal_hours_mean_at_any_time() -> None:
    """Hours from zero to zero are no limit."""
    assert a_person(wakes=0, sleeps=0).next_waking(NOW) == NOW


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({}, True),
        ({"state": PersonState.NEW}, False),
        ({"state": PersonState.PAUSED}, False),
        ({"reachable": False}, False),
        ({"state": PersonState.ERASED}, False),
        ({"step": "hours"}, False),
        ({"consented_at": None}, False),
    ],
)
def test_who_may_work(changes: dict[str, object], may: bool) -> None:
    """Work goes to people who are active, can be reached, have agreed and have finished the start."""
    assert a_person(**changes).may_work is may
