"""Words into languages: gettext catalogs and CLDR formats, through Babel."""

import io
import re
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import negotiate_locale
from babel.dates import format_skeleton, format_time, format_timedelta, get_datetime_format, get_timezone_location
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import NullTranslations, Translations

from bot.domain.person import UNKNOWN_ZONE
from bot.domain.text import Text, Words
from bot.domain.units import Money

LOCALES = Path(__file__).resolve().parent.parent / "locales"
SOURCE = "en"
DOMAIN = "messages"

ISOLATE, POP = "\u2068", "\u2069"

_CLDR_ZONES = {"Europe/Kyiv": "Europe/Kiev", "Asia/Kolkata": "Asia/Calcutta"}
"""Zones that CLDR still files under their old names."""

_COMMAND = re.compile(r"(?<![A-Za-z0-9/.:}])/([a-z]+|\{command\})")
"""A command in a text of ours: `/next`, but no part of an address or of "2/3"."""


@cache
def available() -> tuple[str, ...]:
    """The interface's languages: English, and each that has a catalog."""
    found = {path.parent.parent.name for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po")}
    return tuple(sorted(found | {SOURCE}))


def negotiate(tag: str | None) -> str:
    """The interface's language for a client's BCP 47 tag (`pt-br`, `de-AT`); English when there is none for it."""
    try:
        wanted = str(Locale.parse(tag or SOURCE, sep="-" if "-" in (tag or "") else "_"))
    except (ValueError, UnknownLocaleError):
        return SOURCE
    exact = negotiate_locale([wanted], available(), sep="_")
    language = wanted.partition("_")[0]
    return exact or next((one for one in available() if one.partition("_")[0] == language), SOURCE)


def known_zone(name: str | None) -> str:
    """A client's time zone if it is one that we know, else UTC."""
    try:
        return ZoneInfo(name or UNKNOWN_ZONE).key
    except (KeyError, ValueError, OSError):
        return UNKNOWN_ZONE


def endonym(locale: str) -> str:
    """A language's name in itself; the tag where nobody has written the name down."""
    try:
        name = Locale.parse(locale).get_display_name() or locale
    except (ValueError, UnknownLocaleError):
        return locale
    return name[:1].upper() + name[1:]


@cache
def catalog(locale: str) -> NullTranslations:
    """The translations of `locale`, compiled in memory from its .po file: there is no build step to forget."""
    path = LOCALES / locale / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=locale))
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)


@lru_cache(maxsize=1024)
def voice(locale: str, time_zone: str = "UTC", command: str = "/") -> "Voice":
    """The `Voice` for a person's locale and time zone; `command` is what a command is written with where they read."""
    return Voice(locale, time_zone, command)


class Voice:
    """Says `Words` in one locale, with numbers, money and times as that locale and time zone write them."""

    def __init__(self, locale: str, time_zone: str = "UTC", command: str = "/") -> None:
        self.locale = locale
        self._command = command
        self.right_to_left = Locale.parse(locale).text_direction == "rtl"
        self._zone = ZoneInfo(time_zone)
        self._cldr = Locale.parse(locale)
        self._catalog = catalog(locale)

    def say(self, words: Words) -> str:
        """The words as this locale's reader should see them; content (`str`) comes back as it is."""
        if isinstance(words, str):
            return words
        pattern = self._pattern(words)
        if "/" in pattern:
            pattern = _COMMAND.sub(lambda found: self.isolated(self._command + found[1]), pattern)
        if not words.args:
            return pattern
        return pattern.format(**{name: self.isolated(self.show(value)) for name, value in words.args.items()})

    def listed(self, words: list[Words]) -> str:
        """A list as the locale writes one: "a, b and c"."""
        return format_list([self.say(one) for one in words], locale=self._cldr)

    def show(self, value: Any) -> str:
        """A value as this locale writes it."""
        match value:
            case Text():
                return self.say(value)
            case Money():
                return str(format_currency(value.amount, value.currency, locale=self._cldr, decimal_quantization=False))
            case datetime():
                return self._moment(value.astimezone(self._zone))
            case time():
                return str(format_time(value, "short", locale=self._cldr))
            case timedelta():
                return self._span(value)
            case int() | Decimal():
                return str(format_decimal(value, locale=self._cldr))
            case _:
                return str(value)

    def city(self, time_zone: str) -> str:
        """A time zone by its city."""
        names: dict[str, str] = self._cldr.time_zones.get(_CLDR_ZONES.get(time_zone, time_zone), {})
        if "city" in names:
            return names["city"]
        city = str(get_timezone_location(time_zone, locale=self._cldr, return_city=True))
        return city.rpartition("/")[2]

    def _pattern(self, words: Text) -> str:
        if words.plural is not None:
            return str(self._catalog.ngettext(words.message, words.plural, words.args["count"]))
        if words.context is not None:
            return str(self._catalog.pgettext(words.context, words.message))
        return str(self._catalog.gettext(words.message))

    def isolated(self, shown: str) -> str:
        """In a right-to-left sentence a name or number must not drag its surroundings along (Unicode UAX 9)."""
        return f"{ISOLATE}{shown}{POP}" if self.right_to_left else shown

    def _moment(self, local: datetime) -> str:
        day = format_skeleton("MMMEd", local, locale=self._cldr)
        minute = format_time(local, "short", locale=self._cldr)
        return str(get_datetime_format("short", locale=self._cldr)).replace("{1}", day).replace("{0}", minute)

    def _span(self, value: timedelta) -> str:
        """One unit, or hours and minutes below three hours: 3 days, 23 hours, 1 hour 5 minutes."""
        minutes = max(1, round(value.total_seconds() / 60))
        if minutes >= 2 * 24 * 60:
            return self._unit(timedelta(days=round(minutes / (24 * 60))), "day")
        if minutes >= 3 * 60:
            return self._unit(timedelta(hours=round(minutes / 60)), "hour")
        hours, rest = divmod(minutes, 60)
        parts = [self._unit(timedelta(hours=hours), "hour")] if hours else []
        return " ".join(parts + ([self._unit(timedelta(minutes=rest), "minute")] if rest else []))

    def _unit(self, value: timedelta, unit: Any) -> str:
        return str(format_timedelta(value, granularity=unit, threshold=10_000, locale=self._cldr))
