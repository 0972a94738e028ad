"""Cancellations: who may cancel what, and what becomes of the order.

A buyer inside the free hour, the seller, TikTok and the carrier cancel at once; later a
buyer asks, and silence of 48 hours is consent. The money is back an hour after that.
An order that changes otherwise is followed: each unit that is cancelled has a
cancellation, and so has each request on the head of an order. Source: TikTok Shop
Partner API docs, "Cancellations" and Search Cancellations.
"""

from .aftersales_amounts import of_cancelled
from .aftersales_case import Case, show_units, units_of
from .aftersales_reasons import BUYER_CANCEL, cancel_reason, text_of
from .lifecycle import cancel, cancel_one
from .parcels import active_lines

HOUR, DAY = 3600, 86_400
ANSWER = 2 * DAY
PAID_BACK = HOUR
_WORD = "CANCELLATION_REQUEST_"
PENDING, SUCCESS = f"{_WORD}PENDING", f"{_WORD}SUCCESS"
CLOSED, COMPLETE = f"{_WORD}CANCEL", f"{_WORD}COMPLETE"
STATUSES = (PENDING, SUCCESS, CLOSED, COMPLETE)
TYPES = ("CANCEL", "BUYER_CANCEL")
ROLES = ("BUYER", "SELLER", "OPERATOR", "SYSTEM")
ACTION = "SELLER_RESPOND_BUYER_CANCEL"
MISTAKE = "ecom_order_to_ship_canceled_reason_created_by_mistakes"
OPEN = ("UNPAID", "ON_HOLD", "AWAITING_SHIPMENT", "PARTIALLY_SHIPPING")
REPLENISH = "202602"


class Cancellation(Case):
    """One cancellation of an order or of single units.

    :ivar closed_by: who ended it without cancelling: "buyer", "seller", "platform"
    """

    kind = "cancellations"

    def __init__(self, box, order, kind, lines, reason, role, now):
        super().__init__(box, order, reason, role, now)
        self.type = kind
        self.closed_by = ""
        # With the last unit goes what was paid beside the units.
        ids = {line.get("id") for line in lines}
        whole = {line.get("id") for line in active_lines(order)} <= ids
        self.units = units_of(box, order.shop, lines, of_cancelled(order, lines, whole))
        self.box = box

    @property
    def granted(self):
        """Whether the units are cancelled."""
        return self.status in (SUCCESS, COMPLETE)

    def lapse(self, box, when):
        """Let happen what happens by itself at `when`."""
        if self.status == SUCCESS:
            self.move(COMPLETE, when)
        elif self.status == PENDING and stoppable(self.order):
            approve(box, self, when)
        elif self.status == PENDING:
            close(self, "platform", when)

    def serve(self, version):
        """Return the cancellation as a version of the search shows it."""
        doc = self.head("cancel")
        doc["cancel_line_items"] = show_units(self.box, self, "cancel", version)
        if version >= REPLENISH:
            lost = self.role == "OPERATOR" or self.reason.startswith("package_")
            doc["should_replenish_stock"] = self.granted and not lost
        return self.overridden(doc)

    def show(self, raw):
        """Return the cancellation as the control door shows it."""
        back = self.amount.total if self.granted else 0
        return {
            **super().show(raw),
            "closed_by": self.closed_by,
            "refunded": self.shop.market.money(back),
        }


def _cancelled(line):
    return line.get("display_status") == "CANCELLED"


def stoppable(order):
    """Whether an order can still be cancelled when a buyer asked for it."""
    late = order.shop.market.block in ("US", "SEA")
    return order.status in OPEN or (order.status == "AWAITING_COLLECTION" and late)


def pending(order):
    """Return the open request of the buyer of an order, or None."""
    return next((case for case in order.cancellations if case.status == PENDING), None)


def request(box, order, lines=None, reason=MISTAKE, when=None):
    """Let the buyer ask to cancel; in the free hour it is done at once.

    :param lines: line items, all that are open by default
    :raise ValueError: when a buyer cannot ask (any more)
    """
    now = box.now() if when is None else when
    lines = list(active_lines(order)) if lines is None else lines
    if not stoppable(order):
        raise ValueError(f"no buyer cancels an order that is {order.status}")
    if pending(order):
        raise ValueError(f"order {order.id} has an open request")
    if order.status in ("UNPAID", "ON_HOLD"):
        return direct(box, order, lines, "BUYER", reason, now)
    case = _asked(box, order, lines, reason, now)
    order.doc["is_buyer_request_cancel"] = True
    order.doc["request_cancel_time"] = int(now)
    order.touch(now)
    return case


def _asked(box, order, lines, reason, when):
    named = reason, text_of(reason) or "Other"
    case = Cancellation(box, order, "BUYER_CANCEL", lines, named, "BUYER", when)
    case.move(PENDING, when, ACTION, when + ANSWER)
    return case


def direct(box, order, lines, role, reason, when):
    """Cancel units without asking anybody; return the cancellation."""
    named = reason, text_of(reason) or "Other"
    case = Cancellation(box, order, "CANCEL", lines, named, role, when)
    _cancel_units(box, case, when)
    return case


def approve(box, case, when):
    """Cancel what the buyer asked to cancel."""
    _cancel_units(box, case, when)
    if case.order.doc.get("is_buyer_request_cancel"):
        case.order.doc["is_buyer_request_cancel"] = False
        case.order.touch(when)


def _cancel_units(box, case, when):
    case.move(SUCCESS, when, due=when + PAID_BACK)
    order, ids = case.order, set(case.line_ids)
    open_ids = [line["id"] for line in active_lines(order)]
    if set(open_ids) <= ids:
        cancel(box, order, case.role, case.reason_text)
        return
    for line_id in open_ids:
        if line_id in ids:
            cancel_one(box, order, line_id, case.role, case.reason_text)


def close(case, who, when):
    """End a request without cancelling: declined, withdrawn, or too late."""
    case.closed_by = who
    case.move(CLOSED, when)
    if case.order.doc.get("is_buyer_request_cancel"):
        case.order.doc["is_buyer_request_cancel"] = False
        case.order.touch(when)


def follow(box, order):
    """Give `order` the cancellations that its units and its head tell of.

    Units are also cancelled by the control door, by carriers, and from the start.
    """
    lines = order.lines
    if order.broken or not all(isinstance(line, dict) for line in lines):
        return
    covered = {i for case in order.cancellations if case.granted for i in case.line_ids}
    gone = [row for row in lines if _cancelled(row) and row.get("id") not in covered]
    asked = pending(order)
    wanted = order.doc.get("is_buyer_request_cancel")
    if asked and gone and set(asked.line_ids) <= {row.get("id") for row in gone}:
        asked.move(SUCCESS, box.now(), due=box.now() + PAID_BACK)
        gone = [row for row in gone if row.get("id") not in asked.line_ids]
    elif asked and not wanted:
        close(asked, "buyer", box.now())
    elif wanted and asked is None and order.status in (*OPEN, "AWAITING_COLLECTION"):
        _follow_request(box, order)
    for role, reason in dict.fromkeys(map(_who_why, gone)):
        rows = [row for row in gone if _who_why(row) == (role, reason)]
        _follow_units(box, order, rows, role, reason)


def _who_why(line):
    return line.get("cancel_user") or "SYSTEM", line.get("cancel_reason") or ""


def _follow_request(box, order):
    when = order.doc.get("request_cancel_time") or order.update_time
    case = _asked(box, order, list(active_lines(order)), MISTAKE, when)
    if not box.filled and case.due <= box.now():
        # Nothing that the sandbox starts with lapses at once.
        case.due = int(box.now()) + DAY


def _follow_units(box, order, lines, role, text):
    doc = order.doc
    paid = doc.get("paid_time")
    when = doc.get("cancel_time") or doc["update_time"]
    late = role == "BUYER" and isinstance(paid, int) and when >= paid + HOUR
    kind = "BUYER_CANCEL" if late else "CANCEL"
    reason = cancel_reason(role, text, order.shop.market, bool(paid))
    case = Cancellation(box, order, kind, lines, reason, role, when)
    back = int(when) + PAID_BACK
    case.move(SUCCESS, when, due=back)
    if back <= box.now():
        case.move(COMPLETE, back)


def is_buyer_reason(name):
    """Whether a buyer can give this reason for a cancellation."""
    return name in BUYER_CANCEL
