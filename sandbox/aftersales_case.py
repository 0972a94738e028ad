"""What cancellations and returns have in common: units, a clock, answers counted."""

from collections import Counter
from dataclasses import dataclass, field

from .aftersales_amounts import Amount
from .images import SIDE, image

SUB_LINES = "202602"


@dataclass
class Unit:
    """One unit of a case: a line of the order as it was, and what goes back for it.

    :ivar parts: (id, id of the unit, SKU, share of the amount) of a virtual bundle
    """

    id: str
    line: dict
    amount: Amount
    parts: list = field(default_factory=list)

    @property
    def line_id(self):
        """The id of the line item of the order."""
        return self.line.get("id", "")


class Case:
    """One case after the sale.

    :ivar action: what the seller has to do now, "" for nothing
    :ivar due: Unix seconds at which something happens by itself, or None; while there
        is an `action` it is the seller's deadline
    :ivar answers: {decision: accepted answers of the API}
    :ivar calls: all calls that wanted to answer it
    :ivar refusals: what the next calls answer before they look, see `refusals`
    :ivar override: what the control door puts over the document
    """

    kind = ""

    def __init__(self, box, order, reason, role, now):
        self.id = box.case_ids.next("case")
        self.shop = order.shop
        self.order = order
        self.reason, self.reason_text = reason
        self.role = role
        self.create_time = self.update_time = int(now)
        self.status = ""
        self.action = ""
        self.due = None
        self.units = []
        self.answers = Counter()
        self.calls = 0
        self.refusals = []
        self.override = {}
        getattr(self.shop, self.kind)[self.id] = self
        getattr(order, self.kind).append(self)

    @property
    def amount(self):
        """What goes back for all units."""
        return sum((unit.amount for unit in self.units), Amount())

    @property
    def line_ids(self):
        """The ids of the line items of the order."""
        return [unit.line_id for unit in self.units]

    def move(self, status, now, action="", due=None):
        """Bring the case to `status`, with what comes next; its time moves."""
        self.status, self.action = status, action
        self.wait(due)
        self.touch(now)

    def wait(self, due):
        """Set the time at which something happens by itself."""
        self.due = None if due is None else int(due)
        if self.due is None:
            self.shop.open_cases.pop(self.id, None)
        else:
            self.shop.open_cases[self.id] = self

    def touch(self, now):
        """Move `update_time` to `now`."""
        self.update_time = max(self.update_time, int(now))
        self.shop.changed(self.kind)

    def head(self, name):
        """Return what both kinds of document begin with; `name` begins its keys."""
        doc = {
            f"{name}_id": self.id,
            "order_id": self.order.id,
            f"{name}_type": self.type,
            f"{name}_status": self.status,
            "role": self.role,
            f"{name}_reason": self.reason,
            f"{name}_reason_text": self.reason_text,
            "create_time": self.create_time,
            "update_time": self.update_time,
            "refund_amount": self.amount.show(self.shop.market),
        }
        if self.action:
            row = {"action": self.action, "deadline": self.due}
            doc["seller_next_action_response"] = [row]
        return doc

    def overridden(self, doc):
        """Return `doc` with what the control door changed; None leaves a key out."""
        doc = {**doc, **self.override}
        return {key: value for key, value in doc.items() if value is not None}

    def show(self, raw):
        """Return the case as the control door shows it."""
        market = self.shop.market
        row = {
            "shop_id": self.shop.id,
            "order_id": self.order.id,
            "type": self.type,
            "status": self.status,
            "role": self.role,
            "reason": self.reason,
            "create_time": self.create_time,
            "update_time": self.update_time,
            "action": self.action,
            "due": self.due,
            "line_ids": self.line_ids,
            "amount": market.money(self.amount.total),
            "answers": dict(self.answers),
            "calls": self.calls,
            "refusals": self.refusals,
        }
        return {**row, "raw": self.serve("209912")} if raw else row


def units_of(box, shop, lines, amounts):
    """Return a unit per line, with the parts of bundles."""
    units = []
    for line, amount in zip(lines, amounts, strict=True):
        unit = Unit(box.case_ids.next("case_line"), dict(line), amount)
        unit.parts = _parts(box, shop, line, amount)
        units.append(unit)
    return units


def _parts(box, shop, line, amount):
    """Return every physical unit inside a bundle, with its share of the amount."""
    skus = [
        shop.skus[row["sku_id"]]
        for row in line.get("combined_listing_skus") or ()
        for _unit in range(int(row.get("sku_count") or 1))
        if row.get("sku_id") in shop.skus
    ]
    left, parts = amount.total, []
    for number, sku in enumerate(skus, 1):
        share = left if number == len(skus) else amount.total // len(skus)
        left -= share
        ids = box.case_ids.next("case_line"), box.case_ids.next("case_line")
        parts.append((*ids, sku, Amount(share)))
    return parts


def show_units(box, case, name, version):
    """Return the line items of a case; `name` begins their keys.

    :param version: of the call; parts of bundles came with 202602
    """
    rows = []
    for unit in case.units:
        row = {
            f"{name}_line_item_id": unit.id,
            "order_line_item_id": unit.line_id,
            "sku_id": unit.line.get("sku_id", ""),
            "sku_name": unit.line.get("sku_name", ""),
            "product_name": unit.line.get("product_name", ""),
            "seller_sku": unit.line.get("seller_sku", ""),
            "product_image": picture(box, unit.line.get("sku_id") or "none"),
            "refund_amount": unit.amount.show(case.shop.market),
        }
        if unit.parts and version >= SUB_LINES:
            row[f"{name}_sub_line_items"] = [
                _sub_line(box, case, name, unit, part) for part in unit.parts
            ]
        rows.append(row)
    return rows


def _sub_line(box, case, name, unit, part):
    part_id, unit_id, sku, amount = part
    return {
        f"{name}_sub_line_item_id": part_id,
        f"{name}_line_item_id": unit.id,
        "sub_order_line_item_id": unit_id,
        "order_line_item_id": unit.line_id,
        "sku_id": sku.id,
        "sku_name": sku.name,
        "product_name": sku.product.title,
        "seller_sku": sku.seller_sku,
        "product_image": picture(box, sku.id),
        "refund_amount": amount.show(case.shop.market),
    }


def picture(box, name):
    """Return an image as cases show it."""
    return {"url": image(box, name)["urls"][0], "width": SIDE, "height": SIDE}
