"""Databases, people, projects and answers in few words, for tests of storage and of the use cases over it."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.domain.assignment import Assignment
from bot.domain.person import Person, PersonState
from bot.domain.project import Project, ProjectSpec, ProjectState, TaskSpec
from bot.domain.units import Money
from bot.ports import Transaction
from bot.services import people
from bot.services.answering import Desk, Work, load
from bot.services.matching import offer_next
from storage import sqlite
from storage.schema import migrate
from storage.tables import identity
from storage.transaction import CoreTransaction

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

RATED = {"accuracy": 5, "helpfulness": 4, "safety": 5, "clarity": 4, "tone": 5, "explanation": None}
"""A whole answer to a `rating` task."""


class SettableClock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@cache
def _template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="tapwork-template-")) / "empty.db"
    migrate(str(path))
    return path


def new_database(folder: Path) -> str:
    """The path of an empty, migrated database."""
    return str(shutil.copy(_template(), folder / "tapwork.db"))


@contextmanager
def open_raw(path: str) -> Iterator[Any]:
    """A raw connection beside the store's."""
    raw = sqlite.connect(path, read_only=False)
    try:
        yield raw
    finally:
        raw.close()


@contextmanager
def transaction(raw: Any) -> Iterator[CoreTransaction]:
    """One transaction, undone at the end."""
    core = sqlite.core(raw)
    raw.execute("BEGIN IMMEDIATE")
    try:
        yield CoreTransaction(core)
    finally:
        raw.execute("ROLLBACK")


def project_spec(slug: str = "cardio", **changes: Any) -> ProjectSpec:
    """A project of ratings that everybody who reads English may work on."""
    spec = ProjectSpec(
        slug=slug,
        title="Cardiology answers",
        instructions="Rate each answer as you would a junior colleague's.",
        kind="rating",
        locale="en",
        domains=(),
        deadline=None,
        answer_within=timedelta(hours=24),
        answers_per_task=1,
        seats=None,
        pay=Money(Decimal("0.40"), "USD"),
        edit_window=timedelta(minutes=30),
        wordings={},
        questions=(),
    )
    return replace(spec, **changes)


def task_spec(key: str, **changes: Any) -> TaskSpec:
    payload = {"prompt": f"What is {key}?", "response": f"It is {key}."}
    return replace(TaskSpec(key, "rating", "en", "", 0, payload, None), **changes)


def comparison_spec(key: str, **changes: Any) -> TaskSpec:
    payload = {"prompt": f"What is {key}?", "responses": [f"{key}: the first.", f"{key}: the second."]}
    return replace(TaskSpec(key, "comparison", "en", "", 0, payload, None), **changes)


def add_tasks(tx: Transaction, project_id: int, tasks: Iterable[TaskSpec], answers_per_task: int = 1) -> int:
    """Stage and publish tasks; the import's id."""
    import_id = tx.imports.begin(project_id, NOW)
    tx.imports.stage(import_id, [(one, f"digest of {one.key}") for one in tasks], answers_per_task, NOW)
    assert tx.imports.publish(import_id) == []
    return import_id


def add_project(tx: Transaction, spec: ProjectSpec, tasks: Iterable[TaskSpec] = ()) -> Project:
    """An open project with its tasks."""
    project = tx.projects.add(spec, NOW)
    add_tasks(tx, project.id, tasks, spec.answers_per_task)
    tx.projects.save(replace(project, state=ProjectState.OPEN))
    return tx.projects.get(project.id)


def add_trainer(tx: Transaction, user: str = "ana", platform: str = "telegram", **changes: Any) -> Person:
    """Somebody through the onboarding, who reads English and wants tasks pushed."""
    person = people.arrive(tx, platform, user, f"chat-{user}", "en", NOW)
    ready = {"state": PersonState.ACTIVE, "step": None, "consented_at": NOW}
    person = replace(person, **{**ready, **changes})
    tx.people.save(person)
    return person


def add_identity(tx: CoreTransaction, person_id: int, platform: str, user: str) -> None:
    """One more account of somebody, who is not at home there."""
    tx._core.execute(
        insert(identity).values(
            person_id=person_id, platform=platform, user=user, address=f"chat-{user}", home=False, reachable=True
        )
    )
    tx.people.save(replace(tx.people.get(person_id), accounts=len(tx.people.identities(person_id))))


def offered(tx: Transaction, person: Person, now: datetime = NOW) -> Assignment:
    """The task that the person is offered; there must be one."""
    assignment = offer_next(tx, person, now)
    assert assignment is not None
    return assignment


def fill_in(
    tx: Transaction,
    person: Person,
    assignment: Assignment,
    values: Mapping[str, Any],
    now: datetime = NOW,
    platform: str = "telegram",
) -> Work:
    """Answer question by question, without submitting."""
    desk = Desk(tx, person, platform, now)
    work = load(tx, person, assignment.id)
    for question, value in values.items():
        work = desk.answer(work, question, value)
    return work


def answer_task(
    tx: Transaction,
    person: Person,
    assignment: Assignment,
    values: Mapping[str, Any] = RATED,
    now: datetime = NOW,
    platform: str = "telegram",
) -> Work:
    """Answer and submit."""
    return Desk(tx, person, platform, now).submit(fill_in(tx, person, assignment, values, now, platform))


def counters(tx: CoreTransaction) -> dict[str, tuple[int, int, int]]:
    """(places, held, answers) of all tasks by key."""
    rows = tx._core.exec_driver_sql("SELECT key, places, held, answers FROM task").all()
    return {key: (places, held, answers) for key, places, held, answers in rows}


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that is bound to happen."""
    for _ in range(10_000):
        if holds():
            return
        await asyncio.sleep(0.001)
    raise TimeoutError


def write_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> Path:
    """A JSONL file."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def rating_line(n: int, **changes: Any) -> dict[str, Any]:
    return {"id": f"t{n}", "prompt": f"What is {n}?", "response": f"It is {n}.", **changes}
