"""Telegram's flood control: so many messages a second in all, a second in one chat, a minute in one group."""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import too_many_requests

_OVERALL = "overall"


@dataclass(slots=True)
class Limits:
    """How much the bot may say; every number may be changed while the sandbox runs.

    `overall` messages and edits in any one second over all chats; `chat_per_second` new messages a second in one
    private chat after a burst of `chat_burst`; `group_per_minute` new messages in any one minute in a group,
    supergroup or channel. A scope that refused once keeps refusing for the `retry_after` that it named.
    """

    overall: int = 30
    chat_burst: int = 3
    chat_per_second: float = 1
    group_per_minute: int = 20
    enabled: bool = True
    clock: Callable[[], float] = time.monotonic
    refused: int = 0
    _all: deque[float] = field(default_factory=deque, repr=False)
    _groups: defaultdict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque), repr=False)
    _tokens: dict[int, tuple[float, float]] = field(default_factory=dict, repr=False)
    _closed_until: dict[int | str, float] = field(default_factory=dict, repr=False)

    def take(self, chat: Chat, *, sends: bool) -> None:
        """Count one message (`sends`) or edit in `chat`; raises `ApiError` 429, and counts nothing, over a limit."""
        if not self.enabled:
            return
        now = self.clock()
        scopes: tuple[int | str, ...] = (_OVERALL, chat.id) if sends else (_OVERALL,)
        for scope in scopes:
            self._refuse_while_closed(scope, now)
        if sends:
            self._check(chat.id, self._chat_wait(chat, now), now)
        self._check(_OVERALL, _window_wait(self._all, self.overall, 1.0, now), now)
        self._all.append(now)
        if sends:
            self._count(chat, now)

    def _refuse_while_closed(self, scope: int | str, now: float) -> None:
        until = self._closed_until.get(scope)
        if until is None:
            return
        if until > now:
            self.refused += 1
            raise too_many_requests(max(1, math.ceil(until - now)))
        del self._closed_until[scope]

    def _check(self, scope: int | str, wait: float, now: float) -> None:
        if wait <= 0:
            return
        seconds = max(1, math.ceil(wait))
        self._closed_until[scope] = now + seconds
        self.refused += 1
        raise too_many_requests(seconds)

    def _chat_wait(self, chat: Chat, now: float) -> float:
        if not chat.private:
            return _window_wait(self._groups[chat.id], self.group_per_minute, 60.0, now)
        missing = 1 - self._tokens_of(chat.id, now)
        # Sums of seconds carry rounding errors; a billionth of a message is no message.
        return missing / self.chat_per_second if missing > 1e-9 else 0

    def _tokens_of(self, chat_id: int, now: float) -> float:
        tokens, at = self._tokens.get(chat_id, (float(self.chat_burst), now))
        return min(float(self.chat_burst), tokens + (now - at) * self.chat_per_second)

    def _count(self, chat: Chat, now: float) -> None:
        if chat.private:
            self._tokens[chat.id] = self._tokens_of(chat.id, now) - 1, now
        else:
            self._groups[chat.id].append(now)


def _window_wait(window: deque[float], most: int, seconds: float, now: float) -> float:
    """Seconds until the sliding window has room for one more; 0 when it has now."""
    while window and window[0] <= now - seconds:
        window.popleft()
    return 0 if len(window) < most else window[len(window) - most] + seconds - now
