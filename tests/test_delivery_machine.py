from datetime import timedelta

from hypothesis.stateful import run_state_machine_as_test

from odoo import fields
from odoo.tests import tagged

from .delivery_machine import DeliveryMachine
from .machine import examples
from .order_case import OrderCase


class MachineCase(OrderCase):
    """Whatever happens in whatever order, nothing is shipped twice or lost."""

    sandbox_options = {"orders": 0, "products": 6, "odd_skus": 0}
    shipping_type = "TIKTOK"

    def deliver(self):
        """Let all waiting be over, then run the scheduled action."""
        now = fields.Datetime.now()
        self.shop.write({"next_delivery_sync": False, "delivery_failure_count": 0})
        self.env["tts.shipment"].search([("next_try", "!=", False)]).next_try = now
        labels = self.env["tts.package"].search([("next_label_try", "!=", False)])
        labels.next_label_try = now
        past = now - timedelta(hours=1)
        self.env["tts.order"].search([]).read_at = past
        # What TikTok shows late it shows by now.
        self.env["tts.package"].search([("shipped_at", ">", past)]).shipped_at = past
        self.run_cron("ir_cron_deliveries")

    def options(self, picking):
        """What a clerk types to arrange a delivery."""
        return {}

    def run_machine(self):
        machine = type("Machine", (DeliveryMachine,), {"case": self})
        run_state_machine_as_test(machine, settings=examples(6))


@tagged("post_install", "-at_install")
class TestDeliveryMachine(MachineCase):
    """South-East Asia: TikTok's carriers, packages that exist before shipping."""

    def test_nothing_is_shipped_twice_and_no_label_is_lost(self):
        self.run_machine()


@tagged("post_install", "-at_install")
class TestBuyingMachine(MachineCase):
    """United States: labels cost money."""

    markets = ("US",)

    def options(self, picking):
        return {"weight": 1.0, "length": 10, "width": 8, "height": 2}

    def test_no_label_is_bought_twice(self):
        self.run_machine()


@tagged("post_install", "-at_install")
class TestMarkingMachine(MachineCase):
    """United Kingdom: own carriers, packages that are made by marking them."""

    markets = ("GB",)
    shipping_type = "SELLER"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.action_pull_settings()
        cls.numbers = iter(range(10**6))

    def options(self, picking):
        provider = self.shop.provider_ids[0]
        number = f"OWN{next(self.numbers):06}"
        return {"tracking_number": number, "provider_id": provider.id}

    def test_no_parcel_is_marked_twice(self):
        self.run_machine()
