"""Joining accounts: a code made on one platform and given on the other makes one person of two."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.domain.errors import Refused
from bot.domain.text import T, Words
from bot.services import linking
from bot.services.matching import offer_again
from handlers.flows import welcome
from handlers.flows.scene import Presses, Scene, word
from handlers.flows.screens import Button, Line, Quote, Reply, Screen, Title, press, row

SLOT = "link"

PLATFORMS = {"telegram": "Telegram", "slack": "Slack"}
"""Their names are the same in every language."""

COMMANDS_THERE = {"telegram": "/link {code}", "slack": "/tapwork link {code}"}
"""What to send on each of them, to be copied as it is."""


def link(scene: Scene, argument: str = "") -> Reply:
    """/link: a code to give on the other platform; /link CODE: whose code it is, and whether to join."""
    if argument.strip():
        return Reply((_confirm(scene, argument),))
    joined = linking.platforms(scene.tx, scene.person)
    if joined >= PLATFORMS.keys():
        return Reply((replace(joined_screen(scene), fresh=True),))
    return Reply((_code(scene, linking.make_code(scene.tx, scene.person, scene.now), joined),))


def _code(scene: Scene, code: str, joined: Collection[str]) -> Screen:
    others = sorted(PLATFORMS.keys() - joined)
    there = _named(scene, others)
    how = T("Send me this there. It works once, within {time}.", time=linking.CODE_LIFE)
    already = (Line(_together(scene, joined)),) if len(joined) > 1 else ()
    blocks = (
        Title(T("Join my accounts")),
        Line(T("Are you on {platform} as well? There you can be the same person as here.", platform=there)),
        Line(how, strong=True),
        *(Quote(COMMANDS_THERE[one].format(code=code)) for one in others),
        *already,
    )
    return Screen(SLOT, blocks, fresh=True)


def _confirm(scene: Scene, typed: str) -> Screen:
    other = linking.partner(scene.tx, scene.person, typed, scene.now)
    there = _named(scene, linking.platforms(scene.tx, other))
    blocks = (
        Title(T("Join these accounts?")),
        Line(
            T(
                "This joins your account here with the one on {platform}: tasks, answers and earnings become one. It"
                " cannot be undone.",
                platform=there,
            )
        ),
        Line(T("Only do it with a code that you made yourself."), strong=True),
    )
    join = Button(T("Join"), press("link", linking.code_in(typed)))
    return Screen(SLOT, blocks, (row(join, Button(T("Cancel"), press("no-link"))),), fresh=True)


def join(scene: Scene, args: Sequence[str]) -> Reply:
    """The accounts become one, whichever of the two stays; what the one who stays was about goes on here."""
    code = word(args, 0)
    try:
        person = linking.join(scene.tx, scene.person, code, scene.platform, scene.now)
    except Refused:
        if scene.person.accounts > 1:  # a second tap, when the first has used the code up
            return Reply((joined_screen(scene),))
        raise
    scene = scene.as_(person)
    if person.step is not None:
        return Reply((joined_screen(scene), welcome.screen(scene, fresh=True)), menu=True)
    offer_again(scene.tx, person, scene.now)
    return Reply((joined_screen(scene),), menu=True)


def cancel(scene: Scene, args: Sequence[str]) -> Reply:
    return Reply((Screen(SLOT, (Line(T("Nothing was joined.")),)),))


def joined_screen(scene: Scene, slot: str = SLOT) -> Screen:
    """Where they are known as one."""
    blocks = (
        Title(T("Your accounts are joined")),
        Line(_together(scene, linking.platforms(scene.tx, scene.person))),
        Line(T("Tasks come to the one where you wrote last.")),
    )
    return Screen(slot, blocks)


def _together(scene: Scene, platforms: Collection[str]) -> Words:
    return T("You are the same person on {platforms}.", platforms=_named(scene, platforms))


def _named(scene: Scene, platforms: Collection[str]) -> str:
    names: list[Words] = [PLATFORMS.get(one, one.capitalize()) for one in sorted(platforms)]
    return scene.voice.listed(names)


PRESSES: Presses = {"link": join, "no-link": cancel}
