"""What the service says by itself: a letter from the outbox becomes a screen, as things stand when it is sent."""

from bot.domain.text import T
from bot.ports import Letter
from bot.services.answering import load, work_on
from bot.services.matching import COPY
from handlers.flows import link, task_screen
from handlers.flows.scene import Scene
from handlers.flows.screens import Line, Reply, Screen, Title


def say(scene: Scene, letter: Letter) -> Reply | None:
    """What a letter says now; None when it has nothing to say any more."""
    match letter.topic:
        case "task":
            return _task(scene, letter)
        case topic if topic == COPY:
            return _copy(scene, letter)
        case "linked":
            return Reply((link.joined_screen(scene, letter.slot),))
        case _:
            return None


def _task(scene: Scene, letter: Letter) -> Reply | None:
    """A task that is new or has run out; one that was answered meanwhile shows so already."""
    work = load(scene.tx, scene.person, int(letter.args["assignment"]))
    return None if work.answer is not None else Reply((task_screen.show(scene, work),))


def _copy(scene: Scene, letter: Letter) -> Reply | None:
    """A task's message that something happened to elsewhere; where it is gone there is nothing to put right."""
    assignment = scene.tx.assignments.get(int(letter.args["assignment"]))
    if assignment is None or letter.message is None:
        return None
    work = work_on(scene.tx, assignment)
    if assignment.person_id == scene.person.id:
        return Reply((task_screen.show(scene, work),), clear=() if work.open else task_screen.ask_slots(work))
    blocks = (
        Title(work.project.spec.wording(scene.person.locale).title),
        Line(T("You had this task in both of your accounts. It counts once, as you did it in the other one.")),
    )
    return Reply((Screen(letter.slot, blocks),), clear=task_screen.ask_slots(work))
