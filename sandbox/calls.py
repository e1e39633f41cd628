"""The log of API calls, as they were received and answered."""

from collections import deque
from dataclasses import dataclass, field

from sandbox.errors import Json

MAX_CALLS = 200_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `files` maps the part's name to its size in bytes; `status` 0 means the connection was cut.

    `ok` is what the caller was told: False as well where the call took effect and its answer was lost,
    which `description` then says.
    """

    at: float
    method: str
    params: Json
    files: dict[str, int] = field(default_factory=dict)
    ok: bool = True
    status: int = 200
    description: str | None = None


class CallLog:
    """What a world remembers of the calls to it: the last `MAX_CALLS` of them, and how many there were."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=MAX_CALLS)
        self.call_count = 0

    def log(self, call: Call) -> None:
        self.calls.append(call)
        self.call_count += 1
