"""Reading a task file line by line: JSONL or CSV in, checked `TaskSpec`s out, and every fault by line and field."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TextIO

import orjson

from bot.domain.errors import BadFile, Fault, Refused
from bot.domain.project import ProjectSpec, TaskSpec
from bot.kinds import kinds
from bot.kinds.custom import kind_in
from bot.services.project_files import NAME, locale_tag

FAULTS_SHOWN = 50
OWN_FIELDS = ("id", "kind", "locale", "domain", "priority", "gold")
MAX_KEY = 100
MAX_CELL = 1_000_000
"""Characters in one cell of a CSV file: two of the longest texts fit as JSON."""


@dataclass(frozen=True, slots=True)
class Line:
    """One task of a file and the line that it begins on."""

    number: int
    spec: TaskSpec

    @property
    def digest(self) -> str:
        """Equal for equal tasks, whatever the order of their fields in the file."""
        one = self.spec
        content = [one.key, one.kind, one.locale, one.domain, one.priority, one.payload, one.gold]
        return blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


class Faults:
    """Collects what is wrong with a file: the first 50 in full, and a count of all."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.first: list[Fault] = []
        self.count = 0

    def add(self, line: int | None, field: str | None, problem: str) -> None:
        self.count += 1
        if len(self.first) < FAULTS_SHOWN:
            self.first.append(Fault(self.file, line, field, problem))

    def raise_if_any(self) -> None:
        if self.count:
            raise BadFile(self.first, self.count)


def read_tasks(path: Path, project: ProjectSpec, faults: Faults, progress: Callable[[int], None]) -> Iterator[Line]:
    """The file's good lines one by one; what is wrong goes to `faults`, and `progress` hears of bytes read."""
    seen: dict[bytes, int] = {}
    for number, record in _records(path, faults, progress):
        line = _check(number, record, project, faults)
        if line is None:
            continue
        digest = blake2b(line.spec.key.encode(), digest_size=12).digest()
        if (first := seen.setdefault(digest, number)) != number:
            faults.add(number, "id", f"{line.spec.key!r} is already used on line {first}")
        else:
            yield line


def _records(path: Path, faults: Faults, progress: Callable[[int], None]) -> Iterator[tuple[int, dict[str, Any]]]:
    read = _csv_records if path.suffix.lower() == ".csv" else _json_records
    try:
        with path.open("rb") as raw:
            yield from read(raw, faults, progress)
    except OSError as error:
        faults.add(None, None, error.strerror or str(error))


def _json_records(raw: Any, faults: Faults, progress: Callable[[int], None]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, text in enumerate(raw, 1):
        progress(len(text))
        if number == 1:
            text = text.removeprefix(b"\xef\xbb\xbf")
        if not text.strip():
            continue
        try:
            record = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            faults.add(number, None, f"not JSON: {error}")
            continue
        if isinstance(record, dict):
            yield number, record
        else:
            faults.add(number, None, "expected a JSON object")


def _csv_records(raw: Any, faults: Faults, progress: Callable[[int], None]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows as JSON lines would have them: empty cells are left out, lists and objects are JSON in their cell."""
    header: list[str] | None = None
    for number, cells in _csv_rows(raw, faults, progress):
        if header is None:
            header = cells
            if len(header) == 1 and ";" in header[0]:
                faults.add(number, None, "expected commas between columns, got semicolons; save the file as UTF-8 CSV")
                return
            for name in {name for name in header if header.count(name) > 1}:
                faults.add(number, name or None, "this column is there twice")
        elif len(cells) != len(header):
            faults.add(number, None, f"expected {len(header)} columns, got {len(cells)}")
        else:
            yield number, {name: _cell(name, cell) for name, cell in zip(header, cells, strict=True) if cell != ""}


def _csv_rows(raw: Any, faults: Faults, progress: Callable[[int], None]) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with the line that each begins on: a cell may hold line breaks."""
    csv.field_size_limit(MAX_CELL)
    start = 1
    # A bad byte becomes a lone surrogate, so that it is found in its own row and not where the buffer ends.
    with io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        reader = csv.reader(_counted(text, progress), strict=True)
        try:
            for cells in reader:
                if (byte := _bad_byte("".join(cells))) is not None:
                    faults.add(start, None, f"expected UTF-8 text, got byte {byte:#x}; save the file as UTF-8 CSV")
                elif cells:
                    yield start, cells
                start = reader.line_num + 1
        except csv.Error as error:
            faults.add(start, None, f"not CSV: {error}")


def _counted(source: TextIO, progress: Callable[[int], None]) -> Iterator[str]:
    """Lines of a text file, telling how many bytes were read."""
    for line in source:
        progress(len(line.encode("utf-8", "surrogateescape")))
        yield line


def _bad_byte(text: str) -> int | None:
    """The first byte that was not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return ord(text[error.start]) - 0xDC00
    return None


@cache
def _json_fields() -> set[str]:
    """Columns whose cells hold JSON."""
    return {"gold"} | {field.name for kind in kinds().values() for field in kind.fields if field.count is not None}


def _cell(name: str, cell: str) -> Any:
    if name == "priority" and re.fullmatch(r"\s*-?[0-9]{1,9}\s*", cell):
        return int(cell)
    if name in _json_fields():
        try:
            return orjson.loads(cell)
        except orjson.JSONDecodeError:
            return cell
    return cell


def _check(number: int, record: Mapping[str, Any], project: ProjectSpec, faults: Faults) -> Line | None:
    before = faults.count
    for field, problem in _own_faults(record):
        faults.add(number, field, problem)
    name = project.kind if record.get("kind") is None else record["kind"]
    payload = {field: value for field, value in record.items() if field not in OWN_FIELDS and value is not None}
    if not isinstance(name, str) or name not in kinds():
        faults.add(number, "kind", f"expected one of {', '.join(sorted(kinds()))}, got {name!r}")
        return None
    for field, problem in kinds()[name].faults(payload):
        nested = field == "payload" and isinstance(payload[field], dict)
        faults.add(number, field, "put its fields on the line itself, beside the id" if nested else problem)
    for problem in _gold_faults(project, name, record.get("gold")):
        faults.add(number, "gold", problem)
    if faults.count > before:
        return None
    return Line(
        number,
        TaskSpec(
            key=record["id"],
            kind=name,
            locale=locale_tag(record["locale"]) if record.get("locale") else project.locale,
            domain=record.get("domain") or "",
            priority=record.get("priority") or 0,
            payload=payload,
            gold=record.get("gold"),
        ),
    )


def _own_faults(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with the fields that every kind of task has."""
    key, locale, domain = (record.get(name) for name in ("id", "locale", "domain"))
    priority = record.get("priority", 0)
    if key is None or key == "":
        yield "id", "missing"
    elif not isinstance(key, str) or len(key) > MAX_KEY:
        yield "id", f"expected a text of at most {MAX_KEY} characters"
    if locale is not None:
        try:
            locale_tag(locale)
        except ValueError as error:
            yield "locale", str(error)
    if domain and not (isinstance(domain, str) and NAME.fullmatch(domain)):
        yield "domain", f"expected a name such as medicine, got {domain!r}"
    if priority is not None and (type(priority) is not int or abs(priority) > 1_000_000):
        yield "priority", "expected a whole number between -1000000 and 1000000"


def _gold_faults(project: ProjectSpec, kind_name: str, gold: Any) -> Iterator[str]:
    """What is wrong with a known answer: it must be one that the form would take."""
    if gold is None:
        return
    if not isinstance(gold, dict):
        yield "expected an object of question and answer"
        return
    questions = {question.id: question for question in kind_in(project, kind_name).form}
    for name, value in gold.items():
        if name not in questions:
            yield f"{name}: no such question"
            continue
        try:
            questions[name].check(value)
        except Refused as error:
            yield f"{name}: {error}"
        except TypeError:
            yield f"{name}: not an answer to this question"
