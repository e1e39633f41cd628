"""The pieces that rules about JSON are made of; each problem ends with the JSON pointer of its place."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.errors import Json

Problems = list[str]
Check = Callable[[Any, str, Problems], None]
_URL = re.compile(r"(?:https?://[^\s/]+|mailto:|tel:|slack://)\S*", re.IGNORECASE)
_DATE = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")


def report(problems: Problems, message: str, place: str) -> None:
    problems.append(f"{message} [json-pointer:{place}]")


def string(most: int, least: int = 1) -> Check:
    """A text of `least` to `most` characters."""

    def check(value: Any, place: str, problems: Problems) -> None:
        if not isinstance(value, str):
            report(problems, "must provide a string", place)
        elif len(value) > most:
            report(problems, f"must be less than {most + 1} characters", place)
        elif len(value) < least:
            report(problems, f"must be more than {least - 1} characters", place)

    return check


def matching(pattern: re.Pattern[str], most: int, wanted: str) -> Check:
    length = string(most)

    def check(value: Any, place: str, problems: Problems) -> None:
        before = len(problems)
        length(value, place, problems)
        if len(problems) == before and not pattern.fullmatch(value):
            report(problems, f"must be {wanted}", place)

    return check


URL = matching(_URL, 3000, "a valid URL")
DATE = matching(_DATE, 10, "a date as YYYY-MM-DD")


def boolean(value: Any, place: str, problems: Problems) -> None:
    if not isinstance(value, bool):
        report(problems, "must provide a boolean", place)


def integer(least: int, most: int) -> Check:
    def check(value: Any, place: str, problems: Problems) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report(problems, "must provide a number", place)
        elif not least <= value <= most:
            report(problems, f"must be between {least} and {most}", place)

    return check


def one_of(*words: str | int) -> Check:
    def check(value: Any, place: str, problems: Problems) -> None:
        if not isinstance(value, str | int) or isinstance(value, bool) or value not in words:
            report(problems, f"must be one of {', '.join(map(str, words))}", place)

    return check


def array(item: Check, most: int, least: int = 1) -> Check:
    """A list of `least` to `most` items."""

    def check(value: Any, place: str, problems: Problems) -> None:
        if not isinstance(value, list):
            report(problems, "must provide an array", place)
            return
        if len(value) > most:
            report(problems, f"no more than {most} items allowed", place)
        elif len(value) < least:
            report(problems, f"no less than {least} items allowed", place)
        for index, one in enumerate(value[:most]):
            item(one, f"{place}/{index}", problems)

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *rules: Check) -> Check:
    """An object with these fields and no others; `rules` look at the whole once its fields are right."""
    known = {"type": _anything, **(optional or {}), **required}

    def check(value: Any, place: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            report(problems, "must provide an object", place)
            return
        before = len(problems)
        for name in required:
            if name not in value:
                report(problems, f"missing required field: {name}", place)
        for name, one in value.items():
            if name in known:
                known[name](one, f"{place}/{name}", problems)
            else:
                report(problems, f"invalid additional property: {name}", place)
        if len(problems) == before:
            for rule in rules:
                rule(value, place, problems)

    return check


def by_type(kinds: Mapping[str, Check], allowed: Iterable[str] | None = None) -> Check:
    """An object whose `type` says which of `kinds` it is; `allowed` are those that may stand here."""
    names = set(kinds if allowed is None else allowed)

    def check(value: Any, place: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            report(problems, "must provide an object", place)
        elif "type" not in value:
            report(problems, "missing required field: type", place)
        elif not isinstance(value["type"], str) or value["type"] not in names:
            report(problems, f"unsupported type: {value['type']}", f"{place}/type")
        else:
            kinds[value["type"]](value, place, problems)

    return check


def rule(holds: Callable[[Json], bool], message: str, field: str = "") -> Check:
    """A rule about a whole object, told at `field`."""

    def check(value: Json, place: str, problems: Problems) -> None:
        if not holds(value):
            report(problems, message, f"{place}/{field}" if field else place)

    return check


def _anything(value: Any, place: str, problems: Problems) -> None:
    return None
