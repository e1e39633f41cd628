"""Socket Mode over two connections, of which one hears while the other is renewed, and a watchdog over both."""

import asyncio
import logging
from contextlib import suppress
from time import monotonic

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from handlers.slack.tokens import REFUSED, WrongToken, said

log = structlog.get_logger(__name__)

CONNECTIONS = 2

PING = 5.0
"""Seconds between pings; the library takes a connection for dead after four without an answer."""

DEAF = 30.0
"""Seconds without a sign of life after which a connection is given up, library and all."""

WATCH = 2.0


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
        except Exception as error:
            # Whatever comes in Slack's place: a proxy's page, half an answer, nothing at all.
            if (word := said(error)) in REFUSED:
                raise WrongToken("TAPWORK_SLACK_APP_TOKEN", word) from error
            log.warning("Slack gives no connection", connection=number, error=word)
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
