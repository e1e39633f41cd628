"""Slack's rate limits: tiers by method, messages by channel, and messages in all."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.slack.errors import rate_limited

# Calls a minute in each published tier; "special" are the methods of which Slack lets hundreds through.
PER_MINUTE = {"1": 1, "2": 20, "3": 50, "4": 100, "special": 600}
_LEAST_BURST = 10


@dataclass(slots=True)
class SlackLimits:
    """How often the app may call; `scale` 20 makes everything twenty times as generous.

    A method of a tier may be called in a burst of a whole minute's calls, then at the tier's pace. Messages:
    `channel_per_second` in one channel after a burst of `channel_burst`, and `posts_per_minute` in all. A scope that
    refused once keeps refusing for the seconds that it named.
    """

    enabled: bool = True
    scale: float = 1.0
    channel_burst: int = 4
    channel_per_second: float = 1.0
    posts_per_minute: int = 300
    clock: Callable[[], float] = time.monotonic
    refused: int = 0
    _tokens: dict[str, tuple[float, float]] = field(default_factory=dict, repr=False)
    _closed_until: dict[str, float] = field(default_factory=dict, repr=False)

    def take(self, method: str, tier: str) -> None:
        """Count a call of a method in one of the tiers; raises `SlackError` 429 over the limit."""
        most = PER_MINUTE[tier]
        self._take((method, max(most, _LEAST_BURST), most / 60))

    def take_post(self, channel: str) -> None:
        """Count a new message in a channel; raises `SlackError` 429, and counts nothing, over a limit."""
        in_all = "posts", self.posts_per_minute / 3, self.posts_per_minute / 60
        self._take((f"post to {channel}", self.channel_burst, self.channel_per_second), in_all)

    def _take(self, *buckets: tuple[str, float, float]) -> None:
        if not self.enabled:
            return
        now = self.clock()
        left: dict[str, float] = {}
        for scope, burst, rate in buckets:
            self._refuse_while_closed(scope, now)
            tokens, at = self._tokens.get(scope, (burst * self.scale, now))
            left[scope] = min(burst * self.scale, tokens + (now - at) * rate * self.scale)
            # Sums of seconds carry rounding errors; a billionth of a call is no call.
            if left[scope] < 1 - 1e-9:
                self._refuse(scope, math.ceil((1 - left[scope]) / (rate * self.scale)), now)
        for scope, tokens in left.items():
            self._tokens[scope] = tokens - 1, now

    def _refuse_while_closed(self, scope: str, now: float) -> None:
        until = self._closed_until.pop(scope, now)
        if until > now:
            self._closed_until[scope] = until
            self.refused += 1
            raise rate_limited(max(1, math.ceil(until - now)))

    def _refuse(self, scope: str, seconds: int, now: float) -> None:
        self._closed_until[scope] = now + max(1, seconds)
        self.refused += 1
        raise rate_limited(max(1, seconds))
