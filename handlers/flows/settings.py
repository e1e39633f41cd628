"""/settings: everything that was asked at the start, to look at and to change."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.errors import Refused
from bot.domain.person import Person, Push
from bot.domain.text import T, Words
from bot.i18n import available, endonym
from bot.services import people
from bot.services.matching import offer_again
from handlers.flows import choices
from handlers.flows.scene import Presses, Scene, number, one_of, word
from handlers.flows.screens import Button, Line, Pair, Reply, Rows, Screen, Title, grid, press, row

SLOT = "settings"

PUSHES: dict[Push, Words] = {Push.NOW: T("As soon as there are any"), Push.ASK: T("Only when I ask")}


def show(scene: Scene, argument: str = "", *, fresh: bool = True) -> Reply:
    """All settings, and a button to change each."""
    _trainer(scene)
    return Reply((screen(scene, fresh=fresh),))


def screen(scene: Scene, *, fresh: bool = False) -> Screen:
    """What is set, and a button to change each."""
    person = scene.person
    blocks = (
        Title(T("Settings")),
        Pair(T("Language"), (endonym(person.locale),)),
        Pair(T("Languages of your tasks"), tuple(endonym(one) for one in person.languages)),
        Pair(T("Fields"), tuple(choices.domain_label(one) for one in person.domains) or (T("none yet"),)),
        Pair(T("Time zone"), (choices.zone_label(scene, person.time_zone),)),
        Pair(T("Waking hours"), (choices.hours_label(person.wakes, person.sleeps),)),
        Pair(T("New tasks"), (PUSHES[person.push],)),
    )
    buttons = (
        row(Button(T("Language"), press("s-lang")), Button(T("Languages of your tasks"), press("s-works"))),
        row(Button(T("Fields"), press("s-field")), Button(T("Time zone"), press("s-zones"))),
        row(Button(T("Waking hours"), press("s-hours")), Button(T("New tasks"), press("s-push"))),
    )
    return Screen(SLOT, blocks, buttons, fresh)


def language(scene: Scene, args: Sequence[str]) -> Reply:
    if args:
        return replace(
            _again(scene, people.set_locale(scene.tx, _trainer(scene), one_of(args, available()))), menu=True
        )
    return _choose(T("Which language shall we speak?"), (choices.language_group(scene.person.locale, "s-lang"),))


def works_in(scene: Scene, args: Sequence[str]) -> Reply:
    languages = choices.task_languages(scene.tx, scene.person.languages)
    person = scene.person
    if args and not choices.already(args, person.languages):
        person = people.toggle_language(scene.tx, _trainer(scene), one_of(args, languages))
    group = choices.language_ticks(person.languages, languages, "s-works")
    return _choose(T("In which languages do you want tasks?"), (group,), person, scene)


def field(scene: Scene, args: Sequence[str]) -> Reply:
    known = choices.known_domains(scene.tx)
    person = scene.person
    if args and not choices.already(args, person.domains):
        person = people.toggle_domain(scene.tx, _trainer(scene), one_of(args, known))
    group = choices.domain_group(person.domains, known, "s-field")
    return _choose(T("What do you know well?"), (group,), person, scene)


def zones(scene: Scene, args: Sequence[str]) -> Reply:
    page = number(args, 0) if args else None
    return _choose(T("Where are you?"), choices.zone_rows(scene, scene.person.time_zone, page, "s-zone"))


def zone(scene: Scene, args: Sequence[str]) -> Reply:
    return _again(scene, people.set_time_zone(scene.tx, _trainer(scene), word(args, 0)))


def hours(scene: Scene, args: Sequence[str]) -> Reply:
    if args:
        return _again(scene, people.set_hours(scene.tx, _trainer(scene), number(args, 0), number(args, 1)))
    return _choose(
        T("When may we write to you?"), (choices.hour_group((scene.person.wakes, scene.person.sleeps), "s-hours"),)
    )


def push(scene: Scene, args: Sequence[str]) -> Reply:
    if not args:
        ways = [Button(label, press("s-push", one), one is scene.person.push) for one, label in PUSHES.items()]
        return _choose(T("When shall new tasks come?"), (grid(ways, 1),))
    try:
        chosen = Push(word(args, 0))
    except ValueError:
        raise Refused(T("This button is out of date.")) from None
    return _again(scene, people.set_push(scene.tx, _trainer(scene), chosen))


def back(scene: Scene, args: Sequence[str]) -> Reply:
    _trainer(scene)
    return _overview(scene)


def _choose(question: Words, rows: Rows, person: Person | None = None, scene: Scene | None = None) -> Reply:
    """One setting's choices; a change that was just made may have opened the way to work."""
    if person is not None and scene is not None and person != scene.person:
        offer_again(scene.tx, person, scene.now)
    done = row(Button(T("Done"), press("s")))
    return Reply((Screen(SLOT, (Title(T("Settings")), Line(question, strong=True)), (*rows, done)),))


def _again(scene: Scene, person: Person) -> Reply:
    offer_again(scene.tx, person, scene.now)
    return _overview(scene.as_(person))


def _overview(scene: Scene) -> Reply:
    """Back to all settings; the page about themselves has them anyway."""
    return Reply() if scene.at_home else Reply((screen(scene),))


def _trainer(scene: Scene) -> Person:
    if scene.person.step is not None:
        raise Refused(T("Please finish the start first: /start shows where you are."))
    return scene.person


PRESSES: Presses = {
    "s": back,
    "s-lang": language,
    "s-works": works_in,
    "s-field": field,
    "s-zones": zones,
    "s-zone": zone,
    "s-hours": hours,
    "s-push": push,
}
