"""Answers and their revisions; nothing here is ever overwritten but the number of the latest revision."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, insert, select, update

from bot.domain.assignment import Answer, Assignment, AssignmentState
from bot.domain.units import Money
from bot.ports import AnswerRow
from storage.money import to_micros
from storage.tables import answer, answer_revision, assignment, person, task
from storage.tasks import spec_of

CHUNK = 1000
"""Rows of an export held in memory at a time."""

_LATEST = (answer_revision.c.answer_id == answer.c.id) & (answer_revision.c.revision == answer.c.revision)


_OF = (
    select(answer, answer_revision.c["values"], answer_revision.c.revised_at)
    .join(answer_revision, _LATEST)
    .where(answer.c.assignment_id == bindparam("assignment"))
)


class AnswerTable:
    def __init__(self, core: Connection) -> None:
        self._core = core

    def of(self, assignment_id: int) -> Answer | None:
        row = self._core.execute(_OF, {"assignment": assignment_id}).one_or_none()
        return _answer(row) if row else None

    def add(self, given: Assignment, values: Mapping[str, Any], pay: Money | None, now: datetime) -> Answer:
        micros, currency = to_micros(pay)
        result = self._core.execute(
            insert(answer).values(
                assignment_id=given.id,
                project_id=given.project_id,
                person_id=given.person_id,
                revision=1,
                submitted_at=now,
                pay_micros=micros,
                pay_currency=currency,
            )
        )
        assert result.inserted_primary_key is not None
        stored = Answer(int(result.inserted_primary_key[0]), given.id, 1, values, now, now)
        self._keep(stored)
        return stored

    def revise(self, old: Answer, values: Mapping[str, Any], now: datetime) -> Answer:
        """Add a revision."""
        new = replace(old, revision=old.revision + 1, values=values, revised_at=now)
        self._keep(new)
        self._core.execute(update(answer).where(answer.c.id == new.id).values(revision=new.revision))
        return new

    def withdraw(self, assignment_id: int) -> None:
        """It stays, and counts no more: not in exports, not as earned, not as progress."""
        self._core.execute(update(answer).where(answer.c.assignment_id == assignment_id).values(withdrawn=True))

    def _keep(self, one: Answer) -> None:
        self._core.execute(
            insert(answer_revision).values(
                answer_id=one.id, revision=one.revision, values=one.values, revised_at=one.revised_at
            )
        )

    def count(self, project_id: int) -> int:
        counted = select(func.count()).where(answer.c.project_id == project_id, ~answer.c.withdrawn)
        return self._core.execute(counted).scalar_one()

    def rows(self, project_id: int) -> Iterator[AnswerRow]:
        """All answers of a project in the order in which they came, one chunk in memory at a time."""
        return self._pages(answer.c.project_id == project_id)

    def rows_of_person(self, person_id: int) -> Iterator[AnswerRow]:
        return self._pages(answer.c.person_id == person_id)

    def revisions(self, answer_id: int) -> list[Answer]:
        """All that an answer was, the oldest first."""
        rows = self._core.execute(
            select(answer.c.id, answer.c.assignment_id, answer.c.submitted_at, answer_revision)
            .join(answer_revision, answer_revision.c.answer_id == answer.c.id)
            .where(answer.c.id == answer_id)
            .order_by(answer_revision.c.revision)
        )
        return [_answer(row) for row in rows]

    def _pages(self, whose: ColumnElement[bool]) -> Iterator[AnswerRow]:
        last = 0
        while rows := self._core.execute(_joined(whose, last)).all():
            yield from (_answer_row(row) for row in rows)
            last = rows[-1].answer_id


def _joined(whose: ColumnElement[bool], last: int) -> Select[Any]:
    return (
        select(
            answer.c.id.label("answer_id"),
            answer.c.revision,
            answer.c.submitted_at,
            answer_revision.c["values"],
            answer_revision.c.revised_at,
            assignment.c.id.label("assignment_id"),
            assignment.c.task_id,
            assignment.c.project_id,
            assignment.c.person_id,
            assignment.c.number,
            assignment.c.order,
            assignment.c.offered_at,
            assignment.c.due_at,
            assignment.c.started_at,
            assignment.c.active,
            assignment.c.platform,
            person.c.pseudonym,
            task.c.key,
            task.c.kind,
            task.c.locale,
            task.c.domain,
            task.c.rank,
            task.c.payload,
            task.c.gold,
        )
        .join(answer_revision, _LATEST)
        .join(assignment, assignment.c.id == answer.c.assignment_id)
        .join(task, task.c.id == assignment.c.task_id)
        .join(person, person.c.id == answer.c.person_id)
        .where(whose, ~answer.c.withdrawn, answer.c.id > last)
        .order_by(answer.c.id)
        .limit(CHUNK)
    )


def _answer(row: Row[Any]) -> Answer:
    return Answer(row.id, row.assignment_id, row.revision, row._mapping["values"], row.submitted_at, row.revised_at)


def _answer_row(row: Row[Any]) -> AnswerRow:
    given = Assignment(
        id=row.assignment_id,
        task_id=row.task_id,
        project_id=row.project_id,
        person_id=row.person_id,
        state=AssignmentState.SUBMITTED,
        number=row.number,
        order=tuple(row.order),
        offered_at=row.offered_at,
        due_at=row.due_at,
        started_at=row.started_at,
        active=row.active,
        platform=row.platform,
    )
    values = row._mapping["values"]
    latest = Answer(row.answer_id, given.id, row.revision, values, row.submitted_at, row.revised_at)
    return AnswerRow(latest, given, spec_of(row), row.pseudonym)
