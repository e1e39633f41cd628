"""/link and /report, from what a person does to what they see."""

import re
from datetime import timedelta

import pytest

from bot.domain.assignment import AssignmentState, ReportReason
from bot.domain.person import Person, Push
from bot.domain.text import Text
from bot.services import projects
from bot.services.linking import CODE_LIFE
from bot.services.matching import slot_of
from handlers.flows.entry import compose, take
from handlers.flows.intents import Arrival, Command, Intent, Press
from handlers.flows.screens import Delivery, Screen
from storage.transaction import CoreTransaction
from tests.support.workshop import (
    MINUTE,
    NOW,
    add_project,
    add_trainer,
    answer_task,
    offered,
    project_spec,
    task_spec,
)

USERS = {"telegram": "ana", "slack": "anna"}


class Chats:
    """One person's two chats, without anything in between."""

    def __init__(self, tx: CoreTransaction) -> None:
        self.tx = tx
        self.now = NOW
        self._updates = 0

    def do(self, platform: str, intent: Intent, message: str | None = None, language: str = "en") -> Delivery:
        self._updates += 1
        user = USERS[platform]
        arrival = Arrival(platform, str(self._updates), user, f"chat-{user}", language, intent, message=message)
        delivery = take(self.tx, arrival, self.now)
        assert delivery is not None
        return delivery

    def code(self, platform: str) -> str:
        [quote] = re.findall(
            r"content='\S+ (?:link )?([A-Z0-9]{4}-[A-Z0-9]{4})'", str(self.do(platform, Command("link")))
        )
        return str(quote)


@pytest.fixture
def chats(tx: CoreTransaction) -> Chats:
    return Chats(tx)


def ana(tx: CoreTransaction) -> Person:
    return add_trainer(tx, "ana", "telegram", wakes=0, sleeps=0)


def anna(tx: CoreTransaction) -> Person:
    return add_trainer(tx, "anna", "slack", wakes=0, sleeps=0)


def said(delivery: Delivery) -> str:
    """All words of all screens, and the notice over them."""
    words = [str(block) for item in delivery.reply.items if isinstance(item, Screen) for block in item.blocks]
    return "\n".join([*words, str(delivery.reply.notice or "")])


def actions(delivery: Delivery, item: int = 0) -> list[str]:
    screen = delivery.reply.items[item]
    assert isinstance(screen, Screen)
    return [button.action for group in screen.rows for button in group.buttons]


def test_two_accounts_are_joined(tx: CoreTransaction, chats: Chats) -> None:
    """A code from one platform, given and confirmed on the other, makes them one, and both sides hear of it."""
    ana(tx)
    anna(tx)
    delivery = chats.do("slack", Command("link", chats.code("telegram").lower()))
    assert "Telegram" in said(delivery)
    join, cancel = actions(delivery)
    assert cancel == "no-link"
    delivery = chats.do("slack", Press(join), message="7")
    assert "Your accounts are joined" in said(delivery)
    assert (delivery.tapped, delivery.reply.menu) == ("link", True)
    one = tx.people.find("telegram", "ana")
    assert one == tx.people.find("slack", "anna")
    [letter] = tx.outbox.waiting("telegram", NOW, 10)
    there = compose(tx, letter, "telegram", NOW)
    assert there is not None
    assert "Slack and Telegram" in said(there)
    assert "Your accounts are joined" in said(chats.do("telegram", Command("link")))


def test_tapping_join_again(tx: CoreTransaction, chats: Chats) -> None:
    """A second tap on Join finds them joined, and is no mistake."""
    ana(tx)
    anna(tx)
    [join, _] = actions(chats.do("slack", Command("link", chats.code("telegram"))))
    chats.do("slack", Press(join))
    again = chats.do("slack", Press(join))
    assert "Your accounts are joined" in said(again)
    assert not again.reply.alarm


def test_the_one_who_goes_is_answered_in_the_language_of_the_one_who_stays(tx: CoreTransaction, chats: Chats) -> None:
    """Somebody new on one platform who joins with their older account goes on in its language and onboarding."""
    add_trainer(tx, "ana", "telegram", locale="es", languages=("es",))
    code = chats.code("telegram")
    assert "Welcome" in said(chats.do("slack", Command("start"), language="de"))
    [join, _] = actions(chats.do("slack", Command("link", code)))
    delivery = chats.do("slack", Press(join))
    assert delivery.locale == "es"
    assert "/start" not in said(chats.do("slack", Command("why")))


def test_who_is_not_through_the_onboarding_goes_on_with_it(tx: CoreTransaction, chats: Chats) -> None:
    """When neither account is through the onboarding, the next question of the older one comes with the news."""
    chats.do("telegram", Command("start"))
    chats.do("telegram", Press("agree"))
    chats.now += MINUTE
    code = chats.code("telegram")
    chats.do("slack", Command("start"))
    [join, _] = actions(chats.do("slack", Command("link", code)))
    delivery = chats.do("slack", Press(join))
    assert "Which language shall we speak?" in said(delivery)
    assert "w-lang:en" in actions(delivery, 1)


def test_refusals(tx: CoreTransaction, chats: Chats) -> None:
    """What does not join says why: on the command, and on a button whose code has run out meanwhile."""
    ana(tx)
    anna(tx)
    code = chats.code("telegram")
    assert "does not work" in said(chats.do("slack", Command("link", "nonsense")))
    assert "You made this code" in said(chats.do("telegram", Command("link", code)))
    [join, cancel] = actions(chats.do("slack", Command("link", code)))
    assert "Nothing was joined" in said(chats.do("slack", Press(cancel)))
    chats.now += CODE_LIFE
    delivery = chats.do("slack", Press(join))
    assert isinstance(delivery.reply.notice, Text)
    assert ("does not work" in str(delivery.reply.notice), delivery.reply.alarm) == (True, True)
    assert tx.people.find("slack", "anna") != tx.people.find("telegram", "ana")


def test_joining_brings_the_task_in_hand(tx: CoreTransaction, chats: Chats) -> None:
    """The task in hand on one platform comes to the one where they are now; who has none gets the next one."""
    add_project(tx, project_spec(), [task_spec("a")])
    given = offered(tx, ana(tx))
    anna(tx)
    [join, _] = actions(chats.do("slack", Command("link", chats.code("telegram"))))
    chats.do("slack", Press(join))
    assert [letter.slot for letter in tx.outbox.waiting("slack", NOW, 10)] == [slot_of(given.id)]


def test_report_of_the_task_in_hand(tx: CoreTransaction, chats: Chats) -> None:
    """The task in hand is reported with one tap more, skipped with it, and the next one comes."""
    project = add_project(tx, project_spec(), [task_spec("a"), task_spec("b")])
    person = ana(tx)
    given = offered(tx, person)
    delivery = chats.do("telegram", Command("report"))
    assert project.spec.title in said(delivery)
    reasons = [f"report:{given.id}:{reason}" for reason in ReportReason]
    assert actions(delivery) == [*reasons, "no-report"]
    delivery = chats.do("telegram", Press(reasons[2]), message="7")
    assert "Thank you" in said(delivery)
    assert "Skipped" in said(delivery)
    assert delivery.tapped == "report"
    [held] = tx.assignments.held_by(person.id)
    assert held.id != given.id
    chats.do("telegram", Press(reasons[1]))
    _, _, reports = projects.show(tx, "cardio")
    assert [(one.task, one.reason, one.count) for one in reports] == [("a", "offensive", 1)]
    assert [held] == tx.assignments.held_by(person.id)


def test_report_of_an_answered_task(tx: CoreTransaction, chats: Chats) -> None:
    """Without a task in hand the last answered one is reported; its answer stays."""
    add_project(tx, project_spec(), [task_spec("a"), task_spec("b")])
    person = add_trainer(tx, "ana", push=Push.ASK)
    done = answer_task(tx, person, offered(tx, person))
    [broken, *_] = actions(chats.do("telegram", Command("report", "it is broken")))
    assert broken == f"report:{done.assignment.id}:broken"
    delivery = chats.do("telegram", Press(broken))
    assert len(delivery.reply.items) == 1
    assert tx.answers.of(done.assignment.id) == done.answer


def test_report_of_a_certain_task(tx: CoreTransaction, chats: Chats) -> None:
    """The task whose message is meant is reported, also when another is in hand; others' tasks are not found."""
    add_project(tx, project_spec(), [task_spec(key) for key in "abc"])
    person = ana(tx)
    done = answer_task(tx, person, offered(tx, person))
    in_hand = offered(tx, person)
    foreign = offered(tx, add_trainer(tx, "ben"))
    tx.slots.put("telegram", "chat-ana", slot_of(done.assignment.id), "7")
    delivery = chats.do("telegram", Command("report"), message="7")
    assert actions(delivery)[0] == f"report:{done.assignment.id}:broken"
    chats.do("telegram", Press(actions(delivery)[0]))
    assert tx.assignments.held_by(person.id) == [in_hand]
    assert "no longer here" in said(chats.do("telegram", Command("report", str(foreign.id))))
    assert "no longer here" in said(chats.do("telegram", Press(f"report:{foreign.id}:broken")))
    assert tx.reports.of(foreign.id) is None


def test_report_that_comes_to_nothing(tx: CoreTransaction, chats: Chats) -> None:
    """Cancel, an unknown reason, and no task at all change nothing and say so."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = ana(tx)
    assert "no task yet" in said(chats.do("telegram", Command("report")))
    given = offered(tx, person)
    assert "Nothing was reported" in said(chats.do("telegram", Press("no-report")))
    assert "out of date" in said(chats.do("telegram", Press(f"report:{given.id}:boring")))
    assert tx.reports.of(given.id) is None
    assert tx.assignments.held_by(person.id) == [given]


def test_overdue_task_is_reported_and_left_to_the_clock(tx: CoreTransaction, chats: Chats) -> None:
    """A task whose time is over is not skipped any more, and its report is kept all the same."""
    add_project(tx, project_spec(), [task_spec("a")])
    given = offered(tx, ana(tx))
    chats.now = given.due_at + timedelta(seconds=1)
    assert "Thank you" in said(chats.do("telegram", Press(f"report:{given.id}:broken")))
    assert tx.reports.of(given.id) is ReportReason.BROKEN
    stored = tx.assignments.get(given.id)
    assert stored is not None
    assert stored.state is AssignmentState.OFFERED
