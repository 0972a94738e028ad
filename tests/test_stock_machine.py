from hypothesis.stateful import run_state_machine_as_test

from odoo.tests import tagged

from .machine import examples
from .order_case import OrderCase
from .stock_machine import OPEN, StockMachine


def _gone_with(moves):
    """Units that customers got, less those that came back."""
    done = moves.filtered(lambda move: move.state == "done")
    to = done.filtered(lambda move: move.location_dest_id.usage == "customer")
    back = done.filtered(lambda move: move.location_id.usage == "customer")
    return sum(to.mapped("quantity")) - sum(back.mapped("quantity"))


def _to_go_with(moves):
    """Units that customers are still to get, at whichever step they are."""
    to_go = moves.filtered(lambda move: move.state not in ("done", "cancel", "draft"))
    return sum(to_go.mapped("product_uom_qty"))


@tagged("post_install", "-at_install")
class TestStockMachine(OrderCase):
    """Whatever happens in whatever order, what is listed can be shipped."""

    sandbox_options = {"orders": 0, "products": 2, "odd_skus": 0}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.action_pull_settings()
        cls.second = cls.env["stock.warehouse"].create(
            {"name": "North", "code": "NRTH", "company_id": cls.shop.company_id.id}
        )
        cls.main, cls.north = cls.shop.warehouse_ids.sorted("is_default")[::-1][:2]
        cls.north.warehouse_id = cls.second
        cls.main.warehouse_id = cls.shop.warehouse_id
        cls.shop.stock_sync = True
        cls.customer = cls.env["res.partner"].create({"name": "At the counter"})
        cls.places = cls.shop.warehouse_id | cls.second
        cls.skus = {}
        for product_id, product in cls.control("GET", "/state")["products"].items():
            for sku in product["skus"]:
                cls.skus[sku["id"]] = cls._list_sku(product_id, product, sku)
        # Two listings of one product sell from one shelf.
        first, *_others, last = cls.skus
        listing = cls.env["tts.listing"].search([("sku_remote_id", "=", last)])
        listing._link(cls.skus[first], "hand")
        cls.skus[last] = cls.skus[first]
        cls.env["stock.quant"].search(
            [("product_id", "in", [p.id for p in cls.skus.values()])]
        ).unlink()

    @classmethod
    def _list_sku(cls, product_id, product, sku):
        """Link a SKU of the sandbox to its product; return the product."""
        listing = cls.env["tts.listing"].create(
            {
                "shop_id": cls.shop.id,
                "product_remote_id": product_id,
                "sku_remote_id": sku["id"],
                "seller_sku": sku["seller_sku"],
                "title": product["title"],
                "status": product["status"],
            }
        )
        listing._link(cls.products[sku["seller_sku"]], "seller_sku")
        return listing.product_id

    # === THE TRUTH, COUNTED WITHOUT THE ADDON === #

    def warehouses(self, sku_id):
        """Return the TikTok warehouses of a SKU that Odoo counts for."""
        known = {row.remote_id: row for row in self.main | self.north}
        stock = self.control("GET", "/state?only=inventory")["inventory"][sku_id]
        return {known[key]: row for key, row in stock.items() if key in known}

    def can_ship(self, sku_id, warehouse):
        """Return the units that nobody was promised: on the shelf, less what people
        bought here and on TikTok and have not got.
        """
        product, place = self.skus[sku_id], warehouse.warehouse_id
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "child_of", place.view_location_id.id),
            ]
        )
        return int(
            sum(quants.mapped("quantity"))
            - self._owed_by_odoo(product, place)
            - self._owed_on_tiktok(product, warehouse)
        )

    def _owed_by_odoo(self, product, place):
        """Units that people at the counter bought and are still to get."""
        moves = self.env["stock.move"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "child_of", place.view_location_id.id),
                ("sale_line_id.order_id.tts_order_id", "=", False),
                ("sale_line_id", "!=", False),
            ]
        )
        return _to_go_with(moves)

    def _owed_on_tiktok(self, product, warehouse):
        """Units of TikTok orders that the buyers have not got from Odoo.

        Those that have left by TikTok's word lie in Odoo's books until the delivery is
        validated: they are not there to be sold either.
        """
        owed = 0
        for order_id, order in self.control("GET", "/state")["orders"].items():
            if order["raw"].get("warehouse_id") != warehouse.remote_id:
                continue
            units = sum(
                self.skus.get(line["sku_id"]) == product
                and line["display_status"] != "CANCELLED"
                for line in order["raw"]["line_items"]
            )
            moves = self.sale_order(order_id).picking_ids.move_ids.filtered(
                lambda move: move.product_id == product
            )
            if order["status"] in OPEN:
                owed += max(0, units - _gone_with(moves))
            elif order["status"] == "IN_TRANSIT":
                owed += _to_go_with(moves)
        return owed

    def updates(self, after=0):
        """Return the stock updates that TikTok accepted, after the one so numbered."""
        updates = self.control("GET", "/state?only=stock_updates")["stock_updates"]
        return [row for row in updates if row["number"] > after]

    def last_update(self):
        return max((row["number"] for row in self.updates()), default=0)

    def push(self):
        """Run the push as Odoo runs it, all quantities compared."""
        self.shop.next_stock_sync = False
        self.run_cron("ir_cron_push_stock")

    def test_what_is_listed_can_be_shipped_whatever_happens(self):
        bound = type("BoundMachine", (StockMachine,), {"case": self})
        run_state_machine_as_test(bound, settings=examples(10))
