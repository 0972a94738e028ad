from contextlib import contextmanager, suppress

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestStockConflict(BaseCase):
    """People on connections of their own, on data that is committed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.transaction() as env:
            cls.ids = cls.create_data(env)
        cls.addClassCleanup(cls.remove_data)

    @classmethod
    @contextmanager
    def transaction(cls):
        """Yield an environment that refuses to wait, and commit at the end."""
        with cls.registry.cursor() as cr:
            cr.execute("SET LOCAL lock_timeout = '1s'")
            yield api.Environment(cr, SUPERUSER_ID, {})

    @classmethod
    def create_data(cls, env):
        account = env["tts.account"].create(
            {"name": "Open account", "company_id": env.company.id}
        )
        shop = env["tts.shop"].create(
            {"name": "Open shop", "account_id": account.id, "stock_sync": True}
        )
        product = env["product.product"].create(
            {"name": "Moved at once", "is_storable": True}
        )
        listing = env["tts.listing"].create(
            {"shop_id": shop.id, "sku_remote_id": "1", "product_id": product.id}
        )
        location = shop.warehouse_id.lot_stock_id
        env["stock.quant"]._update_available_quantity(product, location, 100)
        return {
            "account": account.id,
            "shop": shop.id,
            "product": product.id,
            "listing": listing.id,
            "location": location.id,
        }

    @classmethod
    def remove_data(cls):
        with cls.transaction() as env:
            cr, ids = env.cr, cls.ids
            cr.execute(
                "DELETE FROM stock_quant WHERE product_id = %s", [ids["product"]]
            )
            env["tts.shop"].browse(ids["shop"]).unlink()
            env["tts.account"].browse(ids["account"]).unlink()
            env["product.product"].browse(ids["product"]).unlink()
            cr.flush()
            cr.execute("DELETE FROM tts_stock_signal")

    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            env.cr.execute("DELETE FROM tts_stock_signal")
            env["tts.listing"].browse(self.ids["listing"]).push_state = "step"

    def take(self, env, units=1):
        """Take units off the shelf, up to the end of the transaction."""
        env["stock.quant"]._update_available_quantity(
            env["product.product"].browse(self.ids["product"]),
            env["stock.location"].browse(self.ids["location"]),
            -units,
        )
        env.cr.flush()

    def signals(self, env):
        return env["tts.stock.signal"].search_count(
            [("product_id", "=", self.ids["product"])]
        )

    def test_two_people_who_move_one_product_do_not_wait_for_each_other(self):
        with self.transaction() as one, self.transaction() as two:
            self.take(one)
            self.take(two)
            self.assertEqual((self.signals(one), self.signals(two)), (1, 1))
        with self.transaction() as env:
            self.assertEqual(self.signals(env), 2)

    def test_a_push_that_reads_signals_keeps_nobody_waiting(self):
        with self.transaction() as env:
            self.take(env)
        with self.transaction() as push, self.transaction() as person:
            self.assertEqual(push["tts.stock.signal"]._drain(), 1)
            push.cr.flush()
            self.take(person)
        with self.transaction() as env:
            self.assertEqual(self.signals(env), 1)
            listing = env["tts.listing"].browse(self.ids["listing"])
            self.assertEqual(listing.push_state, "due")

    def test_two_workers_share_the_signals_without_waiting(self):
        with self.transaction() as env:
            self.take(env)
        with self.transaction() as one, self.transaction() as two:
            self.assertEqual(one["tts.stock.signal"]._drain(), 1)
            self.assertEqual(two["tts.stock.signal"]._drain(), 0)

    @mute_logger("odoo.sql_db")
    def test_notes_on_a_listing_that_was_signalled_meanwhile_are_not_kept(self):
        with self.transaction() as env:
            env["tts.listing"].browse(self.ids["listing"]).push_state = "due"
        with suppress(SerializationFailure), self.transaction() as push:
            listing = push["tts.listing"].browse(self.ids["listing"])
            self.assertEqual(listing.push_state, "due")  # what it sees is fixed
            with self.transaction() as env:
                self.take(env)
                env["tts.stock.signal"]._drain()
            listing.push_state = "step"
            push.flush_all()
            self.fail("numbers that are older than the signal count as new")
        with self.transaction() as env:
            listing = env["tts.listing"].browse(self.ids["listing"])
            self.assertEqual(listing.push_state, "due")
