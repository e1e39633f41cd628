"""A project's own form in place of its kind's: from checked `[[question]]` tables to questions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.form import Condition, Form, Option, Question, QuestionType
from bot.domain.project import ProjectSpec
from bot.kinds import kind
from bot.kinds.base import Kind


def kind_in(project: ProjectSpec, name: str) -> Kind:
    """The kind `name` as this project asks it.

    With questions of the project's own nothing is shuffled: only the kind's form says which answers name a side.
    """
    if not project.questions:
        return kind(name)
    return replace(kind(name), form=form_of(project.questions), shuffled=None)


def form_of(tables: Sequence[Mapping[str, Any]]) -> Form:
    return Form(tuple(_question(table) for table in tables))


def _question(table: Mapping[str, Any]) -> Question:
    when = table.get("when")
    limits = {name: table[name] for name in ("min", "max", "max_length", "low", "high") if name in table}
    return Question(
        id=table["id"],
        type=QuestionType(table["type"]),
        prompt=table["prompt"],
        options=tuple(Option(one["id"], one["label"]) for one in table.get("options", ())),
        required=table.get("required", True),
        when=Condition(tuple(when["questions"]), when.get("at_most"), tuple(when.get("one_of", ()))) if when else None,
        **limits,
    )
