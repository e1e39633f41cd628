"""Two accounts become one person: the code, what moves, what counts, and that nothing of it is lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from bot.domain.assignment import Assignment, AssignmentState, SkipReason, better
from bot.domain.errors import Refused
from bot.domain.person import Person, PersonState
from bot.domain.project import Project
from bot.services import chasing, linking, people
from bot.services.answering import Desk, load
from bot.services.exporting import export
from bot.services.matching import offer_next, slot_of
from handlers.flows.entry import compose
from storage import sqlite
from storage.transaction import CoreTransaction
from tests.support.workshop import (
    HOUR,
    MINUTE,
    NOW,
    RATED,
    add_project,
    add_tasks,
    add_trainer,
    answer_task,
    counters,
    fill_in,
    new_database,
    offered,
    open_raw,
    project_spec,
    task_spec,
)


@pytest.fixture(scope="module")
def raw_and_core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Connection]]:
    """One database for all examples; its statements are put together once."""
    with open_raw(new_database(tmp_path_factory.mktemp("town"))) as raw:
        yield raw, sqlite.core(raw)


@pytest.fixture
def ana(tx: CoreTransaction) -> Person:
    """Ana's older account."""
    return add_trainer(tx, "ana", "telegram", created_at=NOW - HOUR, domains=("law",))


@pytest.fixture
def anna(tx: CoreTransaction) -> Person:
    """Her other one."""
    return add_trainer(tx, "anna", "slack", domains=("medicine",), languages=("en", "es"))


def joined(tx: CoreTransaction, here: Person, there: Person, now: datetime = NOW) -> Person:
    """`here` gives the code that `there` has made."""
    platform = tx.people.home(here.id)
    assert platform is not None
    return linking.join(tx, here, linking.make_code(tx, there, now), platform, now)


def state_of(tx: CoreTransaction, one: Assignment) -> tuple[AssignmentState, int]:
    found = tx.assignments.get(one.id)
    assert found is not None
    return found.state, found.person_id


@pytest.mark.parametrize("typed", ["{}", "{}".lower(), " {} ", "— {} —"])
def test_code_is_taken_however_it_is_typed(tx: CoreTransaction, ana: Person, anna: Person, typed: str) -> None:
    """A code is known by its letters and digits alone, whatever their case, and in between."""
    code = linking.make_code(tx, ana, NOW)
    assert linking.partner(tx, anna, typed.format(code), NOW) == ana
    for spelled in (code.lower(), code.replace("-", ""), " ".join(code), code.replace("-", "–")):
        assert linking.partner(tx, anna, spelled, NOW) == ana


def test_code_is_not_kept_as_it_is(raw: Any, tx: CoreTransaction, ana: Person) -> None:
    """Whoever reads the database finds no code in it."""
    code = linking.make_code(tx, ana, NOW)
    [row] = raw.execute("SELECT * FROM link_code").fetchall()
    assert linking.code_in(code) not in str(row).upper()
    assert set(linking.code_in(code)) <= set(linking.ALPHABET)


def test_codes_that_do_not_join(tx: CoreTransaction, ana: Person, anna: Person) -> None:
    """Unknown, replaced, expired, used and one's own codes are refused, and so is a second account of a platform."""
    old, new = linking.make_code(tx, ana, NOW), linking.make_code(tx, ana, NOW)
    for code in ("", "ABC", "AAAA-AAAA", old):
        with pytest.raises(Refused, match="does not work"):
            linking.partner(tx, anna, code, NOW)
    with pytest.raises(Refused, match="does not work"):
        linking.partner(tx, anna, new, NOW + linking.CODE_LIFE)
    with pytest.raises(Refused, match="You made this code"):
        linking.partner(tx, ana, new, NOW)
    with pytest.raises(Refused, match="same platform"):
        linking.partner(tx, add_trainer(tx, "ben", "telegram"), new, NOW)
    assert linking.partner(tx, anna, new, NOW + linking.CODE_LIFE - timedelta(seconds=1)) == ana
    one = linking.join(tx, anna, new, "slack", NOW)
    with pytest.raises(Refused, match="does not work"):
        linking.partner(tx, add_trainer(tx, "cleo", "slack"), new, NOW)
    with pytest.raises(Refused, match="same platform"):
        linking.partner(tx, add_trainer(tx, "dora", "slack"), linking.make_code(tx, one, NOW), NOW)


def test_old_codes_are_thrown_away(raw: Any, tx: CoreTransaction, ana: Person, anna: Person) -> None:
    """A code whose time is over goes when the next one is made."""
    linking.make_code(tx, ana, NOW)
    linking.make_code(tx, anna, NOW + linking.CODE_LIFE)
    assert raw.execute("SELECT person_id FROM link_code").fetchall() == [(anna.id,)]


def test_joined_person_has_both_accounts(tx: CoreTransaction, ana: Person, anna: Person) -> None:
    """Both accounts lead to the older person, who has the languages and fields of both, at home where they joined."""
    one = joined(tx, anna, ana)
    assert one == tx.people.find("telegram", "ana") == tx.people.find("slack", "anna") == tx.people.get(one.id)
    assert (one.id, one.accounts, tx.people.home(one.id)) == (ana.id, 2, "slack")
    assert (one.languages, one.domains, one.may_work) == (("en", "es"), ("law", "medicine"), True)
    emptied = tx.people.get(anna.id)
    assert (emptied.state, emptied.accounts, emptied.domains) == (PersonState.ERASED, 0, ())
    assert tx.people.identities(anna.id) == []
    letters = tx.outbox.waiting("telegram", NOW, 10)
    assert [(one.topic, one.address, one.args) for one in letters] == [("linked", "chat-ana", {"platform": "slack"})]
    assert tx.outbox.waiting("slack", NOW, 10) == []


@pytest.mark.parametrize(
    ("older", "newer", "stays"),
    [
        ({}, {}, "older"),
        ({"step": "fields"}, {}, "newer"),
        ({}, {"step": "fields"}, "older"),
        ({"step": "fields"}, {"step": "consent", "consented_at": None}, "older"),
    ],
)
def test_who_stays(tx: CoreTransaction, older: dict[str, Any], newer: dict[str, Any], stays: str) -> None:
    """Whoever is through the onboarding stays, else whoever came first, on whichever side the code is given."""
    for side in (0, 1):
        accounts = {
            "older": add_trainer(tx, f"older{side}", "telegram", created_at=NOW - HOUR, **older),
            "newer": add_trainer(tx, f"newer{side}", "slack", **newer),
        }
        pair = list(accounts.values())
        assert joined(tx, pair[side], pair[1 - side]).id == accounts[stays].id


def test_reachable_when_either_was(tx: CoreTransaction, ana: Person, anna: Person) -> None:
    """Who could not be reached on one platform can be reached once they are joined with one who can."""
    people.lose(tx, ana, "telegram", NOW)
    one = joined(tx, anna, tx.people.get(ana.id))
    assert one.may_work
    people.lose(tx, one, "slack", NOW)
    assert tx.people.get(one.id).reachable is False


def test_work_of_both_is_one(tx: CoreTransaction, ana: Person, anna: Person) -> None:
    """Answers, earnings, tasks in hand and the seat of both are one person's, and numbers go on after both."""
    project = add_project(tx, project_spec(seats=2), [task_spec(key) for key in "abcde"])
    answer_task(tx, ana, offered(tx, ana))
    answer_task(tx, anna, offered(tx, anna))
    here, there = offered(tx, anna), offered(tx, ana)
    assert tx.projects.seats_taken(project.id) == 2
    one = joined(tx, anna, ana)
    assert (tx.projects.seats_taken(project.id), tx.projects.joined(project.id, one.id)) == (1, 4)
    assert [(str(money), count) for money, count in tx.people.earnings(one.id)] == [("0.80 USD", 2)]
    assert tx.projects.progress(project.id).people == 1
    assert [held.id for held in tx.assignments.held_by(one.id)] == [here.id, there.id]
    for held in tx.assignments.held_by(one.id):
        answer_task(tx, one, held)
    assert offered(tx, one).number == 5
    assert len(people.personal_data(tx, one)["answers"]) == 4


def test_tasks_in_hand_come_along(tx: CoreTransaction, ana: Person, anna: Person) -> None:
    """A task in hand whose message stands on the other platform only is shown where they are at home now."""
    add_project(tx, project_spec(), [task_spec("a"), task_spec("b")])
    there, here = offered(tx, ana), offered(tx, anna)
    for platform, chat, held in (("telegram", "chat-ana", there), ("slack", "chat-anna", here)):
        tx.slots.put(platform, chat, slot_of(held.id), "1")
        tx.outbox.drop(held.person_id, slot_of(held.id))
    joined(tx, anna, ana)
    [letter] = tx.outbox.waiting("slack", NOW, 10)
    assert (letter.slot, letter.message, letter.priority) == (slot_of(there.id), None, 20)


def test_letters_move_and_cannot_be_settled_by_who_has_them(tx: CoreTransaction, ana: Person, anna: Person) -> None:
    """What was owed to either is owed to the one, even if it was just being delivered under the other's name."""
    add_project(tx, project_spec(), [task_spec("a")])
    offered(tx, anna)
    [under_way] = tx.outbox.waiting("slack", NOW, 10)
    joined(tx, anna, ana)
    assert compose(tx, under_way, "slack", NOW) is None
    tx.outbox.done(under_way)
    assert [letter.slot for letter in tx.outbox.waiting("slack", NOW, 10)] == [under_way.slot]


def test_first_answer_counts(tx: CoreTransaction, ana: Person, anna: Person) -> None:
    """Of two answers to one task the earlier counts; the other stays uncounted, and the task asks for one more."""
    project = add_project(tx, project_spec(answers_per_task=2), [task_spec("a")])
    first = answer_task(tx, anna, offered(tx, anna), now=NOW)
    second = answer_task(tx, ana, offered(tx, ana), now=NOW + MINUTE)
    Desk(tx, ana, "telegram", NOW + MINUTE).reopen(second)
    assert counters(tx) == {"a": (0, 0, 2)}
    tx.projects.offers_made(project.id)

    one = joined(tx, anna, ana, NOW + 2 * MINUTE)

    assert counters(tx) == {"a": (1, 0, 1)}
    assert tx.projects.wanting_offers() == [project.id]
    assert state_of(tx, first.assignment) == (AssignmentState.SUBMITTED, one.id)
    assert state_of(tx, second.assignment) == (AssignmentState.WITHDRAWN, anna.id)
    assert tx.assignments.open_forms(one.id) == []
    assert [(str(money), count) for money, count in tx.people.earnings(one.id)] == [("0.40 USD", 1)]
    assert (tx.answers.count(project.id), tx.projects.progress(project.id).answers) == (1, 1)
    [row] = tx.answers.rows(project.id)
    assert (row.assignment.id, row.trainer) == (first.assignment.id, ana.pseudonym)
    assert offer_next(tx, one, NOW + 2 * MINUTE) is None


def test_answer_beats_a_task_in_hand(tx: CoreTransaction, ana: Person, anna: Person) -> None:
    """Who has a task in hand that they answered elsewhere gives it back, and others get its place."""
    add_project(tx, project_spec(answers_per_task=2), [task_spec("a")])
    in_hand = fill_in(tx, ana, offered(tx, ana), {"accuracy": 3})
    done = answer_task(tx, anna, offered(tx, anna))
    one = joined(tx, anna, ana)
    assert state_of(tx, in_hand.assignment) == (AssignmentState.WITHDRAWN, anna.id)
    assert state_of(tx, done.assignment) == (AssignmentState.SUBMITTED, one.id)
    assert counters(tx) == {"a": (1, 0, 1)}


def test_task_in_hand_beats_one_that_was_skipped(tx: CoreTransaction, ana: Person, anna: Person) -> None:
    """A task that was skipped under one name and is in hand under the other stays in hand."""
    add_project(tx, project_spec(answers_per_task=2), [task_spec("a")])
    skipped = offered(tx, ana)
    Desk(tx, ana, "telegram", NOW).skip(load(tx, ana, skipped.id), SkipReason.UNCLEAR)
    in_hand = fill_in(tx, anna, offered(tx, anna), {"accuracy": 3}, platform="slack")
    one = joined(tx, ana, anna)
    assert [held.id for held in tx.assignments.held_by(one.id)] == [in_hand.assignment.id]
    assert state_of(tx, skipped) == (AssignmentState.SKIPPED, anna.id)
    assert counters(tx) == {"a": (1, 1, 0)}


def test_messages_of_what_counts_no_more_are_put_right(tx: CoreTransaction, ana: Person, anna: Person) -> None:
    """The message of the one of two that counts no more loses its buttons, and says why."""
    add_project(tx, project_spec(answers_per_task=2), [task_spec("a")])
    in_hand = fill_in(tx, ana, offered(tx, ana), {"accuracy": 3})
    answer_task(tx, anna, offered(tx, anna))
    tx.slots.put("telegram", "chat-ana", slot_of(in_hand.assignment.id), "1")
    joined(tx, anna, ana)
    [letter] = [one for one in tx.outbox.waiting("telegram", NOW, 10) if one.topic == "copy"]
    delivery = compose(tx, letter, "telegram", NOW)
    assert delivery is not None
    [screen] = delivery.reply.items
    assert "both of your accounts" in str(screen)
    assert (screen.rows, delivery.messages) == ((), {slot_of(in_hand.assignment.id): "1"})  # type: ignore[union-attr]


@pytest.mark.parametrize("states", [("submitted", "started"), ("started", "offered"), ("offered", "skipped")])
def test_better_is_told_alike_from_both_sides(tx: CoreTransaction, ana: Person, states: tuple[str, str]) -> None:
    """Which of two assignments counts does not depend on which is named first."""
    add_project(tx, project_spec(), [task_spec("a")])
    first, second = (replace(offered(tx, ana), state=AssignmentState(state), ended_at=NOW) for state in states)
    assert better(first, second) is better(second, first) is first


WANTED = 3
ACCOUNTS = [("telegram", "ana"), ("slack", "anna"), ("telegram", "ben"), ("slack", "cleo")]
"""The first two are one person's."""

OFTEN = ["answer", "answer", "answer", "start", "start", "skip", "offer", "change", "revise"]
SELDOM = ["lose", "wait a minute", "wait an hour", "wait a day", "deliver", "import"]
ACTS = st.lists(st.tuples(st.sampled_from([*OFTEN, *OFTEN, *SELDOM]), st.sampled_from([0, 1, 0, 1, 2, 3])), max_size=40)


class Town:
    """Four accounts at work on the same few tasks."""

    def __init__(self, tx: CoreTransaction) -> None:
        self.tx = tx
        self.now = NOW
        self.project: Project = add_project(
            tx, project_spec(answers_per_task=WANTED), [task_spec(key) for key in "abc"]
        )
        self.joined = False
        self.answered: dict[str, datetime] = {}
        """When the person of two accounts answered each task first."""
        for platform, user in ACCOUNTS:
            add_trainer(tx, user, platform, wakes=0, sleeps=0)

    def act(self, what: str, n: int) -> None:
        self.now += timedelta(seconds=1)
        platform, user = ACCOUNTS[n]
        person = people.arrive(self.tx, platform, user, f"chat-{user}", "en", self.now)
        desk = Desk(self.tx, person, platform, self.now)
        match what:
            case "offer":
                offer_next(self.tx, person, self.now)
            case "answer" | "start" | "skip":
                self.work(what, n, desk)
            case "change" | "revise":
                self.change(desk, submit=what == "revise")
            case "lose":
                people.lose(self.tx, person, platform, self.now)
            case "deliver":
                self.deliver()
            case "import":
                add_tasks(self.tx, self.project.id, [task_spec(f"at {self.now}")], WANTED)
            case _:
                self.now += {"minute": MINUTE, "hour": HOUR, "day": 24 * HOUR}[what.split()[-1]]
                chasing.expire_due(self.tx, self.now, 50)

    def work(self, how: str, n: int, desk: Desk) -> None:
        if (given := offer_next(self.tx, desk.person, self.now)) is None:
            return
        work = load(self.tx, desk.person, given.id)
        if how == "skip":
            desk.skip(work, SkipReason.BROKEN)
        elif how == "start":
            fill_in(self.tx, desk.person, given, {"accuracy": RATED["accuracy"]}, self.now, desk.platform)
        else:
            answer_task(self.tx, desk.person, given, now=self.now, platform=desk.platform)
            if n < 2:
                self.answered.setdefault(work.task.spec.key, self.now)

    def change(self, desk: Desk, *, submit: bool) -> None:
        last = self.tx.assignments.last_answered(desk.person.id)
        work = load(self.tx, desk.person, last.id) if last else None
        if work and work.answer and self.now < work.answer.changeable_until(work.project.spec.edit_window):
            work = desk.answer(desk.reopen(work), "tone", 3)
            if submit:
                desk.submit(work)

    def deliver(self) -> None:
        """All that is owed can be said, and its messages are known afterwards."""
        for platform in ("telegram", "slack"):
            for letter in self.tx.outbox.waiting(platform, self.now, 100):
                delivery = compose(self.tx, letter, platform, self.now)
                if delivery is not None:
                    assert delivery.reply.items
                    self.tx.slots.put(platform, letter.address, letter.slot, f"message {letter.id}")
                self.tx.outbox.done(letter)

    def join(self, here: int) -> None:
        here_account, there_account = ACCOUNTS[here], ACCOUNTS[1 - here]
        there = people.arrive(self.tx, *there_account, f"chat-{there_account[1]}", "en", self.now)
        person = people.arrive(self.tx, *here_account, f"chat-{here_account[1]}", "en", self.now)
        one = linking.join(self.tx, person, linking.make_code(self.tx, there, self.now), here_account[0], self.now)
        assert one == self.tx.people.get(one.id)
        assert self.tx.people.home(one.id) == here_account[0]
        self.joined = True

    def check(self) -> None:
        self.counters_are_what_rows_say()
        self.exports_and_sums_say_the_same()
        self.rows_belong_together()
        if self.joined:
            self.no_answer_is_lost()

    def rows(self, query: str) -> list[Any]:
        return list(self.tx._core.exec_driver_sql(query).all())

    def counters_are_what_rows_say(self) -> None:
        for places, held, answers, holding, submitted, counted, different in self.rows(
            """SELECT task.places, task.held, task.answers,
                count(*) FILTER (WHERE assignment.state IN ('offered', 'started')),
                count(*) FILTER (WHERE assignment.state = 'submitted'),
                count(*) FILTER (WHERE answer.withdrawn = 0),
                count(DISTINCT CASE WHEN answer.withdrawn = 0 THEN assignment.person_id END)
            FROM task LEFT JOIN assignment ON assignment.task_id = task.id
            LEFT JOIN answer ON answer.assignment_id = assignment.id GROUP BY task.id"""
        ):
            assert (held, answers) == (holding, submitted)
            assert answers == counted == different
            assert places + held + answers == WANTED
            assert places >= 0

    def exports_and_sums_say_the_same(self) -> None:
        total = sum(answers for _, _, answers in counters(self.tx).values())
        lines: list[bytes] = []
        assert export(self.tx, "cardio", "answers", lines.append, lambda done, all_: None) == total
        progress = self.tx.projects.progress(self.project.id)
        assert self.tx.answers.count(self.project.id) == progress.answers == total
        found = [self.tx.people.find(*account) for account in ACCOUNTS]
        earned = {person.id: sum(n for _, n in self.tx.people.earnings(person.id)) for person in found if person}
        assert sum(earned.values()) == total
        assert progress.people == len([count for count in earned.values() if count])
        assert self.tx.projects.seats_taken(self.project.id) <= len(earned)

    def rows_belong_together(self) -> None:
        assert not self.rows(
            "SELECT 1 FROM answer n JOIN assignment a ON a.id = assignment_id AND a.person_id <> n.person_id"
        )
        for person_id, accounts, homes, identities in self.rows(
            """SELECT person.id, accounts, coalesce(sum(home), 0), count(identity.id)
            FROM person LEFT JOIN identity ON identity.person_id = person.id GROUP BY person.id"""
        ):
            assert accounts == identities
            assert homes == min(1, identities)
            if not identities:
                for table in ("participation", "frontier", "outbox", "link_code"):
                    assert not self.rows(f"SELECT 1 FROM {table} WHERE person_id = {person_id}")
                assert self.tx.assignments.open_forms(person_id) == []
        assert self.rows("SELECT sum(given) FROM participation") == self.rows(
            "SELECT nullif(count(*), 0) FROM assignment"
        )

    def no_answer_is_lost(self) -> None:
        """For each task that either account answered the one has an answer, and it is the first."""
        one = self.tx.people.find(*ACCOUNTS[0])
        assert one is not None
        assert one == self.tx.people.find(*ACCOUNTS[1])
        kept = {row.task.key: row.answer.submitted_at for row in self.tx.answers.rows_of_person(one.id)}
        assert kept == self.answered

    def work_off(self, n: int) -> None:
        """The one gets and can answer each task once that neither account has had, and then the next that comes."""
        platform, user = ACCOUNTS[n]
        one = people.arrive(self.tx, platform, user, f"chat-{user}", "en", self.now)
        had = {given.task_id for given, _, _ in self.tx.assignments.of_person(one.id)}
        had -= {held.task_id for held in self.tx.assignments.held_by(one.id)}
        while (new := offer_next(self.tx, one, self.now)) is not None:
            assert new.task_id not in had
            had.add(new.task_id)
            work = answer_task(self.tx, one, new, now=self.now, platform=platform)
            self.answered[work.task.spec.key] = self.now
        add_tasks(self.tx, self.project.id, [task_spec("one more")], WANTED)
        assert offer_next(self.tx, one, self.now) is not None


@settings(max_examples=60)
@given(before=ACTS, here=st.integers(0, 1), after=ACTS, last=st.integers(0, 1))
def test_joining_keeps_all_in_order(
    raw_and_core: tuple[Any, Connection],
    before: list[tuple[str, int]],
    here: int,
    after: list[tuple[str, int]],
    last: int,
) -> None:
    """Whatever two accounts did before and do after they are joined, each task counts them once, and all sums agree."""
    raw, core = raw_and_core
    raw.execute("BEGIN IMMEDIATE")
    try:
        town = Town(CoreTransaction(core))
        for what, n in before:
            town.act(what, n)
        town.check()
        town.join(here)
        town.check()
        town.deliver()
        for what, n in after:
            town.act(what, n)
        town.check()
        town.work_off(last)
        town.check()
        town.deliver()
    finally:
        raw.execute("ROLLBACK")
