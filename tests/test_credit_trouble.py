from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError

from .test_credit_note import CreditCase


class CreditTroubleCase(CreditCase):
    """Helpers for what people and TikTok do around a credit note."""

    def credited(self, order_id):
        """Return what the credit notes of an order come to, drafts included."""
        notes = self.mirror(order_id).move_ids.filtered(
            lambda move: move.move_type == "out_refund" and move.state != "cancel"
        )
        return sum(notes.mapped("amount_total"))

    def again(self, invoice):
        """Post an invoice once more, as Odoo's Reverse and Create Invoice does."""
        business = invoice.with_context(include_business_fields=True)
        copy = business.copy({"invoice_date": invoice.invoice_date})
        copy.action_post()
        return copy

    def cancel_unit(self, order_id, order, index=0):
        """Let one unit be cancelled on TikTok; return the case as Odoo has it."""
        unit = self.goods(order).tts_line_ids[index]
        case_id = self.cancel(order_id, lines=[unit])
        for _run in range(2):  # the order is read again in between
            self.aftersales()
        return self.cancellation(case_id)


class TestCancelledUnits(CreditTroubleCase):
    """A cancelled unit is credited when an invoice holds it, and not otherwise."""

    def test_unit_cancelled_before_the_invoice_is_not_credited(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        case = self.cancel_unit(order_id, order)
        self.assertEqual(self.goods(order).product_uom_qty, 2)
        self.invoice(order)
        case._follow_again()
        self.aftersales()
        self.assertFalse(case.amount_credit)
        self.assertFalse(self.note(case))

    def test_unit_cancelled_before_its_draft_invoice_was_posted_is_credited(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        draft = order._create_invoices(final=True)
        case = self.cancel_unit(order_id, order)
        self.assertFalse(case.amount_credit)
        draft.action_post()
        self.aftersales()
        self.assertEqual(self.note(case).amount_total, 10.0)

    def test_only_the_unit_cancelled_after_the_invoice_is_credited(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        before = self.cancel_unit(order_id, order)
        self.invoice(order)
        after = self.cancel_unit(order_id, order, 1)
        (before | after)._follow_again()
        self.aftersales()
        self.assertEqual(after.amount_credit, 10.0)
        self.assertFalse(before.amount_credit)

    def test_units_cancelled_one_after_the_other_are_each_credited_once(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        self.invoice(order)
        cases = self.cancel_unit(order_id, order)
        self.note(cases).action_post()
        cases |= self.cancel_unit(order_id, order, 1)
        cases._follow_again()
        self.aftersales()
        self.assertEqual(cases.mapped("amount_credit"), [10.0, 10.0])
        self.assertEqual(self.credited(order_id), 20.0)

    def test_cancelled_order_is_credited_as_far_as_it_was_invoiced(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        draft = order._create_invoices(final=True)
        goods = draft.invoice_line_ids.filtered(
            lambda line: line.sale_line_ids == self.goods(order)
        )
        goods.quantity = 2
        (draft.invoice_line_ids - goods).unlink()
        draft.action_post()
        case_id = self.cancel(order_id)
        self.aftersales()
        note = self.note(self.cancellation(case_id))
        self.assertEqual(note.amount_total, 20.0)
        note.action_post()
        self.assertEqual(order.state, "cancel")

    def test_invoice_that_was_replaced_by_hand_makes_nothing_to_credit(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        case = self.cancel_unit(order_id, order)
        invoice = self.invoice(order)
        self.credit(invoice)
        self.again(invoice)
        case._follow_again()
        self.assertFalse(case.amount_credit)


class TestCreditByHand(CreditTroubleCase):
    """What people did with invoices and credit notes is respected."""

    def test_order_credited_in_full_by_hand_is_not_credited_beyond_it(self):
        order_id, _order, invoice = self.invoiced(self.unit())
        by_hand = self.credit(invoice)
        case = self.refunded(order_id)
        self.assertGreater(by_hand.amount_total, case.amount_credit)
        self.assertEqual(self.note(case), by_hand)
        self.assertEqual(self.credited(order_id), invoice.amount_total)
        self.assertTrue(self.issues(f"case-credit:{case.remote_id}"))

    def test_more_than_was_invoiced_is_not_credited(self):
        order_id, _order, invoice = self.invoiced(self.unit())
        by_hand = self.credit(invoice)
        case = self.refunded(order_id)
        # Another case has what was credited by hand: nothing is left for this one.
        by_hand.tts_return_id = case.copy({"remote_id": "1"})
        case.credit_proposed_on = False
        self.aftersales()
        self.assertFalse(self.note(case))
        self.assertIn(
            "not credited yet", self.issues(f"case-credit:{case.remote_id}").reason
        )
        with self.assertRaisesRegex(UserError, "not credited yet"):
            case.action_create_credit()

    def test_invoice_that_was_corrected_by_hand_is_no_credit_note_of_a_case(self):
        order_id, order, wrong = self.invoiced(self.unit())
        correction = self.credit(wrong)
        right = self.again(wrong)
        case = self.refunded(order_id, shipping=True)
        self.assertEqual(case.amount_credit, wrong.amount_total)
        self.assertNotEqual(self.note(case), correction)
        self.assertEqual(self.note(case).reversed_entry_id, right)
        self.assertEqual(self.credited(order_id), 2 * order.amount_total)

    def test_draft_that_somebody_cancelled_does_not_come_back(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        case = self.refunded(order_id)
        self.note(case).button_cancel()
        self.aftersales()
        self.assertEqual(self.note(case).mapped("state"), ["cancel"])
        self.assertEqual(case.credit_state, "waiting")

    def test_draft_that_somebody_deleted_comes_back_by_the_button_only(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        case = self.refunded(order_id)
        self.note(case).unlink()
        self.aftersales()
        self.assertFalse(self.note(case))
        case.action_create_credit()
        self.assertEqual(self.note(case).amount_total, case.amount_credit)

    def test_duplicate_of_an_order_knows_nothing_of_its_refunds(self):
        order_id, order, _invoice = self.invoiced(self.unit())
        self.refunded(order_id)
        lines = order.copy().order_line
        self.assertFalse(any(lines.mapped("tts_line_ids")))
        self.assertFalse(any(lines.mapped("tts_refund_amount")))


class TestDownPayment(CreditTroubleCase):
    """A down payment is no invoice of the units."""

    def test_refund_waits_for_the_invoice_of_its_units(self):
        order_id, order = self.delivered(self.unit(quantity=3))
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "advance_payment_method": "fixed",
                "fixed_amount": 10,
                "sale_order_ids": order.ids,
            }
        )
        wizard._create_invoices(order).action_post()
        case = self.refunded(order_id)
        self.assertFalse(self.note(case))
        self.invoice(order)
        case.credit_next_try = False
        self.aftersales()
        self.assertEqual(self.note(case).amount_total, 30.0)


class TestCreditTaxes(CreditTroubleCase):
    """Taxes on top of the price change no credited amount, however they round."""

    def taxed(self, percent, *units, method="round_per_line", lines=(), **body):
        """Return a case of an order whose prices bear a tax on top, and its note."""
        self.company.tax_calculation_rounding_method = method
        tax = self.env["account.tax"].create(
            {
                "name": f"Sales {percent} {method}",
                "amount": percent,
                "type_tax_use": "sale",
                "price_include_override": "tax_excluded",
                "company_id": self.company.id,
            }
        )
        self.shop.write({"tax_policy": "included", "tax_ids": tax.ids})
        order_id, _order, _invoice = self.invoiced(*units)
        ids = [row["id"] for row in self.raw(order_id)["line_items"]]
        if lines:
            body["lines"] = [ids[index] for index in lines]
        case = self.refunded(order_id, **body)
        self.assertTrue(self.note(case).amount_tax)
        return case

    def test_whole_order_is_credited_to_the_cent(self):
        for method in ("round_per_line", "round_globally"):
            case = self.taxed(
                19.0,
                self.unit(quantity=30, original_price="0.05"),
                self.unit(1, quantity=7, original_price="3.37"),
                self.unit(2, quantity=11, original_price="0.99"),
                method=method,
                shipping=True,
            )
            self.assertEqual(self.note(case).amount_total, case.amount_credit)

    def test_some_units_are_credited_to_the_cent(self):
        case = self.taxed(
            7.775,
            self.unit(quantity=3, original_price="9.99", seller_discount="0.37"),
            self.unit(1, quantity=7, original_price="3.37"),
            self.unit(2, quantity=11, original_price="0.99"),
            lines=[0, 3, 4, 5, 10, 11, 12],
        )
        self.assertEqual(self.note(case).amount_total, case.amount_credit)


class TestCreditRetry(CreditTroubleCase):
    """Retry proposes the credit note that could not be proposed."""

    def failed(self):
        """Return an order without invoice, its case, and the issue about that."""
        order_id, order = self.delivered(self.unit())
        case = self.refunded(order_id)
        case._propose_credit_safely()
        return order, case, self.issues(f"case-credit:{case.remote_id}")

    def test_retry_proposes_the_credit_note_and_closes_the_issue(self):
        order, case, issue = self.failed()
        self.invoice(order)
        issue.with_user(self.accountant).action_retry()
        self.assertEqual(self.note(case).state, "draft")
        self.assertEqual(issue.state, "closed")

    def test_retry_tells_why_it_still_fails(self):
        _order, _case, issue = self.failed()
        with self.assertRaisesRegex(UserError, "no posted invoice"):
            issue.with_user(self.accountant).action_retry()

    def test_clerk_who_retries_makes_no_credit_note(self):
        order, case, issue = self.failed()
        self.invoice(order)
        with self.assertRaises(AccessError):
            issue.with_user(self.salesman).action_retry()
        self.assertFalse(self.note(case))


class TestStrangeCases(CreditTroubleCase):
    """What TikTok should never say ends with a person, not in the books."""

    def test_refund_below_zero_is_not_credited(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        case_id = self.make_return(order_id, "REFUND", role="SELLER")
        below = {"currency": "USD", "refund_total": "-5", "refund_subtotal": "-5"}
        told = self.told_case(case_id)["raw"]["return_line_items"]
        lines = [{**row, "refund_amount": below} for row in told]
        values = {"refund_amount": below, "return_line_items": lines}
        self.control("POST", f"/returns/{case_id}", {"set": values})
        self.aftersales()
        case = self.case_return(case_id)
        self.assertIn("below zero", case.doubt)
        self.assertEqual(case.credit_state, "none")

    def test_case_that_is_withdrawn_after_its_credit_note_is_an_issue(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        case = self.refunded(order_id)
        self.note(case).action_post()
        closed = {"return_status": "RETURN_OR_REFUND_REQUEST_CANCEL"}
        self.control("POST", f"/returns/{case.remote_id}", {"set": closed})
        self.aftersales()
        self.assertFalse(case.amount_credit)
        self.assertTrue(self.issues(f"case-credit:{case.remote_id}"))

    def test_refunds_of_two_statements_belong_to_a_case_each(self):
        order_id, order, invoice = self.invoiced(self.unit(quantity=2))
        self.settle(order_id, days_ago=4)
        self.read_settlements()
        cases = self.env["tts.return"]
        for unit, days_ago in zip(self.goods(order).tts_line_ids, (2, 0), strict=True):
            cases |= self.refunded(order_id, lines=[unit])
            self.settle(days_ago=days_ago)
            self.read_settlements()
        self.assertEqual(cases.mapped("refund_state"), ["settled", "settled"])
        self.assertEqual(len(cases.transaction_id), 2)
        notes = cases.credit_note_ids
        notes.action_post()
        for statement in self.statement().sorted("statement_time"):
            self.book(statement)
        self.assertEqual(set((notes | invoice).mapped("amount_residual")), {0.0})

    def test_refund_that_settled_before_cases_were_read_is_judged_then(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        self.change(order_id, refund={"amount": "3.00"})
        self.settle(order_id)
        self.aftersales()
        self.shop.last_aftersale_sync = fields.Datetime.now() - timedelta(days=30)
        self.read_settlements()
        self.assertFalse(self.issues(f"refund:{order_id}"))
        self.aftersales()
        self.assertTrue(self.issues(f"refund:{order_id}"))
