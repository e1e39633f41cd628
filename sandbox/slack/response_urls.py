"""Response URLs: for half an hour, and five times, the app may answer where an act was done."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.slack.errors import SlackError
from sandbox.slack.messages import Message

LIFETIME = 30 * 60.0
USES = 5
PATH = "/response"
_KEPT = 10_000


@dataclass(slots=True)
class ResponseUrl:
    """Where the act was done: by whom, in which channel, on which message if any."""

    user: str
    channel: str
    message: Message | None
    at: float
    uses: int = 0


class ResponseUrls:
    """All response URLs handed out, by the token in their path."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._urls: dict[str, ResponseUrl] = {}

    def issue(self, base_url: str, user: str, channel: str, message: Message | None) -> str:
        token = secrets.token_hex(16)
        self._urls[token] = ResponseUrl(user, channel, message, self._clock())
        if len(self._urls) > _KEPT:
            del self._urls[next(iter(self._urls))]
        return f"{base_url}{PATH}/{token}"

    def find(self, token: str) -> ResponseUrl:
        """Raises `SlackError` with status 404 for one that is unknown, too old or used up."""
        found = self._urls.get(token)
        if found is None or self._clock() - found.at > LIFETIME:
            raise SlackError("expired_url", status=404)
        if found.uses >= USES:
            raise SlackError("used_url", status=404)
        return found
