"""Committed stock: what the units of open orders hold.

A unit is held from the moment it is ordered, also unpaid and on hold, until its parcel
leaves (IN_TRANSIT); a cancelled unit goes back to what is available. Source: TikTok
Shop Partner API docs, Inventory Search: committed stock is reserved by unshipped orders
and is no part of the available quantity.
"""

from dataclasses import dataclass

HELD = (
    "UNPAID",
    "ON_HOLD",
    "AWAITING_SHIPMENT",
    "PARTIALLY_SHIPPING",
    "AWAITING_COLLECTION",
)
LEFT = ("IN_TRANSIT", "DELIVERED", "COMPLETED")


@dataclass
class Hold:
    """What one unit of an order holds in one warehouse.

    `rows` names (SKU, units, units that were not available): the parts of a bundle, or
    the SKU itself.
    """

    sku: object
    warehouse_id: str
    rows: list


def balance(box, order):
    """Make the stock that `order` holds fit the state of its units.

    Orders of the first fill were there before the stock was counted: they take nothing
    from what is available.
    """
    units = {
        line.get("id", number): line
        for number, line in enumerate(order.lines)
        if isinstance(line, dict)
    }
    warehouse = order.doc.get("warehouse_id")
    for key, hold in list(order.holds.items()):
        line = units.get(key, {})
        status = line.get("display_status")
        if status in LEFT:
            _end(order.holds.pop(key), back=False)
        elif status not in HELD or (line.get("sku_id"), warehouse) != (
            hold.sku.id,
            hold.warehouse_id,
        ):
            _end(order.holds.pop(key), back=True)
    for key, line in units.items():
        sku = order.shop.skus.get(line.get("sku_id"))
        held = line.get("display_status") in HELD and key not in order.holds
        if sku is not None and held:
            order.holds[key] = _hold(box, order, sku, warehouse)


def _hold(box, order, sku, warehouse):
    """Commit one unit of `sku` and count what nobody had to sell."""
    rows = []
    for part, units in sku.parts or [(sku, 1)]:
        short = part.commit(warehouse, units, from_available=box.filled)
        rows.append((part, units, short))
        if not order.fbt:
            part.oversold += short
    if sku.parts:
        sku.bundled[warehouse] = sku.bundled.get(warehouse, 0) + 1
    return Hold(sku, warehouse, rows)


def _end(hold, back):
    """End a hold; `back` returns to available what was taken from there."""
    for part, units, short in hold.rows:
        part.release(hold.warehouse_id, units, units - short if back else 0)
    if hold.sku.parts:
        hold.sku.bundled[hold.warehouse_id] -= 1


def missing(order):
    """Return {SKU: units} that `order` would sell beyond what is available."""
    warehouse = order.doc.get("warehouse_id")
    asked = {}
    for line in order.lines:
        sku = order.shop.skus.get(line.get("sku_id"))
        if sku is None or line.get("display_status") not in HELD:
            continue
        for part, units in sku.parts or [(sku, 1)]:
            asked[part] = asked.get(part, 0) + units
    return {
        sku: units - sku.available(warehouse)
        for sku, units in asked.items()
        if units > sku.available(warehouse)
    }
