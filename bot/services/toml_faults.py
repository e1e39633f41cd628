"""What is wrong with a TOML file, from pydantic's findings: by line and field, in the words that task files use."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.errors import Fault

A_TIME = "expected a time with a zone such as 2026-12-01T18:00:00Z"

SHOWN = 60
"""Characters of a wrong value that an error message repeats."""


def fault_of(file: str, source: str, error: Mapping[str, Any]) -> Fault:
    where, problem = [str(part) for part in error["loc"]], _message(error)
    if not where:  # found by comparing questions, which says itself where
        field, _, problem = problem.partition(": ")
        where = field.split(".")
    return Fault(file, _line_of(source, where), ".".join(where), problem)


_EXPECTED = {
    "string_type": "a text",
    "string_too_short": "a text",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "a name of lower-case letters, digits and hyphens, at most 40",
    "int_type": "a whole number",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "bool_type": "true or false",
    "list_type": "a list",
    "too_short": "at least {min_length}",
    "too_long": "at most {max_length}",
    "dict_type": "a table",
    "model_type": "a table",
    "literal_error": "{expected}",
}


def _message(error: Mapping[str, Any]) -> str:
    """Pydantic's finding in the words that task files use."""
    kind = error["type"]
    if kind == "missing":
        return "missing"
    if kind == "extra_forbidden":
        return "unknown field"
    if kind == "datetime_type":
        return f"{A_TIME}, got {_shown(error['input'])}"
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind].format(**error.get('ctx', {}))}, got {_shown(error['input'])}"
    return str(error["msg"]).removeprefix("Value error, ")


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"


_MULTILINE = re.compile(r""""{3}.*?"{3}|'{3}.*?'{3}""", re.DOTALL)
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


def _line_of(source: str, where: Sequence[str]) -> int | None:
    """The line of a TOML text on which `where` stands, or the nearest table around it; None where there is neither."""
    places = _places(source)
    paths = (tuple(where[:length]) for length in range(len(where), 0, -1))
    return next((places[path] for path in paths if path in places), None)


def _places(source: str) -> dict[tuple[str, ...], int]:
    """The line on which each table and key begins; tables of an array are numbered from 0, as pydantic does."""
    places: dict[tuple[str, ...], int] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    table: tuple[str, ...] = ()
    # What looks like a key inside of a long text is none.
    plain = _MULTILINE.sub(lambda text: "\n" * text[0].count("\n"), source)
    for number, line in enumerate(plain.split("\n"), 1):
        if header := _HEADER.match(line):
            path = table = _table(_names(header[2]), header[1] == "[[", counts)
        elif key := _KEY.match(line):
            path = table + _names(key[1])
        else:
            continue
        for depth in range(1, len(path) + 1):
            places.setdefault(path[:depth], number)
    return places


def _table(names: tuple[str, ...], listed: bool, counts: Counter[tuple[str, ...]]) -> tuple[str, ...]:
    """A header's path; inside of an array of tables it means the array's latest."""
    path: tuple[str, ...] = ()
    for depth, name in enumerate(names, 1):
        path += (name,)
        if listed and depth == len(names):
            counts[path] += 1
        if path in counts:
            path += (str(counts[path] - 1),)
    return path


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip().strip("\"'") for name in dotted.split("."))
