from odoo.tests import tagged

from .label_case import LabelCase


@tagged("post_install", "-at_install")
class TestLabelFetch(LabelCase):
    def test_a_label_is_stored_on_the_delivery_and_in_its_chatter(self):
        order_id, order = self.import_arranged()
        self.fetch()
        picking = order.picking_ids
        package = picking.tts_package_ids
        self.assertEqual(package.label_state, "done")
        self.assertEqual(package.label_pages, 1)
        attachment = package.label_attachment_id
        self.assertEqual(attachment.res_model, "stock.picking")
        self.assertEqual(attachment.res_id, picking.id)
        self.assertTrue(attachment.raw.startswith(b"%PDF"))
        message = picking.message_ids.filtered("attachment_ids")
        self.assertEqual(message.attachment_ids, attachment)
        self.assertIn(package.tracking_number, message.body)
        self.assertEqual(picking.carrier_tracking_ref, package.tracking_number)
