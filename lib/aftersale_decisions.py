"""What a seller can decide about a cancellation or a return, in words for people.

Source: Partner API, "Approve Return", "Reject Return", "Get Decision Eligibility".
"""

from __future__ import annotations

from typing import NamedTuple

from .returns import REFUND, REPLACEMENT, RETURN_AND_REFUND

APPROVE_CANCEL = "APPROVE_REQUEST_CANCEL"
REJECT_CANCEL = "REJECT_REQUEST_CANCEL"
APPROVE_REFUND = "APPROVE_REFUND"
APPROVE_RETURN = "APPROVE_RETURN"
APPROVE_RECEIVED = "APPROVE_RECEIVED_PACKAGE"
APPROVE_REPLACEMENT = "APPROVE_REPLACEMENT"
REPLACEMENT_REFUND = "ISSUE_REPLACEMENT_REFUND"
DIRECT_REFUND = "DIRECT_REFUND"
OFFER_PARTIAL = "OFFER_PARTIAL_REFUND"
OFFER_AFTER_RECEIVING = "OFFER_PARTIAL_REFUND_AFTER_RECEIVING_PKG"
REJECT_REFUND = "REJECT_REFUND"
REJECT_RETURN = "REJECT_RETURN"
REJECT_RECEIVED = "REJECT_RECEIVED_PACKAGE"
REJECT_REPLACEMENT = "REJECT_REPLACEMENT"


class Decision(NamedTuple):
    """One decision: TikTok's name for it, and what it takes and means.

    ``is_rejection`` says which call it is sent with, ``keep_item`` that the call says
    the buyer keeps the goods. ``label`` is for a button, ``help`` says what follows.
    """

    name: str
    label: str
    help: str
    is_rejection: bool = False
    keep_item: bool = False
    needs_reason: bool = False
    needs_amount: bool = False

    @property
    def key(self) -> str:
        """Return what tells it from all others: two are sent under the same name."""
        return f"{self.name}+KEEP" if self.keep_item else self.name

    @property
    def lets_keep(self) -> bool:
        """Tell whether the buyer gets all the money and keeps the goods."""
        return self.keep_item or self.name == DIRECT_REFUND


def _rejection(name, label, text, needs_amount=False):
    return Decision(name, label, text, True, False, True, needs_amount)


_BUYER_MAY_DISPUTE = "Nothing is paid back; the buyer can ask TikTok Shop to decide."

_CANCELLATION = (
    Decision(
        APPROVE_CANCEL,
        "Accept Cancellation",
        "The units are cancelled and their price goes back to the buyer.",
    ),
    _rejection(
        REJECT_CANCEL,
        "Decline Cancellation",
        "The order stays as it is and has to be shipped in time.",
    ),
)
_DIRECT = Decision(
    DIRECT_REFUND,
    "Refund Without Return",
    "The whole amount goes back to the buyer at once, who keeps the goods.",
)
_OFFER = Decision(
    OFFER_PARTIAL,
    "Offer Part of the Money",
    "The buyer keeps the goods and is asked to be content with this amount.",
    needs_amount=True,
)
_REQUESTED = {
    REFUND: (
        Decision(
            APPROVE_REFUND,
            "Grant Refund",
            "The whole amount goes back to the buyer; no goods come back.",
        ),
        _OFFER,
        _rejection(REJECT_REFUND, "Decline Refund", _BUYER_MAY_DISPUTE),
    ),
    RETURN_AND_REFUND: (
        Decision(
            APPROVE_RETURN,
            "Grant Return",
            "The buyer sends the goods back; the money follows when you have "
            "accepted the parcel.",
        ),
        Decision(
            APPROVE_RETURN,
            "Grant Return, Buyer Keeps Goods",
            "The whole amount goes back to the buyer; no goods come back.",
            keep_item=True,
        ),
        _DIRECT,
        _OFFER,
        _rejection(REJECT_RETURN, "Decline Return", _BUYER_MAY_DISPUTE),
    ),
    REPLACEMENT: (
        Decision(
            APPROVE_REPLACEMENT,
            "Grant Replacement",
            "TikTok Shop makes a new order for the goods to be sent again.",
        ),
        Decision(
            REPLACEMENT_REFUND,
            "Refund Instead",
            "The whole amount goes back to the buyer, and nothing is sent again.",
        ),
        _rejection(
            REJECT_REPLACEMENT,
            "Decline Replacement",
            "Nothing is sent again; the buyer can ask TikTok Shop to decide.",
        ),
    ),
}
_ACCEPT_PARCEL = Decision(
    APPROVE_RECEIVED,
    "Accept Parcel",
    "The goods are back as agreed; the money goes back to the buyer.",
)
_DECLINE_PARCEL = (
    _rejection(
        OFFER_AFTER_RECEIVING,
        "Offer Part of the Money",
        "The goods are back, but not as they should be; the buyer is asked to be "
        "content with this amount.",
        needs_amount=True,
    ),
    _rejection(REJECT_RECEIVED, "Decline Parcel", _BUYER_MAY_DISPUTE),
)

ALL_DECISIONS = tuple(
    {
        decision.key: decision
        for found in (
            _CANCELLATION,
            *_REQUESTED.values(),
            (_ACCEPT_PARCEL, *_DECLINE_PARCEL),
        )
        for decision in found
    }.values()
)


def cancellation_decisions() -> tuple[Decision, ...]:
    """Return the decisions about a buyer's request to cancel."""
    return _CANCELLATION


def return_decisions(requested) -> tuple[Decision, ...]:
    """Return the decisions about a request of this type, () when the calls know none.

    Exchanges are among those: they are answered in Seller Center.
    """
    return _REQUESTED.get(requested, ())


def parcel_decisions(can_decline) -> tuple[Decision, ...]:
    """Return the decisions about goods that come back."""
    return (_ACCEPT_PARCEL, *(_DECLINE_PARCEL if can_decline else ()))


def decision_by_key(key) -> Decision:
    """Return the decision with this key.

    :raise KeyError: there is none
    """
    return {decision.key: decision for decision in ALL_DECISIONS}[key]
