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

    def test_fees_that_make_up_for_each_other_have_a_bill_of_zero(self):
        fees = {"referral_fee_amount": "-2.00", "affiliate_commission_amount": "2.00"}
        statement = self.book(
            self.make_statement(self.order_row(self.new_id(), "20.00", fees=fees))
        )
        self.assertEqual(statement.bill_id.amount_total, 0.0)
        self.assertEqual(len(statement.bill_id.invoice_line_ids), 2)
        self.assertEqual(self.balance(self.shop.intermediary_account_id), 20.0)

    def test_a_statement_without_fees_has_no_bill(self):
        order_id, order, _invoice = self.sold()
        statement = self.make_statement(self.order_row(order_id, order.amount_total))
        self.book(statement)
        self.assertFalse(statement.bill_id)

    def test_every_line_of_an_order_names_it_and_its_transaction(self):
        order_id, order, invoice = self.sold()
        statement = self.make_statement(self.order_row(order_id, order.amount_total))
        self.book(statement)
        line = statement.move_id.line_ids.filtered("tts_transaction_id")
        self.assertEqual(line.tts_transaction_id, statement.transaction_ids)
        self.assertEqual(line.partner_id, invoice.commercial_partner_id)
        self.assertEqual(
            line.account_id,
            invoice.line_ids.account_id.filtered(
                lambda account: account.account_type == "asset_receivable"
            ),
        )
        self.assertIn(order_id, line.name)

    def test_bill_and_entry_are_posted_on_the_accounting_date(self):
        order_id, order, _invoice = self.sold()
        statement = self.make_statement(
            self.order_row(order_id, order.amount_total, fees={"sfp_service_fee": "-1"})
        )
        statement.date = "2026-01-31"
        self.book(statement)
        for move in (statement.bill_id, statement.move_id):
            self.assertEqual(str(move.date), "2026-01-31")
            self.assertEqual(move.state, "posted")
            self.assertEqual(move.tts_statement_id, statement)

    def test_an_adjustment_is_on_the_account_of_its_kind(self):
        statement = self.make_statement(
            self.adjustment_row("4.50", "LOGISTICS_REIMBURSEMENT"),
            self.adjustment_row("-2.00", "PLATFORM_PENALTY"),
        )
        self.book(statement)
        found = {
            row.remote_type: row.move_line_ids.account_id
            for row in statement.transaction_ids
        }
        self.assertEqual(
            found,
            {
                row.remote_type: self.fee_account(row.adjustment_group)
                for row in statement.transaction_ids
            },
        )
        self.assertEqual(self.balance(self.shop.intermediary_account_id), 2.50)
        self.assertFalse(statement.bill_id)

    def test_a_collected_reserve_is_on_its_account_until_released(self):
        order_id, order, _invoice = self.sold()
        self.book(
            self.make_statement(
                self.order_row(order_id, order.amount_total), self.reserve_row("-12.00")
            )
        )
        self.assertEqual(self.balance(self.shop.reserve_account_id), 12.0)
        self.book(self.make_statement(self.reserve_row("12.00", "RELEASED")))
        self.assertEqual(self.balance(self.shop.reserve_account_id), 0.0)
        self.assertEqual(
            self.balance(self.shop.intermediary_account_id),
            round(order.amount_total, 2),
        )

    def test_a_negative_statement_lowers_what_tiktok_owes(self):
        self.book(self.make_statement(self.adjustment_row("-7.25", "PLATFORM_PENALTY")))
        self.assertEqual(self.balance(self.shop.intermediary_account_id), -7.25)

    def test_a_statement_that_comes_to_nothing_still_settles(self):
        order_id, order, invoice = self.sold()
        total = order.amount_total
        statement = self.make_statement(
            self.order_row(order_id, total), self.adjustment_row(f"-{total}")
        )
        self.book(statement)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(self.line(statement, self.shop.intermediary_account_id))

    def test_an_entry_balances(self):
        order_id, order, _invoice = self.sold()
        statement = self.make_statement(
            self.order_row(
                order_id,
                order.amount_total,
                refund="-3.33",
                fees={"referral_fee_amount": "-1.07", "some_new_fee_amount": "-0.19"},
            ),
            self.order_row("576000000000000001", "11.11"),
            self.adjustment_row("0.77"),
            self.reserve_row("-2.03"),
        )
        self.book(statement)
        self.assertEqual(round(sum(statement.move_id.line_ids.mapped("balance")), 2), 0)
        self.assertEqual(
            self.balance(self.shop.intermediary_account_id), statement.amount_payable
        )

    def test_an_unknown_fee_is_with_the_other_fees(self):
        order_id, order, _invoice = self.sold()
        self.book(
            self.make_statement(
                self.order_row(
                    order_id, order.amount_total, fees={"some_new_fee_amount": "-0.19"}
                )
            )
        )
        self.assertEqual(self.balance(self.fee_account("other")), 0.19)

    def test_booking_is_told_in_the_chatter(self):
        statement = self.book(self.make_statement(self.adjustment_row("1.00")))
        self.assertIn(statement.move_id.name, statement.message_ids[:1].body)
