"""The way in: one update becomes, in one transaction, its effect and what is to be shown for it."""

from datetime import datetime

import structlog

from bot.domain.errors import Gone, Refused
from bot.domain.person import PersonState
from bot.domain.text import T
from bot.i18n import known_zone, negotiate
from bot.ports import Letter, Transaction
from bot.services import people
from bot.services.matching import COPY, TASK_SLOT
from handlers.flows import account, home, letters, link, report, settings, task, typed, welcome
from handlers.flows.intents import Arrival, Command, Left, Looked, Press, Said
from handlers.flows.scene import Commands, Presses, Scene
from handlers.flows.screens import HOME, Ask, Delivery, Reply, Screen

log = structlog.get_logger(__name__)

PRESSES: Presses = {
    **task.PRESSES,
    **welcome.PRESSES,
    **settings.PRESSES,
    **account.PRESSES,
    **link.PRESSES,
    **report.PRESSES,
}

COMMANDS: Commands = {
    "start": welcome.start,
    "next": lambda scene, argument: task.next_task(scene),
    "settings": settings.show,
    "me": account.me,
    "why": account.why,
    "report": report.report,
    "link": link.link,
    "pause": account.pause,
    "resume": account.resume,
    "help": account.help_,
    "privacy": account.privacy,
    "export": account.export,
    "erase": account.erase,
}

BEFORE_CONSENT = {"start", "help", "privacy", "erase", "export", "why", "link"}
"""Commands that somebody may use who has not agreed to anything yet."""


ABOUT_A_TASK = {"report"}
"""Commands that may be given about a task's message, by replying to it or from its menu."""


def take(tx: Transaction, arrival: Arrival, now: datetime) -> Delivery | None:
    """Settle one update: its key, its effect and the next screen; None when there is nobody to answer."""
    fresh = tx.inbox.take(arrival.platform, arrival.key, now)
    if isinstance(arrival.intent, Left):
        if fresh and (person := tx.people.find(arrival.platform, arrival.user)) is not None:
            people.lose(tx, person, arrival.platform, now)
        return None
    # Who only looks, and what comes again, moves nobody: letters stay where the person did something last.
    known = None if fresh and not isinstance(arrival.intent, Looked) else tx.people.find(arrival.platform, arrival.user)
    if known is None and not fresh:
        return None  # they asked to be forgotten, and were
    locale, zone = negotiate(arrival.language), known_zone(arrival.time_zone)
    person = known or people.arrive(tx, arrival.platform, arrival.user, arrival.address, locale, now, zone)
    if arrival.language and person.consented_at is None:
        person = people.follow_client(tx, person, locale, zone)
    scene = Scene(tx, person, arrival.platform, now, arrival.at_home)
    reply = _reply(scene, arrival) if fresh else _repeat(scene, arrival)
    if scene.at_home and person.step is None:
        reply = home.around(scene, reply)
    delivery = _addressed(tx, scene, arrival, reply)
    if reply.forget:
        people.erase(tx, person, now)
    return delivery


def jot(tx: Transaction, platform: str, user: str, slot: str, text: str, now: datetime) -> None:
    """Keep words that are still being typed for the question of `slot`; nothing when they have no place any more."""
    person = tx.people.find(platform, user)
    if person is None:
        return
    try:
        typed.jotted(Scene(tx, person, platform, now), slot, text)
    except Refused:
        return


def compose(tx: Transaction, letter: Letter, platform: str, now: datetime) -> Delivery | None:
    """What a letter from the outbox says now; None when it has nothing to say any more."""
    person = tx.people.get(letter.person_id)
    if person.state is PersonState.ERASED:
        return None
    reply = letters.say(Scene(tx, person, platform, now), letter)
    if reply is None:
        return None
    found = {letter.slot: letter.message}
    found |= {slot: tx.slots.message(platform, letter.address, slot) for slot in reply.clear}
    messages = {slot: message for slot, message in found.items() if message}
    return Delivery(
        reply,
        letter.address,
        person.locale,
        person.time_zone,
        messages,
        person_id=person.id,
        only_edits=letter.topic == COPY,
    )


def _reply(scene: Scene, arrival: Arrival) -> Reply:
    try:
        match arrival.intent:
            case Press(action):
                name, *args = action.split(":")
                return _press(scene, name, args)
            case Command(name, argument):
                return _command(scene, name, argument or _task_meant(scene, arrival, name))
            case Said(text, to):
                return _said(scene, arrival, text, to)
            case Looked():
                return home.looked(scene)
            case _:
                return Reply()
    except Refused as refusal:
        log.info("refused", why=refusal.text.message)
        if isinstance(arrival.intent, Press):
            return Reply(notice=refusal.text, alarm=scene.person.step is not None or not _welcoming(arrival.intent))
        return Reply((task.note(refusal.text),), refusal=refusal.text)


def _task_meant(scene: Scene, arrival: Arrival, command: str) -> str:
    """The id of the task whose message a command is about, for the commands that are about one."""
    if command not in ABOUT_A_TASK:
        return ""
    for message in filter(None, (arrival.replies_to, arrival.message)):
        slot = scene.tx.slots.at(arrival.platform, arrival.address, message) or ""
        if slot.startswith(TASK_SLOT):
            return slot.removeprefix(TASK_SLOT)
    return ""


def _press(scene: Scene, name: str, args: list[str]) -> Reply:
    flow = PRESSES.get(name)
    if flow is None:
        raise Refused(T("This button is out of date."))
    try:
        return flow(scene, args)
    except Gone as refusal:
        return task.gone(scene, args, refusal)


def _welcoming(intent: Press) -> bool:
    """A tap on the onboarding; once it is over, a second tap on its last button is no mistake."""
    return intent.action.startswith("w-")


def _command(scene: Scene, name: str, argument: str) -> Reply:
    flow = COMMANDS.get(name)
    if flow is None:
        raise Refused(T("I do not know /{command}. /help lists what I do know.", command=name))
    if scene.person.step is not None and name not in BEFORE_CONSENT:
        return welcome.start(scene)
    return flow(scene, argument)


def _said(scene: Scene, arrival: Arrival, text: str, to: str | None) -> Reply:
    if scene.person.step is not None:
        return welcome.start(scene)
    if to is None and not text.strip():
        return Reply((task.note(T("I can only read text here, no pictures, voices or files.")),))
    if to is None and arrival.replies_to:
        to = scene.tx.slots.at(arrival.platform, arrival.address, arrival.replies_to)
    return typed.typed(scene, text, to)


def _repeat(scene: Scene, arrival: Arrival) -> Reply:
    """An update that has had its effect comes again: the answer to it may have been lost, so show how things stand."""
    if not isinstance(arrival.intent, Press):
        return Reply()
    name, *args = arrival.intent.action.split(":")
    slot = arrival.message and scene.tx.slots.at(arrival.platform, arrival.address, arrival.message)
    if slot and slot.startswith(TASK_SLOT):
        try:
            return PRESSES[name](scene, args) if task.only_shows(name, args) else task.refresh(scene, args)
        except Refused:
            return Reply()
    return Reply((welcome.screen(scene),)) if slot == welcome.SLOT and scene.person.step else Reply()


def _addressed(tx: Transaction, scene: Scene, arrival: Arrival, reply: Reply) -> Delivery:
    """The reply with the messages that its slots live in.

    The screen that answers a tap lives in the message that was tapped, even if that is an old one further up.
    """
    tapped = _tapped_slot(arrival, reply)
    if isinstance(arrival.intent, Looked) and arrival.message:  # whatever it shows just now, it is that page
        tx.slots.put(arrival.platform, arrival.address, HOME, arrival.message)
    found = {slot: tx.slots.message(arrival.platform, arrival.address, slot) for slot in _slots(reply)}
    messages = {slot: message for slot, message in found.items() if message}
    if tapped and arrival.message and found[tapped] != arrival.message:
        messages[tapped] = arrival.message
        tx.slots.put(arrival.platform, arrival.address, tapped, arrival.message)
    person = tx.people.get(scene.person.id)
    return Delivery(
        reply,
        arrival.address,
        person.locale,
        person.time_zone,
        messages,
        tapped=tapped,
        swallow=arrival.message if reply.swallow else None,
        remember=not reply.forget,
        person_id=None if reply.forget else person.id,
    )


def _tapped_slot(arrival: Arrival, reply: Reply) -> str | None:
    """The slot of the screen that takes the place of what was tapped or looked at."""
    if not isinstance(arrival.intent, Press | Looked):
        return None
    edited = (item.slot for item in reply.items if isinstance(item, Screen) and item.slot and not item.fresh)
    return next(edited, None)


def _slots(reply: Reply) -> list[str]:
    return [item.slot for item in reply.items if isinstance(item, Screen | Ask) and item.slot] + list(reply.clear)
