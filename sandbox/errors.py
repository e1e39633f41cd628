"""What both platforms' local servers refuse and lose, and the JSON they speak."""

from typing import Any

Json = dict[str, Any]


class WorldError(ValueError):
    """A person tried what no phone would let them do; the message says why."""


class ConnectionLost(Exception):
    """The connection must be closed with no answer at all."""
