"""What a buyer gets back for units of an order, in minor units, positive.

Source: TikTok Shop Partner API docs, Return and Refund reference: `refund_amount`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Amount:
    """What goes back: price, shipping fee, tax, and the buyer's fees of the market."""

    subtotal: int = 0
    shipping: int = 0
    tax: int = 0
    fees: int = 0

    @property
    def total(self):
        """All of it."""
        return self.subtotal + self.shipping + self.tax + self.fees

    def __add__(self, other):
        return Amount(
            self.subtotal + other.subtotal,
            self.shipping + other.shipping,
            self.tax + other.tax,
            self.fees + other.fees,
        )

    def show(self, market):
        """Return the amounts as the API writes them."""
        money = market.money
        return {
            "currency": market.currency,
            "refund_total": money(self.total),
            "refund_subtotal": money(self.subtotal),
            "refund_shipping_fee": money(self.shipping),
            "refund_tax": money(self.tax),
            "retail_delivery_fee": "0",
            "buyer_service_fee": money(self.fees),
        }


def minor(market, row, key):
    """Return an amount of a line or payment in minor units, 0 when unreadable."""
    try:
        return market.minor(float(row.get(key) or 0))
    except (AttributeError, TypeError, ValueError):
        return 0


def of_line(market, line):
    """Return what the buyer paid for one unit: its price after discounts, its tax."""
    taxes = line.get("item_tax") or ()
    tax = sum(minor(market, row, "tax_amount") for row in taxes)
    return Amount(minor(market, line, "sale_price"), 0, tax)


def of_lines(order, lines):
    """Return the amount of each unit, without the shipping fee."""
    return [of_line(order.shop.market, line) for line in lines]


def of_cancelled(order, lines, whole):
    """Return the amount of each unit that is cancelled.

    Nobody gets back what was not paid: an unpaid order, or one on delivery. With the
    last unit the shipping fee and the fees of the market go back too, as part of the
    first line.

    :param whole: no other unit of the order stays
    """
    if not order.doc.get("paid_time"):
        return [Amount() for _line in lines]
    amounts = of_lines(order, lines)
    if whole and amounts:
        amounts[0] += _rest(order, amounts)
    return amounts


def _rest(order, amounts):
    """Return what was paid beside the units that are and were cancelled."""
    market, paid = order.shop.market, order.doc.get("payment")
    before = [
        case.amount
        for case in order.cancellations
        if case.status.endswith(("SUCCESS", "COMPLETE"))
    ]
    gone = sum((*amounts, *before), Amount())
    shipping = minor(market, paid, "shipping_fee") - gone.shipping
    fees = minor(market, paid, "total_amount") - gone.total - shipping
    return Amount(0, max(0, shipping), 0, max(0, fees))


def split(total, amounts):
    """Share `total` out over `amounts` in their proportion; the last takes the rest."""
    whole = sum(amount.total for amount in amounts)
    parts, left = [], total
    for number, amount in enumerate(amounts, 1):
        part = total * amount.total // whole if whole else 0
        part = left if number == len(amounts) else part
        left -= part
        parts.append(Amount(part))
    return parts
