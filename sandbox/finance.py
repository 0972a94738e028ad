"""Statements, their transactions, transactions of an order, payments, withdrawals.

Source: TikTok Shop Partner API docs, Finance reference: Get Statements, Get
Transactions by Statement, Get Transactions by Order, Get Payments, Get Withdrawals,
Get Unsettled Transactions.
"""

from .errors import parameter
from .orders import own_order
from .paging import choice, integer, page, page_size, window
from .router import endpoint
from .settlement import DAY, TAX_KEYS, settle, statements

SCOPE = "seller.finance.info"
ORDERS = ("ASC", "DESC")
WITHDRAWALS = ("WITHDRAW", "SETTLE", "TRANSFER", "REVERSE")


def _page(call, rows, sort_field, low=None, high=None):
    """Return one page of (time, id, thing) rows: things, token."""
    size = page_size(call, 1, 100, 20)
    if sort_field:
        choice(call, "sort_field", (sort_field,))
    order = choice(call, "sort_order", ORDERS, "ASC")
    rows = window(sorted(rows, key=lambda row: row[:2]), low, high)
    return page(call, rows, size, order == "DESC")


def _between(call, name):
    return integer(call, f"{name}_ge"), integer(call, f"{name}_lt")


@endpoint("GET", "/finance/202309/statements", scope=SCOPE)
def list_statements(call):
    """The statements of the shop, one per day with something settled."""
    bounds = _between(call, "statement_time")
    rows = [(s.time, s.id, s) for s in statements(call.box, call.shop)]
    status = call.query.get("payment_status")
    if status:
        rows = [row for row in rows if _status(call, row[2]) == status]
    found, token = _page(call, rows, "statement_time", *bounds)
    return {
        "next_page_token": token,
        "statements": [_statement(call, statement) for statement in found],
    }


def _status(call, statement):
    if statement.time + 2 * DAY > call.now:
        return "PROCESSING"
    return "SETTLED" if call.shop.market.block == "SEA" else "PAID"


def _statement(call, statement):
    """One statement; in SEA its fees contain the shipping costs."""
    market = call.shop.market
    money, sea = market.money, market.block == "SEA"
    status = _status(call, statement)
    shipping, fees = statement.total("shipping"), statement.total("fees")
    row = {
        "id": statement.id,
        "statement_time": statement.time,
        "currency": market.currency,
        "settlement_amount": money(statement.amount),
        "revenue_amount": money(statement.total("revenue")),
        "fee_amount": money(fees + shipping if sea else fees),
        "adjustment_amount": money(statement.adjustment),
        "payment_status": status,
        "payment_id": "" if status == "PROCESSING" else statement.payment_id,
    }
    if not sea:
        row["net_sales_amount"] = money(statement.total("revenue"))
        row["shipping_cost_amount"] = money(shipping)
    if status != "PROCESSING":
        row["payment_time"] = statement.time + DAY
    return row


@endpoint(
    "GET",
    "/finance/202501/statements/{statement_id}/statement_transactions",
    scope=SCOPE,
)
def statement_transactions(call, statement_id):
    """The orders and adjustments of one statement."""
    known = {s.id: s for s in statements(call.box, call.shop)}
    statement = known.get(statement_id)
    if statement is None:
        raise parameter("StatementId is invalid")
    money = call.shop.market.money
    rows = [(row.order.create_time, row.id, row) for row in statement.rows]
    if statement.adjustment:
        rows.append((statement.time, statement.adjustment_id, None))
    found, token = _page(call, rows, "order_create_time")
    return {
        "next_page_token": token,
        "id": statement.id,
        "create_time": statement.time,
        "status": "SETTLED",
        "currency": call.shop.market.currency,
        "payable_amount": money(statement.amount),
        "total_reserve_amount": "0",
        "total_settlement_amount": money(statement.amount),
        "total_settlement_breakdown": {
            "total_revenue_amount": money(statement.total("revenue")),
            "total_shipping_cost_amount": money(statement.total("shipping")),
            "total_fee_tax_amount": money(statement.total("fees")),
            "total_adjustment_amount": money(statement.adjustment),
        },
        "total_count": len(rows),
        "transactions": [
            _transaction(call.shop.market, row)
            if row
            else _adjustment(call.shop.market, statement)
            for row in found
        ],
    }


def _transaction(market, row):
    return {
        "id": row.id,
        "type": "ORDER",
        "order_id": row.order.id,
        "order_create_time": row.order.create_time,
        "adjustment_amount": "0",
        **_amounts(market, row),
        "supplementary_component": {
            "customer_payment_amount": row.order.doc["payment"]["total_amount"],
            "customer_refund_amount": "0",
            "platform_discount_amount": market.money(-row.platform),
            "platform_discount_refund_amount": "0",
        },
    }


def _amounts(market, row):
    """The amounts of a settled order and what they are made of."""
    money = market.money
    return {
        "settlement_amount": money(row.amount),
        "revenue_amount": money(row.revenue),
        "revenue_breakdown": {
            "subtotal_before_discount_amount": money(row.listed),
            "seller_discount_amount": money(-row.seller),
            "refund_subtotal_before_discount_amount": "0",
            "seller_discount_refund_amount": "0",
        },
        "shipping_cost_amount": money(row.shipping),
        "shipping_cost_breakdown": {
            "actual_shipping_fee_amount": money(row.actual_shipping),
            "shipping_fee_discount_amount": money(row.shipping_discount),
            "customer_paid_shipping_fee_amount": money(row.paid_shipping),
            "return_shipping_fee_amount": "0",
        },
        "fee_tax_amount": money(row.fees),
        "fee_tax_breakdown": {
            "fee": {
                "platform_commission_amount": money(row.commission),
                "transaction_fee_amount": money(row.transaction),
            },
            "tax": {TAX_KEYS.get(market.code, "vat_amount"): money(row.tax)},
        },
    }


def _adjustment(market, statement):
    amount = market.money(statement.adjustment)
    return {
        "id": statement.adjustment_id,
        "type": "PLATFORM_REIMBURSEMENT",
        "adjustment_id": statement.adjustment_id,
        "adjustment_order_id": "",
        "adjustment_amount": amount,
        "settlement_amount": amount,
        "revenue_amount": "0",
        "shipping_cost_amount": "0",
        "fee_tax_amount": "0",
    }


@endpoint(
    "GET", "/finance/202501/orders/{order_id}/statement_transactions", scope=SCOPE
)
def order_transactions(call, order_id):
    """What one order settled for, not paged; no rows before it settles.

    The sandbox settles an order as one row under its first SKU.
    """
    order = own_order(call, order_id)
    market = call.shop.market
    head = {"order_id": order.id, "currency": market.currency}
    for statement in statements(call.box, call.shop):
        for row in statement.rows:
            if row.order is order:
                return {**head, **_settled_order(market, statement, row)}
    return {**head, "sku_transactions": [], "total_count": 0}


def _settled_order(market, statement, row):
    line = row.order.lines[0]
    sku_row = {
        "statement_id": statement.id,
        "sku_id": line["sku_id"],
        "sku_name": line["sku_name"],
        "product_name": line["product_name"],
        "quantity": str(len(row.order.lines)),
        **_amounts(market, row),
    }
    return {
        "order_create_time": row.order.create_time,
        "revenue_amount": market.money(row.revenue),
        "fee_and_tax_amount": market.money(row.fees),
        "shipping_cost_amount": market.money(row.shipping),
        "settlement_amount": market.money(row.amount),
        "sku_transactions": [sku_row],
        "total_count": 1,
    }


@endpoint("GET", "/finance/202605/payments", scope=SCOPE)
def payments(call):
    """One payment per statement paid; SEA shops have withdrawals instead."""
    rows = []
    if call.shop.market.block != "SEA":
        paid = [
            s for s in statements(call.box, call.shop) if _status(call, s) == "PAID"
        ]
        rows = [(s.time, s.payment_id, s) for s in paid]
    bounds = _between(call, "create_time")
    found, token = _page(call, rows, "create_time", *bounds)
    return {"next_page_token": token, "payments": [_payment(call, s) for s in found]}


def _payment(call, statement):
    market = call.shop.market
    amount = {"value": market.money(statement.amount), "currency": market.currency}
    return {
        "id": statement.payment_id,
        "create_time": statement.time,
        "paid_time": statement.time + DAY,
        "status": "PAID",
        "amount": amount,
        "settlement_amount": amount,
        "payment_amount_before_exchange": amount,
        "exchange_rate": "1.000000",
        "bank_account": "***********1234",
    }


@endpoint("GET", "/finance/202309/withdrawals", scope=SCOPE)
def withdrawals(call):
    """Money that came from statements into the seller's balance."""
    types = [text for text in call.query.get("types", "").split(",") if text]
    if not types:
        raise parameter("Types is a required field")
    if not set(types) <= set(WITHDRAWALS):
        raise parameter("Types is invalid")
    rows = []
    if "SETTLE" in types:
        done = [
            s
            for s in statements(call.box, call.shop)
            if _status(call, s) != "PROCESSING"
        ]
        rows = [(s.time + DAY, f"W{s.id}", s) for s in done]
    bounds = _between(call, "create_time")
    found, token = _page(call, rows, None, *bounds)
    money, currency = call.shop.market.money, call.shop.market.currency
    return {
        "next_page_token": token,
        "total_count": len(rows),
        "withdrawals": [
            {
                "id": f"W{s.id}",
                "type": "SETTLE",
                "amount": money(s.amount),
                "currency": currency,
                "status": "SUCCESS",
                "create_time": s.time + DAY,
            }
            for s in found
        ],
    }


@endpoint("GET", "/finance/202507/orders/unsettled", scope=SCOPE)
def unsettled(call):
    """Estimates for orders on their way or in their after-sales window."""
    rows = [
        (order.create_time, order.id, settle(order))
        for order in call.shop.orders.values()
        if order.status in ("IN_TRANSIT", "DELIVERED") and not order.broken
    ]
    bounds = _between(call, "search_time")
    found, token = _page(call, rows, "order_create_time", *bounds)
    market = call.shop.market

    def total(name):
        return market.money(sum(getattr(row[2], name) for row in rows))

    return {
        "next_page_token": token,
        "total_count": len(rows),
        "sum_est_settlement_amount": total("amount"),
        "sum_est_revenue_amount": total("revenue"),
        "sum_est_fee_amount": total("fees"),
        "sum_est_adjustment_amount": "0",
        "transactions": [_estimate(market, row) for row in found],
    }


def _estimate(market, row):
    doc = row.order.doc
    delivered = doc.get("delivery_time")
    estimate = {
        "id": row.id,
        "type": "ORDER",
        "status": "UNSETTLED",
        "currency": market.currency,
        "order_id": row.order.id,
        "order_create_time": row.order.create_time,
        "estimated_settlement": str(delivered + 8 * DAY)
        if delivered
        else "Delivered + 8 days",
        "unsettled_reason": "Waiting for the after-sales period to end"
        if delivered
        else "Waiting for delivery",
        "est_adjustment_amount": "0",
        "est_settlement_amount": market.money(row.amount),
        "est_revenue_amount": market.money(row.revenue),
        "est_shipping_cost_amount": market.money(row.shipping),
        "est_fee_tax_amount": market.money(row.fees),
    }
    if delivered:
        estimate["order_delivery_time"] = delivered
    return estimate
