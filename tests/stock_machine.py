"""What may happen between a shop on TikTok and a warehouse, at random."""

import contextlib

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from odoo.tests import Form

from .machine import NUMBERS, Killed, Machine

UNITS = st.integers(1, 6)
OPEN = ("UNPAID", "ON_HOLD", "AWAITING_SHIPMENT", "AWAITING_COLLECTION")
UPDATE = "/product/202309/products"
FAULTS = (
    {"kind": "http_500", "path": UPDATE, "times": 8},
    {"kind": "timeout", "path": UPDATE, "times": 8, "after": True},
    {"kind": "reset", "path": UPDATE, "times": 2, "after": True},
    {"kind": "rate_limit", "path": UPDATE, "times": 8},
    {"kind": "html_502", "path": "/product/202309/inventory", "times": 8},
    {"kind": "http_500", "path": "/order", "times": 8},
)


class StockMachine(Machine):
    """A shop and a warehouse that live side by side; `case` is bound by the test."""

    @initialize(
        shelves=st.lists(st.integers(0, 12), min_size=10, max_size=10),
        steps=st.sampled_from(("ship_only", "ship_only", "pick_ship")),
        reservation=st.sampled_from(("at_confirm", "manual")),
    )
    def begin(self, shelves, steps, reservation):
        self.start()
        case = self.case
        home = case.shop.warehouse_id
        home.delivery_steps = steps
        (home.out_type_id | home.pick_type_id).reservation_method = reservation
        self.sales = case.env["sale.order"]
        shelves = iter(shelves)
        for sku_id, product in case.skus.items():
            levels = {}
            for warehouse in case.warehouses(sku_id):
                levels[warehouse.remote_id] = 0
                self._move_stock(product, warehouse.warehouse_id, next(shelves, 3))
            case.control("POST", f"/skus/{sku_id}/stock", levels)
        self._push()
        # Most of what can go wrong begins with an order that Odoo has.
        for number in range(4):
            self.buy_on_tiktok(number, 3, "AWAITING_SHIPMENT")
        case.sync()

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

    @rule(number=NUMBERS, units=UNITS)
    def carry_over(self, number, units):
        """Goods are moved from one warehouse to the other."""
        sku_id, place = self._pick(number)
        for other in self.case.places - place.warehouse_id:
            self._move_stock(self.case.skus[sku_id], place.warehouse_id, -units)
            self._move_stock(self.case.skus[sku_id], other, units)

    def _pickings(self, *states, **more):
        return self.case.env["stock.picking"].search(
            [
                ("state", "in", states),
                ("sale_id", "!=", False),
                *((name, "=", value) for name, value in more.items()),
            ],
            order="id",
        )

    @rule(number=NUMBERS)
    def deliver(self, number):
        """One step of a delivery is done."""
        self._pickings("confirmed").move_ids._action_assign()
        pickings = self._pickings("assigned")
        if pickings:
            picking = pickings[number % len(pickings)]
            picking.with_context(
                skip_backorder=True, tts_override=picking.ids
            ).button_validate()

    @rule(number=NUMBERS, has_rest=st.booleans())
    def deliver_one(self, number, has_rest):
        """A single unit of a delivery leaves; the rest follows, or never does."""
        self._pickings("confirmed").move_ids._action_assign()
        pickings = self._pickings("assigned", picking_type_code="outgoing")
        if pickings:
            picking = pickings[number % len(pickings)]
            picking.move_ids.picked = False
            picking.move_ids[0].write({"quantity": 1, "picked": True})
            if not has_rest:
                picking = picking.with_context(picking_ids_not_to_backorder=picking.ids)
            picking.with_context(
                skip_backorder=True, tts_override=picking.ids
            ).button_validate()

    @rule(number=NUMBERS)
    def bring_back_from_tiktok(self, number):
        """What was delivered for an order of TikTok is put back on the shelf."""
        pickings = self._pickings("done", picking_type_code="outgoing").filtered(
            lambda row: row.tts_order_id and not row.return_ids
        )
        if pickings:
            picking = pickings[number % len(pickings)]
            wizard = Form(
                self.case.env["stock.return.picking"].with_context(
                    active_id=picking.id, active_model=picking._name
                )
            ).save()
            for line in wizard.product_return_moves:
                line.quantity = line.move_quantity
            back = wizard.action_create_returns()["res_id"]
            picking.browse(back).button_validate()

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

    def _move_order(self, number, status, *before):
        orders = self.orders(*before)
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
            for order_id in self.orders("AWAITING_SHIPMENT", "AWAITING_COLLECTION")
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

        def go_on(_call):
            self.leave_on_tiktok(number)
            self.buy_on_tiktok(number, units, "UNPAID")

        before = self.case.last_update()
        with self.at("inventory/search", go_on):
            self._push()
        self._check(self.case.updates(before))

    @rule(after=st.integers(0, 3))
    def push_and_die(self, after):
        """The worker is killed at a call: what it did in its transaction is undone."""

        def die(_call):
            raise Killed

        before = self.case.last_update()
        with contextlib.suppress(Killed), self.at("inventory/update", die, after):
            self._push()
        self.case.env.invalidate_all()
        self._check(self.case.updates(before))

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

    def grow_quiet(self):
        """After quiet time both sides agree."""
        case = self.case
        case.sync()
        self._push()
        self._push()
        for sku_id in case.skus:
            for warehouse, row in case.warehouses(sku_id).items():
                able = max(0, case.can_ship(sku_id, warehouse))
                if row["available"] < able and self._is_doubtful():
                    continue
                assert row["available"] == able, (
                    f"{row['available']} of {sku_id} are listed in {warehouse.name} "
                    f"at rest, {able} can be shipped"
                )

    def _is_doubtful(self):
        """Whether an order waits for a person: then less may be listed."""
        return self.case.env["tts.order"].search_count([("error_message", "!=", False)])
