"""The steps a return takes through the control door.

They are those of the buyer, the carrier, TikTok, and the seller in Seller Center.
"""

from .aftersales_decisions import APPROVE, REJECT, check_decision
from .aftersales_return_calls import approve, read_amount
from .errors import ApiError
from .places import one_of
from .returns import (
    ANSWER,
    AWAITING,
    OFFERED,
    PARCEL_REJECTED,
    RECEIVE,
    SEND_BACK,
    SHIPPED,
    answer_offer,
    close,
    complete,
    grant,
    reject,
)
from .timeline import new_tracking


def _need(case, *statuses):
    if case.status not in statuses:
        raise ValueError(f"return {case.id} is {case.status}")


def _together(case):
    """Return the returns that travel in the same parcel."""
    shop = case.shop
    return [
        other
        for other in shop.returns.values()
        if other is case or (case.combined and other.combined == case.combined)
    ]


def _ship_back(box, case, body):
    _need(case, AWAITING)
    now, carriers = box.now(), case.shop.delivery_options[0]["carriers"]
    number = str(body.get("tracking_number") or f"R{new_tracking(box, case.shop)}")
    named = [row for row in carriers if row["name"] == body.get("provider")]
    for one in _together(case):
        if one.status == AWAITING:
            one.tracking, one.provider = number, (named or carriers)[0]
            one.note("BUYER_SHIPPED", "BUYER", "The buyer sent the parcel", now)
            one.move(SHIPPED, now)


def _arrive(box, case, _body):
    _need(case, SHIPPED)
    now = box.now()
    for one in _together(case):
        if one.status == SHIPPED and one.arrived is None:
            one.arrived = int(now)
            one.note("PACKAGE_ARRIVED", "SYSTEM", "The parcel is back", now)
            # TikTok's own warehouse answers for parcels that come there.
            action = "" if one.order.fbt else RECEIVE
            one.move(SHIPPED, now, action, now + ANSWER)


def _withdraw(box, case, _body):
    if not case.open or case.status in (SHIPPED, PARCEL_REJECTED):
        raise ValueError(f"return {case.id} is {case.status}")
    case.note("REQUEST_WITHDRAWN", "BUYER", "The buyer withdrew", box.now())
    close(case, box.now())


def _accept_offer(box, case, _body):
    _need(case, OFFERED)
    answer_offer(box, case, True, box.now())


def _refuse_offer(box, case, _body):
    _need(case, OFFERED)
    answer_offer(box, case, False, box.now())


def _arbitrate(box, case, _body):
    """The buyer asks TikTok to decide: nobody else does until then."""
    _need(case, case.word("REJECT"), case.word("PENDING"), PARCEL_REJECTED)
    case.arbitration = "IN_PROGRESS"
    case.note("DISPUTED", "BUYER", "The buyer asked TikTok Shop to decide", box.now())
    case.move(case.status, box.now())


def _support_buyer(box, case, _body):
    _decided(box, case, "SUPPORT_BUYER")
    if case.status == PARCEL_REJECTED or case.type == "REFUND":
        case.kept = case.type == "REFUND"
        grant(box, case, box.now())
    else:
        case.move(AWAITING, box.now(), due=box.now() + SEND_BACK)


def _support_seller(box, case, _body):
    _decided(box, case, "SUPPORT_SELLER")
    close(case, box.now())


def _close(box, case, _body):
    _decided(box, case, "CLOSED")
    close(case, box.now())


def _decided(box, case, how):
    if case.arbitration != "IN_PROGRESS":
        raise ValueError(f"nobody asked TikTok Shop to decide return {case.id}")
    case.arbitration = how
    case.note("ARBITRATED", "OPERATOR", "TikTok Shop decided", box.now())


def _decide(box, case, body):
    """The seller answers in Seller Center: `decision`, an `amount` for offers."""
    decision = one_of(body.get("decision"), (*APPROVE, *REJECT), "decision")
    try:
        check_decision(case, decision)
        if decision in APPROVE:
            approve(box, case, decision, box.now(), amount=_amount(case, body))
        else:
            parcel = decision == "REJECT_RECEIVED_PACKAGE"
            reject(case, box.now(), parcel, str(body.get("note", "")))
    except ApiError as error:
        raise ValueError(error.message) from None


def _amount(case, body):
    if "amount" not in body:
        return case.amount.total // 2
    market = case.shop.market
    row = {"amount": str(body["amount"]), "currency": market.currency}
    return read_amount(market, row, case.amount.total)


def _complete(box, case, _body):
    _need(case, case.word("SUCCESS"))
    complete(case, box.now())


STEPS = {
    "ship_back": _ship_back,
    "arrive": _arrive,
    "withdraw": _withdraw,
    "accept_offer": _accept_offer,
    "refuse_offer": _refuse_offer,
    "arbitrate": _arbitrate,
    "support_buyer": _support_buyer,
    "support_seller": _support_seller,
    "close_arbitration": _close,
    "decide": _decide,
    "complete": _complete,
}
