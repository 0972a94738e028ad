from odoo.tests import HttpCase, tagged

from ..sandbox.server import serve_in_thread
from .common import TtsMixin

CALLBACK = "/tts/oauth/callback"


@tagged("post_install", "-at_install")
class TestTour(TtsMixin, HttpCase):
    """The browser walks from the app's keys to a delivery and an issue."""

    sandbox_options = {"orders": 0, "products": 2, "odd_skus": 0}

    def setUp(self):
        super().setUp()
        self.set_up_sandbox()
        # The browser is no part of this process: it needs the sandbox over HTTP.
        server = serve_in_thread(self.sandbox)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.sandbox.accounts.redirect_url = self.base_url() + CALLBACK
        self.sandbox.handle = self._agree(self.sandbox.handle)
        self.create_products()
        self.env["tts.account"].create(
            {
                "name": "My app",
                "service_id": self.sandbox.credentials["service_id"],
                "app_key": self.sandbox.credentials["app_key"],
                "app_secret_entry": self.sandbox.credentials["app_secret"],
                "sandbox_url": self.sandbox.base_url,
            }
        )

    def create_products(self):
        products = self.control("GET", "/state")["products"].values()
        skus = {sku["seller_sku"] for product in products for sku in product["skus"]}
        self.env["product.product"].create(
            [{"name": sku, "default_code": sku} for sku in skus if sku]
        )

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Override of the mixin: here the sandbox has an address of its own."""
        sandbox = cls.__dict__.get("sandbox")
        if sandbox and request.url.startswith(sandbox.base_url):
            return cls.border.send(request, timeout=options.get("timeout"))
        return super()._request_handler(session, request, **options)

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
        self.start_tour("/odoo/tiktok-accounts", "tts_connect", login="admin")
        self.start_tour("/odoo/tiktok-shops?debug=1", "tts_sync_orders", login="admin")
        self.env.ref("sale_tiktok_shop.ir_cron_sync_orders").method_direct_trigger()
        self.env.invalidate_all()
        self.start_tour("/odoo/tiktok-shops", "tts_order_and_issue", login="admin")
