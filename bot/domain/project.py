"""Projects and their tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.units import Money


class ProjectState(StrEnum):
    DRAFT = "draft"
    """Its first import is not finished; nobody sees it yet."""
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Wording:
    """A project's words in one locale."""

    title: str
    instructions: str


@dataclass(frozen=True, slots=True)
class ProjectSpec:
    """What a project file says."""

    slug: str
    title: str
    instructions: str
    kind: str
    locale: str
    domains: tuple[str, ...]
    deadline: datetime | None
    answer_within: timedelta
    answers_per_task: int
    seats: int | None
    pay: Money | None
    edit_window: timedelta
    wordings: Mapping[str, Wording]
    questions: tuple[Mapping[str, Any], ...]
    """Tables of `[[question]]`, checked; empty: the kind's own form."""

    def wording(self, locale: str) -> Wording:
        """The words for a reader of `locale`: exact, then the language alone, then the project's own."""
        own = Wording(self.title, self.instructions)
        return self.wordings.get(locale) or self.wordings.get(locale.partition("_")[0]) or own


@dataclass(frozen=True, slots=True)
class Project:
    id: int
    state: ProjectState
    spec: ProjectSpec
    tasks: int
    """Tasks imported and live."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """One line of a task file, checked."""

    key: str
    """The line's `id`, unique in its project."""
    kind: str
    locale: str
    domain: str
    """Empty: the project's own domains hold."""
    priority: int
    payload: Mapping[str, Any]
    gold: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Task:
    id: int
    project_id: int
    spec: TaskSpec


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a project is, in counts."""

    tasks: int
    done: int
    """Tasks that have all the answers they need."""
    answers: int
    wanted: int
    """Answers needed in all."""
    held: int
    """Tasks that are with trainers now."""
    people: int
