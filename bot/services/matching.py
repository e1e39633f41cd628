"""Who gets which task next, and why somebody gets none."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.assignment import Assignment, AssignmentState
from bot.domain.matching import Obstacle, fits, obstacle, works_in
from bot.domain.person import Person, Push
from bot.domain.project import Project, ProjectState
from bot.kinds.custom import kind_in
from bot.ports import Candidate, Lane, Transaction

COPY = "copy"
"""The topic of a letter that puts right a task's message which stands somewhere already."""

JUST_NOW = timedelta(minutes=2)
"""How far back a start looks for taps whose answers may have been lost."""

TASK_PRIORITY = 20
"""Of a task's message in the outbox; 0 is first."""

NEWS_PRIORITY = 40
"""Of the news that something has ended."""

MIRROR_PRIORITY = 60
"""Of a second copy of a task's message, on a platform where its trainer is not now."""


TASK_SLOT = "assignment:"
"""How the slots of tasks' messages begin."""


def slot_of(assignment_id: int) -> str:
    """The slot that an assignment's one message lives in."""
    return f"{TASK_SLOT}{assignment_id}"


def offer_next(tx: Transaction, person: Person, now: datetime) -> Assignment | None:
    """Reserve the best task for somebody who holds none, and owe them its message; None when there is none for them.

    Afterwards `wants_work_at` is None: either they have a task, or they wait for news.
    """
    if not person.may_work:
        return None
    for held in tx.assignments.held_by(person.id):
        if now < held.due_at:
            return held
        run_out(tx, held, now)
    if person.wants_work_at is not None:
        tx.people.save(replace(person, wants_work_at=None))
    for project in _projects_for(tx, person, now):
        if (best := _best_candidate(tx, person, project)) is not None:
            return _assign(tx, person, project, best, now)
    return None


def offer_again(tx: Transaction, person: Person, now: datetime) -> Assignment | None:
    """`offer_next` for those who want tasks pushed to them; the others ask."""
    return offer_next(tx, person, now) if person.push is Push.NOW else None


def _projects_for(tx: Transaction, person: Person, now: datetime) -> Iterator[Project]:
    for project in tx.projects.all(ProjectState.OPEN):
        if _obstacle(tx, person, project, now) is None:
            yield project


def _obstacle(tx: Transaction, person: Person, project: Project, now: datetime) -> Obstacle | None:
    joined = tx.projects.joined(project.id, person.id) is not None
    seats_taken = tx.projects.seats_taken(project.id) if project.spec.seats is not None and not joined else 0
    return obstacle(person, project, joined=joined, seats_taken=seats_taken, now=now)


def _fitting(tx: Transaction, person: Person, project: Project) -> list[Lane]:
    return [lane for lane in tx.tasks.lanes(project.id) if lane.open and fits(person, lane.locale, lane.domain)]


def _best_candidate(tx: Transaction, person: Person, project: Project) -> Candidate | None:
    found = (tx.tasks.best_in(lane.id, person.id) for lane in _fitting(tx, person, project))
    return min((one for one in found if one), key=lambda one: (-one.priority, one.task_id), default=None)


def _assign(tx: Transaction, person: Person, project: Project, best: Candidate, now: datetime) -> Assignment:
    tx.tasks.reserve(best, person.id)
    task = tx.tasks.get(best.task_id)
    due = now + project.spec.answer_within
    assignment = tx.assignments.add(
        Assignment(
            id=0,
            task_id=task.id,
            project_id=project.id,
            person_id=person.id,
            state=AssignmentState.OFFERED,
            number=tx.projects.join(project.id, person.id, now),
            order=_shuffled(kind_in(project.spec, task.spec.kind).sides(task.spec.payload)),
            offered_at=now,
            pages_seen=1,
            due_at=min(due, project.spec.deadline) if project.spec.deadline else due,
        )
    )
    tx.outbox.put(person.id, slot_of(assignment.id), "task", {"assignment": assignment.id}, TASK_PRIORITY, now)
    return assignment


def _shuffled(sides: int) -> tuple[int, ...]:
    return tuple(random.sample(range(sides), sides))


def withdraw(tx: Transaction, assignment: Assignment, state: AssignmentState, now: datetime) -> None:
    """Take a task back from its trainer and give its place to whoever is next."""
    tx.assignments.save(assignment.end(state, now))
    give_back(tx, assignment)


def run_out(tx: Transaction, assignment: Assignment, now: datetime) -> None:
    """An assignment's time is over: its task goes to others, and its trainer is told when they are awake."""
    withdraw(tx, assignment, AssignmentState.EXPIRED, now)
    person = tx.people.get(assignment.person_id)
    when = person.next_waking(now)
    tx.outbox.put(person.id, slot_of(assignment.id), "task", {"assignment": assignment.id}, NEWS_PRIORITY, when)
    mirror(tx, person, assignment.id, "", when)


def mirror(tx: Transaction, person: Person, assignment_id: int, platform: str, when: datetime) -> None:
    """Owe the copies of an assignment's message on other platforms than this one ("": home) a look at how it stands."""
    if person.accounts < 2:
        return
    here = platform or tx.people.home(person.id)
    for other in tx.slots.stands_on(person.id, slot_of(assignment_id)):
        if other != here:
            owe_copy(tx, person.id, assignment_id, other, when)


def owe_copy(tx: Transaction, person_id: int, assignment_id: int, platform: str, when: datetime) -> None:
    """Owe the message of an assignment that stands on `platform` a look at how it stands."""
    slot = slot_of(assignment_id)
    tx.outbox.put(person_id, slot, COPY, {"assignment": assignment_id}, MIRROR_PRIORITY, when, platform)


def owe_recent(tx: Transaction, platform: str, now: datetime) -> None:
    """After a stop: what the last taps led to may not have been shown any more."""
    for held in tx.assignments.touched_since(platform, now - JUST_NOW):
        owe_copy(tx, held.person_id, held.id, platform, now)


def give_back(tx: Transaction, assignment: Assignment) -> None:
    """Free the place that `assignment` held."""
    tx.tasks.release(assignment.task_id)
    tx.projects.want_offers(assignment.project_id)
    tx.outbox.drop(assignment.person_id, slot_of(assignment.id))


@dataclass(frozen=True, slots=True)
class Explanation:
    """For one project: what keeps its work from a person; None: there is a task for them."""

    project: Project
    obstacle: Obstacle | None


def explain(tx: Transaction, person: Person, now: datetime) -> list[Explanation]:
    """For each project that is open, the rule that keeps its work from this person."""
    return [Explanation(project, _why_none(tx, person, project, now)) for project in tx.projects.all(ProjectState.OPEN)]


def languages_with_work(tx: Transaction, person: Person, now: datetime) -> list[str]:
    """The locales of projects that only their language keeps from this person."""
    barred = [one.project for one in explain(tx, person, now) if one.obstacle is Obstacle.LANGUAGE]
    return sorted({lane.locale for project in barred for lane in tx.tasks.lanes(project.id) if lane.open})


def _why_none(tx: Transaction, person: Person, project: Project, now: datetime) -> Obstacle | None:
    if (rule := _obstacle(tx, person, project, now)) is not None:
        return rule
    lanes = tx.tasks.lanes(project.id)
    spoken = [lane for lane in lanes if works_in(person, lane.locale)]
    fitting = [lane for lane in spoken if fits(person, lane.locale, lane.domain)]
    if not lanes:
        return Obstacle.NO_TASKS
    if not fitting:
        return Obstacle.TASK_FIELD if spoken else Obstacle.LANGUAGE
    if any(tx.tasks.best_in(lane.id, person.id) for lane in fitting):
        return None
    return Obstacle.ALL_SEEN if any(lane.open for lane in fitting) else Obstacle.ALL_TAKEN
