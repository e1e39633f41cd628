"""What a coordinator does with projects once they are imported."""

from dataclasses import replace

from bot.domain.errors import NotFound
from bot.domain.project import Progress, Project, ProjectState
from bot.domain.text import T
from bot.ports import Reported, Transaction


def find(tx: Transaction, slug: str) -> Project:
    """The project called `slug`; `NotFound` says so."""
    project = tx.projects.by_slug(slug)
    if project is None or project.state is ProjectState.DRAFT:
        raise NotFound(T("There is no project called {slug}.", slug=slug))
    return project


def overview(tx: Transaction) -> list[tuple[Project, Progress]]:
    """All projects with their progress."""
    projects = tx.projects.all(ProjectState.OPEN, ProjectState.PAUSED, ProjectState.CLOSED)
    return [(project, tx.projects.progress(project.id)) for project in projects]


def show(tx: Transaction, slug: str) -> tuple[Project, Progress, list[Reported]]:
    """One project with its progress, and what trainers say is wrong with its tasks."""
    project = find(tx, slug)
    return project, tx.projects.progress(project.id), tx.reports.of_project(project.id)


def set_state(tx: Transaction, slug: str, state: ProjectState) -> Project:
    """Open, pause or close a project. Tasks that trainers hold stay with them; only an open one gives new ones."""
    project = replace(find(tx, slug), state=state)
    tx.projects.save(project)
    if state is ProjectState.OPEN:
        tx.projects.want_offers(project.id)
    return project


def fields_wanted(tx: Transaction) -> list[str]:
    """The fields of knowledge that open projects and their tasks ask for."""
    of_projects = {domain for project in tx.projects.all(ProjectState.OPEN) for domain in project.spec.domains}
    return sorted(of_projects | {domain for _, domain in tx.tasks.asked_for() if domain})


def languages_wanted(tx: Transaction) -> list[str]:
    """The locales of open projects' tasks."""
    return sorted({locale for locale, _ in tx.tasks.asked_for()})
