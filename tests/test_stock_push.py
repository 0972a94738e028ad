from odoo.tests import tagged

from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockPush(StockCase):
    """What is listed: rules, warehouses, and what Odoo can promise."""

    def setUp(self):
        super().setUp()
        self.set_in_odoo(self.product(), 10)

    def assertListed(self, units, number=0, place=None):
        self.assertEqual(self.on_tiktok(self.listing(number), place), units)

    # === WHAT CAN BE PROMISED === #

    def test_tiktok_gets_what_lies_in_the_warehouse(self):
        self.push()
        self.assertListed(10)
        listing = self.listing()
        self.assertEqual(listing.push_state, "step")
        self.assertEqual((listing.odoo_quantity, listing.pushed_quantity), (10, 10))
        self.assertTrue(listing.pushed_at)

    def test_what_others_bought_in_odoo_is_not_listed(self):
        self.sell_in_odoo(self.product(), 4)
        self.push()
        self.assertListed(6)

    def test_demand_that_is_not_reserved_yet_is_not_listed(self):
        picking_type = self.shop.warehouse_id.out_type_id
        picking_type.reservation_method = "manual"
        self.sell_in_odoo(self.product(), 4)
        self.assertEqual(self.product().free_qty, 10)
        self.push()
        self.assertListed(6)

    def test_what_is_reserved_without_leaving_the_warehouse_is_not_listed(self):
        warehouse = self.shop.warehouse_id
        shelf = self.env["stock.location"].create(
            {"name": "Repairs", "location_id": warehouse.lot_stock_id.id}
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.product().id,
                "product_uom_qty": 3,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": shelf.id,
                "picking_type_id": warehouse.int_type_id.id,
            }
        )
        move._action_confirm()
        move._action_assign()
        self.push()
        self.assertListed(7)

    def test_more_demand_than_stock_lists_nothing(self):
        self.sell_in_odoo(self.product(), 14)
        self.push()
        self.assertListed(0)

    def test_parts_of_a_unit_are_not_listed(self):
        self.set_in_odoo(self.product(), 2.9)
        self.push()
        self.assertListed(2)

    def test_quantities_are_counted_in_the_unit_of_the_product(self):
        product = self.product()
        product.uom_id = self.env.ref("uom.product_uom_dozen")
        self.push()
        self.assertListed(10)

    def test_stock_of_another_warehouse_is_not_listed(self):
        self.set_in_odoo(self.product(), 50, self.make_warehouse())
        self.push()
        self.assertListed(10)

    def test_two_listings_of_one_product_each_list_its_stock(self):
        self.listing(1).product_id = self.product()
        self.push()
        self.assertListed(10)
        self.assertListed(10, number=1)

    # === RULES === #

    def test_the_buffer_is_kept_back(self):
        self.shop.stock_buffer = 3
        self.push()
        self.assertListed(7)

    def test_the_share_is_taken_of_what_is_left_and_floored(self):
        self.shop.write({"stock_buffer": 3, "stock_share": 50})
        self.push()
        self.assertListed(3)

    def test_no_more_than_the_maximum_is_listed(self):
        self.shop.stock_maximum = 4
        self.push()
        self.assertListed(4)

    def test_tiktok_never_gets_more_than_it_takes(self):
        self.set_in_odoo(self.product(), 250_000)
        self.push()
        self.assertListed(99_999)
        self.assertEqual(self.listing().push_state, "step")

    def test_a_rule_of_a_listing_takes_the_place_of_the_rule_of_the_shop(self):
        self.shop.stock_buffer = 3
        self.listing().write({"stock_policy": "own", "stock_buffer": 1})
        self.push()
        self.assertListed(9)

    def test_a_listing_that_is_never_pushed_keeps_its_quantity(self):
        before = self.on_tiktok(self.listing())
        self.listing().stock_policy = "never"
        self.push()
        self.assertListed(before)
        self.assertEqual(self.listing().push_state, "skipped")
        self.assertIn("Never Push", self.listing().push_reason)

    # === WAREHOUSES === #

    def test_each_tiktok_warehouse_offers_the_odoo_warehouse_behind_it(self):
        north = self.make_warehouse()
        self.north.warehouse_id = north
        self.set_in_odoo(self.product(), 4, north)
        self.push()
        self.assertListed(10)
        self.assertListed(4, place=self.north)

    def test_one_odoo_warehouse_behind_two_of_tiktok_is_offered_once(self):
        self.assertFalse(self.north.warehouse_id)
        self.push()
        self.assertListed(10)
        self.assertListed(0, place=self.north)

    def test_a_tiktok_warehouse_may_count_several_of_odoo(self):
        north = self.make_warehouse()
        self.set_in_odoo(self.product(), 4, north)
        self.main.stock_warehouse_ids = self.shop.warehouse_id | north
        self.push()
        self.assertListed(14)
        self.assertListed(0, place=self.north)

    def test_a_warehouse_that_takes_no_part_gets_back_what_it_has(self):
        self.north.stock_sync = False
        self.set_on_tiktok(self.listing(), 33, self.north)
        self.push()
        self.assertListed(10)
        self.assertListed(33, place=self.north)

    def test_the_stock_in_warehouses_of_tiktok_is_left_alone(self):
        fbt = next(
            row["id"]
            for row in self.control("GET", "/state?raw=0")["shops"][0]["warehouses"]
            if row["role"] == "FBT"
        )
        self.control("POST", f"/skus/{self.listing().sku_remote_id}/stock", {fbt: 21})
        self.push()
        self.assertListed(10)
        place = self.shop.warehouse_ids.filtered(lambda row: row.remote_id == fbt)
        self.assertTrue(place.is_fbt)
        self.assertListed(21, place=place)
        self.assertEqual(self.listing().push_state, "step")
        self.assertEqual(self.listing().tiktok_quantity, self.listing().odoo_quantity)

    def test_a_warehouse_that_is_new_on_tiktok_is_learnt_on_the_way(self):
        new = self.control("POST", "/warehouses", {"name": "MY east"})["id"]
        self.set_on_tiktok(self.listing(), 5)
        self.control("POST", f"/skus/{self.listing().sku_remote_id}/stock", {new: 9})
        self.push()
        place = self.shop.warehouse_ids.filtered(lambda row: row.remote_id == new)
        self.assertEqual(place.name, "MY east")
        self.assertFalse(place.is_fbt)
        self.assertListed(0, place=place)

    def test_a_disabled_warehouse_is_left_out(self):
        path = f"/warehouses/{self.north.remote_id}"
        self.control("POST", path, {"effect": "DISABLED"})
        self.addCleanup(self.control, "POST", path, {"effect": "RESTRICTED"})
        before = self.on_tiktok(self.listing(), self.north)
        self.shop._pull_warehouses()
        self.push()
        self.assertListed(10)
        self.assertListed(before, place=self.north)
        self.assertEqual(self.listing().push_state, "step")

    def test_a_warehouse_that_was_disabled_meanwhile_is_learnt_from_the_refusal(self):
        self.push()
        path = f"/warehouses/{self.north.remote_id}"
        self.control("POST", path, {"effect": "DISABLED"})
        self.addCleanup(self.control, "POST", path, {"effect": "RESTRICTED"})
        self.set_in_odoo(self.product(), 6)
        self.push()
        self.assertEqual(self.listing().push_state, "error")
        self.assertEqual(self.north.effect_status, "DISABLED")
        self.listing()._push_anew()
        self.push()
        self.assertListed(6)
        self.assertFalse(self.issues(f"stock:{self.listing().sku_remote_id}"))

    def test_a_warehouse_a_sku_was_taken_out_of_loses_its_level(self):
        self.push()
        self.assertIn(self.north, self.listing().level_ids.warehouse_id)
        sku_id = self.listing().sku_remote_id
        units = self.on_tiktok(self.listing(), self.north)
        path = f"/skus/{sku_id}/stock"
        self.control("POST", path, {self.north.remote_id: None})
        self.addCleanup(self.control, "POST", path, {self.north.remote_id: units})
        self.push()
        self.assertEqual(self.listing().level_ids.warehouse_id, self.main)

    # === ONLY WHAT DIFFERS === #

    def test_only_what_differs_is_sent_one_call_per_product(self):
        self.push()
        before = self.calls("inventory/update")
        self.set_in_odoo(self.product(), 6)
        self.later()
        self.push()
        self.assertEqual(self.calls("inventory/update"), before + 1)
        self.assertListed(6)

    def test_what_somebody_set_in_seller_center_is_set_back(self):
        self.push()
        self.set_on_tiktok(self.listing(), 77)
        self.push()
        self.assertListed(10)

    def test_skus_of_one_product_travel_in_one_call(self):
        product_id = self.listing().product_remote_id
        skus = self.listings.filtered(lambda row: row.product_remote_id == product_id)
        self.assertGreater(len(skus), 1)
        self.push()
        updates = [row for row in self.updates() if row["product_id"] == product_id]
        self.assertEqual(len({row["sku_id"] for row in updates}), len(skus))
        calls = self.calls("inventory/update")
        products = {row["product_id"] for row in self.updates()}
        self.assertEqual(calls, len(products))

    def test_too_high_quantities_are_lowered_before_others_are_raised(self):
        self.push()
        last = max(row["number"] for row in self.updates())
        high, low = self.listing(), self.listing(-1)
        self.assertNotEqual(high.product_remote_id, low.product_remote_id)
        self.set_in_odoo(high.product_id, 2)
        self.set_in_odoo(low.product_id, 500)
        self.later()
        self.push()
        sent = [row["sku_id"] for row in self.updates() if row["number"] > last]
        self.assertEqual(sent, [high.sku_remote_id, low.sku_remote_id])

    # === IN STEP === #

    def test_the_shop_knows_when_all_of_its_stock_was_in_step(self):
        self.assertFalse(self.shop.last_stock_sync)
        self.push()
        self.push()
        self.assertTrue(self.shop.last_stock_sync)
        self.assertFalse(
            self.listings.filtered(
                lambda row: row.push_state not in ("step", "skipped")
            )
        )

    def test_the_levels_tell_what_is_sold_and_what_is_listed(self):
        self.place_units(self.unit(quantity=2), warehouse_id=self.main.remote_id)
        self.push()
        level = self.listing().level_ids.filtered(
            lambda row: row.warehouse_id == self.main
        )
        self.assertEqual(
            (level.tiktok_quantity, level.odoo_quantity, level.pushed_quantity),
            (8, 8, 8),
        )
        self.assertEqual((level.committed_quantity, level.uncovered_quantity), (2, 0))
