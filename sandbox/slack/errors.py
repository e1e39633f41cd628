"""The refusals of the local Web API, in Slack's words."""

from collections.abc import Sequence

from sandbox.errors import Json


class SlackError(Exception):
    """A refused call: Slack's error word; `messages` say more (`response_metadata.messages`), `extra` are fields.

    `status` is 200 for nearly all refusals, as at Slack; 429 comes with `retry_after` in seconds.
    """

    def __init__(
        self,
        error: str,
        *,
        messages: Sequence[str] = (),
        status: int = 200,
        retry_after: int | None = None,
        extra: Json | None = None,
    ) -> None:
        super().__init__(error if not messages else f"{error}: {'; '.join(messages)}")
        self.error = error
        self.messages = list(messages)
        self.status = status
        self.retry_after = retry_after
        self.extra = extra or {}

    def to_json(self) -> Json:
        body: Json = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return body


def invalid_arguments(*messages: str) -> SlackError:
    return SlackError("invalid_arguments", messages=messages)


def invalid_blocks(messages: Sequence[str]) -> SlackError:
    """Refused blocks; each message ends with the JSON pointer of what is wrong."""
    return SlackError("invalid_blocks", messages=messages, extra={"errors": list(messages)})


def rate_limited(seconds: int) -> SlackError:
    return SlackError("ratelimited", status=429, retry_after=seconds)
