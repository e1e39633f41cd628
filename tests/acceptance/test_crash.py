"""The service is killed while people tap. `TAPWORK_CRASHES` says how often; `make crash` does it 100 times."""

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

from bot.cli.demo import confirmed, platforms, scripted
from bot.cli.proof import compare
from sandbox.server import Sandbox
from sandbox.slack.limits import SlackLimits
from sandbox.telegram.limits import Limits
from storage import sqlite
from tests.support.house import COMPARISON, FACT_CHECK, RATING, House, ratings

CRASHES = int(os.environ.get("TAPWORK_CRASHES", "5"))
PEOPLE = ("Ada", "Ben", "Chloe", "Dan")
SEED = int(os.environ.get("TAPWORK_SEED", "20261122"))


async def _run_service(home: House, seconds: float, how: signal.Signals) -> None:
    """Let the service run as a process of its own for so long, and end it in that way."""
    environment = {
        **os.environ,
        "TAPWORK_TELEGRAM_TOKEN": home.sandbox.token,
        "TAPWORK_TELEGRAM_API_URL": home.sandbox.url,
        "TAPWORK_DATABASE_URL": home.settings.database_url,
        "TAPWORK_TELEGRAM_RATE": "200",
        "TAPWORK_SLACK_BOT_TOKEN": home.sandbox.slack.bot_token,
        "TAPWORK_SLACK_APP_TOKEN": home.sandbox.slack.app_token,
        "TAPWORK_SLACK_API_URL": home.sandbox.slack_api_url,
        "TAPWORK_SLACK_RATE": "200",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run",
        cwd=home.folder, env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await asyncio.sleep(seconds)
    assert process.returncode is None, "the service ended by itself"
    process.send_signal(how)
    assert await asyncio.wait_for(process.wait(), 10) == (-how if how is signal.SIGKILL else 0)


async def test_killed_at_any_point_it_loses_nothing(tmp_path: Path) -> None:
    """However often the service is killed, each confirmed answer is stored once, as given, and the file is sound."""
    chance = random.Random(SEED)
    limits = Limits(overall=300, chat_burst=30, chat_per_second=10)
    async with Sandbox(limits=limits, slack_limits=SlackLimits(scale=50)) as sandbox:
        home = House(tmp_path, sandbox)
        await home.start()
        many = "answers_per_task = 4\n"
        await home.project(RATING + many, *ratings(40 * CRASHES))
        await home.project(
            COMPARISON + many,
            *({"id": f"c{n}", "prompt": f"P{n}?", "responses": [f"One {n}", f"Two {n}"]} for n in range(20 * CRASHES)),
        )
        await home.project(FACT_CHECK + many, *({"id": f"f{n}", "claim": f"Claim {n}"} for n in range(20 * CRASHES)))
        await home.stop()
        over = asyncio.Event()
        people = scripted(sandbox, PEOPLE, chance)
        lives = [asyncio.create_task(person.live(over.is_set)) for person in people]
        for _ in range(CRASHES):
            await _run_service(home, chance.uniform(0.3, 3.0), signal.SIGKILL)
        last = asyncio.create_task(_run_service(home, 9, signal.SIGTERM))
        await asyncio.sleep(4)
        over.set()
        await asyncio.gather(*lives)
        await last
        for person in people:
            person.look()  # what was under way when they stopped may have been confirmed since
        await home.start()
        proof = await home.store.read(compare, confirmed(people))
        await home.stop()
    connection = sqlite.connect(str(tmp_path / "tapwork.db"), read_only=True)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    sys.stderr.write("\n".join([f"\n{CRASHES} kills, {proof.summary(platforms(people))}", *proof.differences, ""]))
    assert proof.holds, "\n".join(proof.differences)
    assert proof.answers >= CRASHES, "people hardly got to work"
