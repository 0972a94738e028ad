"""What orders settle for: fees, taxes, statements.

Costs are negative, as in every live answer: settlement is revenue plus shipping cost
plus fees and taxes plus adjustments. Rates are invented. Source: TikTok Shop Partner
API docs, Finance reference.
"""

from dataclasses import dataclass

DAY = 86400
COMMISSION, TRANSACTION, TAX = 450, 218, 800  # hundredths of a per cent
TAX_KEYS = {"MY": "sst_amount", "SG": "gst_amount", "MX": "iva_amount"}
_STATEMENT = 7_238_804_564_097_500_000
_TRANSACTION = 1_636_700_041_413_000_000
_PAYMENT = 3_459_275_187_040_200_000


@dataclass
class Settled:
    """The settlement of one order, in minor units."""

    order: object
    listed: int
    seller: int
    platform: int
    actual_shipping: int
    paid_shipping: int
    shipping_discount: int
    commission: int
    transaction: int
    tax: int

    @property
    def revenue(self):
        """List prices less the seller's discounts."""
        return self.listed - self.seller

    @property
    def shipping(self):
        """The carrier's price, the buyer's share and TikTok's share together."""
        return self.actual_shipping + self.paid_shipping + self.shipping_discount

    @property
    def fees(self):
        """Fees and taxes together, negative."""
        return self.commission + self.transaction + self.tax

    @property
    def amount(self):
        """What the seller gets."""
        return self.revenue + self.shipping + self.fees

    @property
    def id(self):
        """The transaction id, always the same for an order."""
        return str(_TRANSACTION + int(self.order.id) % 10**9)


def settle(order):
    """Return the `Settled` of an order, cancelled units left out."""
    market = order.shop.market

    def total(key):
        return sum(
            market.minor(float(line[key]))
            for line in order.lines
            if line["display_status"] != "CANCELLED"
        )

    def paid(key):
        return market.minor(float(order.doc["payment"].get(key) or 0))

    listed, seller = total("original_price"), total("seller_discount")
    by_tiktok = order.doc.get("shipping_type") == "TIKTOK"
    revenue = listed - seller
    commission = -(revenue * COMMISSION // 10_000)
    transaction = -(revenue * TRANSACTION // 10_000)
    return Settled(
        order,
        listed,
        seller,
        total("platform_discount"),
        -paid("original_shipping_fee") if by_tiktok else 0,
        paid("shipping_fee"),
        paid("shipping_fee_platform_discount"),
        commission,
        transaction,
        (commission + transaction) * TAX // 10_000,
    )


@dataclass
class Statement:
    """One day of one shop: made at `time`, 00:00 UTC, of the day before."""

    shop: object
    time: int
    rows: list

    @property
    def id(self):
        """The statement id, the same whenever it is computed."""
        return str(_STATEMENT + self.time // DAY * 100 + int(self.shop.id) % 89)

    @property
    def payment_id(self):
        """The id of the payment of this statement."""
        return str(_PAYMENT + self.time // DAY * 100 + int(self.shop.id) % 89)

    @property
    def adjustment(self):
        """A reimbursement every third day, in minor units."""
        if self.time // DAY % 3:
            return 0
        return self.shop.market.minor(self.shop.market.prices[0])

    @property
    def adjustment_id(self):
        """The transaction id of the adjustment."""
        return str(_TRANSACTION + 10**12 + int(self.id) % 10**9)

    def total(self, name):
        """Sum `revenue`, `shipping`, `fees` or `amount` over the orders."""
        return sum(getattr(row, name) for row in self.rows)

    @property
    def amount(self):
        """What the statement pays."""
        return self.total("amount") + self.adjustment


def statements(box, shop):
    """Return the statements of `shop` until now, by time."""
    days = {}
    for order in shop.orders.values():
        if order.status == "COMPLETED" and not order.broken:
            day = order.update_time // DAY * DAY + DAY
            if day <= box.now():
                days.setdefault(day, []).append(settle(order))
    return [
        Statement(shop, day, sorted(rows, key=lambda row: row.order.create_time))
        for day, rows in sorted(days.items())
    ]
