"""Seller Center's bulk-edit export through the wizard: a look, then all or none."""

import base64
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..wizards import tts_catalogue_import
from .bulk_edit_file import sample_rows, sku_rows, workbook
from .common import TtsCase

PLAIN_KEYS = ["product_id", "sku_id", "product_name", "seller_sku", "price"]


def sku(number=1, **values):
    """Return the cells of one SKU, each of a product of its own."""
    return {
        "product_id": f"17295929697122170{number:02}",
        "sku_id": f"17295929697122171{number:02}",
        "product_name": f"Item {number}",
        "seller_sku": f"ITEM-{number}",
        "price": "10",
        "quantity": "5",
        **values,
    }


@tagged("post_install", "-at_install")
class TestCatalogueImport(TtsCase):
    sandbox_options = {"orders": 0, "products": 1, "odd_skus": 0}

    def wizard(self, rows, user=None, **values):
        Wizard = self.env["tts.catalogue.import"].with_user(user or self.env.user)
        content = base64.b64encode(workbook(rows))
        return Wizard.create({"shop_id": self.shop.id, "file": content, **values})

    def run_import(self, rows, **values):
        wizard = self.wizard(rows, **values)
        wizard.action_check()
        wizard.action_import()
        return wizard

    def product(self, code, **values):
        return self.env["product.product"].create(
            {"name": code, "default_code": code, "is_storable": True, **values}
        )

    def listing(self, sku_id):
        return self.env["tts.listing"].search(
            [("shop_id", "=", self.shop.id), ("sku_remote_id", "=", sku_id)]
        )

    def outcomes(self, wizard):
        return wizard.line_ids.mapped("outcome")

    # === CHECK === #

    def test_a_check_says_what_will_happen_to_each_row(self):
        bottle = self.product("BOT-750")
        self.product("TS-BLK-L")
        self.product("TS-BLK-L")
        wizard = self.wizard(sample_rows(), create_products=True)
        wizard.action_check()
        self.assertRecordValues(
            wizard.line_ids,
            [
                {"row": 6, "outcome": "create", "product_id": False},
                {"row": 7, "outcome": "ask", "product_id": False},
                {"row": 8, "outcome": "link", "product_id": bottle.id},
                {"row": 9, "outcome": "create", "product_id": False},
            ],
        )
        counts = (wizard.row_count, wizard.link_count, wizard.create_count)
        self.assertEqual(counts, (4, 1, 2))
        self.assertEqual((wizard.ask_count, wizard.error_count), (1, 0))
        self.assertEqual(wizard.line_ids[0].title, "Cotton T-Shirt Basic (Black, M)")

    def test_a_check_changes_nothing(self):
        self.product("BOT-750")
        listings = self.env["tts.listing"].search_count([])
        products = self.env["product.product"].search_count([])
        self.wizard(sample_rows(), create_products=True).action_check()
        self.assertEqual(self.env["tts.listing"].search_count([]), listings)
        self.assertEqual(self.env["product.product"].search_count([]), products)

    def test_a_check_names_the_row_and_column_of_an_error(self):
        wizard = self.wizard(sku_rows(sku(1), sku(2, sku_id=1.72959e18)))
        wizard.action_check()
        self.assertEqual(self.outcomes(wizard), ["update", "error"])
        self.assertIn("Row 7, column D (sku_id)", wizard.line_ids[1].message)
        self.assertEqual(wizard.line_ids[1].seller_sku, "ITEM-2")

    def test_a_product_that_cannot_be_created_is_an_error_of_its_row(self):
        self.product("ITEM-1").active = False
        wizard = self.wizard(sku_rows(sku(1), sku(2)), create_products=True)
        wizard.action_check()
        self.assertEqual(self.outcomes(wizard), ["error", "create"])
        self.assertIn("Row 6", wizard.line_ids[0].message)
        self.assertIn("archived", wizard.line_ids[0].message)

    def test_a_file_that_is_none_says_what_to_do(self):
        wizard = self.wizard([["Name"], ["Shirt"]])
        with self.assertRaisesRegex(UserError, "Seller Center"):
            wizard.action_check()

    def test_a_file_of_another_shop_is_refused(self):
        other = self.shop.copy({"name": "Second", "remote_id": "99"})
        self.env["tts.listing"].create(
            {"shop_id": other.id, "sku_remote_id": sku(2)["sku_id"]}
        )
        with self.assertRaisesRegex(UserError, "Second"):
            self.wizard(sku_rows(sku(1), sku(2))).action_check()

    def test_a_file_with_more_rows_than_a_request_can_read_is_refused(self):
        with (
            patch.object(tts_catalogue_import, "MOST_ROWS", 1),
            self.assertRaisesRegex(UserError, "2 rows"),
        ):
            self.wizard(sku_rows(sku(1), sku(2))).action_check()

    def test_another_question_has_to_be_checked_again(self):
        wizard = self.wizard(sku_rows(sku()))
        wizard.action_check()
        with Form(wizard) as form:
            form.create_products = True
        self.assertEqual(wizard.state, "draft")
        with self.assertRaisesRegex(UserError, "Check the file first"):
            wizard.action_import()

    # === IMPORT === #

    def test_listings_are_linked_in_a_shop_that_was_never_synced(self):
        bottle = self.product("BOT-750")
        wizard = self.run_import(sample_rows())
        self.assertEqual(wizard.state, "done")
        listing = self.listing("1729592969712207201")
        self.assertRecordValues(
            listing,
            [
                {
                    "product_id": bottle.id,
                    "match_state": "seller_sku",
                    "product_remote_id": "1729592969712207009",
                    "seller_sku": "BOT-750",
                    "title": "Stainless Bottle 750ml",
                    "variation": False,
                    "status": "ACTIVATE",
                    "price": 55.0,
                }
            ],
        )
        self.assertEqual(listing.currency_id.name, "MYR")
        self.assertEqual(self.listing("1729592969712207401").match_state, "unmatched")

    def test_missing_products_are_created_with_their_variants(self):
        wizard = self.run_import(sample_rows(), create_products=True)
        self.assertEqual(self.outcomes(wizard), ["create"] * 4)
        self.assertTrue(all(line.product_id for line in wizard.line_ids))
        medium = self.listing("1729592969712207101").product_id
        large = self.listing("1729592969712207102").product_id
        self.assertEqual(medium.product_tmpl_id, large.product_tmpl_id)
        self.assertEqual(len(medium.product_tmpl_id.product_variant_ids), 2)
        self.assertEqual((medium.default_code, medium.is_storable), ("TS-BLK-M", True))
        tote = self.listing("1729592969712207401").product_id
        self.assertEqual(tote.default_code, "1729592969712207401")

    def test_the_same_file_again_changes_nothing(self):
        self.run_import(sample_rows(), create_products=True)
        products = self.env["product.product"].search_count([])
        wizard = self.run_import(sample_rows(), create_products=True)
        self.assertEqual(self.outcomes(wizard), ["nothing"] * 4)
        self.assertEqual(self.env["product.product"].search_count([]), products)

    def test_two_skus_with_one_seller_sku_share_a_product(self):
        wizard = self.run_import(
            sku_rows(sku(1), sku(2, seller_sku="ITEM-1")), create_products=True
        )
        self.assertEqual(self.outcomes(wizard), ["create", "link"])
        first, second = (self.listing(sku(number)["sku_id"]) for number in (1, 2))
        self.assertEqual(first.product_id, second.product_id)
        self.assertTrue(first.duplicate_sku and second.duplicate_sku)

    def test_a_choice_by_hand_is_kept(self):
        mine, _other = self.product("MINE"), self.product("ITEM-1")
        self.run_import(sku_rows(sku(1)))
        self.listing(sku(1)["sku_id"]).product_id = mine
        wizard = self.run_import(sku_rows(sku(1)))
        self.assertEqual(self.outcomes(wizard), ["nothing"])
        self.assertEqual(self.listing(sku(1)["sku_id"]).product_id, mine)

    def test_what_the_api_said_is_not_overwritten(self):
        listing = self.env["tts.listing"].create(
            {
                "shop_id": self.shop.id,
                "sku_remote_id": sku(1)["sku_id"],
                "title": "Fresh from TikTok",
                "seller_sku": "FRESH",
                "status": "SELLER_DEACTIVATED",
                "remote_update_epoch": 1767225600,
            }
        )
        self.run_import(sku_rows(sku(1)))
        self.assertEqual(listing.title, "Fresh from TikTok")
        self.assertEqual(listing.seller_sku, "FRESH")
        self.assertEqual(listing.status, "SELLER_DEACTIVATED")
        self.assertEqual(listing.price, 10)

    # === ERRORS === #

    def test_errors_let_nothing_be_imported(self):
        wizard = self.wizard(sku_rows(sku(1), sku(2, price="x")))
        wizard.action_check()
        with self.assertRaisesRegex(UserError, r"Row 7, column F \(price\)"):
            wizard.action_import()
        self.assertFalse(self.listing(sku(1)["sku_id"]))

    def test_rows_with_errors_can_be_left_out(self):
        rows = sku_rows(sku(1), sku(2, price="x"))
        wizard = self.run_import(rows, skip_errors=True)
        self.assertEqual(self.outcomes(wizard), ["update", "error"])
        self.assertTrue(self.listing(sku(1)["sku_id"]))
        self.assertFalse(self.listing(sku(2)["sku_id"]))

    def test_nothing_is_half_imported_when_a_product_cannot_be_created(self):
        self.product("ITEM-2").active = False
        wizard = self.wizard(sku_rows(sku(1), sku(2)), create_products=True)
        wizard.action_check()
        with self.assertRaisesRegex(UserError, "Row 7"):
            wizard.action_import()
        self.assertFalse(self.listing(sku(1)["sku_id"]))
        self.assertFalse(
            self.env["product.product"].search([("default_code", "=", "ITEM-1")])
        )

    def test_more_products_than_a_request_can_create_are_refused(self):
        wizard = self.wizard(sku_rows(sku(1), sku(2)), create_products=True)
        with (
            patch.object(tts_catalogue_import, "MOST_CREATED", 1),
            self.assertRaisesRegex(UserError, "2 products are to be created"),
        ):
            wizard.action_check()

    # === QUANTITIES === #

    def test_quantities_are_left_alone_by_default(self):
        self.run_import(sku_rows(sku(1)), create_products=True)
        self.assertEqual(self.listing(sku(1)["sku_id"]).product_id.qty_available, 0)

    def test_new_products_start_with_the_quantities_of_the_file(self):
        rows = sku_rows(sku(1, quantity="7"), sku(2, quantity="0"))
        self.run_import(rows, create_products=True, take_quantities=True)
        first, second = (self.listing(sku(number)["sku_id"]) for number in (1, 2))
        self.assertEqual(first.product_id.qty_available, 7)
        self.assertEqual(second.product_id.qty_available, 0)
        warehouse = self.shop.warehouse_id
        here = first.product_id.with_context(warehouse_id=warehouse.id)
        self.assertEqual(here.qty_available, 7)

    def test_products_that_odoo_has_keep_their_quantity(self):
        product = self.product("ITEM-1")
        location = self.shop.warehouse_id.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(product, location, 3)
        self.run_import(sku_rows(sku(1)), create_products=True, take_quantities=True)
        self.assertEqual(product.qty_available, 3)

    def test_a_file_without_quantities_sets_none(self):
        wizard = self.run_import(
            sku_rows(sku(1), keys=PLAIN_KEYS),
            create_products=True,
            take_quantities=True,
        )
        self.assertFalse(wizard.has_quantity)
        self.assertEqual(self.listing(sku(1)["sku_id"]).product_id.qty_available, 0)

    def test_one_product_of_two_skus_starts_with_the_smaller_quantity(self):
        rows = sku_rows(sku(1, quantity="9"), sku(2, seller_sku="ITEM-1"))
        self.run_import(rows, create_products=True, take_quantities=True)
        self.assertEqual(self.listing(sku(1)["sku_id"]).product_id.qty_available, 5)

    # === RIGHTS === #

    def manager(self, *groups):
        groups = ("sale_tiktok_shop.group_tts_manager", *groups)
        return new_test_user(self.env, "tts_file_boss", groups=",".join(groups))

    def test_somebody_without_rights_in_inventory_takes_no_quantities(self):
        user = self.manager("product.group_product_manager")
        options = {"create_products": True, "take_quantities": True}
        wizard = self.wizard(sku_rows(sku(1)), user, **options)
        with self.assertRaisesRegex(UserError, "Inventory / User"):
            wizard.action_check()

    def test_somebody_who_may_not_create_products_is_told_once(self):
        wizard = self.wizard(sku_rows(sku(1)), self.manager(), create_products=True)
        with self.assertRaisesRegex(UserError, "Products / Create"):
            wizard.action_check()

    def test_the_rights_to_create_products_suffice_to_create_them(self):
        user = self.manager("product.group_product_manager")
        wizard = self.wizard(sku_rows(sku(1)), user, create_products=True)
        wizard.action_check()
        wizard.action_import()
        self.assertEqual(self.outcomes(wizard), ["create"])

    def test_an_administrator_of_the_connector_can_link(self):
        product = self.product("ITEM-1")
        wizard = self.wizard(sku_rows(sku(1)), self.manager())
        wizard.action_check()
        wizard.action_import()
        self.assertEqual(self.listing(sku(1)["sku_id"]).product_id, product)

    def test_stock_rights_suffice_to_take_quantities(self):
        user = self.manager("product.group_product_manager", "stock.group_stock_user")
        options = {"create_products": True, "take_quantities": True}
        wizard = self.wizard(sku_rows(sku(1)), user, **options)
        wizard.action_check()
        wizard.action_import()
        self.assertEqual(self.listing(sku(1)["sku_id"]).product_id.qty_available, 5)

    def test_a_clerk_cannot_import(self):
        with self.assertRaises(AccessError):
            self.wizard(sku_rows(sku(1)), self.low_user)
