"""A sandbox of one market, and short ways to cancel and to send back."""

from odoo.tests import BaseCase

from .sandbox_client import SandboxClient

BASE = "/return_refund"
HOUR, DAY = 3600, 86_400
CANCEL = "CANCELLATION_REQUEST_"
RETURN = "RETURN_OR_REFUND_REQUEST_"
PENDING, SUCCESS = f"{RETURN}PENDING", f"{RETURN}SUCCESS"
CLOSED, COMPLETE = f"{RETURN}CANCEL", f"{RETURN}COMPLETE"
REJECTED = "REFUND_OR_RETURN_REQUEST_REJECT"
AWAITING, SHIPPED = "AWAITING_BUYER_SHIP", "BUYER_SHIPPED_ITEM"
PACKED = "seller_reject_apply_product_has_been_packed"
STOCK = "seller_cancel_reason_out_of_stock"


class AftersaleCase(BaseCase):
    """A sandbox of one market, and short ways to cancel and to send back."""

    def open(self, market="MY", **options):
        options.setdefault("orders", 0)
        options.setdefault("odd_skus", 0)
        self.client = SandboxClient(markets=[market], **options)
        self.box = self.client.box
        self.sku, self.other = [
            sku for sku in self.client.shop.skus.values() if not sku.parts
        ][:2]

    # === ORDERS === #

    def place(self, status="AWAITING_SHIPMENT", counts=(1,), **more):
        """Place an order of the first SKUs and return its id."""
        rows = [
            {"sku_id": sku.id, "quantity": count}
            for sku, count in zip((self.sku, self.other), counts, strict=False)
        ]
        order = {"status": status, "line_items": rows, **more}
        return self.client.place(**order)

    def order(self, order_id):
        return self.box.order(order_id)

    def lines(self, order_id):
        return [line["id"] for line in self.order(order_id).lines]

    def change(self, order_id, **body):
        return self.client.door("POST", f"/orders/{order_id}", body)

    def later(self, seconds):
        self.client.door("POST", "/clock", {"advance": seconds})
        # The token would be too old after a week.
        self.client.token = self.box.accounts.issue()["access_token"]

    def money(self, minor):
        return self.client.shop.market.money(minor)

    def state(self, part):
        return self.client.door("GET", f"/state?only={part}")[part]

    # === CANCELLATIONS === #

    def ask(self, order_id, **body):
        """Let the buyer ask to cancel and return the id of the request."""
        return self.change(order_id, cancel_request=body)["cancellations"][-1]

    def asked(self, **more):
        """Place an order, let its buyer ask to cancel; return both ids."""
        order_id = self.place(**more)
        return order_id, self.ask(order_id)

    def cancellation(self, case_id, version="202602"):
        path = f"{BASE}/{version}/cancellations/search"
        data = self.client.data("POST", path, body={"cancel_ids": [case_id]})
        [row] = data["cancellations"]
        return row

    def answer(self, case_id, word="approve", query=None, **body):
        """Answer a cancellation and return the code."""
        path = f"{BASE}/202309/cancellations/{case_id}/{word}"
        return self.client.code("POST", path, query, body)

    def step(self, case_id, step, kind="returns", **body):
        return self.client.door("POST", f"/{kind}/{case_id}", {"step": step, **body})

    # === RETURNS === #

    def send_back(self, kind="RETURN_AND_REFUND", counts=(1,), **body):
        """Place a delivered order and make a return; return both ids."""
        order_id = self.place("DELIVERED", counts)
        return order_id, self.make_return(order_id, kind, **body)

    def make_return(self, order_id, kind="RETURN_AND_REFUND", **body):
        body = {"order_id": order_id, "type": kind, **body}
        return self.client.door("POST", "/returns", body)["id"]

    def find_return(self, case_id, version="202602"):
        path = f"{BASE}/{version}/returns/search"
        data = self.client.data("POST", path, body={"return_ids": [case_id]})
        [row] = data["return_orders"]
        return row

    def decide(self, case_id, decision, version="202309", query=None, **body):
        """Answer a return and return the code."""
        declines = decision.startswith("REJECT") or decision.endswith("_PKG")
        path = f"{BASE}/{version}/returns/{case_id}/"
        path += "reject" if declines else "approve"
        body = {"decision": decision, **body}
        return self.client.code("POST", path, query, body)

    def reasons(self, case_id):
        path = f"{BASE}/202309/reject_reasons"
        data = self.client.data("GET", path, {"return_or_cancel_id": case_id})
        return [row["name"] for row in data["reasons"]]

    def decline(self, case_id, decision, **body):
        """Decline a return with the first reason on offer; return the code."""
        return self.decide(
            case_id, decision, reject_reason=self.reasons(case_id)[0], **body
        )

    def shipped_back(self, kind="RETURN_AND_REFUND", arrive=True, **body):
        """Return the ids of an order and of its return whose parcel is back."""
        order_id, case_id = self.send_back(kind, **body)
        self.assertEqual(
            self.decide(
                case_id,
                "APPROVE_REPLACEMENT" if kind == "REPLACEMENT" else "APPROVE_RETURN",
            ),
            0,
        )
        self.step(case_id, "ship_back")
        if arrive:
            self.step(case_id, "arrive")
        return order_id, case_id

    def now(self):
        return int(self.box.now())


class CancelCase(AftersaleCase):
    def cancel(self, order_id, reason=STOCK, **body):
        """Cancel as the seller and return the whole answer."""
        body = {"order_id": order_id, "cancel_reason": reason, **body}
        path = f"{BASE}/202602/cancellations"
        return self.client.call("POST", path, body=body)[1]

    def search(self, query=None, version="202309", **body):
        path = f"{BASE}/{version}/cancellations/search"
        data = self.client.data("POST", path, query, body)
        return [row["cancel_id"] for row in data.get("cancellations", [])]

    def available(self):
        warehouse = self.client.shop.warehouse()["id"]
        return self.sku.available(warehouse)


class ReturnCase(AftersaleCase):
    def setUp(self):
        super().setUp()
        self.open()

    def status(self, case_id):
        return self.find_return(case_id)["return_status"]

    def action(self, case_id):
        rows = self.find_return(case_id).get("seller_next_action_response")
        return rows and (rows[0]["action"], rows[0]["deadline"] - self.now())

    def offer(self, amount, currency="MYR"):
        return {"partial_refund": {"amount": amount, "currency": currency}}
