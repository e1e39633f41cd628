"""What onboarding and settings let people choose from: languages, fields, time zones, hours."""

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.domain.person import UNKNOWN_ZONE, Person
from bot.domain.text import T, Text, Words
from bot.i18n import available, endonym, voice
from bot.ports import Transaction
from bot.services.projects import fields_wanted, languages_wanted
from handlers.flows.scene import Scene, word
from handlers.flows.screens import Button, Group, Rows, grid, press, row

DOMAINS: dict[str, Text] = {
    "medicine": T("Medicine"),
    "law": T("Law"),
    "finance": T("Finance"),
    "science": T("Natural science"),
    "mathematics": T("Mathematics"),
    "engineering": T("Engineering"),
    "software": T("Software"),
    "humanities": T("History and culture"),
    "languages": T("Languages"),
    "education": T("Education"),
}

HOURS = ((8, 22), (7, 21), (6, 20), (9, 23), (10, 24), (0, 0))
"""Waking hours to choose from; from 0 to 0 is at any time."""

ZONES = (
    "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver", "America/Mexico_City",
    "America/Chicago", "America/Bogota", "America/New_York", "America/Caracas", "America/Santiago",
    "America/Sao_Paulo", "America/Buenos_Aires", "Atlantic/Azores", "Europe/London", "Africa/Lagos",
    "Europe/Madrid", "Europe/Paris", "Europe/Berlin", "Europe/Warsaw", "Africa/Johannesburg", "Africa/Cairo",
    "Europe/Kyiv", "Europe/Istanbul", "Asia/Riyadh", "Africa/Nairobi", "Asia/Tehran", "Asia/Dubai", "Asia/Karachi",
    "Asia/Kolkata", "Asia/Dhaka", "Asia/Jakarta", "Asia/Shanghai", "Asia/Manila", "Asia/Tokyo", "Australia/Sydney",
    "Pacific/Auckland",
)  # fmt: skip
"""One or two well-known cities an offset."""

LIKELY_ZONE = {
    "en": "Europe/London", "es": "Europe/Madrid", "pt_BR": "America/Sao_Paulo", "pt": "Europe/London",
    "fr": "Europe/Paris", "de": "Europe/Berlin", "pl": "Europe/Warsaw", "uk": "Europe/Kyiv", "tr": "Europe/Istanbul",
    "ar": "Asia/Riyadh", "hi": "Asia/Kolkata", "id": "Asia/Jakarta", "ja": "Asia/Tokyo", "zh_Hans": "Asia/Shanghai",
}  # fmt: skip
"""Where a reader of a language most likely is: the first guess, one tap from being corrected."""

ZONE_PAGE = 8


def language_group(chosen: str, verb: str) -> Group:
    """The languages that the interface speaks, each in its own words, of which one is chosen."""
    return grid([Button(endonym(one), press(verb, one), one == chosen) for one in available()], 2)


def language_ticks(chosen: tuple[str, ...], languages: Sequence[str], verb: str) -> Group:
    """Languages, each in its own words, of which several can be ticked."""
    return grid([_tick(endonym(one), verb, one, chosen) for one in languages], 2)


def _tick(label: Words, verb: str, one: str, chosen: tuple[str, ...]) -> Button:
    """The button says which way it goes, so that a second tap, or one on an old screen, undoes nothing."""
    return Button(label, press(verb, one, "out" if one in chosen else "in"), one in chosen)


def already(args: Sequence[str], chosen: tuple[str, ...]) -> bool:
    """Is what a tick asks for so already?"""
    return (word(args, 0) in chosen) == (word(args, 1) == "in")


def task_languages(tx: Transaction, chosen: tuple[str, ...]) -> list[str]:
    """The languages that tasks may be in: those of the interface, of the tasks there are, and those chosen before."""
    return sorted({*available(), *languages_wanted(tx), *chosen})


def known_domains(tx: Transaction) -> list[str]:
    """The fields to choose from: ours, then others that projects ask for."""
    return [*DOMAINS, *(name for name in fields_wanted(tx) if name not in DOMAINS)]


def domain_group(chosen: tuple[str, ...], known: list[str], verb: str) -> Group:
    """Fields of knowledge, of which several can be ticked."""
    return grid([_tick(domain_label(one), verb, one, chosen) for one in known], 2)


def domain_label(name: str) -> Words:
    return DOMAINS.get(name, name.replace("_", " ").replace("-", " ").capitalize())


def hour_group(chosen: tuple[int, int], verb: str) -> Group:
    buttons = [Button(hours_label(*hours), press(verb, *hours), hours == chosen) for hours in HOURS]
    return grid(buttons, 2)


def hours_label(wakes: int, sleeps: int) -> Text:
    if wakes == sleeps:
        return T("At any time")
    return T("{start} to {end}", start=time(wakes % 24), end=time(sleeps % 24))


def likely_zone(person: Person) -> str:
    """The time zone to suggest: the one that their client told us, else where readers of their language mostly are."""
    if person.time_zone != UNKNOWN_ZONE:
        return person.time_zone
    return LIKELY_ZONE.get(person.locale) or LIKELY_ZONE.get(person.locale.partition("_")[0], "Europe/London")


def zone_rows(scene: Scene, suggested: str, page: int | None, verb: str) -> Rows:
    """A page of time zones by offset, the suggested one in the middle of the first shown; and the way to the others."""
    # By offset; the suggested one may be none of the well-known ones, but it is there.
    zones = sorted(dict.fromkeys([*ZONES, suggested]), key=lambda zone: _offset(zone, scene.now))
    last = max(0, len(zones) - ZONE_PAGE)
    middle = zones.index(suggested) - ZONE_PAGE // 2 + 1
    start = max(0, min(middle if page is None else page, last))
    buttons = [
        Button(zone_label(scene, zone), press(verb, zone), zone == suggested)
        for zone in zones[start : start + ZONE_PAGE]
    ]
    ways = []
    if start > 0:
        ways.append(Button(T("Further west"), press(f"{verb}s", max(0, start - ZONE_PAGE))))
    if start < last:
        ways.append(Button(T("Further east"), press(f"{verb}s", min(last, start + ZONE_PAGE))))
    return (grid(buttons, 2), row(*ways)) if ways else (grid(buttons, 2),)


def zone_label(scene: Scene, zone: str) -> Words:
    """`UTC+5:30 Kolkata`, the city in the person's language."""
    minutes = _offset(zone, scene.now)
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    offset = f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
    return T("{offset} {city}", offset=offset, city=voice(scene.person.locale).city(zone))


def _offset(zone: str, now: datetime) -> int:
    offset = now.astimezone(ZoneInfo(zone)).utcoffset()
    return round(offset.total_seconds() / 60) if offset else 0
