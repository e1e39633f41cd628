"""The whole service with its sandbox, for tests: started, stopped and started again on the same database."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr

from bot.app import service
from bot.services.exporting import export
from bot.services.importing import import_project
from bot.services.project_files import read_project
from bot.settings import Settings
from sandbox.server import Sandbox
from sandbox.telegram.limits import Limits
from storage.store import SqliteStore
from tests.support.phone import TelegramPhone, onboard


class Clock:
    """The time, which tests may move on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class House:
    """A sandbox, a service and a folder. The limits are ten times Telegram's, for the sake of speed."""

    def __init__(self, folder: Path, sandbox: Sandbox, **settings: Any) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.clock = Clock()
        self.settings = Settings(
            _env_file=None,
            database_url=f"sqlite:///{folder / 'tapwork.db'}",
            telegram_token=SecretStr(sandbox.token),
            telegram_api_url=sandbox.url,
            telegram_rate=900,
            **settings,
        )
        self._stack = AsyncExitStack()
        self.store: SqliteStore

    async def start(self) -> None:
        self._stack = AsyncExitStack()
        self.store = await self._stack.enter_async_context(service(self.settings, self.clock))

    async def stop(self) -> None:
        await self._stack.aclose()

    async def phone(self, name: str = "Ana", *fields: str, language: str = "en") -> TelegramPhone:
        """A phone whose owner is through the onboarding."""
        phone = TelegramPhone(self.sandbox.world, name, language)
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


@asynccontextmanager
async def house(folder: Path, **settings: Any) -> AsyncIterator[House]:
    """A house whose service runs."""
    limits = Limits(overall=1000, chat_burst=100, chat_per_second=100, group_per_minute=1000)
    async with Sandbox(limits=limits) as sandbox:
        built = House(folder, sandbox, **settings)
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
