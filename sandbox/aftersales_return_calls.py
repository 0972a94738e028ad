"""Calls about returns: search, records, create one, answer one.

Source: TikTok Shop Partner API docs, Return and Refund reference: Search Returns, Get
Return Records, Create Return, Approve Return, Reject Return.
"""

from decimal import Decimal

from .aftersales import once, own_case, own_order, served, version_of
from .aftersales_amounts import of_lines
from .aftersales_cancel_calls import check_proof, chosen
from .aftersales_decisions import AFTER_RECEIVING, APPROVE, REJECT, check_decision
from .aftersales_open import free_lines, open_return, refuse_opening
from .aftersales_reasons import check_reject, check_return
from .aftersales_search import common, listed, search
from .errors import ApiError, business
from .paging import body_value, page_size
from .refusals import check
from .returns import (
    ARBITRATIONS,
    AWAITING,
    PARTIAL,
    STATUSES,
    TYPES,
    grant,
    grant_request,
    offer,
    receive,
    reject,
    renew,
)

SEND_BACK = 7 * 86_400
_OUT_OF_RANGE = 98001004


@served("POST", "/202309/returns/search", "/202602/returns/search")
def search_returns(call):
    """Returns by id, order, buyer, type, status, offer, arbitration and time."""
    text = call.query.get("page_size")
    if text and text.isdigit() and not 10 <= int(text) <= 50:
        raise ApiError(_OUT_OF_RANGE, "Value Out Of Range")
    size = page_size(call, 10, 50, 10)
    body, proposed = call.body, "seller_proposed_return_type"
    tests = [
        *listed(body, "return_ids", lambda case: case.id),
        *listed(body, "return_types", lambda case: case.type, TYPES),
        *listed(body, "return_status", lambda case: case.status, STATUSES),
        *listed(body, "arbitration_status", lambda c: c.arbitration, ARBITRATIONS),
        *listed(body, proposed, lambda c: c.offer is not None and PARTIAL, (PARTIAL,)),
        *common(body),
    ]
    cases, token, count = search(call, "returns", size, tests)
    data = {"next_page_token": token, "total_count": count}
    if cases:
        version = version_of(call)
        data["return_orders"] = [case.serve(version) for case in cases]
    return data


@served("GET", "/202309/returns/{return_id}/records")
def return_records(call, return_id):
    """What happened in a case, oldest first."""
    return {"records": own_case(call, return_id, ("returns",)).records}


@served("POST", "/202309/returns", "/202602/returns")
def create_return(call):
    """Refund an order, or let its goods come back, as the seller."""
    return once(call, lambda: _create(call))


def _create(call):
    body = call.body
    order = own_order(call, body_value(body, "order_id", str))
    check("return", order)
    kind = body_value(body, "return_type", str, "")
    if kind not in ("REFUND", "RETURN_AND_REFUND"):
        raise business(25001001)
    refuse_opening(order, kind, "SELLER")
    lines = chosen(order, body, free_lines(order))
    name = body_value(body, "return_reason", str, "")
    text = check_return(order, kind, name)
    shipment = body_value(body, "shipment_type", str, "PLATFORM")
    handover = body_value(body, "handover_method", str, "DROP_OFF")
    if shipment not in ("PLATFORM", "BUYER_ARRANGE") or handover not in (
        "DROP_OFF",
        "PICKUP",
    ):
        raise business(25001001)
    most = sum(amount.total for amount in of_lines(order, lines))
    total = most
    if body_value(body, "refund_total", str):
        row = {"currency": body.get("currency"), "amount": body["refund_total"]}
        total = read_amount(call.shop.market, row, most)
    case = open_return(call.box, order, kind, lines, (name, text), "SELLER", call.now)
    case.shipment, case.handover = shipment, handover
    if total < most:
        case.reduce(total)
    if kind == "REFUND":
        case.kept = True
        grant(call.box, case, call.now)
    else:
        case.move(AWAITING, call.now, due=call.now + SEND_BACK)
    return {"return_id": case.id, "return_status": case.status}


def read_amount(market, row, most, key="amount"):
    """Return an amount of a body in minor units.

    :raise ApiError: 25001001 unreadable, nothing, or another currency; 25005005 more
        than `most`
    """
    text = row.get(key) if isinstance(row, dict) else None
    try:
        value = Decimal(text if isinstance(text, str) else "NaN")
        amount = int(value.scaleb(market.decimals))
    except (ArithmeticError, ValueError):
        raise business(25001001) from None
    exact = value.scaleb(market.decimals) == amount
    if amount <= 0 or not exact or row.get("currency") != market.currency:
        raise business(25001001)
    if amount > most:
        raise business(25005005)
    return amount


@served("POST", "/202309/returns/{return_id}/approve")
def approve_return(call, return_id):
    """Grant what the buyer asks for, or offer something else."""
    return once(call, lambda: _approve(call, return_id))


def _approve(call, return_id):
    case = own_case(call, return_id, ("returns",))
    case.calls += 1
    check("approve", case)
    decision = body_value(call.body, "decision", str, "")
    keep = body_value(call.body, "buyer_keep_item", bool, False)
    if decision not in APPROVE:
        raise business(25001001)
    check_decision(case, decision)
    amount = None
    if decision == "OFFER_PARTIAL_REFUND":
        amount = _offered(case, call.body.get("partial_refund"))
    approve(call.box, case, decision, call.now, keep, amount)
    case.answers[decision] += 1
    return {}


def _offered(case, row, key="amount"):
    return read_amount(case.shop.market, row, case.amount.total, key)


def approve(box, case, decision, when, keep=False, amount=None):
    """Do what an approving decision says.

    :param keep: the buyer keeps the goods of a granted return
    :param amount: minor units that are offered
    """
    if decision == "OFFER_PARTIAL_REFUND":
        offer(case, amount, when)
    elif decision == "APPROVE_RECEIVED_PACKAGE":
        receive(box, case, when, "SELLER")
    elif decision in ("DIRECT_REFUND", "ISSUE_REPLACEMENT_REFUND"):
        case.kept = case.arrived is None
        grant(box, case, when)
    elif keep and case.type == "RETURN_AND_REFUND":
        case.kept = True
        grant(box, case, when)
    elif keep:
        case.kept = True
        renew(box, case, when)
    else:
        grant_request(box, case, when, "SELLER")


@served(
    "POST", "/202309/returns/{return_id}/reject", "/202606/returns/{return_id}/reject"
)
def reject_return(call, return_id):
    """Decline a request or a parcel; since 202606 also with an offer for a parcel."""
    return once(call, lambda: _reject(call, return_id))


def _reject(call, return_id):
    case = own_case(call, return_id, ("returns",))
    case.calls += 1
    check("reject", case)
    decision = body_value(call.body, "decision", str, "")
    offers = decision == AFTER_RECEIVING
    if decision not in REJECT or (offers and version_of(call) < "202606"):
        raise business(25001001)
    check_decision(case, decision)
    name = body_value(call.body, "reject_reason", str, "")
    check_reject(call.box, call.shop.market, decision, name)
    comment, images = check_proof(call.body)
    if offers:
        row = call.body.get("partial_refund_amount")
        amount = _offered(case, row, "partial_refund_total")
        offer(case, amount, call.now, comment)
    else:
        parcel = decision == "REJECT_RECEIVED_PACKAGE"
        reject(case, call.now, parcel, comment)
    case.answers[decision] += 1
    return {}
