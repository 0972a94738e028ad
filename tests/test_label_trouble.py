from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..wizards import tts_label_wizard
from .test_label_print import PrintCase


@tagged("post_install", "-at_install")
class TestLabelTrouble(PrintCase):
    """Labels that are asked for twice, replaced, deleted, or looked for elsewhere."""

    def test_another_size_than_the_stored_one_is_fetched_and_printed(self):
        record = self.print_labels(self.stored(1), size="A5")
        self.assertEqual(self.page_sizes(record.attachment_id), [(420, 595)])

    def test_a_second_click_prints_nothing_that_is_being_printed(self):
        pairs = self.import_arranged_many(2, self.unit())
        pickings = self.env["stock.picking"].union(*(o.picking_ids for _i, o in pairs))
        with patch.object(tts_label_wizard, "FETCHED_AT_ONCE", 1):
            first = self.print_labels(pickings)
            self.assertEqual(first.state, "waiting")
            with self.assertRaisesRegex(UserError, "being made"):
                self.print_labels(pickings)

    def test_a_label_that_was_voided_while_it_came_is_not_kept(self):
        _order_id, order = self.import_arranged()
        package = self.package_of(order)
        package.next_label_try = fields.Datetime.now() - timedelta(minutes=1)
        shop = type(self.shop)
        download = shop._download_labels

        calls = []

        def download_and_void(records, requests):
            calls.append(requests)
            found = download(records, requests)
            if len(calls) == 1:
                records.env["tts.package"].browse(package.id)._void_labels()
            return found

        with patch.object(shop, "_download_labels", download_and_void):
            self.fetch()
        self.assertEqual(len(calls), 2)
        self.assertEqual(package.label_state, "done")

    def test_the_label_of_a_shipment_that_failed_is_not_printed_for_the_next(self):
        picking = self.stored(1)
        package = picking.tts_package_ids
        old = package.label_attachment_id
        package.write({"status": "TO_FULFILL"})
        package.write({"status": "PROCESSING"})
        package._follow_status()
        self.assertFalse(package.label_attachment_id)
        self.assertEqual(package._plan_label(), ("fetch", ""))
        self.assertTrue(old.exists())

    def test_a_delivery_that_replaces_another_has_the_label(self):
        picking = self.stored(1)
        sale_order = picking.sale_id
        picking.action_cancel()
        sale_order.order_line._action_launch_stock_rule()
        new = sale_order.picking_ids - picking
        self.assertTrue(new)
        self.assertEqual(new.tts_package_ids.label_state, "done")
        self.assertTrue(new.tts_label_ids)

    def test_a_label_file_that_was_deleted_is_fetched_again(self):
        picking = self.stored(1)
        package = picking.tts_package_ids
        package.label_attachment_id.unlink()
        self.assertFalse(package.label_attachment_id)
        record = self.print_labels(picking)
        self.assertEqual(record.label_count, 1)

    def test_a_deleted_copy_of_one_delivery_leaves_the_label_of_the_other(self):
        first, second = self.stored(2)
        package = first.tts_package_ids
        second.tts_package_ids.is_gone = True
        lines = second.sale_id.tts_order_id._unit_skus()
        package.write(
            {
                "order_ids": [(4, second.tts_order_id.id)],
                "line_item_ids": sorted({*package.line_item_ids, *lines}),
            }
        )
        package._link_pickings()
        self.assertTrue(second.tts_label_ids)
        package.status = "FULFILLING"
        first.tts_label_ids.unlink()
        self.assertTrue(second.tts_label_ids)
        record = self.print_labels(second, reason="lost")
        self.assertEqual(record.label_count, 1)
