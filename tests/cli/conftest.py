"""A database of its own for each test, and the commands as people call them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli.main import app
from tests.support.fixtures import path, raw, store, tx

__all__ = ["path", "raw", "store", "tapwork", "tx"]

Tapwork = Callable[..., Result]


@pytest.fixture
def tapwork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tapwork:
    """Call a command with these settings, without any of the machine's."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str, **settings: Any) -> Result:
        environment = {f"TAPWORK_{name.upper()}": str(value) for name, value in settings.items()}
        return CliRunner().invoke(app, words, env=environment)

    for name in ("TELEGRAM_TOKEN", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DATABASE_URL"):
        monkeypatch.delenv(f"TAPWORK_{name}", raising=False)
    return call
