"""The exception tree: what can be refused, and with which words."""

from dataclasses import dataclass

from bot.domain.text import T, Text


class TapworkError(Exception):
    """Anything that Tapwork raises on purpose."""


class Refused(TapworkError):
    """Somebody asked for what cannot be done; `text` says why, for them to read."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


class NotFound(Refused):
    """What was asked for is not there, or not for this person."""

    def __init__(self, text: Text | None = None) -> None:
        super().__init__(text or T("That is no longer here."))


class Gone(Refused):
    """An assignment, or the time for changing its answer, has ended."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a file: where, in which field, and what was expected."""

    file: str
    line: int | None
    field: str | None
    problem: str

    def __str__(self) -> str:
        return ": ".join(
            [f"{self.file}:{self.line}" if self.line else self.file, *filter(None, [self.field]), self.problem]
        )


class BadFile(TapworkError):
    """A file was refused; `faults` holds the first ones in order of line, and `count` is how many there are in all."""

    def __init__(self, faults: list[Fault], count: int | None = None) -> None:
        self.faults = faults
        self.count = len(faults) if count is None else count
        super().__init__("\n".join(str(fault) for fault in faults))


class StorageError(TapworkError):
    """The database could not do what was asked; nothing was changed, and trying again may help."""


class SchemaError(StorageError):
    """The database's schema is not the one that this version of the program needs."""


class AlreadyRunning(StorageError):
    """Another Tapwork service already uses this database file."""
