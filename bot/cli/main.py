"""`tapwork`: the commands and what they have in common."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from bot.app import open_store
from bot.app import run as run_service
from bot.cli import projects
from bot.cli.backup import backup
from bot.cli.demo import demo
from bot.cli.doctor import doctor
from bot.cli.logs import configure
from bot.cli.output import count_progress, refusals, refuse, result
from bot.services.exporting import export as export_rows
from bot.services.exporting import formats
from bot.settings import Settings
from storage.schema import migrate as migrate_file

app = typer.Typer(
    name="tapwork",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Short AI-training tasks, sent to people in the chat they already have open.",
    epilog="Settings come from the environment (TAPWORK_TELEGRAM_TOKEN, TAPWORK_DATABASE_URL, ...) and from .env.",
)
app.add_typer(projects.app, name="project")
app.command()(demo)
app.command()(backup)
app.command()(doctor)


@app.command()
def run() -> None:
    """Run the service until it is stopped with SIGTERM or Ctrl-C."""
    settings = Settings()
    configure(settings.log_format)
    with refusals():
        try:
            asyncio.run(run_service(settings))
        except BaseExceptionGroup as group:
            raise first_of(group) from None


@app.command()
def export(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="The project's slug.")],
    form: Annotated[str, typer.Option("--as", metavar="FORMAT", help=f"One of: {', '.join(formats())}.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; else stdout.")
    ] = None,
) -> None:
    """Write a project's answers, or the training data made of them, as JSON lines."""
    if form not in formats():
        raise typer.BadParameter(f"expected one of {', '.join(formats())}", param_hint="--as")

    async def go() -> int:
        async with open_store(Settings()) as store:
            with count_progress("Exporting") as advance:
                if output is None:
                    return await store.read(export_rows, slug, form, sys.stdout.buffer.write, advance)
                # Beside its place and moved there when whole: an export that fails leaves the old file alone.
                part = output.with_name(output.name + ".part")
                try:
                    with part.open("wb") as file:
                        lines = await store.read(export_rows, slug, form, file.write, advance)
                    part.replace(output)
                finally:
                    part.unlink(missing_ok=True)
                return lines

    with refusals():
        try:
            lines = asyncio.run(go())
        except OSError as error:
            refuse(f"tapwork: {output or 'stdout'}: {error.strerror}")
    sys.stdout.flush()
    sys.stderr.write(f"{lines} lines\n")


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    with refusals():
        before, after = migrate_file(Settings().database_path)
    result(
        {}, f"at version {after}" if before == after else f"from version {before or 'none'} to {after}", as_json=False
    )


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first of the failures that came together, however deep in groups."""
    first = group.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first


def main() -> Any:
    """The command's entry point."""
    try:
        return app()
    except ValidationError as error:
        for one in error.errors():
            # What is wrong with several settings together names them itself.
            name = f"TAPWORK_{'_'.join(map(str, one['loc'])).upper()}: " if one["loc"] else ""
            sys.stderr.write(f"tapwork: {name}{one['msg'].removeprefix('Value error, ')}\n")
        return sys.exit(1)
