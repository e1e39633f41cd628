"""Money and durations as project files write them."""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation

# Six digits are more than any limit below, and keep sums inside what a timedelta holds.
_DURATION = re.compile(r"([0-9]{1,6})\s*([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217 code)."""

    amount: Decimal
    currency: str

    @classmethod
    def parse(cls, text: str) -> "Money":
        """Read `0.40 USD`; ValueError says what was expected."""
        amount, _, currency = text.strip().partition(" ")
        try:
            value = Decimal(amount)
        except InvalidOperation:
            value = Decimal(-1)
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -6:
            raise ValueError(f"expected at most six decimals, got {text!r}")
        if not (value.is_finite() and 0 <= value < 1_000_000) or not re.fullmatch(r"[A-Z]{3}", currency):
            raise ValueError(f"expected an amount and a currency such as 0.40 USD, got {text!r}")
        return cls(value, currency)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def parse_duration(text: str) -> timedelta:
    """Read `30m`, `24h`, `7d` or a sum such as `1h 30m`; ValueError says what was expected."""
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise ValueError(f"expected a time such as 30m, 24h or 7d, got {text!r}")
    total = sum((timedelta(**{_UNITS[unit]: int(count)}) for count, unit in parts), timedelta())
    if not timedelta(0) < total <= timedelta(days=366):
        raise ValueError(f"expected more than nothing and at most 366d, got {text!r}")
    return total
