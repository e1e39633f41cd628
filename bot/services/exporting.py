"""Answers out: as records of what was answered, or as training data that loads without conversion."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from bot.domain.errors import Refused
from bot.domain.project import Project
from bot.domain.text import T
from bot.kinds import kinds
from bot.kinds.base import Kind
from bot.kinds.custom import kind_in
from bot.ports import AnswerRow, Transaction
from bot.services.projects import find

ANSWERS = "answers"


def formats() -> list[str]:
    """The names of all export formats."""
    return [ANSWERS, *sorted({name for kind in kinds().values() for name in kind.training})]


def export(
    tx: Transaction, slug: str, form: str, write: Callable[[bytes], Any], advance: Callable[[int, int], None]
) -> int:
    """Write one JSON object a line and return how many; `advance` hears of (answers done, answers in all).

    It holds one row at a time, and all of it is one reading of the database: what arrives meanwhile is not in it.
    """
    if form not in formats():
        raise Refused(
            T("There is no format called {format}; there are {formats}.", format=form, formats=", ".join(formats()))
        )
    project = find(tx, slug)
    total = tx.answers.count(project.id)
    lines = 0
    for done, row in enumerate(tx.answers.rows(project.id), 1):
        for record in _records(project, row, form):
            write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
            lines += 1
        advance(done, total)
    if form != ANSWERS and not lines and total:
        _explain_nothing(project, form)
    return lines


def _explain_nothing(project: Project, form: str) -> None:
    """An empty file is a fair answer only where the project's kind could have given rows."""
    if form not in kind_in(project.spec, project.spec.kind).training:
        raise Refused(T("{kind} tasks give no {format} data.", kind=project.spec.kind, format=form))


def _records(project: Project, row: AnswerRow, form: str) -> Iterator[dict[str, Any]]:
    kind = kind_in(project.spec, row.task.kind)
    values = kind.unshuffle(row.answer.values, row.assignment.order)
    if form == ANSWERS:
        yield _answer(project, row, kind, values)
    elif form in kind.training:
        about = {
            "project": project.spec.slug,
            "task_id": row.task.key,
            "answer_id": row.answer.id,
            "trainer": row.trainer,
        }
        for record in kind.training[form](row.task.payload, values):
            yield {**record, **about}


def _answer(project: Project, row: AnswerRow, kind: Kind, values: dict[str, Any]) -> dict[str, Any]:
    assignment, answer = row.assignment, row.answer
    return {
        "project": project.spec.slug,
        "task_id": row.task.key,
        "kind": kind.name,
        "locale": row.task.locale.replace("_", "-"),
        "domain": row.task.domain or None,
        "payload": row.task.payload,
        "answer": values,
        "answer_id": answer.id,
        "revision": answer.revision,
        "trainer": row.trainer,
        "platform": assignment.platform,
        "offered_at": rfc3339(assignment.offered_at),
        "started_at": rfc3339(assignment.started_at),
        "submitted_at": rfc3339(answer.revised_at),
        "active_seconds": round(assignment.active.total_seconds(), 1),
        "status": "submitted",
    }


def rfc3339(when: datetime | None) -> str | None:
    """A time as RFC 3339 in UTC with milliseconds."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if when else None
