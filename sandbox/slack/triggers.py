"""Triggers: for three seconds after an act, and once, the app may open a modal."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.slack.errors import SlackError

_KEPT = 10_000


@dataclass(slots=True)
class Trigger:
    """Whose act it was; `view_id` names the modal in which it was done."""

    user: str
    at: float
    view_id: str | None
    used: bool = False


class Triggers:
    """All triggers handed out; `seconds` is how long each lives."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.seconds = 3.0
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}

    def issue(self, user: str, view_id: str | None = None) -> str:
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user, self._clock(), view_id)
        if len(self._triggers) > _KEPT:
            del self._triggers[next(iter(self._triggers))]
        return trigger_id

    def take(self, trigger_id: str) -> Trigger:
        """Use a trigger up; raises `SlackError` for one that is unknown, too old or used."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock() - trigger.at > self.seconds:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger
