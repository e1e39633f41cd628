"""The kinds of task: their payloads, what they show, what they ask."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.form import QuestionType
from bot.domain.text import Text
from bot.kinds import kind, kinds
from bot.kinds.base import MAX_TEXT
from bot.kinds.comparison import MIRRORED
from bot.kinds.custom import form_of, kind_in
from tests.support.samples import COMPARISON, FACT_CHECK, RATING, a_spec

PAYLOADS = {"rating": RATING, "comparison": COMPARISON, "fact_check": FACT_CHECK}
PREFERENCES = [option.id for option in kind("comparison").form.question("preference").options]


def test_the_kinds_of_the_specification_are_there() -> None:
    """Rating, comparison and fact check are found, each under its own name."""
    assert set(PAYLOADS) <= set(kinds())
    assert all(name == one.name for name, one in kinds().items())


def test_an_unknown_kind_is_an_error() -> None:
    """Asking for a kind that does not exist fails at once."""
    with pytest.raises(KeyError):
        kind("poetry")


@pytest.mark.parametrize("name", sorted(PAYLOADS))
def test_a_good_payload_has_no_fault(name: str) -> None:
    """The payload that the contract describes is taken."""
    assert kind(name).faults(PAYLOADS[name]) == []


@pytest.mark.parametrize(
    ("name", "changes", "fault"),
    [
        ("rating", {"prompt": None}, ("prompt", "missing")),
        ("rating", {"response": ""}, ("response", "missing")),
        ("rating", {"response": " \n"}, ("response", "expected a text, got only spaces")),
        ("rating", {"response": 5}, ("response", "expected a text, got a number")),
        ("rating", {"response": 0.5}, ("response", "expected a text, got a number")),
        ("rating", {"response": True}, ("response", "expected a text, got true or false")),
        ("rating", {"response": ["x"]}, ("response", "expected a text, got a list")),
        ("rating", {"response": {"x": 1}}, ("response", "expected a text, got an object")),
        (
            "rating",
            {"response": "x" * (MAX_TEXT + 1)},
            ("response", "expected at most 60000 characters, got 60001"),
        ),
        ("rating", {"responses": ["x"]}, ("responses", "unknown field of a rating task")),
        ("comparison", {"responses": None}, ("responses", "missing")),
        ("comparison", {"responses": []}, ("responses", "expected 2 texts, got 0")),
        ("comparison", {"responses": ["a"]}, ("responses", "expected 2 texts, got 1")),
        ("comparison", {"responses": ["a", "b", "c"]}, ("responses", "expected 2 texts, got 3")),
        ("comparison", {"responses": "ab"}, ("responses", "expected 2 texts, got a text")),
        ("comparison", {"responses": {"a": "b"}}, ("responses", "expected 2 texts, got an object")),
        ("comparison", {"responses": ["a", 2]}, ("responses", "text 2: expected a text, got a number")),
        ("comparison", {"responses": [None, "b"]}, ("responses", "text 1: expected a text, got nothing")),
        ("comparison", {"responses": ["a", " "]}, ("responses", "text 2: expected a text, got only spaces")),
        ("fact_check", {"claim": None}, ("claim", "missing")),
        ("fact_check", {"context": 3}, ("context", "expected a text, got a number")),
        ("fact_check", {"source": []}, ("source", "expected a text, got a list")),
    ],
)
def test_a_fault_of_a_payload_is_named(name: str, changes: dict[str, Any], fault: tuple[str, str]) -> None:
    """What is missing, of the wrong type, too long or unknown is named with its field and what was expected."""
    assert kind(name).faults(PAYLOADS[name] | changes) == [fault]


def test_all_faults_of_a_payload_are_named() -> None:
    """Several faults of one task come together."""
    assert [field for field, _ in kind("rating").faults({"other": 1})] == ["prompt", "response", "other"]


def test_the_longest_text_is_taken() -> None:
    """A text of exactly the limit has no fault."""
    assert kind("rating").faults(RATING | {"response": "x" * MAX_TEXT}) == []


def test_parts_are_shown_in_the_shuffled_order_under_straight_letters() -> None:
    """Whoever sees the sides swapped still sees them as A and B."""
    shown = kind("comparison").parts(COMPARISON, (1, 0))
    assert [part.content for part in shown] == [COMPARISON["prompt"], "A drink.", "A raised body temperature."]
    assert [part.label.args for part in shown[1:]] == [{"letter": "A"}, {"letter": "B"}]  # type: ignore[union-attr]


def test_parts_that_are_not_given_are_not_shown() -> None:
    """Optional content that a task lacks takes no place."""
    assert [part.content for part in kind("fact_check").parts(FACT_CHECK, ())] == [FACT_CHECK["claim"]]
    whole = kind("fact_check").parts(FACT_CHECK | {"context": "Physics", "source": "https://example.org"}, ())
    assert [part.content for part in whole][1:] == ["Physics", "https://example.org"]


@given(st.sampled_from(PREFERENCES), st.sampled_from([(0, 1), (1, 0)]), st.text(min_size=1))
def test_an_answer_means_the_same_however_the_sides_were_shuffled(shown: str, order: tuple[int, int], why: str) -> None:
    """Undoing the shuffle names the side that the trainer meant, keeps the rest, and twice is as it was."""
    comparison = kind("comparison")
    values = {"preference": shown, "why": why}
    restored = comparison.unshuffle(values, order)
    assert restored["why"] == why
    assert comparison.unshuffle(restored, order) == values
    if shown in MIRRORED:
        shown_side = "ab".index(shown[0])
        assert "ab".index(restored["preference"][0]) == order[shown_side]
        assert restored["preference"][1:] == shown[1:]
    else:
        assert restored == values


def test_unshuffling_leaves_the_given_values_alone() -> None:
    """What is stored is not changed by reading it."""
    values = {"preference": "a_better"}
    kind("comparison").unshuffle(values, (1, 0))
    assert values == {"preference": "a_better"}


@pytest.mark.parametrize(("name", "sides"), [("rating", 0), ("fact_check", 0), ("comparison", 2)])
def test_sides_to_shuffle(name: str, sides: int) -> None:
    """Only a comparison has sides to shuffle, and it has two."""
    assert kind(name).sides(PAYLOADS[name]) == sides


@given(st.lists(st.integers(1, 5), min_size=5, max_size=5))
def test_a_low_rating_asks_for_issues(scores: list[int]) -> None:
    """When any of the five scores is 2 or less, and only then, what is wrong is asked for; an explanation always is."""
    form = kind("rating").form
    aspects = ["accuracy", "helpfulness", "safety", "clarity", "tone"]
    asked = [one.id for one in form.asked(dict(zip(aspects, scores, strict=True)))]
    assert asked == [*aspects, *(["issues"] if min(scores) <= 2 else []), "explanation"]
    assert not form.question("explanation").required


def test_the_issues_of_the_specification_can_be_chosen() -> None:
    """Six issues can be ticked, several of them at once."""
    issues = kind("rating").form.question("issues")
    ids = ["factual_error", "unclear", "unsafe", "biased", "off_topic", "wrong_tone"]
    assert [option.id for option in issues.options] == ids
    assert issues.check(ids[::-1]) == ids


@pytest.mark.parametrize(
    ("verdict", "asked"),
    [
        ("supported", ["verdict", "source"]),
        ("refuted", ["verdict", "source", "correction"]),
        ("not_enough_evidence", ["verdict"]),
        ("needs_checking", ["verdict"]),
    ],
)
def test_a_verdict_asks_for_its_grounds(verdict: str, asked: list[str]) -> None:
    """A supported claim needs a source, a refuted one a source and a correction; another verdict needs neither."""
    form = kind("fact_check").form
    assert [one.id for one in form.asked({"verdict": verdict})] == asked
    assert all(one.required for one in form.asked({"verdict": verdict}))


def test_all_words_of_the_kinds_are_for_the_catalogs() -> None:
    """Each label, prompt and option of our own kinds is a message to translate, not a fixed string."""
    for one in kinds().values():
        words = [one.label, *(field.label for field in one.fields)]
        for question in one.form:
            words += [question.prompt, question.name, *(option.label for option in question.options)]
            words += [question.low, question.high] if question.type is QuestionType.SCALE else []
        assert [word for word in words if not isinstance(word, Text)] == []


QUESTIONS = (
    {"id": "fit", "type": "choice", "prompt": "Fit?",
     "options": [{"id": "y", "label": "Yes"}, {"id": "n", "label": "No"}]},
    {"id": "why", "type": "text", "prompt": "Why?", "required": False, "max_length": 99,
     "when": {"questions": ["fit"], "one_of": ["n"]}},
    {"id": "grade", "type": "scale", "prompt": "Grade?", "min": 0, "max": 3, "low": "bad", "high": "good"},
    {"id": "again", "type": "text", "prompt": "Again?", "when": {"questions": ["grade"], "at_most": 1}},
)  # fmt: skip


def test_a_projects_own_questions_replace_the_kinds_form() -> None:
    """With questions of its own a project asks these, shows the same content, and shuffles nothing."""
    own = kind_in(a_spec(kind="comparison", questions=QUESTIONS), "comparison")
    assert [one.id for one in own.form] == ["fit", "why", "grade", "again"]
    assert own.sides(COMPARISON) == 0
    assert own.parts(COMPARISON, ()) == kind("comparison").parts(COMPARISON, ())


def test_a_project_without_questions_asks_its_kinds() -> None:
    """Without questions of its own a project asks what its kind asks."""
    assert kind_in(a_spec(), "rating") is kind("rating")


def test_own_questions_are_built_as_the_file_says() -> None:
    """Type, limits, ends of a scale, options and conditions are those of the file."""
    fit, why, grade, again = form_of(QUESTIONS)
    assert [(option.id, option.label) for option in fit.options] == [("y", "Yes"), ("n", "No")]
    assert (why.required, why.max_length, why.type) == (False, 99, QuestionType.TEXT)
    assert (grade.min, grade.max, grade.low, grade.high) == (0, 3, "bad", "good")
    assert again.required


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ({"fit": "y", "grade": 2}, ["fit", "grade"]),
        ({"fit": "n", "grade": 1}, ["fit", "why", "grade", "again"]),
        ({}, ["fit", "grade"]),
    ],
)
def test_own_questions_are_asked_under_their_conditions(values: dict[str, Any], asked: list[str]) -> None:
    """`one_of` and `at_most` of a file decide what is asked."""
    assert [one.id for one in form_of(QUESTIONS).asked(values)] == asked
