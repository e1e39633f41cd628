"""The page about themselves, where a platform has one: the task in hand, what was earned, why no work, the settings."""

from dataclasses import replace

from bot.domain.person import PersonState
from bot.domain.text import T, Words
from bot.services.answering import load
from handlers.flows import account, settings, welcome
from handlers.flows.scene import Scene
from handlers.flows.screens import HOME, Block, Button, Line, Pair, Reply, Rows, Screen, Title, press, row


def looked(scene: Scene) -> Reply:
    """They opened the page; who is not through the onboarding goes on with it there."""
    return Reply((welcome.screen(scene) if scene.person.step else screen(scene),))


def around(scene: Scene, reply: Reply) -> Reply:
    """What a tap on the page leads to: the page shows how things are now, unless the reply takes its place there."""
    if any(isinstance(item, Screen) and item.slot and not item.fresh for item in reply.items):
        return reply
    scene = scene.as_(scene.tx.people.get(scene.person.id))
    elsewhere = T("See our messages.") if reply.items else None
    return replace(reply, items=(*reply.items, screen(scene, reply.notice or elsewhere)), notice=None)


def screen(scene: Scene, notice: Words | None = None) -> Screen:
    """The whole page, with what is to be said about the last tap on top."""
    said: tuple[Block, ...] = (Line(notice, strong=True),) if notice else ()
    blocks, rows = _work(scene)
    why = account.reasons(scene, 0, fresh=False, offer=False)
    parts = (Screen("", tuple(account.so_far(scene))), why, settings.screen(scene))
    return Screen(HOME, (*said, *blocks), rows, below=parts)


def _work(scene: Scene) -> tuple[tuple[Block, ...], Rows]:
    """The task in hand, or the way to one."""
    if held := scene.tx.assignments.held_by(scene.person.id):
        work = load(scene.tx, scene.person, held[0].id)
        title = Title(work.project.spec.wording(scene.person.locale).title)
        until = Pair(T("Task in hand until"), (scene.voice.show(held[0].due_at),))
        return (title, until), (row(Button(T("Show the task"), press("next"))),)
    if scene.person.state is PersonState.PAUSED:
        paused = Line(T("You are paused. /resume brings the tasks back."))
        return (Title(T("Your work")), paused), (row(Button(T("Resume"), press("resume"))),)
    return (Title(T("Your work")),), (row(Button(T("Next task"), press("next"))),)
