"""The log of Bot API calls, as they were received and answered."""

from dataclasses import dataclass, field

from sandbox.telegram.errors import Json

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
