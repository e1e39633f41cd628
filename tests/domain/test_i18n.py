"""Words in languages: catalogs, plurals, directions, and values as each locale writes them."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import i18n
from bot.domain.text import TC, TN, T
from bot.domain.units import Money
from bot.i18n import ISOLATE, POP, SOURCE, Voice, endonym, negotiate, voice

POLISH = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"

msgid "Hello, {name}."
msgstr "Cześć, {name}."

msgid "{count} zebra"
msgid_plural "{count} zebras"
msgstr[0] "{count} zebra"
msgstr[1] "{count} zebry"
msgstr[2] "{count} zebr"

msgctxt "colour"
msgid "Orange"
msgstr "Pomarańczowy"

msgctxt "fruit"
msgid "Orange"
msgstr "Pomarańcza"
"""


@pytest.fixture
def polish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A house whose only catalogs are a Polish one, a Brazilian and an empty Arabic one."""
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    for locale, content in {"pl": POLISH, "pt_BR": header, "ar": header}.items():
        path = tmp_path / locale / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    caches = (i18n.available, i18n.catalog, i18n.voice)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


@pytest.mark.usefixtures("polish")
def test_the_languages_are_those_with_a_catalog() -> None:
    """English is always there, and each language that has a catalog."""
    assert i18n.available() == ("ar", "en", "pl", "pt_BR")


@pytest.mark.usefixtures("polish")
@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        (None, "en"),
        ("", "en"),
        ("en", "en"),
        ("en-GB", "en"),
        ("pl", "pl"),
        ("pl-PL", "pl"),
        ("PL", "pl"),
        ("pt-br", "pt_BR"),
        ("pt", "pt_BR"),
        ("pt-PT", "pt_BR"),
        ("ar-EG", "ar"),
        ("de-AT", "en"),
        ("tlh", "en"),
        ("not a tag", "en"),
        ("../../etc", "en"),
        ("x" * 500, "en"),
    ],
)
def test_a_clients_language_leads_to_the_nearest_catalog(tag: str | None, locale: str) -> None:
    """The exact locale, else the language in any region, else English, whatever a client calls itself."""
    assert negotiate(tag) == locale


@given(st.none() | st.text(max_size=12) | st.from_regex(r"[a-zA-Z]{1,4}([-_][a-zA-Z0-9]{1,5}){0,3}", fullmatch=True))
def test_any_tag_leads_to_a_language_that_is_there(tag: str | None) -> None:
    """Whatever a client sends as its language, the answer is one of the interface's languages."""
    assert negotiate(tag) in i18n.available()


@pytest.mark.parametrize(("locale", "name"), [("es", "Español"), ("ja", "日本語"), ("xx", "xx"), ("en_QQ", "en_QQ")])
def test_a_language_is_called_by_its_own_name(locale: str, name: str) -> None:
    """A language is named in itself; one that nobody knows, by its tag."""
    assert endonym(locale) == name


@pytest.mark.usefixtures("polish")
@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 zebr"), (1, "1 zebra"), (3, "3 zebry"), (5, "5 zebr"), (22, "22 zebry")]
)
def test_plurals_follow_the_language(count: int, said: str) -> None:
    """Polish has three plural forms, and the number chooses among them."""
    assert Voice("pl").say(TN("{count} zebra", "{count} zebras", count)) == said


@pytest.mark.parametrize(("count", "said"), [(0, "0 zebras"), (1, "1 zebra"), (1234, "1,234 zebras")])
def test_plurals_without_a_catalog_are_english(count: int, said: str) -> None:
    """Without a catalog words are English, with its plurals and its way to write numbers."""
    assert Voice(SOURCE).say(TN("{count} zebra", "{count} zebras", count)) == said


@pytest.mark.usefixtures("polish")
def test_context_tells_equal_words_apart() -> None:
    """The same English word is translated by what it means; a message that is not in the catalog stays English."""
    said = Voice("pl")
    assert said.say(TC("fruit", "Orange")) == "Pomarańcza"
    assert said.say(TC("colour", "Orange")) == "Pomarańczowy"
    assert said.say(T("Orange")) == "Orange"


@pytest.mark.usefixtures("polish")
@given(st.sampled_from(["Orange", "{count} zebra", "Hello, {name}.", "{", "}}", "%s"]) | st.text())
def test_content_is_never_translated(content: str) -> None:
    """A `str` is said as it is, also when it equals a message of the catalog or looks like a pattern."""
    said = Voice("pl")
    assert said.say(content) == content
    assert said.say(T("Hello, {name}.", name=content)) == f"Cześć, {content}."


@pytest.mark.usefixtures("polish")
def test_words_inside_of_words_are_translated() -> None:
    """A message may be an argument of another one, and is said in the same language."""
    assert Voice("pl").say(T("Hello, {name}.", name=TC("fruit", "Orange"))) == "Cześć, Pomarańcza."


@pytest.mark.parametrize("locale", ["ar", "he", "fa", "ur"])
def test_arguments_are_isolated_from_right_to_left_text(locale: str) -> None:
    """In a right-to-left sentence each argument is isolated, so that it keeps its own direction."""
    said = Voice(locale)
    assert said.right_to_left
    assert said.say(T("zebra {name} zebra", name="Ana (A)")) == f"zebra {ISOLATE}Ana (A){POP} zebra"
    assert said.say("Ana (A)") == "Ana (A)"


@pytest.mark.parametrize("locale", ["en", "es", "hi", "ja"])
def test_arguments_in_left_to_right_text_are_bare(locale: str) -> None:
    """Other languages need no marks."""
    assert Voice(locale).say(T("zebra {name}", name="Ana")) == "zebra Ana"


@pytest.mark.parametrize(
    ("locale", "minutes", "said"),
    [
        ("en", 0, "1 minute"),
        ("en", 0.4, "1 minute"),
        ("en", 59, "59 minutes"),
        ("en", 59.6, "1 hour"),
        ("en", 60, "1 hour"),
        ("en", 65, "1 hour 5 minutes"),
        ("en", 179, "2 hours 59 minutes"),
        ("en", 180, "3 hours"),
        ("en", 1439, "24 hours"),
        ("en", 2879, "48 hours"),
        ("en", 2880, "2 days"),
        ("en", 60 * 24 * 30, "30 days"),
        ("en", -5, "1 minute"),
        ("es", 125, "2 horas 5 minutos"),
        ("pl", 300, "5 godzin"),
        ("ar", 2880, "يومان"),
        ("ja", 2880, "2 日"),
    ],
)
def test_durations(locale: str, minutes: float, said: str) -> None:
    """A duration is said in one unit, or in hours and minutes below three hours, and never as nothing."""
    assert Voice(locale).show(timedelta(minutes=minutes)) == said


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "said"),
    [
        ("en", "0.40", "USD", "$0.40"),
        ("en", "0.4", "USD", "$0.40"),
        ("en", "0.005", "USD", "$0.005"),
        ("en", "1234.5", "EUR", "€1,234.50"),
        ("en", "100", "JPY", "¥100"),
        ("es", "0.40", "USD", "0,40\xa0US$"),
        ("de", "1234.5", "EUR", "1.234,50\xa0€"),
    ],
)
def test_money(locale: str, amount: str, currency: str, said: str) -> None:
    """Money is written as the locale does, with all its digits: nothing is rounded away."""
    assert Voice(locale).show(Money(Decimal(amount), currency)) == said


MOMENT = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "zone", "value", "said"),
    [
        ("en", "UTC", MOMENT, "Tue, Dec 1, 6:00\u202fPM"),
        ("en", "Asia/Kolkata", MOMENT, "Tue, Dec 1, 11:30\u202fPM"),
        ("en", "Pacific/Auckland", MOMENT, "Wed, Dec 2, 7:00\u202fAM"),
        ("de", "Europe/Berlin", MOMENT, "Di., 1. Dez., 19:00"),
        ("ja", "Asia/Tokyo", MOMENT, "12月2日(水) 3:00"),
        ("en", "UTC", time(8), "8:00\u202fAM"),
        ("de", "Europe/Berlin", time(22), "22:00"),
    ],
)
def test_times(locale: str, zone: str, value: Any, said: str) -> None:
    """A moment is said in the person's own zone and their locale's way; an hour of the day is not moved."""
    assert voice(locale, zone).show(value) == said


@pytest.mark.parametrize(
    ("locale", "value", "said"),
    [
        ("en", 1234567, "1,234,567"),
        ("de", 1234567, "1.234.567"),
        ("hi", 1234567, "12,34,567"),
        ("es", Decimal("1.5"), "1,5"),
    ],
)
def test_numbers(locale: str, value: Any, said: str) -> None:
    """Numbers are grouped and pointed as the locale does."""
    assert Voice(locale).show(value) == said


@pytest.mark.parametrize(
    ("locale", "words", "said"),
    [
        ("en", [], ""),
        ("en", ["a"], "a"),
        ("en", ["a", "b"], "a and b"),
        ("es", ["a", "b", "c"], "a, b y c"),
        ("ja", ["a", "b"], "a、b"),
        ("en", ["{0}", "{1}", "%s"], "{0}, {1}, and %s"),
    ],
)
def test_lists(locale: str, words: list[str], said: str) -> None:
    """A list is joined as the locale does, whatever its items look like."""
    assert Voice(locale).listed(list(words)) == said


@pytest.mark.parametrize(("locale", "city"), [("en", "London"), ("es", "Londres"), ("ja", "ロンドン")])
def test_a_time_zone_is_called_by_its_city(locale: str, city: str) -> None:
    """A zone is known by its city, in the reader's language."""
    assert Voice(locale).city("Europe/London") == city
