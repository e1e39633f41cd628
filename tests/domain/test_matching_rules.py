"""The rules that keep work from somebody; a project's words and times."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.matching import Obstacle, fits, language_of, obstacle, works_in
from bot.domain.project import ProjectState, Wording
from tests.support.samples import NOW, a_person, a_project, a_spec


@pytest.mark.parametrize(
    ("own", "task", "does"),
    [
        ("en", "en", True),
        ("en", "en_GB", True),
        ("en_GB", "en", True),
        ("en_GB", "en_US", False),
        ("pt_BR", "pt-br", True),
        ("PT", "pt_BR", True),
        ("es", "en", False),
        ("zh_Hans", "zh_Hant", False),
        ("zh", "zh_Hant", True),
    ],
)
def test_languages_that_match(own: str, task: str, does: bool) -> None:
    """A bare language stands for all its regions on either side; two regions must be the same, however written."""
    assert works_in(a_person(languages=("hi", own)), task) is does


def test_nobody_works_in_no_language() -> None:
    """Somebody with no languages of content gets nothing."""
    assert not works_in(a_person(languages=()), "en")


@given(st.from_regex(r"[a-z]{2,3}([-_][A-Za-z]{2,4})?", fullmatch=True))
def test_a_language_matches_itself(locale: str) -> None:
    """Whoever works in a locale fits its tasks, and those of the bare language."""
    person = a_person(languages=(locale,))
    assert works_in(person, locale)
    assert works_in(person, language_of(locale))


def test_a_tasks_own_field_must_be_among_the_persons() -> None:
    """A task that asks for a field fits who has it; one that asks for none fits all who have its language."""
    doctor = a_person(domains=("medicine",))
    assert fits(doctor, "en", "medicine")
    assert fits(doctor, "en", "")
    assert not fits(doctor, "en", "law")
    assert not fits(doctor, "de", "medicine")


@pytest.mark.parametrize(
    ("project", "joined", "taken", "rule"),
    [
        (a_project(), False, 0, None),
        (a_project(state=ProjectState.PAUSED), False, 0, Obstacle.PAUSED),
        (a_project(state=ProjectState.CLOSED), False, 0, Obstacle.PAUSED),
        (a_project(state=ProjectState.DRAFT), False, 0, Obstacle.PAUSED),
        (a_project(deadline=NOW), False, 0, Obstacle.DEADLINE),
        (a_project(deadline=NOW + timedelta(seconds=1)), False, 0, None),
        (a_project(domains=("law", "finance")), False, 0, Obstacle.FIELD),
        (a_project(domains=("law", "medicine")), False, 0, None),
        (a_project(seats=2), False, 1, None),
        (a_project(seats=2), False, 2, Obstacle.SEATS),
        (a_project(seats=2), True, 2, None),
        (a_project(seats=2, deadline=NOW, domains=("law",)), False, 2, Obstacle.DEADLINE),
    ],
)
def test_the_first_rule_in_the_way_is_named(project, joined, taken, rule) -> None:  # type: ignore[no-untyped-def]
    """State, deadline, field and seats are asked in this order; a seat once taken is kept."""
    person = a_person(domains=("medicine",))
    assert obstacle(person, project, joined=joined, seats_taken=taken, now=NOW) is rule


def test_a_projects_words_for_a_reader() -> None:
    """A reader gets the words of their locale, else of their language, else the project's own."""
    spanish, brazilian = Wording("Título", "Lee."), Wording("Título", "Leia.")
    spec = a_spec(wordings={"es": spanish, "pt_BR": brazilian})
    assert spec.wording("es_MX") == spec.wording("es") == spanish
    assert spec.wording("pt_BR") == brazilian
    assert spec.wording("de") == Wording(spec.title, spec.instructions)
