"""Ordinary people, projects and tasks for tests; each test changes what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.assignment import Answer, Assignment, AssignmentState
from bot.domain.person import Person, PersonState, Push
from bot.domain.project import Project, ProjectSpec, ProjectState, Task, TaskSpec

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

RATING = {"prompt": "What is a fever?", "response": "A raised body temperature."}
COMPARISON = {"prompt": "What is a fever?", "responses": ["A raised body temperature.", "A drink."]}
FACT_CHECK = {"claim": "Water boils at 100 °C at sea level."}


def a_person(**changes: Any) -> Person:
    """Somebody at work in English, awake at any time, who was last seen a day ago."""
    usual: dict[str, Any] = {
        "id": 1,
        "pseudonym": "p-1",
        "state": PersonState.ACTIVE,
        "locale": "en",
        "languages": ("en",),
        "domains": (),
        "time_zone": "UTC",
        "wakes": 0,
        "sleeps": 0,
        "push": Push.NOW,
        "step": None,
        "created_at": NOW - timedelta(days=9),
        "consented_at": NOW - timedelta(days=9),
        "seen_at": NOW - timedelta(days=1),
        "wants_work_at": None,
        "reachable": True,
    }
    return Person(**(usual | changes))


def a_spec(**changes: Any) -> ProjectSpec:
    """A rating project in English that is open to anyone."""
    usual: dict[str, Any] = {
        "slug": "cardio",
        "title": "Cardiology answers",
        "instructions": "Rate each answer.",
        "kind": "rating",
        "locale": "en",
        "domains": (),
        "deadline": None,
        "answer_within": timedelta(hours=24),
        "answers_per_task": 3,
        "seats": None,
        "pay": None,
        "edit_window": timedelta(minutes=30),
        "wordings": {},
        "questions": (),
    }
    return ProjectSpec(**(usual | changes))


def a_project(*, state: ProjectState = ProjectState.OPEN, tasks: int = 10, **spec: Any) -> Project:
    return Project(id=1, state=state, spec=a_spec(**spec), tasks=tasks, created_at=NOW - timedelta(days=9))


def a_task(payload: dict[str, Any] | None = None, kind: str = "rating") -> Task:
    payload = RATING if payload is None else payload
    return Task(1, 1, TaskSpec("t-1", kind, "en", "", 0, payload, None))


def an_assignment(**changes: Any) -> Assignment:
    """A task that was offered just now, for a day."""
    usual: dict[str, Any] = {
        "id": 81,
        "task_id": 1,
        "project_id": 1,
        "person_id": 1,
        "state": AssignmentState.OFFERED,
        "number": 1,
        "order": (),
        "offered_at": NOW,
        "due_at": NOW + timedelta(days=1),
        "pages_seen": 1,
    }
    return Assignment(**(usual | changes))


def an_answer(values: dict[str, Any]) -> Answer:
    return Answer(1, 81, 1, values, NOW, NOW)
