"""Becoming a trainer: consent, language, fields, time zone, waking hours; five taps for who takes what is offered."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.errors import Refused
from bot.domain.person import Person
from bot.domain.text import T, Words
from bot.i18n import available
from bot.services import people
from bot.services.matching import offer_next
from handlers.flows import choices
from handlers.flows.scene import Presses, Scene, number, one_of, word
from handlers.flows.screens import Block, Button, Line, Reply, Rows, Screen, Title, press, row
from handlers.flows.task import next_task, note, nothing_now

SLOT = "welcome"


def start(scene: Scene, argument: str = "") -> Reply:
    """/start: where the onboarding stands, or the task in hand for those who are through it."""
    if scene.person.step is not None:
        return Reply((screen(scene, fresh=True),))
    if scene.tx.assignments.held_by(scene.person.id):
        return next_task(scene)
    if scene.person.may_work and offer_next(scene.tx, scene.person, scene.now) is not None:
        return Reply()
    return Reply(
        (note(T("Welcome back! Tasks come here as soon as there are any. /next asks for one, /help lists the rest.")),)
    )


def screen(scene: Scene, page: int | None = None, *, fresh: bool = False) -> Screen:
    """The onboarding's one message, at the step where the person is."""
    step = scene.person.step or STEPS[0]
    blocks, rows = _SCREENS[step](scene, page)
    if step not in STEPS[:2]:
        rows += (row(Button(T("Back"), press("w-back"))),)
    return Screen(SLOT, tuple(blocks), rows, fresh)


def _consent(scene: Scene, page: int | None) -> tuple[list[Block], Rows]:
    blocks: list[Block] = [
        Title(T("Welcome to Tapwork!")),
        Line(
            T("Here you teach AI models: short tasks come as messages, you answer with a few taps, and most are paid.")
        ),
        Line(
            T(
                "We store your account id, what you choose here and your answers, which are used to train AI under a"
                " pseudonym. /privacy says more, /erase forgets you."
            )
        ),
    ]
    return blocks, (row(Button(T("I agree, let us start"), press("agree"))),)


def _language(scene: Scene, page: int | None) -> tuple[list[Block], Rows]:
    blocks = _question(
        1,
        T("Which language shall we speak?"),
        T("Your tasks will be in it as well; more languages can be added in /settings."),
    )
    return blocks, (choices.language_group(scene.person.locale, "w-lang"),)


def _fields(scene: Scene, page: int | None) -> tuple[list[Block], Rows]:
    blocks = _question(
        2,
        T("What do you know well?"),
        T("Tap all that you could judge as an expert. Tasks for everybody come in any case."),
    )
    group = choices.domain_group(scene.person.domains, choices.known_domains(scene.tx), "w-field")
    return blocks, (group, row(Button(T("Continue"), press("w-fields"))))


def _zone(scene: Scene, page: int | None) -> tuple[list[Block], Rows]:
    blocks = _question(3, T("Where are you?"), T("So that nothing wakes you, and deadlines are in your time."))
    return blocks, choices.zone_rows(scene, choices.likely_zone(scene.person), page, "w-zone")


def _hours(scene: Scene, page: int | None) -> tuple[list[Block], Rows]:
    blocks = _question(4, T("When may we write to you?"), T("Outside these hours we keep quiet."))
    return blocks, (choices.hour_group((scene.person.wakes, scene.person.sleeps), "w-hours"),)


_SCREENS = {"consent": _consent, "language": _language, "fields": _fields, "zone": _zone, "hours": _hours}
STEPS = list(_SCREENS)


def _question(step: int, question: Words, why: Words) -> list[Block]:
    return [Title(T("Step {step} of {steps}", step=step, steps=4)), Line(question, strong=True), Line(why)]


def agree(scene: Scene, args: Sequence[str]) -> Reply:
    return _next(scene, "consent", people.consent(scene.tx, _new(scene), scene.now))


def language(scene: Scene, args: Sequence[str]) -> Reply:
    reply = _next(scene, "language", people.set_locale(scene.tx, _new(scene), one_of(args, available())))
    return replace(reply, menu=True)


def field(scene: Scene, args: Sequence[str]) -> Reply:
    person = _new(scene)
    if not choices.already(args, person.domains):
        person = people.toggle_domain(scene.tx, person, one_of(args, choices.known_domains(scene.tx)))
    return Reply((screen(scene.as_(person)),))


def fields(scene: Scene, args: Sequence[str]) -> Reply:
    return _next(scene, "fields", _new(scene))


def zone(scene: Scene, args: Sequence[str]) -> Reply:
    return _next(scene, "zone", people.set_time_zone(scene.tx, _new(scene), word(args, 0)))


def zones(scene: Scene, args: Sequence[str]) -> Reply:
    _new(scene)
    return Reply((screen(scene, number(args, 0)),))


def hours(scene: Scene, args: Sequence[str]) -> Reply:
    return _next(scene, "hours", people.set_hours(scene.tx, _new(scene), number(args, 0), number(args, 1)))


def back(scene: Scene, args: Sequence[str]) -> Reply:
    at = STEPS.index(_new(scene).step or STEPS[0])
    person = people.go_to(scene.tx, scene.person, STEPS[max(1, at - 1)])
    return Reply((screen(scene.as_(person)),))


def _new(scene: Scene) -> Person:
    """The person, if they are still being welcomed."""
    if scene.person.step is None:
        raise Refused(T("You can change this in /settings."))
    return scene.person


def _next(scene: Scene, answered: str, person: Person) -> Reply:
    """On from the step that was answered; a second tap on an old button changes the answer and stays where they are."""
    if scene.person.step != answered:
        return Reply((screen(scene.as_(person)),))
    after = STEPS[STEPS.index(answered) + 1 :]
    person = people.go_to(scene.tx, person, after[0] if after else None)
    if after:
        return Reply((screen(scene.as_(person)),))
    return _welcomed(scene.as_(person))


def _welcomed(scene: Scene) -> Reply:
    """The end of the onboarding, with the first task on its way when there is one."""
    found = offer_next(scene.tx, scene.person, scene.now) is not None
    first = T("Here comes your first task.")
    coming, rows = ((Line(first),), ()) if found else nothing_now(scene)
    blocks: tuple[Block, ...] = (
        Title(T("You are all set.")),
        *coming,
        Line(T("/settings changes what you chose, /help lists what else there is.")),
    )
    return Reply((Screen(SLOT, blocks, rows),))


PRESSES: Presses = {
    "agree": agree,
    "w-lang": language,
    "w-field": field,
    "w-fields": fields,
    "w-zone": zone,
    "w-zones": zones,
    "w-hours": hours,
    "w-back": back,
}
