"""Tasks: which one is next for whom, and how many more trainers each needs."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, literal_column, select, update

from bot.domain.errors import NotFound
from bot.domain.project import Task, TaskSpec
from bot.ports import Candidate, Lane
from storage.tables import assignment, frontier, lane, project, task
from storage.upsert import insert as upsert

# In these very words, since the index covers only the rows of which its own condition is said.
_READY = task.c.places > literal_column("0")


_FIRST = -(2**31)
"""Before every rank."""


def next_after(lane_id: int, person_id: int, rank: int, task_id: int) -> tuple[Select[Any], Select[Any]]:
    """The first ready task of a lane behind (rank, task_id) that the person never had: of that rank, else behind it.

    Two short index ranges. A comparison of pairs would be a long one: SQLite seeks by the first column alone where the
    second is the row's own id, and passes over all tasks of that rank.
    """
    seen = exists().where(assignment.c.task_id == task.c.id, assignment.c.person_id == person_id)
    ready = select(task.c.id, task.c.rank).where(task.c.lane_id == lane_id, _READY, ~seen)
    ready = ready.order_by(task.c.rank, task.c.id).limit(1)
    return ready.where(task.c.rank == rank, task.c.id > task_id), ready.where(task.c.rank > rank)


_GET = select(task).where(task.c.id == bindparam("id"))


class TaskTable:
    def __init__(self, core: Connection) -> None:
        self._core = core

    def get(self, task_id: int) -> Task:
        row = self._core.execute(_GET, {"id": task_id}).one_or_none()
        if row is None:
            raise NotFound()
        return Task(row.id, row.project_id, spec_of(row))

    def all(self, project_id: int) -> Iterator[Task]:
        """The live tasks of a project, in the order in which they were imported."""
        live = select(task).join(lane, lane.c.id == task.c.lane_id).where(task.c.project_id == project_id, lane.c.live)
        for row in self._core.execute(live.order_by(task.c.id)):
            yield Task(row.id, row.project_id, spec_of(row))

    def lanes(self, project_id: int) -> list[Lane]:
        """The live lanes of a project."""
        # Said of the rank so that the index over ready tasks is taken, and not the one over all.
        ready = exists().where(task.c.lane_id == lane.c.id, task.c.rank >= _FIRST, _READY)
        rows = self._core.execute(
            select(lane.c.id, lane.c.locale, lane.c.domain, ready.label("open"))
            .where(lane.c.project_id == project_id, lane.c.live)
            .order_by(lane.c.id)
        )
        return [Lane(row.id, row.locale, row.domain, bool(row.open)) for row in rows]

    def asked_for(self) -> list[tuple[str, str]]:
        """The (locale, domain) pairs of open projects' tasks, each once."""
        rows = self._core.execute(
            select(lane.c.locale, lane.c.domain)
            .join(project, project.c.id == lane.c.project_id)
            .where(lane.c.live, project.c.state == "open")
            .distinct()
        )
        return [(row.locale, row.domain) for row in rows]

    def best_in(self, lane_id: int, person_id: int) -> Candidate | None:
        """The best task of a lane that the person has never had; None when there is none.

        Looks behind the person's frontier first (the best task they were given), so that the tasks they have had, which
        may wait for other trainers, are not passed over again each time; what became free before it comes last.
        """
        known = self._frontier(lane_id, person_id)
        starts = [known, (_FIRST, 0)] if known else [(_FIRST, 0)]
        for query in (query for start in starts for query in next_after(lane_id, person_id, *start)):
            if (row := self._core.execute(query).first()) is not None:
                return Candidate(row.id, lane_id, -row.rank)
        return None

    def reserve(self, candidate: Candidate, person_id: int) -> None:
        self._count(candidate.task_id, places=-1, held=+1)
        here = (-candidate.priority, candidate.task_id)
        if (self._frontier(candidate.lane_id, person_id) or here) > here:
            return
        row = upsert(self._core, frontier).values(
            lane_id=candidate.lane_id, person_id=person_id, rank=here[0], task_id=here[1]
        )
        self._core.execute(
            row.on_conflict_do_update(
                index_elements=[frontier.c.lane_id, frontier.c.person_id],
                set_={"rank": row.excluded.rank, "task_id": row.excluded.task_id},
            )
        )

    def release(self, task_id: int) -> None:
        """A trainer gave it back."""
        self._count(task_id, places=+1, held=-1)

    def complete(self, task_id: int) -> None:
        """A trainer who held it has answered."""
        self._count(task_id, held=-1, answers=+1)

    def uncount(self, task_id: int) -> None:
        """An answer to it was withdrawn: it needs one more."""
        self._count(task_id, places=+1, answers=-1)

    def resize(self, project_id: int, answers_per_task: int) -> None:
        """Ask for another number of answers a task; those that exist or are being given count."""
        self._core.execute(
            update(task)
            .where(task.c.project_id == project_id)
            .values(places=answers_per_task - task.c.answers - task.c.held)
        )

    def _count(self, task_id: int, **by: int) -> None:
        self._core.execute(
            update(task)
            .where(task.c.id == task_id)
            .values({task.c[name]: task.c[name] + step for name, step in by.items()})
        )

    def _frontier(self, lane_id: int, person_id: int) -> tuple[int, int] | None:
        row = self._core.execute(
            select(frontier.c.rank, frontier.c.task_id).where(
                frontier.c.lane_id == lane_id, frontier.c.person_id == person_id
            )
        ).first()
        return (row.rank, row.task_id) if row else None


def spec_of(row: Row[Any]) -> TaskSpec:
    """A task's content from a row that has the task table's columns."""
    return TaskSpec(row.key, row.kind, row.locale, row.domain, -row.rank, row.payload, row.gold)


def columns_of(spec: TaskSpec, digest: str) -> dict[str, Any]:
    """The columns that hold a task's content."""
    return {
        "key": spec.key,
        "kind": spec.kind,
        "locale": spec.locale,
        "domain": spec.domain,
        "rank": -spec.priority,
        "payload": spec.payload,
        "gold": spec.gold,
        "digest": digest,
    }
