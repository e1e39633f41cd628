"""Staged imports: tasks in lanes that are not live yet, and changes that are not made yet."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.domain.project import TaskSpec
from bot.ports import Known
from storage.tables import import_run, lane, project, task, task_change
from storage.tasks import columns_of

_CONTENT = ("key", "kind", "locale", "domain", "rank", "payload", "gold", "digest")


class ImportTables:
    def __init__(self, core: Connection) -> None:
        self._core = core

    def begin(self, project_id: int, now: datetime) -> int:
        result = self._core.execute(insert(import_run).values(project_id=project_id, finished=False, moved_at=now))
        assert result.inserted_primary_key is not None
        return int(result.inserted_primary_key[0])

    def stale(self, project_id: int) -> list[tuple[int, datetime]]:
        """Unfinished imports and when they last moved."""
        rows = self._core.execute(
            select(import_run.c.id, import_run.c.moved_at).where(
                import_run.c.project_id == project_id, ~import_run.c.finished
            )
        )
        return [(row.id, row.moved_at) for row in rows]

    def known(self, project_id: int, keys: Sequence[str]) -> dict[str, Known]:
        """Which of `keys` the project has already; what is only staged is not there."""
        rows = self._core.execute(
            select(task.c.key, task.c.id, task.c.digest, task.c.answers + task.c.held)
            .join(lane, lane.c.id == task.c.lane_id)
            .where(task.c.project_id == project_id, task.c.key.in_(keys), lane.c.live)
        )
        return {key: Known(task_id, digest, bool(touched)) for key, task_id, digest, touched in rows}

    def stage(
        self, import_id: int, tasks: Sequence[tuple[TaskSpec, str]], answers_per_task: int, now: datetime
    ) -> None:
        """Store tasks where nobody sees them yet."""
        self._move(import_id, now)
        if not tasks:
            return
        project_id = self._project_of(import_id)
        lanes = self._lanes(import_id, project_id, [spec for spec, _ in tasks])
        counts = {"places": answers_per_task, "held": 0, "answers": 0, "project_id": project_id}
        rows = [
            {**columns_of(spec, digest), "lane_id": lanes[spec.locale, spec.domain], **counts} for spec, digest in tasks
        ]
        self._core.execute(insert(task), rows)
        for (locale, domain), lane_id in lanes.items():
            size = sum((spec.locale, spec.domain) == (locale, domain) for spec, _ in tasks)
            self._core.execute(update(lane).where(lane.c.id == lane_id).values(size=lane.c.size + size))

    def stage_changes(self, import_id: int, changes: Sequence[tuple[int, TaskSpec, str]], now: datetime) -> None:
        """Store what tasks are to become."""
        self._move(import_id, now)
        if not changes:
            return
        lanes = self._lanes(import_id, self._project_of(import_id), [spec for _, spec, _ in changes])
        rows = [
            {
                **columns_of(spec, digest),
                "task_id": task_id,
                "import_id": import_id,
                "lane_id": lanes[spec.locale, spec.domain],
            }
            for task_id, spec, digest in changes
        ]
        self._core.execute(insert(task_change), rows)

    def publish(self, import_id: int) -> list[str]:
        """Make an import live; the keys of changed tasks that were taken meanwhile, in which case it must be undone."""
        if taken := self._taken(import_id):
            return taken
        change = task_change.alias()
        of_this = (change.c.task_id == task.c.id) & (change.c.import_id == import_id)
        self._core.execute(
            update(task).where(of_this).values({task.c[name]: change.c[name] for name in (*_CONTENT, "lane_id")})
        )
        self._core.execute(delete(task_change).where(task_change.c.import_id == import_id))
        added = select(func.coalesce(func.sum(lane.c.size), 0)).where(lane.c.import_id == import_id)
        self._core.execute(
            update(project)
            .where(project.c.id == self._project_of(import_id))
            .values(tasks=project.c.tasks + added.scalar_subquery())
        )
        self._core.execute(update(lane).where(lane.c.import_id == import_id).values(live=True))
        self._core.execute(update(import_run).where(import_run.c.id == import_id).values(finished=True))
        return []

    def discard_some(self, import_id: int, limit: int) -> int:
        """Throw away up to `limit` staged tasks of an unfinished import; 0 when it is gone altogether."""
        self._core.execute(delete(task_change).where(task_change.c.import_id == import_id))
        dead = select(lane.c.id).where(lane.c.import_id == import_id, ~lane.c.live)
        some = select(task.c.id).where(task.c.lane_id.in_(dead)).limit(limit)
        if gone := self._core.execute(delete(task).where(task.c.id.in_(some))).rowcount:
            return gone
        self._core.execute(delete(lane).where(lane.c.import_id == import_id, ~lane.c.live))
        self._core.execute(delete(import_run).where(import_run.c.id == import_id, ~import_run.c.finished))
        return 0

    def _taken(self, import_id: int) -> list[str]:
        changed = task.join(task_change, task_change.c.task_id == task.c.id)
        taken = select(task.c.key).select_from(changed).where(task_change.c.import_id == import_id)
        return list(self._core.execute(taken.where(task.c.answers + task.c.held > 0)).scalars())

    def _lanes(self, import_id: int, project_id: int, specs: Sequence[TaskSpec]) -> dict[tuple[str, str], int]:
        """This import's lanes by (locale, domain), made where missing."""
        rows = self._core.execute(
            select(lane.c.id, lane.c.locale, lane.c.domain).where(lane.c.import_id == import_id)
        ).all()
        lanes = {(row.locale, row.domain): int(row.id) for row in rows}
        for locale, domain in sorted({(spec.locale, spec.domain) for spec in specs} - lanes.keys()):
            made = self._core.execute(
                insert(lane).values(
                    project_id=project_id, import_id=import_id, locale=locale, domain=domain, live=False, size=0
                )
            )
            assert made.inserted_primary_key is not None
            lanes[locale, domain] = int(made.inserted_primary_key[0])
        return lanes

    def _project_of(self, import_id: int) -> int:
        row = select(import_run.c.project_id).where(import_run.c.id == import_id)
        return int(self._core.execute(row).scalar_one())

    def _move(self, import_id: int, now: datetime) -> None:
        self._core.execute(update(import_run).where(import_run.c.id == import_id).values(moved_at=now))
