"""What a cancellation or return asks of the seller, and what an answer leads to.

Sources: Partner API, "Return and Refund API overview" (who may ask when, statuses and
their order), "Search Cancellations", "Search Returns", "Approve Return", "Reject
Return", and their tables of error codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from .aftersale_decisions import (
    APPROVE_CANCEL,
    APPROVE_RECEIVED,
    APPROVE_REFUND,
    APPROVE_REPLACEMENT,
    APPROVE_RETURN,
    DIRECT_REFUND,
    OFFER_AFTER_RECEIVING,
    OFFER_PARTIAL,
    REJECT_CANCEL,
    REJECT_RECEIVED,
    REJECT_REFUND,
    REJECT_REPLACEMENT,
    REJECT_RETURN,
    REPLACEMENT_REFUND,
    Decision,
    cancellation_decisions,
    parcel_decisions,
    return_decisions,
)
from .aftersale_refusals import AftersaleConsequence, consequence
from .aftersales import Cancellation
from .refund_check import Doubt, RefundProblem, refund_check
from .returns import PARTIAL_REFUND, REFUND, Money, Return

__all__ = [
    "AftersaleConsequence",
    "Decision",
    "Doubt",
    "Need",
    "OpenAction",
    "RefundProblem",
    "Stage",
    "consequence",
    "decisions",
    "expects_goods",
    "grants_refund",
    "is_final",
    "is_made",
    "is_offer_accepted",
    "makes_new_order",
    "open_action",
    "refund_check",
    "refund_due",
    "stage",
]

BUYER_CANCEL = "BUYER_CANCEL"
ARBITRATING = "IN_PROGRESS"


class Stage(Enum):
    """Where a case stands, whatever kind of case it is."""

    REQUESTED = "requested"  # somebody has to answer: the seller, or TikTok
    OFFERED = "offered"  # the seller made an offer, the buyer has to answer
    AWAITING_GOODS = "awaiting_goods"  # agreed: the buyer has to send the goods
    COMING = "coming"  # the goods are on their way back, or have arrived
    DECLINED = "declined"  # the buyer can still dispute it
    PARCEL_DECLINED = "parcel_declined"  # the goods that came back were not accepted
    GRANTED = "granted"  # the money goes back to the buyer
    CLOSED = "closed"  # withdrawn or turned down for good: nothing happens
    COMPLETE = "complete"  # the buyer has the money, or a new order was made
    UNKNOWN = "unknown"  # a word that TikTok has added


# Spellings of other pages and of webhooks stand beside those of the searches.
_STAGES = {
    "CANCELLATION_REQUEST_PENDING": Stage.REQUESTED,
    "CANCELLATION_REQUEST_SUCCESS": Stage.GRANTED,
    "CANCELLATION_REQUEST_CANCEL": Stage.CLOSED,
    "CANCELLATION_REQUEST_CANCELLED": Stage.CLOSED,
    "CANCELLATION_REQUEST_COMPLETE": Stage.COMPLETE,
    "RETURN_OR_REFUND_REQUEST_PENDING": Stage.REQUESTED,
    "REFUND_OR_RETURN_REQUEST_REJECT": Stage.DECLINED,
    "RETURN_OR_REFUND_REQUEST_REJECT": Stage.DECLINED,
    "REQUEST_REJECTED": Stage.DECLINED,
    "AWAITING_BUYER_SHIP": Stage.AWAITING_GOODS,
    "BUYER_SHIPPED_ITEM": Stage.COMING,
    "REJECT_RECEIVE_PACKAGE": Stage.PARCEL_DECLINED,
    "RETURN_OR_REFUND_REQUEST_SUCCESS": Stage.GRANTED,
    "RETURN_OR_REFUND_REQUEST_CANCEL": Stage.CLOSED,
    "RETURN_OR_REFUND_REQUEST_COMPLETE": Stage.COMPLETE,
    "AWAITING_BUYER_RESPONSE": Stage.OFFERED,
    "REPLACEMENT_REQUEST_PENDING": Stage.REQUESTED,
    "REPLACEMENT_REQUEST_REJECT": Stage.DECLINED,
    "REPLACEMENT_REQUEST_REFUND_SUCCESS": Stage.GRANTED,
    "REPLACEMENT_REQUEST_CANCEL": Stage.CLOSED,
    "REPLACEMENT_REQUEST_COMPLETE": Stage.COMPLETE,
    "EXCHANGE_REQUEST_PENDING": Stage.REQUESTED,
    "EXCHANGE_REQUEST_REFUND_SUCCESS": Stage.GRANTED,
    "EXCHANGE_REQUEST_CANCEL": Stage.CLOSED,
    "EXCHANGE_REQUEST_COMPLETE": Stage.COMPLETE,
}
STATUSES = tuple(_STAGES)
# Nothing follows these: the case was resolved by paying the money back.
_LAST = ("REPLACEMENT_REQUEST_REFUND_SUCCESS", "EXCHANGE_REQUEST_REFUND_SUCCESS")
_NEW_ORDER = ("REPLACEMENT_REQUEST_COMPLETE", "EXCHANGE_REQUEST_COMPLETE")


def stage(status) -> Stage:
    """Return where a case with this status stands."""
    return _STAGES.get(status, Stage.UNKNOWN)


def is_final(status) -> bool:
    """Tell whether nothing more happens to a case with this status."""
    return stage(status) in (Stage.CLOSED, Stage.COMPLETE) or status in _LAST


def grants_refund(status) -> bool:
    """Tell whether the buyer gets money back, or has got it."""
    if status in _NEW_ORDER:
        return False
    return stage(status) in (Stage.GRANTED, Stage.COMPLETE)


def makes_new_order(status) -> bool:
    """Tell whether TikTok makes an order of its own for the goods sent anew."""
    return status in _NEW_ORDER


def is_offer_accepted(case: Return) -> bool:
    """Tell whether the case ended with the part of the money that the seller offered.

    TikTok only tells when the buyer has turned an offer down, so an offer counts as
    accepted once money goes back and it was not.
    """
    return (
        case.proposed_type == PARTIAL_REFUND
        and case.partial_refund is not None
        and not case.is_offer_rejected
        and grants_refund(case.status)
    )


def refund_due(case: Cancellation | Return) -> Money | None:
    """Return what goes back to the buyer, None when nothing does (yet) or none is told.

    An accepted offer is what is paid, whatever the case was about.
    """
    if not grants_refund(case.status):
        return None
    if isinstance(case, Return) and is_offer_accepted(case):
        return case.partial_refund
    return case.refund and Money(case.refund.currency, case.refund.total)


def expects_goods(case: Return) -> bool:
    """Tell whether units come back, or have come back, to the seller.

    Not while it is only asked for. TikTok does not say that a buyer may keep the goods
    of a granted return: then no parcel is named, nor a way of sending it. Who answered
    it that way knows better than this.
    """
    found = stage(case.status)
    if case.type == REFUND:
        return False
    if found in (Stage.AWAITING_GOODS, Stage.COMING, Stage.PARCEL_DECLINED):
        return True
    if found not in (Stage.GRANTED, Stage.COMPLETE):
        return False
    if case.tracking_number:
        return True
    if case.can_buyer_keep_item or is_offer_accepted(case):
        return False
    return bool(case.return_method)


# --- What has to be done --------------------------------------------------------------
class Need(Enum):
    """What the seller has to do; TikTok decides in the buyer's favour when late."""

    CANCELLATION = "cancellation"
    REFUND = "refund"
    RETURN = "return"
    PARCEL = "parcel"
    REPLACEMENT = "replacement"
    EXCHANGE = "exchange"
    OTHER = "other"


_NEEDS = {
    "SELLER_RESPOND_BUYER_CANCEL": Need.CANCELLATION,
    "SELLER_RESPOND_CANCEL": Need.CANCELLATION,
    "SELLER_RESPOND_REFUND": Need.REFUND,
    "SELLER_RESPOND_RETURN": Need.RETURN,
    "SELLER_RESPOND_RECEIVE_PACKAGE": Need.PARCEL,
    "SELLER_RESPOND_REPLACEMENT": Need.REPLACEMENT,
    "SELLER_RESPOND_EXCHANGE": Need.EXCHANGE,
}
NEED_SENTENCES = {
    Need.CANCELLATION: "The buyer asks to cancel; accept or decline it.",
    Need.REFUND: "The buyer asks for a refund; grant or decline it.",
    Need.RETURN: "The buyer asks to return goods; grant or decline it.",
    Need.PARCEL: "The goods come back; inspect them, then accept or decline the "
    "parcel.",
    Need.REPLACEMENT: "The buyer asks for a replacement; grant it, pay the money back "
    "or decline it.",
    Need.EXCHANGE: "The buyer asks for an exchange; answer it in Seller Center.",
    Need.OTHER: "TikTok Shop waits for you; look at the case in Seller Center.",
}


@dataclass(frozen=True, slots=True)
class OpenAction:
    """What the seller has to do and until when (None: TikTok names no time).

    ``name`` is TikTok's word for it, "" when it has not said it.
    """

    need: Need
    deadline: datetime | None
    name: str

    @property
    def sentence(self) -> str:
        """Return it for people."""
        return NEED_SENTENCES[self.need]


def open_action(case: Cancellation | Return) -> OpenAction | None:
    """Return what the seller has to do next for a case, None when nothing.

    Of several it is the one that is due first. A request of a buyer to cancel waits for
    an answer also when TikTok names no action.
    """
    if is_final(case.status):
        return None
    found = [
        OpenAction(_NEEDS.get(action.name, Need.OTHER), action.deadline, action.name)
        for action in case.actions
    ]
    if found:
        timed = [action for action in found if action.deadline]
        return min(timed, key=lambda action: action.deadline) if timed else found[0]
    is_request = getattr(case, "type", "") == BUYER_CANCEL
    if is_request and stage(case.status) is Stage.REQUESTED:
        return OpenAction(Need.CANCELLATION, None, "")
    return None


def decisions(case: Cancellation | Return) -> tuple[Decision, ...]:
    """Return what the seller can decide now, granting first.

    TikTok's own word ("Get Decision Eligibility") overrules it. While TikTok
    arbitrates, the seller decides nothing.
    """
    if isinstance(case, Cancellation):
        is_open = stage(case.status) is Stage.REQUESTED and case.type != "CANCEL"
        return cancellation_decisions() if is_open else ()
    if case.arbitration == ARBITRATING:
        return ()
    found = stage(case.status)
    if found is Stage.REQUESTED:
        return return_decisions(case.type)
    if found is Stage.COMING:
        return parcel_decisions(can_decline=not case.is_quick_refund)
    return ()


_PAID = (Stage.GRANTED, Stage.COMPLETE)
_BACK = (Stage.AWAITING_GOODS, Stage.COMING, *_PAID)
_REFUSED = (Stage.DECLINED, Stage.CLOSED)
_LEADS_TO = {
    APPROVE_CANCEL: _PAID,
    REJECT_CANCEL: (Stage.CLOSED,),
    APPROVE_REFUND: _PAID,
    APPROVE_RETURN: _BACK,
    APPROVE_RECEIVED: _PAID,
    APPROVE_REPLACEMENT: _BACK,
    REPLACEMENT_REFUND: _PAID,
    DIRECT_REFUND: _PAID,
    OFFER_PARTIAL: (Stage.OFFERED, *_PAID),
    OFFER_AFTER_RECEIVING: (Stage.OFFERED, *_PAID),
    REJECT_REFUND: _REFUSED,
    REJECT_RETURN: _REFUSED,
    REJECT_REPLACEMENT: _REFUSED,
    REJECT_RECEIVED: (Stage.PARCEL_DECLINED, Stage.CLOSED),
}


def is_made(case: Cancellation | Return, decision: Decision) -> bool:
    """Tell whether a case stands where this decision leads to.

    TikTok does not say who decided: for a case that does not wait for it any more it
    counts as made.
    """
    is_open = decision.key in {found.key for found in decisions(case)}
    return not is_open and stage(case.status) in _LEADS_TO[decision.name]
