"""Money and durations as files write them; words before they are put into a language; errors."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadFile, Fault, Gone, NotFound, Refused
from bot.domain.text import TC, TN, T
from bot.domain.units import Money, parse_duration


@given(st.decimals(0, 999_999, places=2), st.from_regex(r"[A-Z]{3}", fullmatch=True))
def test_money_is_read_as_it_is_written(amount: Decimal, currency: str) -> None:
    """An amount with its currency comes back exactly, to the last cent and zero."""
    money = Money.parse(f"{amount} {currency}")
    assert (money.amount, money.currency) == (amount, currency)
    assert Money.parse(str(money)) == money


@pytest.mark.parametrize(
    "text",
    ["", "0.40", "USD", "0.40USD", "0,40 USD", "-1 USD", "NaN USD", "sNaN USD", "Infinity USD", "1000000 USD", "1 usd",
     "1 US", "1 DOLLARS", "$1", "1 USD each"],
)  # fmt: skip
def test_what_is_no_money_is_refused(text: str) -> None:
    """Anything but an amount up to a million and a currency code is refused with an example."""
    with pytest.raises(ValueError, match=r"expected an amount and a currency such as 0\.40 USD, got"):
        Money.parse(text)


@given(st.text())
def test_any_text_is_money_or_refused(text: str) -> None:
    """Whatever is written as pay is refused as such, or is an amount of at least nothing."""
    try:
        money = Money.parse(text)
    except ValueError:
        return
    assert 0 <= money.amount < 1_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(days=1)),
        ("7d", timedelta(days=7)),
        ("1h 30m", timedelta(minutes=90)),
        ("1h30m", timedelta(minutes=90)),
        (" 2 d ", timedelta(days=2)),
        ("366d", timedelta(days=366)),
    ],
)
def test_a_duration_is_read(text: str, expected: timedelta) -> None:
    """Minutes, hours, days and sums of them are read."""
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "24", "h", "1.5h", "-1h", "1w", "1h 30", "24hours", "9" * 30 + "d", "1h, 2m", "٣h"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Other units, bare numbers, fractions and numbers beyond all measure are refused with examples."""
    with pytest.raises(ValueError, match="expected a time such as 30m, 24h or 7d, got"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["0m", "0d 0h", "367d", "999999d"])
def test_a_duration_has_its_limits(text: str) -> None:
    """Nothing at all, and more than a year, are refused."""
    with pytest.raises(ValueError, match="more than nothing and at most 366d"):
        parse_duration(text)


@given(st.text(alphabet="0123456789mhd ", max_size=40))
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    """Whatever is written as a duration, it is read within the limits or refused with a reason."""
    try:
        duration = parse_duration(text)
    except ValueError:
        return
    assert timedelta(0) < duration <= timedelta(days=366)


def test_words_in_the_source_language() -> None:
    """For logs and the command line words speak English: arguments filled in, plural chosen, nested words too."""
    assert str(T("Hello {name}", name="{Ana}")) == "Hello {Ana}"
    assert str(TN("{count} task", "{count} tasks", 1)) == "1 task"
    assert str(TN("{count} task of {slug}", "{count} tasks of {slug}", 0, slug="x")) == "0 tasks of x"
    assert str(T("Open: {what}", what=TC("scale end", "excellent"))) == "Open: excellent"


def test_a_refusal_says_why() -> None:
    """A refusal carries its words for the person, and says them in English where it is logged."""
    refusal = Refused(T("There is no {thing}.", thing="cake"))
    assert str(refusal) == "There is no cake."
    assert refusal.text == T("There is no {thing}.", thing="cake")
    assert str(NotFound()) == "That is no longer here."
    assert isinstance(Gone(T("Over.")), Refused)


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (
            Fault("tasks.jsonl", 17, "responses", "expected 2 texts, got 1"),
            "tasks.jsonl:17: responses: expected 2 texts, got 1",
        ),
        (Fault("tasks.jsonl", 3, None, "not JSON"), "tasks.jsonl:3: not JSON"),
        (Fault("project.toml", None, "slug", "missing"), "project.toml: slug: missing"),
        (Fault("project.toml", None, None, "No such file"), "project.toml: No such file"),
    ],
)
def test_a_fault_names_file_line_and_field(fault: Fault, line: str) -> None:
    """A fault is one line: file and line number, field, what was expected; what is not known is left out."""
    assert str(fault) == line


def test_a_bad_file_lists_its_faults() -> None:
    """A refused file's message is its faults, a line each, and its count may be larger than what is listed."""
    faults = [Fault("a.csv", line, None, "bad") for line in (1, 2)]
    assert str(BadFile(faults, 9)) == "a.csv:1: bad\na.csv:2: bad"
    assert (BadFile(faults).count, BadFile(faults, 9).count) == (2, 9)
