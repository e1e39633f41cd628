"""The composition root: builds the service out of its parts, and runs it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import structlog
from aiohttp import web
from pydantic import SecretStr

from bot.domain.errors import TapworkError
from bot.jobs.sweeps import sweeping
from bot.settings import Settings
from handlers.slack.wiring import SlackService
from handlers.telegram.wiring import TelegramService
from storage.schema import migrate
from storage.sqlite import ServiceLock
from storage.store import SqliteStore

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]


class NoPlatform(TapworkError):
    """A chat platform cannot be served: a token is not set."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[SqliteStore]:
    """The settings' database, brought up to date."""
    migrate(settings.database_path)
    async with SqliteStore(settings.database_path) as store:
        yield store


@asynccontextmanager
async def service(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[SqliteStore]:
    """The whole service, at work while the block runs."""
    if settings.telegram_token is None and settings.slack_bot_token is None:
        lacking = settings.lacks or "set TAPWORK_TELEGRAM_TOKEN or TAPWORK_SLACK_BOT_TOKEN"
        raise NoPlatform(f"no platform is set up: {lacking}")
    if settings.lacks:
        raise NoPlatform(f"Slack is not set up: {settings.lacks}")
    lock = ServiceLock(settings.database_path)
    lock.acquire()
    async with AsyncExitStack() as stack:
        stack.callback(lock.release)
        store = await stack.enter_async_context(open_store(settings))
        platforms = list(_platforms(settings, store, clock))
        for platform in platforms:
            store.on_owed(platform.courier.owed)
        for platform in platforms:
            await stack.enter_async_context(platform.running())
        if settings.serves_http:  # the last to come and the first to go: what it takes must find them at work
            routes = [route for platform in platforms for route in platform.routes()]
            await stack.enter_async_context(_http(settings, routes))
        await stack.enter_async_context(sweeping(store, clock))
        yield store


def _platforms(settings: Settings, store: SqliteStore, clock: Clock) -> Iterator[TelegramService | SlackService]:
    """The platforms that there are tokens for."""
    if settings.telegram_token is not None:
        yield TelegramService(
            store,
            clock,
            settings.telegram_token.get_secret_value(),
            settings.telegram_api_url,
            public_url=settings.public_url,
            rate=settings.telegram_rate,
        )
    if settings.slack_bot_token is not None:
        yield SlackService(
            store,
            clock,
            settings.slack_bot_token.get_secret_value(),
            settings.slack_api_url,
            app_token=_secret(settings.slack_app_token),
            signing_secret=_secret(settings.slack_signing_secret),
            rate=settings.slack_rate,
        )


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value is not None else None


async def run(settings: Settings) -> None:
    """Run the service until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with service(settings):
        log.info("at work", database=settings.database_path)
        await stop.wait()
        log.info("stopping")


@asynccontextmanager
async def _http(settings: Settings, routes: list[web.RouteDef]) -> AsyncIterator[None]:
    """The HTTP server: webhooks, and a sign of life."""

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    application = web.Application(client_max_size=4 * 1024 * 1024)
    application.add_routes([web.get("/healthz", healthz), *routes])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, settings.http_host, 8080 if settings.http_port is None else settings.http_port)
    await site.start()
    try:
        yield
    finally:
        await runner.cleanup()
