"""What returns of the sandbox pay back and to whom, and what belongs together."""

from odoo.tests import tagged

from ..sandbox.settlement import midnight
from .sandbox_aftersale_case import BASE, CLOSED, DAY, ReturnCase


@tagged("post_install", "-at_install")
class TestSandboxReturnMoney(ReturnCase):
    def settled(self, order_id):
        """Return (SKU, sold, refunded) of the last transaction of an order."""
        path = f"/finance/202501/orders/{order_id}/statement_transactions"
        data = self.client.data("GET", path)
        return data["sku_transactions"]

    def test_units_and_who_paid_discounts_and_the_way_back(self):
        row = {"sku_id": self.sku.id, "seller_discount": "2", "platform_discount": "1"}
        order_id = self.client.place(status="DELIVERED", line_items=[row, row])
        first = self.lines(order_id)[0]
        case_id = self.make_return(order_id, lines=[first], payer="seller")
        found = self.find_return(case_id)
        [line] = found["return_line_items"]
        self.assertEqual(line["order_line_item_id"], first)
        [discounts] = found["discount_amount"]
        self.assertEqual(discounts["product_seller_discount"], "2")
        self.assertEqual(discounts["product_platform_discount"], "1")
        [fees] = found["shipping_fee_amount"]
        self.assertEqual(fees["seller_paid_return_shipping_fee"], "8.9")
        self.assertEqual(fees["platform_paid_return_shipping_fee"], "0")
        price = self.order(order_id).lines[0]["sale_price"]
        self.assertEqual(found["refund_amount"]["refund_total"], price)

    def test_a_buyer_who_arranges_the_way_back_pays_for_it(self):
        _order_id, case_id = self.send_back(shipment_type="BUYER_ARRANGE")
        row = self.find_return(case_id)
        self.assertEqual(row["return_method"], "BUYER_SHIPPED")
        [fees] = row["shipping_fee_amount"]
        self.assertEqual(fees["buyer_paid_return_shipping_fee"], "8.9")

    def test_the_shipping_fee_goes_back_when_asked_for(self):
        order_id, case_id = self.send_back("REFUND", shipping=True)
        self.decide(case_id, "APPROVE_REFUND")
        paid = self.order(order_id).doc["payment"]
        row = self.find_return(case_id)["refund_amount"]
        self.assertEqual(row["refund_shipping_fee"], paid["shipping_fee"])
        self.assertEqual(row["refund_total"], paid["total_amount"])

    def test_a_refund_of_some_units_leaves_the_order_delivered(self):
        order_id = self.place("DELIVERED", (3,))
        first, second, third = self.lines(order_id)
        case_id = self.make_return(order_id, "REFUND", lines=[first])
        self.decide(case_id, "APPROVE_REFUND")
        self.assertEqual(self.order(order_id).status, "DELIVERED")
        case_id = self.make_return(order_id, "REFUND")
        found = self.find_return(case_id)["return_line_items"]
        ids = [line["order_line_item_id"] for line in found]
        self.assertEqual(ids, [second, third])
        self.decide(case_id, "APPROVE_REFUND")
        self.assertEqual(self.order(order_id).status, "COMPLETED")

    def test_a_refund_before_settlement_comes_into_the_sale(self):
        order_id = self.place("DELIVERED", (2,))
        case_id = self.make_return(order_id, "REFUND", lines=self.lines(order_id)[:1])
        self.decide(case_id, "APPROVE_REFUND")
        self.change(order_id, status="COMPLETED")
        self.later(midnight(self.now()) - self.now())
        shown = self.state("finance")[self.client.shop.id]
        [row] = [
            row
            for statement in shown["statements"]
            for row in statement["transactions"]
            if row["order_id"] == order_id
        ]
        revenue = row["breakdown"]["revenue"]
        refunded = self.state("returns")[case_id]["refunded"]
        key = "refund_subtotal_before_discount_amount"
        self.assertEqual(revenue[key], f"-{refunded}")
        self.assertEqual(
            float(revenue["subtotal_before_discount_amount"]), 2 * float(refunded)
        )

    def test_a_refund_after_settlement_is_a_transaction_of_its_own(self):
        order_id = self.place("DELIVERED", (2,))
        case_id = self.make_return(order_id)
        self.change(order_id, status="COMPLETED")
        self.later(midnight(self.now()) - self.now())
        self.decide(case_id, "APPROVE_RETURN")
        self.step(case_id, "ship_back")
        self.decide(case_id, "APPROVE_RECEIVED_PACKAGE")
        self.later(DAY)
        shown = self.state("finance")[self.client.shop.id]
        rows = [
            row
            for statement in shown["statements"]
            for row in statement["transactions"]
            if row["order_id"] == order_id
        ]
        self.assertEqual(len(rows), 2)
        refunded = self.state("returns")[case_id]["refunded"]
        key = "refund_subtotal_before_discount_amount"
        self.assertEqual(rows[1]["breakdown"]["revenue"][key], f"-{refunded}")

    def test_us_tax_goes_back_to_the_buyer_and_not_from_the_seller(self):
        self.open("US")
        order_id, case_id = self.send_back("REFUND")
        # The door makes lines without tax, the generator with it.
        tax = [{"tax_type": "SALES_TAX", "tax_amount": "1.5", "tax_rate": "0.0875"}]
        order_id = self.client.place(
            status="DELIVERED",
            line_items=[{"sku_id": self.sku.id, "item_tax": tax}],
        )
        case_id = self.make_return(order_id, "REFUND")
        self.decide(case_id, "APPROVE_REFUND")
        amount = self.find_return(case_id)["refund_amount"]
        self.assertEqual(amount["refund_tax"], "1.5")
        row = self.state("returns")[case_id]
        self.assertEqual(row["refunded"], amount["refund_total"])
        self.assertEqual(row["refunded_goods"], amount["refund_subtotal"])


@tagged("post_install", "-at_install")
class TestSandboxReturnTogether(ReturnCase):
    def test_combined_returns_travel_together(self):
        order_id = self.place("DELIVERED", (2,))
        one, two = self.lines(order_id)
        first = self.make_return(order_id, lines=[one])
        second = self.make_return(order_id, lines=[two], combine=first)
        rows = [self.find_return(i) for i in (first, second)]
        self.assertEqual({row["combined_return_id"] for row in rows}, {first})
        self.assertTrue(all(row["is_combined_return"] for row in rows))
        for case_id in (first, second):
            self.decide(case_id, "APPROVE_RETURN")
        self.step(first, "ship_back", tracking_number="BOTH1")
        self.step(second, "arrive")
        for case_id in (first, second):
            row = self.find_return(case_id)
            self.assertEqual(row["return_tracking_number"], "BOTH1")
            self.assertEqual(self.action(case_id)[0], "SELLER_RESPOND_RECEIVE_PACKAGE")

    def test_an_edited_request_is_a_chain(self):
        order_id, first = self.send_back("REFUND")
        second = self.make_return(order_id, replaces=first)
        old, new = self.find_return(first), self.find_return(second)
        self.assertEqual(
            (old["return_status"], old["next_return_id"]), (CLOSED, second)
        )
        self.assertEqual(new["pre_return_id"], first)

    def test_records_tell_what_happened_with_pictures(self):
        _order_id, case_id = self.send_back(photos=2, videos=1, note="Another colour")
        self.decide(case_id, "APPROVE_RETURN")
        path = f"{BASE}/202309/returns/{case_id}/records"
        first, *rest = self.client.data("GET", path)["records"]
        self.assertEqual((first["role"], first["note"]), ("BUYER", "Another colour"))
        self.assertEqual((len(first["images"]), len(first["videos"])), (2, 1))
        self.assertIn("/_image/", first["images"][0]["url"])
        self.assertEqual([row["event"] for row in rest], ["REQUEST_APPROVED"])
        self.client.door("POST", f"/returns/{case_id}", {"photos": ["more"]})
        *_rest, last = self.client.data("GET", path)["records"]
        self.assertIn("more.png", last["images"][0]["url"])
