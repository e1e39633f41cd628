"""The whole service with its sandbox, for tests: started, stopped and started again on the same database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr

from bot.app import service
from bot.cli.demo import manifest
from bot.services.exporting import export
from bot.services.importing import import_project
from bot.services.project_files import read_project
from bot.settings import Settings
from sandbox.faults import Faults
from sandbox.server import Sandbox
from sandbox.slack.device import SlackDevice
from sandbox.slack.limits import SlackLimits
from sandbox.telegram.device import TelegramDevice
from sandbox.telegram.limits import Limits
from storage.store import SqliteStore
from tests.support.phone import Phone, onboard


class Clock:
    """The time, which tests may move on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


LOCALES = {"en": "en-US", "es": "es-ES", "ar": "ar"}
"""Slack's names of what Telegram calls a language."""


class House:
    """A sandbox, a service and a folder. The limits are many times the platforms', for the sake of speed.

    `platforms` are those that the service is connected to; phones are of the first.
    """

    def __init__(
        self, folder: Path, sandbox: Sandbox, platforms: Sequence[str] = ("telegram",), **settings: Any
    ) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.platform = platforms[0]
        self.clock = Clock()
        self.settings = Settings(
            _env_file=None,
            **{
                "database_url": f"sqlite:///{folder / 'tapwork.db'}",
                **(_telegram(sandbox) if "telegram" in platforms else {}),
                **(_slack(sandbox) if "slack" in platforms else {}),
                **settings,
            },
        )
        self._stack = AsyncExitStack()
        self.store: SqliteStore

    async def start(self) -> None:
        self._stack = AsyncExitStack()
        self.store = await self._stack.enter_async_context(service(self.settings, self.clock))

    async def stop(self) -> None:
        await self._stack.aclose()

    @property
    def faults(self) -> Faults:
        """Those of the platform."""
        return self.sandbox.slack.faults if self.platform == "slack" else self.sandbox.faults

    def new_phone(self, name: str = "Ana", language: str = "en", platform: str | None = None) -> Phone:
        """A phone whose owner has not been here yet."""
        if (platform or self.platform) == "slack":
            return Phone(SlackDevice(self.sandbox.slack, name, LOCALES[language]))
        return Phone(TelegramDevice(self.sandbox.world, name, language))

    async def phone(self, name: str = "Ana", *fields: str, platform: str | None = None) -> Phone:
        """A phone whose owner is through the onboarding."""
        phone = self.new_phone(name, platform=platform)
        await onboard(phone, *fields)
        return phone

    async def project(self, toml: str, *tasks: dict[str, Any]) -> str:
        """Import a project; its slug."""
        file, lines = self.folder / "project.toml", self.folder / "tasks.jsonl"
        file.write_text(toml, encoding="utf-8")
        lines.write_bytes(b"".join(orjson.dumps(task) + b"\n" for task in tasks))
        spec = read_project(file)
        await import_project(self.store, self.clock, spec, lines, update=False, advance=lambda _: None)
        return spec.slug

    async def export(self, slug: str, form: str = "answers") -> list[dict[str, Any]]:
        lines: list[bytes] = []
        await self.store.read(export, slug, form, lines.append, lambda done, total: None)
        return [orjson.loads(line) for line in lines]


def _telegram(sandbox: Sandbox) -> dict[str, Any]:
    return {"telegram_token": SecretStr(sandbox.token), "telegram_api_url": sandbox.url, "telegram_rate": 900}


def _slack(sandbox: Sandbox) -> dict[str, Any]:
    return {
        "slack_bot_token": SecretStr(sandbox.slack.bot_token),
        "slack_app_token": SecretStr(sandbox.slack.app_token),
        "slack_api_url": sandbox.slack_api_url,
        "slack_rate": 900,
    }


@asynccontextmanager
async def house(folder: Path, platforms: Sequence[str] = ("telegram",), **settings: Any) -> AsyncIterator[House]:
    """A house whose service runs."""
    limits = Limits(overall=1000, chat_burst=100, chat_per_second=100, group_per_minute=1000)
    async with Sandbox(limits=limits, slack_limits=SlackLimits(scale=100)) as sandbox:
        sandbox.slack.install(manifest())
        built = House(folder, sandbox, platforms, **settings)
        await built.start()
        try:
            yield built
        finally:
            await built.stop()


RATING = """
slug = "ratings"
title = "Ratings"
instructions = "Rate it."
kind = "rating"
locale = "en"
pay = "0.40 USD"
"""

COMPARISON = """
slug = "comparisons"
title = "Comparisons"
instructions = "Compare them."
kind = "comparison"
locale = "en"
"""

FACT_CHECK = """
slug = "claims"
title = "Claims"
instructions = "Check it."
kind = "fact_check"
locale = "en"
"""


def ratings(count: int) -> list[dict[str, Any]]:
    """Tasks of the rating kind."""
    return [{"id": f"r{n}", "prompt": f"Prompt {n}?", "response": f"Response {n}."} for n in range(1, count + 1)]
