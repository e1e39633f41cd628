"""What time does: assignments run out, and notes that are no longer needed are thrown away."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.ports import Transaction
from bot.services.matching import run_out

INBOX_KEPT = timedelta(days=7)
"""How long the platforms' update ids are remembered; no platform repeats one after more than a day or two."""


def expire_due(tx: Transaction, now: datetime, limit: int) -> int:
    """End the assignments whose time is over, say so, and give their tasks to others; how many there were.

    Nobody is handed another task for letting one run out: they get work again when they do something.
    """
    due = tx.assignments.due(now, limit)
    for assignment in due:
        run_out(tx, assignment, now)
        person = tx.people.get(assignment.person_id)
        if person.wants_work_at is not None:
            tx.people.save(replace(person, wants_work_at=None))
    return len(due)


def forget_updates(tx: Transaction, now: datetime, limit: int) -> int:
    """Throw away old inbox keys; how many there were."""
    return tx.inbox.purge(now - INBOX_KEPT, limit)
