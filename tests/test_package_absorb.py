from odoo.tests import tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestPackageAbsorb(OrderCase):
    """Packages come with the orders they belong to."""

    def package_ids(self, order_id):
        return [row["id"] for row in self.raw(order_id)["packages"]]

    def test_a_paid_order_brings_its_package_without_another_call(self):
        order_id = self.place_units(self.unit(quantity=2))
        before = self.calls("/fulfillment")
        self.sync()
        package = self.mirror(order_id).package_ids
        self.assertEqual(package.mapped("remote_id"), self.package_ids(order_id))
        self.assertEqual(package.status, "TO_FULFILL")
        self.assertEqual(self.calls("/fulfillment"), before)

    def test_a_package_is_linked_to_the_delivery_of_its_units(self):
        order_id, order = self.import_units(self.unit(quantity=2), self.unit(1))
        package = self.mirror(order_id).package_ids
        self.assertEqual(package.picking_ids, order.picking_ids)
        lines = [row["id"] for row in self.raw(order_id)["line_items"]]
        self.assertEqual(package.line_item_ids, sorted(lines))

    def test_the_same_news_twice_makes_no_second_package(self):
        order_id, _order = self.import_units()
        self.absorb(self.raw(order_id), force=True)
        self.assertEqual(len(self.mirror(order_id).package_ids), 1)

    def test_an_order_in_two_packages_has_both_on_its_delivery(self):
        order_id = self.place_units(self.unit(), self.unit(1))
        self.change(order_id, status="PARTIALLY_SHIPPING")
        self.change(order_id, status="AWAITING_COLLECTION")
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(len(order.picking_ids.tts_package_ids), 2)
        self.assertEqual(
            sorted(order.picking_ids.carrier_tracking_ref.split(",")),
            sorted(
                {row["tracking_number"] for row in self.raw(order_id)["line_items"]}
            ),
        )

    def test_a_delivery_shows_the_package_that_is_furthest_behind(self):
        order_id, order = self.import_units(self.unit(), self.unit(1))
        self.change(order_id, status="PARTIALLY_SHIPPING")
        self.sync()
        self.assertEqual(order.picking_ids.tts_status, "awaiting_shipment")
        self.change(order_id, status="AWAITING_COLLECTION")
        self.sync()
        self.assertEqual(order.picking_ids.tts_status, "awaiting_collection")

    def test_a_backorder_takes_the_package_of_its_units_along(self):
        order_id, order = self.import_units(self.unit(), self.unit(1))
        self.change(order_id, status="PARTIALLY_SHIPPING")
        self.sync()
        first = order.picking_ids
        shipped = self.mirror(order_id).package_ids.filtered(
            lambda package: package.status == "PROCESSING"
        )
        for move in first.move_ids:
            units = move.sale_line_id.tts_line_ids
            is_shipped = set(units) <= set(shipped.line_item_ids)
            move.quantity = move.product_uom_qty if is_shipped else 0
        first.move_ids.filtered("quantity").picked = True
        first._action_done()
        second = order.picking_ids - first
        self.assertEqual(first.tts_package_ids, shipped)
        rest = self.mirror(order_id).package_ids - shipped
        self.assertEqual(
            second.tts_package_ids, rest.filtered(lambda package: not package.is_gone)
        )
        self.assertEqual(first.tts_status, "awaiting_collection")
        self.assertEqual(second.tts_status, "awaiting_shipment")

    def test_units_of_one_line_are_handed_out_one_by_one(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        first = order.picking_ids
        first.move_ids.quantity = 1
        first.move_ids.picked = True
        first.with_context(tts_override=first.ids)._action_done()
        second = order.picking_ids - first
        units = order._tts_units()
        self.assertEqual(len(units[first]), 1)
        self.assertEqual(len(units[second]), 2)
        self.assertFalse(set(units[first]) & set(units[second]))

    def test_a_cancelled_unit_is_in_no_delivery(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        gone = self.raw(order_id)["line_items"][0]["id"]
        self.change(order_id, cancel_line=gone)
        self.sync()
        [held] = order._tts_units().values()
        self.assertEqual(len(held), 2)
        self.assertNotIn(gone, held)

    def test_a_package_that_tiktok_replaced_leaves_the_delivery(self):
        order_id, order = self.import_units(self.unit(), self.unit(1))
        old = self.mirror(order_id).package_ids
        row = self.raw(order_id)
        row["packages"] = [{"id": "1153999999999999999"}]
        for line in row["line_items"]:
            line["package_id"] = "1153999999999999999"
        self.absorb(row)
        new = self.mirror(order_id).package_ids - old
        self.assertTrue(old.is_gone)
        self.assertEqual(order.picking_ids.tts_package_ids, new)

    def replace_package(self, order_id, remote_id):
        """Let TikTok put all units of an order into another package."""
        row = self.raw(order_id)
        row["update_time"] += 10
        row["packages"] = [{"id": remote_id}]
        for line in row["line_items"]:
            line["package_id"] = remote_id
        self.absorb(row)

    def test_issues_of_a_package_that_tiktok_replaced_close(self):
        order_id, _order = self.import_units()
        self.change(order_id, status="AWAITING_COLLECTION")
        self.sync()
        package = self.mirror(order_id).package_ids
        package.pickup_failed = True
        package._follow_status()
        package.label_error = "The label is not there."
        package._raise_label_issue(package.label_error)
        keys = [f"pickup:{package.remote_id}", f"label:{package.remote_id}"]
        self.assertEqual(len(self.issues(keys[0]) | self.issues(keys[1])), 2)
        self.replace_package(order_id, "1153999999999999997")
        self.assertFalse(self.issues(keys[0]) | self.issues(keys[1]))
        self.assertEqual(package.label_state, "none")

    def test_an_order_taken_out_of_a_combined_package_takes_its_delivery_along(self):
        orders = [self.import_units(self.unit(number)) for number in range(3)]
        for order_id, _order in orders:
            self.replace_package(order_id, "1153999999999999996")
        package = self.env["tts.package"].search(
            [("remote_id", "=", "1153999999999999996")]
        )
        alone, *others = [order.picking_ids for _order_id, order in orders]
        self.assertEqual(package.picking_ids, alone.union(*others))
        self.replace_package(orders[0][0], "1153999999999999995")
        self.assertEqual(package.picking_ids, others[0] | others[1])
        self.assertEqual(alone.tts_package_ids.remote_id, "1153999999999999995")

    def test_a_combined_package_knows_the_units_of_all_its_orders(self):
        first, _order = self.import_units(self.unit())
        second, _order = self.import_units(self.unit(1))
        rows = [self.raw(first), self.raw(second)]
        for row in rows:
            row["packages"] = [{"id": "1153999999999999998"}]
            row["split_or_combine_tag"] = "COMBINED"
            for line in row["line_items"]:
                line["package_id"] = "1153999999999999998"
        self.absorb(rows[0])
        self.absorb(rows[1])
        package = self.env["tts.package"].search(
            [("remote_id", "=", "1153999999999999998")]
        )
        self.assertEqual(package.order_ids, self.mirror(first) | self.mirror(second))
        self.assertEqual(len(package.picking_ids), 2)
        self.assertEqual(
            package.line_item_ids,
            sorted(line["id"] for row in rows for line in row["line_items"]),
        )

    def test_tracking_number_and_provider_come_with_the_order(self):
        order_id, order = self.import_units()
        self.change(order_id, status="AWAITING_COLLECTION")
        self.sync()
        line = self.raw(order_id)["line_items"][0]
        picking = order.picking_ids
        self.assertEqual(picking.carrier_tracking_ref, line["tracking_number"])
        self.assertEqual(picking.tts_provider_name, line["shipping_provider_name"])

    def test_the_provider_that_is_mapped_gives_the_delivery_its_carrier(self):
        order_id, order = self.import_units()
        self.change(order_id, status="AWAITING_COLLECTION")
        line = self.raw(order_id)["line_items"][0]
        carrier = self.shop.carrier_id.copy({"name": "House carrier"})
        self.env["tts.provider"].create(
            {
                "shop_id": self.shop.id,
                "remote_id": line["shipping_provider_id"],
                "name": line["shipping_provider_name"],
                "carrier_id": carrier.id,
            }
        )
        self.sync()
        self.assertEqual(order.picking_ids.carrier_id, carrier)

    def test_a_cancelled_order_cancels_its_package(self):
        order_id, _order = self.import_units()
        package = self.mirror(order_id).package_ids
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertEqual(package.status, "CANCELLED")

    def test_an_order_that_somebody_confirms_by_hand_gets_its_package_linked(self):
        order_id, order = self.import_units()
        package = self.mirror(order_id).package_ids
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        alive = order.picking_ids.filtered(lambda picking: picking.state != "cancel")
        self.assertEqual(package.picking_ids, alive)

    def test_packages_that_cannot_be_kept_keep_no_order_out(self):
        is_culprit = lambda records, shop, entries: any(  # noqa: E731
            order.id == bad for _mirror, order in entries
        )
        bad = self.place_units(self.unit())
        good = self.place_units(self.unit(1))
        with self.spoiled("tts.package", "_absorb_orders", is_culprit):
            self.sync()
        self.assertEqual(self.sale_order(bad).state, "sale")
        self.assertTrue(self.issues(f"follow:{bad}"))
        self.assertTrue(self.mirror(good).package_ids)

    def test_what_awaits_collection_has_its_label_fetched(self):
        order_id = self.place_units(self.unit(), shipping_type="TIKTOK")
        self.change(order_id, status="AWAITING_COLLECTION")
        self.sync()
        package = self.mirror(order_id).package_ids
        self.assertEqual(package.label_state, "due")

    def test_a_shop_that_fetches_no_labels_leaves_them(self):
        self.shop.label_fetch = False
        order_id = self.place_units(self.unit(), shipping_type="TIKTOK")
        self.change(order_id, status="AWAITING_COLLECTION")
        self.sync()
        self.assertEqual(self.mirror(order_id).package_ids.label_state, "none")

    def test_the_deadline_moves_on_when_the_shipment_is_arranged(self):
        order_id, order = self.import_units()
        mirror, picking = self.mirror(order_id), order.picking_ids
        self.assertEqual(picking.tts_deadline, mirror.ship_by)
        self.change(order_id, status="AWAITING_COLLECTION")
        self.sync()
        self.assertEqual(picking.tts_deadline, mirror.hand_over_by)
        self.change(order_id, status="IN_TRANSIT")
        self.sync()
        self.assertFalse(picking.tts_deadline)
