from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockSignal(StockCase, CronMixinCase):
    """Whoever moves stock signals it once per transaction, and does nothing else."""

    def setUp(self):
        super().setUp()
        self.set_in_odoo(self.product(), 10)
        self.push()
        self.start_anew()

    def start_anew(self):
        """Forget what the preparations signalled."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.empty_signals()

    def signalled(self):
        """End the transaction and return the products it signalled."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        ids = self.env["tts.stock.signal"].search([]).mapped("product_id")
        return self.env["product.product"].browse(ids)

    # === WHAT SIGNALS === #

    def test_stock_that_arrives_or_is_lost_signals(self):
        self.set_in_odoo(self.product(), 12)
        self.assertEqual(self.signalled(), self.product())

    def test_a_sale_signals_when_it_is_confirmed_and_when_it_is_cancelled(self):
        order = self.sell_in_odoo(self.product(), 2)
        self.assertIn(self.product(), self.signalled())
        self.start_anew()
        order._action_cancel()
        self.assertIn(self.product(), self.signalled())

    def test_demand_that_reserves_nothing_signals(self):
        self.shop.warehouse_id.out_type_id.reservation_method = "manual"
        order = self.sell_in_odoo(self.product(), 2)
        self.assertEqual(self.signalled(), self.product())
        self.start_anew()
        order.order_line.product_uom_qty = 3
        self.assertEqual(self.signalled(), self.product())
        self.start_anew()
        order._action_cancel()
        self.assertEqual(self.signalled(), self.product())

    def test_a_delivery_signals(self):
        order = self.sell_in_odoo(self.product(), 2)
        self.start_anew()
        order.picking_ids.button_validate()
        self.assertIn(self.product(), self.signalled())

    def test_stock_that_is_deleted_signals(self):
        self.env["stock.quant"]._gather(
            self.product(), self.shop.warehouse_id.lot_stock_id
        ).sudo().unlink()
        self.assertEqual(self.signalled(), self.product())

    def test_products_without_a_listing_signal_nothing(self):
        loose = self.env["product.product"].create(
            {"name": "Loose", "is_storable": True}
        )
        self.set_in_odoo(loose, 5)
        self.assertFalse(self.signalled())

    def test_products_of_a_shop_that_does_not_push_signal_nothing(self):
        self.shop.stock_sync = False
        self.set_in_odoo(self.product(), 12)
        self.assertFalse(self.signalled())

    # === AT WHAT COST === #

    def test_a_transaction_signals_once_whatever_it_moves(self):
        self.env.flush_all()
        with self.capture_triggers("sale_tiktok_shop.ir_cron_push_stock") as triggers:
            self.set_in_odoo(self.product(), 12)
            self.set_in_odoo(self.product(1), 12)
            self.set_in_odoo(self.product(), 13)
            before = self.env.cr.sql_log_count
            self.env.cr.precommit.run()
            # One row per product, the trigger, and what it reads of the cron.
            self.assertLessEqual(self.env.cr.sql_log_count - before, 4)
        self.assertEqual(len(triggers.records), 1)
        rows = self.env["tts.stock.signal"].search([])
        self.assertEqual(
            sorted(rows.mapped("product_id")),
            sorted((self.product() | self.product(1)).ids),
        )

    def test_clerks_without_any_right_on_tiktok_shops_signal_all_the_same(self):
        location = self.shop.warehouse_id.lot_stock_id
        quant = self.env["stock.quant"].with_user(self.low_user)
        quant._update_available_quantity(
            self.product().with_user(self.low_user), location, 5
        )
        self.assertEqual(self.signalled(), self.product())

    def test_clerks_deliver_even_where_somebody_deleted_the_scheduled_action(self):
        self.env.ref("sale_tiktok_shop.ir_cron_push_stock").unlink()
        self.set_in_odoo(self.product(), 12)
        self.assertEqual(self.signalled(), self.product())

    def test_what_a_rolled_back_savepoint_moved_is_not_signalled(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.set_in_odoo(self.product(), 12)
            raise ZeroDivisionError
        self.assertFalse(self.signalled())

    # === WHAT BECOMES OF THEM === #

    def test_a_signal_brings_tiktok_in_step_without_a_full_comparison(self):
        asked = self.shop.next_stock_sync
        self.set_in_odoo(self.product(), 4)
        self.push_signalled()
        self.assertEqual(self.on_tiktok(self.listing()), 4)
        self.assertEqual(self.shop.next_stock_sync, asked)
        self.assertFalse(self.env["tts.stock.signal"].search([]))

    def test_a_signal_that_arrives_during_a_push_is_not_lost(self):
        send, done = self.border.send, []

        def move_first(request, **options):
            if "inventory/update" in request.url and not done:
                done.append(True)
                self.env["tts.stock.signal"]._insert(self.product().ids)
            return send(request, **options)

        self.border.send = move_first
        self.addCleanup(self.border.__dict__.pop, "send", None)
        self.set_in_odoo(self.product(), 4)
        self.push_signalled()
        self.assertTrue(done)
        self.assertTrue(self.env["tts.stock.signal"].search([]))

    def test_a_rule_of_a_listing_that_changes_is_pushed(self):
        self.listing().write({"stock_policy": "own", "stock_buffer": 4})
        self.push_signalled()
        self.assertEqual(self.on_tiktok(self.listing()), 6)

    def test_a_product_that_is_mapped_is_pushed(self):
        listing = self.listing(1)
        self.set_in_odoo(self.product(1), 8)
        listing.product_id = self.product()
        self.push_signalled()
        self.assertEqual(self.on_tiktok(listing), 10)

    def test_a_listing_that_loses_its_product_says_so(self):
        self.listing().product_id = False
        self.push_signalled()
        self.assertEqual(self.listing().push_state, "skipped")

    def test_a_rule_of_the_shop_that_changes_is_pushed_everywhere(self):
        self.shop.stock_maximum = 2
        self.run_cron("ir_cron_push_stock")
        self.assertEqual(self.on_tiktok(self.listing()), 2)

    def test_a_warehouse_that_is_mapped_anew_is_pushed(self):
        north = self.make_warehouse()
        self.set_in_odoo(self.product(), 3, north)
        self.main.warehouse_id = north
        self.run_cron("ir_cron_push_stock")
        self.assertEqual(self.on_tiktok(self.listing()), 3)

    def test_switching_the_push_on_pushes(self):
        self.shop.stock_sync = False
        self.set_in_odoo(self.product(), 3)
        self.shop.stock_sync = True
        self.run_cron("ir_cron_push_stock")
        self.assertEqual(self.on_tiktok(self.listing()), 3)
