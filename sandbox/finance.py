"""Statements, their transactions, and the transactions of an order.

Source: TikTok Shop Partner API docs, Finance reference: Get Statements, Get
Transactions by Statement, Get Transactions by Order.
"""

from . import spoil
from .amounts import columns, shares, transaction
from .errors import parameter
from .orders import own_order
from .paging import choice, integer, page, page_size, window
from .payouts import is_sea, payment_status
from .router import endpoint
from .settlement import ledger_of

SCOPE = "seller.finance.info"
ORDERS = ("ASC", "DESC")


def finance_page(call, rows, sort_field, low=None, high=None):
    """Return one page of (time, id, thing) rows: things, token."""
    size = page_size(call, 1, 100, 20)
    if sort_field:
        choice(call, "sort_field", (sort_field,))
    order = choice(call, "sort_order", ORDERS, "ASC")
    rows = window(sorted(rows, key=lambda row: row[:2]), low, high)
    return page(call, rows, size, order == "DESC")


def between(call, name):
    """Return the bounds of a half-open window of the query."""
    return integer(call, f"{name}_ge"), integer(call, f"{name}_lt")


@endpoint("GET", "/finance/202309/statements", scope=SCOPE)
def list_statements(call):
    """The statements of the shop, one per day with something settled."""
    bounds = between(call, "statement_time")
    ledger = ledger_of(call.box, call.shop)
    rows = [(row.time, row.id, row) for row in ledger.ordered()]
    status = call.query.get("payment_status")
    if status:
        rows = [row for row in rows if payment_status(call.shop, row[2]) == status]
    found, token = finance_page(call, rows, "statement_time", *bounds)
    return {
        "next_page_token": token,
        "statements": [spoil.head(row, _statement(call.shop, row)) for row in found],
    }


def _statement(shop, statement):
    """One statement; in SEA its fees contain the shipping costs."""
    money, sea = shop.market.money, is_sea(shop)
    payment = statement.payment
    fees = statement.fees + statement.shipping if sea else statement.fees
    row = {
        "id": statement.id,
        "statement_time": statement.time,
        "currency": shop.market.currency,
        "settlement_amount": money(statement.amount),
        "revenue_amount": money(statement.revenue),
        "fee_amount": money(fees),
        "adjustment_amount": money(statement.adjustment),
        "payment_status": payment_status(shop, statement),
        "payment_id": payment.id if payment else "",
    }
    if not sea:
        row["net_sales_amount"] = money(statement.revenue)
        row["shipping_cost_amount"] = money(statement.shipping)
    if payment and payment.paid_time:
        row["payment_time"] = payment.paid_time
    return row


@endpoint(
    "GET",
    "/finance/202501/statements/{statement_id}/statement_transactions",
    scope=SCOPE,
)
def statement_transactions(call, statement_id):
    """The orders, adjustments and reserves of one statement."""
    statement = ledger_of(call.box, call.shop).statements.get(statement_id)
    if statement is None:
        raise parameter("StatementId is invalid")
    market = call.shop.market
    money = market.money
    rows = sorted(
        ((row.time, row.id, row) for row in statement.rows), key=lambda row: row[:2]
    )
    rows = spoil.rows(statement, rows)
    found, token = finance_page(call, rows, "order_create_time")
    answer = {
        "next_page_token": token,
        "id": statement.id,
        "create_time": statement.time,
        "status": "SETTLED",
        "currency": market.currency,
        "payable_amount": money(statement.payable),
        "total_reserve_amount": money(statement.reserve),
        "total_settlement_amount": money(statement.amount),
        "total_settlement_breakdown": {
            "total_revenue_amount": money(statement.revenue),
            "total_shipping_cost_amount": money(statement.shipping),
            "total_fee_tax_amount": money(statement.fees),
            "total_adjustment_amount": money(statement.adjustment),
        },
        "total_count": len(statement.rows),
        "transactions": [transaction(market, row) for row in found],
    }
    return spoil.detail(statement, answer)


@endpoint(
    "GET", "/finance/202501/orders/{order_id}/statement_transactions", scope=SCOPE
)
def order_transactions(call, order_id):
    """What one order settled for, not paged; no rows before it settles.

    One row per SKU and statement; what belongs to no SKU is split by list price.
    """
    order, market = own_order(call, order_id), call.shop.market
    answer = {"order_id": order.id, "currency": market.currency}
    rows = ledger_of(call.box, call.shop).rows_of.get(order.id, [])
    if not rows:
        return {**answer, "sku_transactions": [], "total_count": 0}

    def total(name):
        return market.money(sum(getattr(row, name) for _statement, row in rows))

    parts = [
        _sku_row(market, statement, unit, part)
        for statement, row in rows
        for unit, part in shares(row)
    ]
    return {
        **answer,
        "order_create_time": order.create_time,
        "revenue_amount": total("revenue"),
        "fee_and_tax_amount": total("fees"),
        "shipping_cost_amount": total("shipping"),
        "settlement_amount": total("amount"),
        "sku_transactions": parts,
        "total_count": len(parts),
    }


def _sku_row(market, statement, unit, part):
    return {
        "statement_id": statement.id,
        "sku_id": unit.sku_id,
        "sku_name": unit.sku_name,
        "product_name": unit.product_name,
        "quantity": str(unit.quantity),
        **columns(market, part),
    }
