"""Puts a new order into a status, with the times and packages of its past."""

from .state import Package

HOUR, DAY = 3600, 86400
# Age of an order of a status in hours, for orders of the last fourteen days.
_AGES = {
    "UNPAID": (0.1, 20),
    "ON_HOLD": (0.1, 0.8),
    "AWAITING_SHIPMENT": (1.2, 60),
    "PARTIALLY_SHIPPING": (6, 72),
    "AWAITING_COLLECTION": (5, 96),
    "IN_TRANSIT": (30, 150),
    "DELIVERED": (90, 260),
    "COMPLETED": (190, 335),
    "CANCELLED": (6, 330),
}
PACKAGE_STATUS = {
    "AWAITING_SHIPMENT": "TO_FULFILL",
    "PARTIALLY_SHIPPING": "TO_FULFILL",
    "AWAITING_COLLECTION": "PROCESSING",
    "IN_TRANSIT": "FULFILLING",
    "DELIVERED": "COMPLETED",
    "COMPLETED": "COMPLETED",
    "CANCELLED": "CANCELLED",
}
_EVENTS = {"collection_time": "collected", "delivery_time": "delivered"}
SHIPPED = ("AWAITING_COLLECTION", "IN_TRANSIT", "DELIVERED", "COMPLETED")


def age_for(rng, status, days):
    """Return a likely age in seconds of an order of `status`, at most `days` days."""
    low, high = _AGES[status]
    scale = min(1, days / 14) if status not in ("ON_HOLD", "UNPAID") else 1
    seconds = rng.uniform(low * HOUR, high * HOUR) * scale
    return int(min(seconds, days * DAY))


def apply_status(box, order, status, created, plain):
    """Bring a new `order` to `status`, as if it had lived since `created`.

    :param plain: without open requests and cancelled units
    """
    doc, rng, now = order.doc, box.rng, int(box.now())
    age = max(30, now - created)
    if status not in ("UNPAID",) and not doc["is_cod"]:
        doc["paid_time"] = created + min(35, age // 3)
    parts = (0.3, 0.45, 0.7)
    if status == "COMPLETED":
        parts = (0.08, 0.15, 0.3, rng.uniform(0.4, 0.95))
    times = [created + int(age * part) for part in parts]
    doc["status"] = status
    _deadlines(doc, created, status)
    stages = SHIPPED.index(status) + 1 if status in SHIPPED else 0
    names = ("rts_time", "collection_time", "delivery_time")
    doc.update(zip(names[:stages], times, strict=False))
    moved = times[stages - 1] if stages else created + min(60, age // 2)
    if status in ("CANCELLED", "PARTIALLY_SHIPPING"):
        moved = times[0]
    doc["update_time"] = moved + rng.randrange(0, max(1, min(age // 12, 1800)))
    if status == "CANCELLED":
        _cancelled(rng, doc)
    if status == "AWAITING_SHIPMENT" and not plain:
        _open_request(rng, doc)
    for line in order.lines:
        line["display_status"] = status
    _packages(box, order, status)
    if status == "AWAITING_SHIPMENT" and not plain:
        _cancel_part(rng, order)


def _deadlines(doc, created, status):
    """Set the SLA and due times that a paid, running order shows."""
    if status in ("UNPAID", "ON_HOLD", "CANCELLED"):
        return
    doc["rts_sla_time"] = created + 2 * DAY
    doc["tts_sla_time"] = created + 3 * DAY
    doc["shipping_due_time"] = created + 4 * DAY
    doc["collection_due_time"] = created + 5 * DAY
    doc["delivery_due_time"] = created + 20 * DAY
    doc["cancel_order_sla_time"] = created + 4 * DAY


def _cancelled(rng, doc):
    who = rng.choice(("BUYER", "BUYER", "SELLER", "SYSTEM"))
    reason = "Order created by mistake" if who == "BUYER" else "Out of stock"
    doc["cancel_time"] = doc["update_time"]
    doc["cancel_reason"] = reason
    doc["cancellation_initiator"] = who
    for line in doc["line_items"]:
        line["cancel_reason"], line["cancel_user"] = reason, who


def _open_request(rng, doc):
    if rng.random() < 0.03:
        doc["is_buyer_request_cancel"] = True
        doc["request_cancel_time"] = doc["update_time"]


def _cancel_part(rng, order):
    """Cancel one unit of some orders that go on.

    The payment block stays as it was paid: the refund shows on after-sales calls only.
    """
    lines = [line for line in order.lines if not line["is_gift"]]
    if len(lines) < 2 or rng.random() > 0.06 or order.fbt:
        return
    cancel_line(lines[-1], "BUYER", "No longer needed")


def cancel_line(line, who, reason):
    """Cancel one unit; `reserve.balance` gives its stock back."""
    line["display_status"] = "CANCELLED"
    line["cancel_user"], line["cancel_reason"] = who, reason


def _packages(box, order, status):
    """Make the packages an order of `status` has, shipped as far as it is."""
    doc = order.doc
    if status == "UNPAID":
        return
    before = order.shop.market.packs_before_shipping(doc["shipping_type"], order.fbt)
    if not before and status not in (*SHIPPED, "PARTIALLY_SHIPPING"):
        return
    groups = [[line["id"] for line in order.lines]]
    if _splits(box, order, status):
        first = order.lines[0]["sku_id"]
        groups = [
            [line["id"] for line in order.lines if line["sku_id"] == first],
            [line["id"] for line in order.lines if line["sku_id"] != first],
        ]
        doc["split_or_combine_tag"] = "SPLIT"
    doc["packages"] = []
    for number, ids in enumerate(groups):
        stage = status
        if status == "PARTIALLY_SHIPPING":
            stage = "AWAITING_SHIPMENT" if number else "AWAITING_COLLECTION"
            if number and not before:
                _stage_lines(order, ids, stage)
                continue
        package = add_package(box, order, ids, doc["update_time"] - 60)
        stage_package(box, package, stage, doc.get("rts_time", doc["update_time"] - 30))


def _splits(box, order, status):
    several = len({line["sku_id"] for line in order.lines}) > 1
    if status == "PARTIALLY_SHIPPING":
        return several
    shipped = status in ("AWAITING_COLLECTION", "IN_TRANSIT")
    plain = box.options.lines is not None
    return several and shipped and not plain and box.rng.random() < 0.25


def _stage_lines(order, ids, stage):
    for line in order.lines:
        if line["id"] in ids:
            line["display_status"] = stage


def add_package(box, order, line_ids, created, *others):
    """Add a package of `line_ids` to `order` (and others), still to be fulfilled."""
    package = Package(
        box.ids.next("package"), order, line_ids, "TO_FULFILL", int(created)
    )
    package.orders += others
    order.shop.packages[package.id] = package
    order.shop.changed("packages")
    for member in package.orders:
        member.doc.setdefault("packages", []).append({"id": package.id})
    return package


def stage_package(box, package, status, shipped_at):
    """Give a new package what an order of `status` shows of it."""
    order = package.order
    package.status = PACKAGE_STATUS.get(status, "TO_FULFILL")
    package.update_time = max(package.create_time, order.update_time)
    if status in SHIPPED:
        carriers = order.shop.delivery_options[0]["carriers"]
        package.provider = box.rng.choice(carriers)
        package.tracking_number = new_tracking(box, order.shop)
        package.ship_time = int(shipped_at)
        package.events.append((package.ship_time, "arranged"))
        for key, event in _EVENTS.items():
            if key in order.doc:
                package.events.append((order.doc[key], event))
    show_package(package, status)


def new_tracking(box, shop):
    """Return a tracking number as a carrier of the market would print it."""
    return f"{shop.market.code}SB{box.rng.randrange(10**10, 10**11)}"


def show_package(package, line_status=None):
    """Copy what `package` is onto the lines and the head of its orders."""
    for order in package.orders:
        if order.status not in ("UNPAID", "ON_HOLD", "CANCELLED"):
            _show(package, order, line_status)
        order.touch()


def _show(package, order, line_status):
    doc, inside = order.doc, set(package.line_ids)
    for line in order.lines:
        if line.get("id") not in inside or line["display_status"] == "CANCELLED":
            continue
        line["package_id"], line["package_status"] = package.id, package.status
        if line_status:
            line["display_status"] = line_status
        if package.ship_time:
            line["rts_time"] = package.ship_time
            line["tracking_number"] = package.tracking_number
        if package.provider:
            line["shipping_provider_id"] = package.provider["id"]
            line["shipping_provider_name"] = package.provider["name"]
    if len(doc.get("packages", ())) == 1:
        doc["tracking_number"] = package.tracking_number
        if package.provider:
            doc["shipping_provider"] = package.provider["name"]
            doc["shipping_provider_id"] = package.provider["id"]
