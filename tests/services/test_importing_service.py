"""Imports: all of a file or nothing of it, again and again, beside other work and through crashes."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import BadFile, Refused
from bot.domain.project import ProjectSpec, ProjectState
from bot.ports import Transaction
from bot.services import projects
from bot.services.importing import CHUNK, Imported, check_file, import_project
from bot.services.matching import offer_next
from storage.store import SqliteStore
from tests.support.workshop import (
    MINUTE,
    NOW,
    SettableClock,
    add_trainer,
    answer_task,
    offered,
    project_spec,
    rating_line,
    until,
    write_lines,
)

ROOT = Path(__file__).parents[2]
TABLES = ("project", "import_run", "lane", "task", "task_change", "assignment")


async def run_import(
    store: SqliteStore,
    tasks: Path | None,
    spec: ProjectSpec | None = None,
    *,
    update: bool = False,
    clock: Callable[[], datetime] = lambda: NOW,
    advance: Callable[[int], None] = lambda done: None,
) -> Imported:
    return await import_project(store, clock, spec or project_spec(), tasks, update=update, advance=advance)


def contents(raw: Any) -> dict[str, list[Any]]:
    """Everything in the tables that an import may touch."""
    return {table: raw.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in TABLES}


def size_of(tasks: Path) -> int:
    return tasks.stat().st_size


def live(tx: Transaction) -> dict[str, str]:
    """The live tasks' prompts by key."""
    project = tx.projects.by_slug("cardio")
    assert project is not None
    return {task.spec.key: task.spec.payload["prompt"] for task in tx.tasks.all(project.id)}


def take_one(tx: Transaction, user: str) -> str:
    """Somebody takes their next task; its key."""
    return tx.tasks.get(offered(tx, add_trainer(tx, user)).task_id).spec.key


def answer_one(tx: Transaction, user: str) -> None:
    person = add_trainer(tx, user)
    answer_task(tx, person, offered(tx, person))


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    return tmp_path / "tasks.jsonl"


async def test_import_makes_an_open_project(store: SqliteStore, tasks: Path) -> None:
    """A first import makes the project with all its tasks, opens it, and is news for those who wait."""
    write_lines(tasks, [rating_line(n, priority=n % 3) for n in range(2 * CHUNK + 1)])
    assert check_file(project_spec(), tasks, lambda done: None) == 2 * CHUNK + 1
    assert await run_import(store, tasks) == Imported("cardio", new_project=True, added=2 * CHUNK + 1)
    project = await store.read(projects.find, "cardio")
    assert (project.state, project.tasks, project.spec) == (ProjectState.OPEN, 2 * CHUNK + 1, project_spec())
    assert len(await store.read(live)) == 2 * CHUNK + 1
    assert await store.read(lambda tx: tx.projects.wanting_offers()) == [project.id]
    assert await store.write(take_one, "ana") == "t2"


async def test_progress_is_told_in_bytes(store: SqliteStore, tasks: Path) -> None:
    """The progress told adds up to the file's size for each of the two passes over it."""
    size = size_of(write_lines(tasks, [rating_line(n) for n in range(600)]))
    told: list[int] = []
    await run_import(store, tasks, advance=told.append)
    assert sum(told) == 2 * size


async def test_same_file_twice_adds_nothing(store: SqliteStore, raw: Any, tasks: Path) -> None:
    """Importing the same file again, with its lines and fields in any order, changes no task."""
    lines = [rating_line(n, gold={"accuracy": 5}) for n in range(300)]
    await run_import(store, write_lines(tasks, lines))
    before = raw.execute("SELECT * FROM task ORDER BY id").fetchall()
    write_lines(tasks, [dict(reversed(line.items())) for line in reversed(lines)])
    assert await run_import(store, tasks) == Imported("cardio", new_project=False, unchanged=300)
    assert raw.execute("SELECT * FROM task ORDER BY id").fetchall() == before
    assert (await store.read(projects.find, "cardio")).tasks == 300


async def test_new_lines_are_added(store: SqliteStore, tasks: Path) -> None:
    """Lines with new ids are added to those that are there, which may be left out of the file."""
    await run_import(store, write_lines(tasks, [rating_line(1), rating_line(2)]))
    done = await run_import(store, write_lines(tasks, [rating_line(2), rating_line(3)]))
    assert done == Imported("cardio", new_project=False, added=1, unchanged=1)
    assert set(await store.read(live)) == {"t1", "t2", "t3"}
    assert (await store.read(projects.find, "cardio")).tasks == 3


async def test_every_fault_is_listed_and_nothing_imported(store: SqliteStore, raw: Any, tasks: Path) -> None:
    """A file with faults is refused with each one by line and field, and leaves no trace."""
    good = [rating_line(n) for n in range(CHUNK + 10)]
    bad = [
        rating_line(1),
        {"id": "no-response", "prompt": "Why?"},
        rating_line(9001, priority="high"),
        rating_line(9002, kind="unheard-of"),
        rating_line(9003, colour="red"),
        rating_line(9004, gold={"accuracy": 9}),
        rating_line(9005, locale="not a locale"),
        {"prompt": "Why?", "response": "So."},
    ]
    write_lines(tasks, [*good, *bad])
    before = contents(raw)
    with pytest.raises(BadFile) as refused:
        await run_import(store, tasks)
    first = len(good) + 1
    assert [(fault.line, fault.field) for fault in refused.value.faults] == [
        (first, "id"),
        (first + 1, "response"),
        (first + 2, "priority"),
        (first + 3, "kind"),
        (first + 4, "colour"),
        (first + 5, "gold"),
        (first + 6, "locale"),
        (first + 7, "id"),
    ]
    assert refused.value.count == 8
    assert str(refused.value.faults[1]) == f"tasks.jsonl:{first + 1}: response: missing"
    assert contents(raw) == before


async def test_many_faults_are_counted(store: SqliteStore, raw: Any, tasks: Path) -> None:
    """Of very many faults the first fifty are shown and all are counted."""
    write_lines(tasks, [{"id": f"t{n}"} for n in range(100)])
    with pytest.raises(BadFile) as refused:
        await run_import(store, tasks)
    assert (len(refused.value.faults), refused.value.count) == (50, 200)
    assert contents(raw)["project"] == []


async def test_changed_line_is_refused_without_update(store: SqliteStore, raw: Any, tasks: Path) -> None:
    """A known id with other content is refused, by line, and even the new lines beside it are not added."""
    await run_import(store, write_lines(tasks, [rating_line(1), rating_line(2)]))
    before = contents(raw)
    write_lines(tasks, [rating_line(1), rating_line(2, prompt="Other?"), rating_line(3)])
    with pytest.raises(BadFile, match=r"tasks.jsonl:2: id: 't2' .*--update"):
        await run_import(store, tasks)
    assert contents(raw) == before


async def test_update_changes_untouched_tasks(store: SqliteStore, tasks: Path) -> None:
    """With --update a changed line changes its task, wherever that moves it in the order, and adds none."""
    await run_import(store, write_lines(tasks, [rating_line(n) for n in range(3)]))
    write_lines(tasks, [rating_line(0), rating_line(1, prompt="Other?", domain="law"), rating_line(2, priority=5)])
    done = await run_import(store, tasks, update=True)
    assert done == Imported("cardio", new_project=False, changed=2, unchanged=1)
    assert await store.read(live) == {"t0": "What is 0?", "t1": "Other?", "t2": "What is 2?"}
    assert (await store.read(projects.find, "cardio")).tasks == 3
    assert await store.write(take_one, "ana") == "t2"
    assert await store.write(take_one, "ben") == "t0"
    assert await run_import(store, tasks, update=True) == Imported("cardio", new_project=False, unchanged=3)


@pytest.mark.parametrize("touch", [take_one, answer_one], ids=["held", "answered"])
async def test_update_never_touches_tasks_in_use(
    store: SqliteStore, raw: Any, tasks: Path, touch: Callable[[Transaction, str], Any]
) -> None:
    """A task that is held or has answers is not changed even with --update, nor is anything else in the file."""
    await run_import(store, write_lines(tasks, [rating_line(1), rating_line(2)]))
    await store.write(touch, "ana")
    before = contents(raw)
    write_lines(tasks, [rating_line(1, prompt="Other?"), rating_line(2, prompt="Other?"), rating_line(3)])
    with pytest.raises(BadFile, match=r"tasks.jsonl:1: id: 't1' has answers or is being answered") as refused:
        await run_import(store, tasks, update=True)
    assert refused.value.count == 1
    assert contents(raw) == before


async def test_task_taken_during_the_update_stops_it(store: SqliteStore, raw: Any, tasks: Path) -> None:
    """When somebody takes a task while its change is being imported, the import is refused and undone."""
    await run_import(store, write_lines(tasks, [rating_line(1), rating_line(2)]))
    write_lines(tasks, [rating_line(1, prompt="Other?"), rating_line(2), rating_line(3)])
    taking: list[asyncio.Task[str]] = []
    read = 0

    def advance(done: int) -> None:
        nonlocal read
        read += done
        if read == 2 * tasks.stat().st_size:  # the last line of the second pass: its chunk is about to be staged
            taking.append(asyncio.create_task(store.write(take_one, "ana")))

    with pytest.raises(Refused, match="t1 was answered meanwhile"):
        await run_import(store, tasks, update=True, advance=advance)
    assert await taking[0] == "t1"
    assert await store.read(live) == {"t1": "What is 1?", "t2": "What is 2?"}
    after = contents(raw)
    assert (len(after["task"]), after["task_change"], len(after["import_run"])) == (2, [], 1)


async def test_project_file_alone_changes_the_project(store: SqliteStore, tasks: Path) -> None:
    """A project file without tasks changes title, pay and places wanted, and keeps a paused project paused."""
    await run_import(store, write_lines(tasks, [rating_line(1)]))
    await store.write(projects.set_state, "cardio", ProjectState.PAUSED)
    spec = project_spec(title="New title", answers_per_task=3)
    assert await run_import(store, None, spec) == Imported("cardio", new_project=False)
    project, progress, _ = await store.read(projects.show, "cardio")
    assert (project.spec, project.state, progress.wanted) == (spec, ProjectState.PAUSED, 3)


async def test_questions_cannot_change_under_answers(store: SqliteStore, raw: Any, tasks: Path) -> None:
    """Another form is taken while nobody has answered, and refused from then on with nothing changed."""
    await run_import(store, write_lines(tasks, [rating_line(1), rating_line(2)]))
    questions = ({"id": "good", "type": "scale", "prompt": "Good?"},)
    await run_import(store, None, project_spec(questions=questions))
    await store.write(lambda tx: offered(tx, add_trainer(tx)))
    before = contents(raw)
    for spec in (project_spec(), project_spec(kind="fact_check", questions=questions)):
        with pytest.raises(Refused, match="cannot change any more"):
            await run_import(store, None, spec)
    assert contents(raw) == before


async def test_second_import_meanwhile_is_refused(store: SqliteStore, tasks: Path) -> None:
    """Of two imports of one project at the same time one is refused, and the other is complete."""
    write_lines(tasks, [rating_line(n) for n in range(1000)])
    outcomes = await asyncio.gather(run_import(store, tasks), run_import(store, tasks), return_exceptions=True)
    done = [outcome for outcome in outcomes if isinstance(outcome, Imported)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert [one.added for one in done] == [1000]
    assert "Another import of cardio is running" in str(refused[0])
    assert len(await store.read(live)) == 1000


async def test_cancelled_import_leaves_nothing(store: SqliteStore, raw: Any, tasks: Path) -> None:
    """An import that is interrupted takes back what it staged, and can be started again at once."""
    write_lines(tasks, [rating_line(n) for n in range(3000)])
    task = asyncio.create_task(run_import(store, tasks))
    await until(lambda: bool(raw.execute("SELECT 1 FROM task LIMIT 1").fetchall()))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    left = contents(raw)
    assert (left["task"], left["lane"], left["import_run"]) == ([], [], [])
    assert (await run_import(store, tasks)).added == 3000


CRASHING = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.services.importing import import_project
from storage.store import SqliteStore
from tests.support.workshop import NOW, project_spec

async def main():
    path, tasks = sys.argv[1], Path(sys.argv[2])
    read = 0
    def advance(done):
        nonlocal read
        read += done
        if read > 1.6 * tasks.stat().st_size:
            os.kill(os.getpid(), signal.SIGKILL)
    async with SqliteStore(path) as store:
        await import_project(store, lambda: NOW, project_spec(), tasks, update=False, advance=advance)

asyncio.run(main())
"""


async def crash(path: str, tasks: Path) -> None:
    """An import that is killed in the middle of staging."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", CRASHING, path, str(tasks), cwd=ROOT)
    assert await process.wait() == -signal.SIGKILL


async def test_crash_of_a_first_import(path: str, store: SqliteStore, raw: Any, tasks: Path) -> None:
    """What a killed import staged is seen by nobody, and the next import clears it away, whatever its file says."""
    await crash(path, write_lines(tasks, [rating_line(n) for n in range(2000)]))
    staged = raw.execute("SELECT count(*) FROM task").fetchone()[0]
    assert 0 < staged < 2000
    with pytest.raises(Refused, match="no project called"):
        await store.read(projects.find, "cardio")
    assert await store.write(lambda tx: offer_next(tx, add_trainer(tx), NOW)) is None
    assert await store.read(live) == {}

    clock = SettableClock()
    with pytest.raises(Refused, match="Another import"):
        await run_import(store, tasks, clock=clock)
    clock.advance(MINUTE)
    write_lines(tasks, [rating_line(n, prompt=f"Corrected {n}?") for n in range(100)])
    done = await run_import(store, tasks, clock=clock)
    assert done == Imported("cardio", new_project=True, added=100)
    assert await store.read(live) == {f"t{n}": f"Corrected {n}?" for n in range(100)}
    assert raw.execute("SELECT count(*) FROM task").fetchone() == (100,)
    assert raw.execute("SELECT count(*) FROM import_run").fetchone() == (1,)


async def test_crash_of_a_later_import(path: str, store: SqliteStore, raw: Any, tasks: Path) -> None:
    """While the rows of a killed import lie about, the project goes on with the tasks and counts that it had."""
    await run_import(store, write_lines(tasks, [rating_line(1), rating_line(2)]))
    shown = await store.read(projects.show, "cardio")
    await crash(path, write_lines(tasks, [rating_line(n) for n in range(2000)]))
    assert raw.execute("SELECT count(*) FROM task").fetchone()[0] > 2
    assert await store.read(projects.show, "cardio") == shown
    assert await store.write(take_one, "ana") == "t1"
    done = await run_import(store, tasks, clock=lambda: NOW + MINUTE)
    assert done == Imported("cardio", new_project=False, added=1998, unchanged=2)
    assert len(await store.read(live)) == 2000


@pytest.mark.parametrize("same_process", [True, False], ids=["one store", "two stores"])
async def test_import_holds_nobody_up(path: str, store: SqliteStore, tasks: Path, same_process: bool) -> None:
    """While 20,000 lines are imported, taps are stored all along, each after a small part of the import's time."""
    write_lines(tasks, [rating_line(n) for n in range(20_000)])
    waits: list[float] = []
    importing = True

    async def tap(service: SqliteStore) -> None:
        while importing:
            start = time.perf_counter()
            await service.write(lambda tx: tx.inbox.take("telegram", str(len(waits)), NOW))
            waits.append(time.perf_counter() - start)
            await asyncio.sleep(0.005)

    async with SqliteStore(path) as other:
        tapping = asyncio.create_task(tap(store if same_process else other))
        start = time.perf_counter()
        assert (await run_import(store, tasks)).added == 20_000
        total = time.perf_counter() - start
        importing = False
        await tapping
    assert len(waits) > 5
    assert max(waits) < max(total / 2, 0.5), (max(waits), total)


def memory_after_import(path: str, tasks: Path) -> int:
    """The most bytes that a process held while it imported `tasks`, beyond what it held before."""
    script = """
import asyncio, resource, sys
from pathlib import Path
from bot.services.importing import import_project
from storage.store import SqliteStore
from tests.support.workshop import NOW, project_spec

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

async def main():
    async with SqliteStore(sys.argv[1]) as store:
        before = peak()
        done = await import_project(
            store, lambda: NOW, project_spec(), Path(sys.argv[2]), update=False, advance=lambda done: None
        )
        print(done.added, peak() - before)

asyncio.run(main())
"""
    run = subprocess.run(
        [sys.executable, "-c", script, path, str(tasks)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    added, grown = map(int, run.stdout.split())
    assert added == 100_000
    return grown


@pytest.mark.slow
def test_memory_is_bounded(path: str, tasks: Path) -> None:
    """Importing 100,000 lines takes memory far below the size of their file."""
    response = "It is so. " * 60
    write_lines(tasks, (rating_line(n, response=response) for n in range(100_000)))
    size = tasks.stat().st_size
    assert size > 60_000_000
    assert memory_after_import(path, tasks) < size / 2


async def test_import_time_is_told_by_the_clock(store: SqliteStore, tasks: Path) -> None:
    """A project's creation is dated by the clock that was given, in UTC."""
    when = datetime(2030, 1, 1, tzinfo=UTC) + timedelta(milliseconds=5)
    await run_import(store, write_lines(tasks, [rating_line(1)]), clock=lambda: when)
    assert (await store.read(projects.find, "cardio")).created_at == when


def test_check_needs_no_database(tasks: Path) -> None:
    """Checking a file finds the same faults as importing it, without any database."""
    write_lines(tasks, [rating_line(1), {"id": "t2"}])
    with pytest.raises(BadFile) as refused:
        check_file(project_spec(), tasks, lambda done: None)
    assert [str(fault) for fault in refused.value.faults] == [
        "tasks.jsonl:2: prompt: missing",
        "tasks.jsonl:2: response: missing",
    ]
