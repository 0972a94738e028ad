"""Statements made up for tests: raw answers that add up, and strategies for them.

Amounts are whole cents, so that they add up whatever Decimal does.
"""

from dataclasses import replace
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st

from ..lib import fees
from ..lib.statements import parse_statement, parse_totals, parse_transaction
from .lib_http import fixture

NOW = 1766620800
fast = settings(max_examples=100, deadline=None, database=None, derandomize=True)
COLUMNS = ("settlement", "revenue", "shipping", "fee_tax", "adjustment", "reserve")


def written(cents):
    """Return cents as TikTok writes an amount: 8.9, 12, -0.05."""
    text = f"{Decimal(cents).scaleb(-2):.2f}"
    return text.rstrip("0").rstrip(".")


def order(number, revenue, shipping=None, fee=None, tax=None, **changes):
    """Return the raw transaction of an order; the breakdowns are {key: cents}."""
    blocks = {"revenue": revenue, "shipping": shipping, "fee": fee, "tax": tax}
    blocks = {name: dict(block or {}) for name, block in blocks.items()}
    sums = {name: sum(block.values()) for name, block in blocks.items()}
    texts = {
        name: {key: written(cents) for key, cents in block.items()}
        for name, block in blocks.items()
    }
    return {
        "id": f"T{number}",
        "type": "ORDER",
        "order_id": f"O{number}",
        "order_create_time": NOW - 9 * 86400,
        "adjustment_amount": "0",
        "settlement_amount": written(sum(sums.values())),
        "revenue_amount": written(sums["revenue"]),
        "revenue_breakdown": texts["revenue"],
        "shipping_cost_amount": written(sums["shipping"]),
        "shipping_cost_breakdown": texts["shipping"],
        "fee_tax_amount": written(sums["fee"] + sums["tax"]),
        "fee_tax_breakdown": {"fee": texts["fee"], "tax": texts["tax"]},
        **changes,
    }


def sale(number, listed, paid_shipping=0, commission=0, **changes):
    """Return the raw transaction of a plain sale."""
    return order(
        number,
        {"subtotal_before_discount_amount": listed},
        {
            "actual_shipping_fee_amount": -paid_shipping,
            "customer_paid_shipping_fee_amount": paid_shipping,
        },
        {"platform_commission_amount": -commission},
        **changes,
    )


def adjustment(number, kind, cents, order_id=""):
    """Return a raw adjustment."""
    return {
        "id": f"T{number}",
        "type": kind,
        "adjustment_id": f"A{number}",
        "adjustment_order_id": order_id,
        "adjustment_amount": written(cents),
        "settlement_amount": written(cents),
        "revenue_amount": "0",
        "shipping_cost_amount": "0",
        "fee_tax_amount": "0",
    }


def reserve(number, cents, status="COLLECTED"):
    """Return a raw reserve; collected is negative."""
    return {
        "id": f"T{number}",
        "type": "RESERVE",
        "reserve_id": f"R{number}",
        "reserve_amount": written(cents),
        "reserve_status": status,
        "associated_order_id": "O1",
        "estimated_release_time": "1769212800",
        "settlement_amount": "0",
    }


def cents_of(transaction, column):
    """Return what a typed transaction says of a column, in cents."""
    return int(getattr(transaction, column) * 100)


def statement_of(raw_transactions, *, currency="GBP", sea=False):
    """Return (raw head, raw totals) that fit these raw transactions."""
    rows = [parse_transaction(raw) for raw in raw_transactions]
    total = {name: sum(cents_of(row, name) for row in rows) for name in COLUMNS}
    head = {
        "id": "S1",
        "statement_time": NOW,
        "currency": currency,
        "settlement_amount": written(total["settlement"]),
        "revenue_amount": written(total["revenue"]),
        "fee_amount": written(total["fee_tax"] + sea * total["shipping"]),
        "adjustment_amount": written(total["adjustment"]),
        "payment_status": "PAID",
        "payment_id": "P1",
    }
    if not sea:
        head["shipping_cost_amount"] = written(total["shipping"])
        head["net_sales_amount"] = written(total["revenue"])
    totals = {
        "id": "S1",
        "create_time": NOW,
        "status": "SETTLED",
        "currency": currency,
        "payable_amount": written(total["settlement"] + total["reserve"]),
        "total_reserve_amount": written(total["reserve"]),
        "total_settlement_amount": written(total["settlement"]),
        "total_settlement_breakdown": {
            "total_revenue_amount": written(total["revenue"]),
            "total_shipping_cost_amount": written(total["shipping"]),
            "total_fee_tax_amount": written(total["fee_tax"]),
            "total_adjustment_amount": written(total["adjustment"]),
        },
        "total_count": len(rows),
    }
    return head, totals


def typed(raw_transactions, **options):
    """Return (statement, totals, transactions) of raw transactions, all typed."""
    head, totals = statement_of(raw_transactions, **options)
    rows = tuple(parse_transaction(raw) for raw in raw_transactions)
    return parse_statement(head), parse_totals(totals), rows


def recorded():
    """Return the recorded statement with its transactions."""
    heads = fixture("finance.statements")["cases"][0]["response"]["data"]
    data = fixture("finance.statement_transactions")["cases"][0]["response"]["data"]
    rows = tuple(map(parse_transaction, data["transactions"]))
    return parse_statement(heads["statements"][0]), parse_totals(data), rows


def turned(three, adjustments=-1):
    """Return a statement as TikTok's printed formula has it: costs positive."""
    statement, totals, rows = three
    shipping = statement.shipping
    return (
        replace(
            statement,
            fee=-statement.fee,
            shipping=None if shipping is None else -shipping,
            adjustment=statement.adjustment * adjustments,
        ),
        _turned(totals, adjustments),
        tuple(
            replace(
                _turned(row, adjustments),
                breakdown=tuple(
                    part
                    if part.section == "revenue"
                    else part._replace(amount=-part.amount)
                    for part in row.breakdown
                ),
            )
            for row in rows
        ),
    )


def _turned(found, adjustments):
    return replace(
        found,
        shipping=-found.shipping,
        fee_tax=-found.fee_tax,
        adjustment=found.adjustment * adjustments,
    )


_cents = st.integers(-50_000, 50_000)
_fee_keys = [key for keys in fees.FEE_KEYS.values() for key in keys]
_fee_keys.remove(fees.BEFORE_PIT_KEY)
_revenue_keys = sorted(
    fees.REVENUE_SALE_KEYS | fees.REVENUE_REFUND_KEYS | set(fees.REVENUE_FEE_KEYS)
)


def _block(keys):
    return st.dictionaries(st.sampled_from(keys), _cents, max_size=6)


_details = st.tuples(
    _block(_revenue_keys),
    _block(fees.SHIPPING_KEYS),
    _block([*_fee_keys, "brand_new_fee_amount"]),
    _block(fees.TAX_KEYS),
)
_parts = st.one_of(
    st.tuples(st.just("order"), _details),
    st.tuples(st.just("flat"), _details),
    st.tuples(
        st.sampled_from(
            [*fees.ADJUSTMENT_TYPES, "Violation fee （credit card）", "NEW"]
        ),
        _cents,
    ),
    st.tuples(st.just("reserve"), _cents),
)


def _raw(number, kind, content):
    if kind == "reserve":
        return reserve(number, content, "COLLECTED" if content < 0 else "RELEASED")
    if kind not in ("order", "flat"):
        return adjustment(number, kind, content)
    raw = order(number, *content)
    if kind == "flat":
        for key in ("revenue", "shipping_cost", "fee_tax"):
            del raw[f"{key}_breakdown"]
    # The same order may settle several times.
    return {**raw, "order_id": f"O{number % 5}"}


raw_transactions = st.lists(_parts, max_size=12).map(
    lambda parts: [_raw(number, *part) for number, part in enumerate(parts)]
)
