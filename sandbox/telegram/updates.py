"""Updates that wait for the bot: kept until confirmed or too old, handed out by long polling."""

import asyncio
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice, takewhile

from sandbox.errors import ConnectionLost, Json
from sandbox.faults import Faults
from sandbox.telegram.errors import bad_request, conflict

# Every kind of update that Telegram knows; the sandbox makes some of them.
KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "guest_message",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "managed_bot",
    }
)
DAY = 24 * 3600.0


@dataclass(slots=True, eq=False)
class Pending:
    """One update in waiting. `lane` is its chat's id; `expires_at` is in seconds by the world's clock."""

    update_id: int
    body: Json
    lane: int
    expires_at: float
    done: bool = False


class UpdateQueue:
    """All pending updates in order. Ids rise by one from a random start."""

    def __init__(self, clock: Callable[[], float], faults: Faults) -> None:
        self.allowed: list[str] = []
        self.webhook_active = False
        self.on_add: Callable[[int], None] | None = None
        self._clock = clock
        self._faults = faults
        self._next_id = random.randrange(10_000_000, 900_000_000)
        self._first_expiry = math.inf
        self._pending: dict[int, Pending] = {}
        self._lanes: dict[int, deque[Pending]] = {}
        self._poller: asyncio.Future[str] | None = None
        faults.on_down.append(lambda: self._wake("down"))

    def allow(self, kinds: list[str]) -> None:
        """Queue only these kinds from now on, all if the list is empty; raises `ApiError` 400 for an unknown kind."""
        unknown = sorted(set(kinds) - KINDS)
        if unknown:
            raise bad_request(f"unknown kind of update in allowed_updates: {', '.join(unknown)}")
        self.allowed = kinds

    def add(self, kind: str, payload: Json, lane: int, lifetime: float = DAY) -> None:
        """Queue an update of `kind` for `lifetime` seconds, unless the bot did not ask for that kind."""
        if self.allowed and kind not in self.allowed:
            return
        update_id = self._next_id
        self._next_id += 1
        body = {"update_id": update_id, kind: payload}
        pending = Pending(update_id, body, lane, self._clock() + lifetime)
        self._pending[update_id] = pending
        self._first_expiry = min(self._first_expiry, pending.expires_at)
        self._lanes.setdefault(lane, deque()).append(pending)
        self._wake("news")
        if self.on_add is not None:
            self.on_add(lane)

    def settle(self, pending: Pending) -> None:
        """The update was delivered, or nobody will ever want it: forget it."""
        pending.done = True
        self._pending.pop(pending.update_id, None)
        lane = self._lanes.get(pending.lane)
        while lane and lane[0].done:
            lane.popleft()
        if not lane:
            self._lanes.pop(pending.lane, None)

    def waiting(self) -> list[Pending]:
        """Every update that is still owed, oldest first."""
        self._expire()
        return list(self._pending.values())

    def _expire(self) -> None:
        now = self._clock()
        # A bot that fell behind has thousands waiting: look at all of them only when one of them has run out.
        if now < self._first_expiry:
            return
        for pending in [entry for entry in self._pending.values() if entry.expires_at <= now]:
            self.settle(pending)
        self._first_expiry = min((entry.expires_at for entry in self._pending.values()), default=math.inf)

    def lanes(self) -> list[int]:
        """Chats that have something pending."""
        self._expire()
        return list(self._lanes)

    def next_in(self, lane: int) -> Pending | None:
        """The update to deliver next to this chat's reader, for the webhook."""
        now = self._clock()
        while entries := self._lanes.get(lane):
            if entries[0].expires_at > now:
                break
            self.settle(entries[0])
        if not entries:
            return None
        return self._faults.shuffled([entry for entry in entries if not entry.done])[0]

    def drop_all(self) -> None:
        self._pending.clear()
        self._lanes.clear()

    def confirm(self, offset: int) -> None:
        """Forget updates below `offset`; a negative one keeps only that many from the end."""
        self._expire()
        if offset < 0:
            kept = min(-offset, len(self._pending))
            doomed = list(islice(self._pending.values(), len(self._pending) - kept))
        else:
            doomed = list(takewhile(lambda entry: entry.update_id < offset, self._pending.values()))
        if doomed and self._faults.roll(self._faults.lose_ack):
            return
        for entry in doomed:
            self.settle(entry)

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Json]:  # noqa: ASYNC109
        """getUpdates: wait up to `timeout` seconds for something to hand out.

        Raises `ApiError` 409 when a webhook is set or another poll takes over, `ConnectionLost` in an outage.
        """
        self._refuse_with_webhook()
        self._wake("conflict")
        self.confirm(offset)
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        while True:
            found = self._batch(limit)
            left = end - loop.time()
            if found or left <= 0:
                return found
            news: asyncio.Future[str] = loop.create_future()
            self._poller = news
            await asyncio.wait([news], timeout=left)
            if self._poller is news:
                self._poller = None
            if news.done():
                self._react(news.result())

    @property
    def polled(self) -> bool:
        """Is a long poll waiting right now?"""
        return self._poller is not None

    def close(self) -> None:
        """End a waiting poll, as a server that goes away does."""
        self._wake("down")

    def webhook_changed(self, active: bool) -> None:
        self.webhook_active = active
        if active:
            self._wake("webhook")

    def _batch(self, limit: int) -> list[Json]:
        self._expire()
        batch = self._faults.shuffled(list(islice(self._pending.values(), limit)))
        found: list[Json] = []
        for entry in batch:
            found.extend([entry.body, entry.body] if self._faults.roll(self._faults.duplicate) else [entry.body])
        return found

    def _wake(self, reason: str) -> None:
        poller, self._poller = self._poller, None
        if poller is not None and not poller.done():
            poller.set_result(reason)

    def _react(self, reason: str) -> None:
        if reason == "conflict":
            raise conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
        if reason == "down":
            raise ConnectionLost
        self._refuse_with_webhook()

    def _refuse_with_webhook(self) -> None:
        if self.webhook_active:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
