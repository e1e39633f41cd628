"""Socket Mode over two connections, of which one hears while the other is renewed, and a watchdog over both."""

import asyncio
import logging
from contextlib import suppress
from time import monotonic

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.domain.errors import TapworkError

log = structlog.get_logger(__name__)

CONNECTIONS = 2

PING = 5.0
"""Seconds between pings; the library takes a connection for dead after four without an answer."""

DEAF = 30.0
"""Seconds without a sign of life after which a connection is given up, library and all."""

WATCH = 2.0

REFUSED = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type"}
"""What Slack says to a token that will not get better by trying again."""


class WrongToken(TapworkError):
    """Slack does not know a token."""

    def __init__(self, setting: str, said: object) -> None:
        super().__init__(f"Slack does not accept this token ({said}); check {setting}")


async def listen(app: AsyncApp, app_token: str, logger: logging.Logger, heard: asyncio.Event) -> None:
    """Hear what Slack says until cancelled; `heard` is set as soon as something can be."""
    async with asyncio.TaskGroup() as group:
        for number in range(CONNECTIONS):
            group.create_task(_keep_listening(app, app_token, logger, number, heard))


async def _keep_listening(
    app: AsyncApp, app_token: str, logger: logging.Logger, number: int, heard: asyncio.Event
) -> None:
    """One connection; where the library does not get it going again, a new one takes its place."""
    pause = 0.5
    while True:
        handler = AsyncSocketModeHandler(app, app_token, logger=logger, ping_interval=PING)
        try:
            async with asyncio.timeout(DEAF):
                await handler.client.connect_to_new_endpoint(force=True)
            log.info("listening to Slack", connection=number)
            heard.set()
            pause = 0.5
            await _until_deaf(handler.client)
            log.warning("connection to Slack is deaf; opening another", connection=number)
        except SlackApiError as error:
            if (said := error.response.get("error")) in REFUSED:
                raise WrongToken("TAPWORK_SLACK_APP_TOKEN", said) from error
            log.warning("Slack gives no connection", connection=number, error=said)
        except (OSError, TimeoutError) as error:
            log.warning("Slack not reached", connection=number, error=type(error).__name__)
        finally:
            with suppress(Exception):  # it is given up, whatever state it is in
                await handler.client.close()  # type: ignore[no-untyped-call]
        await asyncio.sleep(pause)
        pause = min(30.0, pause * 2)


async def _until_deaf(client: SocketModeClient) -> None:
    """Wait until nothing has come over the connection for too long, not even the answer to a ping."""
    heard, last = monotonic(), client.last_ping_pong_time
    while monotonic() - heard < DEAF:
        await asyncio.sleep(WATCH)
        if client.last_ping_pong_time != last and await client.is_connected():
            heard, last = monotonic(), client.last_ping_pong_time
