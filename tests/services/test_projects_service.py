"""What coordinators do with projects once they are imported."""

from dataclasses import replace

import pytest

from bot.domain.errors import NotFound
from bot.domain.project import ProjectState
from bot.services import projects
from bot.services.matching import offer_next
from storage.transaction import CoreTransaction
from tests.support.workshop import NOW, add_project, add_trainer, answer_task, offered, project_spec, task_spec


def test_drafts_and_strangers_are_not_found(tx: CoreTransaction) -> None:
    """A project that was never there, or whose first import is not finished, cannot be found, and its name is told."""
    project = add_project(tx, project_spec("draft"))
    tx.projects.save(replace(project, state=ProjectState.DRAFT))
    for slug in ("draft", "unheard-of"):
        with pytest.raises(NotFound, match=slug):
            projects.show(tx, slug)
    assert projects.overview(tx) == []


def test_overview_counts(tx: CoreTransaction) -> None:
    """All projects are listed with how far they are, whether open or not."""
    add_project(tx, project_spec("one"), [task_spec("a"), task_spec("b")])
    add_project(tx, project_spec("two"), [task_spec("a")])
    projects.set_state(tx, "two", ProjectState.CLOSED)
    person = add_trainer(tx)
    answer_task(tx, person, offered(tx, person))
    found = {project.spec.slug: (project.state, progress.answers) for project, progress in projects.overview(tx)}
    assert found == {"one": (ProjectState.OPEN, 1), "two": (ProjectState.CLOSED, 0)}
    assert projects.show(tx, "one")[1] == tx.projects.progress(projects.find(tx, "one").id)


def test_pausing_keeps_tasks_in_hand(tx: CoreTransaction) -> None:
    """A paused project gives no new tasks, those in hand are finished, and opening it again is news."""
    project = add_project(tx, project_spec(), [task_spec("a"), task_spec("b")])
    person = add_trainer(tx)
    assignment = offered(tx, person)
    projects.set_state(tx, "cardio", ProjectState.PAUSED)
    assert tx.projects.wanting_offers() == []
    assert answer_task(tx, person, assignment).answer is not None
    assert offer_next(tx, person, NOW) is None
    projects.set_state(tx, "cardio", ProjectState.OPEN)
    assert tx.projects.wanting_offers() == [project.id]
    assert offer_next(tx, person, NOW) is not None


def test_fields_wanted_are_those_of_open_projects(tx: CoreTransaction) -> None:
    """The fields that are asked for are those of open projects, each once."""
    add_project(tx, project_spec("one", domains=("law", "medicine")))
    add_project(tx, project_spec("two", domains=("medicine",)))
    add_project(tx, project_spec("shut", domains=("finance",)))
    projects.set_state(tx, "shut", ProjectState.CLOSED)
    assert projects.fields_wanted(tx) == ["law", "medicine"]
