"""Becoming a trainer, and changing one's mind about anything that was asked on the way."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.assignment import Answer, AssignmentState
from bot.domain.errors import Refused
from bot.domain.person import UNKNOWN_ZONE, Person, PersonState, Push
from bot.domain.text import T
from bot.kinds.custom import kind_in
from bot.ports import AnswerRow, Transaction
from bot.services.matching import TASK_PRIORITY, offer_again, slot_of, withdraw

SEEN_EVERY = timedelta(minutes=1)
"""How fresh `seen_at` is kept; a write for each tap would be waste."""


def arrive(
    tx: Transaction,
    platform: str,
    user: str,
    address: str,
    locale: str,
    now: datetime,
    time_zone: str = UNKNOWN_ZONE,
) -> Person:
    """The person behind a platform's user, new when never seen before. Writing to us makes them reachable again."""
    person = tx.people.meet(platform, user, address)
    if person is None:
        return tx.people.add(_newcomer(locale, now, time_zone), platform, user, address)
    if not person.reachable:
        person = replace(person, reachable=True)
        tx.people.save(person)
    if now - person.seen_at >= SEEN_EVERY:
        person = replace(person, seen_at=now)
        tx.people.save(person)
    return person


def _newcomer(locale: str, now: datetime, time_zone: str = UNKNOWN_ZONE) -> Person:
    return Person(
        id=0,
        pseudonym="t-" + secrets.token_hex(6),
        state=PersonState.NEW,
        reachable=True,
        locale=locale,
        languages=(locale,),
        domains=(),
        time_zone=time_zone,
        wakes=8,
        sleeps=22,
        push=Push.NOW,
        step="consent",
        created_at=now,
        consented_at=None,
        seen_at=now,
        wants_work_at=None,
    )


def follow_client(tx: Transaction, person: Person, locale: str, time_zone: str) -> Person:
    """Until they have agreed they have chosen nothing: what their client says now counts."""
    if (person.locale, person.time_zone) == (locale, time_zone):
        return person
    return _saved(tx, replace(person, locale=locale, languages=(locale,), time_zone=time_zone))


def consent(tx: Transaction, person: Person, now: datetime) -> Person:
    """They agreed to what is stored."""
    return _saved(tx, replace(person, consented_at=person.consented_at or now))


def set_locale(tx: Transaction, person: Person, locale: str) -> Person:
    """The interface speaks `locale`; while they are new, that is also the language they work in."""
    languages = (locale,) if person.step else person.languages
    return _saved(tx, replace(person, locale=locale, languages=languages))


def toggle_language(tx: Transaction, person: Person, locale: str) -> Person:
    languages = _toggled(person.languages, locale)
    if not languages:
        raise Refused(T("Please keep at least one language."))
    return _saved(tx, replace(person, languages=languages))


def toggle_domain(tx: Transaction, person: Person, domain: str) -> Person:
    return _saved(tx, replace(person, domains=_toggled(person.domains, domain)))


def set_time_zone(tx: Transaction, person: Person, time_zone: str) -> Person:
    try:
        ZoneInfo(time_zone)
    except (KeyError, ValueError):
        raise Refused(T("Please choose one of the buttons.")) from None
    return _saved(tx, replace(person, time_zone=time_zone))


def set_hours(tx: Transaction, person: Person, wakes: int, sleeps: int) -> Person:
    if not (0 <= wakes <= 24 and 0 <= sleeps <= 24):
        raise Refused(T("Please choose one of the buttons."))
    return _saved(tx, replace(person, wakes=wakes, sleeps=sleeps))


def set_push(tx: Transaction, person: Person, push: Push) -> Person:
    return _saved(tx, replace(person, push=push))


def go_to(tx: Transaction, person: Person, step: str | None) -> Person:
    """Move to an onboarding step; None ends the onboarding and makes them a trainer."""
    if person.consented_at is None:
        raise Refused(T("Please agree first; then we can start."))
    if step is None and person.state is PersonState.NEW:
        return _saved(tx, replace(person, step=None, state=PersonState.ACTIVE))
    return _saved(tx, replace(person, step=step))


def pause(tx: Transaction, person: Person) -> Person:
    """No new tasks until they come back; a task that they hold stays with them."""
    return _saved(tx, replace(person, state=PersonState.PAUSED, wants_work_at=None))


def resume(tx: Transaction, person: Person) -> Person:
    return _saved(tx, replace(person, state=PersonState.ACTIVE))


def lose(tx: Transaction, person: Person, platform: str, now: datetime) -> None:
    """The platform says that they cannot be written to there: their home is another one, with all that is owed.

    Where there is none left, their tasks go to others.
    """
    if tx.people.leave(person.id, platform):
        tx.outbox.forward(person.id, platform)
        bring_home(tx, person, now)
        return
    for held in tx.assignments.held_by(person.id):
        withdraw(tx, held, AssignmentState.RELEASED, now)
    if person.state is not PersonState.ERASED:
        tx.people.save(replace(person, reachable=False, wants_work_at=None))


def bring_home(tx: Transaction, person: Person, now: datetime) -> None:
    """Owe them the messages of the tasks in hand that do not stand where they are at home now."""
    home = tx.people.home(person.id)
    for held in tx.assignments.held_by(person.id):
        slot = slot_of(held.id)
        if home not in tx.slots.stands_on(person.id, slot):
            tx.outbox.put(person.id, slot, "task", {"assignment": held.id}, TASK_PRIORITY, person.next_waking(now))


def erase(tx: Transaction, person: Person, now: datetime) -> None:
    """Forget who they are; their answers stay, under a pseudonym that leads to nobody."""
    for form in tx.assignments.open_forms(person.id):
        if form.state.held:
            withdraw(tx, form, AssignmentState.WITHDRAWN, now)
        else:
            tx.assignments.save(replace(form, draft=None, unsent=None, asking=None))
    tx.people.forget_identities(person.id)
    empty(tx, person, "en", now)


def empty(tx: Transaction, person: Person, locale: str, now: datetime) -> None:
    """Leave of a person what their answers need: the pseudonym."""
    tx.people.save(
        replace(
            _newcomer(locale, now),
            id=person.id,
            pseudonym=person.pseudonym,
            state=PersonState.ERASED,
            step=None,
            created_at=person.created_at,
            accounts=0,
        )
    )


def personal_data(tx: Transaction, person: Person) -> dict[str, Any]:
    """All that is stored about one person, for them to keep."""
    return {
        "pseudonym": person.pseudonym,
        "identities": [{"platform": platform, "user": user} for platform, user in tx.people.identities(person.id)],
        "link_code_until": tx.links.expiry(person.id),
        "messages": [
            {"platform": platform, "chat": address, "slot": slot, "message": message}
            for platform, address, slot, message in tx.slots.of_person(person.id)
        ],
        "language": person.locale,
        "works_in": list(person.languages),
        "fields": list(person.domains),
        "time_zone": person.time_zone,
        "waking_hours": [person.wakes, person.sleeps],
        "tasks": person.push,
        "joined_at": person.created_at,
        "consented_at": person.consented_at,
        "last_seen_at": person.seen_at,
        "state": person.state,
        "earned": [{"sum": str(money), "answers": count} for money, count in tx.people.earnings(person.id) if money],
        "tasks_given": [
            {
                "project": slug,
                "task": key,
                "state": given.state,
                "skip_reason": given.skip_reason,
                "offered_at": given.offered_at,
                "started_at": given.started_at,
                "ended_at": given.ended_at,
                "draft": given.draft,
                "unsent": given.unsent,
                "reported": tx.reports.of(given.id),
            }
            for given, slug, key in tx.assignments.of_person(person.id)
        ],
        "answers": [
            {
                "task": row.task.key,
                "content": row.task.payload,
                "answer": _as_given(tx, row, row.answer),
                "revision": row.answer.revision,
                "earlier": [_as_given(tx, row, one) for one in tx.answers.revisions(row.answer.id)[:-1]],
                "offered_at": row.assignment.offered_at,
                "submitted_at": row.answer.submitted_at,
                "active_seconds": round(row.assignment.active.total_seconds(), 1),
            }
            for row in tx.answers.rows_of_person(person.id)
        ],
    }


def _as_given(tx: Transaction, row: AnswerRow, answer: Answer) -> dict[str, Any]:
    """The answer about the content as it stands beside it, whose sides were shuffled when it was shown."""
    project = tx.projects.get(row.assignment.project_id)
    return kind_in(project.spec, row.task.kind).unshuffle(answer.values, row.assignment.order)


def spread_news(tx: Transaction, projects: list[int], after: int, limit: int, now: datetime) -> int | None:
    """Offer new or freed tasks of `projects` to idle people with an id above `after`, or when they wake up.

    Returns the last person's id; None when all have been asked or no task is left.
    """
    if not any(lane.open for project_id in projects for lane in tx.tasks.lanes(project_id)):
        return None
    people = tx.people.idle(after, limit)
    for person in people:
        waking = person.next_waking(now)
        if waking > now:
            tx.people.save(replace(person, wants_work_at=waking))
        else:
            offer_again(tx, person, now)
    return people[-1].id if len(people) == limit else None


def serve_waiting(tx: Transaction, now: datetime, limit: int) -> int:
    """Offer tasks to those whose time to look for work has come; how many there were."""
    people = tx.people.wanting_work(now, limit)
    for person in people:
        tx.people.save(replace(person, wants_work_at=None))
        offer_again(tx, replace(person, wants_work_at=None), now)
    return len(people)


def _toggled(chosen: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(other for other in chosen if other != one) if one in chosen else (*chosen, one)


def _saved(tx: Transaction, person: Person) -> Person:
    tx.people.save(person)
    return person
