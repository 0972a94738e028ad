"""The calls about money: statements, what they consist of, and what is paid.

What comes back is read by ``statements``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .. import const
from .calls import Calls, segment
from .errors import PayloadError
from .packages import epoch
from .parsing import integer, text
from .payouts import parse_estimate, parse_payment, parse_withdrawal
from .statements import (
    OrderTransactions,
    StatementTotals,
    parse_order_transactions,
    parse_statement,
    parse_totals,
    parse_transaction,
)
from .walk import Page

STATEMENTS_PATH = "/finance/202309/statements"
TRANSACTIONS_PATH = "/finance/202501/statements/{}/statement_transactions"
ORDER_PATH = "/finance/202501/orders/{}/statement_transactions"
PAYMENTS_PATH = "/finance/202605/payments"
WITHDRAWALS_PATH = "/finance/202309/withdrawals"
UNSETTLED_PATH = "/finance/202507/orders/unsettled"


@dataclass(frozen=True, slots=True)
class FinancePage:
    """One page of a listing: typed rows, and what was wrong with the others.

    ``raw`` holds TikTok's own text of each of ``rows``, in the same order.
    ``problems`` says per row that could not be read which value was wrong.
    """

    rows: tuple
    raw: tuple[dict, ...]
    problems: tuple[PayloadError, ...]


@dataclass(frozen=True, slots=True)
class TransactionPage(FinancePage):
    """One page of a statement's transactions; every page tells its totals."""

    totals: StatementTotals


class FinanceCalls(Calls):
    """What the shop earned. All of these calls only read.

    Windows are half-open, in Unix seconds or datetimes (in UTC when without zone); no
    start is the beginning of the shop, no end is now. Each row comes once. A row that
    cannot be read is told in its page's ``problems`` and hides no other.
    """

    def statement_pages(self, start=None, end=None) -> Iterator[FinancePage]:
        """Yield the statements made in a window, oldest first ("Get Statements")."""
        query = {**_window("statement_time", start, end), **_sorted("statement_time")}
        return self._typed(STATEMENTS_PATH, query, "statements", parse_statement)

    def transaction_pages(self, statement_id) -> Iterator[TransactionPage]:
        """Yield the transactions of a statement, at least one page.

        Source: "Get Transactions by Statement", version 202501.

        :raise PayloadError: when the totals of the statement cannot be read
        """
        path = TRANSACTIONS_PATH.format(segment(statement_id))
        totals = None

        def note(data):
            nonlocal totals
            totals = parse_totals(data)

        query = _sorted("order_create_time")
        is_empty = True
        for page in self._typed(path, query, "transactions", parse_transaction, note):
            is_empty = False
            yield TransactionPage(page.rows, page.raw, page.problems, totals)
        if is_empty:
            yield TransactionPage((), (), (), totals)

    def order_transactions(self, order_id) -> OrderTransactions:
        """Return what an order settled for until now ("Get Transactions by Order").

        :raise PayloadError: when it cannot be read
        """
        path = ORDER_PATH.format(segment(order_id))
        return parse_order_transactions(self._request("GET", path))

    def payment_pages(self, start=None, end=None) -> Iterator[FinancePage]:
        """Yield the payments made in a window, oldest first ("Get Payments").

        TikTok does not serve it in South-East Asia, where there are withdrawals.

        :raise Rejected: also when TikTok has retired this version of the call
        """
        query = {**_window("create_time", start, end), **_sorted("create_time")}
        return self._typed(PAYMENTS_PATH, query, "payments", parse_payment)

    def withdrawal_pages(self, start=None, end=None) -> Iterator[FinancePage]:
        """Yield the movements on the balance at TikTok ("Get Withdrawals")."""
        query = {
            "types": const.WITHDRAWAL_TYPES,
            **_window("create_time", start, end),
        }
        return self._typed(WITHDRAWALS_PATH, query, "withdrawals", parse_withdrawal)

    def unsettled_pages(self, start=None, end=None) -> Iterator[FinancePage]:
        """Yield what is still to be settled ("Get Unsettled Transactions")."""
        query = {**_window("search_time", start, end), **_sorted("order_create_time")}
        return self._typed(UNSETTLED_PATH, query, "transactions", parse_estimate)

    def _typed(self, path, query, key, parse, note: Callable | None = None):
        """Yield the pages of a listing, see ``walk.walk_pages``, as FinancePages.

        ``note`` is called with the data of each answer before its page is yielded.
        """

        def fetch(token):
            asked = {**query, "page_size": const.FINANCE_PAGE_SIZE, "page_token": token}
            data = self._request("GET", path, query=asked)
            if note:
                note(data)
            rows = data.get(key) or []
            if not isinstance(rows, list):
                raise PayloadError(f"data.{key}", "is not a list")
            total = integer(data.get("total_count"), default=None)
            return Page(rows, text(data.get("next_page_token")), total)

        for page in self._pages(fetch):
            yield _read(page.rows, parse)


def _read(found, parse):
    rows, raw, problems = [], [], []
    for row in found:
        try:
            rows.append(parse(row))
        except PayloadError as error:
            problems.append(error)
        else:
            raw.append(row)
    return FinancePage(tuple(rows), tuple(raw), tuple(problems))


def _window(name, start, end):
    """Return the bounds of a window; those not given are left out of the call."""
    bounds = {f"{name}_ge": start, f"{name}_lt": end}
    return {key: epoch(value) for key, value in bounds.items() if value is not None}


def _sorted(field):
    return {"sort_field": field, "sort_order": "ASC"}
