"""Training data: which rows an answer gives, and that their columns never change type."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kinds import kind, kinds
from tests.support.samples import COMPARISON, RATING

PROMPT, (GOOD, WORSE) = COMPARISON["prompt"], COMPARISON["responses"]
TEXT = st.text(min_size=1, max_size=50)
PREFERENCES = [option.id for option in kind("comparison").form.question("preference").options]

COLUMNS = {
    "preference": {"prompt": str, "chosen": str, "rejected": str, "margin": float},
    "preference-implicit": {"chosen": str, "rejected": str, "margin": float},
    "unpaired": {"prompt": str, "completion": str, "label": bool},
}
"""As the contract and TRL name and read them."""


def rows(kind_name: str, form: str, payload: dict[str, Any], values: dict[str, Any]) -> list[dict[str, Any]]:
    return list(kind(kind_name).training[form](payload, values))


@pytest.mark.parametrize(
    ("preference", "chosen", "rejected", "margin"),
    [
        ("a_much_better", GOOD, WORSE, 2.0),
        ("a_better", GOOD, WORSE, 1.0),
        ("b_better", WORSE, GOOD, 1.0),
        ("b_much_better", WORSE, GOOD, 2.0),
    ],
)
def test_a_preference_gives_one_pair(preference: str, chosen: str, rejected: str, margin: float) -> None:
    """The better side is chosen, the other rejected, and much better has twice the margin."""
    pair = {"chosen": chosen, "rejected": rejected, "margin": margin}
    assert rows("comparison", "preference", COMPARISON, {"preference": preference}) == [{"prompt": PROMPT, **pair}]
    implicit = {"chosen": f"{PROMPT}\n\n{chosen}", "rejected": f"{PROMPT}\n\n{rejected}", "margin": margin}
    assert rows("comparison", "preference-implicit", COMPARISON, {"preference": preference}) == [implicit]
    unpaired = rows("comparison", "unpaired", COMPARISON, {"preference": preference})
    assert {row["completion"]: row["label"] for row in unpaired} == {chosen: True, rejected: False}


@pytest.mark.parametrize("form", ["preference", "preference-implicit"])
@pytest.mark.parametrize("values", [{"preference": "same"}, {"preference": "both_bad"}, {}])
def test_no_winner_gives_no_pair(form: str, values: dict[str, Any]) -> None:
    """A tie, two bad responses and a missing preference make no preference row."""
    assert rows("comparison", form, COMPARISON, values) == []


def test_two_bad_responses_give_two_unpaired_rows() -> None:
    """Of two bad responses each is a completion to avoid."""
    unpaired = rows("comparison", "unpaired", COMPARISON, {"preference": "both_bad"})
    assert unpaired == [{"prompt": PROMPT, "completion": one, "label": False} for one in (GOOD, WORSE)]


def test_a_tie_says_nothing_of_either_response() -> None:
    """About the same is no unpaired row either: it may be two good ones or two poor ones."""
    assert rows("comparison", "unpaired", COMPARISON, {"preference": "same"}) == []


@pytest.mark.parametrize(
    ("scores", "label"),
    [
        ((5, 5, 5, 5, 5), True),
        ((4, 4, 5, 4, 4), True),
        ((5, 5, 5, 5, 3), None),
        ((3, 3, 3, 3, 3), None),
        ((5, 5, 2, 5, 5), False),
        ((1, 1, 1, 1, 1), False),
    ],
)
def test_a_rating_labels_what_is_clearly_good_or_bad(scores: tuple[int, ...], label: bool | None) -> None:
    """A response is wanted when good in all respects, unwanted when bad in any, and otherwise no example."""
    aspects = ["accuracy", "helpfulness", "safety", "clarity", "tone"]
    given_rows = rows("rating", "unpaired", RATING, dict(zip(aspects, scores, strict=True)))
    expected = [] if label is None else [{"prompt": RATING["prompt"], "completion": RATING["response"], "label": label}]
    assert given_rows == expected


def test_an_own_form_without_scores_gives_no_rows() -> None:
    """Answers to a project's own questions are not taken for ratings or preferences."""
    assert rows("rating", "unpaired", RATING, {"fit": "y"}) == []
    assert rows("rating", "unpaired", RATING, {"accuracy": "fine", "tone": ["a"], "clarity": None}) == []
    assert rows("comparison", "unpaired", COMPARISON, {"fit": "y"}) == []
    assert rows("comparison", "preference", COMPARISON, {"preference": ["a_better"]}) == []


def test_a_fact_check_offers_no_training_format() -> None:
    """A verdict on a claim is neither a preference nor a completion."""
    assert dict(kind("fact_check").training) == {}


@given(
    st.lists(
        st.one_of(
            st.tuples(
                st.just("comparison"),
                st.fixed_dictionaries({"prompt": TEXT, "responses": st.lists(TEXT, min_size=2, max_size=2)}),
                st.fixed_dictionaries({"preference": st.sampled_from(PREFERENCES)}, optional={"why": st.none() | TEXT}),
            ),
            st.tuples(
                st.just("rating"),
                st.fixed_dictionaries({"prompt": TEXT, "response": TEXT}),
                st.dictionaries(
                    st.sampled_from(["accuracy", "helpfulness", "safety", "clarity", "tone"]), st.integers(1, 5)
                ),
            ),
        ),
        max_size=10,
    )
)
def test_columns_and_their_types_are_the_same_in_every_row(answers: list[Any]) -> None:
    """Whatever the kinds and answers, each format's rows have its columns, in order, each always of one type."""
    for form in {name for one in kinds().values() for name in one.training}:
        expected = COLUMNS[form]
        for name, payload, values in answers:
            for row in rows(name, form, payload, values) if form in kind(name).training else []:
                assert list(row) == list(expected)
                assert [type(value) for value in row.values()] == list(expected.values())
