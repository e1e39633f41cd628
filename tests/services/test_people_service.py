"""Becoming a trainer, changing one's mind, and leaving."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest

from bot.domain.assignment import AssignmentState, ReportReason
from bot.domain.errors import Refused
from bot.domain.person import Person, PersonState, Push
from bot.services import linking, people, reporting
from bot.services.answering import Desk
from bot.services.matching import slot_of
from storage.transaction import CoreTransaction
from tests.support.workshop import (
    HOUR,
    MINUTE,
    NOW,
    RATED,
    add_identity,
    add_project,
    add_trainer,
    answer_task,
    comparison_spec,
    counters,
    fill_in,
    offered,
    project_spec,
    task_spec,
)


def test_newcomer_becomes_a_trainer(tx: CoreTransaction) -> None:
    """Somebody new is known by a random pseudonym, and works after they agreed and came to the end of the questions."""
    person = people.arrive(tx, "telegram", "7", "chat-7", "es", NOW)
    assert (person.state, person.step, person.languages, person.may_work) == (
        PersonState.NEW,
        "consent",
        ("es",),
        False,
    )
    with pytest.raises(Refused, match="agree first"):
        people.go_to(tx, person, None)
    person = people.consent(tx, person, NOW)
    person = people.go_to(tx, person, "language")
    person = people.go_to(tx, person, None)
    assert (person.state, person.step, person.may_work) == (PersonState.ACTIVE, None, True)
    assert tx.people.get(person.id) == person
    assert people.arrive(tx, "telegram", "8", "chat-8", "es", NOW).pseudonym != person.pseudonym


def test_same_user_is_the_same_person(tx: CoreTransaction) -> None:
    """Whoever comes back is known again, even from another chat, and letters go where they wrote from last."""
    person = people.arrive(tx, "telegram", "7", "chat-7", "es", NOW)
    again = people.arrive(tx, "telegram", "7", "chat-8", "en", NOW + HOUR)
    assert again == replace(person, seen_at=NOW + HOUR)
    tx.outbox.put(person.id, "news", "news", {}, 20, NOW)
    assert [letter.address for letter in tx.outbox.waiting("telegram", NOW, 10)] == ["chat-8"]


def test_consent_is_given_once(tx: CoreTransaction) -> None:
    """Agreeing again keeps the first date."""
    person = people.consent(tx, people.arrive(tx, "telegram", "7", "chat-7", "es", NOW), NOW)
    assert people.consent(tx, person, NOW + HOUR).consented_at == NOW


def test_settings_are_kept(tx: CoreTransaction) -> None:
    """Each setting can be changed later, and wrong ones are refused and change nothing."""
    person = add_trainer(tx)
    person = people.set_locale(tx, person, "es")
    assert person.languages == ("en",)
    person = people.toggle_language(tx, person, "es")
    person = people.toggle_domain(tx, people.toggle_domain(tx, person, "law"), "medicine")
    person = people.toggle_domain(tx, person, "law")
    person = people.set_time_zone(tx, person, "Asia/Tokyo")
    person = people.set_hours(tx, person, 22, 6)
    person = people.set_push(tx, person, Push.ASK)
    stored = tx.people.get(person.id)
    assert stored == person
    assert (stored.locale, stored.languages, stored.domains) == ("es", ("en", "es"), ("medicine",))
    assert (stored.time_zone, stored.wakes, stored.sleeps, stored.push) == ("Asia/Tokyo", 22, 6, Push.ASK)
    with pytest.raises(Refused):
        people.set_time_zone(tx, person, "Atlantis/Capital")
    with pytest.raises(Refused):
        people.set_hours(tx, person, 8, 25)
    with pytest.raises(Refused):
        people.toggle_language(tx, people.toggle_language(tx, person, "en"), "es")
    assert tx.people.get(person.id) == replace(person, languages=("es",))


def test_pause_and_resume(tx: CoreTransaction) -> None:
    """Pausing keeps the task in hand and brings no new one until they come back."""
    add_project(tx, project_spec(), [task_spec("a"), task_spec("b")])
    person = add_trainer(tx, wants_work_at=NOW)
    assignment = offered(tx, person)
    person = people.pause(tx, person)
    assert (person.may_work, person.wants_work_at) == (False, None)
    assert tx.assignments.held_by(person.id) == [assignment]
    answer_task(tx, person, assignment)
    assert people.serve_waiting(tx, NOW, 10) == 0
    person = people.resume(tx, person)
    assert offered(tx, person).number == 2


def test_unreachable_people_lose_their_tasks(tx: CoreTransaction) -> None:
    """Whoever cannot be written to any more gives their task back, and is back at work with their next word."""
    add_project(tx, project_spec(), [task_spec("a"), task_spec("b")])
    person = add_trainer(tx, "ana")
    assignment = offered(tx, person)
    people.lose(tx, person, "telegram", NOW)
    released = tx.assignments.get(assignment.id)
    assert released is not None
    assert (released.state, counters(tx)["a"]) == (AssignmentState.RELEASED, (1, 0, 0))
    assert tx.people.get(person.id).reachable is False
    back = people.arrive(tx, "telegram", "ana", "chat-ana", "en", NOW + HOUR)
    assert back.may_work
    assert tx.people.get(person.id) == back


def two_accounts(tx: CoreTransaction, **changes: Any) -> Person:
    """Ana, who is on Telegram, at home, and on Slack."""
    person = add_trainer(tx, "ana", **changes)
    add_identity(tx, person.id, "slack", "anna")
    return tx.people.get(person.id)


def test_who_leaves_one_of_two_platforms_goes_on(tx: CoreTransaction) -> None:
    """Whoever can still be written to elsewhere keeps their task, which is shown there with all that was owed."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = two_accounts(tx)
    assignment = offered(tx, person)
    tx.outbox.drop(person.id, slot_of(assignment.id))
    tx.slots.put("telegram", "chat-ana", slot_of(assignment.id), "1")
    tx.outbox.put(person.id, "news", "news", {}, 30, NOW)
    people.lose(tx, person, "telegram", NOW)
    assert tx.people.get(person.id).may_work
    assert tx.assignments.held_by(person.id) == [assignment]
    assert [letter.slot for letter in tx.outbox.waiting("slack", NOW, 10)] == [slot_of(assignment.id), "news"]
    people.lose(tx, person, "slack", NOW)
    assert tx.assignments.held_by(person.id) == []
    assert tx.people.get(person.id).reachable is False
    assert people.arrive(tx, "slack", "anna", "chat-anna", "en", NOW + HOUR).may_work
    assert tx.people.home(person.id) == "slack"


def test_leaving_where_one_is_not_at_home_changes_nothing(tx: CoreTransaction) -> None:
    """Who leaves a platform that is not their home gets everything where they got it before."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = two_accounts(tx)
    assignment = offered(tx, person)
    people.lose(tx, person, "slack", NOW)
    assert tx.people.get(person.id) == person
    assert [letter.slot for letter in tx.outbox.waiting("telegram", NOW, 10)] == [slot_of(assignment.id)]
    assert tx.outbox.waiting("slack", NOW, 10) == []


def test_erasing_covers_all_accounts(raw: Any, tx: CoreTransaction) -> None:
    """Who is forgotten is forgotten on every platform."""
    person = two_accounts(tx)
    tx.slots.put("slack", "chat-anna", "task", "1")
    tx.outbox.put(person.id, "news", "news", {}, 20, NOW, "slack")
    people.erase(tx, person, NOW)
    assert identifying(raw, "ana", "anna") == []
    assert tx.people.get(person.id).accounts == 0


def test_personal_data_covers_all_accounts(tx: CoreTransaction) -> None:
    """One's own data names each account, and each message that is known in either chat."""
    person = two_accounts(tx)
    tx.slots.put("slack", "chat-anna", "task", "1")
    data = people.personal_data(tx, person)
    assert data["identities"] == [{"platform": "telegram", "user": "ana"}, {"platform": "slack", "user": "anna"}]
    assert data["messages"] == [{"platform": "slack", "chat": "chat-anna", "slot": "task", "message": "1"}]


def identifying(raw: Any, *words: str) -> list[str]:
    """Tables in which one of `words` stands anywhere."""
    tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [
        name
        for name in tables
        if any(word in str(row) for row in raw.execute(f'SELECT * FROM "{name}"').fetchall() for word in words)
    ]


def test_erasing_keeps_answers_and_nothing_else(raw: Any, tx: CoreTransaction) -> None:
    """After erasure answers stand under the pseudonym, and no identity, slot, letter, setting or draft is left."""
    project = add_project(tx, project_spec(), [task_spec("a"), task_spec("b")])
    person = add_trainer(tx, "ana-7777", domains=("law",), languages=("en", "es"), time_zone="Asia/Tokyo")
    done = answer_task(tx, person, offered(tx, person))
    desk = Desk(tx, person, "telegram", NOW)
    desk.answer(desk.reopen(done), "explanation", "thought better of it")
    fill_in(tx, person, offered(tx, person), {**RATED, "explanation": "half a secret"})
    tx.slots.put("telegram", "chat-ana-7777", "task", "1")
    tx.outbox.put(person.id, "news", "news", {}, 20, NOW)
    linking.make_code(tx, person, NOW)
    assert identifying(raw, "ana-7777", "Asia/Tokyo", "secret", "thought better") != []

    people.erase(tx, person, NOW)

    assert identifying(raw, "ana-7777", "Asia/Tokyo", "secret", "thought better", "law") == []
    assert tx.people.find("telegram", "ana-7777") is None
    for table in ("identity", "slot", "outbox", "link_code"):
        assert raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    [row] = tx.answers.rows(project.id)
    assert (row.trainer, row.answer.values) == (person.pseudonym, RATED)
    assert counters(tx) == {"a": (0, 0, 1), "b": (1, 0, 0)}
    erased = tx.people.get(person.id)
    assert (erased.state, erased.may_work, erased.domains) == (PersonState.ERASED, False, ())


def test_erased_person_returns_as_somebody_new(tx: CoreTransaction) -> None:
    """Whoever writes again after erasure is new, with another pseudonym, and is asked to agree again."""
    person = add_trainer(tx, "ana")
    people.erase(tx, person, NOW)
    people.lose(tx, tx.people.get(person.id), "telegram", NOW)
    assert tx.people.get(person.id).state is PersonState.ERASED
    again = people.arrive(tx, "telegram", "ana", "chat-ana", "en", NOW)
    assert again.id != person.id
    assert again.pseudonym != person.pseudonym
    assert again.consented_at is None


def test_personal_data_is_whole(tx: CoreTransaction) -> None:
    """One's own data holds who one is, every setting, each task that was given, and each answer with its content."""
    add_project(tx, project_spec(), [task_spec("a"), task_spec("b"), task_spec("c")])
    person = add_trainer(tx, "ana", domains=("law",))
    for minutes in (0, 1):
        work = answer_task(tx, person, offered(tx, person), now=NOW + minutes * MINUTE)
    desk = Desk(tx, person, "telegram", NOW + MINUTE)
    desk.submit(desk.answer(desk.reopen(work), "tone", 3))
    started = fill_in(tx, person, offered(tx, person), {"accuracy": 2})
    reporting.report(tx, started, ReportReason.OFFENSIVE, NOW)
    linking.make_code(tx, person, NOW)
    tx.slots.put("telegram", "chat-ana", "welcome", "7")
    data = people.personal_data(tx, person)
    assert {name: value for name, value in data.items() if name not in ("answers", "tasks_given")} == {
        "pseudonym": person.pseudonym,
        "identities": [{"platform": "telegram", "user": "ana"}],
        "link_code_until": NOW + linking.CODE_LIFE,
        "messages": [{"platform": "telegram", "chat": "chat-ana", "slot": "welcome", "message": "7"}],
        "language": "en",
        "works_in": ["en"],
        "fields": ["law"],
        "time_zone": "UTC",
        "waking_hours": [8, 22],
        "tasks": Push.NOW,
        "joined_at": NOW,
        "consented_at": NOW,
        "last_seen_at": NOW,
        "state": PersonState.ACTIVE,
        "earned": [{"sum": "0.80 USD", "answers": 2}],
    }
    assert [(one["project"], one["task"], one["state"]) for one in data["tasks_given"]] == [
        ("cardio", "a", "submitted"),
        ("cardio", "b", "submitted"),
        ("cardio", "c", "started"),
    ]
    assert [one["draft"] for one in data["tasks_given"]] == [None, None, {"accuracy": 2}]
    assert [one["reported"] for one in data["tasks_given"]] == [None, None, "offensive"]
    assert [one["task"] for one in data["answers"]] == ["a", "b"]
    assert data["answers"][1] == {
        "task": "b",
        "content": {"prompt": "What is b?", "response": "It is b."},
        "answer": {**RATED, "tone": 3},
        "revision": 2,
        "earlier": [RATED],
        "offered_at": NOW,
        "submitted_at": NOW + MINUTE,
        "active_seconds": 0.0,
    }
    assert orjson.loads(orjson.dumps(data))["pseudonym"] == person.pseudonym


@pytest.mark.parametrize(("order", "answer"), [((0, 1), "a_better"), ((1, 0), "b_better")])
def test_personal_data_names_the_side_that_was_meant(tx: CoreTransaction, order: tuple[int, ...], answer: str) -> None:
    """In one's own data an answer about shuffled sides fits the content that stands beside it."""
    add_project(tx, project_spec(kind="comparison"), [comparison_spec("a")])
    person = add_trainer(tx)
    tx.assignments.save(replace(offered(tx, person), order=order))
    answer_task(tx, person, tx.assignments.held_by(person.id)[0], {"preference": "a_better", "why": None})
    [given] = people.personal_data(tx, person)["answers"]
    assert given["answer"]["preference"] == answer


def test_personal_data_is_ones_own(tx: CoreTransaction) -> None:
    """Nobody finds another's answers or names in their own data."""
    add_project(tx, project_spec(answers_per_task=2), [task_spec("a")])
    ana, ben = add_trainer(tx, "ana"), add_trainer(tx, "ben")
    answer_task(tx, ana, offered(tx, ana))
    data = people.personal_data(tx, ben)
    assert data["answers"] == []
    assert "ana" not in str(data["identities"])


def test_news_reaches_idle_people(tx: CoreTransaction) -> None:
    """News is offered to idle people a few at a time, and to those asleep when they wake."""
    project = add_project(tx, project_spec(), [task_spec(f"t{n}") for n in range(9)])
    evening = NOW.replace(hour=23)
    awake = [add_trainer(tx, f"awake{n}", wakes=0, sleeps=24) for n in range(3)]
    asleep = add_trainer(tx, "asleep")
    last: int | None = 0
    rounds = 0
    while last is not None:
        last = people.spread_news(tx, [project.id], last, 2, evening)
        rounds += 1
    assert rounds == 3
    assert all(tx.assignments.held_by(person.id) for person in awake)
    assert tx.assignments.held_by(asleep.id) == []
    morning = tx.people.get(asleep.id).wants_work_at
    assert morning == NOW.replace(hour=8) + timedelta(days=1)
    assert people.serve_waiting(tx, morning, 10) == 1
    assert len(tx.assignments.held_by(asleep.id)) == 1


def test_news_without_tasks_troubles_nobody(tx: CoreTransaction) -> None:
    """When no task is left there is nothing to go round with."""
    project = add_project(tx, project_spec(), [task_spec("a")])
    offered(tx, add_trainer(tx, "ana"))
    add_trainer(tx, "ben")
    assert people.spread_news(tx, [project.id], 0, 1, NOW) is None


def test_unpaid_and_paid_are_apart(tx: CoreTransaction) -> None:
    """What was earned is told by currency, and unpaid answers are counted without a sum."""
    add_project(tx, project_spec("paid"), [task_spec("a")])
    add_project(tx, project_spec("free", pay=None), [task_spec("a")])
    person = add_trainer(tx)
    for _ in range(2):
        answer_task(tx, person, offered(tx, person))
    earned = [(money.amount if money else None, count) for money, count in tx.people.earnings(person.id)]
    assert earned == [(None, 1), (Decimal("0.40"), 1)]
