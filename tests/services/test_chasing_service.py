"""Assignments run out once, and their tasks go to others."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.assignment import AssignmentState
from bot.services import chasing
from bot.services.matching import offer_next, slot_of
from storage.transaction import CoreTransaction
from tests.support.workshop import (
    HOUR,
    NOW,
    RATED,
    add_project,
    add_trainer,
    answer_task,
    counters,
    fill_in,
    offered,
    project_spec,
    task_spec,
)

DUE = NOW + 24 * HOUR


def test_expires_exactly_once(tx: CoreTransaction) -> None:
    """An assignment ends at its due time, not before and not twice, and frees one place."""
    add_project(tx, project_spec(), [task_spec("a")])
    assignment = offered(tx, add_trainer(tx))
    assert chasing.expire_due(tx, DUE - timedelta(milliseconds=1), 50) == 0
    assert [chasing.expire_due(tx, DUE, 50) for _ in range(3)] == [1, 0, 0]
    expired = tx.assignments.get(assignment.id)
    assert expired is not None
    assert (expired.state, expired.ended_at) == (AssignmentState.EXPIRED, DUE)
    assert counters(tx) == {"a": (1, 0, 0)}


def test_drafts_of_expired_tasks_go(tx: CoreTransaction) -> None:
    """A started assignment expires as well, and its draft goes with it."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = add_trainer(tx)
    work = fill_in(tx, person, offered(tx, person), RATED)
    assert chasing.expire_due(tx, DUE, 50) == 1
    expired = tx.assignments.get(work.assignment.id)
    assert expired is not None
    assert expired.draft is None


def test_answered_tasks_do_not_expire(tx: CoreTransaction) -> None:
    """What was answered in time stays answered."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = add_trainer(tx)
    answer_task(tx, person, offered(tx, person))
    assert chasing.expire_due(tx, DUE + HOUR, 50) == 0
    assert counters(tx) == {"a": (0, 0, 1)}


def test_goes_to_somebody_else(tx: CoreTransaction) -> None:
    """An expired task is offered to somebody else, and to the person who let it run out no more."""
    add_project(tx, project_spec(), [task_spec("a")])
    ana, ben = add_trainer(tx, "ana"), add_trainer(tx, "ben")
    assignment = offered(tx, ana)
    chasing.expire_due(tx, DUE, 50)
    assert offer_next(tx, ana, DUE) is None
    assert offered(tx, ben, DUE).task_id == assignment.task_id


def test_news_and_message_are_owed(tx: CoreTransaction) -> None:
    """The project has news for others, and the person's message is to show that the task is gone, when they wake."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = add_trainer(tx, wakes=14, sleeps=22)
    assignment = offered(tx, person)
    chasing.expire_due(tx, DUE, 50)
    assert tx.projects.wanting_offers() == [assignment.project_id]
    assert tx.outbox.waiting("telegram", DUE, 10) == []
    [letter] = tx.outbox.waiting("telegram", NOW.replace(hour=14) + timedelta(days=1), 10)
    assert (letter.slot, letter.args) == (slot_of(assignment.id), {"assignment": assignment.id})


def test_nobody_is_pushed_work_for_running_out(tx: CoreTransaction) -> None:
    """Who let a task run out is not looked after until they come back."""
    add_project(tx, project_spec(), [task_spec("a"), task_spec("b")])
    person = add_trainer(tx)
    offered(tx, person)
    tx.people.save(replace(person, wants_work_at=DUE))
    chasing.expire_due(tx, DUE, 50)
    assert tx.people.get(person.id).wants_work_at is None
    assert tx.people.idle(0, 10) == []


def test_longest_overdue_first(tx: CoreTransaction) -> None:
    """No more assignments are ended at a time than asked, those longest overdue first."""
    add_project(tx, project_spec(), [task_spec(f"t{n}") for n in range(5)])
    assignments = [offered(tx, add_trainer(tx, f"user{n}"), NOW - n * HOUR) for n in range(5)]
    assert chasing.expire_due(tx, DUE, 2) == 2
    states = [tx.assignments.get(one.id).state for one in assignments]  # type: ignore[union-attr]
    assert states == ["offered", "offered", "offered", "expired", "expired"]
    assert [chasing.expire_due(tx, DUE, 2) for _ in range(3)] == [2, 1, 0]


def test_update_ids_are_kept_a_week(tx: CoreTransaction) -> None:
    """The platforms' update ids are forgotten after a week and not before."""
    tx.inbox.take("telegram", "1", NOW)
    assert chasing.forget_updates(tx, NOW + timedelta(days=7), 500) == 0
    assert tx.inbox.take("telegram", "1", NOW) is False
    assert chasing.forget_updates(tx, NOW + timedelta(days=7, milliseconds=1), 500) == 1
    assert tx.inbox.take("telegram", "1", NOW) is True
