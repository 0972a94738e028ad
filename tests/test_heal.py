from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged

from .heal_case import HealCase


@tagged("post_install", "-at_install")
class TestHeal(HealCase):
    """Orders of an unknown SKU, once the SKU has its product."""

    # === THE ORDER === #

    def test_a_confirmed_order_sells_the_product_that_its_sku_got(self):
        _id, order = self.import_units(self.unit(quantity=3))
        self.assertEqual(self.line(order).product_id, self.default)
        before = {
            name: self.line(order)[name]
            for name in ("name", "product_uom_qty", "price_total", "tts_line_ids")
        }
        total = order.amount_total
        self.heal()
        line = self.line(order)
        self.assertEqual(line.product_id, self.real)
        self.assertEqual({name: line[name] for name in before}, before)
        self.assertEqual(order.amount_total, total)

    def test_its_new_move_joins_the_open_delivery_and_is_reserved(self):
        _id, order = self.import_units(self.unit(quantity=3), self.unit(1))
        picking = order.picking_ids
        self.heal()
        self.assertEqual(order.picking_ids, picking)
        self.assertEqual(picking.state, "assigned")
        moves = self.open_moves(order)
        self.assertEqual(moves.product_id, self.real | self.product(1))
        mine = moves.filtered(lambda move: move.product_id == self.real)
        self.assertEqual((mine.product_uom_qty, mine.quantity), (3, 3))
        self.assertEqual(self.reserved(), 3)

    def test_the_delivery_of_a_single_line_goes_on_too(self):
        _id, order = self.import_units(self.unit())
        picking = order.picking_ids
        self.heal()
        self.assertEqual(order.picking_ids, picking)
        self.assertEqual(picking.state, "assigned")
        picking.button_validate()
        self.assertEqual(self.line(order).qty_delivered, 1)
        self.assertEqual(self.real.qty_available, 99)

    def test_a_delivery_that_was_put_off_stays_put_off(self):
        _id, order = self.import_units(self.unit())
        order.picking_ids.scheduled_date = "2031-02-03 04:05:06"
        self.heal()
        self.assertEqual(str(order.picking_ids.scheduled_date), "2031-02-03 04:05:06")

    def test_a_delivery_in_two_steps_is_followed(self):
        self.shop.warehouse_id.delivery_steps = "pick_ship"
        _id, order = self.import_units(self.unit(quantity=2))
        picking = order.picking_ids
        self.heal()
        self.assertEqual(order.picking_ids, picking)
        self.assertEqual(self.open_moves(order).product_id, self.real)
        picking.button_validate()
        ship = order.picking_ids - picking
        self.assertEqual(ship.move_ids.product_id, self.real)
        ship.button_validate()
        self.assertEqual(self.line(order).qty_delivered, 2)

    def test_a_locked_order_is_repaired_and_stays_locked(self):
        _id, order = self.import_units(self.unit())
        order.action_lock()
        self.heal()
        self.assertTrue(order.locked)
        self.assertEqual(self.open_moves(order).product_id, self.real)

    def test_a_printed_delivery_is_repaired_and_asks_to_be_printed_again(self):
        _id, order = self.import_units(self.unit(), self.unit(1))
        order.picking_ids.printed = True
        self.heal()
        self.assertEqual(len(order.picking_ids), 1)
        self.assertFalse(order.picking_ids.printed)
        self.assertIn("Print it again", order.picking_ids.message_ids[0].body)

    def test_a_cancelled_delivery_is_not_made_again(self):
        _id, order = self.import_units(self.unit())
        order.picking_ids.action_cancel()
        self.heal()
        self.assertEqual(self.line(order).product_id, self.real)
        self.assertFalse(self.open_moves(order))

    def test_an_order_that_tiktok_ships_itself_gets_no_delivery(self):
        order_id = self.place_units(
            self.unit(), fulfillment_type="FULFILLMENT_BY_TIKTOK"
        )
        self.sync()
        order = self.sale_order(order_id)
        self.heal()
        self.assertEqual(self.line(order).product_id, self.real)
        self.assertFalse(order.picking_ids)

    def test_the_order_tells_what_was_replaced(self):
        _id, order = self.import_units(self.unit())
        self.heal()
        body = order.message_ids[0].body
        self.assertIn(self.real.display_name, body)
        self.assertIn(self.catalogue[0]["seller_sku"], body)

    def test_an_order_that_is_repaired_already_is_told_no_second_time(self):
        _id, order = self.import_units(self.unit())
        listing = self.heal()
        told = order.message_ids
        listing._heal_apart(order)
        self.assertEqual(order.message_ids, told)

    def test_a_quotation_is_repaired_and_stays_one(self):
        _id, order = self.import_units(self.unit())
        order._action_cancel()
        order.action_draft()
        self.heal()
        self.assertEqual(
            (order.state, self.line(order).product_id), ("draft", self.real)
        )

    def test_two_lines_of_one_sku_are_repaired_together(self):
        _id, order = self.import_units(self.unit(), self.unit(original_price="7.00"))
        self.heal()
        self.assertEqual(self.line(order).product_id, self.real)
        self.assertEqual(self.open_moves(order).mapped("product_uom_qty"), [1, 1])
        self.assertEqual(self.reserved(), 2)

    # === WHICH ORDERS === #

    def test_orders_of_other_skus_keep_the_default_product(self):
        self.product(1).default_code = False
        _id, order = self.import_units(self.unit(), self.unit(1))
        self.heal()
        other = self.goods(order) - self.line(order)
        self.assertEqual(other.product_id, self.default)
        self.assertTrue(self.issues(self.key(1)))

    def test_a_product_that_a_person_chose_on_the_order_is_kept(self):
        _id, order = self.import_units(self.unit())
        chosen = self.product(1)
        order.picking_ids.action_cancel()
        self.line(order).product_id = chosen
        self.heal()
        self.assertEqual(self.line(order).product_id, chosen)

    def test_orders_keep_what_was_sold_when_a_listing_gets_another_product(self):
        _id, order = self.import_units(self.unit())
        self.heal()
        self.heal(self.product(1))
        self.assertEqual(self.line(order).product_id, self.real)

    def test_a_former_default_product_is_replaced_too(self):
        _id, order = self.import_units(self.unit())
        self.default.default_code = "MY-DEFAULT"
        self.shop.default_product_id = self.product(2)
        self.heal()
        self.assertEqual(self.line(order).product_id, self.real)

    def test_cancelled_orders_are_left_alone(self):
        _id, order = self.import_units(self.unit())
        order._action_cancel()
        self.heal()
        self.assertEqual(self.line(order).product_id, self.default)
        self.assertFalse(self.issues())

    def test_an_order_that_came_while_its_listing_got_the_product_is_found(self):
        _id, order = self.import_units(self.unit())
        self.link().to_heal = False  # as if it had been looked for too early
        self.run_cron("ir_cron_heal_orders")
        self.assertEqual(self.line(order).product_id, self.real)

    # === ISSUES === #

    def test_the_issue_closes_when_all_orders_are_repaired(self):
        self.import_units(self.unit())
        self.import_units(self.unit())
        self.assertTrue(self.issues(self.key()))
        listing = self.heal()
        self.assertFalse(self.issues(self.key()))
        self.assertFalse(listing.to_heal)

    def test_goods_that_have_left_keep_the_issue_open(self):
        _id, order = self.import_units(self.unit())
        order.picking_ids.button_validate()
        _id, other = self.import_units(self.unit())
        self.heal()
        self.assert_left(order, "taken from stock", self.real.display_name)
        self.assertEqual(self.line(other).product_id, self.real)
        self.assertNotIn(other.name, self.issues(self.key()).reason)

    def test_goods_that_were_picked_for_packing_keep_the_issue_open(self):
        self.shop.warehouse_id.delivery_steps = "pick_ship"
        _id, order = self.import_units(self.unit())
        order.picking_ids.button_validate()
        self.heal()
        self.assert_left(order, "taken from stock")

    def test_an_order_that_is_being_packed_is_left_to_the_packer(self):
        _id, order = self.import_units(self.unit())
        order.picking_ids.move_ids.write({"quantity": 1, "picked": True})
        self.heal()
        self.assert_left(order, "packing")

    def test_an_invoiced_order_is_left_alone(self):
        self.default.invoice_policy = "order"
        _id, order = self.import_units(self.unit())
        order._create_invoices().action_post()
        self.heal()
        self.assert_left(order, "invoiced already")

    def test_a_draft_invoice_is_to_be_deleted_first(self):
        self.default.invoice_policy = "order"
        _id, order = self.import_units(self.unit())
        invoice = order._create_invoices()
        listing = self.heal()
        self.assert_left(order, "draft invoice")
        invoice.unlink()
        listing._ask_to_heal()
        self.run_cron("ir_cron_heal_orders")
        self.assertEqual(self.line(order).product_id, self.real)
        self.assertFalse(self.issues(self.key()))

    def test_a_combo_is_refused(self):
        _id, order = self.import_units(self.unit())
        combo = self.env["product.combo"].create(
            {
                "name": "Choice",
                "combo_item_ids": [(0, 0, {"product_id": self.real.id})],
            }
        )
        product = self.env["product.product"].create(
            {"name": "Set", "type": "combo", "combo_ids": [combo.id]}
        )
        # Not by hand: there it is refused before.
        self.listing()._link(product, "seller_sku")
        self.run_cron("ir_cron_heal_orders")
        self.assert_left(order, "combo")

    def test_retrying_by_hand_repairs_at_once_and_tells_what_is_left(self):
        _id, order = self.import_units(self.unit())
        order.picking_ids.button_validate()
        _id, other = self.import_units(self.unit())
        listing = self.link()
        left = listing._heal_now()
        self.assertEqual(list(left[listing]), order.ids)
        self.assertEqual(self.line(other).product_id, self.real)

    def test_a_listing_that_lost_its_product_again_repairs_and_closes_nothing(self):
        _id, order = self.import_units(self.unit())
        self.link().product_id = False
        self.run_cron("ir_cron_heal_orders")
        self.assertEqual(self.line(order).product_id, self.default)
        self.assertTrue(self.issues(self.key()))
        self.assertFalse(self.listing().to_heal)

    def test_listings_that_no_order_waits_for_are_settled_together(self):
        def settle(count):
            listings = self.env["tts.listing"].create(
                [
                    {
                        "shop_id": self.shop.id,
                        "sku_remote_id": f"quiet-{count}-{number}",
                        "product_id": self.real.id,
                    }
                    for number in range(count)
                ]
            )
            listings.to_heal = True
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertFalse(listings._settle_quiet())
            return self.env.cr.sql_log_count - before, listings

        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda _cron, *_a: 1
        ):
            few, _listings = settle(10)
            many, listings = settle(200)
        self.assertEqual(many, few)
        self.assertFalse(any(listings.mapped("to_heal")))

    # === ONE BAD APPLE === #

    def test_a_listing_that_cannot_be_looked_at_stops_no_other(self):
        self.product(1).default_code = False
        _id, order = self.import_units(self.unit(), self.unit(1))
        self.link()
        with (
            self.spoiled(
                "tts.listing",
                "_note_healed",
                lambda listing, _left: listing == self.listing(),
            ),
            self.assertLogs("odoo.addons.sale_tiktok_shop", "ERROR"),
        ):
            self.heal(self.product(1), 1)
        self.assertNotIn(self.default, self.goods(order).product_id)

    def test_an_order_that_cannot_be_repaired_stops_no_other(self):
        _id, bad = self.import_units(self.unit())
        _id, good = self.import_units(self.unit())
        with (
            self.spoiled(
                "sale.order", "_tts_check_healable", lambda orders, *_a: orders == bad
            ),
            self.assertLogs("odoo.addons.sale_tiktok_shop", "ERROR"),
        ):
            self.heal()
        self.assertEqual(self.line(good).product_id, self.real)
        self.assert_left(bad, "ZeroDivisionError")

    def test_a_run_that_stops_in_the_middle_is_continued(self):
        orders = [self.import_units(self.unit())[1] for _number in range(3)]
        listing = self.link()
        done = iter([True, False])  # the first order; then time is up
        with patch.object(
            type(self.env["ir.cron"]),
            "_commit_progress",
            lambda _cron, *_a, **_k: next(done, False),
        ):
            self.env["tts.listing"]._cron_heal_orders()
        repaired = [self.line(order).product_id == self.real for order in orders]
        self.assertEqual(sum(repaired), 1)
        self.assertTrue(listing.to_heal)
        self.run_cron("ir_cron_heal_orders")
        self.assertEqual(self.line(orders[-1]).product_id, self.real)
        self.assertFalse(listing.to_heal)

    def test_an_order_that_somebody_else_writes_is_tried_again(self):
        _id, order = self.import_units(self.unit())
        owner = type(self.env["sale.order"])
        original, busy = owner._tts_heal, [True]

        def heal(records, listing):
            if busy:
                busy.clear()
                raise SerializationFailure("could not serialize access")
            return original(records, listing)

        with patch.object(owner, "_tts_heal", heal):
            self.heal()
        self.assertFalse(busy)
        self.assertEqual(self.line(order).product_id, self.real)

    def test_an_order_that_stays_busy_is_repaired_later(self):
        _id, order = self.import_units(self.unit())

        def busy(_records, _listing):
            raise SerializationFailure("could not serialize access")

        before = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        with patch.object(type(self.env["sale.order"]), "_tts_heal", busy):
            listing = self.heal()
        self.assertTrue(listing.to_heal)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        self.assertTrue(triggers - before)
        self.run_cron("ir_cron_heal_orders")
        self.assertEqual(self.line(order).product_id, self.real)


@tagged("post_install", "-at_install")
class TestHealElsewhere(HealCase):
    """A shop of another company than the one the scheduled action acts in."""

    @classmethod
    def connect(cls, company=None, user=None):
        company = cls.env["res.company"].create({"name": "Second"})
        return super().connect(company, user)

    def test_orders_are_repaired_in_the_company_of_their_shop(self):
        company = self.shop.company_id
        self.assertNotEqual(company, self.env.company)
        _id, order = self.import_units(self.unit(quantity=2))
        self.heal()
        self.assertEqual(self.line(order).product_id, self.real)
        self.assertEqual(self.open_moves(order).company_id, company)
        self.assertEqual(self.reserved(), 2)
        self.assertFalse(self.issues(self.key()))
