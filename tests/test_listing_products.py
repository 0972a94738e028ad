from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .catalogue_case import CatalogueCase

SHIRT = {"title": "Cotton T-Shirt", "product_remote_id": "77"}


@tagged("post_install", "-at_install")
class TestListingProducts(CatalogueCase):
    """Products of Odoo that are made of listings."""

    def setUp(self):
        super().setUp()
        self.myr = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", "MYR")])
        )
        self.company = self.shop.company_id
        self.shop.tax_ids = False
        self.company.account_sale_tax_id = False

    def single(self, sku_id="1", **values):
        """Return a listing of a product without variants."""
        values = {"title": "Mug", "seller_sku": "MUG", "price": 12.5, **values}
        values.setdefault("product_remote_id", f"p{sku_id}")
        values.setdefault("currency_id", self.company.currency_id.id)
        return self.make_listing(sku_id, **values)

    def variant(self, sku_id, *texts, names=("Color", "Size"), **values):
        """Return a listing of one product with these attribute values."""
        pairs = [list(pair) for pair in zip(names, texts, strict=False)]
        return self.single(
            sku_id,
            **SHIRT
            | {
                "seller_sku": "-".join(("TS", *texts)),
                "sales_attributes": pairs,
                "variation": ", ".join(texts),
            }
            | values,
        )

    def shirts(self):
        """Return three of the four combinations of two colors and two sizes."""
        return (
            self.variant("1", "Black", "M")
            | self.variant("2", "Black", "L")
            | self.variant("3", "White", "M")
        )

    def create_apart(self, listings, **options):
        """Create products; return {TikTok SKU id: (state, message)}."""
        outcomes = listings._create_products_apart(options)
        self.env.flush_all()
        return {
            outcome.listing.sku_remote_id: (outcome.state, outcome.message)
            for outcome in outcomes
        }

    def assert_refused(self, listing, *words):
        """Check that a listing gets no product, and why."""
        before = self.env["product.product"].search_count([])
        [(state, message)] = self.create_apart(listing).values()
        self.assertEqual(state, "failed")
        for word in words:
            self.assertIn(word, message)
        self.assertEqual(self.env["product.product"].search_count([]), before)
        self.assertFalse(listing.product_id)

    # === ONE PRODUCT === #

    def test_a_listing_becomes_a_storable_product_of_its_name(self):
        product = self.single(barcode="4006381333931")._create_products()
        self.assertEqual(product.name, "Mug")
        self.assertEqual((product.type, product.is_storable), ("consu", True))
        self.assertEqual(product.default_code, "MUG")
        self.assertEqual(product.barcode, "4006381333931")
        self.assertEqual(product.list_price, 12.5)
        self.assertFalse(product.product_template_attribute_value_ids)

    def test_a_listing_without_seller_sku_gets_tiktoks_sku_id_as_reference(self):
        listing = self.single(seller_sku=False)
        product = listing._create_products()
        self.assertEqual(product.default_code, "1")
        self.assertEqual(listing.match_state, "tiktok_id")

    def test_the_listing_is_matched_and_open_orders_are_repaired(self):
        listing = self.single()
        product = listing._create_products()
        self.assertEqual(listing.product_id, product)
        self.assertEqual(listing.match_state, "seller_sku")
        self.assertTrue(listing.to_heal)

    def test_the_options_of_the_person_are_kept(self):
        categ = self.env["product.category"].create({"name": "TikTok"})
        product = self.single()._create_products(
            {"categ_id": categ.id, "is_storable": False}
        )
        self.assertEqual((product.categ_id, product.is_storable), (categ, False))

    def test_asked_twice_nothing_is_created_twice(self):
        listing = self.single()
        product = listing._create_products()
        self.assertEqual(listing._create_products(), product)
        self.assertEqual(self.create_apart(listing)["1"][0], "kept")
        found = self.env["product.product"].search([("default_code", "=", "MUG")])
        self.assertEqual(found, product)

    def test_a_product_that_fits_by_now_is_taken(self):
        product = self.make_product("MUG")
        listing = self.single()
        self.assertEqual(self.create_apart(listing)["1"][0], "kept")
        self.assertEqual(listing.product_id, product)

    # === REFUSED === #

    def test_a_reference_that_an_archived_product_carries_is_refused(self):
        self.make_product("MUG", active=False)
        self.assert_refused(self.single(), "MUG", "archived")

    def test_a_reference_that_several_products_carry_is_refused(self):
        self.make_product("MUG")
        self.make_product("MUG")
        self.assert_refused(self.single(), "Internal Reference MUG")

    def test_a_product_that_a_person_took_off_is_not_made_again(self):
        listing = self.single()
        listing._create_products()
        listing.product_id = False
        self.assert_refused(listing, "Internal Reference MUG")

    def test_a_virtual_bundle_is_refused_with_a_hint(self):
        self.assert_refused(self.single(is_bundle=True), "Kit")

    def test_what_is_gone_or_ignored_is_refused(self):
        self.assert_refused(self.single(gone=True), "gone")
        self.assert_refused(self.single("2", match_state="ignored"), "ignored")

    def test_all_or_none_are_created_where_that_is_asked_for(self):
        good = self.single(seller_sku="GOOD")
        bad = self.single("2", seller_sku="BAD", is_bundle=True)
        with self.assertRaisesRegex(UserError, "bundle"):
            (good | bad)._create_products()
        self.assertFalse(good.product_id)
        self.assertFalse(self.make_product().search([("default_code", "=", "GOOD")]))

    def test_one_that_fails_stops_no_other(self):
        bad, good = self.single(seller_sku="BAD"), self.single("2", seller_sku="GOOD")
        with (
            self.spoiled(
                "tts.listing", "_make_single", lambda listing, *_a: listing == bad
            ),
            self.assertLogs("odoo.addons.sale_tiktok_shop", "ERROR"),
        ):
            outcomes = self.create_apart(bad | good)
        self.assertEqual(outcomes["1"][0], "failed")
        self.assertIn("spoiled", outcomes["1"][1])
        self.assertEqual(outcomes["2"][0], "done")
        self.assertFalse(bad.product_id)

    def test_two_listings_with_one_seller_sku_share_one_product(self):
        first, second = self.single(), self.single("2")
        outcomes = self.create_apart(first | second)
        self.assertEqual((outcomes["1"][0], outcomes["2"][0]), ("done", "kept"))
        self.assertTrue(first.product_id)
        self.assertEqual(first.product_id, second.product_id)

    def test_two_skus_of_one_product_with_one_seller_sku_share_one_variant(self):
        first = self.variant("1", "Black", "M", seller_sku="TS")
        second = self.variant("2", "White", "M", seller_sku="TS")
        self.create_apart(first | second)
        self.assertEqual(first.product_id, second.product_id)
        self.assertEqual(first.product_id.product_tmpl_id.product_variant_count, 1)

    # === VALUES === #

    def test_a_taken_barcode_is_left_out_and_said(self):
        self.make_product("OTHER", barcode="4006381333931")
        listing = self.single(barcode="4006381333931")
        listing.refused_product_id = self.env["product.product"].search(
            [("default_code", "=", "OTHER")]
        )
        state, message = self.create_apart(listing)["1"]
        self.assertEqual(state, "done")
        self.assertIn("4006381333931", message)
        self.assertFalse(listing.product_id.barcode)

    def test_the_price_is_converted_into_the_companys_currency(self):
        self.myr.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.myr.id,
                "company_id": self.company.id,
                "name": date(2020, 1, 1),
                "rate": 4.0,
            }
        )
        self.assertNotEqual(self.myr, self.company.currency_id)
        product = self.single(currency_id=self.myr.id, price=10)._create_products()
        self.assertEqual(product.list_price, 2.5)

    def test_a_price_without_exchange_rate_is_left_out_and_said(self):
        self.myr.rate_ids.unlink()
        self.company.currency_id.rate_ids.unlink()
        listing = self.single(currency_id=self.myr.id, price=10)
        state, message = self.create_apart(listing)["1"]
        self.assertEqual((state, listing.product_id.list_price), ("done", 0))
        self.assertIn("exchange rate for MYR", message)

    def test_a_tax_on_top_is_taken_out_of_the_price(self):
        tax = self.tax(10, "tax_excluded")
        self.shop.tax_ids = tax
        product = self.single(price=11)._create_products()
        self.assertEqual((product.list_price, product.taxes_id), (10, tax))

    def test_a_tax_inside_the_price_stays_inside(self):
        self.company.account_sale_tax_id = self.tax(10, "tax_included")
        product = self.single(price=11)._create_products()
        self.assertEqual(product.list_price, 11)
        self.assertEqual(product.taxes_id, self.company.account_sale_tax_id)

    def test_a_price_whose_tax_tiktok_remits_is_taken_as_it_is(self):
        self.shop.tax_policy = "remitted"
        self.company.account_sale_tax_id = self.tax(10, "tax_excluded")
        self.assertEqual(self.single(price=11)._create_products().list_price, 11)

    def tax(self, amount, included):
        return self.env["account.tax"].create(
            {
                "name": f"{amount} {included}",
                "amount": amount,
                "price_include_override": included,
                "type_tax_use": "sale",
                "company_id": self.company.id,
            }
        )

    # === COMPANIES === #

    def test_products_are_shared_where_there_is_one_company(self):
        self.env["res.company"].search([("id", "!=", self.company.id)]).active = False
        product = self.single()._create_products()
        self.assertTrue(product)
        self.assertFalse(product.company_id)

    def test_products_belong_to_the_shops_company_where_there_are_several(self):
        self.env["res.company"].create({"name": "Second"})
        product = self.single()._create_products()
        self.assertEqual(product.company_id, self.company)

    # === VARIANTS === #

    def test_skus_of_one_product_become_variants_of_one_template(self):
        listings = self.shirts()
        products = listings._create_products()
        template = products.product_tmpl_id
        self.assertEqual(len(template), 1)
        self.assertEqual(template.name, "Cotton T-Shirt")
        self.assertEqual(
            [
                product.product_template_attribute_value_ids.mapped("name")
                for product in listings.mapped("product_id")
            ],
            [["Black", "M"], ["Black", "L"], ["White", "M"]],
        )
        self.assertEqual(
            listings.product_id.mapped("default_code"),
            ["TS-Black-M", "TS-Black-L", "TS-White-M"],
        )

    def test_only_combinations_that_tiktok_has_exist(self):
        template = self.shirts()._create_products().product_tmpl_id
        everything = template.with_context(active_test=False).product_variant_ids
        self.assertEqual(len(everything), 3)

    def test_a_single_sku_with_attributes_gets_them_too(self):
        listing = self.variant("1", "Black", names=("Color",))
        product = listing._create_products()
        self.assertEqual(
            product.product_template_attribute_value_ids.mapped("name"), ["Black"]
        )

    def test_skus_without_attributes_differ_by_their_variation(self):
        listings = self.variant("1", names=()) | self.variant("2", names=())
        for listing, text in zip(listings, ("Small", "Large"), strict=True):
            listing.write(
                {
                    "sales_attributes": False,
                    "variation": text,
                    "seller_sku": f"SKU-{text}",
                }
            )
        template = listings._create_products().product_tmpl_id
        self.assertEqual(template.attribute_line_ids.attribute_id.name, "Variation")
        self.assertEqual(
            listings.product_id.product_template_attribute_value_ids.mapped("name"),
            ["Small", "Large"],
        )

    def test_an_existing_attribute_and_its_values_are_reused(self):
        color = self.env["product.attribute"].create(
            {
                "name": "color",
                "create_variant": "dynamic",
                "value_ids": [Command.create({"name": "BLACK"})],
                "sequence": -1,
            }
        )
        self.shirts()._create_products()
        self.assertEqual(sorted(color.value_ids.mapped("name")), ["BLACK", "White"])

    def test_attributes_that_create_everything_at_once_create_nothing_more(self):
        for name in ("Color", "Size"):
            self.env["product.attribute"].search([("name", "=", name)]).active = False
            self.env["product.attribute"].create(
                {"name": name, "create_variant": "always"}
            )
        template = self.shirts()._create_products().product_tmpl_id
        everything = template.with_context(active_test=False).product_variant_ids
        self.assertEqual(len(everything), 3)
        self.assertTrue(template.has_dynamic_attributes())

    def test_a_single_attribute_that_creates_everything_is_reused(self):
        self.env["product.attribute"].search([("name", "=", "Color")]).active = False
        color = self.env["product.attribute"].create(
            {"name": "Color", "create_variant": "always"}
        )
        listings = self.variant("1", "Black", names=("Color",)) | self.variant(
            "2", "White", names=("Color",)
        )
        template = listings._create_products().product_tmpl_id
        self.assertEqual(template.attribute_line_ids.attribute_id, color)
        self.assertEqual(
            template.product_variant_ids.mapped("default_code"),
            ["TS-Black", "TS-White"],
        )

    def test_an_attribute_that_makes_no_variants_is_not_reused(self):
        self.env["product.attribute"].search([("name", "=", "Color")]).active = False
        never = self.env["product.attribute"].create(
            {"name": "Color", "create_variant": "no_variant"}
        )
        template = self.shirts()._create_products().product_tmpl_id
        self.assertNotIn(never, template.attribute_line_ids.attribute_id)
        self.assertEqual(template.product_variant_count, 3)

    def test_a_later_sku_joins_the_template(self):
        template = self.shirts()._create_products().product_tmpl_id
        late = self.variant("4", "Red", "XL")
        product = late._create_products()
        self.assertEqual(product.product_tmpl_id, template)
        self.assertEqual(template.product_variant_count, 4)
        self.assertEqual(
            product.product_template_attribute_value_ids.mapped("name"), ["Red", "XL"]
        )

    def test_a_later_sku_joins_a_template_that_creates_all_values_at_once(self):
        self.env["product.attribute"].search([("name", "=", "Color")]).active = False
        self.env["product.attribute"].create(
            {"name": "Color", "create_variant": "always"}
        )
        first = self.variant("1", "Black", names=("Color",))
        template = first._create_products().product_tmpl_id
        late = self.variant("2", "White", names=("Color",))
        self.assertEqual(late._create_products().product_tmpl_id, template)
        self.assertEqual(template.product_variant_count, 2)

    def test_a_variant_that_was_there_before_is_not_taken_over(self):
        listings = self.shirts()
        template = listings._create_products().product_tmpl_id
        combination = template._tts_combination(("Color", "Size"), ("White", "L"))
        own = template._create_product_variant(combination)
        late = self.variant("4", "White", "L")
        self.assertEqual(self.create_apart(late)["4"][0], "failed")
        self.assertFalse(own.default_code)

    def test_a_sku_whose_attributes_are_not_known_spoils_no_other(self):
        self.variant("9", names=()).sales_attributes = False
        products = self.shirts()._create_products()
        self.assertEqual(
            products.product_template_attribute_value_ids.attribute_id.mapped("name"),
            ["Color", "Size"],
        )

    def test_archived_variants_stay_archived_when_a_sku_joins(self):
        listings = self.shirts()
        listings._create_products()
        archived = listings[2].product_id
        archived.active = False
        self.variant("4", "Red", "XL")._create_products()
        self.assertFalse(archived.active)

    def test_a_later_sku_of_a_product_without_variants_gets_its_own_template(self):
        first = self.single(**SHIRT)
        first._create_products()
        late = self.variant("2", "Black", "M")
        late._create_products()
        self.assertNotEqual(
            late.product_id.product_tmpl_id, first.product_id.product_tmpl_id
        )

    def test_a_second_sku_with_the_same_attributes_is_refused(self):
        listings = self.variant("1", "Black", "M") | self.variant(
            "2", "black", "m", seller_sku="TS2"
        )
        outcomes = self.create_apart(listings)
        self.assertEqual(outcomes["1"][0], "done")
        self.assertEqual(outcomes["2"][0], "failed")
        self.assertIn("same attributes", outcomes["2"][1])

    def test_prices_that_follow_an_attribute_become_its_extra_prices(self):
        listings = self.shirts()
        listings[1].price = 15
        listings._create_products()
        self.assertEqual(listings.product_id.product_tmpl_id.list_price, 12.5)
        self.assertEqual(
            [listing.product_id.lst_price for listing in listings], [12.5, 15, 12.5]
        )

    def test_prices_that_follow_no_attribute_are_said(self):
        listings = self.shirts() | self.variant("4", "White", "L", price=20)
        outcomes = self.create_apart(listings)
        self.assertEqual(listings.product_id.mapped("lst_price"), [12.5] * 4)
        self.assertIn("pricelist", outcomes["4"][1])
        self.assertNotIn("pricelist", outcomes["1"][1])

    def test_listings_of_two_shops_become_two_templates(self):
        other = self.shop.copy({"name": "Other", "remote_id": "other"})
        listings = self.single(**SHIRT) | self.single(
            shop_id=other.id, seller_sku="OTHER", **SHIRT
        )
        self.create_apart(listings)
        self.assertEqual(len(listings.product_id.product_tmpl_id), 2)
