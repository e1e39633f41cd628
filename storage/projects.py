"""Projects, and who takes part in them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from bot.domain.errors import NotFound
from bot.domain.project import Progress, Project, ProjectSpec, ProjectState, Wording
from storage.money import from_micros, to_micros
from storage.tables import answer, lane, participation, project, task
from storage.upsert import insert as upsert

_GET = select(project).where(project.c.id == bindparam("id"))


class ProjectTable:
    def __init__(self, core: Connection) -> None:
        self._core = core

    def get(self, project_id: int) -> Project:
        row = self._core.execute(_GET, {"id": project_id}).one_or_none()
        if row is None:
            raise NotFound()
        return _project(row)

    def by_slug(self, slug: str) -> Project | None:
        row = self._core.execute(select(project).where(project.c.slug == slug)).one_or_none()
        return _project(row) if row else None

    def all(self, *states: ProjectState) -> list[Project]:
        """Projects in any of `states`, the soonest deadline first."""
        rows = self._core.execute(
            select(project)
            .where(project.c.state.in_(states))
            .order_by(project.c.deadline.is_(None), project.c.deadline, project.c.id)
        )
        return [_project(row) for row in rows]

    def add(self, spec: ProjectSpec, now: datetime) -> Project:
        columns = _columns(spec)
        self._core.execute(
            insert(project).values(**columns, state=ProjectState.DRAFT, tasks=0, wants_offers=False, created_at=now)
        )
        stored = self.by_slug(spec.slug)
        assert stored is not None
        return stored

    def save(self, changed: Project) -> None:
        self._core.execute(
            update(project).where(project.c.id == changed.id).values(**_columns(changed.spec), state=changed.state)
        )

    def progress(self, project_id: int) -> Progress:
        tasks = self._core.execute(
            select(
                func.coalesce(func.sum(task.c.held), 0),
                func.coalesce(func.sum(task.c.answers + task.c.held + task.c.places), 0),
                func.count().filter(task.c.places + task.c.held <= 0),
            )
            .join(lane, lane.c.id == task.c.lane_id)
            .where(task.c.project_id == project_id, lane.c.live)
        ).one()
        answers = select(func.count(), func.count(func.distinct(answer.c.person_id))).where(
            answer.c.project_id == project_id, ~answer.c.withdrawn
        )
        given, people = self._core.execute(answers).one()
        return Progress(
            tasks=self.get(project_id).tasks,
            done=tasks[2],
            answers=given,
            wanted=tasks[1],
            held=tasks[0],
            people=people,
        )

    def joined(self, project_id: int, person_id: int) -> int | None:
        """How many of its tasks the person was given; None when they do not take part."""
        return self._core.execute(
            select(participation.c.given).where(
                participation.c.project_id == project_id, participation.c.person_id == person_id
            )
        ).scalar_one_or_none()

    def join(self, project_id: int, person_id: int, now: datetime) -> int:
        """Count one more task given to the person, who takes a seat with the first; which task of theirs it is."""
        row = upsert(self._core, participation).values(
            project_id=project_id, person_id=person_id, joined_at=now, given=1
        )
        self._core.execute(
            row.on_conflict_do_update(
                index_elements=[participation.c.project_id, participation.c.person_id],
                set_={"given": participation.c.given + 1},
            )
        )
        return self.joined(project_id, person_id) or 1

    def seats_taken(self, project_id: int) -> int:
        seats = select(func.count()).where(participation.c.project_id == project_id)
        return self._core.execute(seats).scalar_one()

    def want_offers(self, project_id: int) -> None:
        """There is news for those who wait for work."""
        self._core.execute(
            update(project).where(project.c.id == project_id, ~project.c.wants_offers).values(wants_offers=True)
        )

    def wanting_offers(self) -> list[int]:
        return list(self._core.execute(select(project.c.id).where(project.c.wants_offers)).scalars())

    def offers_made(self, project_id: int) -> None:
        self._core.execute(update(project).where(project.c.id == project_id).values(wants_offers=False))


def _columns(spec: ProjectSpec) -> dict[str, Any]:
    columns = asdict(spec)
    del columns["pay"]
    columns["pay_micros"], columns["pay_currency"] = to_micros(spec.pay)
    return columns


def _project(row: Row[Any]) -> Project:
    spec = ProjectSpec(
        slug=row.slug,
        title=row.title,
        instructions=row.instructions,
        kind=row.kind,
        locale=row.locale,
        domains=tuple(row.domains),
        deadline=row.deadline,
        answer_within=row.answer_within,
        answers_per_task=row.answers_per_task,
        seats=row.seats,
        pay=from_micros(row.pay_micros, row.pay_currency),
        edit_window=row.edit_window,
        wordings={locale: Wording(**words) for locale, words in row.wordings.items()},
        questions=tuple(row.questions),
    )
    return Project(row.id, ProjectState(row.state), spec, row.tasks, row.created_at)
