import io

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools.pdf import PdfReader

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

    def tour(self, path, name, login="admin"):
        self.start_tour(path, name, login=login)

    def match_all(self):
        """Sync and apply the catalogue; return the listings that have a product."""
        self.shop.action_sync_catalogue()
        self.run_cron("ir_cron_sync_catalogue")
        self.shop.catalogue_sync_ids.action_apply()
        self.run_cron("ir_cron_sync_catalogue")
        return self.shop.listing_ids.filtered("product_id")


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


@tagged("post_install", "-at_install")
class TestDeliveryTour(TourCase):
    """A warehouse clerk walks from an order to a parcel that has left."""

    def setUp(self):
        super().setUp()
        self.account = self.connect()
        self.account.sandbox_url = self.sandbox.base_url
        self.shop = self.account.shop_ids
        self.env.company.stock_text_confirmation = False  # asks before validating
        self.clerk = new_test_user(
            self.env, "tts_packer", groups="stock.group_stock_user"
        )
        for product in self.products:
            self.env["stock.quant"]._update_available_quantity(
                product, self.shop.warehouse_id.lot_stock_id, 20
            )
        listing = self.match_all()[0]
        self.sku = listing.sku_remote_id
        for _number in range(3):
            unit = {"sku_id": self.sku}
            self.place_one({"line_items": [unit], "shipping_type": "TIKTOK"})
        self.sync()
        self.pickings = self.shop.order_ids.sale_order_ids.picking_ids

    def test_a_clerk_arranges_prints_and_validates(self):
        self.assertEqual(len(self.pickings), 3)
        self.board("tts_arrange_shipments")
        self.run_cron("ir_cron_deliveries")
        self.assertEqual(set(self.pickings.mapped("tts_label_state")), {"done"})
        self.board("tts_print_labels")
        self.assertEqual(self.opened_pages().count("label"), 3)
        self.assertNotEqual(self.listed(), 17)
        self.shop.stock_sync = True
        self.board("tts_validate_delivery")
        self.assertEqual(self.pickings.mapped("state").count("done"), 1)
        self.run_cron("ir_cron_push_stock")
        self.assertEqual(self.listed(), 17)

    def board(self, name):
        """Take the clerk to the deadline board, and on."""
        self.tour("/odoo/tiktok-deadlines", name, login=self.clerk.login)

    def opened_pages(self):
        """Open the last print as the clerk's browser did; tell what each page is."""
        record = self.env["tts.label.print"].search([], limit=1)
        self.assertEqual((record.user_id, record.sort_by), (self.clerk, "location"))
        self.authenticate(self.clerk.login, self.clerk.login)
        answer = self.url_open(record.with_user(self.clerk).action_open_file()["url"])
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        pages = PdfReader(io.BytesIO(answer.content)).pages
        self.assertEqual(len(pages), record.page_count)
        texts = [page.extract_text() for page in pages]
        self.assertIn("Pick List", texts[0])
        return ["label" if "SHIPPING_LABEL" in text else "list" for text in texts]

    def listed(self):
        """Return how many units buyers can have."""
        stock = self.control("GET", "/state")["inventory"][self.sku]
        return sum(level["available"] for level in stock.values())
