"""How a task looks at each moment: being read, being answered, summed up, recorded, or gone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bot.domain.assignment import AssignmentState
from bot.domain.form import Question, QuestionType
from bot.domain.paging import Fragment, paginate, units
from bot.domain.text import T, Text, Words
from bot.kinds.base import Part
from bot.services.answering import Work
from bot.services.matching import slot_of
from handlers.flows.scene import Scene
from handlers.flows.screens import (
    Ask,
    Block,
    Button,
    Facts,
    Line,
    Pair,
    Quote,
    Rows,
    Screen,
    Title,
    press,
    row,
)
from handlers.flows.task_buttons import open_rows, paging_rows, recorded_rows

FOLD_FROM = 1200
"""Characters from which content is shown folded, where the platform can; instructions always are."""

SUMMARY_ROOM = 900
"""UTF-16 units that a summary of taps may take below a page of content."""

ENDED = {
    AssignmentState.SKIPPED: T("Skipped. Somebody else will take it."),
    AssignmentState.RELEASED: T("You gave this task back. Somebody else will take it."),
    AssignmentState.EXPIRED: T("Time is up, and the task goes to somebody else. No harm done."),
    AssignmentState.WITHDRAWN: T("This task was withdrawn."),
}


def ask_slot(work: Work, question: Question) -> str:
    """The slot of the message that asks for a typed answer."""
    return f"ask:{work.assignment.id}:{work.kind.form.questions.index(question)}"


def ask_slots(work: Work) -> tuple[str, ...]:
    """The slots of all messages that may be asking for this form's typed answers."""
    return tuple(ask_slot(work, question) for question in work.kind.form if question.type.typed)


def show(
    scene: Scene,
    work: Work,
    *,
    rows: Rows | None = None,
    prompt: Words | None = None,
    after: Words | None = None,
    more: Button | None = None,
    fresh: bool = False,
) -> Screen:
    """The task's one message.

    `rows` and `prompt` stand in for the question (a choice of reasons, of questions); `after` and `more` are a line and
    a button at the end of a task that is done with.
    """
    blocks: list[Block] = [Title(work.project.spec.wording(scene.person.locale).title)]
    if work.open:
        blocks.append(_facts(scene, work))
        blocks += _content(scene, work)
        blocks += [Line(prompt, strong=True)] if prompt else _ask(scene, work)
        rows = paging_rows(work, len(pages(scene, work)[1])) + (rows or open_rows(scene, work))
        return Screen(slot_of(work.assignment.id), tuple(blocks), rows, fresh)
    if work.answer is not None:
        blocks += _recorded(scene, work)
        rows = paging_rows(work, len(pages(scene, work)[1])) + recorded_rows(scene, work)
    else:
        blocks.append(Line(ENDED[work.assignment.state]))
        away = work.assignment.state is AssignmentState.EXPIRED
        rows = (row(Button(T("Next task"), press("next"))),) if away and not more else ()
    blocks += [Line(after)] if after else []
    rows += (row(more),) if more else ()
    return Screen(slot_of(work.assignment.id), tuple(blocks), rows, fresh)


def ask(work: Work, question: Question) -> Ask:
    """What asks for a typed answer, with what was typed for it so far."""
    link = question.type is QuestionType.URL
    hint = T("Paste a link") if link else T("Write here")
    unsent = (work.assignment.unsent or {}).get(question.id)
    written = work.values.get(question.id) if unsent is None else unsent
    return Ask(ask_slot(work, question), question.prompt, hint, written or "", long=not link)


def said(question: Question, value: Any) -> tuple[Words, ...]:
    """An answer in the words of its options."""
    if value is None or value == []:
        return (T("No comment"),)
    labels = {option.id: option.label for option in question.choices()}
    many = value if isinstance(value, list) else [value]
    return tuple(labels.get(str(one), str(one)) for one in many)


def _facts(scene: Scene, work: Work) -> Facts:
    assignment, pay = work.assignment, work.project.spec.pay
    total = max(work.project.tasks, assignment.number)
    facts: list[Words] = [T("{number} of {total}", number=assignment.number, total=total)]
    if pay:
        facts.append(scene.voice.show(pay))
    if work.answer is None:
        facts.append(T("{time} left", time=max(timedelta(0), assignment.due_at - scene.now)))
    return Facts(tuple(facts))


def pages(scene: Scene, work: Work) -> tuple[list[Part], list[list[Fragment]]]:
    """What stands in quotes, and its pages: the content while it is judged, and in full what was written."""
    parts = work.content(scene.person.locale) if work.open else []
    question = work.question
    if question is None:
        parts += [Part(one.name, work.values[one.id]) for one in _asked(work, typed=True)]
        parts += _long_answers(scene, work)
    elif question.type.typed and (written := work.values.get(question.id)):
        parts.append(Part(T("Your answer so far"), written))
    return parts, paginate([part.content for part in parts])


def _content(scene: Scene, work: Work) -> Iterator[Block]:
    """The page that is shown."""
    parts, all_pages = pages(scene, work)
    for fragment in all_pages[min(work.assignment.page, len(all_pages) - 1)]:
        part = parts[fragment.part]
        label = part.label if fragment.first else T("{label}, continued", label=part.label)
        instructions = work.open and fragment.part == 0
        yield Quote(fragment.text, label, folded=instructions or len(fragment.text) > FOLD_FROM)


def _asked(work: Work, *, typed: bool) -> list[Question]:
    """The answered questions whose answer is in somebody's own words, or is not."""
    asked = [one for one in work.kind.form.asked(work.values) if one.id in work.values]
    return [one for one in asked if bool(one.type.typed and work.values[one.id]) == typed]


def _long_answers(scene: Scene, work: Work) -> list[Part]:
    """What was tapped, as something to turn pages in, where it would not fit below the content."""
    said_all = [
        f"{scene.voice.say(one.name)} — {scene.voice.listed(list(said(one, work.values[one.id])))}"
        for one in _asked(work, typed=False)
    ]
    text = "\n".join(said_all)
    return [Part(T("Your answers"), text)] if units(text) > SUMMARY_ROOM else []


def _ask(scene: Scene, work: Work) -> list[Block]:
    if work.unread(scene.person.locale):
        return [Line(T("Please read to the last page; then comes the first question."), strong=True)]
    question = work.question
    if question is None:
        return [*_tapped_answers(scene, work), Line(T("All answered. Send it?"), strong=True)]
    asked = work.kind.form.asked(work.values)
    blocks: list[Block] = []
    if len(work.kind.form.questions) > 1:
        blocks.append(Facts((T("Question {number} of {total}", number=asked.index(question) + 1, total=len(asked)),)))
    blocks.append(Line(question.prompt, strong=True))
    if question.type is QuestionType.SCALE and question.low and question.high:
        blocks.append(Line(_ends(question)))
    return blocks


def _ends(question: Question) -> Text:
    return T(
        "{min} is {low}, {max} is {high}", min=question.min, low=question.low, max=question.max, high=question.high
    )


def _tapped_answers(scene: Scene, work: Work) -> list[Block]:
    """What was tapped; what was written is quoted in full elsewhere."""
    if _long_answers(scene, work):
        return []
    return [Pair(one.name, said(one, work.values[one.id])) for one in _asked(work, typed=False)]


def _recorded(scene: Scene, work: Work) -> list[Block]:
    blocks: list[Block] = [Line(T("Recorded. Thank you!"), strong=True)]
    return [*blocks, *_tapped_answers(scene, work), *_content(scene, work)]
