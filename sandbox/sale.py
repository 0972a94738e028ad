"""The transaction of an order: what was sold, what was refunded, what it costs."""

import random
from dataclasses import dataclass, field

from .amounts import ZEROS
from .fees import COD_FEE, of_refund, of_sale
from .ledger import Transaction, Unit

SOLD, OFF = "subtotal_before_discount_amount", "seller_discount_amount"
BACK, OFF_BACK = (
    "refund_subtotal_before_discount_amount",
    "seller_discount_refund_amount",
)
GOODS = (SOLD, OFF, BACK, OFF_BACK)
COD, COD_BACK = "cod_service_fee_amount", "refund_cod_service_fee_amount"
ACTUAL, DISCOUNT = "actual_shipping_fee_amount", "shipping_fee_discount_amount"
PAID, RETURN = "customer_paid_shipping_fee_amount", "return_shipping_fee_amount"


@dataclass
class Refund:
    """What a buyer gets back, in minor units, positive.

    :ivar lines: {SKU id: [units, list prices, seller's discounts]}
    :ivar listed: list prices; `seller`, `platform`: discounts of theirs
    :ivar shipping: what of the shipping fee goes back
    """

    time: int
    listed: int
    seller: int
    platform: int
    shipping: int
    line_ids: tuple
    lines: dict = field(default_factory=dict)
    settled: bool = False

    @property
    def goods(self):
        """What the seller gives back of the goods."""
        return self.listed - self.seller


def minor(order, row, key):
    """Return an amount of a line, or of the payment, in minor units."""
    return order.shop.market.minor(float(row.get(key) or 0))


def sold_lines(order):
    """Return the lines that were not cancelled."""
    return [line for line in order.lines if line["display_status"] != "CANCELLED"]


def by_sku(order, lines):
    """Return {SKU id: (first line, units, list prices, seller's discounts)}."""
    found = {}
    for line in lines:
        row = found.setdefault(line.get("sku_id", ""), [line, 0, 0, 0])
        row[1] += 1
        row[2] += minor(order, line, "original_price")
        row[3] += minor(order, line, "seller_discount")
    return found


def sale(ledger, order, number):
    """Return the transaction that settles `order`, with refunds until now.

    :raise KeyError, TypeError, ValueError: for an order without readable amounts
    """
    market, paid = order.shop.market, order.doc["payment"]
    units = [
        _unit(first, count, {SOLD: listed, OFF: -seller})
        for first, count, listed, seller in by_sku(order, sold_lines(order)).values()
    ]
    refunds = [refund for refund in order.refunds if not refund.settled]
    for refund in refunds:
        _take_back(units, refund)
    revenue = _added(unit.revenue for unit in units)
    if order.doc.get("is_cod") and market.code in COD_FEE:
        revenue[COD] = -market.minor(COD_FEE[market.code])
    goods = sum(revenue.get(key, 0) for key in GOODS)
    shipping_paid = minor(order, paid, "shipping_fee")
    shipping_back = sum(refund.shipping for refund in refunds)
    shipping, notes = _shipping(order, shipping_paid - shipping_back, shipping_back)
    count = sum(unit.quantity for unit in units)
    fee, tax = of_sale(order, goods, shipping_paid, count)
    fee |= ledger.fees.get(order.id, {})
    sections = {"revenue": revenue, "shipping": shipping, "fee": fee, "tax": tax}
    platform = sum(minor(order, row, "platform_discount") for row in sold_lines(order))
    return Transaction(
        number,
        "ORDER",
        order.create_time,
        order.id,
        sections,
        units,
        {
            "customer_payment_amount": minor(order, paid, "total_amount"),
            "customer_refund_amount": -sum(_to_buyer(row) for row in refunds),
            "platform_discount_amount": -platform,
            "platform_discount_refund_amount": sum(row.platform for row in refunds),
        },
        notes,
        _absent(number, sections),
    )


def _to_buyer(refund):
    return refund.goods - refund.platform + refund.shipping


def _unit(line, count, revenue):
    return Unit(
        line.get("sku_id", ""),
        line.get("sku_name", ""),
        line.get("product_name", ""),
        count,
        max(0, revenue.get(SOLD, 0)),
        revenue,
    )


def _take_back(units, refund):
    """Put a refund beside what its SKUs were sold for; without SKUs beside all."""
    known = {unit.sku_id: unit for unit in units}
    if not refund.lines and units:
        units[0].revenue[BACK] = units[0].revenue.get(BACK, 0) - refund.listed
        units[0].revenue[OFF_BACK] = units[0].revenue.get(OFF_BACK, 0) + refund.seller
    for sku_id, (_count, listed, seller) in refund.lines.items():
        row = known.get(sku_id, units[0]).revenue
        row[BACK] = row.get(BACK, 0) - listed
        row[OFF_BACK] = row.get(OFF_BACK, 0) + seller


def _added(rows):
    total = {}
    for row in rows:
        for key, amount in row.items():
            total[key] = total.get(key, 0) + amount
    return total


def _shipping(order, paid, back):
    """Return the shipping costs of a sale and the notes beside them.

    Only what TikTok ships has a carrier's price; `back` went back to the buyer.
    """
    payment = order.doc["payment"]
    by_tiktok = order.doc.get("shipping_type") == "TIKTOK"
    actual = -minor(order, payment, "original_shipping_fee") if by_tiktok else 0
    discount = minor(order, payment, "shipping_fee_platform_discount")
    costs = {ACTUAL: actual, DISCOUNT: discount, PAID: paid}
    by_seller = minor(order, payment, "shipping_fee_seller_discount")
    return costs, {
        "platform_shipping_fee_discount_amount": discount,
        "seller_shipping_fee_discount_amount": -by_seller,
        "fbt_shipping_cost_amount" if order.fbt else "fbm_shipping_cost_amount": actual,
        "refunded_customer_shipping_fee_amount": -back,
    }


def given_back(ledger, order, refund, number):
    """Return the transaction of a refund after the order settled.

    It has no sale: goods back, shipping back where it is refunded, the way back where
    TikTok carried it, and commissions given back.
    """
    before = ledger.sales[order.id]
    rows = by_sku(order, order.lines)
    if refund.lines:
        units = [_unit(rows[key][0], row[0], {}) for key, row in refund.lines.items()]
    else:
        units = [_unit(next(iter(rows.values()))[0], 1, {})]
    _take_back(units, refund)
    for unit in units:
        unit.weight = -unit.revenue.get(BACK, 0)
    revenue = _added(unit.revenue for unit in units)
    sold = before.sections["revenue"]
    goods = sum(sold.get(key, 0) for key in GOODS)
    if sold.get(COD) and refund.goods == goods:
        revenue[COD_BACK] = -sold[COD]
    fee, tax = of_refund(
        ledger.shop.market, before.sections["fee"], goods, refund.goods
    )
    fee |= ledger.fees.get(order.id, {})
    shipping = {PAID: -refund.shipping}
    carried = order.doc.get("shipping_type") == "TIKTOK" and refund.lines
    if carried and random.Random(int(number)).random() < 0.5:
        fee_back = minor(order, order.doc["payment"], "original_shipping_fee")
        shipping[RETURN] = -fee_back
    sections = {"revenue": revenue, "shipping": shipping, "fee": fee, "tax": tax}
    return Transaction(
        number,
        "ORDER",
        order.create_time,
        order.id,
        sections,
        units,
        {
            "customer_refund_amount": -_to_buyer(refund),
            "platform_discount_refund_amount": refund.platform,
        },
        {"refunded_customer_shipping_fee_amount": -refund.shipping},
        _absent(number, sections),
    )


def _absent(number, sections):
    """Choose documented keys that are left out of a third of the transactions."""
    rng = random.Random(int(number))
    if rng.random() < 0.67:
        return frozenset()
    keys = [key for name in ZEROS for key in ZEROS[name]]
    used = {key for row in sections.values() for key, amount in row.items() if amount}
    return frozenset(set(rng.sample(keys, 5)) - used)
