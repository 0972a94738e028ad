from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .. import const
from .shipment_case import ShipmentCase


@tagged("post_install", "-at_install")
class TestArrange(ShipmentCase):
    """The wizard that arranges shipments, in South-East Asia."""

    def open(self, pickings, user=None):
        """Open the wizard as a clerk does; return it."""
        action = pickings.with_user(user or self.low_user).action_tts_arrange()
        self.assertEqual(action["res_model"], "tts.arrange")
        return self.env["tts.arrange"].with_user(self.low_user).browse(action["res_id"])

    def test_a_clerk_arranges_a_delivery(self):
        picking = self.deliver()
        wizard = self.open(picking)
        self.assertEqual(wizard.line_ids.kind, "ship")
        action = wizard.action_arrange()
        self.assertIn("within a minute: 1.", action["params"]["message"])
        self.assertEqual(picking.tts_shipment_ids.user_id, self.low_user)
        self.send()
        self.assertEqual(self.shipped_times(), [1])

    def test_what_cannot_be_arranged_is_left_out_and_says_why(self):
        asked = self.deliver()
        self.change(self.order_id, request_cancel=True)
        self.sync()
        good = self.deliver()
        wizard = self.open(asked | good)
        self.assertEqual((wizard.ready_count, wizard.left_count), (1, 1))
        problem = wizard.line_ids.filtered("problem").problem
        self.assertIn("asks to cancel", problem)
        message = wizard.action_arrange()["params"]["message"]
        self.assertIn("asks to cancel", message)
        self.assertTrue(good.tts_shipment_ids)
        self.assertFalse(asked.tts_shipment_ids)

    def test_providers_are_known_though_tiktok_keeps_goods_itself(self):
        self.env["tts.warehouse"].create(
            {
                "name": "Kept by TikTok",
                "shop_id": self.shop.id,
                "remote_id": self.sandbox.shops[self.shop.remote_id].warehouse("FBT")[
                    "id"
                ],
                "kind": const.FBT_WAREHOUSE,
            }
        )
        wizard = self.open(self.deliver(shipping_type="SELLER"))
        self.assertFalse(wizard.note)
        self.assertTrue(self.shop.provider_ids)

    def test_what_is_being_arranged_already_says_so(self):
        picking = self.deliver()
        self.arrange(picking)
        wizard = self.open(picking)
        self.assertIn("being arranged", wizard.line_ids.problem)
        with self.assertRaisesRegex(UserError, "being arranged"):
            wizard.action_arrange()

    def test_a_shop_that_is_not_connected_says_so_and_promises_nothing(self):
        picking = self.deliver()
        self.account.state = "disconnected"
        wizard = self.open(picking)
        self.assertIn("not connected", wizard.line_ids.problem)
        with self.assertRaisesRegex(UserError, "not connected"):
            wizard.action_arrange()
        self.assertFalse(picking.tts_shipment_ids)

    def test_an_archived_shop_says_so_and_promises_nothing(self):
        picking = self.deliver()
        self.shop.active = False
        self.assertIn("archived", self.open(picking).line_ids.problem)

    def test_two_wizards_at_once_ship_once(self):
        picking = self.deliver()
        first, second = self.open(picking), self.open(picking)
        first.action_arrange()
        second.action_arrange()
        self.assertEqual(len(picking.tts_shipment_ids), 1)

    def test_the_market_that_ignores_the_handover_is_not_asked_for_it(self):
        wizard = self.open(self.deliver())
        self.assertFalse(wizard.has_handover)
        self.assertFalse(self.calls("handover_time_slots"))

    def test_deliveries_without_tiktok_order_open_nothing(self):
        picking = self.env["stock.picking"].search(
            [("tts_order_id", "=", False)], limit=1
        )
        with self.assertRaisesRegex(UserError, "None of these deliveries"):
            picking.action_tts_arrange()

    def test_a_delivery_more_costs_few_statements(self):
        rows = [{"line_items": [self.unit()], "shipping_type": "TIKTOK"}] * 20
        ids = [self.place_one(row) for row in rows]
        self.sync()
        orders = self.env["tts.order"].search([("remote_id", "in", ids)])
        pickings = orders.sale_order_ids.picking_ids
        few, many = self.statements(pickings[:5]), self.statements(pickings[5:])
        self.assertLess((many - few) / 10, 8)

    def statements(self, pickings):
        """Count the statements of arranging these deliveries."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.open(pickings).action_arrange()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_stranger_opens_nothing(self):
        stranger = new_test_user(self.env, "tts_odd", groups="base.group_user")
        picking = self.deliver()
        with self.assertRaises(AccessError):
            picking.with_user(stranger).action_tts_arrange()

    def test_a_clerk_of_another_company_opens_nothing(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreigner = new_test_user(
            self.env,
            "tts_foreigner",
            groups="stock.group_stock_user",
            company_id=company.id,
        )
        picking = self.deliver()
        with self.assertRaises(AccessError):
            picking.with_user(foreigner).action_tts_arrange()

    def test_own_carriers_take_number_and_provider_from_the_table(self):
        picking = self.deliver(shipping_type="SELLER")
        wizard = self.open(picking)
        self.assertTrue(wizard.has_own_carrier)
        self.assertTrue(self.shop.provider_ids)
        provider = self.shop.provider_ids[-1]
        wizard.line_ids.write(
            {"tracking_number": "TYPED-1", "provider_id": provider.id}
        )
        wizard.action_arrange()
        self.send()
        self.assertEqual(self.packages()[0]["tracking_number"], "TYPED-1")
        self.assertEqual(picking.carrier_tracking_ref, "TYPED-1")

    def test_a_missing_number_is_named_and_nothing_stored(self):
        picking = self.deliver(shipping_type="SELLER")
        wizard = self.open(picking)
        with self.assertRaisesRegex(UserError, "has no tracking number"):
            wizard.action_arrange()
        self.assertFalse(picking.tts_shipment_ids)

    def test_trouble_at_tiktok_opens_the_wizard_all_the_same(self):
        picking = self.deliver(shipping_type="SELLER")
        with self.fault("http_500", path="/logistics", times=99):
            wizard = self.open(picking)
        self.assertIn("could not be asked", wizard.note)
        self.assertEqual(wizard.ready_count, 1)


@tagged("post_install", "-at_install")
class TestArrangeHandover(ShipmentCase):
    """The wizard where TikTok listens to how a package is handed over."""

    markets = ("GB",)

    def open(self, pickings):
        action = pickings.action_tts_arrange()
        return self.env["tts.arrange"].browse(action["res_id"])

    def handover(self):
        [package] = self.sandbox.shops[self.shop.remote_id].packages.values()
        return package.handover

    def test_the_first_free_slot_is_proposed_and_kept(self):
        wizard = self.open(self.deliver())
        slot = wizard.shop_ids.slot_id
        self.assertTrue(slot)
        wizard.action_arrange()
        self.send()
        self.assertEqual(self.handover()["handover_method"], "PICKUP")
        shipment = wizard.line_ids.picking_id.tts_shipment_ids
        self.assertEqual(shipment.pickup_start, slot.start)
        self.assertEqual(shipment.package_id.pickup_end, slot.end)

    def test_a_parcel_can_be_dropped_off(self):
        wizard = self.open(self.deliver())
        wizard.shop_ids.handover_method = "DROP_OFF"
        wizard.action_arrange()
        self.send()
        self.assertEqual(self.handover(), {"handover_method": "DROP_OFF"})

    def test_a_package_that_tiktok_does_not_split_keeps_the_delivery_whole(self):
        picking = self.deliver(self.unit(), self.unit(1))
        picking.action_assign()
        picking.move_ids[1].write({"quantity": 0})
        self.assertIn("splits no order", picking._tts_split_problem())


@tagged("post_install", "-at_install")
class TestArrangePurchase(ShipmentCase):
    """The wizard where labels are bought."""

    markets = ("US",)

    def open(self, pickings):
        action = pickings.action_tts_arrange()
        return self.env["tts.arrange"].browse(action["res_id"])

    def test_services_are_offered_with_their_prices(self):
        wizard = self.open(self.deliver())
        services = wizard.choice_ids.filtered(lambda row: row.kind == "service")
        self.assertEqual(len(services), 3)
        self.assertIn("USD", services[0].name)
        self.assertTrue(wizard.service_id)

    def test_the_chosen_service_is_bought(self):
        wizard = self.open(self.deliver())
        wizard.service_id = wizard.choice_ids[-1]
        wizard.action_arrange()
        self.send()
        [purchase] = self.sandbox.purchases
        self.assertEqual(purchase["service_id"], wizard.service_id.remote_id)

    def test_many_labels_take_the_default_service(self):
        wizard = self.open(self.deliver() | self.deliver())
        self.assertFalse(wizard.choice_ids)
        wizard.action_arrange()
        self.send()
        self.assertEqual(len(self.sandbox.purchases), 2)

    def test_the_weight_of_the_products_is_proposed_in_pounds(self):
        self.product().weight = 2.0
        wizard = self.open(self.deliver())
        self.assertAlmostEqual(wizard.weight, 4.41, places=2)
        self.assertEqual(wizard.weight_unit, "lb")

    def test_the_size_of_the_last_parcel_is_proposed(self):
        wizard = self.open(self.deliver())
        wizard.write({"parcel_length": 12, "parcel_width": 9, "parcel_height": 3})
        wizard.action_arrange()
        self.assertEqual(self.open(self.deliver()).parcel_length, 12)

    def test_prices_can_be_asked_again_for_another_parcel(self):
        wizard = self.open(self.deliver())
        wizard.weight = 20
        action = wizard.action_ask_prices()
        self.assertEqual(action["res_id"], wizard.id)
        self.assertEqual(len(wizard.choice_ids), 3)
