"""Puts the Telegram rooms together and keeps them running."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder

from bot.domain.errors import TapworkError
from bot.ports import Store
from handlers.courier import Courier
from handlers.pacing import Pacer
from handlers.presence import present
from handlers.telegram import webhook
from handlers.telegram.intake import Intake
from handlers.telegram.menu import register_menu
from handlers.telegram.polling import poll
from handlers.telegram.request import AiohttpRequest
from handlers.telegram.sender import RATE, TelegramChannel, allowances, wait_of

log = structlog.get_logger(__name__)

STOP_SECONDS = 3.0


class WrongToken(TapworkError):
    """Telegram does not know this bot token."""


class TelegramService:
    """One bot: its intake, its courier, and either the poll loop or a webhook."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        token: str,
        api_url: str,
        *,
        public_url: str | None = None,
        rate: float = RATE,
    ) -> None:
        self._token = token
        self._public_url = public_url
        self._requests = (AiohttpRequest(), AiohttpRequest())
        self._application: Application[Any, Any, Any, Any, Any, Any] = (
            ApplicationBuilder()
            .token(token)
            .base_url(f"{api_url.rstrip('/')}/bot")
            .base_file_url(f"{api_url.rstrip('/')}/file/bot")
            .request(self._requests[0])
            .get_updates_request(self._requests[1])
            .updater(None)
            .build()
        )
        channel = TelegramChannel(self.bot)
        self.courier = Courier(store, channel, Pacer(rate, allowances(rate)), clock)
        self._intake = Intake(self._application, store, self.courier, channel, clock)

    @property
    def bot(self) -> Bot:
        bot: Bot = self._application.bot
        return bot

    def routes(self) -> list[web.RouteDef]:
        """What the HTTP server must serve for this bot."""
        return webhook.routes(self._token, self._intake) if self._public_url else []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connected and at work; `WrongToken` when Telegram refuses the token."""
        try:
            async with present(self._live):
                yield
        finally:
            await self.courier.drain(STOP_SECONDS)
            await self._application.shutdown()
            # The library leaves them open when it never got as far as being connected.
            for request in self._requests:
                await request.shutdown()

    async def _live(self, greeted: asyncio.Event) -> None:
        await self._connect()
        greeted.set()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.courier.run())
            group.create_task(_persistently("menu", lambda: register_menu(self.bot)))
            if self._public_url is None:
                group.create_task(self._poll())
            else:
                url = self._public_url
                group.create_task(_persistently("webhook", lambda: webhook.register(self.bot, url, self._token)))

    async def _connect(self) -> None:
        """Say hello until Telegram answers."""
        try:
            await _persistently("getMe", self._application.initialize)
        except InvalidToken as error:
            raise WrongToken("Telegram does not accept this token; check TAPWORK_TELEGRAM_TOKEN") from error
        log.info("connected to Telegram", bot=self.bot.username)

    async def _poll(self) -> None:
        # A webhook left over from another way of running would keep the updates from us.
        await _persistently("deleteWebhook", self.bot.delete_webhook)
        await poll(self.bot, self._intake)


async def _persistently(what: str, call: Callable[[], Any]) -> None:
    """Do it again until it works, with a growing pause."""
    pause = 0.5
    while True:
        try:
            await call()
            return
        except InvalidToken:
            raise
        except RetryAfter as error:
            pause = wait_of(error)
        except BadRequest as error:  # a kind of NetworkError to the library, but no reason to try again
            log.error("Telegram refuses", call=what, error=str(error))
            return
        except NetworkError as error:
            log.warning("Telegram not reached", call=what, error=str(error), pause=pause)
        except TelegramError as error:
            log.error("Telegram refuses", call=what, error=str(error))
            return
        await asyncio.sleep(pause)
        pause = min(30.0, pause * 2)
