"""Working on a task: each tap, and the screen that comes of it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.assignment import SkipReason
from bot.domain.errors import Gone, Refused
from bot.domain.form import Option, Question
from bot.domain.person import PersonState, Push
from bot.domain.text import T, Text
from bot.i18n import endonym
from bot.services import people
from bot.services.answering import Work, load
from bot.services.matching import languages_with_work, offer_again, offer_next
from handlers.flows import task_buttons, task_screen
from handlers.flows.choices import task_languages
from handlers.flows.scene import Presses, Scene, number, one_of, word
from handlers.flows.screens import Button, Line, Reply, Rows, Screen, grid, press


def note(text: Text) -> Screen:
    """A message that only says something, always at the end of the chat."""
    return Screen("", (Line(text),), fresh=True)


def next_task(scene: Scene) -> Reply:
    """The task in hand, again and at the end of the chat; else a new one, which comes as a message of its own."""
    held = scene.tx.assignments.held_by(scene.person.id)
    if held and scene.now < held[0].due_at:
        return Reply((task_screen.show(scene, load(scene.tx, scene.person, held[0].id), fresh=True),))
    if scene.person.state is PersonState.PAUSED:
        return Reply((note(T("You are paused. /resume brings the tasks back.")),))
    if offer_next(scene.tx, scene.person, scene.now) is not None:
        return Reply()
    blocks, rows = nothing_now(scene)
    return Reply((Screen("", blocks, rows, fresh=True),))


def nothing_now(scene: Scene) -> tuple[tuple[Line, ...], Rows]:
    """There is no task; where there would be some in another language, that is one tap away."""
    nothing = Line(T("There is no task for you right now. One comes as soon as there is; /why says more."))
    others = languages_with_work(scene.tx, scene.person, scene.now)
    if not others:
        return (nothing,), ()
    too = grid([Button(endonym(one), press("too", one)) for one in others[:6]], 2)
    return (nothing, Line(T("There is work in another language. Do you work in it as well?"), strong=True)), (too,)


def too(scene: Scene, args: Sequence[str]) -> Reply:
    """They work in one more language, and want a task in it."""
    if scene.person.step is not None:
        raise Refused(T("Please finish the start first: /start shows where you are."))
    locale = one_of(args, task_languages(scene.tx, scene.person.languages))
    person = scene.person
    if locale not in person.languages:
        person = people.toggle_language(scene.tx, person, locale)
    return replace(
        next_task(scene.as_(person)), notice=T("Your tasks may be in {language} now.", language=endonym(locale))
    )


def refresh(scene: Scene, args: Sequence[str]) -> Reply:
    """The task's message as it should look now."""
    return _as_it_stands(scene, work_of(scene, args))


def only_shows(name: str, args: Sequence[str]) -> bool:
    """Is this a tap that changes nothing, and can be answered again?"""
    return name in ("show", "edit", "page") or (name == "skip" and len(args) < 2)


def answer(scene: Scene, args: Sequence[str]) -> Reply:
    work = work_of(scene, args)
    question, option = _option(work, args)
    return moved_on(scene, scene.desk.answer(work, question.id, option.id))


def tick(scene: Scene, args: Sequence[str]) -> Reply:
    """Put one option in or take it out. The button says which, so that a second tap on it does not undo the first."""
    work = work_of(scene, args)
    question, option = _option(work, args)
    there = option.id in (work.values.get(question.id) or [])
    if there == (word(args, 3) == "in"):
        return _shown(scene, work)
    return _shown(scene, scene.desk.toggle(work, question.id, option.id))


def done(scene: Scene, args: Sequence[str]) -> Reply:
    """Take what was ticked on the screen that the button stands on, be it an old one: that is what the person saw."""
    work = work_of(scene, args)
    question = question_of(work, args)
    seen = [_option(work, [*args[:2], at])[1].id for at in word(args, 2).split(".") if at]
    return moved_on(scene, scene.desk.answer(work, question.id, seen))


def no_comment(scene: Scene, args: Sequence[str]) -> Reply:
    work = work_of(scene, args)
    return moved_on(scene, scene.desk.answer(work, question_of(work, args).id, None))


def write(scene: Scene, args: Sequence[str]) -> Reply:
    """Ask for the words, in a message to reply to."""
    work = work_of(scene, args)
    question = question_of(work, args)
    work = scene.desk.ask(work, question.id)
    return Reply((task_screen.show(scene, work), task_screen.ask(work, question)))


def back(scene: Scene, args: Sequence[str]) -> Reply:
    work = work_of(scene, args)
    moved = scene.desk.back(work)
    notice = T("This is the first question.") if moved is work else None
    return moved_on(scene, moved, notice)


def page(scene: Scene, args: Sequence[str]) -> Reply:
    work = work_of(scene, args)
    _, pages = task_screen.pages(scene, work)
    return _shown(scene, scene.desk.turn(work, number(args, 1), len(pages)))


def edit(scene: Scene, args: Sequence[str]) -> Reply:
    """Which answer shall change?"""
    work = scene.desk.open_form(work_of(scene, args))
    prompt = T("Which answer do you want to change?")
    return Reply((task_screen.show(scene, work, rows=task_buttons.change_rows(work), prompt=prompt),))


def ask(scene: Scene, args: Sequence[str]) -> Reply:
    work = work_of(scene, args)
    return moved_on(scene, scene.desk.ask(work, question_of(work, args).id))


def go_on(scene: Scene, args: Sequence[str]) -> Reply:
    return moved_on(scene, scene.desk.go_on(work_of(scene, args)))


def submit(scene: Scene, args: Sequence[str]) -> Reply:
    return moved_on(scene, scene.desk.submit(work_of(scene, args)))


def change(scene: Scene, args: Sequence[str]) -> Reply:
    return _shown(scene, scene.desk.reopen(work_of(scene, args)))


def keep(scene: Scene, args: Sequence[str]) -> Reply:
    return _shown(scene, scene.desk.keep_old(work_of(scene, args)))


def skip(scene: Scene, args: Sequence[str]) -> Reply:
    """Ask for the reason, or take it and go on to the next task."""
    work = work_of(scene, args)
    if len(args) < 2:
        scene.desk.open_form(work)
        prompt = T("Why do you skip this task?")
        return Reply((task_screen.show(scene, work, rows=task_buttons.skip_rows(work), prompt=prompt),))
    try:
        reason = SkipReason(word(args, 1))
    except ValueError:
        raise Refused(T("This button is out of date.")) from None
    return moved_on(scene, scene.desk.skip(work, reason))


def gone(scene: Scene, args: Sequence[str], refusal: Gone) -> Reply:
    """The form cannot be filled in any more: say so, and show how the task stands."""
    work = work_of(scene, args)
    if work.answer is not None:
        work = scene.desk.keep_old(work)
    return replace(_as_it_stands(scene, work), notice=refusal.text, clear=task_screen.ask_slots(work))


def _as_it_stands(scene: Scene, work: Work) -> Reply:
    return Reply((task_screen.show(scene, work) if work.open else _finished(scene, work),))


def work_of(scene: Scene, args: Sequence[str]) -> Work:
    """The person's own task that a button or a slot names."""
    return load(scene.tx, scene.person, number(args, 0))


def question_of(work: Work, args: Sequence[str]) -> Question:
    """The question of its form that a button or a slot names."""
    questions = work.kind.form.questions
    at = number(args, 1)
    if not 0 <= at < len(questions):
        raise Refused(T("This button is out of date."))
    return questions[at]


def _option(work: Work, args: Sequence[str]) -> tuple[Question, Option]:
    question = question_of(work, args)
    options = question.choices()
    at = number(args, 2)
    if not 0 <= at < len(options):
        raise Refused(T("This button is out of date."))
    return question, options[at]


def _shown(scene: Scene, work: Work, notice: Text | None = None) -> Reply:
    return Reply((task_screen.show(scene, work),), notice)


def moved_on(scene: Scene, work: Work, notice: Text | None = None) -> Reply:
    """The screen after a step: with the next task on its way when this one is done, or with what asks for words."""
    if not work.open:
        recorded = T("Recorded") if work.answer else None
        return Reply(
            (_finished(scene, work),), notice or recorded, fleeting=not notice, clear=task_screen.ask_slots(work)
        )
    shown = task_screen.show(scene, work)
    question = work.question
    if question is not None and question.type.typed and question.required and not work.unread(scene.person.locale):
        return Reply((shown, task_screen.ask(work, question)), notice)
    return Reply((shown,), notice, clear=task_screen.ask_slots(work))


def _finished(scene: Scene, work: Work) -> Screen:
    """A task that is done with; the next one comes as a message of its own, or that there is none stands here."""
    if scene.person.push is Push.ASK and scene.person.may_work:
        return task_screen.show(scene, work, more=Button(T("Next task"), press("next")))
    if offer_again(scene.tx, scene.person, scene.now) is None and scene.person.may_work:
        return task_screen.show(scene, work, after=T("That was the last one for now. More comes as soon as there is."))
    return task_screen.show(scene, work)


PRESSES: Presses = {
    "too": too,
    "next": lambda scene, args: next_task(scene),
    "show": refresh,
    "answer": answer,
    "tick": tick,
    "done": done,
    "none": no_comment,
    "write": write,
    "back": back,
    "page": page,
    "edit": edit,
    "ask": ask,
    "on": go_on,
    "submit": submit,
    "change": change,
    "keep": keep,
    "skip": skip,
}
