from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.tests import tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestConflict(OrderCase):
    """Other people and workers at the same shop, stock and orders."""

    @contextmanager
    def meddled(self, model, method, meddle):
        """Do something each time before a method of a model runs."""
        owner = type(self.env[model])
        original = getattr(owner, method)

        def meddled(records, *args, **kwargs):
            meddle(records, *args)
            return original(records, *args, **kwargs)

        with patch.object(owner, method, meddled):
            yield

    def refuse_more_than(self, limit):
        """Have somebody move stock so often that only short transactions pass."""

        def meddle(_orders, _shop, rows):
            if len(rows) > limit:
                raise SerializationFailure()

        return self.meddled("tts.order", "_absorb", meddle)

    def wakings(self, name="ir_cron_sync_orders"):
        """Return when the scheduled action was asked to run in the future."""
        cron = self.env.ref(f"sale_tiktok_shop.{name}")
        now = fields.Datetime.now()
        return [
            moment
            for moment in self.env["ir.cron.trigger"]
            .search([("cron_id", "=", cron.id)])
            .mapped("call_at")
            if moment > now
        ]

    # === BUSY WAREHOUSES === #

    def test_a_page_that_others_interfere_with_is_imported_in_parts(self):
        ids = self.place(20)
        with self.refuse_more_than(2):
            self.run_cron()
        states = [self.sale_order(order_id).state for order_id in ids]
        self.assertEqual(states, ["sale"] * 20)
        self.assertFalse(self.shop.failure_count)

    def test_the_cursor_moves_with_the_last_part_only(self):
        self.place(20)
        seen = []
        note = self.meddled(
            "tts.order",
            "_absorb",
            lambda _orders, shop, _rows: seen.append(shop.last_order_sync),
        )
        with self.refuse_more_than(2), note:
            self.run_cron()
        self.assertEqual(len(set(seen)), 1)
        self.assertGreater(self.shop.last_order_sync, seen[0])

    def test_a_single_order_that_conflicts_for_ever_is_a_failure_of_the_shop(self):
        self.place(2)
        ordered = fields.Datetime.now() - timedelta(minutes=1)
        with self.refuse_more_than(0):
            self.run_cron()
        self.assertEqual(self.shop.failure_count, 1)
        self.assertLess(self.shop.last_order_sync, ordered)

    def test_orders_asked_for_by_number_arrive_in_parts_as_well(self):
        ids = self.place(20)
        run = self.env["tts.sync.run"].create(
            {"shop_id": self.shop.id, "remote_ids": " ".join(ids)}
        )
        with self.refuse_more_than(2):
            self.run_cron("ir_cron_resync")
        self.assertEqual((run.state, run.created_count), ("done", 20))

    # === PEOPLE === #

    def test_a_cursor_set_back_during_a_sync_is_where_the_next_one_starts(self):
        self.place(120)
        back = fields.Datetime.now() - timedelta(days=9)

        def set_back(shop):
            if shop.last_order_sync and shop.last_order_sync > back:
                shop.write({"last_order_sync": back})

        with self.meddled("tts.shop", "_take", set_back):
            self.run_cron()
        self.assertEqual(self.shop.last_order_sync, back)
        self.assertLessEqual(self.shop.next_order_sync, fields.Datetime.now())
        self.assertFalse(self.shop.failure_count)

    def test_a_sync_asked_for_during_a_sync_is_not_forgotten(self):
        ask = self.meddled(
            "tts.shop", "_retry_orders", lambda shop: shop.action_sync_orders()
        )
        with ask:
            self.run_cron()
        self.assertTrue(self.shop.last_success)
        self.assertLessEqual(self.shop.next_order_sync, fields.Datetime.now())

    def test_an_end_that_cannot_be_noted_is_no_failure_and_comes_back(self):
        def meddle(*_args):
            raise SerializationFailure()

        order_id = self.place_one()
        with self.meddled("tts.shop", "_note_success", meddle):
            self.run_cron()
        self.assertEqual(self.sale_order(order_id).state, "sale")
        self.assertFalse(self.shop.failure_count)
        self.assertTrue(self.wakings())

    # === WORKERS === #

    def test_a_shop_that_another_worker_has_is_no_failure_and_comes_back(self):
        with patch.object(type(self.shop), "_take", lambda _shop: False):
            self.run_cron()
        self.assertFalse(self.shop.failure_count)
        self.assertTrue(self.wakings())
