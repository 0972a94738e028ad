from odoo.tests import tagged

from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestBookingEntry(MoneyCase):
    """What a statement is in the books."""

    def test_a_settled_order_pays_its_invoice(self):
        order_id, order, invoice = self.sold()
        statement = self.make_statement(
            self.order_row(
                order_id, order.amount_total, fees={"referral_fee_amount": "-1.80"}
            )
        )
        self.book(statement)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(statement.transaction_ids.settle_state, "settled")

    def test_what_tiktok_pays_is_on_the_intermediary_account(self):
        order_id, order, _invoice = self.sold()
        statement = self.make_statement(
            self.order_row(
                order_id, order.amount_total, fees={"referral_fee_amount": "-1.80"}
            )
        )
        self.book(statement)
        self.assertEqual(
            self.balance(self.shop.intermediary_account_id),
            round(order.amount_total - 1.80, 2),
        )

    def test_fees_are_lines_of_a_bill_by_group(self):
        order_id, order, _invoice = self.sold()
        statement = self.make_statement(
            self.order_row(
                order_id,
                order.amount_total,
                fees={"referral_fee_amount": "-1.80", "gmv_max_ad_fee_amount": "-2"},
                shipping={"actual_shipping_fee_amount": "-3.10"},
            )
        )
        self.book(statement)
        bill = statement.bill_id
        self.assertEqual(bill.move_type, "in_invoice")
        self.assertEqual(bill.ref, statement.remote_id)
        self.assertEqual(bill.partner_id, self.shop.fee_partner_id)
        found = {line.account_id: line.balance for line in bill.invoice_line_ids}
        self.assertEqual(
            found,
            {
                self.fee_account("commission"): 1.80,
                self.fee_account("ads"): 2.0,
                self.fee_account("shipping"): 3.10,
            },
        )
        self.assertEqual(bill.payment_state, "paid")

    def test_fees_in_favour_of_the_shop_are_a_vendor_refund(self):
        order_id, order, _invoice = self.sold()
        statement = self.make_statement(
            self.order_row(
                order_id, order.amount_total, fees={"referral_fee_amount": "1.25"}
            )
        )
        self.book(statement)
        self.assertEqual(statement.bill_id.move_type, "in_refund")
        self.assertFalse(statement.bill_id.amount_residual)
        self.assertEqual(self.balance(self.fee_account("commission")), -1.25)

    def test_a_statement_without_fees_has_no_bill(self):
        order_id, order, _invoice = self.sold()
        statement = self.make_statement(self.order_row(order_id, order.amount_total))
        self.book(statement)
        self.assertFalse(statement.bill_id)
