"""Project files: what they say, and every way in which they can be wrong, by line and field."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadFile, Fault
from bot.domain.project import ProjectSpec, Wording
from bot.domain.units import Money
from bot.kinds import kinds
from bot.services.project_files import locale_tag, read_project

FIELDS = {
    "slug": '"cardio-answers"',
    "title": '"Cardiology answers"',
    "instructions": '"Rate each answer."',
    "kind": '"rating"',
    "locale": '"en"',
}

WHOLE = """\
slug = "cardio-answers"
title = "Cardiology answers"
instructions = '''
title = "not a key"
[[question]]
'''
kind = "rating"
locale = "pt-br"
domains = ["medicine", "law"]
deadline = 2026-12-01T19:00:00+01:00
answer_within = "1h 30m"
answers_per_task = 3
seats = 20
pay = "0.40 USD"
edit_window = "2h"
[text.es]
title = "Respuestas"
instructions = "Lea."
[[question]]
id = "accuracy"
type = "scale"
min = 0
max = 3
low = "bad"
[[question]]
id = "what-is-wrong"
type = "choices"
when = { questions = ["accuracy"], at_most = 1 }
required = false
[[question.options]]
id = "tone"
label = "Its tone"
[[question.options]]
id = "facts"
label = "Its facts"
[[question]]
id = "why"
type = "text"
prompt = "Why?"
max_length = 500
[question.when]
questions = ["what-is-wrong"]
one_of = ["tone"]
"""


def read(folder: Path, text: str | bytes) -> ProjectSpec:
    path = folder / "project.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_project(path)


def faults(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(BadFile) as refused:
        read(folder, text)
    assert refused.value.count == len(refused.value.faults)
    return str(refused.value).splitlines()


def written(**changes: str | None) -> str:
    """The shortest good file, a field a line, with some of them changed (None: left out)."""
    fields = FIELDS | changes
    return "\n".join(f"{name} = {value}" for name, value in fields.items() if value is not None)


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    """Every field of a project file arrives, times in UTC, locales in one form, questions as tables."""
    spec = read(tmp_path, WHOLE)
    assert (spec.slug, spec.title, spec.kind, spec.locale) == (
        "cardio-answers",
        "Cardiology answers",
        "rating",
        "pt_BR",
    )
    assert spec.instructions == 'title = "not a key"\n[[question]]'
    assert (spec.domains, spec.answers_per_task, spec.seats) == (("medicine", "law"), 3, 20)
    assert (spec.deadline, spec.answer_within) == (datetime(2026, 12, 1, 18, tzinfo=UTC), timedelta(minutes=90))
    assert (spec.pay, spec.edit_window) == (Money(Decimal("0.40"), "USD"), timedelta(hours=2))
    assert spec.wordings == {"es": Wording("Respuestas", "Lea.")}
    accuracy, wrong, why = spec.questions
    assert accuracy == {"id": "accuracy", "type": "scale", "prompt": "Accuracy", "min": 0, "max": 3, "low": "bad"}
    assert wrong["prompt"] == "What is wrong"
    assert wrong["when"] == {"questions": ["accuracy"], "at_most": 1}
    assert wrong["options"] == [{"id": "tone", "label": "Its tone"}, {"id": "facts", "label": "Its facts"}]
    assert (why["prompt"], why["when"]) == ("Why?", {"questions": ["what-is-wrong"], "one_of": ["tone"]})


def test_a_short_file_has_defaults(tmp_path: Path) -> None:
    """Five fields are enough: then a trainer has a day, one answer is wanted, and it may change for half an hour."""
    spec = read(tmp_path, written())
    assert (spec.domains, spec.deadline, spec.seats, spec.pay, spec.questions) == ((), None, None, None, ())
    assert (spec.answer_within, spec.answers_per_task) == (timedelta(hours=24), 1)
    assert spec.edit_window == timedelta(minutes=30)


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    """Each of the five fields that a file must have is named when it is not there."""
    assert faults(tmp_path, written(**{name: None})) == [f"project.toml: {name}: missing"]


NOT_A_TEXT = "expected a text, got"
A_TIME = "expected a time with a zone such as 2026-12-01T18:00:00Z"


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("slug", "5", f"{NOT_A_TEXT} 5"),
        ("slug", '"C"', "expected a name of lower-case letters, digits and hyphens, at most 40, got 'C'"),
        ("slug", '"a b"', "expected a name of lower-case letters, digits and hyphens, at most 40, got 'a b'"),
        ("title", "true", f"{NOT_A_TEXT} True"),
        ("title", '""', f"{NOT_A_TEXT} ''"),
        ("title", '"  "', f"{NOT_A_TEXT} '  '"),
        ("title", f'"{"x" * 101}"', f"expected at most 100 characters, got '{'x' * 58}…"),
        ("instructions", "[]", f"{NOT_A_TEXT} []"),
        ("instructions", '""', f"{NOT_A_TEXT} ''"),
        ("kind", "1", f"{NOT_A_TEXT} 1"),
        ("kind", '"poem"', f"expected one of {', '.join(sorted(kinds()))}, got 'poem'"),
        ("locale", '"english"', "expected a language tag such as en or pt-BR, got 'english'"),
        ("locale", "1", "expected a language tag such as en or pt-BR, got 1"),
        ("domains", '"medicine"', "expected a list, got 'medicine'"),
        ("deadline", '"2026-12-01"', f"{A_TIME}, got '2026-12-01'"),
        ("deadline", "2026-12-01", f"{A_TIME}, got datetime.date(2026, 12, 1)"),
        ("deadline", "2026-12-01T18:00:00", f"{A_TIME}, got 2026-12-01T18:00:00"),
        ("deadline", "0001-01-01T00:00:00+14:00", f"{A_TIME}, got 0001-01-01T00:00:00+14:00"),
        ("answer_within", "24", 'expected a text such as "24h", got 24'),
        ("answer_within", '"soon"', "expected a time such as 30m, 24h or 7d, got 'soon'"),
        ("answer_within", '"99999999999999d"', "expected a time such as 30m, 24h or 7d, got '99999999999999d'"),
        ("edit_window", '"0m"', "expected more than nothing and at most 366d, got '0m'"),
        ("answers_per_task", '"3"', "expected a whole number, got '3'"),
        ("answers_per_task", "true", "expected a whole number, got True"),
        ("answers_per_task", "1.5", "expected a whole number, got 1.5"),
        ("answers_per_task", "0", "expected at least 1, got 0"),
        ("answers_per_task", "1001", "expected at most 1000, got 1001"),
        ("seats", "0", "expected at least 1, got 0"),
        ("seats", "99999999999999999999999", "expected at most 1000000, got 99999999999999999999999"),
        ("pay", "0.4", 'expected a text such as "0.40 USD", got 0.4'),
        ("pay", '"free"', "expected an amount and a currency such as 0.40 USD, got 'free'"),
        ("text", '"es"', "expected a table, got 'es'"),
        ("question", '"why"', "expected a list, got 'why'"),
        ("paid", "1", "unknown field"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(tmp_path: Path, name: str, value: str, problem: str) -> None:
    """Each field, wrong in its type or value, is named with its line and what was expected, and nothing else is."""
    source = written(**{name: value})
    line = next(number for number, text in enumerate(source.split("\n"), 1) if text.startswith(f"{name} ="))
    assert faults(tmp_path, source) == [f"project.toml:{line}: {name}: {problem}"]


@pytest.mark.parametrize(
    ("table", "line", "field", "problem"),
    [
        ('[text.es]\ntitle = "x"', 6, "text.es.instructions", "missing"),
        ('[text.es]\ntitle = ""\ninstructions = "x"', 7, "text.es.title", "expected a text, got ''"),
        ('[text.es]\ntitle = "x"\ninstructions = "x"\nslug = "x"', 9, "text.es.slug", "unknown field"),
        (
            '[text.english]\ntitle = "x"\ninstructions = "x"',
            6,
            "text.english.[key]",
            "expected a language tag such as en or pt-BR, got 'english'",
        ),
        ('text.es = "x"', 6, "text.es", "expected a table, got 'x'"),
        (
            'domains = ["Bad Name"]',
            6,
            "domains.0",
            "expected a name of lower-case letters, digits and hyphens, at most 40, got 'Bad Name'",
        ),
        ('[[question]]\ntype = "text"', 6, "question.0.id", "missing"),
        ('[[question]]\nid = "a"', 6, "question.0.type", "missing"),
        ('[[question]]\nid = "Ä"\ntype = "text"', 7, "question.0.id", "expected a name of lower-case letters"),
        ('[[question]]\nid = "a"\ntype = "essay"', 8, "question.0.type", "expected 'choice', 'choices',"),
        ('[[question]]\nid = "a"\ntype = "text"\nprompt = 1', 9, "question.0.prompt", "expected a text, got 1"),
        (
            '[[question]]\nid = "a"\ntype = "text"\nrequired = 1',
            9,
            "question.0.required",
            "expected true or false, got 1",
        ),
        ('[[question]]\nid = "a"\ntype = "scale"\nmin = -1', 9, "question.0.min", "expected at least 0, got -1"),
        ('[[question]]\nid = "a"\ntype = "scale"\nmax = 11', 9, "question.0.max", "expected at most 10, got 11"),
        ('[[question]]\nid = "a"\ntype = "scale"\nlow = ""', 9, "question.0.low", "expected a text, got ''"),
        (
            '[[question]]\nid = "a"\ntype = "text"\nmax_length = 2001',
            9,
            "question.0.max_length",
            "expected at most 2000, got 2001",
        ),
        ('[[question]]\nid = "a"\ntype = "text"\nhint = 1', 9, "question.0.hint", "unknown field"),
        (
            '[[question]]\nid = "a"\ntype = "scale"\nmin = 5\nmax = 5',
            6,
            "question.0",
            "min: expected less than max, got 5 and 5",
        ),
        (
            '[[question]]\nid = "a"\ntype = "choice"',
            6,
            "question.0",
            "options: expected two or more with different ids for a choice question",
        ),
        (
            '[[question]]\nid = "a"\ntype = "ranking"\noptions = [{id="x", label="X"}, {id="x", label="Y"}]',
            6,
            "question.0",
            "options: expected two or more with different ids for a ranking question",
        ),
        (
            '[[question]]\nid = "a"\ntype = "text"\noptions = [{id="x", label="X"}, {id="y", label="Y"}]',
            6,
            "question.0",
            "options: not used by a text question",
        ),
        (
            '[[question]]\nid = "a"\ntype = "choice"\n[[question.options]]\nid = "x"\nlabel = "X"\n'
            '[[question.options]]\nid = "y"',
            12,
            "question.0.options.1.label",
            "missing",
        ),
        (
            '[[question]]\nid = "a"\ntype = "text"\n[[question]]\nid = "b"\ntype = "text"\nprompt = ""',
            12,
            "question.1.prompt",
            "expected a text, got ''",
        ),
        (
            '[[question]]\nid = "a"\ntype = "text"\n[[question]]\nid = "a"\ntype = "text"',
            10,
            "question.1.id",
            "'a' is used twice",
        ),
        (
            '[[question]]\nid = "a"\ntype = "text"\nwhen = {questions = ["b"], at_most = 2}',
            9,
            "question.0.when.questions",
            "expected earlier questions, got b",
        ),
        (
            '[[question]]\nid = "a"\ntype = "text"\n[question.when]\nquestions = []\nat_most = 1',
            10,
            "question.0.when.questions",
            "expected at least 1, got []",
        ),
        (
            '[[question]]\nid = "a"\ntype = "text"\nwhen.questions = ["a"]',
            9,
            "question.0.when",
            "expected at_most or one_of",
        ),
        (
            '[[question]]\nid = "a"\ntype = "text"\n[[question]]\nid = "b"\ntype = "text"\n'
            'when = {questions = ["a"], at_most = 2}',
            12,
            "question.1.when.at_most",
            "expected a scale among its questions",
        ),
        (
            '[[question]]\nid = "a"\ntype = "scale"\n[[question]]\nid = "b"\ntype = "text"\n[question.when]\n'
            'questions = ["a"]\none_of = ["1", "9", "no"]',
            14,
            "question.1.when.one_of",
            "expected answers to its questions, got 9, no",
        ),
    ],
)
def test_a_wrong_table_is_named_with_its_line(tmp_path: Path, table: str, line: int, field: str, problem: str) -> None:
    """A fault inside of a table is found on its own line, or on the table's where the key is missing."""
    (found,) = faults(tmp_path, written() + "\n" + table)
    assert found.startswith(f"project.toml:{line}: {field}: {problem}")


def test_limits_on_lists_are_told(tmp_path: Path) -> None:
    """More than 20 questions, and more than 12 options, are refused."""
    many = "".join(f'\n[[question]]\nid = "q{number}"\ntype = "text"' for number in range(21))
    (found,) = faults(tmp_path, written() + many)
    assert found.startswith("project.toml:6: question: expected at most 20, got [")
    options = ", ".join(f'{{id = "o{number}", label = "O"}}' for number in range(13))
    (found,) = faults(tmp_path, written() + f'\n[[question]]\nid = "a"\ntype = "choice"\noptions = [{options}]')
    assert found.startswith("project.toml:9: question.0.options: expected at most 12, got [")


def test_all_faults_come_together(tmp_path: Path) -> None:
    """Several wrong fields are listed in one go."""
    found = faults(tmp_path, written(title="1", kind=None, seats="0"))
    assert found == [
        "project.toml:2: title: expected a text, got 1",
        "project.toml: kind: missing",
        "project.toml:5: seats: expected at least 1, got 0",
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_files_of_other_systems_are_read(tmp_path: Path, mark: bytes, line_end: str) -> None:
    """A byte order mark and Windows line ends change nothing."""
    assert read(tmp_path, mark + WHOLE.replace("\n", line_end).encode()).slug == "cardio-answers"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b'slug = "a"\ntitle = "caf\xe9"', "project.toml:2: expected UTF-8 text, got byte 0xe9"),
        (b'slug = "a"\ntitle = \n', "project.toml:2: not TOML: Invalid value (at line 2, column 9)"),
        (b"seats = " + b"9" * 5000, "project.toml: not TOML: Exceeds the limit"),
        (b"a = " + b"[" * 5000, "project.toml: not TOML: "),
    ],
)
def test_what_is_no_toml_is_refused(tmp_path: Path, source: bytes, message: str) -> None:
    """What is not UTF-8 or not TOML is refused with its line, as far as there is one."""
    (found,) = faults(tmp_path, source)
    assert found.startswith(message)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing file, and a folder in its place, are refused by name."""
    with pytest.raises(BadFile, match=r"^none\.toml: No such file or directory$"):
        read_project(tmp_path / "none.toml")
    with pytest.raises(BadFile, match="Is a directory"):
        read_project(tmp_path)


@pytest.mark.parametrize(
    ("tag", "inside"),
    [("en", "en"), ("EN", "en"), ("pt-br", "pt_BR"), ("zh-hans", "zh_Hans"), ("zh_HANS_cn", "zh_Hans_CN"),
     ("es-419", "es_419"), ("yue", "yue")],
)  # fmt: skip
def test_language_tags_have_one_form_inside(tag: str, inside: str) -> None:
    """However a tag is written, it is kept in one form, which is its own form."""
    assert locale_tag(tag) == locale_tag(inside) == inside


@given(st.text(max_size=20) | st.integers() | st.none())
def test_anything_is_a_language_tag_or_refused(value: object) -> None:
    """Any value is read as a tag of ASCII letters and digits, or refused."""
    try:
        tag = locale_tag(value)  # type: ignore[arg-type]
    except ValueError:
        return
    assert tag.isascii()
    assert locale_tag(tag) == tag


@given(st.dictionaries(
    st.sampled_from([*FIELDS, "domains", "deadline", "answer_within", "seats", "pay", "text", "question", "when"]),
    st.sampled_from(["1", "-1", "1.5", "true", '""', '"x"', '"en"', "[]", "[1]", "[[]]", "{}", "[{}]", "{en = {}}",
                     "{en = 1}", '[{id = "a", type = "text"}]', "2026-01-01T00:00:00Z", "inf", "nan"]),
))  # fmt: skip
def test_any_wrong_values_are_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, str]
) -> None:
    """Whatever stands in the fields, the file is read or every fault names the file and a field."""
    found: list[Fault] = []
    try:
        read(tmp_path_factory.mktemp("any"), written(**changes))
    except BadFile as refused:
        found = refused.faults
    assert all(fault.file == "project.toml" and fault.field and fault.problem for fault in found)
