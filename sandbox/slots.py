"""How a package gets to the carrier of TikTok: fetched at a time, or dropped off.

Source: TikTok Shop Partner API docs, Fulfillment reference: Get Package Handover Time
Slots, Ship Package. Which market offers what is a choice of the sandbox.
"""

from .errors import business, parameter
from .paging import body_value
from .parcels import own_package
from .refusals import check
from .router import endpoint
from .timeline import DAY, HOUR

# Hours of a day (UTC) at which a carrier comes, and for how many days ahead.
_TIMES = ((1, 5), (6, 10))
_DAYS = 3
METHODS = ("PICKUP", "DROP_OFF")


def methods(market):
    """Return how a carrier of TikTok takes packages in `market`."""
    if market.block == "EU" or market.code == "US":
        return ("DROP_OFF",)
    return ("PICKUP",) if market.code == "SG" else METHODS


def pickup_slots(call, package):
    """Return [start, end, available] of the times that have not begun.

    On every other day the second time is taken.
    """
    first = call.now // DAY
    return [
        [start, day * DAY + end * HOUR, not (number and day % 2 == 0)]
        for day in range(first, first + _DAYS)
        for number, (begin, end) in enumerate(_TIMES)
        if (start := day * DAY + begin * HOUR) > call.now
        and not package.no_slots
        and "PICKUP" in methods(call.shop.market)
    ]


@endpoint(
    "GET",
    "/fulfillment/202309/packages/{package_id}/handover_time_slots",
    scope="seller.fulfillment.package.write",
)
def handover_time_slots(call, package_id):
    """How, and when, a carrier of TikTok can take a package.

    :raise ApiError: 21011028, 11021009 for a parcel of the seller's own carrier
    """
    package = own_package(call, package_id)
    check("slots", package, *package.orders)
    if package.order.doc.get("shipping_type") != "TIKTOK":
        raise business(11021009)
    market = call.shop.market
    return {
        "can_pickup": "PICKUP" in methods(market),
        "can_drop_off": "DROP_OFF" in methods(market),
        "can_van_collection": market.code == "GB",
        "drop_off_point_url": f"{call.box.base_url}/drop-off",
        "pickup_slots": [
            # The misspelling is the API's own.
            {"start_time": start, "end_time": end, "avaliable": free}
            for start, end, free in pickup_slots(call, package)
        ],
    }


def handover(call, package, body):
    """Return `handover_method` and `pickup_slot` of a package that is shipped now.

    For local sellers of South East Asia the warehouse decides, whatever the call asks.

    :raise ApiError: 36009004 for another method, 21011053 a time that is over or was
        never offered, 21011054 no time left
    """
    offered = methods(call.shop.market)
    method = body_value(body, "handover_method", str) or offered[0]
    if method not in METHODS:
        raise parameter(f"HandoverMethod is invalid, allowed values: {METHODS}.")
    if call.shop.market.block == "SEA":
        method = _of_warehouse(call, package.order) or offered[0]
    if method == "DROP_OFF":
        return {"handover_method": method}
    wanted = body_value(body, "pickup_slot", dict)
    start, end = _slot(call, package, wanted)
    slot = {"start_time": start, "end_time": end}
    return {"handover_method": method, "pickup_slot": slot}


def _of_warehouse(call, order):
    rows = {row["id"]: row for row in call.shop.warehouses}
    return rows.get(order.doc.get("warehouse_id"), {}).get("handover")


def _slot(call, package, wanted):
    """Return start and end of the wanted time, or of the first one left."""
    slots = pickup_slots(call, package)
    if wanted:
        start = body_value(wanted, "start_time", int)
        end = body_value(wanted, "end_time", int)
        found = [row for row in slots if row[:2] == [start, end]]
        if not found and not package.no_slots:
            raise business(21011053)
        slots = found
    for start, end, free in slots:
        if free:
            return start, end
    raise business(21011054)
