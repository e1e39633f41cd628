"""The person's own matters: what they earned, why there is no work, pausing, their data, and being forgotten."""

from collections.abc import Sequence

import orjson

from bot.domain.matching import Obstacle
from bot.domain.person import PersonState
from bot.domain.text import TN, T, Text
from bot.i18n import endonym
from bot.services import people
from bot.services.answering import load
from bot.services.matching import Explanation, explain, offer_again, slot_of
from handlers.flows import task_screen
from handlers.flows.choices import domain_label
from handlers.flows.scene import Presses, Scene, number
from handlers.flows.screens import HOME, Block, Button, File, Line, Pair, Reply, Screen, Title, press, row
from handlers.flows.task import next_task, note

COMMANDS: dict[str, Text] = {
    "next": T("Get a task"),
    "me": T("What I have done and earned"),
    "why": T("Why there is no work"),
    "report": T("Something is wrong with a task"),
    "settings": T("Languages, fields, hours"),
    "link": T("Join my Telegram and Slack accounts"),
    "pause": T("No tasks for a while"),
    "resume": T("Tasks again"),
    "help": T("What I can do here"),
    "privacy": T("What is stored about me"),
    "export": T("Send me my data"),
    "erase": T("Forget me"),
}
"""The menu: each command and what it does."""

OBSTACLES: dict[Obstacle, Text] = {
    Obstacle.PAUSED: T("The project is paused."),
    Obstacle.DEADLINE: T("Its deadline is over."),
    Obstacle.FIELD: T("It is for people who know: {fields}. You can add fields in /settings."),
    Obstacle.SEATS: T("All its seats are taken ({seats})."),
    Obstacle.LANGUAGE: T("Its tasks are in another language ({language}). You can add languages in /settings."),
    Obstacle.TASK_FIELD: T("Its tasks ask for a field that is not among yours. You can add fields in /settings."),
    Obstacle.ALL_SEEN: T("You have had every task of it that is still open."),
    Obstacle.ALL_TAKEN: T("All its tasks are answered or with others right now."),
    Obstacle.NO_TASKS: T("It has no tasks yet."),
}


FIELDS_NAMED = 3
"""Fields that /why names of a project's: one of them is enough."""

PROJECTS_SHOWN = 10
"""Projects that /why explains at a time: what fits a message."""


def me(scene: Scene, argument: str) -> Reply:
    """What they answered and earned."""
    blocks = so_far(scene)
    if held := scene.tx.assignments.held_by(scene.person.id):
        blocks.append(Pair(T("Task in hand until"), (scene.voice.show(held[0].due_at),)))
    return Reply((Screen("", tuple(blocks), fresh=True),))


def so_far(scene: Scene) -> list[Block]:
    """Answers and earnings."""
    earned = scene.tx.people.earnings(scene.person.id)
    answers = sum(count for _, count in earned)
    title = Title(T("You so far"))
    if not answers:
        return [title, Line(T("No answers yet. /next gives you a task."))]
    sums = tuple(scene.voice.show(money) for money, _ in earned if money)
    money = [Pair(T("Earned"), sums)] if sums else []
    return [title, Pair(T("Answers"), (scene.voice.show(answers),)), *money]


def why(scene: Scene, argument: str) -> Reply:
    """For each open project, the rule that keeps its work from this person."""
    return Reply((reasons(scene, 0, fresh=True),))


def more_why(scene: Scene, args: Sequence[str]) -> Reply:
    """The projects from the given one on."""
    return Reply((reasons(scene, number(args, 0), fresh=False),))


def reasons(scene: Scene, start: int, *, fresh: bool, offer: bool = True) -> Screen:
    """The open projects from number `start` on, each with what keeps its work from this person.

    `offer`: with a button for the next task, where there is one.
    """
    explanations = explain(scene.tx, scene.person, scene.now)
    general = _general(scene)
    blocks: list[Block] = [Title(T("Work for you")), *(Line(one) for one in general)]
    for one in explanations[start : start + PROJECTS_SHOWN]:
        blocks += _because(scene, one)
    if not explanations:
        blocks.append(Line(T("No project is open right now.")))
    buttons = []
    if offer and not general and any(one.obstacle is None for one in explanations):
        buttons.append(Button(T("Next task"), press("next")))
    if start + PROJECTS_SHOWN < len(explanations):
        buttons.append(Button(T("More projects"), press("why", start + PROJECTS_SHOWN)))
    return Screen("why", tuple(blocks), (row(*buttons),) if buttons else (), fresh)


def _general(scene: Scene) -> list[Text]:
    """What stands in the way whatever the project."""
    reasons = []
    if scene.person.step is not None:
        reasons.append(T("You have not finished the start: /start shows where you are."))
    if scene.person.state is PersonState.PAUSED:
        reasons.append(T("You are paused. /resume brings the tasks back."))
    if scene.tx.assignments.held_by(scene.person.id):
        reasons.append(T("You have a task in hand; /next shows it. The next one comes after it."))
    return reasons


def _because(scene: Scene, one: Explanation) -> list[Block]:
    spec = one.project.spec
    title = Line(spec.wording(scene.person.locale).title, strong=True)
    if one.obstacle is None:
        return [title, Line(T("There is a task for you."))]
    fields = scene.voice.listed([domain_label(domain) for domain in spec.domains[:FIELDS_NAMED]])
    args = {"fields": fields, "seats": spec.seats or 0, "language": endonym(spec.locale)}
    reason = OBSTACLES[one.obstacle]
    used = {name: value for name, value in args.items() if f"{{{name}}}" in reason.message}
    return [title, Line(Text(reason.message, used))]


def pause(scene: Scene, argument: str) -> Reply:
    people.pause(scene.tx, scene.person)
    held = scene.tx.assignments.held_by(scene.person.id)
    stays = [Line(T("The task in hand stays with you until {time}.", time=held[0].due_at))] if held else []
    blocks = (Line(T("Paused: no new tasks until you send /resume."), strong=True), *stays)
    return Reply((Screen("", blocks, (row(Button(T("Resume"), press("resume"))),), fresh=True),))


def resume(scene: Scene, argument: str) -> Reply:
    person = people.resume(scene.tx, scene.person)
    if scene.tx.assignments.held_by(person.id):
        return next_task(scene.as_(person))
    found = offer_again(scene.tx, person, scene.now)
    more = (
        T("Welcome back! Here is your next task.")
        if found
        else T("Welcome back! A task comes as soon as there is one.")
    )
    return Reply((note(more),))


def help_(scene: Scene, argument: str) -> Reply:
    blocks: list[Block] = [
        Title(T("How this works")),
        Line(
            T(
                "A task comes as a message. Tap your answers; you can go back until you tap Submit, and change your"
                " answer for a while after."
            )
        ),
    ]
    blocks += [Pair(Text(f"/{name}"), (text,)) for name, text in COMMANDS.items()]
    return Reply((Screen("", tuple(blocks), fresh=True),))


def privacy(scene: Scene, argument: str) -> Reply:
    blocks = (
        Title(T("What is stored about you")),
        Line(T("Your account id, so that we can write to you; not your name, not your phone number.")),
        Line(T("What you chose: languages, fields, time zone, waking hours.")),
        Line(
            T(
                "Your tasks and answers, and when you gave them. They leave this service under a pseudonym only, to"
                " train and test AI models."
            )
        ),
        Line(
            T(
                "/export sends you all of it as a file. /erase deletes who you are; your answers stay under the"
                " pseudonym."
            )
        ),
    )
    return Reply((Screen("", blocks, fresh=True),))


def export(scene: Scene, argument: str) -> Reply:
    content = orjson.dumps(people.personal_data(scene.tx, scene.person), option=orjson.OPT_INDENT_2)
    return Reply((File("tapwork-my-data.json", content, T("All that is stored about you.")),))


def erase(scene: Scene, argument: str) -> Reply:
    """Ask first: it cannot be undone."""
    answers = sum(count for _, count in scene.tx.people.earnings(scene.person.id))
    blocks: list[Block] = [
        Title(T("Forget me")),
        Line(T("This deletes who you are and what you chose, and ends your task in hand. It cannot be undone.")),
    ]
    if answers:
        blocks.append(
            Line(
                TN(
                    "{count} answer of yours stays, under a pseudonym that leads to nobody.",
                    "{count} answers of yours stay, under a pseudonym that leads to nobody.",
                    answers,
                )
            )
        )
    rows = (
        row(Button(T("Delete my data"), press("erase"))),
        row(Button(T("Keep everything"), press("unerase"))),
    )
    return Reply((Screen("erase", tuple(blocks), rows, fresh=True),))


def erased(scene: Scene, args: Sequence[str]) -> Reply:
    works = [load(scene.tx, scene.person, one.id) for one in scene.tx.assignments.open_forms(scene.person.id)]
    shown = [slot for work in works for slot in (slot_of(work.assignment.id), *task_screen.ask_slots(work))]
    farewell = (Line(T("Done: you are forgotten. Thank you for your work. /start begins anew.")),)
    pages = [Screen(HOME, farewell)] if scene.platform in scene.tx.slots.stands_on(scene.person.id, HOME) else []
    return Reply((Screen("erase", farewell), *pages), clear=tuple(shown), forget=True)


def unerased(scene: Scene, args: Sequence[str]) -> Reply:
    return Reply((Screen("erase", (Line(T("Nothing was deleted.")),)),))


PRESSES: Presses = {
    "why": more_why,
    "resume": lambda scene, args: resume(scene, ""),
    "erase": erased,
    "unerase": unerased,
}
