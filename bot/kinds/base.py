"""What a kind declares: its payload, its form, how it is shown, and what training data it gives."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.form import Form
from bot.domain.text import T, Text, Words

Payload = Mapping[str, Any]
Row = dict[str, Any]
Rows = Iterator[Row]

MAX_TEXT = 60_000
"""Characters in one text of a task; more than that nobody reads on a phone."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind's payload: a text, or (`count` set) a list of exactly that many texts."""

    name: str
    label: Text
    required: bool = True
    count: int | None = None

    def fault(self, payload: Payload) -> str | None:
        """What is wrong with this field, as an error message in English, or None."""
        value = payload.get(self.name)
        if value is None or value == "":
            return "missing" if self.required else None
        if self.count is None:
            return _text_fault(value)
        if not isinstance(value, list):
            return f"expected {self.count} texts, got {_name_of(value)}"
        if len(value) != self.count:
            return f"expected {self.count} texts, got {len(value)}"
        return next((f"text {n}: {fault}" for n, one in enumerate(value, 1) if (fault := _text_fault(one))), None)


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of content as a trainer sees it."""

    label: Words
    content: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of task, as a declaration over the form engine.

    `shuffled` names the list field whose order is shuffled for each trainer, and `unshuffle(values, order)` puts their
    answer back into the payload's order. `training` maps an export format to a function of (payload, values) that
    gives its rows; a kind that has nothing to say in a format leaves it out.
    """

    name: str
    label: Text
    fields: tuple[Field, ...]
    form: Form
    shuffled: str | None = None
    unshuffle: Callable[[Mapping[str, Any], Sequence[int]], dict[str, Any]] = lambda values, order: dict(values)
    training: Mapping[str, Callable[[Payload, Mapping[str, Any]], Rows]] = field(default_factory=dict)

    def faults(self, payload: Payload) -> list[tuple[str, str]]:
        """What is wrong with a payload: (field, problem) pairs; unknown fields are faults too."""
        known = {one.name for one in self.fields}
        found = [(one.name, fault) for one in self.fields if (fault := one.fault(payload))]
        return found + [(name, f"unknown field of a {self.name} task") for name in payload if name not in known]

    def sides(self, payload: Payload) -> int:
        """How many sides there are to shuffle; 0 when the kind does not shuffle."""
        return len(payload[self.shuffled]) if self.shuffled else 0

    def parts(self, payload: Payload, order: Sequence[int]) -> list[Part]:
        """The content in the order in which this trainer sees it; a list's texts are lettered A, B, ..."""
        parts: list[Part] = []
        for one in self.fields:
            value = payload.get(one.name)
            if not value:
                continue
            if one.count is None:
                parts.append(Part(one.label, value))
                continue
            shown = [value[i] for i in order] if one.name == self.shuffled and order else value
            parts += [Part(T("Response {letter}", letter=chr(65 + n)), text) for n, text in enumerate(shown)]
        return parts


def _text_fault(value: Any) -> str | None:
    if not isinstance(value, str):
        return f"expected a text, got {_name_of(value)}"
    if not value.strip():
        return "expected a text, got only spaces"
    if len(value) > MAX_TEXT:
        return f"expected at most {MAX_TEXT} characters, got {len(value)}"
    return None


def _name_of(value: Any) -> str:
    names = {
        str: "a text",
        list: "a list",
        dict: "an object",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), "nothing")
