"""What the tests of listings and catalogue syncs have in common."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from ..lib.catalogue import parse_product
from ..lib.catalogue_calls import CatalogueCalls
from ..lib.client import TikTokClient
from ..lib.errors import Unreachable
from .order_case import OrderCase


class CatalogueCase(OrderCase):
    """A connected shop without listings, whose catalogue the tests make themselves."""

    sandbox_options = {"orders": 0, "products": 0, "odd_skus": 0}

    def setUp(self):
        super().setUp()
        shop = self.sandbox.shops[self.shop.remote_id]
        for kind in ("products", "skus"):
            self.addCleanup(self.restore(getattr(shop, kind)))
        self.shop.catalogue_sync = False
        # Connected long ago: nobody has to be given time to look first.
        self.set_age(timedelta(days=2))

    def set_age(self, age):
        """Let the shop have been connected this long ago."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE tts_shop SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - age, self.shop.id],
        )
        self.shop.invalidate_recordset(["create_date"])

    @staticmethod
    def restore(store):
        """Return what puts a store of the sandbox back as it is now."""
        before = dict(store)

        def back():
            store.clear()
            store.update(before)

        return back

    # === TIKTOK === #

    def offer(self, *skus, **product):
        """Have the seller list a product; return its SKU ids.

        :param skus: seller SKUs, or dicts with the keys of the control door
        """
        rows = [{"seller_sku": sku} if isinstance(sku, str) else sku for sku in skus]
        product.setdefault("title", "Cotton T-Shirt")
        found = self.control("POST", "/products", {"skus": rows, **product})
        self.product_remote_id = found["id"]
        return found["sku_ids"]

    def change_product(self, **values):
        """Change the product that was offered last."""
        return self.control("POST", f"/products/{self.product_remote_id}", values)

    def change_sku(self, sku_id, **values):
        return self.control("POST", f"/skus/{sku_id}", values)

    # === ODOO === #

    def make_product(self, reference=False, **values):
        return self.env["product.product"].create(
            {"name": reference or "Thing", "default_code": reference, **values}
        )

    def listing(self, sku_id):
        return self.env["tts.listing"].search(
            [("shop_id", "=", self.shop.id), ("sku_remote_id", "=", sku_id)]
        )

    def make_listing(self, sku_id="1", **values):
        values = {"shop_id": self.shop.id, "product_remote_id": "9", **values}
        return self.env["tts.listing"].create({"sku_remote_id": sku_id, **values})

    def match(self, listing):
        """Match listings and apply what was found; return the first's match state."""
        Listing = self.env["tts.listing"]
        Listing._apply(Listing._match(self.shop, listing))
        self.env.flush_all()
        return listing[:1].match_state

    def absorb_products(self, *rows):
        return self.env["tts.listing"]._absorb_rows(self.shop, list(rows))

    def typed(self, **values):
        return parse_product({"id": "9", "title": "Shirt", "skus": [], **values})

    # === SYNC === #

    def ask_sync(self, **values):
        """Ask for a catalogue sync as the button does; it has not run yet."""
        action = self.shop.action_sync_catalogue()
        return self.env["tts.catalogue.sync"].browse(action["res_id"])

    def sync_catalogue(self, apply=True):
        """Sync the catalogue as a manager does, and apply what is found."""
        sync = self.ask_sync()
        self.run_cron("ir_cron_sync_catalogue")
        if apply and sync.state == "preview":
            sync.action_apply()
            self.run_cron("ir_cron_sync_catalogue")
        return sync

    @contextmanager
    def small_products_pages(self, size=2):
        """Let a page hold so few products that a handful fills many."""
        original = CatalogueCalls.product_pages

        def pages(client, **options):
            return original(client, page_size=size, **options)

        with patch.object(CatalogueCalls, "product_pages", pages):
            yield

    def fail_page(self, number, error=None):
        """Let the page with this number, counted from 1, fail once."""
        original, seen = TikTokClient.product_pages, []

        def pages(client, **options):
            for page in original(client, page_size=1, **options):
                seen.append(page)
                if len(seen) == number:
                    raise error or Unreachable("The line is dead.")
                yield page

        return patch.object(TikTokClient, "product_pages", pages)
