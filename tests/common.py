"""One fake border for all tests: a sandbox in this process, behind real HTTP code."""

import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from odoo import fields
from odoo.tests import TransactionCase, new_test_user

from ..sandbox import Sandbox
from ..sandbox.adapter import SandboxAdapter

BASE_URL = "http://127.0.0.1:8090"


class TtsMixin:
    """A connected account on a sandbox of its own."""

    sandbox_options = {"orders": 0, "products": 12, "odd_skus": 0}
    markets = ("MY",)

    @classmethod
    def set_up_sandbox(cls):
        cls.sandbox = Sandbox(
            markets=cls.markets,
            base_url=BASE_URL,
            # A sync reads until now, not including now: TikTok's clock runs a little
            # behind, so that an order placed in a test is in the past already.
            clock=lambda: time.time() - 5,
            **cls.sandbox_options,
        )
        cls.border = SandboxAdapter(cls.sandbox)

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Override of Odoo's border of all tests: the sandbox answers for TikTok."""
        if request.url.startswith(BASE_URL):
            return cls.border.send(request, timeout=options.get("timeout"))
        return super()._request_handler(session, request, **options)

    @classmethod
    def connect(cls, company=None, user=None):
        """Create an account that the sandbox's seller authorized, with its shops."""
        credentials = cls.sandbox.credentials
        company = company or cls.env.company
        account = cls.env["tts.account"].create(
            {
                "name": "My app",
                "company_id": company.id,
                "service_id": credentials["service_id"],
                "app_key": credentials["app_key"],
                "app_secret_entry": credentials["app_secret"],
                "sandbox_url": BASE_URL,
                "responsible_id": (user or cls.env.user).id,
                "state": "connected",
            }
        )
        cls.env["tts.token"].create(
            {
                "account_id": account.id,
                "access_token": credentials["access_token"],
                "refresh_token": credentials["refresh_token"],
                "access_expires_at": fields.Datetime.now() + timedelta(days=7),
                "refresh_expires_at": fields.Datetime.now() + timedelta(days=300),
            }
        )
        account._pull_shops()
        return account

    # === THE SANDBOX'S CONTROL DOOR === #

    @classmethod
    def control(cls, method, path, json=None):
        return cls.sandbox.control(method, f"/_sandbox{path}", json)

    @classmethod
    def place(cls, count=1, **values):
        """Have buyers place orders; return their ids."""
        values.setdefault("status", "AWAITING_SHIPMENT")
        return cls.control("POST", "/orders", {"count": count, **values})["ids"]

    @classmethod
    def place_one(cls, order=None, **values):
        """Place one order with these keys of its payload; return its id."""
        values.setdefault("status", "AWAITING_SHIPMENT")
        return cls.control("POST", "/orders", {"order": order or {}, **values})["ids"][
            0
        ]

    @classmethod
    def change(cls, order_id, **values):
        return cls.control("POST", f"/orders/{order_id}", values)

    @classmethod
    def remote(cls, order_id):
        """Return an order as the sandbox knows it."""
        return cls.control("GET", "/state")["orders"][order_id]

    @contextmanager
    def fault(self, kind, **values):
        """Let calls fail in one way for as long as the block lasts."""
        self.control("POST", "/faults", {"kind": kind, **values})
        try:
            yield
        finally:
            self.control("DELETE", "/faults")

    # === SYNC === #

    def sync(self):
        """Run the scheduled action as Odoo runs it."""
        cron = self.env.ref("sale_tiktok_shop.ir_cron_sync_orders")
        self.env["tts.shop"].search([]).write(
            {"next_order_sync": False, "failure_count": 0}
        )
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def mirror(self, order_id):
        return self.env["tts.order"].search([("remote_id", "=", order_id)])

    def sale_order(self, order_id):
        return self.mirror(order_id).sale_order_id

    def issues(self, key=None, state="open"):
        domain = [("state", "=", state)]
        if key:
            domain.append(("key", "=", key))
        return self.env["tts.issue"].search(domain)


class TtsCase(TtsMixin, TransactionCase):
    """Tests on one connected shop, with products for every SKU of its catalogue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_sandbox()
        cls.account = cls.connect()
        cls.shop = cls.account.shop_ids[:1]
        cls.products = cls.create_products()
        cls.low_user = new_test_user(
            cls.env, "tts_clerk", groups="stock.group_stock_user"
        )

    @classmethod
    def create_products(cls):
        """Create a storable product per seller SKU of the sandbox's catalogue."""
        skus = {
            sku["seller_sku"]
            for product in cls.control("GET", "/state")["products"].values()
            for sku in product["skus"]
            if sku["seller_sku"]
        }
        products = cls.env["product.product"].create(
            [
                {
                    "name": sku,
                    "default_code": sku,
                    "type": "consu",
                    "is_storable": True,
                    "taxes_id": False,
                }
                for sku in sorted(skus)
            ]
        )
        location = cls.shop.warehouse_id.lot_stock_id
        for product in products:
            cls.env["stock.quant"]._update_available_quantity(product, location, 100)
        return {product.default_code: product for product in products}


def naive(epoch):
    return datetime.fromtimestamp(epoch, timezone.utc).replace(tzinfo=None)
