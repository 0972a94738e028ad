"""What the tests of stock have in common: listings of every SKU, and its truth."""

from datetime import timedelta

from odoo import fields

from .order_case import OrderCase


class StockCase(OrderCase):
    """A connected shop that pushes, with a listing for every SKU of its catalogue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.action_pull_settings()
        cls.main = cls.place_called("main")
        cls.north = cls.place_called("north")
        cls.listings = cls.list_all(cls.shop)
        cls.begin_with = cls.control("GET", "/state?only=inventory")["inventory"]
        cls.env.cr.precommit.run()
        cls.empty_signals()

    def setUp(self):
        super().setUp()
        self.restore_stock()

    @classmethod
    def restore_stock(cls):
        """Give the sandbox the stock it began with; earlier tests changed it."""
        bundles = cls.listings.filtered("is_bundle").mapped("sku_remote_id")
        now = cls.control("GET", "/state?only=inventory")["inventory"]
        for sku_id, levels in cls.begin_with.items():
            if now[sku_id] != levels and sku_id not in bundles:
                stock = {key: row["available"] for key, row in levels.items()}
                gone = dict.fromkeys(now[sku_id].keys() - stock.keys())
                cls.control("POST", f"/skus/{sku_id}/stock", stock | gone)

    @classmethod
    def empty_signals(cls):
        cls.env["tts.stock.signal"].search([]).unlink()

    @classmethod
    def place_called(cls, name, shop=None):
        """Return one of the sandbox's warehouses by the end of its name."""
        places = (shop or cls.shop).warehouse_ids
        return places.filtered(lambda place: place.name.endswith(name))

    @classmethod
    def list_all(cls, shop):
        """Create a listing for every SKU of a shop, as the catalogue sync would."""
        state = cls.control("GET", "/state?only=products")["products"]
        listings = cls.env["tts.listing"].create(
            [
                {
                    "shop_id": shop.id,
                    "product_remote_id": product_id,
                    "sku_remote_id": sku["id"],
                    "seller_sku": sku["seller_sku"],
                    "title": product["title"],
                    "status": product["status"],
                    "is_bundle": product["kind"] == "COMBINED_PRODUCT",
                    "product_id": cls.products[sku["seller_sku"]].id
                    if sku["seller_sku"]
                    else False,
                    "match_state": "seller_sku" if sku["seller_sku"] else "unmatched",
                }
                for product_id, product in state.items()
                if product["shop_id"] == shop.remote_id
                for sku in product["skus"]
            ]
        )
        shop.stock_sync = True
        return listings

    def listing(self, number=0):
        """Return the listing of the catalogue's SKU with this number."""
        sku_id = self.catalogue[number]["sku_id"]
        return self.listings.filtered(lambda row: row.sku_remote_id == sku_id)

    def push(self, shop=None):
        """Run the push as Odoo runs it, all quantities compared."""
        (shop or self.shop).write({"next_stock_sync": False, "stock_failure_count": 0})
        return self.run_cron("ir_cron_push_stock")

    def push_signalled(self):
        """Run the push as Odoo runs it after a change in the warehouse."""
        self.env.cr.precommit.run()
        return self.run_cron("ir_cron_push_stock")

    def on_tiktok(self, listing, place=None):
        """Return the units that buyers see of a listing in a warehouse."""
        inventory = self.control("GET", "/state?only=inventory")["inventory"]
        stock = inventory[listing.sku_remote_id]
        return stock[(place or self.main).remote_id]["available"]

    def set_on_tiktok(self, listing, units, place=None):
        self.control(
            "POST",
            f"/skus/{listing.sku_remote_id}/stock",
            {(place or self.main).remote_id: units},
        )

    def set_in_odoo(self, product, units, warehouse=None):
        """Set what lies in a warehouse, as an adjustment does."""
        location = (warehouse or self.shop.warehouse_id).lot_stock_id
        Quant = self.env["stock.quant"]
        held = Quant._get_available_quantity(product, location)
        if units != held:
            Quant._update_available_quantity(product, location, units - held)

    def make_warehouse(self, name="North"):
        return self.env["stock.warehouse"].create(
            {
                "name": name,
                "code": name[:4].upper(),
                "company_id": self.shop.company_id.id,
            }
        )

    def sell_in_odoo(self, product, units, **values):
        """Sell units to somebody at the counter; return the confirmed order."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Counter"}).id,
                "warehouse_id": self.shop.warehouse_id.id,
                "order_line": [
                    (0, 0, {"product_id": product.id, "product_uom_qty": units})
                ],
                **values,
            }
        )
        order.action_confirm()
        return order

    def updates(self):
        """Return the stock updates that the sandbox accepted."""
        return self.control("GET", "/state?only=stock_updates")["stock_updates"]

    def later(self):
        """Let the orders that are in Odoo count as read a moment ago."""
        self.shop.last_success = fields.Datetime.now() - timedelta(minutes=5)
