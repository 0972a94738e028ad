"""Split an order into packages; combine the packages of one buyer and part them again.

Source: TikTok Shop Partner API docs, Fulfillment reference: Get Order Split Attributes,
Confirm Order Split, Search Combinable Packages, Combine Package, Uncombine Packages.
"""

from .errors import ApiError, business, parameter
from .orders import own_order
from .paging import body_value, page, page_size, strings
from .parcels import leave, open_lines, own_package, regroup, tag
from .refusals import check
from .router import endpoint
from .timeline import add_package, show_package

SCOPE = "seller.fulfillment.package.write"
MOST_IDS = 50


def _by_sku(market):
    """Whether all units of a SKU have to stay in one package."""
    return market.block in ("SEA", "LATAM")


@endpoint("GET", "/fulfillment/202309/orders/split_attributes", scope=SCOPE)
def split_attributes(call):
    """Which orders can be split, and which have to be."""
    ids = [text for text in call.query.get("order_ids", "").split(",") if text]
    if not ids:
        raise parameter("OrderIds is a required field")
    if len(ids) > MOST_IDS:
        raise parameter(f"OrderIds is invalid, maximum count: {MOST_IDS}.")
    return {"split_attributes": [_attributes(own_order(call, i)) for i in ids]}


def _attributes(order):
    reason = _unsplittable(order)
    row = {"order_id": order.id, "can_split": not reason}
    if reason:
        row["reason"] = reason
    limit = order.must_split
    row["must_split"] = bool(limit) and len(open_lines(order)) > int(limit["max_count"])
    if row["must_split"]:
        row["must_split_reasons"] = [limit]
    return row


def _unsplittable(order):
    """Return why `order` cannot be split, or ""."""
    if order.fbt:
        return "Order is fulfilled by TikTok"
    if order.status == "CANCELLED":
        return "Order has been canceled"
    if order.status != "AWAITING_SHIPMENT":
        return "Order is not awaiting shipment"
    if order.doc.get("is_buyer_request_cancel"):
        return "Order has a cancellation request"
    if any(len(package.orders) > 1 for package in order.packages):
        return "Order has been combined"
    lines = [line for line in order.lines if line["id"] in open_lines(order)]
    units = {line["sku_id" if _by_sku(order.shop.market) else "id"] for line in lines}
    return "" if len(units) > 1 else "Order has only one item"


@endpoint("POST", "/fulfillment/202309/orders/{order_id}/split", scope=SCOPE)
def split(call, order_id):
    """Put the units of an order into packages of their own.

    :raise ApiError: 21008111, 21011035 not allowed, 21011005 groups that do not hold
        every open unit once
    """
    order = own_order(call, order_id)
    check("split", order, *order.packages)
    if _unsplittable(order):
        raise business(21011035)
    names, groups = _groups(call)
    units = [line_id for ids in groups for line_id in ids]
    if len(groups) < 2 or not all(groups) or sorted(units) != sorted(open_lines(order)):
        raise business(21011005)
    if _by_sku(call.shop.market):
        skus = {line["id"]: line["sku_id"] for line in order.lines}
        kinds = [sku for ids in groups for sku in {skus[i] for i in ids}]
        if len(kinds) != len(set(kinds)):
            raise business(21011035)
    packages = regroup(call.box, [order], groups)
    return {
        "packages": [
            {"splittable_group_id": name, "id": package.id}
            for name, package in zip(names, packages, strict=True)
        ]
    }


def _groups(call):
    """Return the names and the units of the groups, of either form of the body."""
    rows = body_value(call.body, "splittable_groups", list, [])
    groups = [strings(row, "order_line_item_ids") for row in rows]
    if not rows:
        rows = body_value(call.body, "splittable_groups_v2", list, [])
        groups = [
            [line.get("order_line_id", "") for line in row.get("order_line_list", ())]
            for row in rows
        ]
    names = [row.get("id") for row in rows]
    if len(set(names)) < len(names) or not all(isinstance(n, str) for n in names):
        raise business(21011005)
    return names, groups


@endpoint("GET", "/fulfillment/202309/combinable_packages/search", scope=SCOPE)
def combinable(call):
    """Orders of one buyer that could share a package, under ids made for this."""
    size = page_size(call, 1, 50)
    rows = [(number, row[0], row) for number, row in enumerate(_offers(call).items())]
    found, token = page(call, rows, size, False)
    return {
        "combinable_packages": [
            {"id": offer, "order_ids": [order.id for order in orders]}
            for offer, orders in found
        ],
        "next_page_token": token,
        "total_count": len(rows),
    }


def _offers(call):
    """Return {id of the offer: orders} where two or more could be combined."""
    market = call.shop.market
    groups = {}
    if market.block in ("SEA", "LATAM"):
        for order in call.shop.orders.values():
            if _combinable(order):
                groups.setdefault(same_parcel(order), []).append(order)
    offers = {}
    for orders in groups.values():
        key = tuple(order.id for order in orders)
        if len(orders) > 1:
            if key not in call.shop.combinable:
                call.shop.combinable[key] = call.box.ids.next("package")
            offers[call.shop.combinable[key]] = orders
    return offers


def _combinable(order):
    packages = order.packages
    return (
        order.status == "AWAITING_SHIPMENT"
        and not order.fbt
        and not order.doc.get("is_buyer_request_cancel")
        and len(packages) == 1
        and packages[0].status == "TO_FULFILL"
        and len(packages[0].orders) == 1
    )


def same_parcel(order):
    """Return what orders of one package have in common: buyer, address, warehouse."""
    doc, address = order.doc, order.address
    return (
        doc.get("user_id"),
        doc.get("warehouse_id"),
        doc.get("shipping_type"),
        doc.get("delivery_option_id"),
        address.get("name"),
        address.get("full_address"),
        address.get("postal_code"),
    )


@endpoint("POST", "/fulfillment/202309/packages/combine", scope=SCOPE)
def combine(call):
    """Make one package of the orders of each offer; all of them if none are named."""
    rows = body_value(call.body, "combinable_packages", list, [])
    if not rows:
        raise parameter("CombinablePackages is a required field")
    packages, errors = [], []
    for row in rows:
        try:
            packages.append(_combine(call, row))
        except ApiError as error:
            detail = {"package_id": row.get("id")}
            errors.append(
                {"code": error.code, "message": error.message, "detail": detail}
            )
    data = {"packages": packages}
    return {**data, "errors": errors} if errors else data


def _combine(call, row):
    """Combine one offer.

    :raise ApiError: 21011028 no such offer, 21011031 an order that is not in it,
        10007014 fewer than two
    """
    offered = _offers(call).get(row.get("id"))
    if offered is None:
        raise business(21011028)
    ids = strings(row, "order_ids") or [order.id for order in offered]
    orders = [order for order in offered if order.id in ids]
    if len(orders) < len(set(ids)):
        raise business(21011031)
    if len(orders) < 2:
        raise business(10007014)
    check("combine", *orders)
    lines = [line_id for order in orders for line_id in open_lines(order)]
    (package,) = regroup(call.box, orders, [lines])
    return _combined(package)


def _combined(package):
    return {"id": package.id, "order_ids": [order.id for order in package.orders]}


@endpoint("POST", "/fulfillment/202309/packages/{package_id}/uncombine", scope=SCOPE)
def uncombine(call, package_id):
    """Give orders of a combined package packages of their own again.

    :raise ApiError: 21011028, 21011029 an order of another package, 21011005 no orders,
        nothing to part, or shipped
    """
    package = own_package(call, package_id)
    check("combine", package)
    ids = strings(call.body, "order_ids")
    members = {order.id: order for order in package.orders}
    if not set(ids) <= set(members):
        raise business(21011029)
    if not ids or len(members) < 2 or package.status != "TO_FULFILL":
        raise business(21011005)
    orders = [members[order_id] for order_id in dict.fromkeys(ids)]
    return {"packages": [_combined(_part(call, package, o)) for o in orders]}


def _part(call, package, order):
    """Take `order` out of `package` into a new one."""
    leave(package, order)
    package.update_time = call.now
    own = add_package(call.box, order, open_lines(order), call.now)
    tag(order)
    show_package(own)
    for member in {order, *package.orders}:
        member.touch(call.now)
    return own
