"""What trainers say is wrong with tasks."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.domain.assignment import Assignment, ReportReason
from bot.ports import Reported
from storage.tables import assignment, report, task
from storage.upsert import insert


class ReportTable:
    def __init__(self, core: Connection) -> None:
        self._core = core

    def put(self, about: Assignment, reason: ReportReason, now: datetime) -> None:
        """One report an assignment: a later one takes the place of the earlier."""
        row = insert(self._core, report).values(
            assignment_id=about.id, project_id=about.project_id, reason=reason, reported_at=now
        )
        newer = {name: row.excluded[name] for name in ("reason", "reported_at")}
        self._core.execute(row.on_conflict_do_update(index_elements=[report.c.assignment_id], set_=newer))

    def of(self, assignment_id: int) -> ReportReason | None:
        found = self._core.execute(select(report.c.reason).where(report.c.assignment_id == assignment_id))
        reason = found.scalar_one_or_none()
        return ReportReason(reason) if reason else None

    def of_project(self, project_id: int) -> list[Reported]:
        """The project's reported tasks in the order of their import, with how many said what."""
        rows = self._core.execute(
            select(task.c.key, report.c.reason, func.count().label("reports"))
            .join(assignment, assignment.c.id == report.c.assignment_id)
            .join(task, task.c.id == assignment.c.task_id)
            .where(report.c.project_id == project_id)
            .group_by(task.c.id, task.c.key, report.c.reason)
            .order_by(task.c.id, report.c.reason)
        )
        return [Reported(row.key, ReportReason(row.reason), row.reports) for row in rows]
