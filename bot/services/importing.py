"""Importing a project: all of a file or nothing of it, in steps so short that taps pass between them.

New tasks are staged in lanes that nobody sees, a few hundred to a transaction; one last short transaction makes the
lanes live. What a crash leaves staged is thrown away by the next import of the same project.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from bot.domain.errors import Refused
from bot.domain.project import Project, ProjectSpec, ProjectState
from bot.domain.text import T
from bot.ports import Store, Transaction
from bot.services.task_files import Faults, Line, read_tasks

CHUNK = 250
"""Lines to a transaction: some milliseconds of the writer's time."""

ABANDONED = timedelta(minutes=1)
"""An import that has not moved for this long has crashed."""

Advance = Callable[[int], None]
"""Hears how many bytes of the task file were worked off."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in tasks."""

    slug: str
    new_project: bool
    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Imported") -> "Imported":
        return replace(
            self,
            added=self.added + other.added,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
        )


def check_file(spec: ProjectSpec, tasks: Path, advance: Advance) -> int:
    """How many tasks the file holds; `BadFile` with what is wrong with it."""
    faults = Faults(tasks.name)
    count = sum(1 for _ in read_tasks(tasks, spec, faults, advance))
    _refuse_empty(count, faults)
    return count


def _refuse_empty(count: int, faults: Faults) -> None:
    """`BadFile` with what is wrong, be it that there is nothing."""
    if not count and not faults.count:
        faults.add(None, None, "expected at least one task, got none")
    faults.raise_if_any()


async def import_project(
    store: Store,
    clock: Callable[[], datetime],
    spec: ProjectSpec,
    tasks: Path | None,
    *,
    update: bool,
    advance: Advance,
) -> Imported:
    """Import a checked project file and its tasks; `BadFile` or `Refused`, and nothing is changed.

    Two passes over the task file: the first finds what is wrong with it, the second stages it.
    """
    project = await store.read(lambda tx: tx.projects.by_slug(spec.slug))
    result = Imported(spec.slug, new_project=project is None or project.state is ProjectState.DRAFT)
    if tasks is not None:
        faults = Faults(tasks.name)
        count = 0
        for chunk in _chunks(read_tasks(tasks, spec, faults, advance)):
            count += len(chunk)
            if project is not None:
                await store.read(_check_against, project.id, chunk, update, faults)
            await asyncio.sleep(0)
        _refuse_empty(count, faults)
    for abandoned in await store.read(_abandoned, spec.slug, clock()):
        await discard(store, abandoned)
    import_id = await store.write(_begin, spec, clock())
    try:
        if tasks is not None:
            faults = Faults(tasks.name)
            for chunk in _chunks(read_tasks(tasks, spec, faults, advance)):
                result += await store.write(_stage, import_id, spec, chunk, update, faults, clock())
            faults.raise_if_any()
        await store.write(_publish, import_id, spec)
    except BaseException:
        await discard(store, import_id)
        raise
    return result


async def discard(store: Store, import_id: int) -> None:
    """Throw away what an import staged, a little at a time."""
    while await store.write(lambda tx: tx.imports.discard_some(import_id, CHUNK)):
        pass


def _chunks(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while chunk := list(islice(lines, CHUNK)):
        yield chunk


def _check_against(tx: Transaction, project_id: int, chunk: list[Line], update: bool, faults: Faults) -> list[Line]:
    """The lines of `chunk` that are new or changed; what may not be changed goes to `faults`."""
    known = tx.imports.known(project_id, [line.spec.key for line in chunk])
    fresh = []
    for line in chunk:
        there = known.get(line.spec.key)
        if there is not None and there.digest == line.digest:
            continue
        fresh.append(line)
        if there is not None and not update:
            faults.add(
                line.number, "id", f"{line.spec.key!r} is in the project with other content; --update changes it"
            )
        elif there is not None and there.touched:
            faults.add(
                line.number, "id", f"{line.spec.key!r} has answers or is being answered, and cannot change any more"
            )
    return fresh


def _abandoned(tx: Transaction, slug: str, now: datetime) -> list[int]:
    """Imports of the project that have crashed; what they staged is in the way."""
    project = tx.projects.by_slug(slug)
    stale = tx.imports.stale(project.id) if project else []
    return [import_id for import_id, moved_at in stale if now - moved_at >= ABANDONED]


def _begin(tx: Transaction, spec: ProjectSpec, now: datetime) -> int:
    project = tx.projects.by_slug(spec.slug) or tx.projects.add(spec, now)
    _check_form(tx, project, spec)
    if tx.imports.stale(project.id):
        raise Refused(T("Another import of {slug} is running.", slug=spec.slug))
    return tx.imports.begin(project.id, now)


def _check_form(tx: Transaction, project: Project, spec: ProjectSpec) -> None:
    """What is asked may change only while nobody has answered or is answering."""
    if (project.spec.kind, project.spec.questions) == (spec.kind, spec.questions):
        return
    if tx.answers.count(project.id) or tx.assignments.any_held(project.id):
        raise Refused(T("The questions of {slug} cannot change any more: it has answers.", slug=spec.slug))


def _stage(
    tx: Transaction, import_id: int, spec: ProjectSpec, chunk: list[Line], update: bool, faults: Faults, now: datetime
) -> Imported:
    project = tx.projects.by_slug(spec.slug)
    assert project is not None
    fresh = _check_against(tx, project.id, chunk, update, faults)
    known = tx.imports.known(project.id, [line.spec.key for line in fresh])
    added = [(line.spec, line.digest) for line in fresh if line.spec.key not in known]
    changed = [(known[line.spec.key].task_id, line.spec, line.digest) for line in fresh if line.spec.key in known]
    tx.imports.stage(import_id, added, spec.answers_per_task, now)
    tx.imports.stage_changes(import_id, changed, now)
    return Imported(spec.slug, False, len(added), len(changed), len(chunk) - len(fresh))


def _publish(tx: Transaction, import_id: int, spec: ProjectSpec) -> None:
    if taken := tx.imports.publish(import_id):
        raise Refused(T("{task} was answered meanwhile, and cannot change any more.", task=taken[0]))
    project = tx.projects.by_slug(spec.slug)
    assert project is not None
    _check_form(tx, project, spec)
    state = ProjectState.OPEN if project.state is ProjectState.DRAFT else project.state
    tx.projects.save(replace(project, spec=spec, state=state))
    if spec.answers_per_task != project.spec.answers_per_task:
        tx.tasks.resize(project.id, spec.answers_per_task)
    tx.projects.want_offers(project.id)
