from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .settle_case import SettleCase


@tagged("post_install", "-at_install")
class TestSettleRead(SettleCase):
    """Statements and their transactions come into Odoo once, and follow TikTok."""

    def test_a_statement_that_adds_up_is_ready_to_be_booked(self):
        _order_id, statement_id = self.settled_order()
        self.read_settlements()
        statement = self.statement(statement_id)
        told = self.told(statement_id)
        self.assertEqual(statement.state, "ready")
        self.assertEqual(f"{statement.amount_payable:g}", told["payable"])
        self.assertEqual(f"{statement.amount_revenue:g}", told["revenue"])
        self.assertEqual(f"{statement.amount_fee:g}", told["fee_tax"])
        self.assertEqual(f"{statement.amount_shipping:g}", told["shipping"])
        self.assertFalse(self.issues())

    def test_a_sale_comes_to_the_total_of_its_order(self):
        order_id, _statement_id = self.settled_order()
        self.read_settlements()
        [transaction] = self.transactions(order_id)
        self.assertEqual(transaction.amount_sale, self.mirror(order_id).amount_order)
        self.assertEqual(transaction.order_id, self.mirror(order_id))
        self.assertEqual(transaction.settle_state, "unbooked")

    def test_sale_and_fees_make_what_is_paid(self):
        order_id, _statement_id = self.settled_order()
        self.read_settlements()
        [row] = self.transactions(order_id)
        self.assertTrue(row.amount_commission)
        self.assertAlmostEqual(row.amount_sale + row.amount_fees, row.amount_payable)

    def test_an_order_knows_what_it_was_settled_for(self):
        order_id, statement_id = self.settled_order()
        self.read_settlements()
        order = self.mirror(order_id)
        self.assertEqual(order.amount_settled, order.amount_order)
        self.assertEqual(order.settled_at, self.statement(statement_id).statement_time)

    def test_a_refund_after_the_settlement_is_a_transaction_of_its_own(self):
        order_id, _statement_id = self.settled_order()
        self.change(order_id, refund={})
        self.settle(order_id)
        self.read_settlements()
        sale, refund = self.transactions(order_id).sorted("statement_time")
        self.assertLess(refund.amount_refund, 0)
        self.assertFalse(refund.amount_sale)
        self.assertAlmostEqual(
            self.mirror(order_id).amount_settled,
            sale.amount_sale + refund.amount_refund,
        )

    def test_reading_twice_changes_nothing(self):
        order_id, statement_id = self.settled_order()
        self.read_settlements()
        before = self.statement(statement_id).read(), self.transactions().read()
        self.statement_cursor_back()
        self.read_settlements()
        after = self.statement(statement_id).read(), self.transactions().read()
        self.assertEqual(before, after)
        self.assertEqual(len(self.transactions(order_id)), 1)

    def statement_cursor_back(self):
        self.shop.statement_cursor = fields.Datetime.now() - timedelta(days=30)

    def test_a_statement_read_before_is_not_read_again_in_full(self):
        self.settled_order()
        self.read_settlements()
        before = self.calls("/statement_transactions")
        self.read_settlements()
        self.assertEqual(self.calls("/statement_transactions"), before)

    def test_adjustments_and_reserves_have_their_place(self):
        self.adjust("PLATFORM_PENALTY", "-3.10")
        reserve_id = self.finance(reserve={"amount": "4.00"})["reserve_id"]
        self.settle(days_ago=1)
        statement_id = self.statement_of_waiting()
        self.read_settlements()
        statement = self.statement(statement_id)
        self.assertEqual(statement.state, "ready")
        penalty = self.transactions().filtered(lambda row: row.kind == "adjustment")
        self.assertEqual(penalty.amount_adjustment, -3.10)
        self.assertEqual(penalty.adjustment_group, "penalty")
        self.assertEqual(penalty.settle_state, "none")
        reserve = self.transactions().filtered(lambda row: row.kind == "reserve")
        self.assertEqual(reserve.reserve_remote_id, reserve_id)
        self.assertEqual(reserve.amount_reserve, -4.0)
        self.assertEqual(statement.amount_reserve, -4.0)
        self.assertAlmostEqual(statement.amount_payable, -7.10)

    def statement_of_waiting(self):
        finance = self.control("GET", "/state?only=finance")["finance"]
        return finance[self.shop.remote_id]["statements"][-1]["id"]

    def test_a_statement_without_anything_is_nothing_to_book(self):
        statement_id = self.settle()
        self.read_settlements()
        self.assertEqual(self.statement(statement_id).state, "empty")

    def test_a_statement_is_about_the_day_that_ended_when_it_was_made(self):
        _order_id, statement_id = self.settled_order()
        self.shop.company_id.partner_id.tz = "UTC"
        self.read_settlements()
        statement = self.statement(statement_id)
        self.assertEqual(statement.statement_time.hour, 0)
        day = statement.statement_time.date() - timedelta(days=1)
        self.assertEqual(statement.date, day)

    def test_an_accounting_date_that_was_changed_stays(self):
        _order_id, statement_id = self.settled_order()
        self.read_settlements()
        statement = self.statement(statement_id)
        statement.date += timedelta(days=7)
        changed = statement.date
        self.statement_cursor_back()
        self.read_settlements()
        self.assertEqual(statement.date, changed)

    # === WINDOW === #

    def test_a_new_shop_reads_two_months(self):
        young = self.settle(days_ago=59)
        old = self.settle(days_ago=62)
        self.read_settlements()
        self.assertTrue(self.statement(young))
        self.assertFalse(self.statement(old))

    def test_a_sync_looks_three_days_back(self):
        self.read_settlements()
        late = self.settle(days_ago=2)
        later = self.settle(days_ago=5)
        self.read_settlements()
        self.assertTrue(self.statement(late))
        self.assertFalse(self.statement(later))

    def test_setting_the_cursor_back_reads_older_statements(self):
        self.read_settlements()
        statement_id = self.settle(days_ago=70)
        self.shop.statement_cursor = fields.Datetime.now() - timedelta(days=80)
        self.assertLessEqual(self.shop.next_settlement_sync, fields.Datetime.now())
        self.run_cron("ir_cron_settlements")
        self.assertTrue(self.statement(statement_id))

    def test_a_cursor_in_the_future_is_refused(self):
        with self.assertRaises(ValidationError):
            self.shop.statement_cursor = fields.Datetime.now() + timedelta(days=1)

    def test_the_payment_of_an_old_statement_is_followed(self):
        _order_id, statement_id = self.settled_order()
        self.control(
            "POST", f"/finance/{statement_id}", {"payment_status": "PROCESSING"}
        )
        self.read_settlements()
        self.assertEqual(self.statement(statement_id).payment_status, "PROCESSING")
        self.control("POST", f"/finance/{statement_id}", {"payment_status": "SETTLED"})
        self.read_settlements()
        self.assertEqual(self.statement(statement_id).payment_status, "SETTLED")

    # === CHANGES === #

    def grow(self, statement):
        """Let Odoo know less of a statement than TikTok tells now."""
        statement.digest = "another one"

    def test_a_statement_that_changed_is_read_anew(self):
        _order_id, statement_id = self.settled_order()
        self.read_settlements()
        statement = self.statement(statement_id)
        self.grow(statement)
        self.transactions().amount_sale = 1.0
        self.transactions().breakdown = {}
        self.statement_cursor_back()
        self.read_settlements()
        self.assertEqual(statement.state, "ready")
        self.assertGreater(self.transactions().amount_sale, 1.0)

    def test_a_transaction_that_vanished_is_forgotten(self):
        order_id, statement_id = self.settled_order()
        self.read_settlements()
        statement = self.statement(statement_id)
        extra = self.transactions().copy(
            {"remote_id": "1", "statement_id": statement.id}
        )
        self.grow(statement)
        self.statement_cursor_back()
        self.read_settlements()
        self.assertFalse(extra.exists())
        self.assertEqual(statement.state, "ready")
        order = self.mirror(order_id)
        self.assertEqual(order.amount_settled, order.amount_order)

    def test_a_booked_statement_that_changed_stays_as_it_was_booked(self):
        _order_id, statement_id = self.settled_order()
        self.read_settlements()
        statement = self.statement(statement_id)
        statement.state = "booked"
        amount = statement.amount_payable
        self.spoil(statement_id, "head")
        self.statement_cursor_back()
        self.read_settlements()
        self.assertEqual(statement.state, "booked")
        self.assertEqual(statement.amount_payable, amount)
        [issue] = self.issues(f"statement:{statement_id}")
        self.assertIn("changed after it was booked", issue.name)
        self.assertIn(f"{statement.amount_settlement:.2f}", issue.reason)

    def test_a_booked_statement_that_is_right_again_closes_its_issue(self):
        _order_id, statement_id = self.settled_order()
        self.read_settlements()
        self.statement(statement_id).state = "booked"
        for spoil in ("head", None):
            self.spoil(statement_id, spoil)
            self.statement_cursor_back()
            self.read_settlements()
        self.assertFalse(self.issues())

    def test_trying_again_closes_no_issue_of_a_booked_statement_that_changed(self):
        issue, _statement = self.changed_after_booking()
        with self.assertRaisesRegex(UserError, "click Reverse"):
            issue.action_retry()
        self.assertEqual(issue.state, "open")

    # === READ AGAIN === #

    def changed_after_booking(self):
        """Return the issue of a booked statement that TikTok changed, and that one."""
        _order_id, statement_id = self.settled_order()
        self.read_settlements()
        statement = self.statement(statement_id)
        statement.state = "booked"
        self.spoil(statement_id, "head")
        self.statement_cursor_back()
        self.read_settlements()
        return self.issues(f"statement:{statement_id}"), statement

    def test_reading_an_old_statement_again_reads_its_head_too(self):
        _order_id, statement_id = self.settled_order()
        self.read_settlements()
        statement = self.statement(statement_id)
        self.spoil(statement_id, "head")
        statement.action_read_again()
        self.run_cron("ir_cron_settlements")
        self.assertEqual(statement.state, "mismatch")

    def test_a_reversed_statement_that_changed_is_read_before_it_is_booked(self):
        _issue, statement = self.changed_after_booking()
        statement.action_reverse()
        self.assertEqual(statement.state, "new")
        self.run_cron("ir_cron_settlements")
        self.assertEqual(statement.state, "mismatch")

    def test_billing_people_read_a_statement_again(self):
        _order_id, statement_id = self.settled_order()
        self.read_settlements()
        statement = self.statement(statement_id)
        statement.with_user(self.biller).action_read_again()
        self.assertEqual(statement.state, "new")
        self.run_cron("ir_cron_settlements")
        self.assertEqual(statement.state, "ready")

    def test_a_booked_statement_is_not_read_again(self):
        _order_id, statement_id = self.settled_order()
        self.read_settlements()
        statement = self.statement(statement_id)
        statement.state = "booked"
        with self.assertRaisesRegex(UserError, statement_id):
            statement.action_read_again()

    # === MARKETS === #

    def test_what_was_read_is_what_lib_wants(self):
        self.settled_order()
        self.adjust("REBATE", "1.00")
        self.settle(days_ago=1)
        self.read_settlements()
        for statement in self.statement():
            _head, totals, rows = statement._to_lib()
            self.assertEqual(len(rows), totals.count)
            self.assertEqual(
                sum(row.settlement + row.reserve for row in rows), totals.payable
            )


@tagged("post_install", "-at_install")
class TestSettleMarkets(SettleCase):
    """One shop per kind of market, in a company with several currencies."""

    markets = ("GB",)

    def test_a_british_statement_adds_up(self):
        _order_id, statement_id = self.settled_order()
        self.read_settlements()
        statement = self.statement(statement_id)
        self.assertEqual(statement.state, "ready")
        self.assertEqual(statement.currency_id.name, "GBP")
        self.assertTrue(statement.currency_id.active)
