"""Where a flow stands: the transaction, the person, the platform and the time."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.errors import Refused
from bot.domain.person import Person
from bot.domain.text import T
from bot.i18n import Voice, voice
from bot.ports import Transaction
from bot.services.answering import Desk
from handlers.flows.screens import Reply


@dataclass(frozen=True, slots=True)
class Scene:
    tx: Transaction
    person: Person
    platform: str
    now: datetime
    at_home: bool = False
    """Are they looking at the page about themselves?"""

    @property
    def voice(self) -> Voice:
        return voice(self.person.locale, self.person.time_zone)

    @property
    def desk(self) -> Desk:
        return Desk(self.tx, self.person, self.platform, self.now)

    def as_(self, person: Person) -> "Scene":
        """The same scene after something about the person has changed."""
        return replace(self, person=person)


Presses = Mapping[str, Callable[[Scene, Sequence[str]], Reply]]
Commands = Mapping[str, Callable[[Scene, str], Reply]]


def number(args: Sequence[str], at: int) -> int:
    """The whole number at place `at` of a button's arguments; buttons can be forged, so it may not be there."""
    value = args[at] if at < len(args) else ""
    if not (value.isascii() and value.isdecimal() and len(value) < 19):  # what a database column holds
        raise Refused(T("This button is out of date."))
    return int(value)


def word(args: Sequence[str], at: int) -> str:
    """The word at place `at` of a button's arguments."""
    try:
        return args[at]
    except IndexError:
        raise Refused(T("This button is out of date.")) from None


def one_of(args: Sequence[str], allowed: Collection[str]) -> str:
    """The first word of a button's arguments, which must be one that is offered."""
    if (chosen := word(args, 0)) not in allowed:
        raise Refused(T("This button is out of date."))
    return chosen
