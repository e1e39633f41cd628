"""Webhook mode: Telegram brings the updates; 200 means that they are in the database."""

import hashlib
import hmac

import orjson
import structlog
from aiohttp import web
from telegram import Bot

from handlers.telegram.inbound import ALLOWED
from handlers.telegram.intake import Intake

log = structlog.get_logger(__name__)

PATH = "/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


def secret(token: str) -> str:
    """What Telegram must send along; derived, so that it need not be configured, and tells nothing about the token."""
    return hmac.new(token.encode(), b"tapwork webhook", hashlib.sha256).hexdigest()


def routes(token: str, intake: Intake) -> list[web.RouteDef]:
    """The webhook's route for the service's HTTP server."""
    expected = secret(token).encode()

    async def receive(request: web.Request) -> web.Response:
        given = request.headers.get(HEADER, "").encode()
        if not hmac.compare_digest(given, expected):
            return web.Response(status=403, text="wrong secret")
        try:
            update = orjson.loads(await request.read())
            int(update["update_id"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return web.Response(status=400, text="not an update")
        await intake.settle(update)
        return web.Response()

    return [web.post(PATH, receive)]


async def register(bot: Bot, public_url: str, token: str) -> None:
    """Tell Telegram where to bring the updates."""
    url = public_url.rstrip("/") + PATH
    await bot.set_webhook(url, secret_token=secret(token), allowed_updates=ALLOWED, max_connections=40)
    log.info("webhook set", url=url)
