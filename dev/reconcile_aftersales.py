"""Hold TikTok's cases against Odoo's, without the addon's own code.

Cases and answers are counted on both sides, units that came back against Odoo's stock
moves, and what goes back of each order against the posted credit notes.
"""

import dataclasses
from collections import defaultdict
from decimal import Decimal

from .reconcile_money import Query

ZERO = Decimal()
KINDS = ("cancellation", "return")


@dataclasses.dataclass
class Case:
    """One case of TikTok's, and everything Odoo has of it.

    ``rows`` counts its records. ``told`` are the answers TikTok took by its API, per
    decision, ``answered`` those that Odoo says it gave. ``arrived`` are the units whose
    parcel came back, ``received`` those that moves of Odoo's brought from the buyer.
    """

    kind: str
    remote_id: str
    order_id: str
    rows: int
    told: list[int]
    answered: int
    arrived: int = 0
    received: Decimal = ZERO

    @property
    def is_twice(self) -> bool:
        """Whether TikTok took the same answer more than once."""
        return any(count > 1 for count in self.told)


@dataclasses.dataclass
class Refund:
    """What goes back of one order, in its currency: on TikTok, and as credited."""

    order_id: str
    currency: str
    refunded: Decimal
    credited: Decimal


@dataclasses.dataclass
class Verdict:
    """The counts of the demo's line after the sale; amounts in one currency.

    ``unheard`` are answers of which only one side knows.
    """

    cancellations: int
    returns: int
    in_odoo: int
    missing: int
    duplicated: int
    answered: int
    twice: int
    unheard: int
    came: int
    received: Decimal
    goods_off: Decimal
    credited: Decimal
    refunded: Decimal
    money_off: Decimal

    @property
    def good(self) -> bool:
        """Whether every case is there once, answered once, received and credited."""
        found = self.cancellations and self.returns and self.answered and self.came
        wrong = self.missing + self.duplicated + self.twice + self.unheard
        return bool(found and self.refunded) and not (
            wrong or self.goods_off or self.money_off
        )


def judge(
    cases: list[Case], refunds: list[Refund], rates: dict[str, str] | None = None
) -> Verdict:
    """Count what the demo promises.

    :param rates: units of a currency for one of the company's; 1 where none is given.
        What is off is added up whatever the currency: it has to be nothing.
    """
    rates = rates or {}

    def total(name: str) -> Decimal:
        amounts = [
            getattr(row, name) / Decimal(rates.get(row.currency, "1"))
            for row in refunds
        ]
        return sum(amounts, ZERO).quantize(Decimal("0.01"))

    return Verdict(
        cancellations=sum(case.kind == KINDS[0] for case in cases),
        returns=sum(case.kind == KINDS[1] for case in cases),
        in_odoo=sum(case.rows > 0 for case in cases),
        missing=sum(not case.rows for case in cases),
        duplicated=sum(case.rows > 1 for case in cases),
        answered=sum(sum(case.told) for case in cases),
        twice=sum(case.is_twice for case in cases),
        unheard=sum(abs(sum(case.told) - case.answered) for case in cases),
        came=sum(case.arrived for case in cases),
        received=sum((case.received for case in cases), ZERO),
        goods_off=sum((abs(case.arrived - case.received) for case in cases), ZERO),
        credited=total("credited"),
        refunded=total("refunded"),
        money_off=sum((abs(row.refunded - row.credited) for row in refunds), ZERO),
    )


def differences(cases: list[Case], refunds: list[Refund]) -> list[str]:
    """Name what is not as it should be, for people who look for the reason."""
    found = [
        f"{case.kind} {case.remote_id} of order {case.order_id}: {case.rows} in Odoo, "
        f"answers {case.told} on TikTok Shop and {case.answered} in Odoo, "
        f"{case.arrived} units came back, {case.received} received"
        for case in cases
        if case.rows != 1
        or case.is_twice
        or sum(case.told) != case.answered
        or case.arrived != case.received
    ]
    return found + [
        f"order {row.order_id}: {row.refunded} {row.currency} refunded, "
        f"{row.credited} credited"
        for row in refunds
        if row.refunded != row.credited
    ]


def cases(query: Query, state: dict) -> list[Case]:
    """Put every case of the sandbox's ``state`` beside what Odoo has of it.

    Left out is what was cancelled of orders that Odoo never saw.

    :param query: runs SQL on Odoo's database.
    """
    rows, answered = _counts(query(_CASES)), _counts(query(_ANSWERS))
    received = {row[0]: Decimal(row[1]) for row in query(_RECEIVED)}
    known = {row[0] for row in query(_MIRRORS)}
    return [
        Case(
            kind,
            remote_id,
            case["order_id"],
            rows.get((kind, remote_id), 0),
            list(case["answers"].values()),
            answered.get((kind, remote_id), 0),
            _arrived(case, state),
            received.get(remote_id, ZERO) if kind == KINDS[1] else ZERO,
        )
        for kind in KINDS
        for remote_id, case in state[f"{kind}s"].items()
        if kind == KINDS[1] or case["action"] or case["order_id"] in known
    ]


def refunds(query: Query, state: dict) -> list[Refund]:
    """Put what goes back of orders with returns beside what is credited of them.

    Left out are orders that Odoo does not have.
    """
    known = {row[0]: row[1] for row in query(_ORDERS)}
    credited: dict[str, Decimal] = defaultdict(Decimal)
    for order_id, amount in query(_CREDITED):
        credited[order_id] += Decimal(amount)
    with_returns = {case["order_id"] for case in state["returns"].values()}
    return [
        Refund(
            order_id, known[order_id], _refunded(state, order_id), credited[order_id]
        )
        for order_id in sorted(with_returns & set(known))
    ]


def _refunded(state: dict, order_id: str) -> Decimal:
    """Return what the seller gives back of an order."""
    return sum(
        (
            Decimal(row["goods"]) + Decimal(row["shipping"])
            for row in state["orders"][order_id]["refunds"]
        ),
        ZERO,
    )


def _arrived(case: dict, state: dict) -> int:
    """Return the units that came back to the seller: not to TikTok's own warehouse."""
    order = state["orders"].get(case["order_id"], {})
    if case.get("arrived") is None or order.get("fbt"):
        return 0
    return len(case["line_ids"])


def _counts(rows: list[list[str]]) -> dict[tuple[str, str], int]:
    return {(kind, remote_id): int(count) for kind, remote_id, count in rows}


_CASES = """
    SELECT 'cancellation', remote_id, COUNT(*) FROM tts_cancellation GROUP BY 1, 2
     UNION ALL
    SELECT 'return', remote_id, COUNT(*) FROM tts_return GROUP BY 1, 2
"""
_ANSWERS = """
    SELECT CASE WHEN return_id IS NULL THEN 'cancellation' ELSE 'return' END,
           case_remote_id, COUNT(*)
      FROM tts_answer WHERE state = 'done' GROUP BY 1, 2
"""
_RECEIVED = """
    SELECT tts_return.remote_id, SUM(move.quantity)
      FROM stock_move move
      JOIN stock_picking picking ON picking.id = move.picking_id
      JOIN tts_return ON tts_return.id = picking.tts_return_id
      JOIN stock_location origin ON origin.id = move.location_id
     WHERE move.state = 'done' AND origin.usage = 'customer'
     GROUP BY 1
"""
_MIRRORS = """
    SELECT remote_id FROM tts_order
"""
_ORDERS = """
    SELECT sale.client_order_ref, currency.name
      FROM sale_order sale JOIN res_currency currency ON currency.id = sale.currency_id
     WHERE sale.client_order_ref IS NOT NULL
"""
_CREDITED = """
    SELECT tts_order.remote_id, move.amount_total
      FROM account_move move JOIN tts_order ON tts_order.id = move.tts_order_id
     WHERE move.state = 'posted' AND move.move_type = 'out_refund'
"""
