from odoo.exceptions import UserError
from odoo.tests import tagged

from .shipment_case import ShipmentCase


@tagged("post_install", "-at_install")
class TestOwnCarrier(ShipmentCase):
    """Parcels of the seller's own carrier in South-East Asia."""

    shipping_type = "SELLER"

    def arranged(self, number="TRACK123"):
        """Deliver and arrange an order with this number."""
        picking = self.deliver()
        self.own_carrier(picking, number)
        self.arrange(picking)
        self.send()
        return picking

    def test_number_and_carrier_reach_tiktok(self):
        picking = self.arranged()
        self.assertEqual(self.packages()[0]["tracking_number"], "TRACK123")
        package = picking.tts_package_ids
        self.assertEqual(package.tracking_number, "TRACK123")
        self.assertEqual(package.provider_name, self.provider().name)

    def test_a_parcel_without_number_is_not_arranged(self):
        picking = self.deliver()
        self.own_carrier(picking, number=False)
        with self.assertRaisesRegex(UserError, "has no tracking number"):
            self.arrange(picking)

    def test_a_number_tiktok_would_refuse_is_never_sent(self):
        picking = self.deliver()
        self.own_carrier(picking, "A B")
        with self.assertRaisesRegex(UserError, "4 to 50"):
            self.arrange(picking)

    def test_a_carrier_nobody_mapped_is_named(self):
        picking = self.deliver()
        self.own_carrier(picking)
        self.shop.provider_ids.carrier_id = False
        with self.assertRaisesRegex(UserError, "Own van"):
            self.arrange(picking)

    def test_a_refused_number_asks_for_another(self):
        picking = self.deliver()
        self.own_carrier(picking)
        self.refuse(21011025)
        shipment = self.arrange(picking)
        self.send()
        self.assertEqual(shipment.state, "failed")
        self.assertIn("tracking number", self.ship_issue(picking).hint)

    # === VALIDATION === #

    def test_validating_marks_as_shipped_where_the_shop_wants_it(self):
        self.shop.ship_on_validate = True
        picking = self.deliver()
        self.own_carrier(picking)
        self.validate(picking)
        self.send()
        self.assertEqual(self.shipped_times(), [1])

    def test_validating_tells_nothing_where_the_shop_does_not(self):
        picking = self.deliver()
        self.own_carrier(picking)
        self.validate(picking)
        self.assertFalse(picking.tts_shipment_ids)

    def test_a_parcel_that_left_without_number_is_named_in_an_issue(self):
        self.shop.ship_on_validate = True
        picking = self.deliver()
        self.own_carrier(picking, number=False)
        self.validate(picking)
        self.assertFalse(picking.tts_shipment_ids)
        self.assertIn("no tracking number", self.ship_issue(picking).reason)

    def test_a_number_typed_later_marks_as_shipped_and_closes_the_issue(self):
        self.shop.ship_on_validate = True
        picking = self.deliver()
        self.own_carrier(picking, number=False)
        self.validate(picking)
        picking.carrier_tracking_ref = "LATER-99"
        self.send()
        self.assertEqual(self.packages()[0]["tracking_number"], "LATER-99")
        self.assertFalse(self.ship_issue(picking))

    def test_parcels_of_tiktoks_carrier_are_not_marked_on_validation(self):
        self.shop.ship_on_validate = True
        picking = self.deliver(shipping_type="TIKTOK")
        picking.carrier_tracking_ref = "TRACK123"
        self.validate(picking)
        self.assertFalse(picking.tts_shipment_ids)

    # === CHANGED NUMBERS === #

    def test_a_corrected_number_reaches_tiktok(self):
        picking = self.arranged()
        picking.carrier_tracking_ref = "RIGHT-NUMBER"
        self.send()
        self.assertEqual(self.packages()[0]["tracking_number"], "RIGHT-NUMBER")
        self.assertEqual(picking.tts_package_ids.tracking_number, "RIGHT-NUMBER")

    def test_a_number_that_comes_from_tiktok_is_not_sent_back(self):
        picking = self.arranged()
        package = picking.tts_package_ids
        package.tracking_number = "FROM-SELLER-CENTER"
        package._follow_status()
        self.assertEqual(picking.carrier_tracking_ref, "FROM-SELLER-CENTER")
        self.assertEqual(picking.tts_shipment_ids.mapped("kind"), ["ship"])

    def test_a_correction_that_comes_too_late_names_both_numbers(self):
        picking = self.arranged()
        self.refuse(21011050, picking.tts_package_ids, call="update")
        picking.carrier_tracking_ref = "TOO-LATE"
        self.send()
        issue = self.ship_issue(picking)
        self.assertIn("TRACK123", issue.name)
        self.assertIn("TOO-LATE", issue.name)
        self.assertIn("message", issue.hint)

    def test_a_refused_correction_stays_on_the_delivery(self):
        picking = self.arranged()
        self.refuse(21011050, picking.tts_package_ids, call="update")
        picking.carrier_tracking_ref = "TOO-LATE"
        self.send()
        picking.tts_package_ids._follow_status()
        self.assertEqual(picking.carrier_tracking_ref, "TOO-LATE")

    def test_a_malformed_correction_is_never_sent(self):
        picking = self.arranged()
        picking.carrier_tracking_ref = "no good"
        self.assertFalse(
            picking.tts_shipment_ids.filtered(lambda row: row.kind == "retrack")
        )
        self.assertIn("4 to 50", self.ship_issue(picking).reason)

    def test_a_correction_whose_answer_is_lost_is_not_counted_twice(self):
        picking = self.arranged()
        picking.carrier_tracking_ref = "RIGHT-NUMBER"
        package = picking.tts_package_ids
        path = f"/fulfillment/202309/packages/{package.remote_id}/shipping_info"
        with self.fault("reset", path=path, times=9, after=True):
            self.send()
        retrack = picking.tts_shipment_ids.filtered(lambda row: row.kind == "retrack")
        self.assertEqual(retrack.state, "sending")
        self.make_due(retrack)
        self.send()
        self.assertEqual(retrack.state, "done")
        self.assertEqual(self.calls("shipping_info/update"), 1)


@tagged("post_install", "-at_install")
class TestMarkAsShipped(ShipmentCase):
    """Own carriers in the UK: parcels are told unit by unit."""

    markets = ("GB",)
    shipping_type = "SELLER"

    def test_a_parcel_is_told_with_its_units(self):
        picking = self.deliver(self.unit(quantity=2), self.unit(1))
        self.own_carrier(picking)
        shipment = self.arrange(picking)
        self.assertEqual(shipment.kind, "mark")
        self.send()
        self.assertEqual(shipment.state, "done")
        [package] = [row for row in self.packages() if row["tracking_number"]]
        self.assertEqual(sorted(package["line_ids"]), sorted(shipment.line_item_ids))
        self.assertEqual(shipment.package_id.tracking_number, "TRACK123")
        self.assertEqual(picking.tts_status, "awaiting_collection")

    def test_a_backorder_is_a_parcel_of_its_own(self):
        picking = self.deliver(self.unit(quantity=3))
        self.own_carrier(picking, "PARCEL-1")
        self.assertFalse(picking._tts_split_problem())
        self.validate(picking, quantity=1)
        self.arrange(picking)
        self.send()
        backorder = picking.backorder_ids
        self.own_carrier(backorder, "PARCEL-2")
        self.arrange(backorder)
        self.send()
        numbers = {row["tracking_number"]: row for row in self.packages()}
        self.assertEqual(len(numbers["PARCEL-1"]["line_ids"]), 1)
        self.assertEqual(len(numbers["PARCEL-2"]["line_ids"]), 2)

    def test_a_parcel_whose_answer_is_lost_is_not_told_twice(self):
        picking = self.deliver()
        self.own_carrier(picking)
        shipment = self.arrange(picking)
        path = f"/fulfillment/202309/orders/{self.order_id}/packages"
        with self.fault("reset", path=path, times=9, after=True):
            self.send()
        self.assertEqual(shipment.state, "sending")
        self.make_due(shipment)
        self.send()
        self.assertEqual(shipment.state, "done")
        self.assertEqual(self.calls(f"orders/{self.order_id}/packages"), 1)


@tagged("post_install", "-at_install")
class TestBuyLabel(ShipmentCase):
    """Labels that are bought from TikTok in the US."""

    markets = ("US",)

    def bought(self):
        return self.sandbox.purchases

    def test_a_label_is_bought_once(self):
        picking = self.deliver()
        shipment = self.arrange(picking)
        self.assertEqual(shipment.kind, "buy")
        self.send()
        self.send()
        self.assertEqual(shipment.state, "done")
        self.assertEqual(len(self.bought()), 1)
        self.assertEqual(picking.tts_status, "awaiting_collection")

    def test_a_label_whose_answer_is_lost_is_not_bought_again(self):
        shipment = self.arrange(self.deliver())
        path = "/fulfillment/202512/packages"
        with self.fault("reset", path=path, times=9, after=True):
            self.send()
        self.assertEqual(shipment.state, "sending")
        self.make_due(shipment)
        self.send()
        self.assertEqual(shipment.state, "done")
        self.assertEqual(len(self.bought()), 1)

    def test_a_worker_that_died_before_the_call_buys_the_label_later(self):
        shipment = self.arrange(self.deliver())
        shipment._note_sending()
        self.send()
        self.assertEqual(shipment.state, "sending")
        self.assertFalse(self.bought())
        self.make_due(shipment)
        self.send()
        self.assertEqual(len(self.bought()), 1)

    def test_weight_and_size_are_told_in_the_units_of_the_market(self):
        picking = self.deliver()
        self.arrange(
            picking, weight=1.5, parcel_length=10, parcel_width=8, parcel_height=4
        )
        self.send()
        package = self.sandbox.shops[self.shop.remote_id].packages[
            picking.tts_package_ids.remote_id
        ]
        self.assertEqual(package.weight, {"value": "1.5", "unit": "POUND"})
        self.assertEqual(package.dimension["unit"], "INCH")

    def test_each_part_of_an_order_gets_a_label_of_its_own(self):
        picking = self.deliver(self.unit(quantity=3))
        self.validate(picking, quantity=1)
        self.arrange(picking | picking.backorder_ids)
        self.send()
        sizes = sorted(len(row["line_ids"]) for row in self.bought())
        self.assertEqual(sizes, [1, 2])
