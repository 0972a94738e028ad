"""What people see of packages and labels."""

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .label_case import LabelCase


@tagged("post_install", "-at_install")
class TestLabelViews(LabelCase):
    def test_a_clerk_sees_label_and_package_on_the_delivery(self):
        picking = self.import_arranged()[1].picking_ids
        self.fetch()
        form = Form(picking.with_user(self.low_user))
        self.assertEqual(form.tts_label_state, "done")
        self.assertEqual(len(form.tts_label_ids), 1)

    def test_the_lists_of_packages_and_prints_open_for_a_clerk(self):
        picking = self.import_arranged()[1].picking_ids
        self.fetch()
        self.env["tts.label.wizard"].with_context(
            default_picking_ids=picking.ids
        ).create({}).action_print()
        for model in ("tts.package", "tts.label.print"):
            mine = self.env[model].with_user(self.low_user)
            views = mine.get_views(
                [(False, "list"), (False, "form"), (False, "search")]
            )
            for kind in ("list", "form"):
                names = views["models"][model]["fields"]
                rows = mine.search([]).read([name for name in names if name != "id"])
                self.assertTrue(rows, kind)

    def test_the_sales_order_shows_its_packages(self):
        _id, order = self.import_arranged()
        packages = order.with_user(self.salesman).tts_package_ids
        self.assertEqual(packages, order.picking_ids.tts_package_ids)
        self.assertTrue(packages.read(["status", "tracking_number", "provider_name"]))

    def test_the_actions_menu_of_deliveries_offers_fetch_shipping_label(self):
        bindings = self.env["ir.actions.actions"].with_user(self.low_user)
        names = [
            row["name"] for row in bindings.get_bindings("stock.picking")["action"]
        ]
        self.assertIn("Fetch Shipping Label", names)

    def test_a_package_without_label_says_so(self):
        picking = self.import_arranged()[1].picking_ids
        package = picking.tts_package_ids
        with self.assertRaisesRegex(UserError, package.remote_id):
            package.action_open_label()

    def test_many_deliveries_open_the_wizard_with_all_of_them(self):
        pairs = self.import_arranged_many(2, self.unit())
        pickings = pairs[0][1].picking_ids + pairs[1][1].picking_ids
        action = pickings.with_user(self.low_user).action_tts_fetch_label()
        self.assertEqual(action["res_model"], "tts.label.wizard")
        self.assertEqual(action["context"]["default_picking_ids"], pickings.ids)
