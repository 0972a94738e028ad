"""What comparing and pushing stock may cost: the same on every machine."""

import os
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..lib.client import TikTokClient
from .stock_case import StockCase

SKUS = int(os.environ.get("STOCK_SKUS", 300))


@tagged("post_install", "-at_install")
class TestStockCost(StockCase):
    sandbox_options = {"orders": 0, "products": 4, "odd_skus": 0, "skus": SKUS}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mapped = cls.listings.filtered("product_id")

    def statements(self, next_stock_sync):
        """Count the statements of a run of the scheduled action."""
        self.shop.next_stock_sync = next_stock_sync
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.run_cron("ir_cron_push_stock")
        return self.env.cr.sql_log_count - before

    def cost(self):
        """Count the statements of a full comparison, without those of an idle run."""
        idle = self.statements(fields.Datetime.now() + timedelta(hours=1))
        return self.statements(False) - idle

    def push_until_in_step(self):
        self.push()
        for _run in range(100):
            if not self.listings.filtered(lambda row: row.push_state == "due"):
                return
            self.run_cron("ir_cron_push_stock")
        self.fail("the push comes to no end")

    def test_a_run_that_changes_nothing_costs_few_statements_and_no_push(self):
        self.place_units(self.unit(0), self.unit(1), status="UNPAID")
        self.push_until_in_step()
        self.push()  # the bundles follow their parts
        before = self.calls("inventory/update")
        # Finding out that nothing is due takes two.
        self.assertLess(self.cost() + 2, 20)
        self.assertEqual(self.calls("inventory/update"), before)
        self.assertEqual(self.shop.stock_failure_count, 0)

    def change_in_odoo(self, count, units):
        for listing in self.mapped[:count]:
            self.set_in_odoo(listing.product_id, units)

    def test_a_push_costs_few_statements_per_listing(self):
        self.push_until_in_step()
        costs = []
        for count, units in ((10, 11), (100, 12)):
            self.change_in_odoo(count, units)
            self.later()
            costs.append(self.cost())
            self.assertFalse(
                self.listings.filtered(lambda row: row.push_state == "due")
            )
        # The first listings pay for the run, the others for themselves.
        self.assertLess((costs[1] - costs[0]) / 90, 0.8)

    def test_a_signal_makes_its_own_listings_compared_and_no_others(self):
        self.push_until_in_step()
        self.empty_signals()
        self.env.cr.precommit.clear()
        self.set_in_odoo(self.mapped[0].product_id, 5)
        asked = []
        original = TikTokClient.inventory

        def inventory(client, product_ids=(), sku_ids=()):
            asked.extend(sku_ids)
            return original(client, product_ids, sku_ids)

        with patch.object(TikTokClient, "inventory", inventory):
            self.push_signalled()
        self.assertEqual(set(asked), {self.mapped[0].sku_remote_id})
