"""What the control door does to packages: the carrier's part, and Seller Center's."""

from . import carriage, refusals
from .invoices import decide
from .lifecycle import ship
from .parcels import open_lines, regroup
from .places import only
from .shipping import renumber
from .view import show_package

_KEYS = (
    "status",
    "reason",
    "tracking_number",
    "provider",
    "combine",
    "no_slots",
    "invoice",
    "refuse",
    "times",
    "call",
    "touch",
)
STEPS = ("ship", "collect", "pickup_failed", "reschedule", "deliver", "lost")


def change_package(box, package_id, body):
    """Change one package and return its new state.

    `status` (one of `STEPS`, with a `reason`), `tracking_number` and `provider` (a
    name) as corrected in Seller Center, `combine` (ids of orders that are to share one
    new package with it, whose state is returned), `no_slots`, `invoice` (what becomes
    of it, see `invoices.decide`, with a `reason`), `refuse` (see `refusals.add`).
    `touch` moves the `update_time` of the package on its own.

    :raise KeyError: for an unknown package
    :raise ValueError: for a step that does not follow
    """
    only(body, *_KEYS)
    package = _find(box, package_id)
    if "combine" in body:
        package = _combine(box, package, body["combine"])
    if "no_slots" in body:
        package.no_slots = bool(body["no_slots"])
    if "refuse" in body:
        refusals.add(package, body)
    if "invoice" in body:
        decide(package, body["invoice"], body.get("reason", ""))
    if "status" in body:
        _step(box, package, body["status"], body.get("reason", ""))
    if "tracking_number" in body or "provider" in body:
        number = body.get("tracking_number", package.tracking_number)
        provider = _carrier(package, body.get("provider"))
        renumber(package, number, provider, int(box.now()))
    if body.get("touch"):
        package.update_time = int(box.now())
        package.shop.changed("packages")
    return show_package(package)


def _find(box, package_id):
    for shop in box.shops.values():
        if package_id in shop.packages:
            return shop.packages[package_id]
    raise KeyError(f"package {package_id}")


def _combine(box, package, order_ids):
    """Make one package of this one and the open units of these orders."""
    if package.status != "TO_FULFILL":
        raise ValueError(f"the package is {package.status}")
    others = [package.shop.orders[order_id] for order_id in order_ids]
    orders = list(dict.fromkeys([*package.orders, *others]))
    lines = [line_id for order in orders for line_id in open_lines(order)]
    return regroup(box, orders, [lines])[0]


def _step(box, package, status, reason):
    """Take one of `STEPS`."""
    if status == "ship":
        if package.status != "TO_FULFILL":
            raise ValueError(f"the package is {package.status}")
        ship(box, package)
    elif status == "pickup_failed":
        carriage.fail_pickup(box, package, reason)
    elif status == "lost":
        carriage.lose(box, package, reason or "PACKAGE_LOST")
    elif status in STEPS:
        step = {
            "collect": carriage.collect,
            "reschedule": carriage.reschedule,
            "deliver": carriage.deliver,
        }[status]
        step(box, package)
    else:
        raise ValueError(f"status {status!r} is none of {', '.join(STEPS)}")


def _carrier(package, name):
    """Return the carrier called `name`, that of the package when there is none."""
    if name is None:
        return package.provider
    carriers = package.shop.delivery_options[1]["carriers"]
    found = [row for row in carriers if row["name"] == name]
    if not found:
        names = ", ".join(row["name"] for row in carriers)
        raise ValueError(f"no carrier {name!r}, known: {names}")
    return found[0]
