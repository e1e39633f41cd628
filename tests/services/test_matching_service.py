"""Who gets which task, why somebody gets none, and that no task is ever with too many."""

import random
import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.domain.assignment import AssignmentState, SkipReason
from bot.domain.matching import Obstacle
from bot.domain.person import Person, PersonState, Push
from bot.domain.project import Project, ProjectState
from bot.ports import Transaction
from bot.services import chasing, people, projects
from bot.services.answering import Desk, load
from bot.services.matching import explain, offer_again, offer_next, slot_of
from storage import sqlite
from storage.transaction import CoreTransaction
from tests.support.workshop import (
    HOUR,
    NOW,
    add_project,
    add_tasks,
    add_trainer,
    answer_task,
    comparison_spec,
    counters,
    fill_in,
    new_database,
    offered,
    project_spec,
    task_spec,
)
from tests.support.workshop import RATED as RATING


def key_offered(tx: Transaction, person: Person) -> str | None:
    assignment = offer_next(tx, person, NOW)
    return tx.tasks.get(assignment.task_id).spec.key if assignment else None


def obstacle_of(tx: Transaction, person: Person) -> Obstacle | None:
    [explanation] = explain(tx, person, NOW)
    return explanation.obstacle


def test_offer_reserves_and_owes_a_message(tx: CoreTransaction) -> None:
    """An offered task is held for one person until it is due, and its message is owed to them."""
    project = add_project(tx, project_spec(answers_per_task=2), [task_spec("a")])
    person = add_trainer(tx)
    assignment = offered(tx, person)
    assert (assignment.state, assignment.number, assignment.pages_seen) == (AssignmentState.OFFERED, 1, 1)
    assert (assignment.offered_at, assignment.due_at) == (NOW, NOW + project.spec.answer_within)
    assert tx.assignments.get(assignment.id) == assignment
    assert counters(tx) == {"a": (1, 1, 0)}
    [letter] = tx.outbox.waiting("telegram", NOW, 10)
    assert (letter.person_id, letter.slot, letter.topic) == (person.id, slot_of(assignment.id), "task")
    assert letter.args == {"assignment": assignment.id}


def test_who_holds_a_task_gets_no_other(tx: CoreTransaction) -> None:
    """Asking again while a task is in hand gives the same task and reserves nothing more."""
    add_project(tx, project_spec(), [task_spec("a"), task_spec("b")])
    person = add_trainer(tx)
    assert offered(tx, person) == offered(tx, person)
    assert counters(tx) == {"a": (0, 1, 0), "b": (1, 0, 0)}


def test_numbers_go_on(tx: CoreTransaction) -> None:
    """Each task of a project that somebody is given has the next number, skipped ones included."""
    add_project(tx, project_spec(), [task_spec(key) for key in "abc"])
    person = add_trainer(tx)
    numbers = []
    for _ in range(3):
        assignment = offered(tx, person)
        numbers.append(assignment.number)
        Desk(tx, person, "telegram", NOW).skip(load(tx, person, assignment.id), SkipReason.UNCLEAR)
    assert numbers == [1, 2, 3]


def test_due_no_later_than_the_deadline(tx: CoreTransaction) -> None:
    """Nobody may hold a task beyond its project's deadline."""
    add_project(tx, project_spec(deadline=NOW + HOUR), [task_spec("a")])
    assert offered(tx, add_trainer(tx)).due_at == NOW + HOUR


@pytest.mark.parametrize(
    ("person", "project", "task", "obstacle"),
    [
        ({}, {}, {}, None),
        ({"domains": ("law",)}, {"domains": ("law", "medicine")}, {}, None),
        ({"domains": ("finance",)}, {"domains": ("law", "medicine")}, {}, Obstacle.FIELD),
        ({}, {"domains": ("law",)}, {}, Obstacle.FIELD),
        ({"domains": ("law",)}, {}, {"domain": "law"}, None),
        ({}, {}, {"domain": "law"}, Obstacle.TASK_FIELD),
        ({"languages": ("es",)}, {}, {}, Obstacle.LANGUAGE),
        ({"languages": ("es",)}, {}, {"locale": "es"}, None),
        ({"languages": ("en",)}, {}, {"locale": "en_GB"}, None),
        ({"languages": ("en_GB",)}, {}, {"locale": "en"}, None),
        ({"languages": ("en_US",)}, {}, {"locale": "en_GB"}, Obstacle.LANGUAGE),
        ({"languages": ("es", "en")}, {}, {}, None),
        ({}, {"deadline": NOW}, {}, Obstacle.DEADLINE),
        ({}, {"deadline": NOW + timedelta(milliseconds=1)}, {}, None),
        ({}, {"seats": 1}, {}, None),
    ],
)
def test_rules(
    tx: CoreTransaction,
    person: dict[str, Any],
    project: dict[str, Any],
    task: dict[str, Any],
    obstacle: Obstacle | None,
) -> None:
    """A task is offered exactly when no rule is in the way, and else the rule is named."""
    add_project(tx, project_spec(**project), [task_spec("a", **task)])
    trainer = add_trainer(tx, **person)
    assert obstacle_of(tx, trainer) is obstacle
    assert key_offered(tx, trainer) == (None if obstacle else "a")


def test_seats(tx: CoreTransaction) -> None:
    """When all seats are taken only those who sit on one go on getting tasks."""
    add_project(tx, project_spec(seats=1), [task_spec("a"), task_spec("b")])
    ana, ben = add_trainer(tx, "ana"), add_trainer(tx, "ben")
    answer_task(tx, ana, offered(tx, ana))
    assert obstacle_of(tx, ben) is Obstacle.SEATS
    assert offer_next(tx, ben, NOW) is None
    assert obstacle_of(tx, ana) is None
    assert key_offered(tx, ana) == "b"


def test_all_seen_and_all_taken(tx: CoreTransaction) -> None:
    """Who has had all tasks is told so, and who comes when others have them all is told that."""
    add_project(tx, project_spec(answers_per_task=2), [task_spec("a")])
    ana, ben, cleo = (add_trainer(tx, user) for user in ("ana", "ben", "cleo"))
    answer_task(tx, ana, offered(tx, ana))
    assert obstacle_of(tx, ana) is Obstacle.ALL_SEEN
    offered(tx, ben)
    assert obstacle_of(tx, cleo) is Obstacle.ALL_TAKEN
    assert [offer_next(tx, person, NOW) for person in (ana, cleo)] == [None, None]


def test_project_without_tasks(tx: CoreTransaction) -> None:
    """A project that has no tasks at all says so."""
    add_project(tx, project_spec())
    assert obstacle_of(tx, add_trainer(tx)) is Obstacle.NO_TASKS


@pytest.mark.parametrize("state", [ProjectState.DRAFT, ProjectState.PAUSED, ProjectState.CLOSED])
def test_only_open_projects_give_work(tx: CoreTransaction, state: ProjectState) -> None:
    """A project that is not open gives no tasks and is not explained."""
    project = add_project(tx, project_spec(), [task_spec("a")])
    tx.projects.save(replace(project, state=state))
    person = add_trainer(tx)
    assert offer_next(tx, person, NOW) is None
    assert explain(tx, person, NOW) == []


@pytest.mark.parametrize(
    "changes",
    [{"state": PersonState.PAUSED}, {"reachable": False}, {"step": "consent"}, {"consented_at": None}],
    ids=str,
)
def test_only_ready_people_get_work(tx: CoreTransaction, changes: dict[str, Any]) -> None:
    """Who is paused, cannot be reached or is not through the onboarding is given nothing."""
    add_project(tx, project_spec(), [task_spec("a")])
    assert offer_next(tx, add_trainer(tx, **changes), NOW) is None
    assert counters(tx) == {"a": (1, 0, 0)}


def test_push_only_to_those_who_want_it(tx: CoreTransaction) -> None:
    """Who asks for tasks themselves is pushed none, and gets one when they ask."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = add_trainer(tx, push=Push.ASK)
    assert offer_again(tx, person, NOW) is None
    assert offer_next(tx, person, NOW) is not None


def test_soonest_deadline_first(tx: CoreTransaction) -> None:
    """Work of the project whose deadline is nearest is given first, and of projects in the way the next one."""
    add_project(tx, project_spec("endless"), [task_spec("endless")])
    add_project(tx, project_spec("later", deadline=NOW + 9 * HOUR), [task_spec("later")])
    add_project(tx, project_spec("soon", deadline=NOW + HOUR), [task_spec("soon")])
    add_project(tx, project_spec("barred", deadline=NOW + HOUR, domains=("law",)), [task_spec("barred")])
    person = add_trainer(tx)
    order = []
    while (key := key_offered(tx, person)) is not None:
        order.append(key)
        answer_task(tx, person, tx.assignments.held_by(person.id)[0])
    assert order == ["soon", "later", "endless"]


def test_priority_goes_over_lanes_and_imports(tx: CoreTransaction) -> None:
    """The most urgent task of a project is next, in whichever field or import it came."""
    project = add_project(tx, project_spec(), [task_spec("plain"), task_spec("law", domain="law", priority=2)])
    add_tasks(tx, project.id, [task_spec("urgent", priority=9), task_spec("late")])
    person = add_trainer(tx, domains=("law",))
    order = []
    while (key := key_offered(tx, person)) is not None:
        order.append(key)
        answer_task(tx, person, tx.assignments.held_by(person.id)[0])
    assert order == ["urgent", "law", "plain", "late"]


def test_sides_are_shuffled_for_each_trainer(tx: CoreTransaction) -> None:
    """Both orders of a comparison's sides come up, each about as often; a rating has no sides."""
    random.seed(7)
    spec = project_spec(kind="comparison", answers_per_task=60)
    add_project(tx, spec, [comparison_spec("a")])
    orders = Counter(offered(tx, add_trainer(tx, f"user{n}")).order for n in range(60))
    assert set(orders) == {(0, 1), (1, 0)}
    assert min(orders.values()) > 10
    add_project(tx, project_spec("ratings", deadline=NOW + HOUR), [task_spec("b")])
    assert offered(tx, add_trainer(tx, "last")).order == ()


class Crowd(RuleBasedStateMachine):
    """Trainers who take, start, answer, skip and let run out tasks in any order."""

    WANTED = 2

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.raw = sqlite.connect(new_database(self.folder), read_only=False)
        self.raw.execute("BEGIN")
        self.tx = CoreTransaction(sqlite.core(self.raw))
        self.now = NOW
        self.project: Project = add_project(
            self.tx, project_spec(answers_per_task=self.WANTED), [task_spec(key) for key in "abc"]
        )
        self.crowd = [add_trainer(self.tx, f"user{n}") for n in range(5)]

    def teardown(self) -> None:
        self.raw.close()
        shutil.rmtree(self.folder)

    @rule(n=st.integers(0, 4))
    def offer(self, n: int) -> None:
        offer_next(self.tx, self.tx.people.get(self.crowd[n].id), self.now)

    @rule(n=st.integers(0, 4))
    def answer(self, n: int) -> None:
        for held in self.tx.assignments.held_by(self.crowd[n].id):
            if self.now < held.due_at:
                answer_task(self.tx, self.crowd[n], held, now=self.now)

    @rule(n=st.integers(0, 4))
    def start(self, n: int) -> None:
        for held in self.tx.assignments.held_by(self.crowd[n].id):
            if self.now < held.due_at:
                fill_in(self.tx, self.crowd[n], held, {"accuracy": RATING["accuracy"]}, self.now)

    @rule(n=st.integers(0, 4))
    def skip(self, n: int) -> None:
        for held in self.tx.assignments.held_by(self.crowd[n].id):
            if self.now < held.due_at:
                desk = Desk(self.tx, self.crowd[n], "telegram", self.now)
                desk.skip(load(self.tx, self.crowd[n], held.id), SkipReason.BROKEN)

    @rule(n=st.integers(0, 4))
    def lose(self, n: int) -> None:
        people.lose(self.tx, self.tx.people.get(self.crowd[n].id), "telegram", self.now)

    @rule(n=st.integers(0, 4))
    def return_(self, n: int) -> None:
        people.arrive(self.tx, "telegram", f"user{n}", f"chat-user{n}", "en", self.now)

    @rule(hours=st.integers(1, 30))
    def let_time_pass(self, hours: int) -> None:
        self.now += hours * HOUR
        chasing.expire_due(self.tx, self.now, 50)

    @precondition(lambda self: self.project.tasks < 6)
    @rule()
    def import_more(self) -> None:
        add_tasks(self.tx, self.project.id, [task_spec(f"new{self.project.tasks}")], self.WANTED)
        self.project = self.tx.projects.get(self.project.id)

    @rule(state=st.sampled_from([ProjectState.OPEN, ProjectState.OPEN, ProjectState.PAUSED]))
    def set_state(self, state: ProjectState) -> None:
        projects.set_state(self.tx, "cardio", state)

    @invariant()
    def no_task_is_with_too_many(self) -> None:
        rows = self.raw.execute(
            """SELECT task.places, task.held, task.answers,
                count(*) FILTER (WHERE assignment.state IN ('offered', 'started')),
                count(*) FILTER (WHERE assignment.state = 'submitted'),
                count(assignment.id), count(DISTINCT assignment.person_id)
            FROM task LEFT JOIN assignment ON assignment.task_id = task.id GROUP BY task.id"""
        )
        for places, held, answers, holding, answered, had, different in rows.fetchall():
            assert (held, answers) == (holding, answered)
            assert places + held + answers == self.WANTED
            assert places >= 0
            assert had == different

    @invariant()
    def nobody_holds_two(self) -> None:
        assert all(len(self.tx.assignments.held_by(person.id)) <= 1 for person in self.crowd)


TestCrowd = Crowd.TestCase
TestCrowd.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestCrowd.__doc__ = "Whatever a crowd does, no task is held and answered by more than are wanted, and by nobody twice."
