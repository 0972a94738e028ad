from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import naive
from .order_case import OrderCase

CREATING = ("AWAITING_SHIPMENT", "AWAITING_COLLECTION")
OTHERS = (
    "UNPAID",
    "ON_HOLD",
    "PARTIALLY_SHIPPING",
    "IN_TRANSIT",
    "DELIVERED",
    "COMPLETED",
    "CANCELLED",
)


@tagged("post_install", "-at_install")
class TestOrderImport(OrderCase):
    # === WHICH ORDERS === #

    def test_an_order_to_ship_becomes_a_confirmed_sales_order_with_a_delivery(self):
        order_id = self.place_one()
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.picking_ids.mapped("state"), ["assigned"])
        self.assertEqual(order.client_order_ref, order_id)

    def test_orders_awaiting_shipment_or_collection_are_created(self):
        ids = [self.place_one({"status": status}) for status in CREATING]
        self.sync()
        for order_id in ids:
            self.assertEqual(self.sale_order(order_id).state, "sale")

    def test_orders_in_any_other_status_are_never_created(self):
        ids = [
            self.place_one(
                {"status": status, "line_items": [self.unit(0), self.unit(1)]}
            )
            for status in OTHERS
        ]
        self.sync()
        statuses = [self.raw(order_id)["status"] for order_id in ids]
        self.assertEqual(statuses, list(OTHERS))
        self.assertFalse(self.env["tts.order"].search([("remote_id", "in", ids)]))
        self.assertFalse(
            self.env["sale.order"].search([("client_order_ref", "in", ids)])
        )
        self.assertFalse(self.issues())

    def test_an_order_is_created_once_it_is_paid(self):
        order_id = self.place_one({"status": "UNPAID"})
        self.sync()
        self.assertFalse(self.mirror(order_id))
        self.change(order_id, status="AWAITING_SHIPMENT")
        self.sync()
        self.assertEqual(self.sale_order(order_id).state, "sale")

    def test_a_status_nobody_knows_is_recorded_and_not_imported(self):
        order_id = self.place_one()
        self.change(order_id, set={"status": "TELEPORTED"})
        self.sync()
        self.assertEqual(self.mirror(order_id).state, "error")
        self.assertIn("TELEPORTED", self.issues(f"import:{order_id}").reason)
        self.assertFalse(self.sale_order(order_id))

    # === EXACTLY ONCE === #

    def test_repeated_syncs_create_an_order_once(self):
        ids = self.place(5)
        for _time in range(3):
            self.sync()
        orders = self.env["sale.order"].search([("client_order_ref", "in", ids)])
        self.assertEqual(len(orders), 5)
        self.assertEqual(len(orders.picking_ids), len(orders.filtered("picking_ids")))

    def test_setting_the_cursor_back_creates_nothing_twice(self):
        ids = self.place(4)
        self.sync()
        self.shop.last_order_sync = False
        self.sync()
        orders = self.env["sale.order"].search([("client_order_ref", "in", ids)])
        self.assertEqual(len(orders), 4)

    def test_the_database_refuses_a_second_mirror_of_an_order(self):
        order_id = self.place_one()
        self.sync()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env["tts.order"].create(
                {"shop_id": self.shop.id, "remote_id": order_id}
            )

    def test_the_database_refuses_a_second_sales_order_of_an_order(self):
        order_id = self.place_one()
        self.sync()
        order = self.sale_order(order_id)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env["sale.order"].create(
                {
                    "partner_id": order.partner_id.id,
                    "tts_order_id": order.tts_order_id.id,
                }
            )

    def test_an_order_listed_twice_in_one_page_is_created_once(self):
        row = self.raw(self.place_one())
        later = {**row, "update_time": row["update_time"] + 1, "buyer_message": "x"}
        outcomes = self.absorb(row, later)
        self.assertEqual(outcomes, {row["id"]: "created"})
        mirror = self.mirror(row["id"])
        self.assertEqual(mirror.remote_update_epoch, later["update_time"])
        self.assertEqual(mirror.sale_order_id.state, "sale")

    def test_the_older_of_two_versions_in_one_page_loses_whatever_their_order(self):
        row = self.raw(self.place_one())
        later = {**row, "update_time": row["update_time"] + 1}
        self.absorb(later, row)
        mirror = self.mirror(row["id"])
        self.assertEqual(mirror.remote_update_epoch, later["update_time"])

    def test_an_unchanged_order_writes_nothing(self):
        order_id = self.place_one()
        self.sync()
        mirror, order = self.mirror(order_id), self.sale_order(order_id)
        before = (mirror.write_date, order.write_date, order.picking_ids.write_date)
        self.assertEqual(self.absorb(self.raw(order_id)), {order_id: "unchanged"})
        self.env.invalidate_all()
        self.assertEqual(
            (mirror.write_date, order.write_date, order.picking_ids.write_date), before
        )

    def test_a_copy_of_a_sales_order_is_no_tiktok_order(self):
        order_id = self.place_one()
        self.sync()
        copy = self.sale_order(order_id).copy()
        self.assertFalse(copy.tts_order_id)
        self.assertFalse(any(copy.order_line.mapped("tts_line_ids")))

    # === WHAT THE ORDER LOOKS LIKE === #

    def test_the_order_keeps_the_date_on_which_tiktok_took_it(self):
        order_id = self.place_one()
        self.sync()
        created = self.raw(order_id)["create_time"]
        self.assertEqual(self.sale_order(order_id).date_order, naive(created))

    def test_the_order_has_the_salesperson_and_team_of_the_shop(self):
        order_id = self.place_one()
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.user_id, self.salesman)
        self.assertEqual(order.team_id, self.team)

    def test_without_a_salesperson_the_order_has_none_not_even_odoobot(self):
        self.shop.user_id = False
        order_id = self.place_one()
        self.sync()
        self.assertFalse(self.sale_order(order_id).user_id)

    def test_the_order_names_tiktok_as_its_source(self):
        order_id = self.place_one()
        self.sync()
        source = self.env.ref("sale_tiktok_shop.utm_source_tiktok_shop")
        self.assertEqual(self.sale_order(order_id).source_id, source)

    def test_a_deleted_source_stops_no_order(self):
        self.env.ref("sale_tiktok_shop.utm_source_tiktok_shop").unlink()
        order_id = self.place_one()
        self.sync()
        self.assertEqual(self.sale_order(order_id).state, "sale")

    def test_the_delivery_is_due_when_the_carrier_must_have_the_parcel(self):
        order_id = self.place_one()
        self.sync()
        raw, order = self.raw(order_id), self.sale_order(order_id)
        self.assertEqual(order.commitment_date, naive(raw["tts_sla_time"]))
        self.assertEqual(order.picking_ids.date_deadline, naive(raw["tts_sla_time"]))
        self.assertEqual(order.picking_ids.tts_ship_by, naive(raw["rts_sla_time"]))

    def test_the_buyers_message_is_shown_on_the_order(self):
        order_id = self.place_rest(buyer_message="Ring twice")
        self.sync()
        self.assertEqual(self.sale_order(order_id).tts_buyer_message, "Ring twice")

    # === WAREHOUSES, CARRIERS === #

    def test_an_order_ships_from_the_shops_warehouse(self):
        other = self.env["stock.warehouse"].create({"name": "North", "code": "NOR"})
        self.shop.warehouse_id = other
        order_id = self.place_one()
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.warehouse_id, other)
        self.assertEqual(order.picking_ids.picking_type_id.warehouse_id, other)

    def test_an_order_ships_from_the_warehouse_mapped_to_tiktoks(self):
        order_id = self.place_one()
        north = self.env["stock.warehouse"].create({"name": "North", "code": "NOR"})
        self.shop.warehouse_ids.filtered(
            lambda row: row.remote_id == self.raw(order_id)["warehouse_id"]
        ).warehouse_id = north
        self.sync()
        self.assertEqual(self.sale_order(order_id).warehouse_id, north)

    def test_an_order_fulfilled_by_tiktok_is_confirmed_without_delivery(self):
        order_id = self.place_rest(fulfillment_type="FULFILLMENT_BY_TIKTOK")
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.state, "sale")
        self.assertTrue(order.tts_is_fbt)
        self.assertFalse(order.picking_ids)
        self.assertFalse(order.order_line.move_ids)

    def test_the_carrier_is_the_one_mapped_to_the_shipping_provider(self):
        carrier = self.carrier("Van")
        self.env["tts.provider"].create(
            {
                "shop_id": self.shop.id,
                "remote_id": "42",
                "name": "J&T",
                "carrier_id": carrier.id,
            }
        )
        order_id = self.place_rest(shipping_provider="J&T", shipping_provider_id="42")
        self.sync()
        self.assertEqual(self.sale_order(order_id).carrier_id, carrier)

    def test_the_carrier_is_found_by_name_when_nothing_is_mapped(self):
        carrier = self.carrier("Flash Express")
        order_id = self.place_rest(
            shipping_provider="Flash Express", shipping_provider_id="43"
        )
        self.sync()
        self.assertEqual(self.sale_order(order_id).carrier_id, carrier)

    def test_an_unknown_provider_gets_the_shops_default_carrier(self):
        self.shop.carrier_id = self.carrier("Bicycle")
        order_id = self.place_rest(
            shipping_provider="Nobody", shipping_provider_id="44"
        )
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.carrier_id, self.shop.carrier_id)
        self.assertEqual(order.picking_ids.carrier_id, self.shop.carrier_id)

    def carrier(self, name):
        return self.env["delivery.carrier"].create(
            {"name": name, "product_id": self.shop.shipping_product_id.id}
        )

    def test_a_shop_without_carrier_finds_the_default_one_by_name(self):
        default = self.shop.carrier_id
        self.assertEqual(default.name, "TikTok Shipping")
        self.shop.carrier_id = False
        order_id = self.place_one()
        self.sync()
        self.assertEqual(self.sale_order(order_id).carrier_id, default)

    def test_a_deleted_default_carrier_is_created_again(self):
        self.shop.carrier_id.unlink()
        order_id = self.place_one()
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.carrier_id.name, "TikTok Shipping")

    # === PRODUCTS === #

    def test_a_product_is_found_by_its_seller_sku(self):
        order_id = self.place_units(self.unit(1))
        self.sync()
        goods = self.goods(self.sale_order(order_id))
        self.assertEqual(goods.product_id, self.product(1))

    def test_a_product_is_found_by_tiktoks_sku_id_when_the_seller_gave_none(self):
        product = self.env["product.product"].create(
            {"name": "By id", "default_code": self.catalogue[0]["sku_id"]}
        )
        order_id = self.place_units(self.unit(0, seller_sku=""))
        self.sync()
        self.assertEqual(self.goods(self.sale_order(order_id)).product_id, product)

    def test_a_product_is_not_found_by_the_id_of_a_product_with_several_skus(self):
        product = self.env["product.product"].create(
            {"name": "By item", "default_code": "777"}
        )
        order_id = self.place_units(self.unit(0, seller_sku="", product_id="777"))
        self.sync()
        self.assertEqual(self.goods(self.sale_order(order_id)).product_id, product)
        self.env["tts.listing"].create(
            [
                {
                    "shop_id": self.shop.id,
                    "product_remote_id": "777",
                    "sku_remote_id": sku_id,
                }
                for sku_id in (self.catalogue[0]["sku_id"], "778")
            ]
        )
        order_id = self.place_units(self.unit(0, seller_sku="", product_id="777"))
        self.sync()
        default = self.shop.default_product_id
        self.assertEqual(self.goods(self.sale_order(order_id)).product_id, default)
        [issue] = self.issues(f"sku:{self.catalogue[0]['sku_id']}")
        self.assertIn("several SKUs", issue.reason)
        self.assertIn(product.display_name, issue.reason)

    def test_an_unknown_sku_is_sold_as_the_default_product_with_one_issue(self):
        ids = [self.place_units(self.unit(0, seller_sku="NOPE")) for _time in range(3)]
        self.sync()
        default = self.shop.default_product_id
        for order_id in ids:
            order = self.sale_order(order_id)
            self.assertEqual(order.state, "sale")
            self.assertEqual(self.goods(order).product_id, default)
            self.assertTrue(order.picking_ids)
        issue = self.issues(f"sku:{self.catalogue[0]['sku_id']}")
        self.assertEqual(len(issue), 1)
        self.assertIn("NOPE", issue.name)

    def test_a_sku_that_fits_two_products_is_a_question_and_no_guess(self):
        twin = self.env["product.product"].create(
            {"name": "Twin", "default_code": self.catalogue[0]["seller_sku"]}
        )
        order_id = self.place_units(self.unit(0))
        self.sync()
        goods = self.goods(self.sale_order(order_id))
        self.assertEqual(goods.product_id, self.shop.default_product_id)
        issue = self.issues(f"sku:{self.catalogue[0]['sku_id']}")
        self.assertIn(twin.display_name, issue.reason)

    def test_an_archived_product_counts_as_absent(self):
        self.product(0).action_archive()
        order_id = self.place_units(self.unit(0))
        self.sync()
        goods = self.goods(self.sale_order(order_id))
        self.assertEqual(goods.product_id, self.shop.default_product_id)
        self.assertTrue(self.issues(f"sku:{self.catalogue[0]['sku_id']}"))

    def test_the_issue_of_a_sku_closes_once_a_product_carries_it(self):
        self.place_units(self.unit(0, seller_sku="LATER"))
        self.sync()
        issue = self.issues(f"sku:{self.catalogue[0]['sku_id']}")
        self.env["product.product"].create({"name": "L", "default_code": "LATER"})
        issue.action_retry()
        self.assertEqual(issue.state, "closed")

    def test_a_combo_is_refused_because_nothing_of_it_would_be_delivered(self):
        combo = self.env["product.combo"].create(
            {
                "name": "Any sock",
                "combo_item_ids": [Command.create({"product_id": self.product(1).id})],
            }
        )
        self.product().default_code = False
        self.env["product.product"].create(
            {
                "name": "Socks of your choice",
                "default_code": self.catalogue[0]["seller_sku"],
                "type": "combo",
                "combo_ids": [Command.set(combo.ids)],
            }
        )
        order_id = self.place_units(self.unit())
        self.sync()
        self.assertFalse(self.sale_order(order_id))
        self.assertIn("combo", self.issues(f"import:{order_id}").reason)

    def test_a_branch_sells_the_products_of_its_head_office(self):
        self.product().company_id = self.env.company
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.env.company.id}
        )
        shop = self.env["tts.shop"].new({"company_id": branch.id})
        sku = self.catalogue[0]
        found, _ambiguous = self.env["product.product"]._tts_resolve_references(
            shop, {sku["sku_id"]: [sku["seller_sku"]]}
        )
        self.assertEqual(found, {sku["sku_id"]: self.product()})

    def test_a_deleted_default_product_is_created_again(self):
        self.shop.default_product_id.unlink()
        order_id = self.place_units(self.unit(0, seller_sku="NOPE"))
        self.sync()
        goods = self.goods(self.sale_order(order_id))
        self.assertEqual(goods.product_id.default_code, "TIKTOK-DEFAULT")

    def test_a_default_product_is_found_by_its_internal_reference(self):
        default = self.shop.default_product_id
        self.shop.default_product_id = False
        order_id = self.place_units(self.unit(0, seller_sku="NOPE"))
        self.sync()
        self.assertEqual(self.goods(self.sale_order(order_id)).product_id, default)

    def test_an_archived_default_product_stops_no_order(self):
        self.shop.default_product_id.action_archive()
        order_id = self.place_units(self.unit(0, seller_sku="NOPE"))
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.state, "sale")
        self.assertTrue(order.picking_ids)

    # === MANY === #

    def test_a_hundred_and_twenty_orders_on_two_pages_all_arrive(self):
        ids = self.place(120, ordinary=True)
        self.sync()
        mirrors = self.env["tts.order"].search([("remote_id", "in", ids)])
        self.assertEqual(len(mirrors), 120)
        self.assertEqual(set(mirrors.mapped("state")), {"done"})

    def test_the_total_is_tiktoks_to_the_cent(self):
        ids = self.place(12)
        self.sync()
        for order_id in ids:
            raw = self.raw(order_id)
            # Some of the sandbox's orders arrive with a unit cancelled already.
            expected = Decimal(raw["payment"]["shipping_fee"]) + sum(
                Decimal(unit["original_price"]) - Decimal(unit["seller_discount"])
                for unit in raw["line_items"]
                if unit["display_status"] != "CANCELLED"
            )
            order = self.sale_order(order_id)
            self.assertEqual(Decimal(f"{order.amount_total:.2f}"), expected)
