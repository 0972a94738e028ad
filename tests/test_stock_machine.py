import contextlib

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from odoo.tests import tagged

from .order_case import OrderCase

NUMBERS = st.integers(0, 10**6)
UNITS = st.integers(1, 6)
OPEN = ("UNPAID", "ON_HOLD", "AWAITING_SHIPMENT", "AWAITING_COLLECTION")
FAULTS = (
    {"kind": "http_500", "path": "inventory/update", "times": 8},
    {"kind": "timeout", "path": "inventory/update", "times": 8, "after": True},
    {"kind": "reset", "path": "inventory/update", "times": 2, "after": True},
    {"kind": "rate_limit", "path": "inventory/update", "times": 8},
    {"kind": "html_502", "path": "inventory/search", "times": 8},
    {"kind": "http_500", "path": "orders/search", "times": 8},
)
# Derandomized: a machine that fails fails for everybody.
EXAMPLES = settings(
    max_examples=14,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    # Shrinking a failure takes minutes and teaches little: the first one is told.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Killed(BaseException):
    """The worker dies here: no handler of the addon may catch it."""


@tagged("post_install", "-at_install")
class TestStockMachine(OrderCase):
    """Whatever happens in whatever order, what is listed can be shipped."""

    sandbox_options = {"orders": 0, "products": 2, "odd_skus": 0}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.action_pull_settings()
        cls.second = cls.env["stock.warehouse"].create(
            {"name": "North", "code": "NRTH", "company_id": cls.shop.company_id.id}
        )
        cls.main, cls.north = cls.shop.warehouse_ids.sorted("is_default")[::-1][:2]
        cls.north.warehouse_id = cls.second
        cls.main.warehouse_id = cls.shop.warehouse_id
        cls.shop.stock_sync = True
        cls.customer = cls.env["res.partner"].create({"name": "At the counter"})
        cls.skus = {}
        for product_id, product in cls.control("GET", "/state")["products"].items():
            for sku in product["skus"]:
                cls.skus[sku["id"]] = cls._list_sku(product_id, product, sku)
        cls.env["stock.quant"].search(
            [("product_id", "in", [p.id for p in cls.skus.values()])]
        ).unlink()

    @classmethod
    def _list_sku(cls, product_id, product, sku):
        """Link a SKU of the sandbox to its product; return the product."""
        listing = cls.env["tts.listing"].create(
            {
                "shop_id": cls.shop.id,
                "product_remote_id": product_id,
                "sku_remote_id": sku["id"],
                "seller_sku": sku["seller_sku"],
                "title": product["title"],
                "status": product["status"],
            }
        )
        listing._link(cls.products[sku["seller_sku"]], "seller_sku")
        return listing.product_id

    # === THE TRUTH, COUNTED WITHOUT THE ADDON === #

    def warehouses(self, sku_id):
        """Return the TikTok warehouses of a SKU that Odoo counts for."""
        known = {row.remote_id: row for row in self.main | self.north}
        stock = self.control("GET", "/state?only=inventory")["inventory"][sku_id]
        return {known[key]: row for key, row in stock.items() if key in known}

    def can_ship(self, sku_id, warehouse):
        """Return the units that nobody was promised: on the shelf, less what people
        bought here and on TikTok and have not got.
        """
        product, place = self.skus[sku_id], warehouse.warehouse_id
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "child_of", place.lot_stock_id.id),
            ]
        )
        return int(
            sum(quants.mapped("quantity"))
            - self._owed_by_odoo(product, place)
            - self._owed_on_tiktok(sku_id, warehouse)
        )

    def _owed_by_odoo(self, product, place):
        """Units of confirmed sales orders that are neither delivered nor cancelled."""
        moves = self.env["stock.move"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "child_of", place.lot_stock_id.id),
                ("location_dest_id.usage", "=", "customer"),
                ("state", "not in", ("done", "cancel", "draft")),
                ("sale_line_id.order_id.tts_order_id", "=", False),
            ]
        )
        return sum(moves.mapped("product_uom_qty"))

    def _owed_on_tiktok(self, sku_id, warehouse):
        """Units of TikTok orders that Odoo did not deliver.

        Those that have left by TikTok's word lie in Odoo's books until the delivery is
        validated: they are not there to be sold either.
        """
        owed = 0
        for order_id, order in self.control("GET", "/state")["orders"].items():
            if order["raw"].get("warehouse_id") != warehouse.remote_id:
                continue
            pickings = self.sale_order(order_id).picking_ids
            if pickings and all(row.state == "done" for row in pickings):
                continue
            if order["status"] in (*OPEN, "IN_TRANSIT"):
                owed += sum(
                    line["sku_id"] == sku_id and line["display_status"] != "CANCELLED"
                    for line in order["raw"]["line_items"]
                )
        return owed

    def updates(self, after=0):
        """Return the stock updates that TikTok accepted, after the one so numbered."""
        updates = self.control("GET", "/state?only=stock_updates")["stock_updates"]
        return [row for row in updates if row["number"] > after]

    def last_update(self):
        return max((row["number"] for row in self.updates()), default=0)

    def push(self):
        """Run the push as Odoo runs it, all quantities compared."""
        self.shop.next_stock_sync = False
        self.run_cron("ir_cron_push_stock")

    def test_what_is_listed_can_be_shipped_whatever_happens(self):
        case = self

        class Bound(StockMachine):
            def __init__(self):
                self.case = case
                super().__init__()

        run_state_machine_as_test(Bound, settings=EXAMPLES)


class StockMachine(RuleBasedStateMachine):
    """A shop and a warehouse that live side by side; `case` is bound by the test."""

    @initialize(shelves=st.lists(st.integers(0, 12), min_size=10, max_size=10))
    def begin(self, shelves):
        case = self.case
        case.env.flush_all()
        self.savepoint = case.env.cr.savepoint()
        case.empty_sandbox()
        self.sales = case.env["sale.order"]
        shelves = iter(shelves)
        for sku_id, product in case.skus.items():
            levels = {}
            for warehouse in case.warehouses(sku_id):
                levels[warehouse.remote_id] = 0
                self._move_stock(product, warehouse.warehouse_id, next(shelves, 3))
            case.control("POST", f"/skus/{sku_id}/stock", levels)

    def teardown(self):
        if hasattr(self, "savepoint"):
            try:
                self._grow_quiet()
            finally:
                self.savepoint.rollback()
                self.savepoint.close(rollback=False)
                self.case.env.invalidate_all()

    # === THE WAREHOUSE === #

    def _move_stock(self, product, place, units):
        if units:
            self.case.env["stock.quant"]._update_available_quantity(
                product, place.lot_stock_id, units
            )

    def _pick(self, number):
        case = self.case
        sku_id = sorted(case.skus)[number % len(case.skus)]
        places = sorted(case.warehouses(sku_id), key=lambda row: row.id)
        return sku_id, places[number % len(places)]

    @rule(number=NUMBERS, units=UNITS)
    def receive(self, number, units):
        sku_id, place = self._pick(number)
        self._move_stock(self.case.skus[sku_id], place.warehouse_id, units)

    @rule(number=NUMBERS, units=UNITS)
    def lose(self, number, units):
        sku_id, place = self._pick(number)
        self._move_stock(self.case.skus[sku_id], place.warehouse_id, -units)

    @rule(number=NUMBERS, units=UNITS)
    def sell_at_the_counter(self, number, units):
        sku_id, place = self._pick(number)
        case = self.case
        order = case.env["sale.order"].create(
            {
                "partner_id": case.customer.id,
                "warehouse_id": place.warehouse_id.id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": case.skus[sku_id].id,
                            "product_uom_qty": units,
                        },
                    )
                ],
            }
        )
        order.action_confirm()
        self.sales |= order

    @precondition(lambda self: self.sales)
    @rule(number=NUMBERS)
    def cancel_at_the_counter(self, number):
        order = self.sales[number % len(self.sales)]
        if order.state == "sale":
            order._action_cancel()

    @rule(number=NUMBERS)
    def deliver(self, number):
        pickings = self.case.env["stock.picking"].search(
            [
                ("state", "=", "assigned"),
                ("picking_type_code", "=", "outgoing"),
                ("sale_id", "!=", False),
            ],
            order="id",
        )
        if pickings:
            picking = pickings[number % len(pickings)]
            picking.with_context(skip_backorder=True).button_validate()

    # === TIKTOK === #

    @rule(number=NUMBERS, units=UNITS, status=st.sampled_from(OPEN[:3]))
    def buy_on_tiktok(self, number, units, status):
        sku_id, place = self._pick(number)
        case = self.case
        units = min(units, case.warehouses(sku_id)[place]["available"])
        if units:
            case.place_one(
                {
                    "warehouse_id": place.remote_id,
                    "line_items": [
                        {
                            "sku_id": sku_id,
                            "quantity": units,
                            "original_price": "10.00",
                        }
                    ],
                },
                status=status,
            )

    def _orders(self, *statuses):
        orders = self.case.control("GET", "/state?raw=0")["orders"]
        return sorted(key for key, row in orders.items() if row["status"] in statuses)

    def _move_order(self, number, status, *before):
        orders = self._orders(*before)
        if orders:
            order_id = orders[number % len(orders)]
            # The sync reads changes by their second.
            self.case.change(order_id, status=status)
            return order_id
        return None

    @rule(number=NUMBERS)
    def pay(self, number):
        self._move_order(number, "AWAITING_SHIPMENT", "UNPAID", "ON_HOLD")

    @rule(number=NUMBERS)
    def cancel_on_tiktok(self, number):
        self._move_order(number, "CANCELLED", *OPEN[:3])

    @rule(number=NUMBERS)
    def arrange_on_tiktok(self, number):
        self._move_order(number, "AWAITING_COLLECTION", "AWAITING_SHIPMENT")

    @rule(number=NUMBERS)
    def leave_on_tiktok(self, number):
        """A parcel leaves; one that Odoo never saw would be nobody's stock."""
        orders = [
            order_id
            for order_id in self._orders("AWAITING_SHIPMENT", "AWAITING_COLLECTION")
            if self.case.sale_order(order_id).state == "sale"
        ]
        if orders:
            order_id = orders[number % len(orders)]
            self.case.change(order_id, status="AWAITING_COLLECTION", force=True)
            self.case.change(order_id, status="IN_TRANSIT")

    @rule(number=NUMBERS, units=st.integers(0, 30))
    def meddle_in_seller_center(self, number, units):
        sku_id, place = self._pick(number)
        self.case.control("POST", f"/skus/{sku_id}/stock", {place.remote_id: units})

    # === BETWEEN THEM === #

    @rule()
    def sync_orders(self):
        self.case.sync()

    @rule()
    def push(self):
        self._push()
        self._check_all()

    @rule(fault=st.sampled_from(FAULTS))
    def push_in_trouble(self, fault):
        case = self.case
        before = case.last_update()
        with case.fault(**fault):
            case.push()
        self._check(case.updates(before))

    @rule(number=NUMBERS, units=UNITS)
    def push_while_tiktok_goes_on(self, number, units):
        """A parcel leaves and somebody buys while orders are read, before the stock."""

        def go_on():
            self.leave_on_tiktok(number)
            self.buy_on_tiktok(number, units, "UNPAID")

        before = self.case.last_update()
        with self._at("inventory/search", go_on):
            self._push()
        self._check(self.case.updates(before))

    @rule(after=st.integers(0, 3))
    def push_and_die(self, after):
        """The worker is killed at a call: what it did in its transaction is undone."""

        def die():
            raise Killed

        before = self.case.last_update()
        with contextlib.suppress(Killed), self._at("inventory/update", die, after):
            self._push()
        self.case.env.invalidate_all()
        self._check(self.case.updates(before))

    @contextlib.contextmanager
    def _at(self, path, event, after=0):
        """Let something happen once, just before a call to `path`."""
        border, calls = self.case.border, iter(range(10**6))
        original = border.send

        def send(request, **options):
            if path in request.url and next(calls) == after:
                event()
            return original(request, **options)

        border.send = send
        try:
            yield
        finally:
            del border.send

    def _push(self):
        self.case.push()

    def _check(self, updates):
        for update in updates:
            self._check_sku(update["sku_id"])

    def _check_all(self):
        for sku_id in self.case.skus:
            self._check_sku(sku_id)

    def _check_sku(self, sku_id):
        for warehouse, row in self.case.warehouses(sku_id).items():
            able = max(0, self.case.can_ship(sku_id, warehouse))
            assert row["available"] <= able, (
                f"{row['available']} of {sku_id} are listed in {warehouse.name}, "
                f"{able} can be shipped"
            )

    def _grow_quiet(self):
        """After quiet time both sides agree."""
        case = self.case
        case.sync()
        self._push()
        self._push()
        for sku_id in case.skus:
            for warehouse, row in case.warehouses(sku_id).items():
                able = max(0, case.can_ship(sku_id, warehouse))
                assert row["available"] == able, (
                    f"{row['available']} of {sku_id} are listed in {warehouse.name} "
                    f"at rest, {able} can be shipped"
                )
