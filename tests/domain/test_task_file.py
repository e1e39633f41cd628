"""Task files: JSONL and CSV, what they give, and what is wrong with them by line and field."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadFile
from bot.domain.project import ProjectSpec
from bot.kinds import kinds
from bot.services.task_files import FAULTS_SHOWN, Faults, Line, read_tasks
from tests.support.samples import COMPARISON, FACT_CHECK, RATING, a_spec

GOOD = {"id": "t1", **RATING}
COMPARED = a_spec(kind="comparison")


class Reading:
    """A file that was read: its lines, its faults as they are printed, and the bytes that were told."""

    def __init__(self, path: Path, project: ProjectSpec) -> None:
        faults = Faults(path.name)
        self.bytes = 0
        self.lines: list[Line] = list(read_tasks(path, project, faults, self._advance))
        self.faults = [str(fault) for fault in faults.first]
        self.count = faults.count

    def _advance(self, step: int) -> None:
        self.bytes += step


def jsonl(folder: Path, *lines: Any, project: ProjectSpec | None = None, end: bytes = b"\n") -> Reading:
    """Read lines that are objects to write as JSON, or bytes as they are."""
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path = folder / "tasks.jsonl"
    path.write_bytes(b"".join(line + end for line in raw))
    return Reading(path, project or a_spec())


def as_csv(folder: Path, content: str | bytes, project: ProjectSpec | None = None) -> Reading:
    path = folder / "tasks.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Reading(path, project or a_spec())


def csv_of(*rows: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def test_a_line_is_a_task(tmp_path: Path) -> None:
    """A line gives its task with the project's kind and locale; what is not said is empty."""
    (line,) = jsonl(tmp_path, GOOD).lines
    task = line.spec
    assert (line.number, task.key, task.kind, task.locale) == (1, "t1", "rating", "en")
    assert (task.domain, task.priority, task.gold, task.payload) == ("", 0, None, RATING)


def test_a_line_may_say_more(tmp_path: Path) -> None:
    """Kind, locale, field, priority and known answer of a line go before the project's."""
    own = {"kind": "comparison", "locale": "pt-br", "domain": "law", "priority": -5, "gold": {"preference": "same"}}
    (line,) = jsonl(tmp_path, {"id": "c1", **COMPARISON, **own}).lines
    task = line.spec
    assert (task.kind, task.locale, task.domain, task.priority) == ("comparison", "pt_BR", "law", -5)
    assert (task.gold, task.payload) == ({"preference": "same"}, COMPARISON)


def test_null_is_the_same_as_left_out(tmp_path: Path) -> None:
    """A field that is null counts as not given."""
    nulls = dict.fromkeys(["kind", "locale", "domain", "priority", "gold", "context"])
    (line,) = jsonl(tmp_path, {"id": "f1", **FACT_CHECK, **nulls}, project=a_spec(kind="fact_check")).lines
    assert line.spec.payload == FACT_CHECK
    assert (line.spec.kind, line.spec.priority) == ("fact_check", 0)


def test_the_message_of_the_specification(tmp_path: Path) -> None:
    """One response instead of two on line 17 is told in exactly the words that the contract shows."""
    lines = [{"id": f"t{number}", **COMPARISON} for number in range(16)]
    reading = jsonl(tmp_path, *lines, {"id": "x", "prompt": "p", "responses": ["a"]}, project=COMPARED)
    assert reading.faults == ["tasks.jsonl:17: responses: expected 2 texts, got 1"]
    assert len(reading.lines) == 16


KINDS = ", ".join(sorted(kinds()))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"id": None}, "id: missing"),
        ({"id": ""}, "id: missing"),
        ({"id": 5}, "id: expected a text of at most 100 characters"),
        ({"id": "x" * 101}, "id: expected a text of at most 100 characters"),
        ({"prompt": None}, "prompt: missing"),
        ({"response": 5}, "response: expected a text, got a number"),
        ({"response": "x" * 60_001}, "response: expected at most 60000 characters, got 60001"),
        ({"kind": "poem"}, f"kind: expected one of {KINDS}, got 'poem'"),
        ({"kind": ""}, f"kind: expected one of {KINDS}, got ''"),
        ({"kind": ["rating"]}, f"kind: expected one of {KINDS}, got ['rating']"),
        ({"locale": "english"}, "locale: expected a language tag such as en or pt-BR, got 'english'"),
        ({"locale": 3}, "locale: expected a language tag such as en or pt-BR, got 3"),
        ({"domain": 3}, "domain: expected a name such as medicine, got 3"),
        ({"domain": "Heart & Soul"}, "domain: expected a name such as medicine, got 'Heart & Soul'"),
        ({"priority": "high"}, "priority: expected a whole number between -1000000 and 1000000"),
        ({"priority": 1.5}, "priority: expected a whole number between -1000000 and 1000000"),
        ({"priority": True}, "priority: expected a whole number between -1000000 and 1000000"),
        ({"priority": 1_000_001}, "priority: expected a whole number between -1000000 and 1000000"),
        ({"priority": 10**18}, "priority: expected a whole number between -1000000 and 1000000"),
        ({"respones": "x"}, "respones: unknown field of a rating task"),
        ({"gold": 5}, "gold: expected an object of question and answer"),
        ({"gold": [1]}, "gold: expected an object of question and answer"),
        ({"gold": {"beauty": 5}}, "gold: beauty: no such question"),
        ({"gold": {"accuracy": 6}}, "gold: accuracy: Please choose a number from 1 to 5."),
        ({"gold": {"accuracy": 4.5}}, "gold: accuracy: Please choose a number from 1 to 5."),
        ({"gold": {"accuracy": True}}, "gold: accuracy: Please choose a number from 1 to 5."),
        ({"gold": {"accuracy": None}}, "gold: accuracy: This question needs an answer."),
        ({"gold": {"issues": "unclear"}}, "gold: issues: Please choose one of the buttons."),
        ({"gold": {"issues": ["dull"]}}, "gold: issues: Please choose one of the buttons."),
        ({"gold": {"issues": [{}]}}, "gold: issues: Please choose one of the buttons."),
        ({"gold": {"explanation": "x" * 2002}}, "gold: explanation: That is 2 characters too long."),
    ],
)
def test_a_fault_names_line_field_and_what_was_expected(tmp_path: Path, changes: dict[str, Any], fault: str) -> None:
    """Each field, wrong in turn, is named with its line and what was expected; the good line before it is read."""
    reading = jsonl(tmp_path, {**GOOD, "id": "ok"}, GOOD | changes)
    assert reading.faults == [f"tasks.jsonl:2: {fault}"]
    assert [line.spec.key for line in reading.lines] == ["ok"]


@pytest.mark.parametrize(
    "gold",
    [
        {},
        {"accuracy": 4},
        {"accuracy": "4", "issues": ["unclear", "biased"]},
        {"explanation": None},
        {"explanation": "Because."},
    ],
)
def test_a_known_answer_that_the_form_takes_is_kept(tmp_path: Path, gold: dict[str, Any]) -> None:
    """A known answer may speak to some of the questions only, and is kept as it was given."""
    reading = jsonl(tmp_path, GOOD | {"gold": gold})
    assert (reading.faults, reading.lines[0].spec.gold) == ([], gold)


def test_a_known_answer_belongs_to_the_projects_own_questions(tmp_path: Path) -> None:
    """Where a project asks its own questions, a known answer is one to these."""
    own = a_spec(questions=({"id": "fit", "type": "text", "prompt": "Fit?"},))
    assert jsonl(tmp_path, GOOD | {"gold": {"fit": "yes"}}, project=own).faults == []
    assert jsonl(tmp_path, GOOD | {"gold": {"accuracy": 5}}, project=own).count == 1


def test_all_faults_of_a_line_are_listed(tmp_path: Path) -> None:
    """A line with several faults names them all."""
    reading = jsonl(tmp_path, {"id": 1, "locale": "?", "priority": "x", "prompt": "p", "gold": {"a": 1, "b": 2}})
    fields = [fault.split(": ")[1] for fault in reading.faults]
    assert fields == ["id", "locale", "priority", "response", "gold", "gold"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"{", "not JSON: "),
        (b"id,prompt,response", "not JSON: "),
        (b'{"id": "caf\xe9"}', "not JSON: "),
        (b'{"id": "\\ud800"}', "not JSON: "),
        (b'{"id": NaN}', "not JSON: "),
        (b'{"priority": 1e999}', "not JSON: "),
        (b"[" * 5000, "not JSON: "),
        (b'["a"]', "expected a JSON object"),
        (b'"text"', "expected a JSON object"),
        (b"null", "expected a JSON object"),
    ],
)
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: bytes, fault: str) -> None:
    """What is not UTF-8, not JSON or no object is named with its line, and the lines around it are read."""
    reading = jsonl(tmp_path, {**GOOD, "id": "a"}, line, {**GOOD, "id": "b"})
    assert reading.count == 1
    assert reading.faults[0].startswith(f"tasks.jsonl:2: {fault}")
    assert [one.spec.key for one in reading.lines] == ["a", "b"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n", b"\n  \t\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_jsonl_of_other_systems_is_read(tmp_path: Path, mark: bytes, end: bytes) -> None:
    """A byte order mark, Windows line ends and blank lines change nothing, and lines keep their numbers."""
    first = mark + json.dumps({**GOOD, "id": "ä"}, ensure_ascii=False).encode()
    reading = jsonl(tmp_path, first, GOOD, {"id": "bad"}, end=end)
    assert [line.spec.key for line in reading.lines] == ["ä", "t1"]
    number = 1 + 2 * end.count(b"\n")
    assert reading.faults == [f"tasks.jsonl:{number}: {field}: missing" for field in ("prompt", "response")]


def test_a_last_line_without_an_end_is_read(tmp_path: Path) -> None:
    """The last line needs no line end."""
    assert len(jsonl(tmp_path, {**GOOD, "id": "a"}, GOOD, end=b"\n").lines) == 2
    path = tmp_path / "tasks.jsonl"
    path.write_bytes(path.read_bytes().rstrip())
    assert len(Reading(path, a_spec()).lines) == 2


@pytest.mark.parametrize("name", ["tasks.jsonl", "tasks.csv"])
def test_an_empty_file_has_no_tasks(tmp_path: Path, name: str) -> None:
    """An empty file gives nothing and is no fault here."""
    (tmp_path / name).write_bytes(b"")
    reading = Reading(tmp_path / name, a_spec())
    assert (reading.lines, reading.faults) == ([], [])


def test_an_id_is_used_once(tmp_path: Path) -> None:
    """A second line with the same id is a fault that names the first; differing lines are all read."""
    reading = jsonl(tmp_path, GOOD, {**GOOD, "id": "t2"}, GOOD, GOOD)
    assert reading.faults == [f"tasks.jsonl:{number}: id: 't1' is already used on line 1" for number in (3, 4)]
    assert [line.number for line in reading.lines] == [1, 2]


def test_the_first_fifty_faults_and_a_count(tmp_path: Path) -> None:
    """Of many faults the first fifty are listed in order of lines, and all are counted."""
    path = tmp_path / "tasks.jsonl"
    path.write_text("\n".join(['{"id": 1}'] * 40))  # three faults a line
    faults = Faults(path.name)
    assert list(read_tasks(path, a_spec(), faults, lambda step: None)) == []
    with pytest.raises(BadFile) as refused:
        faults.raise_if_any()
    assert (len(refused.value.faults), refused.value.count) == (FAULTS_SHOWN, 120) == (50, 120)
    assert [fault.line for fault in refused.value.faults] == [1 + number // 3 for number in range(50)]


def test_no_fault_is_no_refusal() -> None:
    """A file with nothing wrong is not refused."""
    faults = Faults("tasks.jsonl")
    faults.raise_if_any()
    assert faults.count == 0


@pytest.mark.parametrize("name", ["none.jsonl", "none.csv"])
def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path, name: str) -> None:
    """A missing task file is refused by name."""
    assert Reading(tmp_path / name, a_spec()).faults == [f"{name}: No such file or directory"]


@pytest.mark.parametrize("name", ["tasks.jsonl", "tasks.csv"])
def test_progress_hears_of_every_byte(tmp_path: Path, name: str) -> None:
    """The bytes that are told add up to the file, also where characters take several."""
    path = tmp_path / name
    rows = [["id", "prompt", "response"], ["1", "Was heißt das?", "日本語 😀"]]
    text = csv_of(*rows) if name.endswith("csv") else json.dumps(dict(zip(*rows, strict=True)), ensure_ascii=False)
    path.write_bytes(text.encode())
    assert Reading(path, a_spec()).bytes == path.stat().st_size


HEADER = "id,prompt,response\r\n"


def test_csv_gives_the_same_tasks_as_jsonl(tmp_path: Path) -> None:
    """A CSV file with the contract's columns gives what the same lines give as JSONL; empty cells are left out."""
    gold = {"preference": "a_better"}
    rows = [
        ["id", "kind", "locale", "domain", "priority", "gold", "prompt", "response", "responses"],
        ["007", "", "", "", "", "", "p, \"q\"\nr", "x", ""],
        ["c1", "comparison", "es", "law", "-3", json.dumps(gold), "p", "", '["a", "b"]'],
    ]  # fmt: skip
    objects = [
        {"id": "007", "prompt": 'p, "q"\nr', "response": "x"},
        {"id": "c1", "kind": "comparison", "locale": "es", "domain": "law", "priority": -3, "gold": gold, "prompt": "p",
         "responses": ["a", "b"]},
    ]  # fmt: skip
    from_csv, from_jsonl = as_csv(tmp_path, csv_of(*rows)), jsonl(tmp_path, *objects)
    assert from_csv.faults == from_jsonl.faults == []
    assert [line.spec for line in from_csv.lines] == [line.spec for line in from_jsonl.lines]
    assert [line.digest for line in from_csv.lines] == [line.digest for line in from_jsonl.lines]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_csv_of_other_systems_is_read(tmp_path: Path, mark: str, end: str) -> None:
    """A byte order mark and any line end are taken; numbers count lines, also those inside of a cell and blank ones."""
    lines = [mark + "id,prompt,response", 'a,"two', 'lines",x', "", "b,p,x", "", "", "c,p,"]
    reading = as_csv(tmp_path, end.join(lines))
    assert [(line.number, line.spec.key) for line in reading.lines] == [(2, "a"), (5, "b")]
    assert reading.faults == ["tasks.csv:8: response: missing"]


def test_a_row_with_other_columns_is_named(tmp_path: Path) -> None:
    """A row with too few or too many cells is named with both counts."""
    reading = as_csv(tmp_path, HEADER + "a,p\r\nb,p,r\r\nc,p,r,x\r\n")
    assert reading.faults == ["tasks.csv:2: expected 3 columns, got 2", "tasks.csv:4: expected 3 columns, got 4"]
    assert [line.spec.key for line in reading.lines] == ["b"]


def test_a_column_that_is_there_twice_is_named(tmp_path: Path) -> None:
    """Two columns of one name are a fault, since one would hide the other."""
    reading = as_csv(tmp_path, "id,prompt,response,prompt\r\na,p,r,q\r\n")
    assert reading.faults == ["tasks.csv:1: prompt: this column is there twice"]


def test_an_unknown_column_is_named_on_each_row(tmp_path: Path) -> None:
    """A column that the kind does not know is an unknown field of each row that fills it."""
    reading = as_csv(tmp_path, "id,prompt,response,note\r\na,p,r,\r\nb,p,r,hm\r\n")
    assert reading.faults == ["tasks.csv:3: note: unknown field of a rating task"]


@pytest.mark.parametrize("cell", ["high", "--5", "5-", "1.5", "²", "9" * 5000, "1000001"])
def test_a_priority_in_a_cell_is_a_whole_number(tmp_path: Path, cell: str) -> None:
    """Whatever else stands in a priority's cell is refused in the same words as in JSONL."""
    reading = as_csv(tmp_path, f"id,prompt,response,priority\r\na,p,r,{cell}\r\n")
    assert reading.faults == ["tasks.csv:2: priority: expected a whole number between -1000000 and 1000000"]


def test_a_list_in_a_cell_is_json(tmp_path: Path) -> None:
    """What should be a list in a cell and is none is refused for what it is."""
    rows = [["id", "prompt", "responses"], ["a", "p", "x; y"], ["b", "p", '["x"]'], ["c", "p", "[1, 2"]]
    assert as_csv(tmp_path, csv_of(*rows), COMPARED).faults == [
        "tasks.csv:2: responses: expected 2 texts, got a text",
        "tasks.csv:3: responses: expected 2 texts, got 1",
        "tasks.csv:4: responses: expected 2 texts, got a text",
    ]


def test_csv_that_is_not_utf8_is_named_row_by_row(tmp_path: Path) -> None:
    """A row in another encoding is named with its own line and byte, however far down, and the others are read."""
    rows = [b"t%d,p,r" % number for number in range(3000)]
    rows[2500] = b"x,caf\xe9,r"
    reading = as_csv(tmp_path, HEADER.encode() + b"\r\n".join(rows))
    assert reading.faults == ["tasks.csv:2502: expected UTF-8 text, got byte 0xe9; save the file as UTF-8 CSV"]
    assert len(reading.lines) == 2999


def test_csv_with_broken_quotes_is_named(tmp_path: Path) -> None:
    """A quote that is never closed is named with the line that it begins on."""
    (fault,) = as_csv(tmp_path, HEADER + 'a,p,r\r\nb,"p,r\r\nc,p,r\r\n').faults
    assert fault.startswith("tasks.csv:3: not CSV: ")


def test_two_of_the_longest_texts_fit_in_a_cell(tmp_path: Path) -> None:
    """The longest allowed responses are read from CSV as from JSONL; far longer cells are refused with their line."""
    long = "\n" * 59_999 + "x"
    cell = json.dumps([long, long])
    reading = as_csv(tmp_path, csv_of(["id", "prompt", "responses"], ["a", "p", cell]), COMPARED)
    assert (reading.faults, reading.lines[0].spec.payload["responses"]) == ([], [long, long])
    (fault,) = as_csv(tmp_path, csv_of(["id", "prompt", "response"], ["a", "p", "x" * 1_000_001])).faults
    assert fault.startswith("tasks.csv:2: not CSV: field larger than field limit")


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5))
def test_any_text_survives_csv(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    """Whatever texts are written as CSV come back unchanged, or are refused as blank."""
    table = [["id", "prompt", "response"], *([f"t{n}", *row] for n, row in enumerate(rows))]
    reading = as_csv(tmp_path_factory.mktemp("csv"), csv_of(*table))
    kept = [
        {"prompt": prompt, "response": response} for prompt, response in rows if prompt.strip() and response.strip()
    ]
    assert [line.spec.payload for line in reading.lines] == kept


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | CELL,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CELL, inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["id", "kind", "locale", "domain", "priority", "gold", "prompt", "response", "responses", "x"])


@given(st.lists(st.dictionaries(NAMES, JSON | st.just("rating")), max_size=5))
def test_any_json_is_a_task_or_a_fault(tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]]) -> None:
    """Whatever objects the lines hold, each line gives a task or a fault, never both and never a crash."""
    reading = jsonl(tmp_path_factory.mktemp("any"), *records)
    faulty = {int(fault.split(":")[1]) for fault in reading.faults}
    assert faulty.isdisjoint(line.number for line in reading.lines)
    assert reading.count > FAULTS_SHOWN or faulty | {line.number for line in reading.lines} == set(
        range(1, len(records) + 1)
    )


def test_equal_tasks_have_equal_digests(tmp_path: Path) -> None:
    """The order of fields does not matter for whether a line has changed; every value does."""
    (one,) = jsonl(tmp_path, GOOD).lines
    (same,) = jsonl(tmp_path, dict(reversed(GOOD.items()))).lines
    assert one.digest == same.digest
    for change in ({"id": "t2"}, {"response": "x"}, {"priority": 1}, {"domain": "law"}, {"gold": {}}, {"locale": "de"}):
        (other,) = jsonl(tmp_path, GOOD | change).lines
        assert other.digest != one.digest


def test_semicolons_between_columns_are_named_once(tmp_path: Path) -> None:
    """A CSV with semicolons, as some spreadsheets write it, is refused with one clear fault."""
    file = tmp_path / "tasks.csv"
    file.write_text("id;prompt;response\na;P;R\nb;P;R\n", encoding="utf-8")
    faults = Faults(file.name)
    assert list(read_tasks(file, a_spec(), faults, lambda _: None)) == []
    assert [str(fault) for fault in faults.first] == [
        "tasks.csv:1: expected commas between columns, got semicolons; save the file as UTF-8 CSV"
    ]
