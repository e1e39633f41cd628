"""A task's message may stand on two platforms: what happens to it on one is shown on the other."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.domain.assignment import Assignment, SkipReason
from bot.domain.person import Person
from bot.services import chasing
from bot.services.answering import Desk, load
from bot.services.matching import slot_of
from handlers.flows.entry import compose
from handlers.flows.screens import Delivery, Screen
from storage.transaction import CoreTransaction
from tests.support.workshop import (
    HOUR,
    NOW,
    RATED,
    add_identity,
    add_project,
    add_trainer,
    answer_task,
    fill_in,
    offered,
    project_spec,
    task_spec,
)


@pytest.fixture
def ana(tx: CoreTransaction) -> Person:
    """Somebody at home on Telegram, and on Slack as well."""
    person = add_trainer(tx, "ana")
    add_identity(tx, person.id, "slack", "anna")
    return tx.people.get(person.id)


@pytest.fixture
def held(tx: CoreTransaction, ana: Person) -> Assignment:
    """A task whose message stands on both platforms, on Slack with a question to answer in words."""
    add_project(tx, project_spec(), [task_spec("a")])
    given = offered(tx, ana)
    tx.outbox.drop(ana.id, slot_of(given.id))
    for platform, chat in (("telegram", "chat-ana"), ("slack", "chat-anna")):
        tx.slots.put(platform, chat, slot_of(given.id), f"{platform} 1")
    tx.slots.put("slack", "chat-anna", f"ask:{given.id}:6", "slack 2")
    return given


def submit(tx: CoreTransaction, person: Person, given: Assignment) -> None:
    answer_task(tx, person, given)


def revise(tx: CoreTransaction, person: Person, given: Assignment) -> None:
    submit(tx, person, given)
    tx.outbox.drop(person.id, slot_of(given.id))
    desk = Desk(tx, person, "telegram", NOW)
    desk.submit(desk.answer(desk.reopen(load(tx, person, given.id)), "tone", 3))


def skip(tx: CoreTransaction, person: Person, given: Assignment) -> None:
    Desk(tx, person, "telegram", NOW).skip(load(tx, person, given.id), SkipReason.UNCLEAR)


def expire(tx: CoreTransaction, person: Person, given: Assignment) -> None:
    chasing.expire_due(tx, given.due_at, 10)


def owed(tx: CoreTransaction, platform: str) -> list[tuple[str, str]]:
    return [(letter.topic, letter.slot) for letter in tx.outbox.waiting(platform, NOW + 100 * HOUR, 10)]


def shown_on_slack(tx: CoreTransaction) -> tuple[Delivery, Screen]:
    [letter] = tx.outbox.waiting("slack", NOW + 100 * HOUR, 10)
    delivery = compose(tx, letter, "slack", NOW)
    assert delivery is not None
    [screen] = delivery.reply.items
    assert isinstance(screen, Screen)
    return delivery, screen


@pytest.mark.parametrize(
    ("end", "at_home", "words"),
    [
        (submit, [], "Recorded"),
        (revise, [], "Recorded"),
        (skip, [], "Skipped"),
        (expire, ["task"], "Time is up"),
    ],
)
def test_copy_follows(
    tx: CoreTransaction, ana: Person, held: Assignment, end: Callable[..., None], at_home: list[str], words: str
) -> None:
    """When a task ends or its answer changes, its copy elsewhere says so, and nothing there asks for words any more."""
    end(tx, ana, held)
    assert [topic for topic, _ in owed(tx, "telegram")] == at_home
    assert owed(tx, "slack") == [("copy", slot_of(held.id))]
    delivery, screen = shown_on_slack(tx)
    assert words in str(screen)
    ask = f"ask:{held.id}:6"
    assert (screen.fresh, delivery.messages) == (False, {slot_of(held.id): "slack 1", ask: "slack 2"})
    assert ask in delivery.reply.clear


def test_copy_shows_the_answer_that_counts(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """The copy shows the answer as it is when it is sent."""
    revise(tx, ana, held)
    _, screen = shown_on_slack(tx)
    assert "Tone" in str(screen)
    assert load(tx, ana, held.id).values["tone"] == 3


def test_taps_from_the_other_side_are_shown_at_home(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """What was tapped on one platform is shown on the other, whichever of them is home."""
    answer_task(tx, ana, held, platform="slack")
    assert owed(tx, "telegram") == [("copy", slot_of(held.id))]
    assert owed(tx, "slack") == []


def test_steps_on_the_way_are_not_mirrored(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """Answering question by question, and leaving an answer as it was, sends nothing."""
    fill_in(tx, ana, held, {**RATED, "tone": 4})
    assert owed(tx, "slack") == []
    submit(tx, ana, held)
    tx.outbox.drop(ana.id, slot_of(held.id))
    desk = Desk(tx, ana, "telegram", NOW)
    desk.keep_old(desk.reopen(load(tx, ana, held.id)))
    desk.submit(desk.reopen(load(tx, ana, held.id)))
    assert owed(tx, "slack") == []


def test_no_copy_where_no_message_stands(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """Where the task was never shown, or its message went meanwhile, nothing is sent."""
    tx.slots.clear("slack", "chat-anna", slot_of(held.id))
    skip(tx, ana, held)
    assert owed(tx, "slack") == []


def test_copy_that_is_gone_when_its_turn_comes(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """A copy that went before it was brought up to date is not sent anew."""
    skip(tx, ana, held)
    tx.slots.clear("slack", "chat-anna", slot_of(held.id))
    [letter] = tx.outbox.waiting("slack", NOW, 10)
    assert compose(tx, letter, "slack", NOW) is None


@pytest.mark.parametrize("end", [submit, skip, expire])
def test_one_account_costs_nothing_more(raw: Any, tx: CoreTransaction, end: Callable[..., None]) -> None:
    """For somebody with one account no copy is looked for."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = add_trainer(tx)
    given = offered(tx, person)
    tx.slots.put("telegram", "chat-ana", slot_of(given.id), "1")
    statements: list[str] = []
    raw.set_trace_callback(statements.append)
    end(tx, person, given)
    raw.set_trace_callback(None)
    assert not [one for one in statements if "identity" in one or "FROM slot" in one]
