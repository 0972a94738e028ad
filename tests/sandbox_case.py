"""A sandbox of one market, and short ways to ship there."""

from odoo.tests import BaseCase

from .sandbox_client import SandboxClient

PACKAGES = "/fulfillment/202309/packages"
ORDERS = "/fulfillment/202309/orders"


class PackagesCase(BaseCase):
    """A sandbox of one market, and short ways to ship there."""

    def open(self, market="MY", **options):
        options.setdefault("orders", 0)
        options.setdefault("odd_skus", 0)
        self.client = SandboxClient(markets=[market], **options)
        self.sku, self.other = [
            sku for sku in self.client.shop.skus.values() if not sku.parts
        ][:2]

    def place(self, shipping="TIKTOK", counts=(1,), **more):
        """Place an order of the first SKUs and return its id."""
        skus = (self.sku, self.other)
        rows = [
            {"sku_id": sku.id, "quantity": count}
            for sku, count in zip(skus, counts, strict=False)
        ]
        return self.client.place(shipping_type=shipping, line_items=rows, **more)

    def placed(self, shipping="TIKTOK", counts=(1,), **more):
        """Place an order and return its id and that of its package."""
        order_id = self.place(shipping, counts, **more)
        return order_id, self.client.packages(order_id)[0]

    def order(self, order_id):
        return self.client.box.order(order_id).served()

    def lines(self, order_id):
        return [line["id"] for line in self.order(order_id)["line_items"]]

    def post(self, path, **body):
        return self.client.data("POST", path, body=body)

    def refusal(self, path, **body):
        return self.client.code("POST", path, body=body)

    def ship(self, package_id, **body):
        return self.refusal(f"{PACKAGES}/{package_id}/ship", **body)

    def detail(self, package_id):
        return self.client.data("GET", f"{PACKAGES}/{package_id}")

    def door(self, package_id, **body):
        return self.client.door("POST", f"/packages/{package_id}", body)

    def change(self, order_id, **body):
        return self.client.door("POST", f"/orders/{order_id}", body)

    def later(self, seconds):
        self.client.door("POST", "/clock", {"advance": seconds})

    def carrier(self):
        return self.client.shop.delivery_options[1]["carriers"][0]["id"]

    def split(self, order_id, *groups):
        rows = [
            {"id": str(number), "order_line_item_ids": ids}
            for number, ids in enumerate(groups)
        ]
        path = f"{ORDERS}/{order_id}/split"
        return self.client.call("POST", path, body={"splittable_groups": rows})[1]

    def split_up(self, order_id, *groups):
        """Split and return the new package ids."""
        answer = self.split(order_id, *groups)
        return [row["id"] for row in answer["data"]["packages"]]

    def neighbours(self, count=2, **more):
        """Place orders of one buyer and one address."""
        address = {
            "name": "Same Buyer",
            "full_address": "1 Same Street",
            "postal_code": "1",
        }
        more.setdefault("user_id", "7494845267308520001")
        return [self.place(recipient_address=address, **more) for _n in range(count)]

    def offers(self):
        path = "/fulfillment/202309/combinable_packages/search"
        return self.client.data("GET", path, {"page_size": 50})["combinable_packages"]

    def combined(self, **more):
        """Return the ids of two orders and of the package they share."""
        order_ids = self.neighbours(**more)
        (offer,) = self.offers()
        data = self.post(f"{PACKAGES}/combine", combinable_packages=[offer])
        return order_ids, data["packages"][0]["id"]
