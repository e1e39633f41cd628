"""Trainers say that something is wrong with a task."""

from datetime import datetime

from bot.domain.assignment import ReportReason
from bot.domain.errors import Refused
from bot.domain.person import Person
from bot.domain.text import T
from bot.ports import Transaction
from bot.services.answering import Work, load


def subject(tx: Transaction, person: Person) -> Work:
    """The task that they most likely mean: the one in hand, else the one they answered last."""
    held = tx.assignments.held_by(person.id)
    meant = held[0] if held else tx.assignments.last_answered(person.id)
    if meant is None:
        raise Refused(T("You have had no task yet that you could report. /next gives you one."))
    return load(tx, person, meant.id)


def report(tx: Transaction, work: Work, reason: ReportReason, now: datetime) -> None:
    """Keep what they say of their task; said again, the later word counts."""
    tx.reports.put(work.assignment, reason, now)
