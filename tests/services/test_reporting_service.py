"""Which task is meant by a report, and where reports come together."""

import pytest

from bot.domain.assignment import ReportReason, SkipReason
from bot.domain.errors import Refused
from bot.services import projects, reporting
from bot.services.answering import Desk, load
from storage.transaction import CoreTransaction
from tests.support.workshop import (
    MINUTE,
    NOW,
    add_project,
    add_trainer,
    answer_task,
    offered,
    project_spec,
    task_spec,
)


def test_task_that_is_meant(tx: CoreTransaction) -> None:
    """The task in hand is meant, else the one answered last; who had none is told so."""
    add_project(tx, project_spec(), [task_spec(key) for key in "abc"])
    person = add_trainer(tx)
    with pytest.raises(Refused, match="no task yet"):
        reporting.subject(tx, person)
    for minutes in (0, 1):
        answer_task(tx, person, offered(tx, person), now=NOW + minutes * MINUTE)
    assert reporting.subject(tx, person).task.spec.key == "b"
    given = offered(tx, person)
    assert reporting.subject(tx, person).task.spec.key == "c"
    Desk(tx, person, "telegram", NOW).skip(load(tx, person, given.id), SkipReason.UNCLEAR)
    assert reporting.subject(tx, person).task.spec.key == "b"


def test_reports_come_together_in_the_project(tx: CoreTransaction) -> None:
    """A project shows what was said of its tasks, each trainer's last word."""
    add_project(tx, project_spec(answers_per_task=2), [task_spec("a")])
    for user, reasons in (("ana", ["broken", "offensive"]), ("ben", ["offensive"])):
        person = add_trainer(tx, user)
        offered(tx, person)
        for reason in reasons:
            reporting.report(tx, reporting.subject(tx, person), ReportReason(reason), NOW)
    _, _, reports = projects.show(tx, "cardio")
    assert [(one.task, one.reason, one.count) for one in reports] == [("a", ReportReason.OFFENSIVE, 2)]


def test_a_reported_task_is_skipped_for_what_is_wrong_with_it() -> None:
    """Each reason to report stands for a reason to skip."""
    assert {reason: reason.skip for reason in ReportReason} == {
        ReportReason.BROKEN: SkipReason.BROKEN,
        ReportReason.OFFENSIVE: SkipReason.OFFENSIVE,
        ReportReason.PERSONAL_DATA: SkipReason.BROKEN,
    }
