"""Why a statement is not booked, in sentences for an accountant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """Two amounts (or counts) of a statement that should be the same.

    ``what`` names them in a few words, ``told`` is what TikTok says, ``found`` what
    its details come to. ``transaction_id`` is "" for the statement as a whole.
    """

    what: str
    told: Decimal
    found: Decimal
    sentence: str
    transaction_id: str = ""

    @property
    def amount(self) -> Decimal:
        """Return by how much the details exceed what TikTok says."""
        return self.found - self.told


class SettlementError(Exception):
    """Base of all. Its text is for a person; ``statement_id`` is TikTok's."""

    def __init__(self, statement_id, message):
        super().__init__(message)
        self.statement_id = statement_id
        self.message = message


class NotAddingUp(SettlementError):
    """The statement contradicts itself; ``differences`` says where."""

    SHOWN = 3

    def __init__(self, statement_id, differences: Sequence[Difference]):
        self.differences = tuple(differences)
        told = [found.sentence for found in self.differences[: self.SHOWN]]
        if more := len(self.differences) - len(told):
            what = "difference" if more == 1 else "differences"
            told.append(f"There {'is' if more == 1 else 'are'} {more} more {what}.")
        super().__init__(
            statement_id,
            f"Statement {statement_id} does not add up, so it is not booked. "
            f"{' '.join(told)} Read it from TikTok Shop again; if that changes "
            "nothing, ask TikTok Shop's support about it.",
        )


class MixedCurrencies(SettlementError):
    """The statement and its transactions are in different currencies."""

    def __init__(self, statement_id, currencies: Sequence[str]):
        self.currencies = tuple(currencies)
        super().__init__(
            statement_id,
            f"Statement {statement_id} is in {' and in '.join(self.currencies)} at "
            "the same time, so it is not booked. Read it from TikTok Shop again; if "
            "that changes nothing, ask TikTok Shop's support about it.",
        )


class DoubleTransaction(SettlementError):
    """A transaction comes twice in the statement."""

    def __init__(self, statement_id, transaction_id):
        self.transaction_id = transaction_id
        super().__init__(
            statement_id,
            f"Statement {statement_id} has transaction {transaction_id} twice, so it "
            "is not booked. Read it from TikTok Shop again; if that changes nothing, "
            "ask TikTok Shop's support about it.",
        )


class Unbalanced(SettlementError):
    """The planned entry does not balance; ``rest`` is debit less credit."""

    def __init__(self, statement_id, rest):
        self.rest = rest
        super().__init__(
            statement_id,
            f"The entry for statement {statement_id} would not balance: debit and "
            f"credit differ by {rest}. Nothing is booked; report it as an error of "
            "the connector.",
        )


class NothingToBook(SettlementError):
    """Every amount of the statement is zero."""

    def __init__(self, statement_id):
        super().__init__(
            statement_id,
            f"Statement {statement_id} has no amounts, so there is nothing to book.",
        )
