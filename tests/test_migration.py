import importlib.util
import pathlib

from odoo.tests import tagged

from .money_case import MoneyCase
from .return_case import ReturnCase

MIGRATIONS = pathlib.Path(__file__).resolve().parents[1] / "migrations"


def migrate(env, version):
    """Run what updating to a version does in the end."""
    path = MIGRATIONS / version / "post-migration.py"
    spec = importlib.util.spec_from_file_location("tts_migration", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    env.flush_all()
    module.migrate(env.cr, "19.0.1.0.0")
    env.invalidate_all()


@tagged("post_install", "-at_install")
class TestMoneyMigration(MoneyCase):
    """What was there before settlements were: invoices, completed orders."""

    def migrate(self):
        migrate(self.env, "19.0.1.3.0")

    def test_an_old_invoice_is_linked_to_its_order(self):
        _order_id, order, invoice = self.sold()
        invoice.tts_order_id = False
        self.migrate()
        self.assertEqual(invoice.tts_order_id, order.tts_order_id)
        self.assertEqual(invoice.tts_shop_id, self.shop)

    def test_an_old_invoice_of_two_orders_is_linked_to_none(self):
        _id, first, invoice = self.sold()
        _id, second, _none = self.sold(invoice=False)
        invoice.tts_order_id = False
        invoice.invoice_line_ids[-1:].sale_line_ids |= second.order_line[:1]
        self.migrate()
        self.assertFalse(invoice.tts_order_id)

    def test_an_invoice_that_has_nothing_to_do_with_tiktok_is_left_alone(self):
        invoice = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.env.user.partner_id.id}
        )
        self.migrate()
        self.assertFalse(invoice.tts_order_id)

    def test_an_order_completed_before_counts_from_its_last_change(self):
        order_id, order = self.import_units()
        order.tts_order_id.write({"status": "COMPLETED", "completed_at": False})
        self.migrate()
        mirror = order.tts_order_id
        self.assertEqual(mirror.completed_at, mirror.remote_update_time)


@tagged("post_install", "-at_install")
class TestAftersaleMigration(ReturnCase):
    """What was there before returns were: orders with goods that were sent anew."""

    def test_an_old_replacement_is_linked_to_its_order(self):
        order_id, _order = self.delivered()
        case_id = self.make_return(order_id, "REPLACEMENT", keep_item=True)
        self.step(case_id, "decide", decision="APPROVE_REPLACEMENT")
        self.sync()
        origin = self.mirror(order_id)
        [sent] = origin.replacement_ids
        sent.origin_remote_id = False
        migrate(self.env, "19.0.1.4.0")
        self.assertEqual(sent.origin_remote_id, order_id)
        self.assertFalse(origin.origin_remote_id)
