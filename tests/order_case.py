"""What the tests of orders have in common: orders made to measure."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import new_test_user

from ..lib.transport import Transport
from .common import TtsCase


class OrderCase(TtsCase):
    """A connected shop with a salesperson, a team and helpers for orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Repeated calls wait; nothing is learned from waiting in a test.
        waits = patch.dict(Transport.__init__.__kwdefaults__, sleep=lambda _s: None)
        waits.start()
        cls.addClassCleanup(waits.stop)
        cls.salesman = new_test_user(
            cls.env, "tts_salesman", groups="sales_team.group_sale_salesman"
        )
        cls.team = cls.env["crm.team"].create({"name": "Marketplaces"})
        cls.shop.write({"user_id": cls.salesman.id, "team_id": cls.team.id})
        cls.catalogue = [
            {"seller_sku": sku["seller_sku"], "sku_id": sku["id"]}
            for product in cls.control("GET", "/state")["products"].values()
            for sku in product["skus"]
            if sku["seller_sku"] and not sku["parts"]
        ]

    def setUp(self):
        super().setUp()
        self.empty_sandbox()
        # The database rolls back to the first tokens: TikTok has to know them again.
        accounts = self.sandbox.accounts
        for name in ("access", "refresh"):
            self.patch(accounts, name, dict(getattr(accounts, name)))

    @classmethod
    def empty_sandbox(cls):
        """Forget the orders of earlier tests, which the database has rolled back."""
        cls.sandbox.offset = 0
        cls.sandbox.calls.clear()
        cls.control("DELETE", "/faults")
        cls.control("DELETE", "/orders")

    def unit(self, number=0, **values):
        """Return a line item of the catalogue's SKU with this number."""
        return {**self.catalogue[number], "original_price": "10.00", **values}

    def product(self, number=0):
        return self.products[self.catalogue[number]["seller_sku"]]

    def place_units(self, *units, **order):
        """Place an order of these units; other keys of its payload by name."""
        return self.place_one({"line_items": list(units), **order})

    def import_units(self, *units):
        """Place an order of these units and sync it; return its id and sales order."""
        order_id = self.place_units(*units or [self.unit(quantity=3), self.unit(1)])
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.state, "sale")
        return order_id, order

    def place_rest(self, **order):
        return self.place_one(order)

    def goods(self, order):
        """Return the lines of a sales order that are not shipping."""
        return order.order_line.filtered(lambda line: not line.is_delivery)

    def absorb(self, *rows, **options):
        """Bring raw orders into Odoo, past the network."""
        outcomes = self.env["tts.order"]._absorb(self.shop, list(rows), **options)
        self.env.flush_all()
        return outcomes

    def raw(self, order_id):
        """Return an order as the sandbox would serve it."""
        return self.remote(order_id)["raw"]

    def run_cron(self, name="ir_cron_sync_orders"):
        """Run a scheduled action as it is; return how many items it left over."""
        cron = self.env.ref(f"sale_tiktok_shop.{name}")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(cron.failure_count)
        progress = self.env["ir.cron.progress"].search(
            [("cron_id", "=", cron.id)], order="id desc", limit=1
        )
        return progress.remaining

    def calls(self, part=""):
        """Count the calls the sandbox answered, of one kind or all."""
        calls = self.control("GET", "/state?raw=0")["calls"]
        return sum(count for path, count in calls.items() if part in path)

    @contextmanager
    def spoiled(self, model, method, is_culprit):
        """Let one method of a model raise for the records that are meant."""
        owner = type(self.env[model])
        original = getattr(owner, method)

        def spoil(records, *args, **kwargs):
            if is_culprit(records, *args, **kwargs):
                raise ZeroDivisionError("spoiled")
            return original(records, *args, **kwargs)

        with patch.object(owner, method, spoil):
            yield
