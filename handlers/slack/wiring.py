"""Puts the Slack rooms together and keeps them running."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.ports import Store
from handlers.courier import Courier
from handlers.pacing import Pacer
from handlers.presence import present
from handlers.slack.intake import Intake
from handlers.slack.sender import RATE, SlackChannel, allowances
from handlers.slack.sockets import listen
from handlers.slack.tokens import REFUSED, WrongToken, said

log = structlog.get_logger(__name__)

PATH = "/slack/events"
"""Where Slack brings events, taps and commands in HTTP mode."""

STAMP = "X-Slack-Request-Timestamp"

STOP_SECONDS = 3.0

CALL_SECONDS = 15.0


class NotConnected(Exception):
    """Something came before Slack has told us who we are."""


class SlackService:
    """One app in one workspace: its intake, its courier, and either sockets or an HTTP address."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        bot_token: str,
        api_url: str,
        *,
        app_token: str | None = None,
        signing_secret: str | None = None,
        rate: float = RATE,
    ) -> None:
        self._app_token = app_token
        # The libraries speak of every reconnection; what matters of it we say ourselves.
        self._logger = logging.getLogger("tapwork.slack")
        self._logger.setLevel(logging.ERROR)
        self._web = AsyncWebClient(bot_token, base_url=api_url, retry_handlers=[], logger=self._logger)
        self._app = AsyncApp(
            client=self._web,
            # Without it the library asks Slack who we are, and takes what comes for done where that fails.
            authorize=self._authorizing(),
            signing_secret=signing_secret or "",
            request_verification_enabled=app_token is None,
            process_before_response=True,
            logger=self._logger,
        )
        self._authorized: AuthorizeResult | None = None
        channel = SlackChannel(self._web)
        self.courier = Courier(store, channel, Pacer(rate, allowances(rate)), clock)
        self._intake = Intake(self._app, store, self.courier, channel, clock)

    def routes(self) -> list[web.RouteDef]:
        """What the HTTP server must serve for this app."""
        if self._app_token is not None:
            return []

        async def receive(request: web.Request) -> web.StreamResponse:
            if not re.fullmatch(r"[0-9]{1,12}", request.headers.get(STAMP, "")):
                return web.Response(status=401)  # the library takes it for a number without looking
            response = await self._app.async_dispatch(await to_bolt_request(request))
            return await to_aiohttp_response(response)

        return [web.post(PATH, receive)]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connected and at work; `WrongToken` when Slack refuses a token."""
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            self._web.session = session
            try:
                async with present(self._live):
                    yield
            finally:
                await self._intake.drain()
                await self.courier.drain(STOP_SECONDS)

    async def _live(self, greeted: asyncio.Event) -> None:
        await self._connect()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.courier.run())
            if self._app_token is None:
                greeted.set()
            else:
                group.create_task(listen(self._app, self._app_token, self._logger, greeted))

    async def _connect(self) -> None:
        """Say hello until Slack answers."""
        pause = 0.5
        while True:
            try:
                hello = await self._web.auth_test()
                self._authorized = AuthorizeResult.from_auth_test_response(
                    auth_test_response=hello, bot_token=self._web.token
                )
                log.info("connected to Slack", team=hello.get("team"), app=hello.get("user"))
                return
            except Exception as error:
                # Whatever comes in Slack's place: a proxy's page, half an answer, nothing at all.
                if (word := said(error)) in REFUSED:
                    raise WrongToken("TAPWORK_SLACK_BOT_TOKEN", word) from error
                log.warning("Slack not reached", call="auth.test", error=word, pause=pause)
            await asyncio.sleep(pause)
            pause = min(30.0, pause * 2)

    def _authorizing(self) -> Callable[[], Awaitable[AuthorizeResult]]:
        """For each thing that comes. Before Slack has answered us it fails, so that Slack sends it again."""

        # A function of its own: the library counts a method's `self` among what it has to give.
        async def authorize() -> AuthorizeResult:
            if self._authorized is None:
                raise NotConnected
            return self._authorized

        return authorize
