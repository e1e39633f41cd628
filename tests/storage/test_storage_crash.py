"""What was confirmed survives the sudden death of the process."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from storage.store import SqliteStore

async def trainer(store, name):
    for n in range(1_000_000):
        key = f"{name}-{n}"
        await store.write(lambda tx: tx.inbox.take("telegram", key, datetime.now(UTC)))
        print(key, flush=True)

async def main():
    async with SqliteStore(sys.argv[1]) as store:
        await asyncio.gather(*(trainer(store, name) for name in range(20)))

asyncio.run(main())
"""


@pytest.mark.parametrize("seed", range(3))
def test_kill_loses_nothing_confirmed(path: str, raw: Any, seed: int) -> None:
    """After kill -9 in the middle of writing, each write that was confirmed is there, and the file is whole."""
    confirmed: list[str] = []
    wanted = random.Random(seed).randint(50, 2000)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            confirmed.append(line.strip())
            if len(confirmed) == wanted:
                os.kill(process.pid, signal.SIGKILL)
                break
        # The last line may be cut short; all others were said in full.
        confirmed += process.stdout.read().split("\n")[:-1]
    assert process.returncode == -signal.SIGKILL
    assert len(confirmed) >= wanted
    stored = {key for (key,) in raw.execute("SELECT key FROM inbox")}
    assert set(confirmed) <= stored
    assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
