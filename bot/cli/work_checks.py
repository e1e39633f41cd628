"""What `tapwork doctor` says of the work in the database: what was set aside, what waits, what is overdue."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from bot.cli.findings import Finding, ok, problem, span, warning, without_names
from storage import inspection

LATE = timedelta(minutes=5)
"""How long a letter may be due before somebody should look; twelve times that is a problem."""

SWEPT = timedelta(minutes=2)
"""A service ends an assignment within seconds of its time."""

MANY_TRIES = 8
"""Tries after which a letter has waited minutes."""

_OTHER_SCHEMA = "cannot be told from a schema of this version", "see the line on the schema"


def work_checks(raw: Any, now: datetime, served: bool) -> Iterator[Finding]:
    """Of a connection that only reads; `served`: is there a service at work?"""
    yield _letters_aside(inspection.letters_aside(raw))
    yield _updates_aside(inspection.updates_aside(raw))
    yield _outbox(inspection.waiting(raw, now))
    yield _overdue(inspection.overdue(raw, now, SWEPT), served)


def _letters_aside(found: inspection.Aside | None) -> Finding:
    advice = "mend the cause; the letters stay in the table outbox, where set_aside is 1"
    return _aside("letters", "letter", found, advice)


def _updates_aside(found: inspection.Aside | None) -> Finding:
    advice = "look for the error in the service's log; the updates' keys stay in the table inbox"
    return _aside("updates", "update", found, advice)


def _aside(check: str, noun: str, found: inspection.Aside | None, advice: str) -> Finding:
    if found is None:
        return warning(check, *_OTHER_SCHEMA)
    if found.newest_at is None:
        return ok(check, "none set aside", set_aside=0)
    error, at = without_names(found.error), f"{found.newest_at:%Y-%m-%dT%H:%M:%SZ}"
    count = f"{found.count} {noun}{'' if found.count == 1 else 's'} set aside"
    return warning(check, f"{count}, newest {at} ({error})", advice, set_aside=found.count, newest_at=at, error=error)


def _outbox(found: inspection.Waiting | None) -> Finding:
    if found is None:
        return warning("outbox", *_OTHER_SCHEMA)
    age = int(found.oldest.total_seconds())
    facts = {"letters": found.letters, "due": found.due, "oldest_due_seconds": age, "most_tries": found.tries}
    text = f"{found.letters} waiting, {found.due} due"
    if found.oldest > LATE:
        late = problem if found.oldest > 12 * LATE else warning
        advice = "is the service at work, and is each of its platforms set up and reachable?"
        return late("outbox", f"{text}, the oldest for {span(found.oldest)}", advice, **facts)
    if found.tries >= MANY_TRIES:
        advice = "can the platforms be reached? The service's log says why not"
        return warning("outbox", f"{text}, one tried {found.tries} times", advice, **facts)
    return ok("outbox", text, **facts)


def _overdue(found: inspection.Overdue | None, served: bool) -> Finding:
    if found is None:
        return warning("assignments", *_OTHER_SCHEMA)
    facts = {
        "overdue": found.count,
        "oldest_seconds": int((found.oldest + SWEPT).total_seconds()) if found.count else 0,
    }
    if not found.count:
        return ok("assignments", "none overdue", **facts)
    text = f"{found.count} overdue, the oldest by {span(found.oldest)}"
    if served:
        return problem("assignments", text, "the service should have ended them: see its log, and restart it", **facts)
    return warning("assignments", text, "the service ends them when it is started", **facts)
