"""What the sandbox holds: shops with their products, orders and packages."""

import json
import random

_BASES = {
    "order": 577_087_614_418_520_388,
    "line": 578_087_614_418_710_001,
    "package": 1_153_132_168_123_843_201,
    "product": 1_729_592_969_712_207_008,
    "sku": 1_730_592_969_712_207_101,
    "user": 7_494_845_267_308_520_388,
    "shop": 7_494_049_642_642_441_621,
    "warehouse": 7_068_517_275_539_719_942,
    "option": 7_091_146_663_229_654_785,
    "provider": 6_841_743_441_349_706_241,
    "statement": 7_238_804_564_097_517_339,
    "transaction": 1_636_700_041_413_599_201,
    "payment": 3_459_275_187_040_258_849,
    "case": 4_035_318_504_086_604_090,
    "case_line": 4_035_227_657_962_100_000,
    "rma": 4_035_918_504_086_608_001,
    "misc": 7_600_000_000_000_000_011,
}


class Ids:
    """Ids of the API: decimal strings of 18 or 19 digits, different per kind."""

    def __init__(self, seed):
        self._rng = random.Random(f"ids {seed}")
        self._last = dict(_BASES)

    def next(self, kind):
        """Return the next id of `kind` (a key of `_BASES`)."""
        self._last[kind] += self._rng.randrange(1, 40)
        return str(self._last[kind])


class Shop:
    """One shop: a market, a cipher, and everything sold there."""

    def __init__(self, ids, market, name, cipher, code):
        self.id = ids.next("shop")
        self.market = market
        self.name = name
        self.cipher = cipher
        self.code = code
        self.warehouses = []
        self.delivery_options = []
        self.products = {}
        self.skus = {}
        self.orders = {}
        self.packages = {}
        # The money, see `settlement.open_ledgers`
        self.ledger = None
        # How often an order changed, so that settling looks only then
        self.order_changes = 0
        self.references = {}
        # Cases after the sale, see `aftersales`
        self.cancellations = {}
        self.returns = {}
        # Those that something happens to by itself when their time comes
        self.open_cases = {}
        # Orders whose cases may be behind; None for all
        self.stale = None
        # ids of the orders: the id under which TikTok offers to combine them
        self.combinable = {}
        self._sorted = {}

    def rows(self, kind, field, status=None):
        """Return ascending (field value, id, thing) of a kind of things.

        :param kind: "orders", "packages", "products", "cancellations" or "returns"
        :param status: only things of that status; None takes all
        """
        rows = self._sorted.get((kind, field, status))
        if rows is None:
            things = getattr(self, kind).values()
            if status is not None:
                things = [thing for thing in things if thing.status == status]
            rows = sorted((getattr(t, field), t.id, t) for t in things)
            self._sorted[kind, field, status] = rows
        return rows

    def changed(self, kind):
        """Drop the sorted rows of a kind after a change."""
        self.order_changes += kind == "orders"
        for key in [key for key in self._sorted if key[0] == kind]:
            del self._sorted[key]

    def warehouse(self, role="SALES_WAREHOUSE"):
        """Return the default warehouse of a role, or of FBT ("FBT")."""
        return next(w for w in self.warehouses if w["role"] == role and w["default"])


class Order:
    """One order: the document without address, the clear address, and its cache."""

    def __init__(self, shop, doc, address, broken=""):
        self.shop = shop
        self.doc = doc
        self.address = address
        self.broken = broken
        # line item id: what that unit holds of the stock, see `reserve`
        self.holds = {}
        # What calls answer before they look, see `refusals`
        self.refusals = []
        # {"type", "category_id", "max_count"}: why it must be split, or None
        self.must_split = None
        # Calls that asked to mark it as shipped or to buy its label
        self.ship_calls = 0
        # When it was first seen completed, in Unix seconds
        self.completed = 0
        # `sale.Refund` ones, settled or not
        self.refunds = []
        # Whether nothing surprising happens to its money by itself
        self.plain = False
        self.cancellations = []
        self.returns = []
        self._text = None
        self._estimate = None

    @property
    def id(self):
        """The id of the order."""
        return self.doc["id"]

    @property
    def status(self):
        """The status of the order."""
        return self.doc["status"]

    @property
    def create_time(self):
        """Unix seconds."""
        return self.doc["create_time"]

    @property
    def update_time(self):
        """Unix seconds."""
        return self.doc["update_time"]

    @property
    def lines(self):
        """The line items; a broken order may have none, or no list."""
        lines = self.doc.get("line_items")
        return lines if isinstance(lines, list) else []

    @property
    def fbt(self):
        """Whether somebody else than the seller ships the goods."""
        return self.doc.get("fulfillment_type") != "FULFILLMENT_BY_SELLER"

    @property
    def packages(self):
        """The packages of the order, in the order of its document."""
        refs = self.doc.get("packages") or []
        return [self.shop.packages[ref["id"]] for ref in refs]

    def served(self):
        """Return the order as the API shows it now, address masked by the rules."""
        from .people import shown_address

        return {**self.doc, "recipient_address": shown_address(self)}

    def text(self):
        """Return `served` as JSON text; kept until `touch`."""
        if self._text is None:
            self._text = json.dumps(
                self.served(), ensure_ascii=False, separators=(",", ":")
            )
        return self._text

    def touch(self, now=None):
        """Forget the cached text; with `now`, move `update_time` there."""
        self._text = self._estimate = None
        if self.shop.stale is not None:
            self.shop.stale.add(self)
        if now is not None:
            self.doc["update_time"] = max(int(now), self.doc["update_time"])
            if self.status == "COMPLETED" and not self.completed:
                self.completed = int(now)
            self.shop.changed("orders")

    def estimate(self, make):
        """Return what `make` makes of the order; kept until `touch`."""
        if self._estimate is None:
            self._estimate = make()
        return self._estimate


class Package:
    """One package: units of one order, or of several that were combined.

    :ivar sub_status: what the package detail says instead of the usual sub status
    :ivar events: ascending (Unix seconds, key of `tracking.EVENTS`)
    :ivar refusals: what calls answer before they look, see `refusals`
    :ivar ship_calls: calls that asked to ship it; `shipped_times`: those that did
    :ivar document_calls: calls for a document; `label_calls`: those that found the
        package ready for one; `downloads`: files that were sent
    :ivar no_slots: whether the carrier has no time left to come
    """

    def __init__(self, package_id, order, line_ids, status, create_time):
        self.id = package_id
        self.orders = [order]
        self.line_ids = line_ids
        self.status = status
        self.create_time = create_time
        self.update_time = create_time
        self.sub_status = ""
        self.exception = ""
        self.tracking_number = ""
        self.provider = None
        self.handover = None
        self.service = None
        self.weight = None
        self.dimension = None
        self.ship_time = None
        self.tracking_changes = 0
        self.events = []
        self.refusals = []
        self.no_slots = False
        self.ship_calls = 0
        self.shipped_times = 0
        self.document_calls = 0
        self.label_calls = 0
        self.downloads = 0
        # See `invoices.Invoice`; None before the first upload
        self.invoice = None

    @property
    def shop(self):
        """The shop of its orders."""
        return self.orders[0].shop

    @property
    def order(self):
        """The order, the first one of a combined package."""
        return self.orders[0]

    @property
    def order_pay_time(self):
        """When the order was paid, or placed when it is paid on delivery."""
        return self.order.doc.get("paid_time") or self.order.create_time

    def lines(self):
        """The line items inside, of all its orders."""
        ids = set(self.line_ids)
        return [line for o in self.orders for line in o.lines if line.get("id") in ids]


class Sku:
    """One SKU of a product: price in minor units and stock per warehouse.

    :ivar parts: (SKU, units) of a virtual bundle
    :ivar bundled: how many of this bundle open orders hold, per warehouse id
    :ivar oversold: units ever sold that were not available
    :ivar campaign: {"quantity", "campaign_name"} reserved for a campaign, or None
    """

    def __init__(self, sku_id, product, seller_sku, name, price):
        self.id = sku_id
        self.product = product
        self.seller_sku = seller_sku
        self.name = name
        self.price = price
        self.attributes = []
        self.barcode = ""
        self.status = "NORMAL"
        self.parts = []
        self.bundled = {}
        self.oversold = 0
        self.campaign = None
        self._stock = {}

    @property
    def stock(self):
        """{warehouse id: [available, committed]}; that of a bundle is computed.

        A bundle is where all of its parts are, as often as they are available.
        """
        if not self.parts:
            return self._stock
        common = self.parts[0][0].stock
        return {
            warehouse: [
                min(part.available(warehouse) // units for part, units in self.parts),
                self.bundled.get(warehouse, 0),
            ]
            for warehouse in common
            if all(warehouse in part.stock for part, _units in self.parts)
        }

    def available(self, warehouse_id):
        """Return how many units a buyer may order from a warehouse."""
        return self.stock.get(warehouse_id, (0,))[0]

    def commit(self, warehouse_id, units, from_available=True):
        """Commit `units`, taken from what is available unless told otherwise.

        :return: how many of them were not available
        """
        row = self._stock.get(warehouse_id)
        if row is None:
            return units if from_available else 0
        row[1] += units
        taken = min(row[0], units) if from_available else units
        if from_available:
            row[0] -= taken
        return units - taken

    def release(self, warehouse_id, units, back):
        """End the hold of `units` and make `back` of them available."""
        row = self._stock.get(warehouse_id)
        if row is not None:
            row[0] += back
            row[1] = max(0, row[1] - units)


class Product:
    """One product with its SKUs.

    :ivar lock: why TikTok refuses stock updates, a key of `stock.LOCKS`, or ""
    :ivar image: the name of the main image
    """

    def __init__(self, product_id, shop, title, create_time):
        self.id = product_id
        self.shop = shop
        self.title = title
        self.status = "ACTIVATE"
        self.create_time = create_time
        self.update_time = create_time
        self.skus = []
        self.kind = ""
        self.lock = ""
        self.image = product_id
