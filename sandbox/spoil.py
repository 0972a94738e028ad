"""Statements that are wrong on purpose, each in its own way.

Only their answers are: what the ledger holds stays right, so undoing it heals them.
"""

_COSTS = ("shipping_cost_amount", "fee_tax_amount", "adjustment_amount")
_TOTALS = (
    "total_shipping_cost_amount",
    "total_fee_tax_amount",
    "total_adjustment_amount",
)
_HEAD = ("fee_amount", "shipping_cost_amount", "adjustment_amount")
_BREAKDOWNS = ("revenue_breakdown", "shipping_cost_breakdown", "fee_tax_breakdown")
KINDS = {
    "head": "its settlement amount in the list is one minor unit too high",
    "column": "the fees of its first order are one minor unit too high",
    "breakdown": "one fee of its first order is one minor unit too high",
    "missing_transaction": "the last transaction is left out",
    "double_transaction": "the first transaction comes twice",
    "count": "the count is one too high",
    "currency": "its transactions are in another currency",
    "positive_costs": "costs are positive, as the printed formula has them",
    "no_breakdown": "its orders have no breakdowns",
}


def head(statement, row):
    """Return the row of Get Statements, wrong where the statement is spoiled."""
    market = statement.shop.market
    if statement.spoil == "head":
        row["settlement_amount"] = market.money(statement.amount + 1)
    elif statement.spoil == "positive_costs":
        _turn(row, _HEAD)
    return row


def rows(statement, found):
    """Return the (time, id, transaction) rows, wrong where it is spoiled."""
    if statement.spoil == "missing_transaction":
        return found[:-1]
    if statement.spoil == "double_transaction" and found:
        time, number, row = found[0]
        return [*found, (time, f"{number}+", row)]
    return found


def detail(statement, answer):
    """Return the answer of Get Transactions by Statement, wrong where it is spoiled."""
    change = _DETAILS.get(statement.spoil)
    if change:
        change(statement, answer)
    return answer


def _count(_statement, answer):
    answer["total_count"] += 1


def _currency(statement, answer):
    own = statement.shop.market.currency
    answer["currency"] = "EUR" if own != "EUR" else "USD"


def _positive_costs(_statement, answer):
    _turn(answer["total_settlement_breakdown"], _TOTALS)
    for row in answer["transactions"]:
        _turn_row(row)


def _no_breakdown(_statement, answer):
    for row in answer["transactions"]:
        for key in _BREAKDOWNS:
            row.pop(key, None)


def _fee(statement, answer):
    first = min((r for r in statement.rows if r.type == "ORDER"), key=_place)
    for row in answer["transactions"]:
        if row["id"] == first.id:
            _raise_fee(statement.shop.market, row, statement.spoil, first)


_DETAILS = {
    "count": _count,
    "currency": _currency,
    "positive_costs": _positive_costs,
    "no_breakdown": _no_breakdown,
    "column": _fee,
    "breakdown": _fee,
}


def _place(row):
    return row.time, row.id


def _raise_fee(market, row, kind, first):
    if kind == "column":
        row["fee_tax_amount"] = market.money(first.fees + 1)
        return
    key = next(iter(first.sections["fee"]), "transaction_fee_amount")
    amount = first.sections["fee"].get(key, 0)
    row["fee_tax_breakdown"]["fee"][key] = market.money(amount + 1)


def _turn(row, keys):
    for key in keys:
        if key in row:
            row[key] = _turned(row[key])


def _turned(text):
    if text.startswith("-"):
        return text[1:]
    return text if text == "0" else f"-{text}"


def _turn_row(row):
    _turn(row, _COSTS)
    fees = row.get("fee_tax_breakdown", {})
    for part in (row.get("shipping_cost_breakdown", {}), *fees.values()):
        _turn(part, [key for key, value in part.items() if isinstance(value, str)])


def check(statement, kind):
    """Refuse what cannot be wrong about a statement.

    :raise ValueError: for an unknown kind, or when nothing in it can be wrong that way
    """
    if kind not in KINDS:
        raise ValueError(f"spoil {kind!r} is none of {', '.join(KINDS)}")
    orders = any(row.type == "ORDER" for row in statement.rows)
    if kind in ("column", "breakdown", "no_breakdown") and not orders:
        raise ValueError(f"statement {statement.id} has no order")
    if kind in ("missing_transaction", "double_transaction") and not statement.rows:
        raise ValueError(f"statement {statement.id} has no transaction")
