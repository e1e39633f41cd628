"""One person on several platforms: a code made on one of them, given on another, makes two accounts one."""

import hashlib
import secrets
import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.assignment import Assignment, AssignmentState, better
from bot.domain.errors import Refused
from bot.domain.person import Person
from bot.domain.text import T
from bot.ports import Transaction
from bot.services.matching import owe_copy, slot_of, withdraw
from bot.services.people import bring_home, empty

ALPHABET = "ACDEFGHJKMNPQRTVWXY34679"
"""No two of them look alike, on a screen or in handwriting."""

LENGTH = 8

CODE_LIFE = timedelta(minutes=10)

NEWS_PRIORITY = 10
"""Of the letter that says that two accounts are one: somebody waits for it."""


def make_code(tx: Transaction, person: Person, now: datetime) -> str:
    """A code that works once, for ten minutes, as `ABCD-EFGH`; older ones work no more."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    tx.links.put(_digest(code), person.id, now + CODE_LIFE, now)
    return f"{code[:4]}-{code[4:]}"


def code_in(typed: str) -> str:
    """The code in what was typed, whatever its case, width, spaces and dashes."""
    return "".join(one for one in unicodedata.normalize("NFKC", typed).upper() if one.isalnum())


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def partner(tx: Transaction, person: Person, typed: str, now: datetime) -> Person:
    """Whoever made the code; `Refused` when it cannot join them with `person`."""
    owner = tx.links.owner(_digest(code_in(typed)), now)
    if owner is None:
        raise Refused(
            T("This code does not work: it works once, within {time}. /link makes a new one.", time=CODE_LIFE)
        )
    if owner == person.id:
        raise Refused(T("You made this code here. Use it on the other platform, where your other account is."))
    other = tx.people.get(owner)
    if not platforms(tx, person).isdisjoint(platforms(tx, other)):
        raise Refused(T("Both accounts are on the same platform. Only accounts on different ones can be joined."))
    return other


def platforms(tx: Transaction, person: Person) -> set[str]:
    """Where we know them."""
    return {platform for platform, _ in tx.people.identities(person.id)}


def join(tx: Transaction, person: Person, typed: str, platform: str, now: datetime) -> Person:
    """Use a code up: from now on `person`, who is on `platform`, and whoever made it are one; who they are now."""
    other = partner(tx, person, typed, now)
    elsewhere = platforms(tx, other)
    joined = merge(tx, person, other, platform, now)
    for name in elsewhere:
        tx.outbox.put(joined.id, "linked", "linked", {"platform": platform}, NEWS_PRIORITY, now, name)
    return joined


def merge(tx: Transaction, one: Person, other: Person, home: str, now: datetime) -> Person:
    """Make two people one, at home on `home`: the one who is through the onboarding, else who came first.

    Of a task that both had, one assignment counts. The others stay, with answers that count no more, under the
    pseudonym of a row that leads to nobody.
    """
    stays, goes = sorted((one, other), key=lambda person: (person.step is not None, person.created_at))
    shared = tx.assignments.shared(stays.id, goes.id)
    left = [theirs if better(mine, theirs) is mine else mine for mine, theirs in shared]
    live = [twice for twice in left if _may_be_tapped(tx, twice, now)]
    for twice in left:
        _discount(tx, twice, now)
    tx.links.forget(stays.id)
    tx.links.forget(goes.id)
    tx.links.hand_over(goes.id, stays.id, [twice.id for twice in left], home)
    # Its language stays until the next word to whoever spoke to us under it: that they are joined.
    empty(tx, goes, stays.locale, now)
    joined = _united(stays, goes)
    tx.people.save(joined)
    for twice in live:
        for platform in tx.slots.stands_on(joined.id, slot_of(twice.id)):
            owe_copy(tx, joined.id, twice.id, platform, now)
    bring_home(tx, joined, now)
    return joined


def _united(stays: Person, goes: Person) -> Person:
    waits = [person.wants_work_at for person in (stays, goes) if person.wants_work_at is not None]
    return replace(
        stays,
        reachable=stays.reachable or goes.reachable,
        languages=tuple(dict.fromkeys([*stays.languages, *goes.languages])),
        domains=tuple(dict.fromkeys([*stays.domains, *goes.domains])),
        consented_at=stays.consented_at or goes.consented_at,
        seen_at=max(stays.seen_at, goes.seen_at),
        wants_work_at=min(waits, default=None),
        accounts=stays.accounts + goes.accounts,
    )


def _may_be_tapped(tx: Transaction, one: Assignment, now: datetime) -> bool:
    """Has its message buttons that will not do what they say once it counts no more?"""
    answer = tx.answers.of(one.id)
    if answer is None:
        return one.state.held
    return now < answer.changeable_until(tx.projects.get(one.project_id).spec.edit_window)


def _discount(tx: Transaction, twice: Assignment, now: datetime) -> None:
    """Take out of all counts one of two assignments of a task that the same person had."""
    tx.outbox.drop(twice.person_id, slot_of(twice.id))
    if twice.state.held:
        withdraw(tx, twice, AssignmentState.WITHDRAWN, now)
    elif twice.state is AssignmentState.SUBMITTED:
        withdrawn = replace(twice, state=AssignmentState.WITHDRAWN, draft=None, unsent=None, asking=None)
        tx.assignments.save(withdrawn)
        tx.answers.withdraw(twice.id)
        tx.tasks.uncount(twice.task_id)
        tx.projects.want_offers(twice.project_id)
