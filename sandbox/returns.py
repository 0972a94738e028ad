"""Returns: what a case is, and the steps it takes.

The seller answers within 48 hours (a replacement: 24), or TikTok grants the request;
the buyer sends the goods within a week; a parcel that is back is answered within 48
hours. Three days after a rejection the case ends unless the buyer disputes it. Source:
TikTok Shop Partner API docs, "Returns and refunds", Search Returns.
"""

from .aftersales_amounts import of_lines, split
from .aftersales_case import Case, picture, show_units, units_of
from .aftersales_refund import pay_back
from .aftersales_reship import reship
from .fulfillment import sender_address

HOUR, DAY = 3600, 86_400
ANSWER, ANSWER_REPLACEMENT = 2 * DAY, DAY
SEND_BACK, DISPUTE, OFFER = 7 * DAY, 3 * DAY, 2 * DAY
PAID_BACK = HOUR
TYPES = ("REFUND", "RETURN_AND_REFUND", "REPLACEMENT", "EXCHANGE")
RENEWED = ("REPLACEMENT", "EXCHANGE")
ARBITRATIONS = ("IN_PROGRESS", "SUPPORT_BUYER", "SUPPORT_SELLER", "CLOSED")
AWAITING, SHIPPED = "AWAITING_BUYER_SHIP", "BUYER_SHIPPED_ITEM"
PARCEL_REJECTED, OFFERED = "REJECT_RECEIVE_PACKAGE", "AWAITING_BUYER_RESPONSE"
REJECTED = "REFUND_OR_RETURN_REQUEST_REJECT"
STATUSES = (
    AWAITING,
    SHIPPED,
    PARCEL_REJECTED,
    OFFERED,
    REJECTED,
    "REPLACEMENT_REQUEST_REJECT",
    *(f"RETURN_OR_REFUND_REQUEST_{end}" for end in ("PENDING", "SUCCESS", "CANCEL")),
    "RETURN_OR_REFUND_REQUEST_COMPLETE",
    *(
        f"{kind}_REQUEST_{end}"
        for kind in RENEWED
        for end in ("PENDING", "REFUND_SUCCESS", "CANCEL", "COMPLETE")
    ),
)
ACTIONS = {
    "REFUND": "SELLER_RESPOND_REFUND",
    "RETURN_AND_REFUND": "SELLER_RESPOND_RETURN",
    "REPLACEMENT": "SELLER_RESPOND_REPLACEMENT",
    "EXCHANGE": "SELLER_RESPOND_RETURN",
}
RECEIVE = "SELLER_RESPOND_RECEIVE_PACKAGE"
PARTIAL = "PARTIAL_REFUND"
QUICK = "202602"


class Return(Case):
    """One return case: a refund, a return, a replacement or an exchange.

    :ivar payer: who pays for the way back: "seller", "platform" or "buyer"
    :ivar arrived: when the parcel was back, or None
    :ivar kept: whether the buyer keeps the goods
    :ivar offer: minor units that the seller offers or offered, or None
    :ivar refused: whether the buyer turned the offer down
    :ivar reduced: minor units that go back in place of the price, or None
    :ivar with_shipping: whether the shipping fee of the order goes back too
    :ivar paid_back: (to the buyer, from the seller for goods) in minor units
    :ivar new_order: the id of the order that was made for a replacement, ""
    """

    kind = "returns"

    def __init__(self, box, order, kind, lines, reason, role, now):
        super().__init__(box, order, reason, role, now)
        self.box = box
        self.type = kind
        self.units = units_of(box, order.shop, lines, of_lines(order, lines))
        self.shipment, self.handover = "PLATFORM", "DROP_OFF"
        self.payer = "platform"
        self.tracking, self.provider = "", None
        self.arrived, self.kept, self.quick = None, False, False
        self.may_keep = False
        self.offer, self.refused, self.reduced = None, None, None
        self.back_to = ""
        self.arbitration = ""
        self.previous, self.next, self.combined = "", "", ""
        self.with_shipping = False
        self.paid_back = (0, 0)
        self.new_order = ""
        self.records = []

    def word(self, end):
        """Return the status of the type that ends in `end`."""
        if end == "REJECT" and self.type not in RENEWED:
            return REJECTED
        kind = self.type if self.type in RENEWED else "RETURN_OR_REFUND"
        if end == "SUCCESS" and self.type in RENEWED:
            end = "REFUND_SUCCESS"
        return f"{kind}_REQUEST_{end}"

    def stands(self, *ends):
        """Whether the status is one of these ends of the words of its type."""
        return self.status in [self.word(end) for end in ends]

    @property
    def granted(self):
        """Whether the case ended in favour of the buyer."""
        return self.stands("SUCCESS", "COMPLETE")

    @property
    def open(self):
        """Whether the units are still taken by this case."""
        return not self.granted and not self.stands("CANCEL")

    @property
    def comes_back(self):
        """Whether goods come back, as far as it is agreed."""
        renewed = self.type == "REPLACEMENT" and self.may_keep
        return self.type != "REFUND" and not self.kept and not renewed

    def reduce(self, total):
        """Make `total` minor units all that goes back, shared out over the units."""
        self.reduced = total
        parts = split(total, [unit.amount for unit in self.units])
        for unit, part in zip(self.units, parts, strict=True):
            unit.amount = part

    def lapse(self, box, when):
        """Let happen what happens by itself at `when`."""
        if self.stands("PENDING"):
            grant_request(box, self, when)
        elif self.status == SHIPPED:
            receive(box, self, when)
        elif self.status == OFFERED:
            answer_offer(box, self, False, when)
        elif self.stands("SUCCESS"):
            complete(self, when)
        else:
            close(self, when)

    def serve(self, version):
        """Return the case as a version of the search shows it."""
        market = self.shop.market
        doc = self.head("return")
        doc["return_line_items"] = show_units(self.box, self, "return", version)
        doc["discount_amount"] = [_discounts(self)]
        doc["shipping_fee_amount"] = [_shipping_fees(self)]
        if self.arbitration:
            doc["arbitration_status"] = self.arbitration
        if self.comes_back:
            doc |= _way_back(self)
        if self.type == "REPLACEMENT":
            doc["can_buyer_keep_item"] = self.may_keep
        if self.previous:
            doc["pre_return_id"] = self.previous
        if self.next:
            doc["next_return_id"] = self.next
        if self.offer is not None:
            doc["seller_proposed_return_type"] = PARTIAL
            amount = market.money(self.offer)
            doc["partial_refund"] = {"currency": market.currency, "amount": amount}
        if self.refused is not None:
            doc["buyer_rejected_partial_refund"] = self.refused
        if version >= QUICK and self.comes_back:
            doc["is_quick_refund"] = self.quick
        return self.overridden(doc)

    def show(self, raw):
        """Return the case as the control door shows it."""
        money = self.shop.market.money
        return {
            **super().show(raw),
            "arbitration": self.arbitration,
            "tracking_number": self.tracking,
            "arrived": self.arrived,
            "kept": self.kept,
            "offer": None if self.offer is None else money(self.offer),
            "previous_id": self.previous,
            "next_id": self.next,
            "combined_id": self.combined,
            "refunded": money(self.paid_back[0]),
            "refunded_goods": money(self.paid_back[1]),
            "new_order_id": self.new_order,
            "records": len(self.records),
        }

    def note(self, event, role, text, when, note="", images=(), videos=()):
        """Write a record of what happened.

        :param images: names of pictures; `videos`: names of videos
        """
        self.records.append(
            {
                "event": event,
                "role": role,
                "description": text,
                "reason_text": self.reason_text,
                "note": note,
                "images": [picture(self.box, name) for name in images],
                "videos": [_video(self.box, name) for name in videos],
                "create_time": int(when),
            }
        )


def _video(box, name):
    cover = picture(box, name)
    return {
        "url": cover["url"].replace(".png", ".mp4"),
        "cover": cover["url"],
        "width": cover["width"],
        "height": cover["height"],
        "duration_millis": 4000,
    }


def _discounts(case):
    market = case.shop.market
    sums = {
        f"product_{payer}_discount": sum(
            market.minor(float(unit.line.get(f"{payer}_discount") or 0))
            for unit in case.units
        )
        for payer in ("seller", "platform")
    }
    keys = ("shipping_fee_seller_discount", "shipping_fee_platform_discount")
    texts = {key: market.money(amount) for key, amount in sums.items()}
    return {"currency": market.currency, **texts, **dict.fromkeys(keys, "0")}


def _shipping_fees(case):
    market = case.shop.market
    payer = "buyer" if case.shipment == "BUYER_ARRANGE" else case.payer
    fee = market.minor(market.shipping) if case.comes_back else 0
    amounts = {
        f"{who}_paid_return_shipping_fee": market.money(fee if who == payer else 0)
        for who in ("seller", "platform", "buyer")
    }
    return {"currency": market.currency, **amounts}


def _way_back(case):
    """Return how the goods come back: by TikTok's label, or as the buyer likes."""
    platform = case.shipment == "PLATFORM"
    doc = {
        "shipment_type": case.shipment,
        "return_method": "PLATFORM_SHIPPED" if platform else "BUYER_SHIPPED",
        "is_combined_return": bool(case.combined),
        "return_warehouse_address": {
            "full_address": sender_address(case.shop.market)["full_address"]
        },
    }
    if platform:
        doc["handover_method"] = case.handover
        doc["return_shipping_document_type"] = "SHIPPING_LABEL"
    if case.combined:
        doc["combined_return_id"] = case.combined
    if case.tracking:
        doc["return_tracking_number"] = case.tracking
        doc["return_provider_name"] = case.provider["name"]
        doc["return_provider_id"] = case.provider["id"]
    return doc


def pend(case, when):
    """Let the request wait for an answer."""
    wait = ANSWER_REPLACEMENT if case.type == "REPLACEMENT" else ANSWER
    case.move(case.word("PENDING"), when, ACTIONS[case.type], when + wait)


def grant_request(box, case, when, role="SYSTEM"):
    """Grant what the buyer asks for: money, a way back, or new goods."""
    case.note("REQUEST_APPROVED", role, "The request was approved", when)
    if case.type == "REFUND":
        case.kept = True
        grant(box, case, when)
    elif case.comes_back:
        case.move(AWAITING, when, due=when + SEND_BACK)
    else:
        renew(box, case, when)


def grant(box, case, when):
    """Give the money back; an hour later the buyer has it."""
    status = case.word("SUCCESS")
    case.move(status, when, due=None if case.type in RENEWED else when + PAID_BACK)
    case.note("REFUND_GRANTED", "SYSTEM", "The refund is on its way", when)
    pay_back(box, case)


def complete(case, when):
    """The buyer has the money."""
    case.move(case.word("COMPLETE"), when)
    case.note("REFUND_COMPLETE", "SYSTEM", "The buyer was refunded", when)


def renew(box, case, when):
    """Make the order with which the goods are sent anew."""
    case.move(case.word("COMPLETE"), when)
    case.new_order = reship(box, case)
    case.note("NEW_ORDER", "SYSTEM", "A new order was made", when)


def receive(box, case, when, role="SYSTEM"):
    """Accept the parcel that came back."""
    case.note("PACKAGE_ACCEPTED", role, "The returned parcel was accepted", when)
    if case.type in RENEWED:
        renew(box, case, when)
    else:
        grant(box, case, when)


def reject(case, when, parcel=False, note=""):
    """Decline the request, or the parcel that came back; the buyer may dispute it."""
    case.note("REQUEST_REJECTED", "SELLER", "The seller declined", when, note)
    if case.type == "EXCHANGE" and not parcel:
        close(case, when)
        return
    status = PARCEL_REJECTED if parcel else case.word("REJECT")
    case.move(status, when, due=when + DISPUTE)


def offer(case, amount, when, note=""):
    """Offer the buyer a part of the money; the buyer has 48 hours to answer."""
    case.offer, case.refused = amount, False
    case.back_to = case.status
    case.note(
        "PARTIAL_REFUND_OFFERED", "SELLER", "The seller made an offer", when, note
    )
    case.move(OFFERED, when, due=when + OFFER)


def answer_offer(box, case, accepted, when):
    """Let the buyer accept the offer, or turn it down: the seller answers again."""
    if accepted:
        case.note("OFFER_ACCEPTED", "BUYER", "The buyer accepted the offer", when)
        case.reduce(case.offer)
        case.kept = case.back_to != SHIPPED
        grant(box, case, when)
        return
    case.refused = True
    case.note("OFFER_REFUSED", "BUYER", "The buyer turned the offer down", when)
    if case.back_to == SHIPPED:
        case.move(SHIPPED, when, RECEIVE, when + ANSWER)
    else:
        pend(case, when)


def close(case, when):
    """End the case without anything for the buyer."""
    case.move(case.word("CANCEL"), when)
    case.note("REQUEST_CLOSED", "SYSTEM", "The request was closed", when)
