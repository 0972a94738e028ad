from odoo.tests import tagged

from .catalogue_case import CatalogueCase


@tagged("post_install", "-at_install")
class TestCatalogueSync(CatalogueCase):
    def test_a_sync_shows_what_it_would_match_and_changes_no_link(self):
        product = self.make_product("TS-1")
        found, lost = self.offer("TS-1", "TS-2")
        sync = self.sync_catalogue(apply=False)
        self.assertEqual(sync.state, "preview")
        self.assertEqual((sync.seller_sku_count, sync.unmatched_count), (1, 1))
        lines = {line.sku_remote_id: line for line in sync.line_ids}
        self.assertEqual(lines[found].product_id, product)
        self.assertEqual(lines[lost].action, "unmatched")
        self.assertFalse(self.listing(found).product_id)

    def test_applying_links_what_was_found(self):
        product = self.make_product("TS-1")
        [found] = self.offer("TS-1")
        sync = self.sync_catalogue()
        self.assertEqual((sync.state, sync.error_message), ("done", False))
        listing = self.listing(found)
        self.assertEqual(listing.product_id, product)
        self.assertEqual(listing.match_state, "seller_sku")
