from odoo.tests import HttpCase, tagged

from ..sandbox.server import serve_in_thread
from .common import TtsMixin

CALLBACK = "/tts/oauth/callback"


class TourCase(TtsMixin, HttpCase):
    """A sandbox with an address of its own, as the browser needs it."""

    sandbox_options = {"orders": 0, "products": 2, "odd_skus": 0}

    def setUp(self):
        super().setUp()
        self.set_up_sandbox()
        # The browser is no part of this process: it needs the sandbox over HTTP.
        server = serve_in_thread(self.sandbox)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.products = self.create_products()

    def create_products(self):
        products = self.control("GET", "/state")["products"].values()
        skus = {sku["seller_sku"] for product in products for sku in product["skus"]}
        return self.env["product.product"].create(
            [
                {"name": sku, "default_code": sku, "is_storable": True}
                for sku in sorted(skus)
            ]
        )

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Override of the mixin: here the sandbox has an address of its own."""
        sandbox = cls.__dict__.get("sandbox")
        if sandbox and request.url.startswith(sandbox.base_url):
            return cls.border.send(request, timeout=options.get("timeout"))
        return super()._request_handler(session, request, **options)

    def run_cron(self, name):
        self.env.ref(f"sale_tiktok_shop.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def tour(self, path, name):
        self.start_tour(path, name, login="admin")


@tagged("post_install", "-at_install")
class TestTour(TourCase):
    """The browser walks from the app's keys to a delivery and an issue."""

    def setUp(self):
        super().setUp()
        self.sandbox.accounts.redirect_url = self.base_url() + CALLBACK
        self.sandbox.handle = self._agree(self.sandbox.handle)
        self.env["tts.account"].create(
            {
                "name": "My app",
                "service_id": self.sandbox.credentials["service_id"],
                "app_key": self.sandbox.credentials["app_key"],
                "app_secret_entry": self.sandbox.credentials["app_secret"],
                "sandbox_url": self.sandbox.base_url,
            }
        )

    @staticmethod
    def _agree(handle):
        """A seller who agrees as soon as the consent page opens."""

        def answer(request):
            if request.path == "/open/authorize":
                request.query += "&auto=accept"
            return handle(request)

        return answer

    def test_a_manager_connects_a_shop_and_follows_an_order_to_its_delivery(self):
        self.place_one()
        self.place_one({"payment": None})
        self.tour("/odoo/tiktok-accounts", "tts_connect")
        self.tour("/odoo/tiktok-shops?debug=1", "tts_sync_orders")
        self.run_cron("ir_cron_sync_orders")
        self.tour("/odoo/tiktok-shops", "tts_order_and_issue")


@tagged("post_install", "-at_install")
class TestCatalogueTour(TourCase):
    """The browser walks from a shop without listings to quantities on TikTok."""

    def setUp(self):
        super().setUp()
        self.account = self.connect()
        self.account.sandbox_url = self.sandbox.base_url
        self.shop = self.account.shop_ids
        self.unknown = self.products[0]
        self.unknown.default_code = False

    def test_a_manager_matches_a_catalogue_and_the_rest_by_hand(self):
        self.tour("/odoo/tiktok-shops", "tts_catalogue_sync")
        self.run_cron("ir_cron_sync_catalogue")
        self.assertFalse(self.shop.listing_ids.product_id)
        self.tour("/odoo/tiktok-catalogue-syncs", "tts_catalogue_apply")
        self.run_cron("ir_cron_sync_catalogue")
        self.tour("/odoo/tiktok-shops", "tts_catalogue_by_hand")
        listing = self.shop.listing_ids.filtered(
            lambda listing: listing.product_id == self.unknown
        )
        self.assertEqual(listing.match_state, "hand")

    def test_a_manager_lets_a_shop_push_its_stock(self):
        listing = self.match_all()[0]
        location = self.shop.warehouse_id.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(
            listing.product_id, location, 23
        )
        self.tour("/odoo/tiktok-shops?debug=1", "tts_sync_inventory")
        self.assertTrue(self.shop.stock_sync)
        self.run_cron("ir_cron_push_stock")
        self.tour(f"/odoo/tiktok-listings/{listing.id}", "tts_stock_in_step")
        stock = self.control("GET", "/state")["inventory"][listing.sku_remote_id]
        self.assertEqual(sum(level["available"] for level in stock.values()), 23)

    def match_all(self):
        """Sync and apply the catalogue; return the listings that have a product."""
        self.shop.action_sync_catalogue()
        self.run_cron("ir_cron_sync_catalogue")
        self.shop.catalogue_sync_ids.action_apply()
        self.run_cron("ir_cron_sync_catalogue")
        return self.shop.listing_ids.filtered("product_id")
