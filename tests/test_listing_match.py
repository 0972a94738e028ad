from odoo.tests import tagged

from ..lib.matching import Decision, Facts, Index, code_forms, decide
from .catalogue_case import CatalogueCase

SKU, PRODUCT = "1730", "1729"


def facts(**values):
    base = {
        "sku_id": SKU,
        "tiktok_product_id": PRODUCT,
        "seller_sku": "",
        "barcode": "",
        "state": "unmatched",
        "linked": 0,
        "refused": 0,
        "matched_sku": "",
    }
    return Facts(**base | values)


def index(references=(), barcodes=(), usable=()):
    by_reference, by_barcode = dict(references), dict(barcodes)
    found = [pk for ids in [*by_reference.values(), *by_barcode.values()] for pk in ids]
    return Index(by_reference, by_barcode, frozenset([*found, *usable]))


# name, facts, index, wanted (state, product, rule)
TABLE = [
    ("nothing known", {}, {}, ("unmatched", 0, "nothing")),
    (
        "seller SKU",
        {"seller_sku": "A"},
        {"references": {"A": [1]}},
        ("seller_sku", 1, "seller_sku"),
    ),
    (
        "seller SKU comes before TikTok's ids",
        {"seller_sku": "A"},
        {"references": {"A": [1], SKU: [2], PRODUCT: [3]}},
        ("seller_sku", 1, "seller_sku"),
    ),
    (
        "SKU id comes before product id",
        {"seller_sku": "A"},
        {"references": {SKU: [2], PRODUCT: [3]}},
        ("tiktok_id", 2, "sku_id"),
    ),
    (
        "product id comes before barcode",
        {"barcode": "55"},
        {"references": {PRODUCT: [3]}, "barcodes": {"55": [4]}},
        ("tiktok_id", 3, "product_id"),
    ),
    (
        "a product id does not say which of several SKUs a product is",
        {"sku_count": 2},
        {"references": {PRODUCT: [3]}},
        ("ambiguous", 0, "variants"),
    ),
    (
        "of several SKUs a barcode tells which one it is",
        {"sku_count": 2, "barcode": "55"},
        {"references": {PRODUCT: [3]}, "barcodes": {"55": [4]}},
        ("barcode", 4, "barcode"),
    ),
    (
        "barcode",
        {"seller_sku": "A", "barcode": "55"},
        {"barcodes": {"55": [4]}},
        ("barcode", 4, "barcode"),
    ),
    (
        "two candidates are ambiguous although the next look would find one",
        {"seller_sku": "A"},
        {"references": {"A": [1, 2], SKU: [3]}},
        ("ambiguous", 0, "seller_sku"),
    ),
    (
        "two products with one barcode are ambiguous",
        {"barcode": "55"},
        {"barcodes": {"55": [1, 2]}},
        ("ambiguous", 0, "barcode"),
    ),
    (
        "an ambiguous one with one candidate left is matched",
        {"seller_sku": "A", "state": "ambiguous"},
        {"references": {"A": [1]}},
        ("seller_sku", 1, "seller_sku"),
    ),
    (
        "a choice by hand stays",
        {"seller_sku": "A", "state": "hand", "linked": 7},
        {"references": {"A": [1]}},
        ("hand", 7, "kept"),
    ),
    (
        "an ignored one stays ignored",
        {"seller_sku": "A", "state": "ignored"},
        {"references": {"A": [1]}},
        ("ignored", 0, "kept"),
    ),
    (
        "a link stays when another product gets the reference",
        {
            "seller_sku": "A",
            "matched_sku": "A",
            "state": "seller_sku",
            "linked": 7,
        },
        {"references": {"A": [1]}, "usable": [7]},
        ("seller_sku", 7, "kept"),
    ),
    (
        "a new seller SKU that one product carries moves the link",
        {
            "seller_sku": "B",
            "matched_sku": "A",
            "state": "seller_sku",
            "linked": 7,
        },
        {"references": {"B": [1]}, "usable": [7]},
        ("seller_sku", 1, "seller_sku"),
    ),
    (
        "a new seller SKU that nobody carries leaves the link",
        {
            "seller_sku": "B",
            "matched_sku": "A",
            "state": "barcode",
            "linked": 7,
        },
        {"usable": [7]},
        ("barcode", 7, "kept"),
    ),
    (
        "a new seller SKU that two carry leaves the link",
        {
            "seller_sku": "B",
            "matched_sku": "A",
            "state": "seller_sku",
            "linked": 7,
        },
        {"references": {"B": [1, 2]}, "usable": [7]},
        ("seller_sku", 7, "kept"),
    ),
    (
        "a link to a product that cannot be used any more ends",
        {"matched_sku": "", "state": "tiktok_id", "linked": 7},
        {},
        ("unmatched", 0, "archived"),
    ),
    (
        "a link to a product that cannot be used any more moves to another one",
        {
            "seller_sku": "A",
            "matched_sku": "A",
            "state": "seller_sku",
            "linked": 7,
        },
        {"references": {"A": [1]}},
        ("seller_sku", 1, "seller_sku"),
    ),
    (
        "a product that was taken off is no candidate",
        {"seller_sku": "A", "refused": 1},
        {"references": {"A": [1]}},
        ("unmatched", 0, "nothing"),
    ),
    (
        "of two candidates the one that was not taken off is it",
        {"seller_sku": "A", "refused": 1},
        {"references": {"A": [1, 2]}},
        ("seller_sku", 2, "seller_sku"),
    ),
]


@tagged("post_install", "-at_install")
class TestDecide(CatalogueCase):
    def test_every_case_of_matching_is_decided_by_the_table(self):
        for name, known, products, wanted in TABLE:
            with self.subTest(case=name):
                found = decide(facts(**known), index(**products))
                self.assertEqual((found.state, found.product, found.rule), wanted)

    def test_an_ambiguous_decision_names_all_candidates(self):
        found = decide(facts(seller_sku="A"), index({"A": [1, 2]}))
        self.assertEqual(
            found, Decision("ambiguous", 0, "seller_sku", "A", candidates=(1, 2))
        )

    def test_a_upc_is_the_same_code_as_its_ean(self):
        self.assertIn("0012345678905", code_forms("012345678905"))
        self.assertIn("012345678905", code_forms("0012345678905"))
        self.assertEqual(code_forms("X-12"), ["X-12"])


@tagged("post_install", "-at_install")
class TestListingMatch(CatalogueCase):
    def test_a_listing_says_that_its_reference_is_the_seller_sku(self):
        product = self.make_product("A")
        listing = self.make_listing(seller_sku="A")
        self.assertEqual(self.match(listing), "seller_sku")
        self.assertEqual(listing.product_id, product)
        self.assertIn("seller SKU", listing.match_reason)
        self.assertEqual(listing.matched_seller_sku, "A")

    def test_a_reference_may_be_tiktoks_sku_id_or_product_id(self):
        for reference, reason in (("1", "SKU ID"), ("9", "product ID")):
            with self.subTest(reason=reason):
                product = self.make_product(reference)
                listing = self.make_listing()
                self.assertEqual(self.match(listing), "tiktok_id")
                self.assertEqual(listing.product_id, product)
                self.assertIn(reason, listing.match_reason)
                listing.unlink()
                product.unlink()

    def test_a_product_id_matches_no_variant(self):
        product = self.make_product("9")
        listings = self.make_listing("1") | self.make_listing("2")
        self.assertEqual(self.match(listings), "ambiguous")
        self.assertFalse(listings.product_id)
        self.assertIn(product.display_name, listings[0].match_reason)
        self.assertIn("several SKUs", listings[0].match_reason)

    def test_a_sku_that_is_gone_leaves_the_product_id_to_the_other_one(self):
        self.make_product("9")
        self.make_listing("1", gone=True)
        self.assertEqual(self.match(self.make_listing("2")), "tiktok_id")

    def test_a_barcode_is_found_in_the_other_way_to_write_it(self):
        product = self.make_product(barcode="0012345678905")
        listing = self.make_listing(barcode="012345678905")
        self.assertEqual(self.match(listing), "barcode")
        self.assertEqual(listing.product_id, product)

    def test_an_ambiguous_listing_names_its_candidates_and_gets_none(self):
        self.make_product("A", name="Left")
        self.make_product("A", name="Right")
        listing = self.make_listing(seller_sku="A")
        self.assertEqual(self.match(listing), "ambiguous")
        self.assertFalse(listing.product_id)
        for word in ("Left", "Right", "Internal Reference A"):
            self.assertIn(word, listing.match_reason)

    def test_an_unmatched_listing_says_what_was_looked_for(self):
        listing = self.make_listing(seller_sku="A", remote_update_epoch=5)
        self.assertEqual(self.match(listing), "unmatched")
        self.assertIn("Internal Reference A", listing.match_reason)
        self.assertIn("barcode is not known yet", listing.match_reason)
        listing.write({"barcode": "55", "detail_epoch": 5})
        self.match(listing)
        self.assertIn("None has the barcode 55", listing.match_reason)

    def test_a_listing_without_seller_sku_says_so(self):
        listing = self.make_listing()
        self.match(listing)
        self.assertIn("no seller SKU", listing.match_reason)

    def test_an_archived_product_does_not_count(self):
        self.make_product("A", active=False)
        listing = self.make_listing(seller_sku="A")
        self.assertEqual(self.match(listing), "unmatched")

    def test_a_listing_loses_a_product_that_was_archived_and_says_so(self):
        product = self.make_product("A")
        listing = self.make_listing(seller_sku="A")
        self.match(listing)
        product.active = False
        self.assertEqual(self.match(listing), "unmatched")
        self.assertFalse(listing.product_id)
        self.assertIn("archived", listing.match_reason)

    def test_a_product_of_another_company_does_not_count(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.make_product("A", company_id=company.id)
        listing = self.make_listing(seller_sku="A")
        self.assertEqual(self.match(listing), "unmatched")

    def test_a_product_of_the_head_office_counts(self):
        head = self.env["res.company"].create({"name": "Head"})
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": head.id}
        )
        self.env.user.company_ids |= head | branch
        account = self.env["tts.account"].create(
            {"name": "Other app", "company_id": branch.id}
        )
        shop = self.env["tts.shop"].create(
            {
                "name": "Branch shop",
                "account_id": account.id,
                "company_id": branch.id,
                "default_product_id": False,
                "shipping_product_id": False,
                "carrier_id": False,
            }
        )
        product = self.make_product("A", company_id=head.id)
        listing = self.make_listing(seller_sku="A", shop_id=shop.id)
        [found] = self.env["tts.listing"]._match(shop, listing)
        self.assertEqual(found.product, product)

    def test_a_product_that_only_stands_in_does_not_count(self):
        for product in (self.shop.default_product_id, self.shop.shipping_product_id):
            listing = self.make_listing(
                product.default_code, seller_sku=product.default_code
            )
            self.assertEqual(self.match(listing), "unmatched")

    def test_a_product_that_is_taken_away_by_matching_leaves_a_trace(self):
        self.make_product("A")
        listing = self.make_listing(seller_sku="A")
        self.match(listing)
        self.env.cr.precommit.run()
        quiet = len(listing.message_ids)
        other = self.make_product("B")
        listing.seller_sku = "B"
        self.match(listing)
        self.env.cr.precommit.run()
        self.assertEqual(listing.product_id, other)
        self.assertGreater(len(listing.message_ids), quiet)

    def test_a_combo_does_not_count(self):
        choice = self.env["product.combo"].create(
            {
                "name": "Choice",
                "combo_item_ids": [(0, 0, {"product_id": self.make_product("B").id})],
            }
        )
        self.make_product("A", type="combo", combo_ids=[(6, 0, choice.ids)])
        listing = self.make_listing(seller_sku="A")
        self.assertEqual(self.match(listing), "unmatched")

    def test_a_changed_seller_sku_moves_the_link_to_its_product(self):
        self.make_product("A")
        other = self.make_product("B")
        listing = self.make_listing(seller_sku="A")
        self.match(listing)
        listing.seller_sku = "B"
        self.match(listing)
        self.assertEqual(listing.product_id, other)

    def test_looking_changes_nothing(self):
        self.make_product("A")
        listing = self.make_listing(seller_sku="A")
        [found] = self.env["tts.listing"]._match(self.shop, listing)
        self.assertEqual((found.action, found.is_change), ("link", True))
        self.assertEqual(listing.match_state, "unmatched")
        self.assertFalse(listing.product_id)

    def test_what_is_matched_already_is_no_change(self):
        self.make_product("A")
        listing = self.make_listing(seller_sku="A")
        self.match(listing)
        [found] = self.env["tts.listing"]._match(self.shop, listing)
        self.assertEqual((found.action, found.is_change), ("keep", False))

    def test_listings_that_share_a_seller_sku_share_the_product_and_are_flagged(self):
        product = self.make_product("A")
        first = self.make_listing("1", seller_sku="A")
        second = self.make_listing("2", seller_sku="A")
        alone = self.make_listing("3", seller_sku="B")
        self.match(first | second | alone)
        self.env["tts.listing"]._flag_duplicates(self.shop)
        self.assertEqual((first | second).product_id, product)
        self.assertEqual(
            [first.duplicate_sku, second.duplicate_sku, alone.duplicate_sku],
            [True, True, False],
        )

    def test_a_flag_goes_when_the_other_listing_is_gone(self):
        first = self.make_listing("1", seller_sku="A")
        second = self.make_listing("2", seller_sku="A")
        self.env["tts.listing"]._flag_duplicates(self.shop)
        second.gone = True
        self.env["tts.listing"]._flag_duplicates(self.shop)
        self.assertFalse(first.duplicate_sku)
        self.assertFalse(second.duplicate_sku)

    def test_listings_without_seller_sku_are_no_duplicates(self):
        pair = self.make_listing("1") | self.make_listing("2")
        self.env["tts.listing"]._flag_duplicates(self.shop)
        self.assertFalse(any(pair.mapped("duplicate_sku")))

    def test_only_listings_that_were_sold_ask_for_repairs(self):
        self.make_product("A")
        self.make_product("B")
        sold = self.make_listing("1", seller_sku="A")
        quiet = self.make_listing("2", seller_sku="B")
        self.env["tts.issue"]._raise(
            self.shop, "sku:1", category="product", name="SKU A has no product"
        )
        self.match(sold | quiet)
        self.assertTrue(sold.to_heal)
        self.assertFalse(quiet.to_heal)
