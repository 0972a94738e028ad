"""What a seller gives back for a case, and which settled refund it turns up in.

A buyer gets back what the buyer paid. What the seller loses is something else: the
platform's discount is the seller's money as well, the taxes and fees that TikTok keeps
are not. The settlement takes back list price less the seller's discount, see ``fees``;
a credit note has to come to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from .aftersale_rules import grants_refund, is_offer_accepted
from .money import ZERO, quantum
from .returns import Return

if TYPE_CHECKING:
    from .aftersales import Cancellation
    from .payloads import Order

MOST_TOGETHER = 6  # cases of one order that a single refund is looked for in


class UnitPrice(NamedTuple):
    """What a unit was sold for: to the seller (``net``), of it paid by TikTok."""

    net: Decimal
    platform_discount: Decimal


@dataclass(frozen=True, slots=True)
class Credit:
    """What the seller gives back, in ``currency`` (ISO 4217).

    ``units`` is {order line item id: amount}; ``whole`` names those whose whole price
    goes back. ``shipping`` is what the buyer had paid for it.
    """

    currency: str
    units: dict[str, Decimal]
    whole: frozenset[str]
    shipping: Decimal

    @property
    def goods(self) -> Decimal:
        """Return the part for goods."""
        return sum(self.units.values(), ZERO)

    @property
    def total(self) -> Decimal:
        """Return all of it."""
        return self.goods + self.shipping


def unit_prices(order: Order) -> dict[str, UnitPrice]:
    """Return what each unit of an order was sold for, by order line item id."""
    return {
        line.id: UnitPrice(
            line.original_price - line.seller_discount, line.platform_discount
        )
        for line in order.lines
    }


def credit_due(
    case: Cancellation | Return, prices: Mapping[str, UnitPrice]
) -> Credit | None:
    """Return what the seller gives back for a case, None when nothing (yet).

    A unit whose buyer gets back all that the buyer paid for it comes back at its whole
    price. Of a part of the money the seller bears all, up to the price; so of an offer
    that the buyer accepted. Units that ``prices`` does not know are left out.
    """
    if not grants_refund(case.status) or not case.refund:
        return None
    if isinstance(case, Return) and is_offer_accepted(case):
        return _offered(case, prices)
    told = {line.order_line_item_id: line.refund for line in case.lines}
    known = {unit: refund for unit, refund in told.items() if unit in prices}
    if not any(known.values()):
        return _untold(case, known, prices)
    units, whole = {}, set()
    for unit, refund in known.items():
        price = prices[unit]
        paid = refund.subtotal if refund else ZERO
        if paid == price.net - price.platform_discount:
            units[unit] = price.net
            whole.add(unit)
        else:
            units[unit] = max(min(paid, price.net), ZERO)
    return Credit(case.refund.currency, units, frozenset(whole), _shipping(case))


def _shipping(case):
    return max(case.refund.shipping, ZERO)


def credit_of(credit: Credit, units: Iterable[str], has_shipping=True) -> Credit:
    """Return what of a credit is for these units, and its shipping unless told so."""
    kept = {unit: credit.units[unit] for unit in credit.units if unit in units}
    whole = credit.whole & kept.keys()
    shipping = credit.shipping if has_shipping else ZERO
    return Credit(credit.currency, kept, frozenset(whole), shipping)


def _untold(case, known, prices):
    """Share the amount of a case that tells none for its units."""
    net = {unit: prices[unit].net for unit in known}
    paid = sum((prices[u].net - prices[u].platform_discount for u in known), ZERO)
    if case.refund.subtotal == paid:
        return Credit(case.refund.currency, net, frozenset(net), _shipping(case))
    return Credit(
        case.refund.currency,
        share(case.refund.subtotal, net, case.refund.currency),
        frozenset(),
        _shipping(case),
    )


def _offered(case, prices):
    net = {
        line.order_line_item_id: prices[line.order_line_item_id].net
        for line in case.lines
        if line.order_line_item_id in prices
    }
    currency, amount = case.partial_refund
    return Credit(currency, share(amount, net, currency), frozenset(), ZERO)


def share(amount, weights: Mapping[str, Decimal], currency) -> dict[str, Decimal]:
    """Share an amount out in proportion to ``weights``, at most each weight's own.

    Whole steps of the currency; the last ones take what rounding leaves over.
    """
    total = sum(weights.values(), ZERO)
    left = max(min(amount, total), ZERO)
    step, shares, open_total = quantum(currency), {}, total
    for name, weight in weights.items():
        part = (left * weight / open_total).quantize(step) if open_total else ZERO
        part = min(part, weight, left)
        shares[name] = part
        left -= part
        open_total -= weight
    return shares


# --- Which refund it turns up in ------------------------------------------------------
class Claim(NamedTuple):
    """What a case should settle for; positive. ``shipping`` is part of ``amount``."""

    id: object
    amount: Decimal
    shipping: Decimal = ZERO


class Settled(NamedTuple):
    """A refund in a statement; positive."""

    id: object
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RefundMatch:
    """Which cases turn up in which refunds: {claim id: id of a ``Settled``}.

    ``strange`` are refunds that no case explains.
    """

    pairs: dict
    strange: tuple[Settled, ...]


def match_refunds(claims: Iterable[Claim], refunds: Iterable[Settled]) -> RefundMatch:
    """Find for each settled refund of an order the cases that it pays.

    Alone first, then some together: a statement sums up what was refunded before it.
    What a buyer had paid to ship and got back before the order settled is no part of
    the refund ("Get Statement Transactions": the fee is lowered instead), so a claim
    fits with and without its shipping.
    """
    open_claims, pairs, strange = list(claims), {}, []
    for refund in refunds:
        found = _fitting(open_claims, refund.amount)
        if not found:
            strange.append(refund)
            continue
        pairs |= {claim.id: refund.id for claim in found}
        open_claims = [claim for claim in open_claims if claim not in found]
    return RefundMatch(pairs, tuple(strange))


def _fitting(claims, amount):
    for size in range(1, min(len(claims), MOST_TOGETHER) + 1):
        for some in combinations(claims, size):
            if amount in _sums(some):
                return some
    return ()


def _sums(claims):
    """Return what these claims may come to, with the shipping of each or without."""
    sums = {ZERO}
    for claim in claims:
        parts = {claim.amount, claim.amount - claim.shipping}
        sums = {total + part for total in sums for part in parts}
    return sums
