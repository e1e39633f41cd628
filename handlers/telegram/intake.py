"""Takes updates: each is settled in the database before Telegram is told that it was taken."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from telegram import Update
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    MessageHandler,
    filters,
)

from bot.i18n import voice
from bot.ports import Store
from handlers.courier import Courier
from handlers.flows.entry import take
from handlers.flows.screens import Delivery
from handlers.settling import settle
from handlers.telegram.inbound import PLATFORM, arrival
from handlers.telegram.sender import TelegramChannel


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
        """Settle one update, as JSON; returns when Telegram may forget it."""
        key = f"{self._application.bot.id}:{raw.get('update_id')}"
        await settle(self._store, PLATFORM, key, lambda: self._process(raw), self._clock)

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
