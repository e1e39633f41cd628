"""How commands speak: results on stdout, everything else on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.domain.errors import BadFile, TapworkError

errors = Console(stderr=True, highlight=False, soft_wrap=True)


def refuse(reason: str) -> NoReturn:
    """End with exit code 1."""
    sys.stderr.write(reason.rstrip() + "\n")
    raise typer.Exit(1)


@contextmanager
def refusals(ending: str = "nothing was changed") -> Iterator[None]:
    """What Tapwork refuses becomes a reason on stderr and exit code 1; `ending` closes a list of faults."""
    try:
        yield
    except BadFile as error:
        more = error.count - len(error.faults)
        rest = f"\n... and {more} more" if more else ""
        refuse(f"{error}{rest}\n{error.count} {'error' if error.count == 1 else 'errors'}; {ending}")
    except TapworkError as error:
        refuse(f"tapwork: {error}")


def result(value: dict[str, Any] | list[Any], text: str, *, as_json: bool) -> None:
    """The command's result: one JSON value for programs, else `text`."""
    sys.stdout.write((orjson.dumps(value, default=str).decode() if as_json else text) + "\n")


@contextmanager
def byte_progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar over bytes of a file; hidden where stderr is no terminal."""
    with _progress(DownloadColumn()) as progress:
        task = progress.add_task(what, total=total)
        yield lambda step: progress.advance(task, step)


@contextmanager
def count_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar over a count, told as (done, total)."""
    with _progress(MofNCompleteColumn()) as progress:
        task = progress.add_task(what, total=None)

        def advance(done: int, total: int) -> None:
            if done % 100 == 0 or done == total:
                progress.update(task, completed=done, total=total)

        yield advance


def _progress(column: Any) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), column, TimeRemainingColumn())
    return Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal)
