"""The form engine: what is asked, what is taken, what is stored."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Refused
from bot.domain.form import Condition, Form, Option, Question, QuestionType
from bot.kinds import kinds

OPTIONS = (Option("a", "Apple"), Option("b", "Banana"), Option("c", "Cherry"))


def question(kind: QuestionType, **changes: Any) -> Question:
    tapped = kind in (QuestionType.CHOICE, QuestionType.CHOICES, QuestionType.RANKING)
    return Question("q", kind, "Why?", OPTIONS if tapped else (), **changes)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Forms of all types of questions, with conditions on earlier ones."""
    questions: list[Question] = []
    for number in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(QuestionType))
        options = OPTIONS if kind in (QuestionType.CHOICE, QuestionType.CHOICES, QuestionType.RANKING) else ()
        when = None
        if questions and draw(st.booleans()):
            named = draw(st.lists(st.sampled_from([one.id for one in questions]), min_size=1, max_size=3))
            if draw(st.booleans()):
                when = Condition(tuple(named), at_most=draw(st.integers(1, 5)))
            else:
                one_of = draw(st.lists(st.sampled_from(["a", "b", "c", "1", "5"]), min_size=1, max_size=2))
                when = Condition(tuple(named), one_of=tuple(one_of))
        questions.append(Question(f"q{number}", kind, "?", options, draw(st.booleans()), when))
    return Form(tuple(questions))


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 12),
    st.floats(),
    st.sampled_from(["a", "b", "c", "1", "5", "https://example.org/x", "example.org", "some words", "", "  "]),
    st.text(max_size=20),
    st.lists(st.sampled_from(["a", "b", "c", "z"]), max_size=4),
    st.permutations(["a", "b", "c"]),
    st.dictionaries(st.sampled_from(["a", "b"]), st.none()),
)


def fill_in(form: Form, taps: list[tuple[int, Any]]) -> dict[str, Any]:
    """Answer as the service does: any question that is asked may be answered or toggled, at any time."""
    values: dict[str, Any] = {}
    for at, raw in taps:
        asked = form.asked(values)
        one = asked[at % len(asked)] if asked else None
        if one is None:
            break
        try:
            if one.type.gathered and isinstance(raw, str):
                values[one.id] = one.toggled(values.get(one.id), raw)
            else:
                values[one.id] = one.check(raw)
        except Refused:
            continue
    return values


@given(forms(), st.lists(st.tuples(st.integers(0, 5), ANYTHING), max_size=20))
def test_whatever_is_tapped_only_whole_and_checked_forms_are_submitted(form: Form, taps: list[Any]) -> None:
    """After any sequence of answers a form is refused, or its values are all asked for, checked and complete."""
    values = fill_in(form, taps)
    missing = form.next_open(values)
    try:
        stored = form.submitted(values)
    except Refused:
        # What was put in by toggling may still be too little: an empty "choose at least one".
        assert missing is not None or any(one.type.gathered for one in form.asked(values))
        return
    assert missing is None
    assert list(stored) == [one.id for one in form.asked(stored)]
    assert all(one.check(stored[one.id]) == stored[one.id] for one in form.asked(stored))
    assert form.submitted(stored) == stored


@given(st.sampled_from(sorted(kinds())), st.data())
def test_every_kind_can_be_completed_by_answering_what_is_open(name: str, data: st.DataObject) -> None:
    """Answering the open question again and again completes each kind's form, whatever the answers."""
    form = kinds()[name].form
    values: dict[str, Any] = {}
    for _ in form:
        if (one := form.next_open(values)) is None:
            break
        ids = [option.id for option in one.choices()]
        match one.type:
            case QuestionType.SCALE:
                raw: Any = data.draw(st.integers(one.min, one.max))
            case QuestionType.CHOICE:
                raw = data.draw(st.sampled_from(ids))
            case QuestionType.CHOICES:
                raw = data.draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
            case QuestionType.RANKING:
                raw = data.draw(st.permutations(ids))
            case QuestionType.URL:
                raw = "https://example.org"
            case _:
                raw = "words" if one.required else data.draw(st.sampled_from(["words", None]))
        values[one.id] = one.check(raw)
    assert form.next_open(values) is None
    assert set(form.submitted(values)) == set(values)


@given(st.sampled_from(QuestionType), st.booleans(), ANYTHING)
def test_a_checked_value_is_its_own_check(kind: QuestionType, required: bool, raw: Any) -> None:
    """Anything at all is either refused, or becomes a value that checks to itself."""
    one = question(kind, required=required)
    try:
        value = one.check(raw)
    except Refused:
        return
    assert one.check(value) == value


@given(st.text())
def test_any_text_as_an_address_is_taken_or_refused(text: str) -> None:
    """Whatever is pasted as a link is refused, or becomes an http address without white space."""
    try:
        url = question(QuestionType.URL).check(text)
    except Refused:
        return
    assert url.lower().startswith(("http://", "https://"))
    assert url.split() == [url]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("https://example.org/page?x=1#y", "https://example.org/page?x=1#y"),
        ("  example.org/page ", "https://example.org/page"),
        ("HTTP://EXAMPLE.ORG", "HTTP://EXAMPLE.ORG"),
        ("https://пример.рф/страница", "https://пример.рф/страница"),
        ("www.who.int", "https://www.who.int"),
    ],
)
def test_an_address_is_taken_as_people_paste_it(typed: str, stored: str) -> None:
    """A web address is taken with or without its scheme, and trimmed."""
    assert question(QuestionType.URL).check(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "mailto:a@example.org",
        "ftp://example.org",
        "no link",
        "localhost",
        "http://",
        "https://[",
    ],
)
def test_what_is_no_web_address_is_refused(typed: str) -> None:
    """Other schemes, plain words and broken addresses are refused with an example of a good one."""
    with pytest.raises(Refused, match=r"such as https://example\.org/page"):
        question(QuestionType.URL).check(typed)


def test_a_long_address_is_refused() -> None:
    """An address of more than 2000 characters is refused."""
    with pytest.raises(Refused, match="too long"):
        question(QuestionType.URL).check("https://example.org/" + "x" * 1981)
    assert len(question(QuestionType.URL).check("https://example.org/" + "x" * 1980)) == 2000


@pytest.mark.parametrize("raw", [0, 6, "six", "", 2.5, True, [3], {"a": 1}, "9" * 5000, None])
def test_a_scale_takes_only_its_numbers(raw: Any) -> None:
    """A scale refuses numbers outside of it, fractions, and what is no number."""
    with pytest.raises(Refused):
        question(QuestionType.SCALE).check(raw)


@pytest.mark.parametrize("raw", ["3", 3])
def test_a_scale_stores_a_number(raw: Any) -> None:
    """A tapped digit is stored as a number."""
    assert question(QuestionType.SCALE).check(raw) == 3


def test_a_scales_buttons_are_its_numbers() -> None:
    """A scale from 0 to 3 offers four buttons."""
    one = question(QuestionType.SCALE, min=0, max=3)
    assert [option.id for option in one.choices()] == ["0", "1", "2", "3"]


def test_choices_are_stored_in_the_forms_order_and_once() -> None:
    """Several choices are stored once each, in the order in which the form lists them."""
    assert question(QuestionType.CHOICES).check(["c", "a", "c"]) == ["a", "c"]


@pytest.mark.parametrize("raw", [[], ["z"], "a", {"a": 1}, 3])
def test_choices_refuse_what_is_no_list_of_options(raw: Any) -> None:
    """A question for several options refuses none, unknown ones, and what is no list."""
    with pytest.raises(Refused):
        question(QuestionType.CHOICES).check(raw)


def test_choices_that_are_not_required_may_be_none() -> None:
    """Where nothing needs to be chosen, an empty list is an answer."""
    assert question(QuestionType.CHOICES, required=False).check([]) == []


@pytest.mark.parametrize("raw", [["a", "b"], ["a", "b", "b"], ["a", "b", "c", "a"], []])
def test_a_ranking_needs_each_option_once(raw: list[str]) -> None:
    """A ranking with an option missing or twice is refused."""
    with pytest.raises(Refused, match="in order"):
        question(QuestionType.RANKING).check(raw)


def test_a_ranking_keeps_the_order_of_taps() -> None:
    """A ranking is stored in the order in which it was tapped; another tap takes an option out again."""
    one = question(QuestionType.RANKING)
    ranked: list[str] = []
    for tap in ("b", "c", "a", "c", "c"):
        ranked = one.toggled(ranked, tap)
    assert ranked == ["b", "a", "c"]
    assert one.check(ranked) == ranked


def test_ticks_stand_in_the_forms_order() -> None:
    """Ticking puts an option in its place and unticking takes it out."""
    one = question(QuestionType.CHOICES)
    assert one.toggled(one.toggled(None, "c"), "a") == ["a", "c"]
    assert one.toggled(["a", "c"], "a") == ["c"]


def test_an_unknown_option_cannot_be_ticked() -> None:
    """Ticking an option that the question does not have is refused."""
    with pytest.raises(Refused, match="one of the buttons"):
        question(QuestionType.CHOICES).toggled([], "z")


def test_text_is_trimmed_and_measured() -> None:
    """Text is stored without the space around it, and up to its limit."""
    one = question(QuestionType.TEXT, max_length=5)
    assert one.check("  héllo\n") == "héllo"
    with pytest.raises(Refused, match=r"^That is 1 character too long\.$"):
        one.check("123456")
    with pytest.raises(Refused, match=r"^That is 3 characters too long\.$"):
        one.check("12345678")
    with pytest.raises(Refused, match="a few words"):
        one.check("   ")


def test_no_comment_is_for_questions_that_are_not_required() -> None:
    """None is an answer only to a question that may be left out."""
    assert question(QuestionType.TEXT, required=False).check(None) is None
    with pytest.raises(Refused, match="needs an answer"):
        question(QuestionType.TEXT).check(None)


def test_an_answer_that_is_not_asked_for_counts_for_nothing() -> None:
    """What hangs on a question that is itself not asked is not asked either, whatever was answered before."""
    form = Form(
        (
            question(QuestionType.SCALE),
            Question("why", QuestionType.CHOICE, "?", OPTIONS, when=Condition(("q",), at_most=2)),
            Question("more", QuestionType.TEXT, "?", when=Condition(("why",), one_of=("a",))),
        )
    )
    low = {"q": 1, "why": "a", "more": "words"}
    assert form.submitted(low) == low
    assert form.submitted({**low, "q": 5}) == {"q": 5}
    assert [one.id for one in form.asked({"q": 5, "why": "a"})] == ["q"]


def test_a_condition_on_several_questions_holds_when_one_does() -> None:
    """`at_most` over several questions holds as soon as one of them is that low, and for none that is open."""
    condition = Condition(("x", "y"), at_most=2)
    assert condition.holds({"x": 5, "y": 2})
    assert not condition.holds({"x": 5, "y": 3})
    assert not condition.holds({})


def test_a_condition_meets_a_list_and_a_scale() -> None:
    """`one_of` holds for one tick among several, and for a scale's number as a project file writes it."""
    assert Condition(("x",), one_of=("b", "c")).holds({"x": ["a", "c"]})
    assert not Condition(("x",), one_of=("b",)).holds({"x": ["a"]})
    assert Condition(("x",), one_of=("1", "2")).holds({"x": 2})


def test_back_goes_through_what_is_asked() -> None:
    """From the summary Back leads through the asked questions to the first, and no further."""
    form = kinds()["rating"].form
    values: dict[str, Any] = dict.fromkeys(["accuracy", "helpfulness", "safety", "clarity", "tone"], 5)
    way, at = [], form.before(None, values)
    while at is not None:
        way.append(at.id)
        at = form.before(at, values)
    assert way == ["explanation", "tone", "clarity", "safety", "helpfulness", "accuracy"]


def test_an_open_question_is_named_when_a_form_is_submitted_too_early() -> None:
    """A form with an open question is refused with that question's name."""
    form = Form((Question("q", QuestionType.TEXT, "A long prompt?", label="Short name"),))
    with pytest.raises(Refused, match="still open: Short name"):
        form.submitted({})


def test_a_question_without_a_label_is_named_by_its_prompt() -> None:
    """The name of a question is its label, or else its prompt."""
    assert question(QuestionType.TEXT).name == "Why?"
