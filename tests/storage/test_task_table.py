"""Tasks in the database: their counters, and who is given which next."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.errors import NotFound
from bot.ports import Candidate
from storage.transaction import CoreTransaction
from tests.support.workshop import (
    NOW,
    add_project,
    add_tasks,
    add_trainer,
    answer_task,
    counters,
    offered,
    project_spec,
    task_spec,
    transaction,
)

KEYS = ("a", "b", "c")
PEOPLE = range(4)


def lane_of(tx: CoreTransaction, project_id: int) -> int:
    return tx.tasks.lanes(project_id)[0].id


def key_of(tx: CoreTransaction, candidate: Candidate | None) -> str | None:
    return tx.tasks.get(candidate.task_id).spec.key if candidate else None


def best_key(tx: CoreTransaction, lane_id: int, person_id: int) -> str | None:
    return key_of(tx, tx.tasks.best_in(lane_id, person_id))


steps = st.one_of(
    st.tuples(st.just("reserve"), st.sampled_from(PEOPLE)),
    st.tuples(st.sampled_from(["release", "complete"]), st.integers(0, 20)),
    st.tuples(st.just("resize"), st.integers(1, 4)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.integers(1, 3), script=st.lists(steps, max_size=30), resizing=st.booleans())
def test_counters_add_up(raw: Any, wanted: int, script: list[tuple[str, int]], resizing: bool) -> None:
    """Whatever happens, places, held and answers of each task add up to what is wanted, and none counts below zero.

    Only where fewer answers are wanted than there were may places be negative, so that nobody more is asked.
    """
    with transaction(raw) as tx:
        project = add_project(tx, project_spec(answers_per_task=wanted), [task_spec(key) for key in KEYS])
        lane = lane_of(tx, project.id)
        people = [add_trainer(tx, f"user{n}") for n in PEOPLE]
        held: list[int] = []
        answered: Counter[int] = Counter()
        for step, argument in script:
            if step == "reserve" and (found := tx.tasks.best_in(lane, people[argument].id)) is not None:
                tx.tasks.reserve(found, people[argument].id)
                held.append(found.task_id)
            elif step == "release" and held:
                tx.tasks.release(held.pop(argument % len(held)))
            elif step == "complete" and held:
                done = held.pop(argument % len(held))
                tx.tasks.complete(done)
                answered[done] += 1
            elif step == "resize" and resizing:
                wanted = argument
                tx.tasks.resize(project.id, wanted)
            by_key = counters(tx)
            assert all(sum(counts) == wanted for counts in by_key.values())
            assert all(held_now >= 0 and answers >= 0 for _, held_now, answers in by_key.values())
            assert resizing or all(places >= 0 for places, _, _ in by_key.values())
            assert sum(held_now for _, held_now, _ in by_key.values()) == len(held)
            assert sum(answers for _, _, answers in by_key.values()) == answered.total()


def test_resize_frees_and_fills_places(tx: CoreTransaction) -> None:
    """Wanting more answers makes room on every task, and wanting fewer takes it away without losing an answer."""
    project = add_project(tx, project_spec(answers_per_task=2), [task_spec("a"), task_spec("b")])
    for user in ("ana", "ben"):
        person = add_trainer(tx, user)
        answer_task(tx, person, offered(tx, person))
    tx.tasks.resize(project.id, 3)
    assert counters(tx) == {"a": (1, 0, 2), "b": (3, 0, 0)}
    tx.tasks.resize(project.id, 1)
    assert counters(tx) == {"a": (-1, 0, 2), "b": (1, 0, 0)}
    assert best_key(tx, lane_of(tx, project.id), add_trainer(tx, "cleo").id) == "b"


def test_best_comes_first(tx: CoreTransaction) -> None:
    """The task with the highest priority is next; among equals, the one that was imported first."""
    tasks = [task_spec("low", priority=-5), task_spec("x"), task_spec("high", priority=9), task_spec("y")]
    project = add_project(tx, project_spec(), tasks)
    person = add_trainer(tx)
    order = []
    while (found := tx.tasks.best_in(lane_of(tx, project.id), person.id)) is not None:
        order.append((key_of(tx, found), found.priority))
        tx.tasks.reserve(found, person.id)
    assert order == [("high", 9), ("x", 0), ("y", 0), ("low", -5)]


def test_nobody_sees_a_task_twice(tx: CoreTransaction) -> None:
    """A task that somebody had is never theirs again, though it needs more trainers and they have it no longer."""
    project = add_project(tx, project_spec(answers_per_task=3), [task_spec("a")])
    person = add_trainer(tx)
    assignment = offered(tx, person)
    tx.tasks.release(assignment.task_id)
    assert best_key(tx, lane_of(tx, project.id), person.id) is None
    assert best_key(tx, lane_of(tx, project.id), add_trainer(tx, "ben").id) == "a"


def test_freed_task_behind_the_frontier_is_found_last(tx: CoreTransaction) -> None:
    """What becomes free behind a person's frontier is given to them after all that lies before it."""
    project = add_project(tx, project_spec(), [task_spec(key) for key in ("a", "b", "c", "d")])
    lane = lane_of(tx, project.id)
    ana, ben = add_trainer(tx, "ana"), add_trainer(tx, "ben")
    first = offered(tx, ana)
    answer_task(tx, ben, offered(tx, ben))
    assert best_key(tx, lane, ben.id) == "c"
    tx.tasks.release(first.task_id)
    order = []
    while (found := tx.tasks.best_in(lane, ben.id)) is not None:
        order.append(key_of(tx, found))
        answer_task(tx, ben, offered(tx, ben))
    assert order == ["c", "d", "a"]


def test_frontier_does_not_go_back(tx: CoreTransaction) -> None:
    """Being given a task from behind the frontier leaves the frontier where it was."""
    project = add_project(tx, project_spec(answers_per_task=2), [task_spec(key) for key in ("a", "b", "c")])
    lane, person = lane_of(tx, project.id), add_trainer(tx)
    ids = {task.spec.key: task.id for task in tx.tasks.all(project.id)}
    tx.tasks.reserve(Candidate(ids["b"], lane, 0), person.id)
    tx.tasks.reserve(Candidate(ids["a"], lane, 0), person.id)
    assert best_key(tx, lane, person.id) == "c"


@pytest.mark.parametrize("priority", [-1, 0, 1])
def test_new_imports_are_found(tx: CoreTransaction, priority: int) -> None:
    """Tasks imported after somebody has had all others are found, whatever their priority."""
    project = add_project(tx, project_spec(), [task_spec("old")])
    person = add_trainer(tx)
    answer_task(tx, person, offered(tx, person))
    add_tasks(tx, project.id, [task_spec("new", priority=priority)])
    candidates = [tx.tasks.best_in(lane.id, person.id) for lane in tx.tasks.lanes(project.id)]
    assert [key_of(tx, one) for one in candidates] == [None, "new"]


def test_lanes_part_tasks_by_what_they_ask(tx: CoreTransaction) -> None:
    """Each locale and field of a project is a lane, which is open while one of its tasks needs somebody."""
    tasks = [task_spec("a"), task_spec("b", domain="law"), task_spec("c", locale="es"), task_spec("d")]
    project = add_project(tx, project_spec(), tasks)
    assert {(lane.locale, lane.domain, lane.open) for lane in tx.tasks.lanes(project.id)} == {
        ("en", "", True),
        ("en", "law", True),
        ("es", "", True),
    }
    person = add_trainer(tx)
    for _ in range(2):
        answer_task(tx, person, offered(tx, person))
    assert {(lane.locale, lane.domain) for lane in tx.tasks.lanes(project.id) if not lane.open} == {("en", "")}


def test_content_survives_storage(tx: CoreTransaction) -> None:
    """A task comes back as it was imported, with any text in it and its known answer."""
    spec = task_spec(
        "ключ/1",
        priority=7,
        gold={"accuracy": 5},
        payload={"prompt": "x\u0000'\"<b>&", "response": "日本 \U0001f600\n"},
    )
    project = add_project(tx, project_spec(), [spec])
    assert [task.spec for task in tx.tasks.all(project.id)] == [spec]
    with pytest.raises(NotFound):
        tx.tasks.get(10_000)


def test_assignments_come_back_whole(tx: CoreTransaction) -> None:
    """An assignment comes back as it was saved, draft and shuffle included."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = add_trainer(tx)
    started = offered(tx, person).touch(NOW, "telegram")
    tx.assignments.save(started)
    assert tx.assignments.get(started.id) == started
    assert tx.assignments.held_by(person.id) == [started]
    assert tx.assignments.open_forms(person.id) == [started]
    assert tx.assignments.any_held(started.project_id) is True
    assert tx.assignments.get(10_000) is None
