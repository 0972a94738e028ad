"""What the tests of shipments have in common."""

from datetime import timedelta

from odoo import fields

from .order_case import OrderCase


class ShipmentCase(OrderCase):
    """A connected shop whose deliveries are arranged."""

    shipping_type = "TIKTOK"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.label_fetch = False
        cls.carrier = cls.env["delivery.carrier"].create(
            {
                "name": "Own van",
                "product_id": cls.shop.carrier_id.product_id.id,
                "delivery_type": "fixed",
            }
        )

    def deliver(self, *units, **order):
        """Import an order of these units; return its delivery."""
        order.setdefault("shipping_type", self.shipping_type)
        self.order_id = self.place_units(*units or [self.unit()], **order)
        self.sync()
        sale_order = self.sale_order(self.order_id)
        self.assertEqual(sale_order.state, "sale")
        return sale_order.picking_ids

    def own_carrier(self, picking, number="TRACK123"):
        """Have the delivery go with the seller's own carrier."""
        if not self.shop.provider_ids:
            self.shop._pull_providers()
        self.shop.provider_ids[0].carrier_id = self.carrier
        picking.carrier_id = self.carrier
        if number:
            picking.carrier_tracking_ref = number

    def provider(self):
        """Return the provider that stands for the own carrier."""
        providers = self.shop.provider_ids
        return providers.filtered(lambda row: row.carrier_id == self.carrier)

    def send(self):
        """Run the scheduled action that tells TikTok."""
        self.run_cron("ir_cron_deliveries")

    def make_due(self, shipments):
        """Let the time pass that these wait for."""
        past = fields.Datetime.now() - timedelta(minutes=1)
        shipments.write({"next_try": past})
        self.shop.write({"delivery_failure_count": 0})

    def packages(self):
        """Return the packages of the last order as the sandbox has them."""
        return list(self.control("GET", "/state")["packages"].values())

    def shipped_times(self):
        """Return how often each package was shipped."""
        return [row["shipped_times"] for row in self.packages()]

    def arrange(self, pickings, **options):
        return pickings._tts_arrange(**options)

    def refuse(self, code, package=None, **values):
        """Let TikTok refuse the next call about a package, or the last order."""
        if package:
            path = f"/packages/{package.remote_id}"
        else:
            path = f"/orders/{self.order_id}"
        self.control("POST", path, {"refuse": code, **values})

    def ship_issue(self, picking):
        return self.issues(f"ship:{picking.id}")

    def validate(self, picking, quantity=None):
        """Validate a delivery, in part when a quantity is named."""
        picking.action_assign()
        for move in picking.move_ids:
            move.quantity = quantity if quantity is not None else move.product_uom_qty
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")
