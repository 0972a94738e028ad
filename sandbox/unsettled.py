"""What has not settled yet: estimates, gone once it has.

Source: TikTok Shop Partner API docs, Finance reference: Get Unsettled Transactions.
"""

from .amounts import columns
from .finance import SCOPE, between, finance_page
from .ledger import DAY
from .router import endpoint
from .sale import sale
from .settlement import ledger_of, midnight
from .timeline import SHIPPED

# Keys of settled transactions that the answer does not know: no breakdown then.
_UNKNOWN = {
    "dt_handling_fee_amount",
    "epr_pob_service_fee_amount",
    "fee_per_item_sold_amount",
    "voucher_xtra_service_fee_amount",
    "cofunded_promotion_service_fee_amount",
    "pre_order_service_fee_amount",
    "campaign_resource_fee",
    "gmv_max_ad_fee_amount",
    "affiliate_commission_amount_before_pit",
    "iva_amount",
    "isr_amount",
    "local_vat_amount",
    "pit_amount",
    "article_22_income_tax_withheld",
}


@endpoint("GET", "/finance/202507/orders/unsettled", scope=SCOPE)
def unsettled(call):
    """Estimates for shipped orders and for adjustments that wait."""
    ledger, market = ledger_of(call.box, call.shop), call.shop.market
    orders = [(order.create_time, row.id, (order, row)) for order, row in open_(ledger)]
    waiting = [
        (one.due - DAY, one.about["id"], (None, one))
        for one in ledger.waiting
        if one.kind == "adjustment"
    ]
    bounds = between(call, "search_time")
    found, token = finance_page(call, orders + waiting, "order_create_time", *bounds)
    adjusted = sum(one.about["amount"] for _time, _id, (_none, one) in waiting)

    def total(name):
        return sum(getattr(row, name) for _time, _id, (_order, row) in orders)

    return {
        "next_page_token": token,
        "total_count": len(orders) + len(waiting),
        "sum_est_settlement_amount": market.money(total("amount") + adjusted),
        "sum_est_revenue_amount": market.money(total("revenue")),
        "sum_est_fee_amount": market.money(total("fees")),
        "sum_est_adjustment_amount": market.money(adjusted),
        "transactions": [
            _estimate(market, order, row) if order else _adjustment(market, row)
            for order, row in found
        ],
    }


def open_(ledger):
    """Return (order, estimated transaction) of the shipped orders not settled."""
    found = []
    for order in ledger.shop.orders.values():
        if order.status not in SHIPPED or order.id in ledger.sales or order.broken:
            continue
        number = ledger.order_number(order.id)
        try:
            row = order.estimate(
                lambda order=order, number=number: sale(ledger, order, number)
            )
        except (KeyError, TypeError, ValueError):
            continue
        found.append((order, row))
    return found


def _estimate(market, order, row):
    delivered = order.doc.get("delivery_time")
    settles = midnight(order.completed) if order.completed else None
    if delivered and not settles:
        settles = delivered + 8 * DAY
    answer = {
        "id": row.id,
        "type": "ORDER",
        "status": "UNSETTLED",
        "currency": market.currency,
        "order_id": order.id,
        "order_create_time": order.create_time,
        "estimated_settlement": str(settles) if settles else "Delivered + 8 days",
        "unsettled_reason": "Waiting for the after-sales period to end"
        if settles
        else "Waiting for delivery",
        "est_adjustment_amount": "0",
        "est_settlement_amount": market.money(row.amount),
        "est_revenue_amount": market.money(row.revenue),
        "est_shipping_cost_amount": market.money(row.shipping),
        "est_fee_tax_amount": market.money(row.fees),
        **_breakdowns(market, row),
    }
    if delivered:
        answer["order_delivery_time"] = delivered
    return answer


def _breakdowns(market, row):
    """Return what the estimate is made of: what is not zero, in known keys."""
    full = columns(market, row)
    fees = {
        name: {key: text for key, text in part.items() if text != "0"}
        for name, part in full["fee_tax_breakdown"].items()
    }
    found = {
        "revenue_breakdown": full["revenue_breakdown"],
        "shipping_cost_breakdown": {
            key: text
            for key, text in full["shipping_cost_breakdown"].items()
            if text != "0" and key != "supplementary_component"
        },
    }
    if not any(_UNKNOWN & set(part) for part in fees.values()):
        found["fee_tax_breakdown"] = fees
    return found


def _adjustment(market, one):
    amount = market.money(one.about["amount"])
    return {
        "id": one.about["id"],
        "type": one.about["type"],
        "status": "UNSETTLED",
        "currency": market.currency,
        "adjustment_id": one.about["adjustment_id"],
        "adjustment_order_id": one.order_id,
        "estimated_settlement": str(one.due),
        "unsettled_reason": "Waiting for the next statement",
        "est_adjustment_amount": amount,
        "est_settlement_amount": amount,
        "est_revenue_amount": "0",
        "est_shipping_cost_amount": "0",
        "est_fee_tax_amount": "0",
    }
