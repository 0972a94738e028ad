"""The reasons of cancellations and returns: who may give which, when, where.

Names depend on the market and on the status of the order, and change with time: every
30 days one reason to decline with gets another name, and the old one goes offline.
Source: TikTok Shop Partner API docs, "Return, refund and cancel reasons". The names
beyond the documented ones are invented in their manner.
"""

from .errors import business

DAY = 86_400
RENAMED_EVERY = 30 * DAY
_OLD, _NEW = "", "_v2"
_RESPOND = "order_manage_list_action_respond_popup_reject_reason_"
_APPLY, _RECEIVE = "seller_reject_apply_", "seller_reject_receive_"
_AGREED = f"{_APPLY}you_have_reached_an_agreement_with_the_buyer"
_LATE = f"{_APPLY}package_has_not_exceeded_estimated_delivery_time"
_PROOF = f"{_APPLY}insufficient_evidence"

# decision: {name: text}; the first reason is the one that is renamed
REJECT = {
    "REJECT_REQUEST_CANCEL": {
        f"{_RESPOND}buyer_agree": "Reached an agreement with the buyer",
        f"{_RESPOND}invalid_cancellation_reason": "Invalid reason for cancellation",
        f"{_RESPOND}delivered": "Product delivery is on schedule",
        f"{_APPLY}product_has_been_packed": "Product has been packed",
    },
    "REJECT_REFUND": {
        _AGREED: "You have reached an agreement with the buyer",
        _LATE: "The package has not exceeded its estimated delivery time",
        _PROOF: "The evidence is not sufficient",
    },
    "REJECT_RETURN": {
        _AGREED: "You have reached an agreement with the buyer",
        _PROOF: "The evidence is not sufficient",
        f"{_APPLY}product_not_returnable": "The product cannot be returned",
    },
    "REJECT_REPLACEMENT": {
        _AGREED: "You have reached an agreement with the buyer",
        _PROOF: "The evidence is not sufficient",
        f"{_APPLY}out_of_stock": "There is nothing left to replace it with",
    },
    "REJECT_RECEIVED_PACKAGE": {
        f"{_RECEIVE}product_damaged": "The product came back damaged",
        f"{_RECEIVE}package_empty": "The package was empty",
        f"{_RECEIVE}wrong_product": "Another product came back",
    },
    "OFFER_PARTIAL_REFUND_AFTER_RECEIVING_PKG": {
        f"{_RECEIVE}product_damaged": "The product came back damaged",
        f"{_RECEIVE}product_incomplete": "Parts of the product are missing",
    },
}
_PAID = {
    "seller_cancel_reason_out_of_stock": "Out of stock",
    "seller_cancel_reason_wrong_price": "Pricing error",
    "seller_cancel_paid_reason_address_not_deliver": "Unable to deliver to the address",
}
_SINGAPORE = "seller_cancel_unable_to_deliver_to_buyer_address"
_ASKED = "seller_cancel_paid_reason_buyer_requested_cancellation"
_UNPAID = {
    f"seller_cancel_unpaid_reason_{end}": text
    for end, text in {
        "out_of_stock": "Out of stock",
        "wrong_price": "Pricing error",
        "buyer_hasnt_paid_within_time_allowed": "Buyer did not pay in time",
        "buyer_requested_cancellation": "Buyer requested cancellation",
    }.items()
}
BUYER_CANCEL = {
    f"ecom_order_to_ship_canceled_reason_{end}": text
    for end, text in {
        "created_by_mistakes": "Order created by mistake",
        "no_longer_needed": "No longer needed",
        "better_price": "Better price available",
        "wrong_delivery_info": "Wrong delivery information",
        "change_payment_method": "Need to change payment method",
        "discount_not_expected": "Discount not as expected",
        "high_delivery_costs": "High delivery costs",
        "not_shipped_on_time": "Not shipped on time",
    }.items()
}
SYSTEM_CANCEL = {
    "system_cancel_unpaid_time_out": "Buyer did not pay in time",
    "system_cancel_anti_span_block": "Blocked by risk control",
    "package_cancel": "Package cancelled",
    "platform_cancel": "Cancelled by TikTok Shop",
    "package_lost": "Package lost",
    "package_damaged": "Package damaged",
    "package_scrap": "Package scrapped",
    "returned_to_shipper_refused": "Refused by the buyer",
    "returned_to_shipper_other": "Returned to the sender",
    "threepl_breach": "The carrier failed",
    "system_cancel_order_reason_shipping_timeout": "Not shipped in time",
    "system_cancel_order_untracked": "No tracking information",
}
_DELIVERED = {
    "REFUND": {
        "ecom_order_delivered_refund_reason_missing_product": "Missing product",
        "ecom_order_delivered_refund_reason_package_not_received": "Not received",
        "ecom_order_delivered_refund_and_return_reason_wrong_product": (
            "Wrong product was sent"
        ),
    },
    "RETURN_AND_REFUND": {
        "ecom_order_delivered_refund_and_return_reason_wrong_product": (
            "Wrong product was sent"
        ),
        "ecom_order_delivered_refund_and_return_reason_damaged": "Damaged product",
        "ecom_order_delivered_refund_and_return_reason_no_longer_needed": (
            "No longer needed"
        ),
    },
}
_SHIPPED = {
    "ecom_order_shipped_refund_reason_not_received": "Package not received",
    "ecom_order_shipped_refund_reason_no_longer_needed": "No longer needed",
}


def _named(market, reasons):
    """Return the reasons with the names of the market; the UK has its own."""
    end = "_uk" if market.code == "GB" else ""
    return {f"{name}{end}": text for name, text in reasons.items()}


def seller_cancel(market, status):
    """Return {name: text} of the reasons a seller can cancel an order with."""
    if status == "UNPAID":
        return _named(market, _UNPAID)
    reasons = dict(_PAID)
    if market.code == "SG":
        reasons.pop("seller_cancel_paid_reason_address_not_deliver")
        reasons[_SINGAPORE] = "Unable to deliver to the address"
    if market.code in ("US", "PH"):
        reasons[_ASKED] = "Buyer requested cancellation"
    return _named(market, reasons)


def of_return(kind, status):
    """Return {name: text} of the reasons for a return of a type (`kind`)."""
    if status in ("AWAITING_COLLECTION", "IN_TRANSIT"):
        return _SHIPPED
    return _DELIVERED["REFUND" if kind == "REFUND" else "RETURN_AND_REFUND"]


def check_cancel(order, name):
    """Refuse a reason with which the seller cannot cancel `order` now; or its text.

    :raise ApiError: 25001021 fits another status, 25001015 not for sellers, 25001014
        unknown
    """
    market = order.shop.market
    fitting = seller_cancel(market, order.status)
    if name in fitting:
        return fitting[name]
    others = _named(market, {**_PAID, **_UNPAID, _ASKED: "", _SINGAPORE: ""})
    if name in others:
        raise business(25001021)
    raise business(25001015 if name in {**BUYER_CANCEL, **SYSTEM_CANCEL} else 25001014)


def check_return(order, kind, name):
    """Refuse a reason that fits no return of this type now; or return its text.

    :raise ApiError: as `check_cancel`
    """
    fitting = of_return(kind, order.status)
    if name in fitting:
        return fitting[name]
    if name in {**_SHIPPED, **_DELIVERED["REFUND"], **_DELIVERED["RETURN_AND_REFUND"]}:
        raise business(25001021)
    raise business(25001015 if name in BUYER_CANCEL else 25001014)


def reject(box, market, decision):
    """Return {name: text} of the reasons to decline with, as they are called now."""
    return _named(market, _renamed(decision, _ends(box)[0]))


def _ends(box):
    """Return how the renamed reasons end now, and how they ended before."""
    settings = box.aftersales
    turn = int(box.now() - settings.started) // RENAMED_EVERY + settings.turn
    return (_NEW, _OLD) if turn % 2 else (_OLD, _NEW)


def _renamed(decision, end):
    rows = list(REJECT[decision].items())
    return {
        name + (end if not place else ""): t for place, (name, t) in enumerate(rows)
    }


def check_reject(box, market, decision, name):
    """Refuse a reason that this decision cannot be given now; or return its text.

    :raise ApiError: 25001014 unknown, 25001020 offline, 25001016 of another decision,
        25001057 of a return and not of a cancellation, or the other way
    """
    fitting = reject(box, market, decision)
    if name in fitting:
        return fitting[name]
    _now, before = _ends(box)
    if name in _named(market, _renamed(decision, before)):
        raise business(25001020)
    known = [key for key in REJECT if name in reject(box, market, key)]
    if not known:
        raise business(25001014)
    cancels = "REJECT_REQUEST_CANCEL"
    same = (decision == cancels) == (cancels in known)
    raise business(25001016 if same else 25001057)


def text_of(name):
    """Return the text of a reason, "" for an unknown one."""
    tables = (BUYER_CANCEL, SYSTEM_CANCEL, _PAID, _UNPAID, _SHIPPED)
    tables += (*_DELIVERED.values(), {_ASKED: "Buyer requested cancellation"})
    plain = name.removesuffix("_uk")
    return next((table[plain] for table in tables if plain in table), "")


def cancel_reason(role, text, market, paid=True):
    """Return (name, text) for what a cancelled unit says of itself."""
    if role == "SELLER":
        table = _named(market, _PAID if paid else _UNPAID)
    else:
        table = BUYER_CANCEL if role == "BUYER" else SYSTEM_CANCEL
    for name, known in table.items():
        if known == text:
            return name, text
    usual = {
        "SELLER": next(iter(table)),
        "BUYER": "ecom_order_to_ship_canceled_reason_no_longer_needed",
    }
    timeout = "system_cancel_order_reason_shipping_timeout"
    return usual.get(role, timeout if paid else "system_cancel_unpaid_time_out"), text
