"""`tapwork demo`: the whole product on one machine, for people to try or (`--script`) for scripted people to prove."""

import asyncio
import random
import signal
import sys
import webbrowser
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.resources import as_file, files
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import orjson
import typer
import yaml
from pydantic import SecretStr
from rich.console import Console

from bot.app import service, utc_now
from bot.cli.logs import configure
from bot.cli.output import count_progress, refusals, refuse
from bot.cli.proof import Seen, compare, phrase
from bot.i18n import voice
from bot.services.importing import import_project
from bot.services.project_files import read_project
from bot.services.projects import overview
from bot.settings import Settings
from sandbox.people import Phrases, ScriptedPerson
from sandbox.server import Sandbox
from sandbox.slack.device import SlackDevice
from sandbox.telegram.device import TelegramDevice
from storage.store import SqliteStore

SAMPLES = ("medicine", "finance", "general")

VISITORS = (("Ana", "en"), ("Diego", "es"), ("Amira", "ar"))
"""People who are on the page from the start, with Telegram; and (`COLLEAGUES`) those with Slack."""

COLLEAGUES = (
    ("Grace", "en-US", "America/New_York"),
    ("Lucía", "es-ES", "Europe/Madrid"),
    ("ليلى", "ar", "Asia/Riyadh"),
)

SCRIPTED = ("Ada", "Ben", "Chloe", "Dan", "Eve", "Finn")

SCRIPT_SECONDS = 240.0


def demo(
    port: Annotated[int, typer.Option(help="Port of the page; 0 takes a free one.", min=0, max=65535)] = 8765,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,
    script: Annotated[
        bool, typer.Option("--script", help="No page: scripted people answer everything; the last line is JSON.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Of the scripted people's choices.", show_default="random")] = None,
) -> None:
    """Try everything on this machine: a sandbox of Telegram and Slack, the service, and three sample projects."""
    configure("console", quiet=True)
    with refusals():
        try:
            if script:
                raise typer.Exit(asyncio.run(_script(random.randrange(10**9) if seed is None else seed)))
            asyncio.run(_show(port, open_page=not no_browser))
        except OSError as error:
            refuse(f"tapwork: port {port}: {error.strerror}; choose another with --port")


def manifest() -> dict[str, Any]:
    """The manifest from which the Slack app is installed, here and in a real workspace."""
    found: dict[str, Any] = yaml.safe_load((files("handlers.slack") / "manifest.yaml").read_text("utf-8"))
    return found


@asynccontextmanager
async def stage(port: int) -> AsyncIterator[tuple[Sandbox, SqliteStore]]:
    """Sandbox and service with the sample projects, on a database that is thrown away."""
    with TemporaryDirectory(prefix="tapwork-demo-") as folder:
        async with Sandbox(port=port) as sandbox:
            sandbox.slack.install(manifest())
            settings = Settings(
                _env_file=None,  # type: ignore[call-arg]
                database_url=f"sqlite:///{folder}/demo.db",
                telegram_token=SecretStr(sandbox.token),
                telegram_api_url=sandbox.url,
                slack_bot_token=SecretStr(sandbox.slack.bot_token),
                slack_app_token=SecretStr(sandbox.slack.app_token),
                slack_signing_secret=None,
                slack_api_url=sandbox.slack_api_url,
                public_url=None,
                http_port=None,
            )
            async with service(settings) as store:
                await import_samples(store)
                yield sandbox, store


async def import_samples(store: SqliteStore) -> None:
    """Import the shipped projects."""
    with as_file(files("sandbox") / "samples") as folder:
        for name in SAMPLES:
            spec = read_project(folder / f"{name}.toml")
            tasks = folder / f"{name}.jsonl"
            await import_project(store, utc_now, spec, tasks, update=False, advance=lambda _: None)


async def _show(port: int, *, open_page: bool) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with stage(port) as (sandbox, _):
        people = [sandbox.world.add_person(name, language_code=language) for name, language in VISITORS]
        colleagues = [sandbox.slack.add_person(name, locale=language, tz=zone) for name, language, zone in COLLEAGUES]
        sandbox.guide = [
            "Choose a person on the left: you are holding their phone, or sitting at their Slack.",
            "On Telegram press Start; in Slack open the app. Agree, and take what is suggested: five taps.",
            "A task arrives. Answer, then Submit. Try Back, Skip, Change, and typing instead of tapping.",
            "Try /me, /why and /settings; in Slack /tapwork me, the Home tab, and Report on a message.",
            "Be one person on both: /link on one side gives a code for the other.",
            "Be Diego, Lucía, Amira or ليلى to see it in Spanish or Arabic.",
            "Open Faults and break a platform while you work: no answer gets lost.",
        ]
        page = f"{sandbox.url}/sandbox/#/slack/{colleagues[0].id}/person/{people[0].id}"
        Console(highlight=False).print(
            f"\n[bold]Tapwork is running.[/bold] Open the page and be a trainer:\n\n    {page}\n\n"
            "1. Press [bold]Start[/bold] on the phone, or say hello to Tapwork in Slack, and take what is suggested.\n"
            "2. Answer a task, and Submit.\n"
            "3. Be somebody else: pick another person on the left, or add one.\n\n"
            "Nothing leaves this machine. Ctrl-C ends it and throws the data away.\n"
        )
        if open_page:
            with suppress(webbrowser.Error):
                webbrowser.open(page)
        await stop.wait()


async def _script(seed: int) -> int:
    """Let scripted people answer everything, and compare what they tapped with what is stored and exported."""
    sys.stderr.write(f"seed {seed}\n")
    chance = random.Random(seed)
    async with stage(0) as (sandbox, store):
        people = scripted(sandbox, SCRIPTED, chance)
        finished = await _live(people, store)
        proof = await store.read(compare, confirmed(people))
    for line in proof.differences:
        sys.stderr.write(line + "\n")
    if not finished:
        sys.stderr.write(f"not everything was answered within {SCRIPT_SECONDS:.0f} s\n")
    sys.stdout.write(orjson.dumps(proof.summary(platforms(people))).decode() + "\n")
    return 0 if finished and proof.holds else 1


def scripted(sandbox: Sandbox, names: Sequence[str], chance: random.Random) -> list[ScriptedPerson]:
    """People with scripts, by turns on Telegram and on Slack."""
    devices = [
        SlackDevice(sandbox.slack, name) if n % 2 else TelegramDevice(sandbox.world, name)
        for n, name in enumerate(names)
    ]
    return [ScriptedPerson(device, phrases(), random.Random(chance.random())) for device in devices]


def phrases() -> Phrases:
    """What scripted people know of the buttons."""
    return Phrases(**{name: voice("en").say(text) for name, text in phrase().items()})


def platforms(people: Sequence[ScriptedPerson]) -> Counter[str]:
    """How many people there are on each platform."""
    return Counter(person.device.platform for person in people)


def confirmed(people: list[ScriptedPerson]) -> list[Seen]:
    """Every answer that was confirmed to one of them."""
    forms = {id(form): (person.device, form) for person in people for form in person.forms.values()}
    return [
        Seen(device.platform, device.user, form.seen, form.answers) for device, form in forms.values() if form.submitted
    ]


async def _live(people: list[ScriptedPerson], store: SqliteStore) -> bool:
    """Let them work until every task has its answers; False when that takes too long."""
    done = asyncio.Event()
    tasks = [asyncio.create_task(person.live(done.is_set)) for person in people]
    try:
        async with asyncio.timeout(SCRIPT_SECONDS):
            with count_progress("Answering") as advance:
                while not done.is_set():
                    progress = [one for _, one in await store.read(overview)]
                    advance(sum(one.answers for one in progress), sum(one.wanted for one in progress))
                    settled = all(one.done == one.tasks for one in progress) and all(person.idle for person in people)
                    if settled:
                        done.set()
                    for task in tasks:
                        if task.done():
                            task.result()
                    await asyncio.sleep(0.2)
        return True
    except TimeoutError:
        return False
    finally:
        done.set()
        await asyncio.gather(*tasks)
