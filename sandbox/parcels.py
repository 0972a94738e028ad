"""Which units travel together: packages made, emptied, split and combined."""

from .errors import business
from .timeline import SHIPPED, add_package, show_package


def own_package(call, package_id):
    """Return a package of the shop of the call.

    :raise ApiError: 21011028 for anything else
    """
    package = call.shop.packages.get(package_id)
    if package is None:
        raise business(21011028)
    return package


def active_lines(order):
    """The units of `order` that are not cancelled."""
    return [line for line in order.lines if line["display_status"] != "CANCELLED"]


def open_lines(order):
    """The ids of the units of `order` that nobody shipped or cancelled."""
    return [
        line["id"]
        for line in active_lines(order)
        if line["display_status"] not in SHIPPED
    ]


def open_packages(order):
    """The packages of `order` that wait for the seller."""
    return [p for p in order.packages if p.status == "TO_FULFILL"]


def package_of(box, orders, line_ids):
    """Return an open package of exactly these units, a new one unless there is one.

    The units leave the open packages they were in; one without units disappears. What
    is left of an order that was one package makes it a split one.
    """
    wanted = set(line_ids)
    for package in open_packages(orders[0]):
        inside = {i for order in package.orders for i in open_lines(order)}
        if inside & set(package.line_ids) == wanted:
            return package
    return regroup(box, orders, [line_ids])[0]


def regroup(box, orders, groups):
    """Make one package of each group of units of `orders`; return the packages.

    Old packages lose these units, and the empty ones their ids.
    """
    now = int(box.now())
    for order in orders:
        for package in open_packages(order):
            _take(package, {i for ids in groups for i in ids}, now)
    packages = []
    for ids in groups:
        members = [o for o in orders if {line["id"] for line in o.lines} & set(ids)]
        packages.append(add_package(box, members[0], list(ids), now, *members[1:]))
    for order in orders:
        tag(order)
        order.touch(now)
    for package in packages:
        show_package(package)
    return packages


def _take(package, line_ids, now):
    """Take units out of a package; orders without units leave it."""
    package.line_ids = [i for i in package.line_ids if i not in line_ids]
    package.update_time = now
    left = set(package.line_ids)
    for order in list(package.orders):
        if not left & set(open_lines(order)):
            leave(package, order)


def leave(package, order):
    """Let an order go out of a package; the last one takes the package along."""
    own = {line["id"] for line in order.lines}
    package.line_ids = [i for i in package.line_ids if i not in own]
    order.doc["packages"] = [
        ref for ref in order.doc["packages"] if ref["id"] != package.id
    ]
    order.touch()
    if len(package.orders) == 1:
        del order.shop.packages[package.id]
    else:
        package.orders.remove(order)
        tag(package.orders[0])
        package.orders[0].touch()
    order.shop.changed("packages")


def tag(order):
    """Say on the order whether it was split or combined."""
    packages = order.packages
    placed = {i for package in packages for i in package.line_ids}
    if any(len(package.orders) > 1 for package in packages):
        order.doc["split_or_combine_tag"] = "COMBINED"
    elif len(packages) > 1 or (packages and not set(open_lines(order)) <= placed):
        order.doc["split_or_combine_tag"] = "SPLIT"
    else:
        order.doc.pop("split_or_combine_tag", None)
