"""The sandbox as one local server: a Telegram and a Slack for the bot, a page and an API for its people."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.faults import Faults
from sandbox.people_api import PeopleApi
from sandbox.slack.http import WebApiServer
from sandbox.slack.limits import SlackLimits
from sandbox.slack.people_api import SlackPeopleApi
from sandbox.slack.world import Workspace
from sandbox.telegram.http import MAX_BODY, BotApiServer, not_found
from sandbox.telegram.limits import Limits
from sandbox.telegram.methods import BotApi
from sandbox.telegram.webhook import WebhookSender
from sandbox.telegram.world import World


class Sandbox:
    """A local Telegram and a local Slack at `url` for one bot; port 0 takes a free one.

    Point the bot at `url` in place of https://api.telegram.org (its token is `token`), and at `slack_api_url` in place
    of https://slack.com/api/ (tokens and signing secret are `slack`'s); people open `url` in a browser. `guide` and
    `slack_guide` are what the page tells a visitor to do first. Raises `OSError` from `start` when the port is taken.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        token: str = "1000:sandbox-token",
        limits: Limits | None = None,
        slack_limits: SlackLimits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.host = host
        self.port = port
        self.token = token
        self.faults = Faults()
        self.limits = limits or Limits()
        self.world = World(token, clock=clock, faults=self.faults)
        self.guide: list[str] = []
        self.slack_guide: list[str] = []
        self.webhook = WebhookSender(self.world.updates, self.faults, clock)
        self._bot_api = BotApiServer(BotApi(self.world, self.limits, self.webhook), self.faults)
        self.slack = Workspace(clock=clock)
        self.slack_limits = slack_limits or SlackLimits()
        self._web_api = WebApiServer(self.slack, self.slack_limits)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Base URL with no slash at the end; method calls are `{url}/bot{token}/sendMessage`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def slack_api_url(self) -> str:
        """What slack_sdk calls `base_url`, with a slash at the end."""
        return f"{self.url}/api/"

    async def start(self) -> Self:
        """Listen. After `stop` it starts again at the same port with the same world, as after an outage."""
        self._bot_api.stopping.clear()
        self._web_api.stopping.clear()
        app = web.Application(client_max_size=MAX_BODY)
        app.add_routes(self._bot_api.routes())
        app.add_routes(self._web_api.routes())
        app.add_routes(SlackPeopleApi(self.slack, lambda: self.slack_guide).routes())
        feeds = self.world.feed, self.slack.feed
        app.add_routes(PeopleApi(self.world, feeds, lambda: self.guide).routes())
        app.router.add_route("*", "/{anything:.*}", not_found)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        try:
            site = web.TCPSite(self._runner, self.host, self.port)
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.port = self._runner.addresses[0][1]
        self.slack.base_url = self.url
        await self.webhook.start()
        await self.slack.delivery.start()
        return self

    async def stop(self) -> None:
        """Close every connection; the world stays as it is. Stopping twice does no harm."""
        self._bot_api.stopping.set()
        self._web_api.stopping.set()
        self.world.updates.close()
        self.world.feed.close()
        self.slack.feed.close()
        await self.webhook.stop()
        await self.slack.delivery.stop()
        await self.slack.hub.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
