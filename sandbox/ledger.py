"""What the sandbox remembers of the money of a shop; written once, never recomputed.

All amounts are minor units of the shop's currency with TikTok's sign: what the seller
gets is positive, costs are negative. A column is the sum of its breakdown, a settlement
the sum of its columns, a statement the sum of its transactions, by construction.
"""

from dataclasses import dataclass, field

from .fees import INFORMATIVE

DAY = 86400
COLUMNS = {"revenue": ("revenue",), "shipping": ("shipping",), "fees": ("fee", "tax")}
STATEMENT = 7_238_804_564_097_500_000
TRANSACTION = 1_636_700_041_413_000_000
PAYMENT = 3_459_275_187_040_200_000
RESERVE = 7_341_204_564_000_000_000
WITHDRAWAL = 202_601_000_000


@dataclass
class Unit:
    """The share of one SKU in a transaction.

    :ivar revenue: what of the revenue is exactly its own, by key
    """

    sku_id: str
    sku_name: str
    product_name: str
    quantity: int
    weight: int
    revenue: dict


@dataclass
class Transaction:
    """One transaction: an order, an adjustment or a reserve.

    :ivar type: ORDER, RESERVE or the type of the adjustment
    :ivar time: when the order was placed, or the transaction was thought of
    :ivar sections: {"revenue", "shipping", "fee", "tax"}: {key: amount}
    :ivar notes: supplementary amounts, `shipping_notes` those of the shipping costs
    :ivar absent: documented keys that it leaves out
    """

    id: str
    type: str
    time: int
    order_id: str = ""
    sections: dict = field(default_factory=dict)
    units: list = field(default_factory=list)
    notes: dict = field(default_factory=dict)
    shipping_notes: dict = field(default_factory=dict)
    absent: frozenset = frozenset()
    adjustment: int = 0
    adjustment_id: str = ""
    reserve: int = 0
    reserve_id: str = ""
    reserve_status: str = ""
    release_time: int = 0

    def __post_init__(self):
        for column, names in COLUMNS.items():
            setattr(self, column, sum(self._sum(name) for name in names))
        self.amount = self.revenue + self.shipping + self.fees + self.adjustment

    def _sum(self, section):
        return sum(
            amount
            for key, amount in self.sections.get(section, {}).items()
            if key not in INFORMATIVE
        )

    @property
    def kind(self):
        """One of "order", "reserve", "adjustment"."""
        known = {"ORDER": "order", "RESERVE": "reserve"}
        return known.get(self.type, "adjustment")


class Statement:
    """One day of one shop: made at `time`, 00:00 UTC.

    :ivar status: the payment status the control door gave it, "" for the true one
    :ivar spoil: in which way its answers are wrong on purpose, a key of `spoil`
    """

    def __init__(self, number, shop, time, rows):
        self.id = number
        self.shop = shop
        self.time = time
        self.rows = tuple(rows)
        self.status = ""
        self.spoil = ""
        self.payment = None
        for name in ("revenue", "shipping", "fees", "adjustment", "amount", "reserve"):
            setattr(self, name, sum(getattr(row, name) for row in self.rows))
        self.payable = self.amount + self.reserve


@dataclass
class Payment:
    """What TikTok pays for some statements; in SEA it goes to the seller's balance.

    :ivar automatic: whether time alone pays it
    :ivar amount: minor units of `currency`, after exchange at `rate`
    """

    id: str
    statements: tuple
    create_time: int
    paid_time: int
    status: str
    currency: str
    rate: str
    amount: int
    automatic: bool = True

    @property
    def settlement(self):
        """What the statements settle, without reserves."""
        return sum(statement.amount for statement in self.statements)

    @property
    def payable(self):
        """What they pay, before exchange."""
        return sum(statement.payable for statement in self.statements)


@dataclass
class Withdrawal:
    """One movement of a seller's balance in SEA."""

    id: str
    type: str
    amount: int
    status: str
    create_time: int


@dataclass
class Pending:
    """A transaction that waits for the statement of `due`; made then by `make`.

    :ivar kind: "refund", "adjustment" or "reserve"
    :ivar about: the refund, {"type", "amount", ...} of an adjustment, the reserve
    """

    kind: str
    due: int
    order_id: str
    about: object


class Ledger:
    """The money of one shop.

    :ivar sales: {order id: the transaction that settled it}
    :ivar waiting: the `Pending` ones, oldest first
    :ivar fees: {order id: {unknown key: amount}} for its next transaction
    :ivar reserves: {id: {"order_id", "amount", "status", "release_time"}}
    """

    def __init__(self, shop, number, taken):
        self.shop = shop
        self.number = number
        self.taken = taken
        self.statements = {}
        self.sales = {}
        self.rows_of = {}
        self.waiting = []
        self.fees = {}
        self.reserves = {}
        self.payments = []
        self.withdrawals = []
        self.numbers = {}
        self.odd = set()
        self.seen = None
        self.next_due = 0

    def claim(self, base, wish):
        """Return the free id next to `base + wish`; unique over all shops and days."""
        number = base + wish
        while number in self.taken:
            number += 1
        self.taken.add(number)
        return str(number)

    def order_number(self, order_id):
        """Return the id of the transaction that settles an order, settled or not."""
        if order_id not in self.numbers:
            self.numbers[order_id] = self.claim(TRANSACTION, int(order_id) % 10**9)
        return self.numbers[order_id]

    def next_number(self):
        """Return the id of any other transaction."""
        return self.claim(TRANSACTION, 10**12 + self.number * 10**9 + len(self.taken))

    @property
    def days(self):
        """The times of all statements."""
        return {statement.time for statement in self.statements.values()}

    def free_day(self, day):
        """Return `day`, or the next one without a statement."""
        taken = self.days
        while day in taken:
            day += DAY
        return day

    def add(self, day, rows):
        """Make, keep and return the statement of a free `day`."""
        wish = day // DAY * 1000 + self.number
        statement = Statement(self.claim(STATEMENT, wish), self.shop, day, rows)
        self.statements[statement.id] = statement
        for row in statement.rows:
            if row.type == "ORDER":
                self.rows_of.setdefault(row.order_id, []).append((statement, row))
        return statement

    def ordered(self):
        """Return the statements by time."""
        return sorted(self.statements.values(), key=lambda row: row.time)
