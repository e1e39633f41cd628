"""What is typed: it goes to the question that it is meant for, and nothing of use is thrown away."""

from dataclasses import replace

from bot.domain.errors import Gone, Refused
from bot.domain.form import Option, Question, QuestionType
from bot.domain.text import T, Text
from bot.services.answering import Work, load
from bot.services.matching import slot_of
from handlers.flows import task_screen
from handlers.flows.scene import Scene
from handlers.flows.screens import Ask, Reply
from handlers.flows.task import gone, moved_on, note, question_of, work_of


def typed(scene: Scene, text: str, to: str | None) -> Reply:
    """What was typed goes to the question that it replies to or that waits for it; nothing of use is thrown away."""
    if to is not None and to.startswith("ask:"):
        args = to.split(":")[1:]
        asked = work_of(scene, args)
        try:
            return _written(scene, asked, question_of(asked, args), text)
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
        return moved_on(scene, scene.desk.answer(work, question.id, option.id))
    return _kept_for_later(scene, work, text)


def jotted(scene: Scene, slot: str, text: str) -> None:
    """Keep words that are being typed for the question that `slot` asks."""
    name, *args = slot.split(":")
    if name != "ask":
        raise Refused(T("This button is out of date."))
    work = work_of(scene, args)
    scene.desk.jot(work, question_of(work, args).id, text)


def _written(scene: Scene, work: Work, question: Question, text: str) -> Reply:
    """A typed answer: it goes into the task's message, and what asked for it is cleared away."""
    reply = moved_on(scene, scene.desk.answer(work, question.id, text))
    still_asked = {item.slot for item in reply.items if isinstance(item, Ask)}
    return replace(
        reply, clear=tuple(slot for slot in task_screen.ask_slots(work) if slot not in still_asked), swallow=True
    )


def next_or_help() -> Reply:
    """Somebody typed with no task in hand."""
    return Reply((note(T("I understand taps and commands: /next gives you a task, /help lists the rest.")),))


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
