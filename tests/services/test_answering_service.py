"""From the first tap to the stored answer and its changes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.assignment import Assignment, AssignmentState, SkipReason
from bot.domain.errors import Gone, NotFound, Refused
from bot.domain.paging import PAGE, paginate
from bot.domain.person import Person
from bot.services.answering import Desk, Work, load
from bot.services.matching import offer_next
from storage.transaction import CoreTransaction
from tests.support.workshop import (
    HOUR,
    MINUTE,
    NOW,
    RATED,
    add_project,
    add_trainer,
    answer_task,
    counters,
    fill_in,
    offered,
    project_spec,
    task_spec,
)

BAD = {**RATED, "accuracy": 1}
ONE_QUESTION = (
    {
        "id": "good",
        "type": "choice",
        "prompt": "Good?",
        "options": [{"id": "y", "label": "Y"}, {"id": "n", "label": "N"}],
    },
)


@pytest.fixture
def ana(tx: CoreTransaction) -> Person:
    return add_trainer(tx, "ana")


@pytest.fixture
def held(tx: CoreTransaction, ana: Person) -> Assignment:
    """A rating that Ana was offered."""
    add_project(tx, project_spec(), [task_spec("a")])
    return offered(tx, ana)


def desk_at(tx: CoreTransaction, person: Person, now: datetime = NOW) -> Desk:
    return Desk(tx, person, "telegram", now)


def stored(tx: CoreTransaction, work: Work) -> Assignment:
    found = tx.assignments.get(work.assignment.id)
    assert found is not None
    return found


def pages_of(work: Work) -> int:
    return len(paginate([part.content for part in work.content("en")]))


def revisions(raw: Any) -> int:
    return int(raw.execute("SELECT count(*) FROM answer_revision").fetchone()[0])


def question_of(work: Work) -> str | None:
    return work.question.id if work.question else None


def test_loading_shows_all_of_it(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """A loaded task comes with its content, project and form, at its first question."""
    work = load(tx, ana, held.id)
    assert (work.assignment, work.task.spec.key, work.project.spec.slug) == (held, "a", "cardio")
    assert (question_of(work), work.answer, work.open, work.one_tap) == ("accuracy", None, True, False)
    contents = [part.content for part in work.content("en")]
    assert contents == [work.project.spec.instructions, "What is a?", "It is a."]


def test_other_peoples_tasks_are_not_found(tx: CoreTransaction, held: Assignment) -> None:
    """Somebody else's assignment is no more to be found than one that never was."""
    ben = add_trainer(tx, "ben")
    for assignment_id in (held.id, 10_000):
        with pytest.raises(NotFound):
            load(tx, ben, assignment_id)


def test_first_answer_starts_the_task(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """The first answer starts the assignment, is kept as a draft, and leads to the next question."""
    work = desk_at(tx, ana, NOW + MINUTE).answer(load(tx, ana, held.id), "accuracy", "4")
    assert (work.assignment.state, work.assignment.started_at) == (AssignmentState.STARTED, NOW + MINUTE)
    assert (dict(work.values), question_of(work)) == ({"accuracy": 4}, "helpfulness")
    assert stored(tx, work) == work.assignment


def test_work_time_leaves_long_pauses_out(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """Time between taps counts as work unless the pause was longer than two minutes."""
    work = load(tx, ana, held.id)
    for minutes, aspect in ((0, "accuracy"), (1, "helpfulness"), (60, "safety"), (62, "clarity")):
        work = desk_at(tx, ana, NOW + minutes * MINUTE).answer(work, aspect, 5)
    assert stored(tx, work).active == 3 * MINUTE


@pytest.mark.parametrize("given", [0, 6, "many", None, [1]])
def test_wrong_values_change_nothing(tx: CoreTransaction, ana: Person, held: Assignment, given: Any) -> None:
    """An answer that the question does not take is refused, and the task stays as it was."""
    with pytest.raises(Refused):
        desk_at(tx, ana).answer(load(tx, ana, held.id), "accuracy", given)
    assert tx.assignments.get(held.id) == held


def test_questions_that_are_not_asked(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """A question that the form does not ask, or not after these answers, takes no answer."""
    work = fill_in(tx, ana, held, {"accuracy": 5})
    for question in ("issues", "unheard-of"):
        with pytest.raises(Refused, match="not asked"):
            desk_at(tx, ana).answer(work, question, ["unclear"])


def test_several_options_are_ticked_one_by_one(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """Options are ticked and unticked in any order, kept in the form's order, and taken as the answer when done."""
    work = fill_in(tx, ana, held, {key: value for key, value in BAD.items() if key != "explanation"})
    desk = desk_at(tx, ana)
    for option in ("wrong_tone", "unclear", "unsafe", "unsafe"):
        work = desk.toggle(work, "issues", option)
    assert (work.values["issues"], question_of(work)) == (["unclear", "wrong_tone"], "issues")
    work = desk.answer(work, "issues", list(work.values.get("issues") or []))
    assert question_of(work) == "explanation"
    assert stored(tx, work).draft == work.values


def test_done_without_a_tick_is_refused(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """A required question with several options is not done before one is ticked."""
    work = fill_in(tx, ana, held, {key: value for key, value in BAD.items() if key != "explanation"})
    with pytest.raises(Refused):
        desk_at(tx, ana).answer(work, "issues", list(work.values.get("issues") or []))
    with pytest.raises(Refused):
        desk_at(tx, ana).toggle(work, "issues", "unheard-of")


def test_back_and_on(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """Back goes to the question before with its answer kept, and on goes to the first open one again."""
    work = fill_in(tx, ana, held, {"accuracy": 5, "helpfulness": 4})
    desk = desk_at(tx, ana)
    work = desk.back(work)
    assert question_of(work) == "helpfulness"
    work = desk.back(desk.back(work))
    assert (question_of(work), dict(work.values)) == ("accuracy", {"accuracy": 5, "helpfulness": 4})
    assert question_of(desk.go_on(work)) == "safety"


def test_any_answer_may_be_changed_before_submitting(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """From the summary each question can be asked again, and what no longer counts is left out of the answer."""
    work = fill_in(tx, ana, held, {**BAD, "issues": ["unclear"]})
    assert work.question is None
    desk = desk_at(tx, ana)
    work = desk.ask(work, "accuracy")
    assert question_of(work) == "accuracy"
    work = desk.submit(desk.answer(work, "accuracy", 5))
    assert work.answer is not None
    assert dict(work.answer.values) == RATED


def test_submit_stores_the_answer(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """Submitting ends the assignment, stores the answer with its pay, and counts it on the task."""
    work = answer_task(tx, ana, held, now=NOW + MINUTE)
    assert (work.assignment.state, work.assignment.draft) == (AssignmentState.SUBMITTED, None)
    assert stored(tx, work) == work.assignment
    assert work.answer is not None
    assert (work.answer.revision, work.answer.submitted_at) == (1, NOW + MINUTE)
    assert tx.answers.of(held.id) == work.answer
    assert counters(tx) == {"a": (0, 0, 1)}
    assert [(str(money), count) for money, count in tx.people.earnings(ana.id)] == [("0.40 USD", 1)]


def test_second_submit_changes_nothing(raw: Any, tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """Submitting twice gives the same answer once, and leaves all as it was."""
    work = answer_task(tx, ana, held)
    for again in (work, load(tx, ana, held.id)):
        assert desk_at(tx, ana, NOW + MINUTE).submit(again) == again
    assert (revisions(raw), counters(tx)) == (1, {"a": (0, 0, 1)})
    assert stored(tx, work) == work.assignment


def test_incomplete_form_is_not_submitted(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """A form with an open question is refused and nothing is stored."""
    for work in (load(tx, ana, held.id), fill_in(tx, ana, held, {"accuracy": 5})):
        with pytest.raises(Refused, match="still open"):
            desk_at(tx, ana).submit(work)
    assert tx.answers.of(held.id) is None


def test_one_tapped_question_submits_itself(tx: CoreTransaction, ana: Person) -> None:
    """A form of one tapped question is submitted by its tap."""
    add_project(tx, project_spec(questions=ONE_QUESTION), [task_spec("a")])
    work = desk_at(tx, ana).answer(load(tx, ana, offered(tx, ana).id), "good", "y")
    assert work.one_tap
    assert work.answer is not None
    assert dict(work.answer.values) == {"good": "y"}


def test_change_within_the_edit_window(raw: Any, tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """A submitted answer is changed as a new revision, and the task's counters and pay stay as they were."""
    answer_task(tx, ana, held)
    desk = desk_at(tx, ana, NOW + 29 * MINUTE)
    work = desk.reopen(load(tx, ana, held.id))
    assert (work.open, dict(work.values), work.question) == (True, RATED, None)
    work = desk.submit(desk.answer(work, "tone", 3))
    assert work.answer is not None
    assert (work.answer.revision, work.answer.values["tone"]) == (2, 3)
    assert (work.answer.submitted_at, work.answer.revised_at) == (NOW, NOW + 29 * MINUTE)
    assert (work.open, work.assignment.state) == (False, AssignmentState.SUBMITTED)
    assert (revisions(raw), counters(tx)) == (2, {"a": (0, 0, 1)})
    assert tx.people.earnings(ana.id)[0][1] == 1


def test_unchanged_answer_makes_no_revision(raw: Any, tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """Reopening an answer and submitting it as it was, or keeping the old one, adds no revision."""
    answer_task(tx, ana, held)
    desk = desk_at(tx, ana)
    work = desk.submit(desk.reopen(load(tx, ana, held.id)))
    work = desk.keep_old(desk.answer(desk.reopen(work), "tone", 1))
    assert (revisions(raw), work.open, work.values["tone"]) == (1, False, RATED["tone"])
    assert stored(tx, work).draft is None


def test_reopening_twice_keeps_the_draft(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """A second tap on Change does not throw away what was changed since the first."""
    answer_task(tx, ana, held)
    desk = desk_at(tx, ana)
    work = desk.answer(desk.reopen(load(tx, ana, held.id)), "tone", 1)
    assert desk.reopen(work).values["tone"] == 1


def test_edit_window_ends(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """From the end of the edit window on an answer can be neither reopened, changed nor submitted anew."""
    answer_task(tx, ana, held)
    desk, late = desk_at(tx, ana), desk_at(tx, ana, NOW + 30 * MINUTE)
    work = desk.answer(desk.reopen(load(tx, ana, held.id)), "tone", 1)
    actions: list[Callable[[], Work]] = [
        lambda: late.reopen(work),
        lambda: late.answer(work, "tone", 2),
        lambda: late.submit(work),
        lambda: late.back(work),
    ]
    for act in actions:
        with pytest.raises(Gone):
            act()
    answer = tx.answers.of(held.id)
    assert answer is not None
    assert dict(answer.values) == RATED


def test_nothing_to_reopen(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """There is nothing to change before there is an answer."""
    with pytest.raises(Gone):
        desk_at(tx, ana).reopen(load(tx, ana, held.id))


@pytest.mark.parametrize(
    "act",
    [
        lambda desk, work: desk.answer(work, "accuracy", 5),
        lambda desk, work: desk.toggle(work, "issues", "unclear"),
        lambda desk, work: desk.answer(work, "issues", list(work.values.get("issues") or [])),
        lambda desk, work: desk.back(work),
        lambda desk, work: desk.go_on(work),
        lambda desk, work: desk.ask(work, "accuracy"),
        lambda desk, work: desk.submit(work),
        lambda desk, work: desk.skip(work, SkipReason.UNCLEAR),
    ],
    ids=["answer", "toggle", "gathered", "back", "go_on", "ask", "submit", "skip"],
)
@pytest.mark.parametrize("ended", [False, True], ids=["due", "expired"])
def test_task_is_gone_from_its_due_time_on(
    tx: CoreTransaction, ana: Person, held: Assignment, act: Callable[[Desk, Work], Work], ended: bool
) -> None:
    """From the moment it is due nothing can be done with a task, whether the sweep has been there or not."""
    if ended:
        tx.assignments.save(held.end(AssignmentState.EXPIRED, held.due_at))
    with pytest.raises(Gone):
        act(desk_at(tx, ana, held.due_at), load(tx, ana, held.id))
    assert tx.answers.of(held.id) is None


def test_last_moment_counts(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """An answer a moment before the task is due is taken."""
    assert answer_task(tx, ana, held, now=held.due_at - timedelta(milliseconds=1)).answer is not None


def test_skip_frees_the_place(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """A skipped task goes to somebody else with its reason kept, is owed no message, and never comes back."""
    work = desk_at(tx, ana).skip(load(tx, ana, held.id), SkipReason.NOT_MY_FIELD)
    assert (stored(tx, work).state, stored(tx, work).skip_reason) == (AssignmentState.SKIPPED, SkipReason.NOT_MY_FIELD)
    assert counters(tx) == {"a": (1, 0, 0)}
    assert tx.outbox.waiting("telegram", NOW, 10) == []
    assert tx.projects.wanting_offers() == [held.project_id]
    assert offer_next(tx, ana, NOW) is None
    assert offered(tx, add_trainer(tx, "ben")).task_id == held.task_id


def test_answered_task_cannot_be_skipped(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """Once answered a task is not skipped, nor is a skipped one twice."""
    work = answer_task(tx, ana, held)
    with pytest.raises(Gone):
        desk_at(tx, ana).skip(work, SkipReason.UNCLEAR)
    assert counters(tx) == {"a": (0, 0, 1)}


def test_skipping_twice_frees_one_place(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """A second tap on Skip is told that the task is gone, and frees nothing more."""
    desk = desk_at(tx, ana)
    desk.skip(load(tx, ana, held.id), SkipReason.UNCLEAR)
    with pytest.raises(Gone):
        desk.skip(load(tx, ana, held.id), SkipReason.UNCLEAR)
    assert counters(tx) == {"a": (1, 0, 0)}


@pytest.fixture
def long_task(tx: CoreTransaction, ana: Person) -> Work:
    """A task of four pages, offered to Ana."""
    payload = {"prompt": "Why?", "response": "Because it is so. " * (3 * PAGE // 18)}
    add_project(tx, project_spec(), [task_spec("long", payload=payload)])
    work = load(tx, ana, offered(tx, ana).id)
    assert pages_of(work) >= 3
    return work


def test_unread_pages_refuse_answers(tx: CoreTransaction, ana: Person, long_task: Work) -> None:
    """No answer is taken before the last page was shown, whichever way it is given."""
    desk, work = desk_at(tx, ana), long_task
    for page in range(1, pages_of(work)):
        with pytest.raises(Refused, match="last page"):
            desk.answer(work, "accuracy", 5)
        with pytest.raises(Refused, match="last page"):
            desk.toggle(work, "accuracy", "5")
        with pytest.raises(Refused, match="last page"):
            desk.ask(work, "accuracy")
        work = desk.turn(work, page, pages_of(work))
    assert desk.answer(work, "accuracy", 5).values == {"accuracy": 5}


def test_skipped_page_was_not_shown(tx: CoreTransaction, ana: Person, long_task: Work) -> None:
    """Jumping to the last page does not count as having been shown those between."""
    last = pages_of(long_task) - 1
    work = desk_at(tx, ana).turn(long_task, last, last + 1)
    assert work.assignment.page == last
    with pytest.raises(Refused, match="last page"):
        desk_at(tx, ana).answer(work, "accuracy", 5)


def test_pages_stay_within_the_content(tx: CoreTransaction, ana: Person, long_task: Work) -> None:
    """Turning beyond either end stays on the first or last page."""
    desk = desk_at(tx, ana)
    assert desk.turn(long_task, -3, pages_of(long_task)).assignment.page == 0
    assert desk.turn(long_task, 99, pages_of(long_task)).assignment.page == pages_of(long_task) - 1


def test_unread_task_can_be_skipped(tx: CoreTransaction, ana: Person, long_task: Work) -> None:
    """Nobody has to read to the end to say that a task is not for them."""
    work = desk_at(tx, ana).skip(long_task, SkipReason.OFFENSIVE)
    assert work.assignment.state is AssignmentState.SKIPPED


def test_turning_pages_of_an_answered_task_is_no_work(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """Leafing through an answered task neither opens it nor counts as time worked."""
    work = answer_task(tx, ana, held)
    turned = desk_at(tx, ana, NOW + MINUTE).turn(work, 1, 2)
    assert replace(turned.assignment, page=0, pages_seen=1) == replace(work.assignment, page=0, pages_seen=1)
    assert turned.assignment.active == work.assignment.active


def test_platform_of_the_last_touch_is_kept(tx: CoreTransaction, ana: Person, held: Assignment) -> None:
    """An answer names the platform that it was given on."""
    work = fill_in(tx, ana, held, RATED)
    work = Desk(tx, ana, "slack", NOW + HOUR).submit(work)
    assert stored(tx, work).platform == "slack"
