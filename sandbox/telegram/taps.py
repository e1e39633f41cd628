"""A tapped button and the bot's answer to it."""

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What answerCallbackQuery said: a notice, or an alert with an OK button; `text` None only stops the spinner."""

    text: str | None = None
    show_alert: bool = False
    url: str | None = None


@dataclass(slots=True, eq=False)
class Tap:
    """One press of a button. `at` is the time of the press in seconds since the epoch, by the world's clock."""

    id: str
    person_id: int
    message_id: int
    data: str
    at: float
    answer: CallbackAnswer | None = None
    _done: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def settle(self, answer: CallbackAnswer) -> None:
        """Keep the first answer: a phone's spinner stops once."""
        if self.answer is None:
            self.answer = answer
            self._done.set()

    async def answered(self, timeout: float) -> CallbackAnswer | None:  # noqa: ASYNC109
        """The answer, waited for `timeout` seconds at most; None when it did not come."""
        try:
            await asyncio.wait_for(self._done.wait(), timeout)
        except TimeoutError:
            return None
        return self.answer
