"""Working on a task: each tap and each typed word, and the screen that comes of it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.assignment import SkipReason
from bot.domain.errors import Gone, Refused
from bot.domain.form import Option, Question, QuestionType
from bot.domain.person import PersonState, Push
from bot.domain.text import T, Text
from bot.i18n import endonym
from bot.services import people
from bot.services.answering import Work, load
from bot.services.matching import languages_with_work, offer_again, offer_next, slot_of
from handlers.flows import task_screen
from handlers.flows.choices import task_languages
from handlers.flows.scene import Presses, Scene, number, one_of, word
from handlers.flows.screens import Ask, Button, Line, Reply, Rows, Screen, grid, press


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
    return _as_it_stands(scene, _work(scene, args))


def only_shows(name: str, args: Sequence[str]) -> bool:
    """Is this a tap that changes nothing, and can be answered again?"""
    return name in ("show", "edit", "page") or (name == "skip" and len(args) < 2)


def answer(scene: Scene, args: Sequence[str]) -> Reply:
    work = _work(scene, args)
    question, option = _option(work, args)
    return _moved_on(scene, scene.desk.answer(work, question.id, option.id))


def tick(scene: Scene, args: Sequence[str]) -> Reply:
    """Put one option in or take it out. The button says which, so that a second tap on it does not undo the first."""
    work = _work(scene, args)
    question, option = _option(work, args)
    there = option.id in (work.values.get(question.id) or [])
    if there == (word(args, 3) == "in"):
        return _shown(scene, work)
    return _shown(scene, scene.desk.toggle(work, question.id, option.id))


def done(scene: Scene, args: Sequence[str]) -> Reply:
    """Take what was ticked on the screen that the button stands on, be it an old one: that is what the person saw."""
    work = _work(scene, args)
    question = _question(work, args)
    seen = [_option(work, [*args[:2], at])[1].id for at in word(args, 2).split(".") if at]
    return _moved_on(scene, scene.desk.answer(work, question.id, seen))


def no_comment(scene: Scene, args: Sequence[str]) -> Reply:
    work = _work(scene, args)
    return _moved_on(scene, scene.desk.answer(work, _question(work, args).id, None))


def write(scene: Scene, args: Sequence[str]) -> Reply:
    """Ask for the words, in a message to reply to."""
    work = _work(scene, args)
    question = _question(work, args)
    work = scene.desk.ask(work, question.id)
    return Reply((task_screen.show(scene, work), task_screen.ask(work, question)))


def back(scene: Scene, args: Sequence[str]) -> Reply:
    work = _work(scene, args)
    moved = scene.desk.back(work)
    notice = T("This is the first question.") if moved is work else None
    return _moved_on(scene, moved, notice)


def page(scene: Scene, args: Sequence[str]) -> Reply:
    work = _work(scene, args)
    _, pages = task_screen.pages(scene, work)
    return _shown(scene, scene.desk.turn(work, number(args, 1), len(pages)))


def edit(scene: Scene, args: Sequence[str]) -> Reply:
    """Which answer shall change?"""
    work = scene.desk.open_form(_work(scene, args))
    prompt = T("Which answer do you want to change?")
    return Reply((task_screen.show(scene, work, rows=task_screen.change_rows(work), prompt=prompt),))


def ask(scene: Scene, args: Sequence[str]) -> Reply:
    work = _work(scene, args)
    return _moved_on(scene, scene.desk.ask(work, _question(work, args).id))


def go_on(scene: Scene, args: Sequence[str]) -> Reply:
    return _moved_on(scene, scene.desk.go_on(_work(scene, args)))


def submit(scene: Scene, args: Sequence[str]) -> Reply:
    return _moved_on(scene, scene.desk.submit(_work(scene, args)))


def change(scene: Scene, args: Sequence[str]) -> Reply:
    return _shown(scene, scene.desk.reopen(_work(scene, args)))


def keep(scene: Scene, args: Sequence[str]) -> Reply:
    return _shown(scene, scene.desk.keep_old(_work(scene, args)))


def skip(scene: Scene, args: Sequence[str]) -> Reply:
    """Ask for the reason, or take it and go on to the next task."""
    work = _work(scene, args)
    if len(args) < 2:
        scene.desk.open_form(work)
        prompt = T("Why do you skip this task?")
        return Reply((task_screen.show(scene, work, rows=task_screen.skip_rows(work), prompt=prompt),))
    try:
        reason = SkipReason(word(args, 1))
    except ValueError:
        raise Refused(T("This button is out of date.")) from None
    return _moved_on(scene, scene.desk.skip(work, reason))


def typed(scene: Scene, text: str, to: str | None) -> Reply:
    """What was typed goes to the question that it replies to or that waits for it; nothing of use is thrown away."""
    if to is not None and to.startswith("ask:"):
        args = to.split(":")[1:]
        asked = _work(scene, args)
        try:
            return _written(scene, asked, _question(asked, args), text)
        except Gone as refusal:
            stands = gone(scene, args, refusal)
            return replace(stands, items=(note(refusal.text), *stands.items))
    work = _typed_for(scene, to)
    if work is None:
        return next_or_help()
    question = work.question
    if question is None or work.unread(scene.person.locale):
        return _beside(scene, work, T("Please use the buttons below the task."))
    if question.type.typed:
        return _written(scene, work, question, text)
    if (option := _named(scene, question, text)) is not None and not question.type.gathered:
        return _moved_on(scene, scene.desk.answer(work, question.id, option.id))
    return _kept_for_later(scene, work, text)


def jotted(scene: Scene, slot: str, text: str) -> None:
    """Keep words that are being typed for the question that `slot` asks."""
    name, *args = slot.split(":")
    if name != "ask":
        raise Refused(T("This button is out of date."))
    work = _work(scene, args)
    scene.desk.jot(work, _question(work, args).id, text)


def _written(scene: Scene, work: Work, question: Question, text: str) -> Reply:
    """A typed answer: it goes into the task's message, and what asked for it is cleared away."""
    reply = _moved_on(scene, scene.desk.answer(work, question.id, text))
    still_asked = {item.slot for item in reply.items if isinstance(item, Ask)}
    return replace(
        reply, clear=tuple(slot for slot in task_screen.ask_slots(work) if slot not in still_asked), swallow=True
    )


def next_or_help() -> Reply:
    """Somebody typed with no task in hand."""
    return Reply((note(T("I understand taps and commands: /next gives you a task, /help lists the rest.")),))


def gone(scene: Scene, args: Sequence[str], refusal: Gone) -> Reply:
    """The form cannot be filled in any more: say so, and show how the task stands."""
    work = _work(scene, args)
    if work.answer is not None:
        work = scene.desk.keep_old(work)
    return replace(_as_it_stands(scene, work), notice=refusal.text, clear=task_screen.ask_slots(work))


def _as_it_stands(scene: Scene, work: Work) -> Reply:
    return Reply((task_screen.show(scene, work) if work.open else _finished(scene, work),))


def _work(scene: Scene, args: Sequence[str]) -> Work:
    return load(scene.tx, scene.person, number(args, 0))


def _question(work: Work, args: Sequence[str]) -> Question:
    questions = work.kind.form.questions
    at = number(args, 1)
    if not 0 <= at < len(questions):
        raise Refused(T("This button is out of date."))
    return questions[at]


def _option(work: Work, args: Sequence[str]) -> tuple[Question, Option]:
    question = _question(work, args)
    options = question.choices()
    at = number(args, 2)
    if not 0 <= at < len(options):
        raise Refused(T("This button is out of date."))
    return question, options[at]


def _shown(scene: Scene, work: Work, notice: Text | None = None) -> Reply:
    return Reply((task_screen.show(scene, work),), notice)


def _moved_on(scene: Scene, work: Work, notice: Text | None = None) -> Reply:
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


def _typed_for(scene: Scene, to: str | None) -> Work | None:
    """The form that typed words are meant for: the one replied to, else one that waits for words, else the latest."""
    forms = scene.tx.assignments.open_forms(scene.person.id)
    works = [load(scene.tx, scene.person, one.id) for one in forms]
    works = [work for work in works if scene.desk.may_fill(work)]
    if to is not None:
        works.sort(key=lambda work: to != slot_of(work.assignment.id))
        return works[0] if works else None
    waiting = (work for work in works if work.question and work.question.type.typed)
    return next(waiting, works[0] if works else None)


def _named(scene: Scene, question: Question, text: str) -> Option | None:
    """The option that was typed out instead of tapped."""
    wanted = text.strip().casefold()
    return next((one for one in question.choices() if scene.voice.say(one.label).casefold() == wanted), None)


def _beside(scene: Scene, work: Work, text: Text) -> Reply:
    """A word of help, and the task again below it."""
    return Reply((note(text), task_screen.show(scene, work, fresh=True)))


def _kept_for_later(scene: Scene, work: Work, text: str) -> Reply:
    """Words that come before their question are kept for it, if the form has one that takes words."""
    asked = work.kind.form.asked(work.values)
    later = next((one for one in asked if one.type is QuestionType.TEXT and one.id not in work.values), None)
    if later is None:
        return _beside(scene, work, T("Please use the buttons below the task."))
    try:
        words = later.check(text)
    except Refused:
        return _beside(scene, work, T("Please use the buttons below the task."))
    kept = scene.desk.keep(work, draft={**work.values, later.id: words}, asking=work.assignment.asking)
    return _beside(
        scene,
        kept,
        T(
            "I kept your words for this question: {question} Now please use the buttons below the task.",
            question=later.prompt,
        ),
    )


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
