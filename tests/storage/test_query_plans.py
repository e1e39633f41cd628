"""The queries that run all the time cost what there is to do, not what there is."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Select

from bot.ports import Candidate
from storage import sqlite
from storage.tasks import next_after
from storage.transaction import CoreTransaction
from tests.support.workshop import (
    HOUR,
    NOW,
    add_identity,
    add_project,
    add_tasks,
    add_trainer,
    offered,
    project_spec,
    task_spec,
)

FEW, MANY = 100, 20_000
FLAT = 1.5
"""How much more work counts as the same."""


def plan_of(raw: Any, act: Callable[[], Any]) -> list[str]:
    """The plan of the last query that `act` runs."""
    statements: list[str] = []
    raw.set_trace_callback(statements.append)
    act()
    raw.set_trace_callback(None)
    return [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statements[-1]}")]


def steps_of(raw: Any, act: Callable[[], Any]) -> int:
    """How many steps of SQLite's machine `act` takes."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    raw.set_progress_handler(step, 1)
    act()
    raw.set_progress_handler(None, 1)
    return steps


def fill_lane(tx: CoreTransaction, tasks: int, **changes: Any) -> int:
    """A project with one lane of `tasks` tasks, whose id is returned."""
    project = add_project(tx, project_spec(**changes))
    spec = task_spec("first")
    add_tasks(tx, project.id, [spec], project.spec.answers_per_task)
    lane = tx.tasks.lanes(project.id)[0].id
    copied = "project_id, lane_id, kind, locale, domain, rank, payload, digest, places, held, answers"
    tx._core.exec_driver_sql(
        f"""WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {tasks})
        INSERT INTO task (key, {copied}) SELECT 'copy ' || i, {copied} FROM task, n WHERE key = 'first'"""
    )
    return lane


def same_work(few: list[int], many: list[int]) -> None:
    for small, large in zip(few, many, strict=True):
        assert 0 < large <= FLAT * small, (few, many)


def execute(tx: CoreTransaction, queries: tuple[Select[Any], ...]) -> list[Callable[[], Any]]:
    return [lambda query=query: tx._core.execute(query).all() for query in queries]


def test_next_task_is_one_index_range(raw: Any, tx: CoreTransaction) -> None:
    """The next-best-task query seeks in the index over ready tasks by lane, rank and id, and sorts nothing."""
    same_rank, behind = execute(tx, next_after(1, 1, 0, 1))
    first, *rest = plan_of(raw, same_rank)
    assert re.fullmatch(
        r"SEARCH task USING (COVERING )?INDEX ix_task_ready \(lane_id=\? AND rank=\? AND id>\?\)", first
    )
    assert not any("TEMP B-TREE" in line or "SCAN" in line for line in rest)
    first, *rest = plan_of(raw, behind)
    assert re.fullmatch(r"SEARCH task USING (COVERING )?INDEX ix_task_ready \(lane_id=\? AND rank>\?\)", first)
    assert not any("TEMP B-TREE" in line or "SCAN" in line for line in rest)


def steps_to_a_task(raw: Any, tasks: int) -> list[int]:
    """Steps to find a task: at the start, in the middle of the lane, and when all are behind."""
    core = sqlite.core(raw)
    raw.execute("BEGIN IMMEDIATE")
    try:
        tx = CoreTransaction(core)
        lane, person = fill_lane(tx, tasks, answers_per_task=3), add_trainer(tx)
        project = tx.projects.all("open")[0].id  # type: ignore[arg-type]

        def look() -> None:
            assert all(one.open for one in tx.tasks.lanes(project))
            assert tx.tasks.best_in(lane, person.id) is not None

        measured = [steps_of(raw, look)]
        ids = tx._core.exec_driver_sql("SELECT id FROM task ORDER BY id").scalars().all()
        tx.tasks.reserve(Candidate(ids[tasks // 2], lane, 0), person.id)
        measured.append(steps_of(raw, look))
        tx._core.exec_driver_sql(f"UPDATE task SET places = 0 WHERE id < {ids[-5]}")
        measured.append(steps_of(raw, look))
        tx.tasks.reserve(Candidate(ids[-1], lane, 0), person.id)
        return [*measured, steps_of(raw, look)]
    finally:
        raw.execute("ROLLBACK")


def test_next_task_costs_the_same_in_a_large_project(raw: Any) -> None:
    """Finding a task takes as many steps among 20,000 as among 100: at first, midway, and when most are done."""
    same_work(steps_to_a_task(raw, FEW), steps_to_a_task(raw, MANY))


@pytest.mark.parametrize("tasks", [FEW, MANY])
def test_offer_names_no_scan(raw: Any, tx: CoreTransaction, tasks: int) -> None:
    """A whole offer, project to letter, passes over no table of tasks or assignments."""
    fill_lane(tx, tasks)
    person = add_trainer(tx)
    statements: list[str] = []
    raw.set_trace_callback(statements.append)
    offered(tx, person)
    raw.set_trace_callback(None)
    for statement in statements:
        for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall():
            assert not re.match(r"SCAN (task|assignment|person|outbox|frontier)\b", row[3]), (statement, row[3])


def test_due_sweep_uses_its_index(raw: Any, tx: CoreTransaction) -> None:
    """The sweep over due assignments seeks by time in the index of those held, and sorts nothing."""
    assert plan_of(raw, lambda: tx.assignments.due(NOW, 50)) == [
        "SEARCH assignment USING INDEX ix_assignment_due (due_at<?)"
    ]


def test_due_sweep_costs_what_is_due(raw: Any, tx: CoreTransaction) -> None:
    """The sweep takes as many steps over many assignments as over few when none is due."""
    add_project(tx, project_spec(), [task_spec(f"t{n}") for n in range(150)])
    measured = []
    for people in (range(3), range(3, 150)):
        for n in people:
            offered(tx, add_trainer(tx, f"user{n}"))
        measured.append(steps_of(raw, lambda: tx.assignments.due(NOW, 50)))
    same_work(measured[:1], measured[1:])


def test_outbox_is_read_in_order(raw: Any, tx: CoreTransaction) -> None:
    """The outbox is read along the index of waiting letters, most urgent first, without sorting or seeking people."""
    first, *rest = plan_of(raw, lambda: tx.outbox.waiting("telegram", NOW, 32))
    assert first == "SCAN outbox USING INDEX ix_outbox_waiting"
    assert rest[0] == "SEARCH identity USING INDEX ix_identity_person_id (person_id=?)"
    assert not any("TEMP B-TREE" in line or line.startswith("SCAN") for line in rest)


def test_outbox_costs_the_same_with_many_people(raw: Any, tx: CoreTransaction) -> None:
    """Looking for letters takes as many steps among 500 people and letters as among 40, when 32 are wanted."""
    measured = []
    for people in (range(40), range(40, 500)):
        for n in people:
            tx.outbox.put(add_trainer(tx, f"user{n}").id, "news", "news", {}, 20, NOW - HOUR)
        measured.append(steps_of(raw, lambda: tx.outbox.waiting("telegram", NOW, 32)))
    same_work(measured[:1], measured[1:])


def test_outbox_costs_the_same_with_addressed_letters(raw: Any, tx: CoreTransaction) -> None:
    """Letters addressed to one platform of people with two take as many steps as letters to their homes."""
    measured = []
    for user, platform in (("home", ""), ("addressed", "slack")):
        for n in range(40):
            person = add_trainer(tx, f"{user}{n}")
            add_identity(tx, person.id, "slack", f"{user}{n}")
            tx.outbox.put(person.id, "news", "news", {}, 20, NOW - HOUR, platform)
        there = platform or "telegram"
        measured.append(steps_of(raw, lambda there=there: tx.outbox.waiting(there, NOW, 32)))
        tx._core.exec_driver_sql("DELETE FROM outbox")
    same_work(measured[:1], measured[1:])


def test_last_answered_is_found_by_index(raw: Any, tx: CoreTransaction) -> None:
    """The task somebody answered last is the end of one index range."""
    assert plan_of(raw, lambda: tx.assignments.last_answered(1)) == [
        "SEARCH assignment USING INDEX ix_assignment_person (person_id=? AND state=?)"
    ]


def test_joining_seeks_what_the_two_have(raw: Any, tx: CoreTransaction) -> None:
    """Handing over what one person has to another passes over nobody else's rows."""
    add_project(tx, project_spec(), [task_spec("a"), task_spec("b")])
    ana, anna = add_trainer(tx, "ana"), add_trainer(tx, "anna", "slack")
    offered(tx, ana)
    offered(tx, anna)
    statements: list[str] = []
    raw.set_trace_callback(statements.append)
    assert tx.assignments.shared(ana.id, anna.id) == []
    tx.links.hand_over(anna.id, ana.id, [], "slack")
    raw.set_trace_callback(None)
    for statement in statements:
        for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall():
            assert not row[3].startswith("SCAN"), (statement, row[3])


def test_those_waiting_for_work_are_found_by_index(raw: Any, tx: CoreTransaction) -> None:
    """People whose time to look for work has come are sought in their own index, in order."""
    plan = plan_of(raw, lambda: tx.people.wanting_work(NOW, 50))
    assert plan == ["SEARCH person USING INDEX ix_person_wants_work (wants_work_at>? AND wants_work_at<?)"]


def test_export_reads_along_an_index(raw: Any, tx: CoreTransaction) -> None:
    """An export reads answers in order along their index, each row's companions by key."""
    first, *rest = plan_of(raw, lambda: list(tx.answers.rows(1)))
    assert first == "SEARCH answer USING INDEX ix_answer_project (project_id=? AND id>?)"
    assert all(line.startswith("SEARCH") for line in rest)
