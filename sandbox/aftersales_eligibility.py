"""What may be asked for and answered now: reads that change nothing.

Source: TikTok Shop Partner API docs, Return and Refund reference: Get Reject Reasons,
Get Aftersale Eligibility, Get Decision Eligibility, Get Review Decision, Calculate
Refund.
"""

from .aftersales import own_case, own_order, served, version_of
from .aftersales_amounts import of_cancelled, of_lines
from .aftersales_cancel_calls import (
    cancellable,
    chosen,
    refuse_approval,
    refuse_cancel,
    refuse_rejection,
)
from .aftersales_decisions import (
    AFTER_RECEIVING,
    APPROVE,
    OF_CANCELLATION,
    REJECT,
    check_decision,
    open_rejection,
)
from .aftersales_open import free_lines, refuse_opening
from .aftersales_reasons import BUYER_CANCEL, of_return, reject, seller_cancel
from .cancellations import stoppable
from .errors import ApiError, business, parameter
from .paging import body_value, choice
from .parcels import active_lines
from .refusals import check

REQUESTS = ("CANCEL", "REFUND", "RETURN_AND_REFUND")
_EXCHANGE = "ISSUE_EXCHANGE_REFUND"
_DECISIONS = (*APPROVE, _EXCHANGE, *REJECT)
# Offers are only told of by the newer call.
_OFFERS = ("OFFER_PARTIAL_REFUND", AFTER_RECEIVING)


@served("GET", "/202309/reject_reasons")
def reject_reasons(call):
    """The reasons with which a cancellation or return can be declined now."""
    case = own_case(call, _case_id(call))
    decision = open_rejection(case)
    reasons = reject(call.box, call.shop.market, decision) if decision else {}
    return {"reasons": _listed(reasons)}


def _case_id(call):
    if not call.query.get("return_or_cancel_id"):
        raise parameter("ReturnOrCancelId is a required field")
    return call.query["return_or_cancel_id"]


def _listed(reasons):
    return [{"name": name, "text": text} for name, text in reasons.items()]


@served("GET", "/202601/decision_eligibility")
def decision_eligibility(call):
    """Which decisions about a case are possible now, and why others are not."""
    case = own_case(call, _case_id(call))
    names = [name for name in _decisions(case) if name not in _OFFERS]
    return {"decisions": [_decision(call, case, name) for name in _asked(call, names)]}


def _decisions(case):
    return OF_CANCELLATION if case.kind == "cancellations" else _DECISIONS


def _asked(call, names):
    """Return the decisions of a case's kind, or those of them the call asks for."""
    wanted = [name for name in call.query.get("check_decisions", "").split(",") if name]
    if not set(wanted) <= {*_DECISIONS, *OF_CANCELLATION}:
        raise parameter("CheckDecisions is invalid")
    return [name for name in names if not wanted or name in wanted]


def _decision(call, case, name):
    row = {"decision": name, "eligible": True}
    try:
        _check(case, name)
    except ApiError as error:
        # The calls that answer say more exactly which status is in the way.
        code = error.code if error.code in _TOLD else 25020003
        row["eligible"] = False
        row["ineligible_code"] = code
        row["ineligible_reason"] = business(code).message
        return row
    refusing = name in REJECT or name == "REJECT_REQUEST_CANCEL"
    if refusing:
        reasons = reject(call.box, call.shop.market, name)
        row["available_reject_reasons"] = _listed(reasons)
    return row


_TOLD = (25020004, 25011010, 25011025, 25011026, 25011035, 25007007, 25001045)


def _check(case, name):
    if name == "APPROVE_REQUEST_CANCEL":
        refuse_approval(case)
    elif name == "REJECT_REQUEST_CANCEL":
        refuse_rejection(case)
    elif name == _EXCHANGE and case.type != "EXCHANGE":
        raise business(25020004)
    else:
        check_decision(case, name)


@served("GET", "/202606/review_decision")
def review_decision(call):
    """The same for every unit, with offers and their bounds."""
    case = own_case(call, _case_id(call))
    names = _asked(call, _decisions(case))
    rows = []
    for unit in case.units:
        decisions = [_decision(call, case, name) for name in names]
        for row in decisions:
            if row["decision"] in _OFFERS and row["eligible"]:
                row["partial_refund_amount_range"] = _range(case, unit)
        rows.append({"return_line_item_id": unit.id, "decisions": decisions})
    return {"line_items": rows}


def _range(case, unit):
    market = case.shop.market
    return {
        "min_amount": market.money(min(1, unit.amount.total)),
        "max_amount": market.money(unit.amount.total),
        "currency": market.currency,
    }


@served(
    "GET",
    "/202309/orders/{order_id}/aftersale_eligibility",
    "/202512/orders/{order_id}/aftersale_eligibility",
    "/202602/orders/{order_id}/aftersale_eligibility",
)
def aftersale_eligibility(call, order_id):
    """What seller or buyer may start for the units of an order, SKU by SKU."""
    who = choice(call, "initiate_aftersale_user", ("SELLER", "BUYER"), "SELLER")
    order = own_order(call, order_id)
    kinds = REQUESTS
    if version_of(call) > "202309" and call.query.get("request_types"):
        kinds = tuple(call.query["request_types"].split(","))
        if not set(kinds) <= set(REQUESTS):
            raise parameter("RequestTypes is invalid")
    skus = {}
    for line in active_lines(order):
        skus.setdefault(line.get("sku_id", ""), []).append(line["id"])
    rows = [
        {
            "sku_id": sku_id,
            "line_item_eligibility": [_may(order, kind, who, ids) for kind in kinds],
        }
        for sku_id, ids in skus.items()
    ]
    return {"sku_eligibility": rows}


def _may(order, kind, who, ids):
    """Return whether `who` may request `kind` for the units `ids`."""
    row = {
        "request_type": kind,
        "order_line_items_ids": ids,
        "order_line_list": [{"order_line_item_id": line_id} for line_id in ids],
        "eligible": True,
    }
    try:
        row["available_reason_names"] = list(_reasons(order, kind, who, ids))
    except ApiError as error:
        row["eligible"] = False
        row["ineligible_code"] = error.code
        row["ineligible_reason"] = error.message
    return row


def _reasons(order, kind, who, ids):
    if kind == "CANCEL" and who == "SELLER":
        refuse_cancel(order)
        return seller_cancel(order.shop.market, order.status)
    if kind == "CANCEL":
        if not stoppable(order):
            raise business(25001003)
        return BUYER_CANCEL
    refuse_opening(order, kind, who)
    if not {line["id"] for line in free_lines(order)} & set(ids):
        raise business(25001011)
    return of_return(kind, order.status)


@served("POST", "/202309/refunds/calculate", "/202602/refunds/calculate")
def calculate_refund(call):
    """What the buyer would get back for units of an order."""
    body = call.body
    order = own_order(call, body_value(body, "order_id", str))
    check("return", order)
    kind = body_value(body, "request_type", str, "")
    if kind not in REQUESTS or not body_value(body, "reason_name", str):
        raise business(25001001)
    if kind == "CANCEL":
        lines = cancellable(order, body)
        whole = len(lines) == len(active_lines(order))
        amounts = of_cancelled(order, lines, whole)
    else:
        amounts = of_lines(order, chosen(order, body, free_lines(order)))
    total, *rest = amounts
    for amount in rest:
        total += amount
    shown = total.show(call.shop.market)
    del shown["buyer_service_fee"]
    return {"order_refund_amount": shown}
