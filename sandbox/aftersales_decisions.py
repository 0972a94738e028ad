"""What a seller may decide about a return, and the code of what does not fit.

Source: TikTok Shop Partner API docs, Return and Refund reference: Approve Return,
Reject Return and their error tables.
"""

from .cancellations import PENDING
from .errors import business
from .returns import AWAITING, OFFERED, SHIPPED

AFTER_RECEIVING = "OFFER_PARTIAL_REFUND_AFTER_RECEIVING_PKG"
RETURNED = ("RETURN_AND_REFUND", "REPLACEMENT", "EXCHANGE")
# decision: types it is for
APPROVE = {
    "APPROVE_REFUND": ("REFUND",),
    "APPROVE_RETURN": ("RETURN_AND_REFUND", "EXCHANGE"),
    "APPROVE_RECEIVED_PACKAGE": RETURNED,
    "APPROVE_REPLACEMENT": ("REPLACEMENT",),
    "ISSUE_REPLACEMENT_REFUND": ("REPLACEMENT",),
    "OFFER_PARTIAL_REFUND": ("REFUND", "RETURN_AND_REFUND"),
    "DIRECT_REFUND": ("RETURN_AND_REFUND", "EXCHANGE"),
}
REJECT = {
    "REJECT_REFUND": ("REFUND",),
    "REJECT_RETURN": ("RETURN_AND_REFUND", "EXCHANGE"),
    "REJECT_RECEIVED_PACKAGE": RETURNED,
    "REJECT_REPLACEMENT": ("REPLACEMENT",),
    AFTER_RECEIVING: ("RETURN_AND_REFUND",),
}
# An exchange is paid back by name only where decisions are asked for.
_ALIASES = {"ISSUE_EXCHANGE_REFUND": "DIRECT_REFUND"}
OF_PARCEL = ("APPROVE_RECEIVED_PACKAGE", "REJECT_RECEIVED_PACKAGE", AFTER_RECEIVING)
OF_CANCELLATION = ("APPROVE_REQUEST_CANCEL", "REJECT_REQUEST_CANCEL")


def check_decision(case, decision):
    """Refuse a decision about a return that does not fit what it is now.

    :raise ApiError: 25011010 TikTok decides, 25020004 another type of case, 25007007
        the buyer has an offer to answer, and what `_check_parcel`, `_check_approval`,
        `_check_rejection` tell
    """
    decision = _ALIASES.get(decision, decision)
    parcel = decision in OF_PARCEL
    types = {**APPROVE, **REJECT}[decision]
    if case.arbitration == "IN_PROGRESS":
        raise business(25011010)
    if case.type not in types and not (parcel and case.type == "REFUND"):
        raise business(25020004)
    if case.status == OFFERED:
        raise business(25007007 if decision in APPROVE else 25001003)
    if parcel:
        _check_parcel(case, decision)
    elif decision in APPROVE:
        _check_approval(case, decision)
    else:
        _check_rejection(case)


def _check_parcel(case, decision):
    """Refuse to answer a parcel that is not there.

    :raise ApiError: 25011013 not on its way, to accept it; to decline it 25020011
        accepted before, 25020012 not on its way, 25011025 quick refund, 25011035 not
        arrived; 25011026 TikTok's warehouse receives it
    """
    accepts = decision == "APPROVE_RECEIVED_PACKAGE"
    if case.status != SHIPPED:
        if accepts:
            raise business(25011013)
        raise business(25020011 if case.granted else 25020012)
    if case.order.fbt:
        raise business(25011026)
    if accepts:
        return
    if case.quick:
        raise business(25011025)
    if case.arrived is None:
        raise business(25011035)
    if decision == AFTER_RECEIVING and case.offer is not None:
        raise business(25020012)


def _check_approval(case, decision):
    """Refuse to grant what nobody waits for.

    :raise ApiError: 25020009 ended without refund, 25011032 no offer now (25007007 a
        second one), 25011012 anything else
    """
    late = decision == "ISSUE_REPLACEMENT_REFUND" and case.status == SHIPPED
    if decision == "OFFER_PARTIAL_REFUND":
        if not case.stands("PENDING"):
            raise business(25011032)
        if case.offer is not None:
            raise business(25007007)
    if case.stands("CANCEL"):
        raise business(25020009)
    if not case.stands("PENDING") and not late:
        raise business(25011012)


def _check_rejection(case):
    """Refuse to decline what nobody waits for.

    :raise ApiError: 25020010 granted before, 25001003 anything else
    """
    if case.granted or case.status in (AWAITING, SHIPPED):
        raise business(25020010)
    if not case.stands("PENDING"):
        raise business(25001003)


def open_rejection(case):
    """Return the decision with which a case can be declined now, or None."""
    if case.kind == "cancellations":
        return "REJECT_REQUEST_CANCEL" if case.status == PENDING else None
    if case.status == SHIPPED:
        return "REJECT_RECEIVED_PACKAGE"
    if not case.stands("PENDING"):
        return None
    kinds = {"REFUND": "REJECT_REFUND", "REPLACEMENT": "REJECT_REPLACEMENT"}
    return kinds.get(case.type, "REJECT_RETURN")
