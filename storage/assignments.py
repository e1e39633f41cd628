"""Assignments and their drafts."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    exists,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from bot.domain.assignment import Assignment, AssignmentState, SkipReason
from storage.rows import columns
from storage.tables import assignment, project, task

# In the words of the partial index.
_HELD: ColumnElement[bool] = literal_column("assignment.state IN ('offered', 'started')")


# Statements of every tap, built once.
_GET = select(assignment).where(assignment.c.id == bindparam("id"))
_ADD = insert(assignment)
_SAVE = update(assignment).where(assignment.c.id == bindparam("_id"))
_HELD_BY = (
    select(assignment)
    .where(assignment.c.person_id == bindparam("person"), assignment.c.state.in_(["offered", "started"]))
    .order_by(assignment.c.id)
)


class AssignmentTable:
    def __init__(self, core: Connection) -> None:
        self._core = core

    def get(self, assignment_id: int) -> Assignment | None:
        row = self._core.execute(_GET, {"id": assignment_id}).one_or_none()
        return _assignment(row) if row else None

    def add(self, new: Assignment) -> Assignment:
        result = self._core.execute(_ADD, columns(new))
        assert result.inserted_primary_key is not None
        return replace(new, id=result.inserted_primary_key[0])

    def save(self, changed: Assignment) -> None:
        self._core.execute(_SAVE, {**columns(changed), "_id": changed.id})

    def held_by(self, person_id: int) -> list[Assignment]:
        """What the person has in hand, the oldest first."""
        return [_assignment(row) for row in self._core.execute(_HELD_BY, {"person": person_id})]

    def open_forms(self, person_id: int) -> list[Assignment]:
        """Forms that the person is filling in, answers being changed included; the last touched first."""
        held = assignment.c.state.in_(["offered", "started"])
        open_forms = select(assignment).where(
            assignment.c.person_id == person_id, or_(held, assignment.c.draft.is_not(None))
        )
        return self._all(open_forms.order_by(assignment.c.touched_at.desc().nulls_last(), assignment.c.id.desc()))

    def shared(self, one: int, other: int) -> list[tuple[Assignment, Assignment]]:
        """The assignments of tasks that both people had, in pairs."""
        return list(zip(self._also_had(one, other), self._also_had(other, one), strict=True))

    def _also_had(self, person_id: int, by: int) -> list[Assignment]:
        same = assignment.alias()
        also = exists().where(same.c.task_id == assignment.c.task_id, same.c.person_id == by)
        theirs = select(assignment).where(assignment.c.person_id == person_id, also)
        return self._all(theirs.order_by(assignment.c.task_id))

    def last_answered(self, person_id: int) -> Assignment | None:
        """The one that the person submitted last."""
        answered = select(assignment).where(
            assignment.c.person_id == person_id, assignment.c.state == AssignmentState.SUBMITTED
        )
        found = self._all(answered.order_by(assignment.c.ended_at.desc(), assignment.c.id.desc()).limit(1))
        return found[0] if found else None

    def due(self, now: datetime, limit: int) -> list[Assignment]:
        """Held assignments whose time is over, the longest overdue first."""
        return self._all(
            select(assignment).where(_HELD, assignment.c.due_at <= now).order_by(assignment.c.due_at).limit(limit)
        )

    def touched_since(self, platform: str, since: datetime) -> list[Assignment]:
        """What is in hand and was worked on there since then."""
        here = assignment.c.platform == platform
        return self._all(select(assignment).where(_HELD, assignment.c.touched_at > since, here))

    def any_held(self, project_id: int) -> bool:
        held = select(assignment.c.id).where(
            assignment.c.project_id == project_id, assignment.c.state.in_(["offered", "started"])
        )
        return self._core.execute(held.limit(1)).first() is not None

    def of_person(self, person_id: int) -> list[tuple[Assignment, str, str]]:
        """All of a person's assignments, the oldest first, each with its project's slug and its task's key."""
        rows = self._core.execute(
            select(assignment, project.c.slug, task.c.key)
            .join(project, project.c.id == assignment.c.project_id)
            .join(task, task.c.id == assignment.c.task_id)
            .where(assignment.c.person_id == person_id)
            .order_by(assignment.c.id)
        )
        return [(_assignment(row), row.slug, row.key) for row in rows]

    def _all(self, query: Select[Any]) -> list[Assignment]:
        return [_assignment(row) for row in self._core.execute(query)]


def _assignment(row: Row[Any]) -> Assignment:
    fields = {column.name: row._mapping[column] for column in assignment.c}
    fields["state"] = AssignmentState(row.state)
    fields["order"] = tuple(row.order)
    fields["skip_reason"] = SkipReason(row.skip_reason) if row.skip_reason else None
    return Assignment(**fields)
