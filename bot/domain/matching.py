"""Whose work a project is: the rule that keeps a project from a person, if any."""

from datetime import datetime
from enum import StrEnum

from bot.domain.person import Person
from bot.domain.project import Project, ProjectState


class Obstacle(StrEnum):
    """Why somebody gets no task from a project, in the order in which the rules are asked."""

    PAUSED = "paused"
    DEADLINE = "deadline"
    FIELD = "field"
    SEATS = "seats"
    LANGUAGE = "language"
    TASK_FIELD = "task_field"
    ALL_SEEN = "all_seen"
    ALL_TAKEN = "all_taken"
    NO_TASKS = "no_tasks"


def language_of(locale: str) -> str:
    """The language of a BCP 47 tag or catalog name, without script and region."""
    return locale.replace("-", "_").partition("_")[0].lower()


def works_in(person: Person, locale: str) -> bool:
    """Does the person work in content of `locale`? A bare language stands for all its regions, on either side."""
    return any(_same_language(own, locale) for own in person.languages)


def _same_language(one: str, other: str) -> bool:
    one, other = (locale.replace("-", "_").lower() for locale in (one, other))
    regions = "_" in one and "_" in other
    return one == other if regions else language_of(one) == language_of(other)


def fits(person: Person, locale: str, domain: str) -> bool:
    """May the person work on a task in `locale` that asks for the field `domain` ("" for none of its own)?"""
    return works_in(person, locale) and (not domain or domain in person.domains)


def obstacle(person: Person, project: Project, *, joined: bool, seats_taken: int, now: datetime) -> Obstacle | None:
    """The first rule of the project as a whole that keeps its work from this person."""
    spec = project.spec
    if project.state is not ProjectState.OPEN:
        return Obstacle.PAUSED
    if spec.deadline is not None and now >= spec.deadline:
        return Obstacle.DEADLINE
    if spec.domains and set(spec.domains).isdisjoint(person.domains):
        return Obstacle.FIELD
    if not joined and spec.seats is not None and seats_taken >= spec.seats:
        return Obstacle.SEATS
    return None
