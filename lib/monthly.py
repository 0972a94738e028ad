"""A month of a shop's money: its days, and whether its balances fit together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, ``number`` from 1 to 12."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Return the month of a text like 2026-10.

        :raise ValueError: there is no such month
        """
        day = datetime.strptime(text, "%Y-%m")
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first(self) -> date:
        """The first day of this month."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """The last day of this month."""
        return self.after - timedelta(days=1)

    @property
    def after(self) -> date:
        """The first day of the month that follows."""
        return self.shifted(1).first

    def shifted(self, months: int) -> Month:
        """Return the month so many months later, or earlier."""
        count = self.year * 12 + self.number - 1 + months
        return Month(count // 12, count % 12 + 1)


@dataclass(frozen=True, slots=True)
class Balance:
    """What TikTok owes a shop in one currency, at both ends of a month.

    ``closing`` is counted for itself, so that the identity opening + payable - paid =
    closing can tell when something is missing.
    """

    opening: Decimal
    payable: Decimal
    paid: Decimal
    closing: Decimal

    @property
    def gap(self) -> Decimal:
        """What the closing balance has too much; zero when everything fits."""
        return self.closing - (self.opening + self.payable - self.paid)


def exact(amount: float, places: int) -> Decimal:
    """Return an amount of Odoo's, a float, with the decimals of its currency."""
    unit = Decimal(1).scaleb(-places)
    return Decimal(str(amount or 0)).quantize(unit, ROUND_HALF_UP)
