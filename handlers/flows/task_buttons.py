"""The buttons of a task's message: answers, ways to go, and what can be done once it is over."""

from bot.domain.assignment import SkipReason
from bot.domain.form import Question, QuestionType
from bot.domain.text import TC, T, Words
from bot.services.answering import Work
from handlers.flows.scene import Scene
from handlers.flows.screens import Button, Rows, grid, press, row

SKIPS = {
    SkipReason.NOT_MY_FIELD: T("Not my field"),
    SkipReason.UNCLEAR: TC("reason to skip a task", "Unclear"),
    SkipReason.BROKEN: T("Broken"),
    SkipReason.OFFENSIVE: T("Offensive"),
}

NARROW = 16
"""Labels up to this length fit two to a row on a phone."""


def skip_rows(work: Work) -> Rows:
    """The reasons to skip."""
    reasons = [Button(label, press("skip", work.assignment.id, reason)) for reason, label in SKIPS.items()]
    return (grid(reasons, 2), row(Button(T("Back"), press("show", work.assignment.id))))


def change_rows(work: Work) -> Rows:
    """The questions that can be gone back to."""
    questions = list(work.kind.form)
    asked = work.kind.form.asked(work.values)
    buttons = [Button(one.name, press("ask", work.assignment.id, questions.index(one))) for one in asked]
    return (grid(buttons, 2), row(Button(T("Back"), press("show", work.assignment.id))))


def recorded_rows(scene: Scene, work: Work) -> Rows:
    """The way to change a recorded answer, while there is one."""
    answer = work.answer
    if answer is None:
        return ()
    until = answer.changeable_until(work.project.spec.edit_window)
    if scene.now >= until:
        return ()
    label = T("Change ({time} left)", time=until - scene.now)
    return (row(Button(label, press("change", work.assignment.id))),)


def paging_rows(work: Work, count: int) -> Rows:
    """Previous and next page, where there are `count` pages."""
    if count < 2:
        return ()
    here = min(work.assignment.page, count - 1)
    ways = []
    if here > 0:
        ways.append(Button(T("Previous page"), press("page", work.assignment.id, here - 1)))
    if here + 1 < count:
        label = T("Next page ({next} of {pages})", next=here + 2, pages=count)
        ways.append(Button(label, press("page", work.assignment.id, here + 1)))
    return (row(*ways),)


def open_rows(scene: Scene, work: Work) -> Rows:
    """The current question's buttons, and the two that are always there."""
    assignment = work.assignment
    leave = (
        Button(T("Skip"), press("skip", assignment.id))
        if work.answer is None
        else Button(T("Keep as it was"), press("keep", assignment.id))
    )
    rows: Rows = ()
    if not work.unread(scene.person.locale):
        question = work.question
        rows = _question_rows(scene, work, question) if question else _summary_rows(work)
    return (*rows, row(Button(T("Back"), press("back", assignment.id)), leave))


def _summary_rows(work: Work) -> Rows:
    return (
        row(Button(T("Submit"), press("submit", work.assignment.id))),
        row(Button(T("Change an answer"), press("edit", work.assignment.id))),
    )


def _question_rows(scene: Scene, work: Work, question: Question) -> Rows:
    at = list(work.kind.form).index(question)
    current = work.values.get(question.id)
    assignment_id = work.assignment.id
    if question.type.typed:
        return _typed_rows(work, at, question)
    verb = "tick" if question.type.gathered else "answer"
    chosen = current if isinstance(current, list) else [current]
    buttons = []
    for n, option in enumerate(question.choices()):
        is_chosen = option.id in map(str, chosen)
        label: Words = option.label
        if question.type is QuestionType.RANKING and is_chosen:
            label = T("{place}. {choice}", place=chosen.index(option.id) + 1, choice=option.label)
        way = [n] if not question.type.gathered else [n, "out" if is_chosen else "in"]
        buttons.append(Button(label, press(verb, assignment_id, at, *way), chosen=is_chosen))
    rows: Rows = (grid(buttons, _columns(scene, question), scale=question.type is QuestionType.SCALE),)
    if question.type.gathered:
        ids = [option.id for option in question.choices()]
        seen = ".".join(str(ids.index(one)) for one in current or [])
        rows += (row(Button(T("Done"), press("done", assignment_id, at, seen))),)
    elif current is not None:
        # It says what it leaves: on an old screen that may not be what was answered since.
        kept = [option.id for option in question.choices()].index(str(current))
        rows += (row(Button(T("Leave it so"), press("answer", assignment_id, at, kept))),)
    if not question.required:
        rows += (row(Button(T("No answer"), press("none", assignment_id, at))),)
    return rows


def _columns(scene: Scene, question: Question) -> int:
    """How many buttons fit beside each other."""
    if question.type is QuestionType.SCALE:
        return 5 if len(question.choices()) <= 5 else 6
    longest = max(len(scene.voice.say(option.label)) for option in question.options)
    return 2 if longest <= NARROW and question.type.gathered else 1


def _typed_rows(work: Work, at: int, question: Question) -> Rows:
    written = bool(work.values.get(question.id))
    buttons = [Button(T("Write again") if written else T("Write"), press("write", work.assignment.id, at))]
    if written:
        buttons.append(Button(T("Leave it so"), press("on", work.assignment.id)))
    elif not question.required:
        buttons.append(Button(T("No comment"), press("none", work.assignment.id, at)))
    return (row(*buttons),)
