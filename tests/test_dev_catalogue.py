from odoo.tests import BaseCase, tagged

from ..dev import reconcile_catalogue


def sku(*listings, seller_sku="TEE", reference="TEE", twins=1, is_bundle=False):
    return reconcile_catalogue.Sku(
        "173", "7", "MY", seller_sku, is_bundle, list(listings), reference, twins
    )


def listing(product=4):
    return {"product_id": [product, "A product"] if product else False}


@tagged("post_install", "-at_install")
class TestReconcileCatalogue(BaseCase):
    """The demo's count of SKUs must notice everything that it says is zero."""

    def judge(self, *skus, sold_as_default=()):
        return reconcile_catalogue.judge(list(skus), list(sold_as_default))

    def test_a_sku_with_the_product_of_its_seller_sku_is_known(self):
        verdict = self.judge(sku(listing()))
        self.assertEqual((verdict.known, verdict.good), (1, True))

    def test_no_sku_at_all_is_not_good(self):
        self.assertFalse(self.judge().good)

    def test_a_sku_without_a_listing_is_unexplained(self):
        verdict = self.judge(sku(listing()), sku(reference=""))
        self.assertEqual((verdict.unexplained, verdict.good), (1, False))

    def test_a_listing_without_a_product_is_unexplained(self):
        self.assertEqual(self.judge(sku(listing(0), reference="")).unexplained, 1)

    def test_a_bundle_without_a_product_is_explained(self):
        bundle = sku(listing(0), reference="", is_bundle=True)
        verdict = self.judge(sku(listing()), bundle)
        self.assertEqual((verdict.skus, verdict.known, verdict.good), (2, 1, True))

    def test_an_order_of_a_known_sku_with_the_default_product_is_unrepaired(self):
        verdict = self.judge(sku(listing()), sold_as_default=["173"])
        self.assertEqual((verdict.unrepaired, verdict.good), (1, False))

    def test_an_order_of_an_unknown_bundle_has_the_default_product(self):
        bundle = sku(listing(0), reference="", is_bundle=True)
        bundle.remote_id = "174"
        verdict = self.judge(sku(listing()), bundle, sold_as_default=["174"])
        self.assertEqual((verdict.unrepaired, verdict.good), (0, True))

    def test_another_product_than_that_of_the_seller_sku_is_wrong(self):
        verdict = self.judge(sku(listing(), reference="MUG"))
        self.assertEqual((verdict.wrong, verdict.good), (1, False))

    def test_two_listings_of_one_sku_are_a_duplicate(self):
        verdict = self.judge(sku(listing(), listing(0)))
        self.assertEqual((verdict.duplicated, verdict.good), (1, False))

    def test_two_products_with_one_reference_are_a_duplicate(self):
        self.assertEqual(self.judge(sku(listing(), twins=2)).duplicated, 1)
