"""What the carrier reports of the packages of an order.

Source: TikTok Shop Partner API docs, Get Order Tracking, Get Logistics Tracking. The
action codes are invented.
"""

from .orders import own_order
from .router import endpoint

# event: (text, action code, name of the action)
EVENTS = {
    "arranged": ("The seller has arranged shipment", 50101, "SHIPMENT_ARRANGED"),
    "pickup_failed": (
        "The courier could not collect the package",
        50199,
        "PICKUP_FAILED",
    ),
    "collected": ("Picked up by the carrier", 50301, "PICKED_UP"),
    "delivered": ("Your package was delivered!", 50601, "DELIVERED"),
    "lost": ("The package was lost or damaged", 50901, "LOST"),
}


@endpoint(
    "GET", "/fulfillment/202309/orders/{order_id}/tracking", scope="seller.logistics"
)
def tracking(call, order_id):
    """The carrier's events of all packages, newest first, in milliseconds."""
    order = own_order(call, order_id)
    events = [event for package in order.packages for event in package.events]
    return {"tracking": _rows(events)}


@endpoint(
    "GET", "/logistics/202604/orders/{order_id}/tracking", scope="seller.logistics"
)
def logistics_tracking(call, order_id):
    """The same package by package."""
    order = own_order(call, order_id)
    return {
        "order_id": order.id,
        "logistics_details": [
            {
                "newest_tracking_no": package.tracking_number,
                "carrier_name": package.provider["name"],
                "track_list": [
                    {
                        **row,
                        "tracking_no": package.tracking_number,
                        "action_code_name": _NAMES[row["action_code"]],
                    }
                    for row in _rows(package.events)
                ],
            }
            for package in order.packages
            if package.provider
        ],
    }


_NAMES = {code: name for _text, code, name in EVENTS.values()}


def _rows(events):
    rows = sorted(events, key=lambda event: event[0])[::-1]
    return [
        {
            "description": EVENTS[event][0],
            "update_time_millis": time * 1000,
            "action_code": EVENTS[event][1],
        }
        for time, event in rows
    ]
