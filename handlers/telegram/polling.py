"""Our own poll loop: the offset moves on only when what came before it is in the database."""

import asyncio
import random
import warnings
from typing import Any

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.warnings import PTBUserWarning

from handlers.telegram.inbound import ALLOWED
from handlers.telegram.intake import Intake
from handlers.telegram.sender import wait_of

log = structlog.get_logger(__name__)

# It recommends Bot.get_updates, which parses all updates or none; we want them one by one.
warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates'", category=PTBUserWarning)

LONG_POLL = 25
"""Seconds that Telegram holds the line while there is nothing new."""

CONFLICT_PAUSE = 5.0


async def poll(bot: Bot, intake: Intake) -> None:
    """Take updates until cancelled."""
    offset: int | None = None
    failures = 0
    while True:
        try:
            updates = await _get_updates(bot, offset)
            failures = 0
        except InvalidToken:
            raise
        except TelegramError as error:
            failures += 1
            pause = _pause(error, failures)
            log.warning("updates not to be had", error=str(error), pause=round(pause, 1))
            await asyncio.sleep(pause)
            continue
        # A confirmed offset is not sent again: after a quiet week Telegram may start anew with lower ids.
        offset = None
        if updates:
            await asyncio.gather(*(intake.settle(update) for update in updates))
            offset = max(int(update["update_id"]) for update in updates) + 1


async def _get_updates(bot: Bot, offset: int | None) -> list[dict[str, Any]]:
    """The updates as JSON: one that the library cannot read must not take the others with it."""
    wanted: dict[str, Any] = {"timeout": LONG_POLL, "allowed_updates": ALLOWED, "limit": 100}
    if offset is not None:
        wanted["offset"] = offset
    updates: list[dict[str, Any]] = await bot.do_api_request(
        "getUpdates", api_kwargs=wanted, read_timeout=LONG_POLL + 10.0
    )
    return updates


def _pause(error: TelegramError, failures: int) -> float:
    if isinstance(error, RetryAfter):
        return wait_of(error)
    if isinstance(error, Conflict):
        log.error("another program takes this bot's updates; only one may run")
        return CONFLICT_PAUSE
    return float(min(15.0, 0.25 * 2 ** min(failures, 8)) * random.uniform(0.75, 1.25))
