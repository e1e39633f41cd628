"""What comes out: each column, the sides as they were meant, and never more in memory than a chunk."""

import tracemalloc
from dataclasses import replace
from typing import Any

import orjson
import pytest

from bot.domain.assignment import SkipReason
from bot.domain.errors import NotFound, Refused
from bot.domain.person import Person
from bot.domain.project import Project, ProjectState
from bot.kinds import kind
from bot.ports import Transaction
from bot.services.answering import Desk, load
from bot.services.exporting import export, formats
from storage import answers
from storage.transaction import CoreTransaction
from tests.support.workshop import (
    MINUTE,
    NOW,
    RATED,
    add_project,
    add_trainer,
    answer_task,
    comparison_spec,
    fill_in,
    offered,
    project_spec,
    task_spec,
)


def exported(tx: Transaction, form: str = "answers", slug: str = "cardio") -> list[dict[str, Any]]:
    """The rows of an export, whose count and progress must be right."""
    written: list[bytes] = []
    told: list[tuple[int, int]] = []
    count = export(tx, slug, form, written.append, lambda done, total: told.append((done, total)))
    assert count == len(written)
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in written)
    assert told == [(n + 1, len(told)) for n in range(len(told))]
    return [orjson.loads(line) for line in written]


def compare(tx: Transaction, person: Person, preference: str, order: tuple[int, ...] = (0, 1)) -> None:
    """The person's next comparison, answered as they saw it with its sides in `order`."""
    assignment = replace(offered(tx, person), order=order)
    tx.assignments.save(assignment)
    answer_task(tx, person, assignment, {"preference": preference, "why": None})


def comparisons(tx: Transaction, *preferences: str) -> Project:
    """A project with one comparison for each of `preferences`, answered by one person."""
    keys = [chr(97 + n) for n in range(len(preferences))]
    project = add_project(tx, project_spec(kind="comparison"), [comparison_spec(key) for key in keys])
    person = add_trainer(tx)
    for preference in preferences:
        compare(tx, person, preference)
    return project


def test_answers_have_every_column(tx: CoreTransaction) -> None:
    """An answer comes out with its task, its times in UTC, its work time and a stable pseudonym, and nothing else."""
    spec = task_spec("a", locale="pt_BR", domain="law", gold={"accuracy": 5})
    add_project(tx, project_spec(), [spec])
    person = add_trainer(tx, languages=("pt_BR",), domains=("law",))
    assignment = offered(tx, person)
    fill_in(tx, person, assignment, {"accuracy": 5}, NOW + MINUTE)
    work = answer_task(tx, person, assignment, RATED, NOW + 2 * MINUTE + MINUTE / 2)
    assert work.answer is not None
    assert exported(tx) == [
        {
            "project": "cardio",
            "task_id": "a",
            "kind": "rating",
            "locale": "pt-BR",
            "domain": "law",
            "payload": {"prompt": "What is a?", "response": "It is a."},
            "answer": RATED,
            "answer_id": work.answer.id,
            "revision": 1,
            "trainer": person.pseudonym,
            "platform": "telegram",
            "offered_at": "2026-06-01T12:00:00.000Z",
            "started_at": "2026-06-01T12:01:00.000Z",
            "submitted_at": "2026-06-01T12:02:30.000Z",
            "active_seconds": 90.0,
            "status": "submitted",
        }
    ]


def test_latest_revision_counts(tx: CoreTransaction) -> None:
    """A changed answer comes out once, as it is now, with its number and time."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = add_trainer(tx)
    work = answer_task(tx, person, offered(tx, person))
    desk = Desk(tx, person, "telegram", NOW + MINUTE)
    changed = desk.answer(desk.reopen(work), "tone", 1)
    desk.submit(desk.answer(changed, "issues", ["wrong_tone"]))
    [row] = exported(tx)
    assert (row["revision"], row["answer"]["tone"], row["answer"]["issues"]) == (2, 1, ["wrong_tone"])
    assert row["submitted_at"] == "2026-06-01T12:01:00.000Z"


def test_only_answers_come_out(tx: CoreTransaction) -> None:
    """What was skipped, or is only begun, is no answer, and answers of other projects stay out."""
    add_project(tx, project_spec(answers_per_task=9), [task_spec(key) for key in "ab"])
    add_project(tx, project_spec("other", deadline=NOW + MINUTE), [task_spec("z")])
    ana, ben, cleo = (add_trainer(tx, user) for user in ("ana", "ben", "cleo"))
    answer_task(tx, ana, offered(tx, ana))
    Desk(tx, ben, "telegram", NOW).skip(load(tx, ben, offered(tx, ben).id), SkipReason.BROKEN)
    fill_in(tx, cleo, offered(tx, cleo), RATED)
    assert exported(tx) == []
    assert [row["task_id"] for row in exported(tx, slug="other")] == ["z"]


def test_pseudonyms_are_stable_and_apart(tx: CoreTransaction) -> None:
    """The same person has one pseudonym in all projects, another person another, and neither tells who they are."""
    for slug in ("one", "two"):
        add_project(tx, project_spec(slug, answers_per_task=2), [task_spec("a")])
    for user in ("ana-7777", "ben-8888"):
        person = add_trainer(tx, user)
        for _ in range(2):
            answer_task(tx, person, offered(tx, person))
    one, two = (exported(tx, slug=slug) for slug in ("one", "two"))
    assert [row["trainer"] for row in one] == [row["trainer"] for row in two]
    assert len({row["trainer"] for row in one}) == 2
    assert "7777" not in str(one)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("seen", ["a_much_better", "a_better", "b_better", "b_much_better"])
def test_shuffle_is_undone(tx: CoreTransaction, order: tuple[int, ...], seen: str) -> None:
    """Whichever side was shown first, the text that the trainer preferred is the one that comes out as chosen."""
    spec = comparison_spec("a")
    add_project(tx, project_spec(kind="comparison"), [spec])
    compare(tx, add_trainer(tx), seen, order)
    shown = [part.content for part in kind("comparison").parts(spec.payload, order)][1:]
    preferred = shown[0 if seen.startswith("a") else 1]
    [row] = exported(tx, "preference")
    assert row["chosen"] == preferred
    assert {row["chosen"], row["rejected"]} == set(spec.payload["responses"])
    [answer] = exported(tx)
    side = 0 if answer["answer"]["preference"].startswith("a") else 1
    assert answer["payload"]["responses"][side] == preferred


@pytest.mark.parametrize(("order", "kept"), [((0, 1), "same"), ((1, 0), "same"), ((1, 0), "both_bad")])
def test_answers_without_a_side_stay(tx: CoreTransaction, order: tuple[int, ...], kept: str) -> None:
    """A tie is a tie whichever side was shown first."""
    add_project(tx, project_spec(kind="comparison"), [comparison_spec("a")])
    compare(tx, add_trainer(tx), kept, order)
    assert exported(tx)[0]["answer"]["preference"] == kept


METADATA = {"project", "task_id", "answer_id", "trainer"}


def types(rows: list[dict[str, Any]]) -> dict[str, set[type]]:
    return {name: {type(row[name]) for row in rows} for name in rows[0] if name not in METADATA}


def test_preference(tx: CoreTransaction) -> None:
    """Preference data has one row for each answer that prefers a side, with how clearly, and none for a tie."""
    comparisons(tx, "a_much_better", "b_better", "same", "both_bad")
    rows = exported(tx, "preference")
    assert [{name: row[name] for name in row if name not in METADATA} for row in rows] == [
        {"prompt": "What is a?", "chosen": "a: the first.", "rejected": "a: the second.", "margin": 2.0},
        {"prompt": "What is b?", "chosen": "b: the second.", "rejected": "b: the first.", "margin": 1.0},
    ]
    assert all(set(row) - METADATA == {"prompt", "chosen", "rejected", "margin"} for row in rows)
    assert types(rows) == {"prompt": {str}, "chosen": {str}, "rejected": {str}, "margin": {float}}


def test_preference_implicit(tx: CoreTransaction) -> None:
    """Implicit preference data has the prompt inside both texts and no column of its own for it."""
    comparisons(tx, "a_better", "same", "b_much_better")
    rows = exported(tx, "preference-implicit")
    assert [(row["chosen"], row["rejected"], row["margin"]) for row in rows] == [
        ("What is a?\n\na: the first.", "What is a?\n\na: the second.", 1.0),
        ("What is c?\n\nc: the second.", "What is c?\n\nc: the first.", 2.0),
    ]
    assert all(set(row) - METADATA == {"chosen", "rejected", "margin"} for row in rows)
    assert types(rows) == {"chosen": {str}, "rejected": {str}, "margin": {float}}


def test_unpaired_comparisons(tx: CoreTransaction) -> None:
    """Unpaired data has a good and a bad row for a preference, two bad ones where both are bad, none for a tie."""
    comparisons(tx, "b_better", "both_bad", "same")
    rows = exported(tx, "unpaired")
    assert [(row["prompt"], row["completion"], row["label"]) for row in rows] == [
        ("What is a?", "a: the second.", True),
        ("What is a?", "a: the first.", False),
        ("What is b?", "b: the first.", False),
        ("What is b?", "b: the second.", False),
    ]
    assert types(rows) == {"prompt": {str}, "completion": {str}, "label": {bool}}


@pytest.mark.parametrize(
    ("changes", "label"), [({}, True), ({"tone": 3}, None), ({"safety": 2, "issues": ["unsafe"]}, False)]
)
def test_unpaired_ratings(tx: CoreTransaction, changes: dict[str, Any], label: bool | None) -> None:
    """A rating is wanted when good in every aspect, unwanted when bad in any, and says nothing in between."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = add_trainer(tx)
    answer_task(tx, person, offered(tx, person), {**RATED, **changes})
    rows = exported(tx, "unpaired")
    assert [(row["completion"], row["label"]) for row in rows] == ([("It is a.", label)] if label is not None else [])


def test_mixed_project_gives_what_its_kinds_give(tx: CoreTransaction) -> None:
    """In a project of several kinds each format has the rows of those kinds that know it."""
    add_project(tx, project_spec(), [task_spec("a", priority=1), comparison_spec("b")])
    person = add_trainer(tx)
    answer_task(tx, person, offered(tx, person))
    compare(tx, person, "a_better")
    assert [row["kind"] for row in exported(tx)] == ["rating", "comparison"]
    assert [row["task_id"] for row in exported(tx, "preference")] == ["b"]
    assert [row["task_id"] for row in exported(tx, "unpaired")] == ["a", "b", "b"]


def test_any_text_comes_through(tx: CoreTransaction) -> None:
    """Quotes, line breaks, other scripts and control characters come out as they went in, one row a line."""
    text = '"q" \\ \n\r\n\u2028 \u0000 <b>&amp; العربية 日本 \U0001f469\u200d\U0001f52c'
    add_project(tx, project_spec(), [task_spec("ключ", payload={"prompt": text, "response": text})])
    person = add_trainer(tx)
    answer_task(tx, person, offered(tx, person), {**RATED, "explanation": f"x{text}x"})
    [row] = exported(tx)
    assert (row["task_id"], row["payload"], row["answer"]["explanation"]) == (
        "ключ",
        {"prompt": text, "response": text},
        f"x{text}x",
    )


def test_unknown_format_is_refused(tx: CoreTransaction) -> None:
    """An unknown format is refused with those that there are."""
    add_project(tx, project_spec())
    assert formats() == ["answers", "preference", "preference-implicit", "unpaired"]
    with pytest.raises(Refused, match="no format called csv; there are answers, preference"):
        exported(tx, "csv")


def test_unknown_project_is_refused(tx: CoreTransaction) -> None:
    """A project that is not there, or not there yet, is refused by name."""
    project = add_project(tx, project_spec("draft"))
    tx.projects.save(replace(project, state=ProjectState.DRAFT))
    for slug in ("draft", "unheard-of"):
        with pytest.raises(NotFound, match=slug):
            exported(tx, slug=slug)


@pytest.mark.parametrize("form", formats())
def test_empty_project_gives_no_rows(tx: CoreTransaction, form: str) -> None:
    """A project without answers is exported as nothing, in every format."""
    add_project(tx, project_spec(), [task_spec("a")])
    assert exported(tx, form) == []


def test_format_that_a_kind_does_not_give(tx: CoreTransaction) -> None:
    """A format that the project's tasks can never give is refused rather than written empty."""
    add_project(tx, project_spec(), [task_spec("a")])
    person = add_trainer(tx)
    answer_task(tx, person, offered(tx, person))
    with pytest.raises(Refused, match="rating tasks give no preference data"):
        exported(tx, "preference")


def test_memory_is_a_chunk_at_most(raw: Any, tx: CoreTransaction, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export holds one chunk of rows however many answers there are, and gives all of them in order."""
    monkeypatch.setattr(answers, "CHUNK", 50)
    size, count = 2_000, 4_000
    spec = task_spec("t0", payload={"prompt": "p" * size, "response": "r"})
    project = add_project(tx, project_spec(), [spec])
    person = add_trainer(tx)
    answer_task(tx, person, offered(tx, person))
    for table in ("task", "assignment", "answer", "answer_revision"):
        multiply(raw, table, count)
    assert tx.answers.count(project.id) == count
    order: list[str] = []

    def write(line: bytes) -> None:
        order.append(orjson.loads(line)["task_id"])

    tracemalloc.start()
    try:
        assert export(tx, "cardio", "answers", write, lambda done, total: None) == count
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert order == [f"t{n}" for n in range(count)]
    assert most < count * size / 5


def multiply(raw: Any, table: str, count: int) -> None:
    """Copy the only row of `table`, with the row's ids counted up."""
    counted = {"id": "id + i", "key": "'t' || i", "answer_id": "answer_id + i", "assignment_id": "assignment_id + i"}
    counted |= {"task_id": "task_id + i"}
    columns = [name for _, name, *_ in raw.execute(f"PRAGMA table_info({table})")]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(counted.get(name, f'"{name}"') for name in columns)
    raw.execute(
        f"""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count - 1})
        INSERT INTO {table} ({names}) SELECT {values} FROM n, {table}"""
    )
