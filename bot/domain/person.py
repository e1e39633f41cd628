"""A trainer: who they are to us, when they are awake, and how they want their work."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

UNKNOWN_ZONE = "UTC"
"""The time zone of somebody who has not told us theirs."""

STILL_AWAKE = timedelta(minutes=30)
"""Somebody who did something this recently is awake, whatever the hours they told us."""


class PersonState(StrEnum):
    NEW = "new"
    ACTIVE = "active"
    PAUSED = "paused"
    ERASED = "erased"


class Push(StrEnum):
    NOW = "now"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    pseudonym: str
    """Stable and random: the only name that leaves the service."""
    state: PersonState
    reachable: bool
    """False from when a platform says that they take no messages until they write again."""
    locale: str
    """Interface language, a catalog's name."""
    languages: tuple[str, ...]
    """Locales of content they work in."""
    domains: tuple[str, ...]
    time_zone: str
    wakes: int
    """Local hour from which they may be written to; `sleeps` is the hour from which they may not."""
    sleeps: int
    push: Push
    step: str | None
    """The onboarding screen they are at; None when done."""
    created_at: datetime
    consented_at: datetime | None
    seen_at: datetime
    wants_work_at: datetime | None
    """When to look for work for them; None: they have some, or there was none and news will say."""
    accounts: int = 1
    """On how many platforms we know them."""

    @property
    def may_work(self) -> bool:
        return (
            self.state is PersonState.ACTIVE and self.reachable and self.step is None and self.consented_at is not None
        )

    def next_waking(self, now: datetime) -> datetime:
        """`now` when they may be written to, else the first minute of their next waking hours (UTC)."""
        if now - self.seen_at < STILL_AWAKE or self.wakes == self.sleeps:
            return now
        local = now.astimezone(ZoneInfo(self.time_zone))
        if self._awake_at(local.hour):
            return now
        morning = local.replace(hour=self.wakes % 24, minute=0, second=0, microsecond=0)
        if morning <= local:
            morning += timedelta(days=1)
        # Arithmetic on a zoned time keeps the wall clock; going through UTC applies that day's offset.
        return morning.astimezone(now.tzinfo)

    def _awake_at(self, hour: int) -> bool:
        if self.wakes < self.sleeps:
            return self.wakes <= hour < self.sleeps
        return hour >= self.wakes or hour < self.sleeps
