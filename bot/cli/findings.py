"""What a check finds: one line for people, one object for programs; and words that give nobody away."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

LONGEST = 160
"""Characters of an error that are shown."""


class Status(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome."""

    check: str
    status: Status
    found: str
    advice: str = ""
    """What to do about it; empty where all is well."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The same in numbers: bytes, seconds, counts."""

    def __str__(self) -> str:
        return f"{self.status:<8} {self.check:<12} {self.found}{f': {self.advice}' if self.advice else ''}"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "status": str(self.status)}


def ok(check: str, found: str, **facts: Any) -> Finding:
    return Finding(check, Status.OK, found, "", facts)


def warning(check: str, found: str, advice: str, **facts: Any) -> Finding:
    return Finding(check, Status.WARNING, found, advice, facts)


def problem(check: str, found: str, advice: str, **facts: Any) -> Finding:
    return Finding(check, Status.PROBLEM, found, advice, facts)


def worst(findings: Sequence[Finding]) -> Status:
    """The worst of all."""
    return max((finding.status for finding in findings), key=list(Status).index, default=Status.OK)


_PLATFORM_SAID = re.compile(r"""(Rejected|Unavailable)\(["'](.*)["']\)""", re.DOTALL)
_QUOTED = re.compile(r""""[^"]*"|'[^']*'|“[^”]*”|«[^»]*»""")
_TELLING = re.compile(r"\w+://\S+|@\w+|\S*\d{4,}\S*")
"""Addresses, names, and the numbers of people, chats and bots."""


def without_names(error: str) -> str:
    """A stored error without what people wrote and who they are: of the program's own errors only their sort.

    Theirs may quote anything, from a row of the database to an answer; what platforms say is known, but for quotations.
    """
    said = _PLATFORM_SAID.fullmatch(error)
    if said is None:
        return re.split(r"\W", error, maxsplit=1)[0] or "unknown"
    words = _TELLING.sub("...", _QUOTED.sub("...", said[2]))
    return words if len(words) <= LONGEST else words[:LONGEST] + "..."


def span(length: timedelta) -> str:
    """About how long: `40 s`, `12 min`, `5 h`, `3 days`."""
    seconds = int(length.total_seconds())
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
