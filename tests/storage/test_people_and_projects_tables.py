"""People, projects, answers and what was earned, as they are kept."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.assignment import Assignment, AssignmentState, ReportReason
from bot.domain.errors import NotFound
from bot.domain.person import Person, PersonState, Push
from bot.domain.project import ProjectState, Wording
from bot.domain.units import Money
from bot.services.matching import slot_of, withdraw
from storage.transaction import CoreTransaction
from tests.support.workshop import (
    HOUR,
    MINUTE,
    NOW,
    RATED,
    add_identity,
    add_project,
    add_tasks,
    add_trainer,
    answer_task,
    counters,
    offered,
    project_spec,
    task_spec,
    transaction,
)


def test_person_comes_back_whole(tx: CoreTransaction) -> None:
    """A person comes back as they were saved, by id and by each platform's name for them."""
    person = add_trainer(
        tx,
        "ana",
        languages=("en", "pt_BR"),
        domains=("law", "medicine"),
        time_zone="Asia/Tokyo",
        wakes=22,
        sleeps=6,
        push=Push.ASK,
        wants_work_at=NOW + HOUR,
    )
    assert tx.people.get(person.id) == person
    assert tx.people.find("telegram", "ana") == person
    assert tx.people.find("slack", "ana") is None
    assert tx.people.identities(person.id) == [("telegram", "ana")]
    with pytest.raises(NotFound):
        tx.people.get(10_000)


def test_those_wanting_work_come_in_order(tx: CoreTransaction) -> None:
    """People whose time to look for work has come are handed out longest waiting first, and no more than asked."""
    for user, wait in (("late", 1), ("first", 3), ("second", 2)):
        add_trainer(tx, user, wants_work_at=NOW - wait * MINUTE)
    add_trainer(tx, "later", wants_work_at=NOW + MINUTE)
    add_trainer(tx, "never")
    names = [tx.people.identities(person.id)[0][1] for person in tx.people.wanting_work(NOW, 10)]
    assert names == ["first", "second", "late"]
    assert len(tx.people.wanting_work(NOW, 2)) == 2


def test_idle_are_those_who_could_be_given_something(tx: CoreTransaction) -> None:
    """Idle is who wants tasks pushed, holds none, waits for none and is not away."""
    add_project(tx, project_spec(), [task_spec("a"), task_spec("b"), task_spec("c")])
    idle = [add_trainer(tx, f"idle{n}") for n in range(3)]
    add_trainer(tx, "asks", push=Push.ASK)
    add_trainer(tx, "waits", wants_work_at=NOW)
    add_trainer(tx, "new", step="language")
    tx.people.save(replace(add_trainer(tx, "paused"), state=PersonState.PAUSED))
    offered(tx, add_trainer(tx, "busy"))
    away = add_trainer(tx, "away")
    ran_out = offered(tx, away)
    tx.assignments.save(ran_out.end("expired", NOW + HOUR))  # type: ignore[arg-type]
    assert tx.people.idle(0, 10) == idle
    assert tx.people.idle(idle[0].id, 1) == [idle[1]]
    tx.people.save(replace(away, seen_at=NOW + 2 * HOUR))
    assert len(tx.people.idle(0, 10)) == 4


def test_forgetting_identities_leaves_no_way_back(raw: Any, tx: CoreTransaction) -> None:
    """Forgetting somebody removes their identities, slots and letters, and nobody else's."""
    for user in ("ana", "ben"):
        person = add_trainer(tx, user)
        tx.slots.put("telegram", f"chat-{user}", "task", "1")
        tx.outbox.put(person.id, "news", "news", {}, 20, NOW)
    ana = tx.people.find("telegram", "ana")
    assert ana is not None
    tx.people.forget_identities(ana.id)
    assert tx.people.find("telegram", "ana") is None
    assert raw.execute("SELECT user FROM identity").fetchall() == [("ben",)]
    assert raw.execute("SELECT address FROM slot").fetchall() == [("chat-ben",)]
    assert [letter.address for letter in tx.outbox.waiting("telegram", NOW, 10)] == ["chat-ben"]


def homes(raw: Any) -> dict[str, bool]:
    return {user: bool(home) for user, home in raw.execute("SELECT user, home FROM identity").fetchall()}


def test_home_is_where_they_write_from(raw: Any, tx: CoreTransaction) -> None:
    """Whoever writes from another of their accounts is at home there and can be reached there again."""
    person = add_trainer(tx, "ana")
    add_identity(tx, person.id, "slack", "anna")
    assert (tx.people.home(person.id), homes(raw)) == ("telegram", {"ana": True, "anna": False})
    for platform, user, address in (("slack", "anna", "chat-new"), ("telegram", "ana", "chat-ana")):
        assert tx.people.meet(platform, user, address) == tx.people.get(person.id)
        assert (tx.people.home(person.id), homes(raw)[user], sum(homes(raw).values())) == (platform, True, 1)
    rows = raw.execute("SELECT user, address FROM identity ORDER BY id").fetchall()
    assert rows == [("ana", "chat-ana"), ("anna", "chat-new")]


def test_nothing_is_written_when_nothing_has_changed(raw: Any, tx: CoreTransaction) -> None:
    """Meeting somebody where they are at home takes one statement, which writes nothing."""
    add_trainer(tx, "ana")
    statements: list[str] = []
    raw.set_trace_callback(statements.append)
    tx.people.meet("telegram", "ana", "chat-ana")
    raw.set_trace_callback(None)
    assert [statement.split()[0] for statement in statements] == ["SELECT"]


def test_leaving_platforms(raw: Any, tx: CoreTransaction) -> None:
    """Who leaves their home is at home elsewhere while they can be reached anywhere, and comes back by writing."""
    person = add_trainer(tx, "ana")
    add_identity(tx, person.id, "slack", "anna")
    assert tx.people.leave(person.id, "telegram") is True
    assert homes(raw) == {"ana": False, "anna": True}
    assert tx.people.leave(person.id, "slack") is False
    assert sum(homes(raw).values()) == 1
    tx.people.meet("telegram", "ana", "chat-ana")
    assert homes(raw) == {"ana": True, "anna": False}
    assert tx.people.leave(person.id, "slack") is True
    assert homes(raw) == {"ana": True, "anna": False}
    assert tx.people.leave(add_trainer(tx, "ben").id, "telegram") is False


def test_withdrawn_answers_count_nowhere(tx: CoreTransaction) -> None:
    """An answer that was withdrawn is not exported, not earned with and no progress; its task needs one more."""
    project = add_project(tx, project_spec(), [task_spec("a"), task_spec("b")])
    person = add_trainer(tx)
    kept, gone = (answer_task(tx, person, offered(tx, person)) for _ in range(2))
    tx.answers.withdraw(gone.assignment.id)
    tx.tasks.uncount(gone.task.id)
    assert [row.answer.id for row in tx.answers.rows(project.id)] == [kept.answer.id if kept.answer else None]
    assert [row.task.key for row in tx.answers.rows_of_person(person.id)] == ["a"]
    assert [count for _, count in tx.people.earnings(person.id)] == [1]
    progress = tx.projects.progress(project.id)
    assert (tx.answers.count(project.id), progress.answers, progress.done, progress.people) == (1, 1, 1, 1)
    assert counters(tx) == {"a": (0, 0, 1), "b": (1, 0, 0)}


def test_last_answered(tx: CoreTransaction) -> None:
    """The last answered task is the one submitted last, whichever was given last."""
    add_project(tx, project_spec(), [task_spec(key) for key in "abc"])
    person = add_trainer(tx)
    assert tx.assignments.last_answered(person.id) is None
    first = answer_task(tx, person, offered(tx, person), now=NOW + MINUTE)
    answer_task(tx, person, offered(tx, person), now=NOW)
    offered(tx, person)
    assert tx.assignments.last_answered(person.id) == first.assignment


def test_reports_are_counted_by_task_and_reason(tx: CoreTransaction) -> None:
    """One report an assignment counts, the latest, and each project knows its own."""
    project = add_project(tx, project_spec(answers_per_task=3), [task_spec("a")])
    other = add_project(tx, project_spec("other"), [task_spec("b")])
    ana, ben, cleo = (offered(tx, add_trainer(tx, user)) for user in ("ana", "ben", "cleo"))
    assert tx.reports.of(ana.id) is None
    for about, reason in ((ana, "broken"), (ben, "broken"), (cleo, "broken"), (cleo, "offensive")):
        tx.reports.put(about, ReportReason(reason), NOW)
    assert tx.reports.of(cleo.id) is ReportReason.OFFENSIVE
    assert [(one.task, one.reason, one.count) for one in tx.reports.of_project(project.id)] == [
        ("a", "broken", 2),
        ("a", "offensive", 1),
    ]
    assert tx.reports.of_project(other.id) == []


def test_handing_over(raw: Any, tx: CoreTransaction) -> None:
    """Sums are added up, the earlier joining and the nearer frontier hold, and letters already owed come first."""
    project = add_project(tx, project_spec(answers_per_task=2), [task_spec(key) for key in "abc"])
    of, to = add_trainer(tx, "ana"), add_trainer(tx, "anna", "slack")
    behind, [mine] = [offered(tx, of), *step(tx, of, 2)], step(tx, to, 1, NOW + HOUR)
    for person, platform, slot, n in ((of, "", "news", 1), (to, "", "news", 2), (of, "slack", "news", 3)):
        tx.outbox.drop(person.id, slot_of(behind[-1].id))
        tx.outbox.put(person.id, slot, "news", {"n": n}, 20, NOW, platform)
    tx.links.hand_over(of.id, to.id, [mine.id], "slack")
    assert raw.execute("SELECT person_id, given FROM participation").fetchall() == [(to.id, 4)]
    assert tx.projects.seats_taken(project.id) == 1
    [frontier] = raw.execute("SELECT person_id, task_id FROM frontier").fetchall()
    assert frontier == (to.id, mine.task_id)
    owners = dict(raw.execute("SELECT id, person_id FROM assignment").fetchall())
    assert owners == {**{one.id: to.id for one in behind}, mine.id: of.id}
    assert raw.execute("SELECT count(*) FROM person").fetchone() == (2,)
    letters = [letter.args for letter in tx.outbox.waiting("slack", NOW, 10) if letter.slot == "news"]
    assert letters == [{"n": 2}, {"n": 3}]
    assert tx.people.identities(of.id) == []


def step(tx: CoreTransaction, person: Person, times: int, now: datetime = NOW) -> list[Assignment]:
    """The next tasks of somebody who skips what they have."""
    had = []
    for _ in range(times):
        for held in tx.assignments.held_by(person.id):
            withdraw(tx, held, AssignmentState.SKIPPED, now)
        had.append(offered(tx, person, now))
    return had


def test_project_comes_back_whole(tx: CoreTransaction) -> None:
    """A project comes back as its file said, with money to the last decimal."""
    spec = project_spec(
        domains=("law", "medicine"),
        deadline=NOW + timedelta(days=3, milliseconds=1),
        seats=20,
        pay=Money(Decimal("0.123456"), "EUR"),
        wordings={"es": Wording("Título", "Haga esto.")},
        questions=({"id": "good", "type": "scale", "prompt": "Good?", "min": 0},),
        answers_per_task=3,
    )
    project = add_project(tx, spec)
    assert project.spec == spec
    assert tx.projects.by_slug("cardio") == tx.projects.get(project.id) == project
    assert tx.projects.by_slug("other") is None
    with pytest.raises(NotFound):
        tx.projects.get(10_000)


def test_projects_come_by_deadline(tx: CoreTransaction) -> None:
    """Projects in the states asked for come soonest deadline first, those without one last."""
    for slug, hours in (("none", None), ("late", 9), ("soon", 1)):
        add_project(tx, project_spec(slug, deadline=NOW + hours * HOUR if hours else None))
    paused = add_project(tx, project_spec("paused"))
    tx.projects.save(replace(paused, state=ProjectState.PAUSED))
    assert [one.spec.slug for one in tx.projects.all(ProjectState.OPEN)] == ["soon", "late", "none"]
    assert [one.spec.slug for one in tx.projects.all(ProjectState.PAUSED)] == ["paused"]


def test_progress_counts(tx: CoreTransaction) -> None:
    """Progress counts tasks, answers, those in hand and the people behind them, as far as they are published."""
    project = add_project(tx, project_spec(answers_per_task=2), [task_spec("a"), task_spec("b")])
    ana, ben, cleo = (add_trainer(tx, user) for user in ("ana", "ben", "cleo"))
    for person in (ana, ben):
        answer_task(tx, person, offered(tx, person))
    offered(tx, cleo)
    staged = tx.imports.begin(project.id, NOW)
    tx.imports.stage(staged, [(task_spec("staged"), "digest")], 2, NOW)
    progress = tx.projects.progress(project.id)
    assert (progress.tasks, progress.done, progress.answers) == (2, 1, 2)
    assert (progress.wanted, progress.held, progress.people) == (4, 1, 2)


def test_task_with_more_answers_than_wanted_is_done(tx: CoreTransaction) -> None:
    """A task that has more answers than are wanted by now counts as done."""
    project = add_project(tx, project_spec(answers_per_task=2), [task_spec("a")])
    for user in ("ana", "ben"):
        person = add_trainer(tx, user)
        answer_task(tx, person, offered(tx, person))
    tx.tasks.resize(project.id, 1)
    assert tx.projects.progress(project.id).done == 1


def test_seats_are_taken_once_a_person(tx: CoreTransaction) -> None:
    """Somebody takes one seat with their first task, and each task after it has the next number."""
    project = add_project(tx, project_spec(), [])
    ana, ben = add_trainer(tx, "ana"), add_trainer(tx, "ben")
    assert tx.projects.joined(project.id, ana.id) is None
    assert [tx.projects.join(project.id, ana.id, NOW) for _ in range(3)] == [1, 2, 3]
    assert tx.projects.join(project.id, ben.id, NOW) == 1
    assert tx.projects.seats_taken(project.id) == 2
    assert tx.projects.joined(project.id, ana.id) == 3


def test_news_is_a_flag(tx: CoreTransaction) -> None:
    """A project with news is found until its offers were made."""
    project = add_project(tx, project_spec())
    assert tx.projects.wanting_offers() == []
    tx.projects.want_offers(project.id)
    tx.projects.want_offers(project.id)
    assert tx.projects.wanting_offers() == [project.id]
    tx.projects.offers_made(project.id)
    assert tx.projects.wanting_offers() == []


def test_revisions_are_never_overwritten(raw: Any, tx: CoreTransaction) -> None:
    """A changed answer is a new revision; those before it stay as they were, and the latest one counts."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = add_trainer(tx)
    work = answer_task(tx, person, offered(tx, person))
    answer = work.answer
    assert answer is not None
    for n in (2, 3):
        answer = tx.answers.revise(answer, {**RATED, "tone": n}, NOW + n * MINUTE)
    rows = raw.execute("SELECT revision, \"values\" ->> 'tone', revised_at FROM answer_revision ORDER BY revision")
    start = int(NOW.timestamp() * 1000)
    assert rows.fetchall() == [(1, 5, start), (2, 2, start + 120_000), (3, 3, start + 180_000)]
    assert tx.answers.of(work.assignment.id) == answer
    assert (answer.revision, answer.submitted_at, answer.revised_at) == (3, NOW, NOW + 3 * MINUTE)
    assert tx.answers.count(work.project.id) == 1
    with pytest.raises(Exception, match="UNIQUE"):
        tx.answers.revise(replace(answer, revision=2), RATED, NOW)


def test_one_answer_an_assignment(tx: CoreTransaction) -> None:
    """The database itself refuses a second answer to one assignment."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = add_trainer(tx)
    work = answer_task(tx, person, offered(tx, person))
    with pytest.raises(Exception, match="UNIQUE"):
        tx.answers.add(work.assignment, RATED, None, NOW)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pays=st.lists(
        st.tuples(st.decimals("0", "999999", places=6), st.sampled_from(["USD", "EUR"])) | st.none(), max_size=6
    )
)
def test_earnings_are_exact(raw: Any, pays: list[tuple[Decimal, str] | None]) -> None:
    """What somebody earned is the exact decimal sum of the pay of their answers, by currency."""
    with transaction(raw) as tx:
        person = add_trainer(tx)
        expected: dict[str | None, tuple[Decimal, int]] = {}
        for n, pay in enumerate(pays):
            add_project(tx, project_spec(f"p-{n}", pay=Money(*pay) if pay else None), [task_spec("a")])
            answer_task(tx, person, offered(tx, person))
            amount, currency = pay or (Decimal(0), None)
            total, count = expected.get(currency, (Decimal(0), 0))
            expected[currency] = (total + amount, count + 1)
        found = {
            money.currency if money else None: (money.amount if money else Decimal(0), count)
            for money, count in tx.people.earnings(person.id)
        }
        assert found == expected


def test_ten_dimes_are_a_dollar(tx: CoreTransaction) -> None:
    """Ten answers at 0.10 earn 1.00, with both decimals."""
    add_project(tx, project_spec(pay=Money(Decimal("0.10"), "USD")), [task_spec(f"t{n}") for n in range(10)])
    person = add_trainer(tx)
    for _ in range(10):
        answer_task(tx, person, offered(tx, person))
    [(money, count)] = tx.people.earnings(person.id)
    assert (str(money), count) == ("1.00 USD", 10)


def test_staged_tasks_are_nowhere_until_published(tx: CoreTransaction) -> None:
    """Tasks of an import that is not finished are in no lane, no list and no count, and then all at once."""
    project = add_project(tx, project_spec(), [])
    import_id = tx.imports.begin(project.id, NOW)
    tx.imports.stage(import_id, [(task_spec("a"), "1"), (task_spec("b"), "2")], 1, NOW)
    assert tx.tasks.lanes(project.id) == []
    assert list(tx.tasks.all(project.id)) == []
    assert tx.imports.known(project.id, ["a", "b"]) == {}
    assert tx.projects.get(project.id).tasks == 0
    assert tx.imports.stale(project.id) == [(import_id, NOW)]
    assert tx.imports.publish(import_id) == []
    assert [task.spec.key for task in tx.tasks.all(project.id)] == ["a", "b"]
    assert {key: one.digest for key, one in tx.imports.known(project.id, ["a", "b", "c"]).items()} == {
        "a": "1",
        "b": "2",
    }
    assert tx.projects.get(project.id).tasks == 2
    assert tx.imports.stale(project.id) == []


def test_discarding_goes_step_by_step(raw: Any, tx: CoreTransaction) -> None:
    """A staged import is thrown away a few rows at a time until nothing of it is left, and nothing else is touched."""
    project = add_project(tx, project_spec(), [task_spec("live")])
    import_id = tx.imports.begin(project.id, NOW)
    tx.imports.stage(import_id, [(task_spec(f"t{n}"), "1") for n in range(5)], 1, NOW)
    assert [tx.imports.discard_some(import_id, 2) for _ in range(4)] == [2, 2, 1, 0]
    assert raw.execute("SELECT key FROM task").fetchall() == [("live",)]
    assert raw.execute("SELECT count(*) FROM lane").fetchone() == (1,)
    assert tx.imports.stale(project.id) == []


def test_finished_import_cannot_be_discarded(tx: CoreTransaction) -> None:
    """Discarding an import that was published removes nothing."""
    project = add_project(tx, project_spec(), [])
    import_id = add_tasks(tx, project.id, [task_spec("a")])
    assert tx.imports.discard_some(import_id, 10) == 0
    assert [task.spec.key for task in tx.tasks.all(project.id)] == ["a"]


def test_change_of_a_taken_task_stops_publishing(tx: CoreTransaction) -> None:
    """Publishing changes to a task that somebody has taken meanwhile changes nothing and names the task."""
    project = add_project(tx, project_spec(), [task_spec("a"), task_spec("b")])
    known = tx.imports.known(project.id, ["a", "b"])
    import_id = tx.imports.begin(project.id, NOW)
    changes = [(known[key].task_id, task_spec(key, priority=3), "new") for key in ("a", "b")]
    tx.imports.stage_changes(import_id, changes, NOW)
    offered(tx, add_trainer(tx))
    assert tx.imports.publish(import_id) == ["a"]
    assert [task.spec.priority for task in tx.tasks.all(project.id)] == [0, 0]
    assert tx.imports.known(project.id, ["a"])["a"].touched is True
