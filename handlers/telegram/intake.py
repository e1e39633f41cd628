"""Takes updates: each is settled in the database before Telegram is told that it was taken."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from telegram import Update
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    MessageHandler,
    filters,
)

from bot.domain.errors import StorageError
from bot.i18n import voice
from bot.ports import Store
from handlers.courier import Courier
from handlers.flows.entry import take
from handlers.flows.screens import Delivery
from handlers.telegram.inbound import PLATFORM, arrival
from handlers.telegram.sender import TelegramChannel

log = structlog.get_logger(__name__)

TRIES = 3
"""Times that an update is tried which the program cannot handle."""

DATABASE_PAUSE = 0.5
"""Seconds before the next try while the database fails; the update waits with Telegram meanwhile."""


class Intake:
    """Settles updates one by one; python-telegram-bot's handlers say which of them concern us."""

    def __init__(
        self,
        application: "Application[Any, Any, Any, Any, Any, Any]",
        store: Store,
        courier: Courier,
        channel: TelegramChannel,
        clock: Callable[[], datetime],
    ) -> None:
        self._application = application
        self._store = store
        self._courier = courier
        self._channel = channel
        self._clock = clock
        self._failures: dict[int, Exception] = {}
        self._acknowledging: set[asyncio.Task[None]] = set()
        private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
        application.add_handlers(
            [
                CallbackQueryHandler(self._handle),
                MessageHandler(private, self._handle),
                ChatMemberHandler(self._handle, ChatMemberHandler.MY_CHAT_MEMBER),
            ]
        )

    async def settle(self, raw: dict[str, Any]) -> None:
        """Settle one update, as JSON; returns when Telegram may forget it.

        While the database fails it is tried again and again; an update that the program itself cannot handle is set
        aside after some tries, for the operator to see, so that it does not hold up the others.
        """
        tries, error_text = 0, ""
        while True:
            try:
                if tries >= TRIES:
                    key = f"{self._application.bot.id}:{raw.get('update_id')}"
                    await self._store.write(_set_aside, key, error_text, self._clock())
                else:
                    await self._process(raw)
                return
            except StorageError as error:
                log.warning("update waits for the database", error=str(error))
                await asyncio.sleep(DATABASE_PAUSE)
            except Exception as error:
                tries, error_text = tries + 1, repr(error)
                log.exception("update cannot be handled", update_id=raw.get("update_id"), tries=tries)

    async def _process(self, raw: dict[str, Any]) -> None:
        update = Update.de_json(raw, self._application.bot)
        await self._application.process_update(update)
        # The library logs what its handlers raise and goes on; whoever delivers the update must hear of it.
        if (failure := self._failures.pop(update.update_id, None)) is not None:
            raise failure

    async def _handle(self, update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        try:
            came = arrival(update, self._application.bot.id)
            delivery = await self._store.write(take, came, self._clock()) if came else None
        except Exception as error:
            self._failures[update.update_id] = error
            return
        if delivery is not None:
            self._answer(update, delivery)

    def _answer(self, update: Update, delivery: Delivery) -> None:
        if (query := update.callback_query) is not None:
            said = voice(delivery.locale, delivery.time_zone)
            reply = delivery.reply
            task = asyncio.create_task(self._channel.acknowledge(query.id, reply.notice, said, alarm=reply.alarm))
            self._acknowledging.add(task)
            task.add_done_callback(self._acknowledging.discard)
        self._courier.reply(delivery)


def _set_aside(tx: Any, key: str, error: str, now: datetime) -> None:
    tx.inbox.set_aside(PLATFORM, key, error, now)
