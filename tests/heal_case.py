"""What the tests of repairing orders have in common."""

from .order_case import OrderCase


class HealCase(OrderCase):
    """A shop whose first SKU had no product yet when it was sold."""

    def setUp(self):
        super().setUp()
        self.real = self.product()
        self.default = self.shop.default_product_id
        self.real.default_code = False
        self.cron = self.env.ref("sale_tiktok_shop.ir_cron_heal_orders")

    def listing(self, number=0, **values):
        """Return the listing of the catalogue's SKU with this number."""
        sku = self.catalogue[number]
        Listing = self.env["tts.listing"]
        return Listing.search(
            [("shop_id", "=", self.shop.id), ("sku_remote_id", "=", sku["sku_id"])]
        ) or Listing.create(
            {
                "shop_id": self.shop.id,
                "sku_remote_id": sku["sku_id"],
                "seller_sku": sku["seller_sku"],
                "title": sku["seller_sku"],
                **values,
            }
        )

    def link(self, product=None, number=0):
        """Give a listing its product, as a person does; return it."""
        listing = self.listing(number)
        listing.product_id = product or self.real
        return listing

    def heal(self, product=None, number=0):
        """Give a listing its product and run the scheduled action."""
        listing = self.link(product, number)
        self.run_cron("ir_cron_heal_orders")
        return listing

    def key(self, number=0):
        return f"sku:{self.catalogue[number]['sku_id']}"

    def line(self, order):
        """Return the line of the SKU that had no product."""
        sku_id = self.catalogue[0]["sku_id"]
        return order.order_line.filtered(lambda line: line.tts_sku_id == sku_id)

    def open_moves(self, order):
        return order.picking_ids.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )

    def reserved(self, product=None):
        """Return the units of a product that are reserved in stock."""
        location = self.shop.warehouse_id.lot_stock_id
        quants = self.env["stock.quant"]._gather(product or self.real, location)
        return sum(quants.mapped("reserved_quantity"))

    def assert_left(self, order, *words):
        """Check that an order was left alone, and that its issue says why."""
        self.assertEqual(self.line(order).product_id, self.default)
        [issue] = self.issues(self.key())
        for word in (order.name, *words):
            self.assertIn(word, issue.reason)
