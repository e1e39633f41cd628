"""An assignment's way from offer to end."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.assignment import IDLE_LIMIT, AssignmentState, SkipReason
from bot.domain.errors import Gone
from tests.support.samples import NOW, an_answer, an_assignment

HELD = [AssignmentState.OFFERED, AssignmentState.STARTED]
ENDED = [state for state in AssignmentState if state not in HELD]


@pytest.mark.parametrize("state", AssignmentState)
def test_only_offered_and_started_tasks_are_held(state: AssignmentState) -> None:
    """A task is with its trainer while it is offered or started, and in no other state."""
    assert state.held is (state in HELD)


def test_the_first_touch_starts_a_task() -> None:
    """The first thing a trainer does starts the assignment, with an empty draft and no time worked."""
    touched = an_assignment().touch(NOW, "telegram")
    assert touched.state is AssignmentState.STARTED
    assert (touched.started_at, touched.draft, touched.active) == (NOW, {}, timedelta(0))
    assert touched.platform == "telegram"


def test_a_later_touch_keeps_what_was_started() -> None:
    """Later touches change neither when it was started nor its draft, and note where they came from."""
    started = an_assignment(state=AssignmentState.STARTED, started_at=NOW, touched_at=NOW, draft={"q": 1})
    touched = started.touch(NOW + timedelta(seconds=5), "slack")
    assert (touched.started_at, touched.draft, touched.platform) == (NOW, {"q": 1}, "slack")


@given(st.lists(st.integers(-60, 600), max_size=20))
def test_time_worked_is_the_sum_of_short_pauses(pauses: list[int]) -> None:
    """Pauses of up to two minutes between touches count as work, longer ones and clocks that jump back do not."""
    assignment, now = an_assignment().touch(NOW, "telegram"), NOW
    for pause in pauses:
        now += timedelta(seconds=pause)
        assignment = assignment.touch(now, "telegram")
    limit = IDLE_LIMIT.total_seconds()
    assert assignment.active == timedelta(seconds=sum(pause for pause in pauses if 0 < pause <= limit))


@pytest.mark.parametrize("end", ENDED)
@pytest.mark.parametrize("state", HELD)
def test_a_held_task_can_end(state: AssignmentState, end: AssignmentState) -> None:
    """From offered or started a task comes to any end, which clears the draft and notes the time."""
    assignment = an_assignment(state=state, draft={"q": 1}, asking="q")
    reason = SkipReason.BROKEN if end is AssignmentState.SKIPPED else None
    ended = assignment.end(end, NOW, reason)
    assert (ended.state, ended.ended_at, ended.skip_reason) == (end, NOW, reason)
    assert (ended.draft, ended.asking) == (None, None)


@pytest.mark.parametrize("end", ENDED)
@pytest.mark.parametrize("state", ENDED)
def test_a_task_ends_once(state: AssignmentState, end: AssignmentState) -> None:
    """What has ended cannot end again, in whatever way."""
    with pytest.raises(Gone, match="no longer with you"):
        an_assignment(state=state).end(end, NOW)


def test_an_answer_may_change_while_its_window_lasts() -> None:
    """The time for changes runs from the first submission."""
    assert an_answer({}).changeable_until(timedelta(minutes=30)) == NOW + timedelta(minutes=30)
