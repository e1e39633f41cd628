"""`tapwork backup FILE`: a checked copy of the database, while the service runs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal

from bot.cli.output import count_progress, errors, refusals, result
from bot.settings import Settings
from storage.backup import back_up


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; a file that is there is replaced.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Copy the database while the service runs, and check the copy before it gets its name."""

    def checking() -> None:
        if errors.is_terminal:
            errors.print("Checking the copy")

    with refusals(), count_progress("Copying pages") as advance:
        done = back_up(Settings().database_path, file, advance, checking)
    result(
        {"file": str(done.file), "bytes": done.size, "version": done.version},
        f"{done.file}: {decimal(done.size)} at version {done.version}, checked",
        as_json=as_json,
    )
