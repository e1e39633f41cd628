"""The proof behind `tapwork demo --script`: what people tapped against what the database and the export hold."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import orjson

from bot.domain.errors import Refused
from bot.domain.form import Question, QuestionType
from bot.domain.project import Project, ProjectState, Task
from bot.domain.text import T, Text
from bot.i18n import voice
from bot.kinds.base import Kind
from bot.kinds.custom import kind_in
from bot.ports import Transaction
from bot.services.exporting import ANSWERS, export


@dataclass(frozen=True, slots=True)
class Seen:
    """One confirmed answer as its person saw and gave it: all that was quoted, and their words by question."""

    platform: str
    user: str
    content: str
    answers: Mapping[str, str | list[str] | None]


@dataclass(slots=True)
class Proof:
    answers: int = 0
    tasks_done: int = 0
    lost: int = 0
    duplicates: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not (self.lost or self.duplicates or self.differences) and self.answers > 0

    def summary(self, platforms: Mapping[str, int]) -> dict[str, Any]:
        """What the last line says; `platforms` is how many people there were on each."""
        return {
            "answers": self.answers,
            "people": sum(platforms.values()),
            "platforms": dict(platforms),
            "tasks_done": self.tasks_done,
            "lost": self.lost,
            "duplicates": self.duplicates,
        }


@dataclass(frozen=True, slots=True)
class _Known:
    """A task as one order of its sides shows it."""

    project: Project
    key: str
    kind: Kind
    order: tuple[int, ...]


def phrase() -> dict[str, Text]:
    """The words on the buttons that scripted people know."""
    return {
        "agree": T("I agree, let us start"),
        "go_on": T("Continue"),
        "submit": T("Submit"),
        "done": T("Done"),
        "next_page": Text("Next page"),
        "previous_page": T("Previous page"),
        "write": T("Write"),
        "no_comment": T("No comment"),
        "no_answer": T("No answer"),
        "leave_it": T("Leave it so"),
        "back": T("Back"),
        "skip": T("Skip"),
        "keep": T("Keep as it was"),
        "change": Text("Change ("),
        "edit": T("Change an answer"),
        "recorded": T("Recorded. Thank you!"),
    }


def compare(tx: Transaction, seen: Sequence[Seen]) -> Proof:
    """Look for what was confirmed and is not stored as given, for what is stored twice, and for what nobody gave."""
    proof = Proof()
    projects = tx.projects.all(ProjectState.OPEN)
    known = _tasks_by_content(tx, projects)
    exported: dict[tuple[str, str, str], dict[str, Any]] = {}
    stored: Counter[tuple[str, str, str]] = Counter()
    for project in projects:
        lines: list[bytes] = []
        export(tx, project.spec.slug, ANSWERS, lines.append, lambda done, total: None)
        for row in map(orjson.loads, lines):
            key = (row["project"], row["task_id"], row["trainer"])
            stored[key] += 1
            exported[key] = row["answer"]
        proof.tasks_done += tx.projects.progress(project.id).done
    proof.answers = sum(stored.values())
    proof.duplicates = proof.answers - len(stored)
    for one in seen:
        _check_one(tx, one, known, exported, proof)
    proof.duplicates += len(exported)
    proof.differences += [f"nobody gave {key}" for key in exported]
    return proof


def _check_one(
    tx: Transaction,
    one: Seen,
    known: Mapping[str, _Known],
    exported: dict[tuple[str, str, str], dict[str, Any]],
    proof: Proof,
) -> None:
    task = known.get(one.content)
    person = tx.people.find(one.platform, one.user)
    if task is None or person is None:
        proof.lost += 1
        proof.differences.append(f"no task reads {one.content[:200]!r}")
        return
    key = (task.project.spec.slug, task.key, person.pseudonym)
    stored = exported.pop(key, None)
    given = _values(task, one.answers)
    if stored != given:
        proof.lost += 1
        proof.differences.append(f"{key}: given {given}, stored {stored}")


def _tasks_by_content(tx: Transaction, projects: Sequence[Project]) -> dict[str, _Known]:
    """Every task by the text that its pages show, in each order of its sides."""
    known = {}
    for project in projects:
        for task in tx.tasks.all(project.id):
            kind = kind_in(project.spec, task.spec.kind)
            for order in permutations(range(kind.sides(task.spec.payload))):
                known[_content(project, task, kind, order)] = _Known(project, task.spec.key, kind, order)
    return known


def _content(project: Project, task: Task, kind: Kind, order: tuple[int, ...]) -> str:
    parts = [part.content for part in kind.parts(task.spec.payload, order)]
    return project.spec.instructions + "".join(parts)


def _values(task: _Known, said: Mapping[str, str | list[str] | None]) -> dict[str, Any] | str:
    """What was said, as the export should have it."""
    asked = {voice("en").say(question.prompt): question for question in task.kind.form}
    values = {asked[prompt].id: _value(asked[prompt], words) for prompt, words in said.items()}
    try:
        return task.kind.unshuffle(task.kind.form.submitted(values), task.order)
    except Refused as refusal:
        return f"{values}: {refusal}"


def _value(question: Question, words: str | list[str] | None) -> Any:
    if words is None or question.type.typed:
        return words
    ids = {voice("en").say(option.label): option.id for option in question.choices()}
    if isinstance(words, list):
        return [ids[word] for word in words]
    return int(words) if question.type is QuestionType.SCALE else ids[words]
