"""An assignment: one task reserved for one trainer, and the answer that comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.errors import Gone
from bot.domain.text import T

IDLE_LIMIT = timedelta(minutes=2)
"""A pause longer than this between two taps does not count as work on the task."""


class AssignmentState(StrEnum):
    OFFERED = "offered"
    STARTED = "started"
    SUBMITTED = "submitted"
    SKIPPED = "skipped"
    RELEASED = "released"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def held(self) -> bool:
        """Is the task still with the trainer?"""
        return self in (AssignmentState.OFFERED, AssignmentState.STARTED)


class SkipReason(StrEnum):
    NOT_MY_FIELD = "not_my_field"
    UNCLEAR = "unclear"
    BROKEN = "broken"
    OFFENSIVE = "offensive"


class ReportReason(StrEnum):
    """What is wrong with a task, that its project's people must hear of."""

    BROKEN = "broken"
    OFFENSIVE = "offensive"
    PERSONAL_DATA = "personal_data"

    @property
    def skip(self) -> SkipReason:
        """Why a task is given back that is reported while it is in hand."""
        return SkipReason.OFFENSIVE if self is ReportReason.OFFENSIVE else SkipReason.BROKEN


@dataclass(frozen=True, slots=True)
class Assignment:
    id: int
    task_id: int
    project_id: int
    person_id: int
    state: AssignmentState
    number: int
    """The trainer's how-manieth task of the project, from 1."""
    order: tuple[int, ...]
    """How the kind's sides were shuffled for this trainer: shown side i is side order[i] of the payload."""
    offered_at: datetime
    due_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    touched_at: datetime | None = None
    active: timedelta = timedelta(0)
    page: int = 0
    """The page of the content that is shown, and `pages_seen` how many have been."""
    pages_seen: int = 0
    draft: Mapping[str, Any] | None = None
    """Answers so far; None when nothing is being answered."""
    unsent: Mapping[str, str] | None = None
    """Words that were typed for a question and not sent yet, by question."""
    asking: str | None = None
    """The question that is asked out of turn (after Back or Change); None: the first open one."""
    skip_reason: SkipReason | None = None
    platform: str = ""

    def touch(self, now: datetime, platform: str) -> "Assignment":
        """Note that the trainer did something: it starts the assignment, and the time since the last touch was work."""
        gap = now - self.touched_at if self.touched_at else timedelta(0)
        worked = gap if timedelta(0) < gap <= IDLE_LIMIT else timedelta(0)
        touched = replace(self, touched_at=now, active=self.active + worked, platform=platform)
        if self.state is AssignmentState.OFFERED:
            return replace(touched, state=AssignmentState.STARTED, started_at=now, draft={})
        return touched

    def end(self, state: AssignmentState, now: datetime, reason: SkipReason | None = None) -> "Assignment":
        """Leave the trainer's hands; `Gone` when it already did."""
        if not self.state.held:
            raise Gone(T("This task is no longer with you."))
        return replace(self, state=state, ended_at=now, skip_reason=reason, draft=None, unsent=None, asking=None)


def better(one: Assignment, other: Assignment) -> Assignment:
    """Which of two counts when the same person had a task twice: the answer that came first, else the one in hand."""
    return min(one, other, key=_standing)


def _standing(one: Assignment) -> tuple[bool, datetime | None, bool, bool]:
    submitted = one.state is AssignmentState.SUBMITTED
    since = one.ended_at if submitted else None
    return not submitted, since, not one.state.held, one.state is not AssignmentState.STARTED


@dataclass(frozen=True, slots=True)
class Answer:
    """What was submitted; `values` are those of the latest revision, as the trainer saw the sides."""

    id: int
    assignment_id: int
    revision: int
    values: Mapping[str, Any]
    submitted_at: datetime
    """Of the first revision; `revised_at` of the latest."""
    revised_at: datetime

    def changeable_until(self, window: timedelta) -> datetime:
        return self.submitted_at + window
