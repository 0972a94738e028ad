"""Kits of the manufacturing app, which the addon does not depend on.

`make test` runs this file in a database of its own, in which that app is installed.
"""

from unittest import SkipTest

from odoo.tests import tagged

from .return_case import ReturnCase
from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockKits(StockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "mrp.bom" not in cls.env:
            raise SkipTest("kits need sale_mrp: run make test, or install it")
        cls.screw, cls.board = cls.env["product.product"].create(
            [
                {"name": name, "type": "consu", "is_storable": True}
                for name in ("Screw", "Board")
            ]
        )
        cls.kit = cls.products[cls.catalogue[0]["seller_sku"]]
        cls.kit_listing = cls.listings.filtered(lambda row: row.product_id == cls.kit)
        cls.env["stock.quant"].search([("product_id", "=", cls.kit.id)]).unlink()
        cls.make_kit(cls.kit, {cls.screw: 4, cls.board: 1})

    @classmethod
    def make_kit(cls, product, parts, **values):
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "product_id": product.id,
                "type": "phantom",
                "bom_line_ids": [
                    (0, 0, {"product_id": part.id, "product_qty": quantity})
                    for part, quantity in parts.items()
                ],
                **values,
            }
        )

    def setUp(self):
        super().setUp()
        self.set_in_odoo(self.screw, 40)
        self.set_in_odoo(self.board, 8)

    def assertListed(self, units, listing=None):
        self.assertEqual(self.on_tiktok(listing or self.kit_listing), units)

    def list_part(self, part):
        """Put a part on sale by itself, as another SKU; return its listing."""
        listing = self.listing(1)
        listing.product_id = part
        return listing

    def buy(self, number=0, units=1, **values):
        return self.place_one(
            {
                "warehouse_id": self.main.remote_id,
                "line_items": [self.unit(number, quantity=units)],
            },
            **values,
        )

    # === WHAT A KIT IS WORTH === #

    def test_a_kit_lists_what_its_parts_allow(self):
        self.push()
        self.assertListed(8)
        self.set_in_odoo(self.screw, 13)
        self.push()
        self.assertListed(3)

    def test_a_kit_need_not_be_counted_itself(self):
        self.kit.is_storable = False
        self.push()
        self.assertListed(8)

    def test_a_kit_of_parts_that_nobody_counts_is_left_alone(self):
        (self.screw | self.board).is_storable = False
        self.push()
        self.assertEqual(self.kit_listing.push_state, "skipped")

    def test_a_kit_of_several_per_bill_counts_them(self):
        self.kit.bom_ids.unlink()
        self.make_kit(self.kit, {self.board: 2}, product_qty=3)
        self.push()
        self.assertListed(12)

    def test_kits_of_kits_are_worth_their_last_parts(self):
        frame = self.env["product.product"].create({"name": "Frame", "type": "consu"})
        self.make_kit(frame, {self.board: 2})
        self.kit.bom_ids.unlink()
        self.make_kit(self.kit, {frame: 1, self.screw: 4})
        self.push()
        self.assertListed(4)

    def test_demand_for_one_part_lowers_the_kit_though_nothing_is_reserved(self):
        self.shop.warehouse_id.out_type_id.reservation_method = "manual"
        self.sell_in_odoo(self.screw, 30)
        self.assertEqual(self.kit.free_qty, 8)
        self.push()
        self.assertListed(2)

    # === ORDERS === #

    def test_an_unpaid_order_of_a_part_lowers_the_kit(self):
        self.list_part(self.board)
        self.push()
        self.buy(1, units=3, status="UNPAID")
        self.push()
        self.assertListed(5)

    def test_an_unpaid_order_of_a_kit_lowers_its_parts(self):
        part = self.list_part(self.screw)
        self.push()
        self.assertListed(40, part)
        self.buy(units=2, status="UNPAID")
        self.push()
        self.assertListed(32, part)
        self.assertListed(6)

    def test_an_order_of_a_kit_lowers_it_once(self):
        self.push()
        order_id = self.buy(units=2)
        self.sync()
        moves = self.sale_order(order_id).picking_ids.move_ids
        self.assertEqual(moves.product_id, self.screw | self.board)
        self.push()
        self.assertListed(6)
        self.sale_order(order_id).picking_ids.button_validate()
        self.push()
        self.assertListed(6)

    def test_a_kit_of_which_a_part_was_cancelled_keeps_its_units_back(self):
        self.push()
        order_id = self.buy(units=2)
        self.sync()
        moves = self.sale_order(order_id).picking_ids.move_ids
        moves.filtered(lambda move: move.product_id == self.board)._action_cancel()
        self.push()
        self.assertListed(6)

    # === SIGNALS === #

    def start_anew(self):
        self.push()
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.empty_signals()

    def test_a_part_that_moves_brings_its_kits_in_step(self):
        self.start_anew()
        self.set_in_odoo(self.board, 5)
        self.push_signalled()
        self.assertListed(5)

    def test_a_part_of_a_part_that_moves_brings_its_kits_in_step(self):
        frame = self.env["product.product"].create({"name": "Frame", "type": "consu"})
        self.make_kit(frame, {self.board: 2})
        self.kit.bom_ids.unlink()
        self.make_kit(self.kit, {frame: 1})
        self.start_anew()
        self.set_in_odoo(self.board, 6)
        self.push_signalled()
        self.assertListed(3)

    def test_a_kit_of_another_company_is_no_kit(self):
        company = self.env["res.company"].create({"name": "Another company"})
        product = self.product(1)
        self.set_in_odoo(product, 9)
        self.make_kit(product, {self.board: 1}, company_id=company.id)
        self.push()
        self.assertListed(9, self.listing(1))

    # === IN THE SALES ANALYSIS === #

    def test_a_kit_costs_what_its_parts_cost_and_counts_as_one(self):
        self.screw.standard_price, self.board.standard_price = 0.25, 2
        self.kit.standard_price = 5
        order_id = self.buy(units=2, status="AWAITING_SHIPMENT")
        self.sync()
        order = self.sale_order(order_id)
        rows = self.env["tts.sale.report"].search([("order_id", "=", order.id)])
        self.assertEqual((rows.units, rows.cost), (2, 10))
        picking = order.picking_ids
        for move in picking.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        picking.with_context(skip_sms=True).button_validate()
        rows.invalidate_recordset()
        self.assertEqual((rows.units_returned, rows.cost), (0, 6))
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        back = picking.browse(wizard.action_create_returns_all()["res_id"])
        back.with_context(skip_sms=True).button_validate()
        rows.invalidate_recordset()
        self.assertEqual((rows.units_returned, rows.cost), (2, 0))


@tagged("post_install", "-at_install")
class TestReturnKits(ReturnCase):
    """A kit comes back as its parts, and counts as itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "mrp.bom" not in cls.env:
            raise SkipTest("kits need sale_mrp: run make test, or install it")
        cls.screw, cls.board = cls.env["product.product"].create(
            [
                {"name": name, "type": "consu", "is_storable": True}
                for name in ("Screw", "Board")
            ]
        )
        cls.kit = cls.products[cls.catalogue[0]["seller_sku"]]
        cls.env["stock.quant"].search([("product_id", "=", cls.kit.id)]).unlink()
        TestStockKits.make_kit.__func__(cls, cls.kit, {cls.screw: 4, cls.board: 1})
        stock = cls.shop.warehouse_id.lot_stock_id
        for part in (cls.screw, cls.board):
            cls.env["stock.quant"]._update_available_quantity(part, stock, 40)

    def test_the_parts_of_a_kit_come_back(self):
        case, _order = self.returned(self.unit(quantity=3), lines=2)
        units = {
            move.product_id: move.product_uom_qty for move in case.picking_ids.move_ids
        }
        self.assertEqual(units, {self.screw: 8, self.board: 2})

    def test_parts_are_those_that_left_whatever_became_of_the_kit(self):
        order_id, _order = self.delivered(self.unit(quantity=2))
        self.kit.bom_ids.bom_line_ids[0].product_qty = 6
        case = self.grant(self.make_return(order_id))
        moves = case.picking_ids.move_ids
        screws = moves.filtered(lambda move: move.product_id == self.screw)
        self.assertEqual(screws.product_uom_qty, 8)

    def test_a_kit_is_back_in_stock_when_all_of_its_parts_are(self):
        case, _order = self.returned(self.unit(quantity=2))
        self.receive(case.picking_ids)
        self.assertEqual(case.units_returned, 2)
        self.assertFalse(self.issues(f"case-count:{case.remote_id}"))
        action = case.with_user(self.low_user).action_open_inspect()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        board = wizard.line_ids.filtered(lambda line: line.product_id == self.board)
        board.write({"quantity_restock": 1, "quantity_scrap": 1})
        wizard.with_user(self.low_user).action_inspect()
        self.assertEqual((case.units_restocked, case.units_scrapped), (1, 1))
        self.assertEqual(case.inspection_state, "inspected")
