"""`tapwork project ...`: check, import, look at, open, pause, close."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.app import open_store, utc_now
from bot.cli.output import byte_progress, refusals, result
from bot.domain.project import Progress, Project, ProjectState
from bot.ports import Reported
from bot.services import projects
from bot.services.exporting import rfc3339
from bot.services.importing import check_file, import_project
from bot.services.project_files import read_project
from bot.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Projects: check, import, look at, open, pause, close.")

ProjectFile = Annotated[Path, typer.Argument(metavar="FILE.toml", help="The project file.")]
TaskFile = Annotated[
    Path | None, typer.Argument(metavar="[TASKS]", help="Its tasks: .jsonl or .csv.", show_default=False)
]
Slug = Annotated[str, typer.Argument(metavar="SLUG", help="The project's slug.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command()
def check(file: ProjectFile, tasks: TaskFile = None, as_json: AsJson = False) -> None:
    """Say what is wrong with a project file and its tasks, and change nothing."""
    with refusals():
        spec = read_project(file)
        count = 0
        if tasks is not None:
            with byte_progress("Checking", _size(tasks)) as advance:
                count = check_file(spec, tasks, advance)
    text = f"{spec.slug}: good, {tasks_of(count)}" if tasks else f"{spec.slug}: good"
    result({"slug": spec.slug, "tasks": count}, text, as_json=as_json)


@app.command(name="import")
def import_(
    file: ProjectFile,
    tasks: TaskFile = None,
    update: Annotated[
        bool, typer.Option("--update", help="Change tasks whose lines have changed and that nobody has answered.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import a project and its tasks: all of them, or none when anything is wrong. The same files twice add nothing."""

    async def go() -> Any:
        spec = read_project(file)
        async with open_store(Settings()) as store:
            with byte_progress("Importing", 2 * _size(tasks) if tasks else 0) as advance:
                return await import_project(store, utc_now, spec, tasks, update=update, advance=advance)

    with refusals("nothing was imported"):
        done = asyncio.run(go())
    text = f"{done.slug}: {tasks_of(done.added)} added, {done.changed} changed, {done.unchanged} unchanged"
    counts = {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}
    result({"slug": done.slug, "new_project": done.new_project, **counts}, text, as_json=as_json)


@app.command(name="list")
def list_(as_json: AsJson = False) -> None:
    """All projects and how far they are."""

    async def go() -> list[tuple[Project, Progress]]:
        async with open_store(Settings()) as store:
            return await store.read(projects.overview)

    with refusals():
        found = asyncio.run(go())
    lines = [
        f"{one.spec.slug:<30} {one.state:<7} {progress.answers}/{progress.wanted} answers" for one, progress in found
    ]
    result(
        [_about(*one) for one in found],
        "\n".join(lines) or "No projects yet. Import one: tapwork project import FILE.toml TASKS",
        as_json=as_json,
    )


@app.command()
def show(slug: Slug, as_json: AsJson = False) -> None:
    """One project, how far it is, and what trainers report of its tasks."""

    async def go() -> tuple[Project, Progress, list[Reported]]:
        async with open_store(Settings()) as store:
            return await store.read(projects.show, slug)

    with refusals():
        project, progress, reports = asyncio.run(go())
    about = _about(project, progress)
    width = max(map(len, about))
    lines = [f"{name.replace('_', ' '):<{width}}  {'-' if value is None else value}" for name, value in about.items()]
    for one in reports:
        lines.append(f"{'reported':<{width}}  {one.task}: {one.reason.replace('_', ' ')}, {times(one.count)}")
    reported = [{"task": one.task, "reason": str(one.reason), "count": one.count} for one in reports]
    result({**about, "reports": reported}, "\n".join(lines), as_json=as_json)


@app.command(name="open")
def open_(slug: Slug, as_json: AsJson = False) -> None:
    """Give its tasks to trainers (again)."""
    _set_state(slug, ProjectState.OPEN, as_json)


@app.command()
def pause(slug: Slug, as_json: AsJson = False) -> None:
    """Give no new tasks; those in trainers' hands stay there."""
    _set_state(slug, ProjectState.PAUSED, as_json)


@app.command()
def close(slug: Slug, as_json: AsJson = False) -> None:
    """End the project; `open` begins it again."""
    _set_state(slug, ProjectState.CLOSED, as_json)


def _set_state(slug: str, state: ProjectState, as_json: bool) -> None:
    async def go() -> None:
        async with open_store(Settings()) as store:
            await store.write(projects.set_state, slug, state)

    with refusals():
        asyncio.run(go())
    result({"slug": slug, "state": str(state)}, f"{slug}: {state}", as_json=as_json)


def _about(project: Project, progress: Progress) -> dict[str, Any]:
    spec = project.spec
    return {
        "slug": spec.slug,
        "title": spec.title,
        "state": str(project.state),
        "kind": spec.kind,
        "locale": spec.locale,
        "domains": ", ".join(spec.domains) or None,
        "deadline": rfc3339(spec.deadline),
        "pay": str(spec.pay) if spec.pay else None,
        "answers_per_task": spec.answers_per_task,
        "tasks": progress.tasks,
        "tasks_done": progress.done,
        "answers": progress.answers,
        "answers_wanted": progress.wanted,
        "with_trainers": progress.held,
        "people": progress.people,
    }


def tasks_of(count: int) -> str:
    return f"{count} task" if count == 1 else f"{count} tasks"


def times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
