"""Something is wrong with a task: what it is, in one tap; one that is in hand is skipped with it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.assignment import ReportReason
from bot.domain.errors import Refused
from bot.domain.text import T
from bot.services import reporting
from bot.services.answering import Work, load
from handlers.flows import task
from handlers.flows.scene import Presses, Scene, number, word
from handlers.flows.screens import Button, Facts, Line, Reply, Screen, Title, grid, press, row

SLOT = "report"

REASONS = {
    ReportReason.BROKEN: T("Broken or empty"),
    ReportReason.OFFENSIVE: T("Offensive or harmful"),
    ReportReason.PERSONAL_DATA: T("Shows personal data"),
}


def report(scene: Scene, argument: str = "") -> Reply:
    """/report: about the task in hand, else the one answered last; with an assignment's number about that one."""
    if argument.isascii() and argument.isdecimal():
        work = load(scene.tx, scene.person, number([argument], 0))
    else:
        work = reporting.subject(scene.tx, scene.person)
    project = work.project.spec.wording(scene.person.locale).title
    blocks = (
        Title(T("Report a task")),
        Facts((project, T("Task {number}", number=work.assignment.number))),
        Line(T("What is wrong with it?"), strong=True),
    )
    reasons = [Button(label, press("report", work.assignment.id, reason)) for reason, label in REASONS.items()]
    rows = (grid(reasons, 1), row(Button(T("Cancel"), press("no-report"))))
    return Reply((Screen(SLOT, blocks, rows, fresh=True),))


def reported(scene: Scene, args: Sequence[str]) -> Reply:
    """Keep the report; the task that is in hand is done with, and the next one comes."""
    work = load(scene.tx, scene.person, number(args, 0))
    try:
        reason = ReportReason(word(args, 1))
    except ValueError:
        raise Refused(T("This button is out of date.")) from None
    reporting.report(scene.tx, work, reason, scene.now)
    thanks = Screen(SLOT, (Line(T("Thank you, we will look at it."), strong=True),))
    if not _in_hand(scene, work):
        return Reply((thanks,))
    skipped = task.skip(scene, [str(work.assignment.id), reason.skip])
    return replace(skipped, items=(thanks, *skipped.items))


def _in_hand(scene: Scene, work: Work) -> bool:
    return work.assignment.state.held and scene.desk.may_fill(work)


def cancel(scene: Scene, args: Sequence[str]) -> Reply:
    return Reply((Screen(SLOT, (Line(T("Nothing was reported.")),)),))


PRESSES: Presses = {"report": reported, "no-report": cancel}
