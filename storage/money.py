"""Money in columns: whole millionths of the currency, so that the database can add it up exactly."""

from decimal import Decimal

from bot.domain.units import Money

MICROS = 1_000_000


def to_micros(money: Money | None) -> tuple[int | None, str | None]:
    return (int(money.amount * MICROS), money.currency) if money else (None, None)


def from_micros(micros: int | None, currency: str | None) -> Money | None:
    """Back again, with at least the two decimals that people expect."""
    if micros is None or currency is None:
        return None
    amount = (Decimal(int(micros)) / MICROS).normalize()
    exponent = amount.as_tuple().exponent
    digits = max(2, -exponent) if isinstance(exponent, int) else 2
    return Money(amount.quantize(Decimal(1).scaleb(-digits)), currency)
