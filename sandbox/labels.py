"""Labels that are bought: the services on offer, and the package a purchase makes.

Source: TikTok Shop Partner API docs, Fulfillment reference: Get Eligible Shipping
Services, Create Packages. The services and their prices are invented.
"""

from .errors import business, parameter
from .fulfillment import DIMENSION, SCOPE, WEIGHT
from .grouping import same_parcel
from .lifecycle import check_shippable, ship
from .orders import own_order
from .paging import body_value, strings
from .parcels import open_packages, package_of
from .refusals import check
from .router import endpoint
from .shipping import chosen_lines

SHIP_TYPES = ("1", "2", "3")
_PLANS = (
    ("Ground Advantage", 90, 3, 5),
    ("Priority", 180, 1, 3),
    ("Express", 600, 1, 1),
)
_FIRST_ID = 7_208_500_000_000_000_000
_UNITS = {"weight": ("GRAM", "POUND"), "dimension": ("CM", "INCH")}


def services(shop):
    """Return the services of `shop`, the default one first.

    Prices are a share (in hundredths) of what buyers pay for shipping.
    """
    market, carriers = shop.market, shop.delivery_options[0]["carriers"]
    fee = market.minor(market.shipping)
    rows = []
    for number, (name, share, first, last) in enumerate(_PLANS):
        carrier = carriers[number % len(carriers)]
        rows.append(
            {
                "id": str(_FIRST_ID + int(shop.id) % 10**12 * 10 + number),
                "name": f"{carrier['name']} {name}",
                "price": market.money(fee * share // 100),
                "currency": market.currency,
                "earliest_delivery_days": first,
                "latest_delivery_days": last,
                "shipping_provider_id": carrier["id"],
                "shipping_provider_name": carrier["name"],
            }
        )
    return rows


@endpoint(
    "POST",
    "/fulfillment/202309/orders/{order_id}/shipping_services/query",
    scope=SCOPE,
)
def shipping_services(call, order_id):
    """What TikTok would charge to carry an order, or some of its units.

    :raise ApiError: 21008111, 21011037 none for this order or market, 21011048,
        21011006 shipped already, 21011029
    """
    order = own_order(call, order_id)
    if not call.shop.market.sells_labels or order.doc.get("shipping_type") != "TIKTOK":
        raise business(21011037)
    ids = strings(call.body, "order_line_item_ids")
    rows = body_value(call.body, "order_line_list", list, [])
    chosen = _chosen(order, ids or [row.get("order_line_id") for row in rows])
    found = services(call.shop)
    return {
        "order_id": order.id,
        "order_line_id": chosen,
        "weight": _measure(call, "weight") or WEIGHT,
        "dimension": _measure(call, "dimension") or DIMENSION,
        "shipping_services": [{**row, "is_default": row is found[0]} for row in found],
    }


def _chosen(order, ids):
    if not ids and len(open_packages(order)) > 1:
        raise business(21011048)
    return chosen_lines(order, ids, 21011006)


def _measure(call, name):
    """Return weight or dimension of the body with its unit checked, or None."""
    value = body_value(call.body, name, dict)
    if value is None:
        return None
    if value.get("unit") not in _UNITS[name]:
        raise parameter(f"Unit of {name} is invalid, allowed values: {_UNITS[name]}.")
    keys = [key for key in value if key != "unit"]
    if not keys or not all(isinstance(value[key], str) for key in keys):
        raise parameter(f"{name} type invalid. expected type:string")
    return value


@endpoint("POST", "/fulfillment/202309/packages", scope=SCOPE)
def create_package(call):
    """Buy the label of one order, or of some of its units."""
    ids = strings(call.body, "order_line_item_ids")
    return _buy(call, [_order(call, call.body.get("order_id"))], ids)


@endpoint("POST", "/fulfillment/202512/packages", scope=SCOPE)
def create_packages(call):
    """The newer form: one order (1), units of it (2), several orders together (3)."""
    kind = body_value(call.body, "ship_type", str)
    if kind not in SHIP_TYPES:
        raise parameter(f"ShipType is invalid, allowed values: {','.join(SHIP_TYPES)}.")
    if kind == "3":
        ids = dict.fromkeys(strings(call.body, "order_list_ids"))
        if len(ids) < 2:
            raise parameter("OrderListIds is invalid, minimum count: 2.")
        return _buy(call, [_order(call, order_id) for order_id in ids], [])
    rows = body_value(call.body, "order_line_item", list, []) if kind == "2" else []
    if kind == "2" and not rows:
        raise parameter("OrderLineItem is a required field")
    lines = [row.get("order_line_id") for row in rows]
    return _buy(call, [_order(call, call.body.get("order_id"))], lines)


def _order(call, order_id):
    if not order_id:
        raise parameter("OrderId is a required field")
    order = own_order(call, order_id)
    order.ship_calls += 1
    return order


def _buy(call, orders, ids):
    """Check, buy and make one package.

    :raise ApiError: 21008106 not in this market, what `check_shippable` refuses,
        21011037 not shipped by TikTok, 21011012 orders that do not go to one buyer,
        21011006 bought already, 21004008 no such service, 21011048, 21011029
    """
    check("buy", *orders, *(p for order in orders for p in order.packages))
    if not call.shop.market.sells_labels:
        raise business(21008106)
    for order in orders:
        check_shippable(order, request=21011007)
        if order.doc.get("shipping_type") != "TIKTOK":
            raise business(21011037)
    if len({same_parcel(order) for order in orders}) > 1:
        raise business(21011012)
    chosen = [i for order in orders for i in _chosen(order, ids)]
    found = {row["id"]: row for row in services(call.shop)}
    wanted = call.body.get("shipping_service_id") or next(iter(found))
    if wanted not in found:
        raise business(21004008)
    weight, dimension = _measure(call, "weight"), _measure(call, "dimension")
    package = package_of(call.box, orders, chosen)
    package.weight, package.dimension = weight, dimension
    return _bought(call, package, found[wanted])


def _bought(call, package, service):
    """Ship `package` with `service` and write the purchase down."""
    carriers = call.shop.delivery_options[0]["carriers"]
    provider = next(
        row for row in carriers if row["id"] == service["shipping_provider_id"]
    )
    package.service = service
    package.ship_calls += 1
    package.shipped_times += 1
    ship(call.box, package, provider=provider)
    call.box.purchases.append(
        {
            "time": call.now,
            "shop_id": call.shop.id,
            "package_id": package.id,
            "order_ids": [order.id for order in package.orders],
            "line_ids": list(package.line_ids),
            "service_id": service["id"],
            "price": service["price"],
            "currency": service["currency"],
        }
    )
    return {
        "package_id": package.id,
        "dimension": package.dimension or DIMENSION,
        "weight": package.weight or WEIGHT,
        "shipping_service_info": service,
        "create_time": package.create_time,
    }
