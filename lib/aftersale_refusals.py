"""What refusals about cancellations and returns ask for, and mean to a person.

Source: Partner API, the tables of error codes of the Return and Refund reference.
"""

from __future__ import annotations

from enum import Enum

from .. import const


class AftersaleConsequence(Enum):
    """What a refusal to answer a case, or to cancel an order, asks for.

    Whatever it is, the case is read again before anything else is sent.
    """

    DONE = "done"  # over already: read the case and follow it
    TOO_LATE = "too_late"  # the case has moved on: read it, a person decides anew
    DECISION = "decision"  # this decision does not fit: a person takes another one
    REASON = "reason"  # fetch the reasons anew, a person chooses
    AMOUNT = "amount"  # a person corrects the amount
    LINES = "lines"  # single units cannot be cancelled or refunded like this
    NOT_YOURS = "not_yours"  # another shop's: a person checks the connection
    PLATFORM = "platform"  # TikTok decides this one itself: wait and read
    GONE = "gone"  # TikTok does not know the case
    LOCKED = "locked"  # somebody works on it: the same answer again in a moment
    RETRY = "retry"  # TikTok's trouble: read the case, then the same answer again
    CORRECT = "correct"  # anything else: a person looks


_CODES = {
    AftersaleConsequence.DONE: (25020009, 25001010, 25001011, 25001051),
    AftersaleConsequence.TOO_LATE: (
        25001003,
        25001044,
        25001045,
        25011011,
        25011012,
        25011013,
        25020010,
        25020011,
        25020012,
    ),
    AftersaleConsequence.DECISION: (
        25007007,
        25011025,
        25011032,
        25011035,
        25020003,
        25020004,
    ),
    AftersaleConsequence.REASON: (
        25001014,
        25001015,
        25001016,
        25001020,
        25001021,
        25001057,
    ),
    AftersaleConsequence.AMOUNT: (25005005,),
    AftersaleConsequence.LINES: (25005010, 25005011),
    AftersaleConsequence.NOT_YOURS: (25020005,),
    AftersaleConsequence.PLATFORM: (25001046, 25011010, 25011023, 25011026),
    AftersaleConsequence.GONE: (25007006,),
    AftersaleConsequence.LOCKED: (25001028,),
    AftersaleConsequence.RETRY: (
        25001042,
        25001058,
        25007002,
        *const.RETRYABLE_CODES,
        *const.RATE_CODES,
    ),
}
_CONSEQUENCES = {code: found for found, codes in _CODES.items() for code in codes}


def consequence(code) -> AftersaleConsequence:
    """Return what a refusal to answer a case, or to cancel an order, asks for."""
    return _CONSEQUENCES.get(code, AftersaleConsequence.CORRECT)


_MOVED_ON = "Odoo reads the case anew; look at it, then decide again if it is open."
_REASONS_ANEW = "the reasons are fetched anew; choose one of them."
_ANOTHER = "Odoo reads the case anew; choose another decision."
_AGAIN = "it is tried again later."
_FOLLOWED = "Odoo reads it and follows."
_PLATFORM = "wait for TikTok Shop's decision, which Odoo reads by itself."
_WHOLE = "cancel or refund the whole order in Seller Center, or choose other units."

AFTERSALE_SENTENCES = {
    # DONE
    25020009: f"The case is cancelled already on TikTok Shop; {_FOLLOWED}",
    25001011: "A cancellation or return of the order is in process already, or it is "
    f"cancelled; {_FOLLOWED}",
    25001051: f"The order is completed or cancelled already; {_FOLLOWED}",
    # TOO_LATE
    25001003: f"The order's status does not allow this any more. {_MOVED_ON}",
    25001044: f"This return cannot be granted now. {_MOVED_ON}",
    25001045: "The carrier has the parcel and cannot be stopped, so the order is not "
    "cancelled; decline the request, or wait for the parcel to come back.",
    25011011: f"The request cannot be declined any more. {_MOVED_ON}",
    25011012: f"The request cannot be granted now. {_MOVED_ON}",
    25011013: f"The returned parcel cannot be accepted now. {_MOVED_ON}",
    25020010: f"The case was granted before, so it cannot be declined. {_MOVED_ON}",
    25020011: f"The parcel was accepted before, so it cannot be declined. {_MOVED_ON}",
    25020012: f"The returned parcel cannot be declined any more. {_MOVED_ON}",
    # DECISION
    25007007: "An offer is already waiting for the buyer's answer; "
    "wait for it before you decide again.",
    25011025: "This return is on TikTok Shop's quick refund, so its parcel cannot be "
    "declined; accept the parcel.",
    25011032: f"No part of the money can be offered now. {_ANOTHER}",
    25011035: "The parcel cannot be declined yet; wait until it has arrived, "
    "inspect it, then decide again.",
    25020003: f"The decision does not fit the case's status. {_ANOTHER}",
    25020004: f"The decision does not fit this type of case. {_ANOTHER}",
    # REASON
    25001014: f"TikTok Shop does not know the reason; {_REASONS_ANEW}",
    25001015: f"Sellers cannot give this reason; {_REASONS_ANEW}",
    25001016: f"The reason does not fit the decision; {_REASONS_ANEW}",
    25001020: f"TikTok Shop does not offer this reason any more; {_REASONS_ANEW}",
    25001021: f"The reason does not fit the order's status; {_REASONS_ANEW}",
    25001057: f"The reason does not fit the type of case; {_REASONS_ANEW}",
    # AMOUNT, LINES
    25005005: "The amount is more than can be paid back; enter a smaller one.",
    25005010: f"Single units of the order cannot be cancelled here; {_WHOLE}",
    25005011: f"More units are named than can be cancelled or refunded; {_WHOLE}",
    # NOT_YOURS, GONE
    25020005: "The case does not belong to this shop; "
    "check that the right shop is connected.",
    25007006: "TikTok Shop does not know the case or its order; "
    "look for it in Seller Center.",
    # PLATFORM
    25001046: "TikTok Shop's risk control has stopped it; "
    "look at the order in Seller Center, or contact TikTok Shop's support.",
    25011010: f"TikTok Shop decides this case itself now; {_PLATFORM}",
    25011023: "TikTok Shop guarantees that these goods are authentic and decides the "
    f"case itself; {_PLATFORM}",
    25011026: "TikTok's own warehouse receives this parcel; "
    "nothing is to be done, Odoo reads what comes of it.",
    # LOCKED, RETRY
    25001028: f"TikTok Shop is working on the case at this moment; {_AGAIN}",
    25001042: f"TikTok Shop could not make the parcel of the return; {_AGAIN}",
    25001058: f"TikTok Shop could not load the case; {_AGAIN}",
    25007002: f"TikTok Shop could not reach its data; {_AGAIN}",
    # CORRECT
    25001001: "TikTok Shop did not accept what was sent; check reason, comment and "
    "amount, then send the answer again.",
    11050001: "TikTok Shop did not accept what was sent; check it, then send it again.",
}
