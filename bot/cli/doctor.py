"""`tapwork doctor`: what is wrong, and what to do about it; it changes nothing."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

import typer
from pydantic import ValidationError

from bot.app import utc_now
from bot.cli.checks import database_checks, library_check, settings_check
from bot.cli.findings import Finding, Status, problem, worst
from bot.cli.output import result
from bot.cli.reach import platform_checks
from bot.settings import Settings


def doctor(
    offline: Annotated[bool, typer.Option("--offline", help="Do not call Telegram or Slack.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Say what is wrong, one line a check, and what to do about it. Exit code 1 when something is a problem."""
    findings = examine(offline=offline)
    status = worst(findings)
    found = {"status": str(status), "checks": [finding.as_json() for finding in findings]}
    result(found, "\n".join(map(str, findings)), as_json=as_json)
    if status is Status.PROBLEM:
        raise typer.Exit(1)


def examine(*, offline: bool) -> list[Finding]:
    """Every check's outcome; with wrong settings only what does not depend on them."""
    try:
        settings = Settings()
    except ValidationError as error:
        return [*_wrong_settings(error), library_check()]
    findings = [settings_check(settings), library_check(), *database_checks(settings.database_path, utc_now())]
    return findings if offline else [*findings, *asyncio.run(platform_checks(settings))]


def _wrong_settings(error: ValidationError) -> Iterator[Finding]:
    """Each wrong setting by name, never with its value."""
    for one in error.errors(include_input=False, include_context=False):
        name = f"TAPWORK_{'_'.join(map(str, one['loc'])).upper()}: " if one["loc"] else ""
        reason = one["msg"].removeprefix("Value error, ")
        yield problem("settings", f"{name}{reason}", "correct it in the environment or in .env, then ask again")
