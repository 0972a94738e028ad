from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError

from .aftersale_case import AftersaleOdooCase
from .money_case import MoneyCase

REFUNDED = "RETURN_OR_REFUND_REQUEST_SUCCESS"


class CreditCase(AftersaleOdooCase, MoneyCase):
    """A shop whose orders are invoiced and sent back."""

    def invoiced(self, *units):
        """Return an order that was delivered and invoiced: its id, sale, invoice."""
        order_id, order = self.delivered(*units)
        return order_id, order, self.invoice(order)

    def refunded(self, order_id, **body):
        """Let the whole case of an order be granted; return its record."""
        case_id = self.make_return(order_id, "REFUND", role="SELLER", **body)
        self.aftersales()
        return self.case_return(case_id)

    def note(self, case):
        return case.credit_note_ids


class TestCreditNote(CreditCase):
    """What goes back is credited by a draft, to the cent, once."""

    def test_refunded_return_gets_a_draft_of_exactly_what_goes_back(self):
        order_id, order, invoice = self.invoiced(self.unit(quantity=2), self.unit(1))
        case = self.refunded(order_id)
        note = self.note(case)
        self.assertEqual(note.state, "draft")
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(note.amount_total, case.amount_credit)
        self.assertEqual(
            note.amount_total, sum(self.goods(order).mapped("price_total"))
        )
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertEqual(note.tts_order_id, self.mirror(order_id))

    def test_platform_discount_is_credited_and_seller_discount_is_not(self):
        order_id, _order, _invoice = self.invoiced(
            self.unit(seller_discount="2.00", platform_discount="1.50")
        )
        case = self.refunded(order_id)
        self.assertEqual(case.amount_goods, 6.5, "what the buyer had paid")
        self.assertEqual(
            self.note(case).amount_total, 8.0, "what the seller gives back"
        )

    def test_some_units_are_credited_and_the_others_are_not(self):
        order_id, order, _invoice = self.invoiced(self.unit(quantity=3))
        line = self.goods(order)
        case = self.refunded(order_id, lines=line.tts_line_ids[:1])
        note_line = self.note(case).invoice_line_ids
        self.assertEqual(note_line.quantity, 1)
        self.assertEqual(self.note(case).amount_total, 10.0)
        self.assertEqual(note_line.sale_line_ids, line)

    def test_shipping_is_credited_where_it_goes_back(self):
        order_id, order, _invoice = self.invoiced(self.unit())
        case = self.refunded(order_id, shipping=True)
        self.assertGreater(case.amount_credit_shipping, 0)
        self.assertEqual(self.note(case).amount_total, order.amount_total)

    def test_accepted_offer_is_credited_in_its_amount(self):
        order_id, _order, _invoice = self.invoiced(self.unit(quantity=3))
        case_id = self.make_return(order_id, "REFUND")
        self.step(case_id, "decide", decision="OFFER_PARTIAL_REFUND", amount="10.01")
        self.step(case_id, "accept_offer")
        self.aftersales()
        note = self.note(self.case_return(case_id))
        self.assertEqual(note.amount_total, 10.01)

    def test_request_that_is_open_has_nothing_to_credit(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        case_id = self.make_return(order_id, "REFUND")
        self.aftersales()
        self.assertEqual(self.case_return(case_id).credit_state, "none")

    def test_case_is_credited_once_however_often_it_changes(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        case = self.refunded(order_id)
        self.step(case.remote_id, "complete")
        self.aftersales()
        case.action_create_credit()
        self.assertEqual(len(self.note(case)), 1)

    def test_database_refuses_a_second_credit_note_of_a_case(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        case = self.refunded(order_id)
        with (
            patch.object(type(case), "_find_credit_by_hand", lambda *_args: None),
            self.assertRaisesRegex(Exception, "tts_return_uniq"),
            self.env.cr.savepoint(),
        ):
            case._propose_credit()
            self.env.flush_all()

    def test_credit_note_made_by_hand_is_taken_as_it_is(self):
        order_id, _order, invoice = self.invoiced(self.unit())
        by_hand = self.credit(invoice)
        amount = by_hand.amount_total
        case_id = self.make_return(order_id, "REFUND", role="SELLER", shipping=True)
        self.aftersales()
        case = self.case_return(case_id)
        self.assertEqual(case.amount_credit, amount)
        self.assertEqual(self.note(case), by_hand)

    def test_refund_before_the_invoice_is_credited_once_it_is_posted(self):
        order_id, order = self.delivered(self.unit())
        case = self.refunded(order_id)
        self.assertEqual(case.credit_state, "waiting")
        self.invoice(order)
        self.aftersales()
        self.assertEqual(self.note(case).state, "draft")

    def test_shop_that_credits_by_hand_gets_no_draft_but_a_button(self):
        self.shop.credit_policy = "manual"
        order_id, _order, _invoice = self.invoiced(self.unit())
        case = self.refunded(order_id)
        self.assertFalse(self.note(case))
        case.with_user(self.accountant).action_create_credit()
        self.assertEqual(self.note(case).state, "draft")

    def test_clerk_cannot_make_credit_notes(self):
        self.shop.credit_policy = "manual"
        order_id, _order, _invoice = self.invoiced(self.unit())
        case = self.refunded(order_id)
        with self.assertRaises(AccessError):
            case.with_user(self.salesman).action_create_credit()

    def test_case_without_posted_invoice_says_so(self):
        order_id, _order = self.delivered(self.unit())
        case = self.refunded(order_id)
        with self.assertRaisesRegex(UserError, "no posted invoice"):
            case.action_create_credit()

    def test_failing_credit_is_an_issue_and_stops_no_other(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        other_id, _other, _invoice = self.invoiced(self.unit())
        with self.spoiled(
            "tts.return",
            "_prepare_credit_note",
            lambda case, _invoices: case.order_remote_id == order_id,
        ):
            case = self.refunded(order_id)
            other = self.refunded(other_id)
        self.assertTrue(self.issues(f"case-credit:{case.remote_id}"))
        self.assertTrue(self.note(other))
        case.credit_next_try = fields.Datetime.now()
        self.aftersales()
        self.assertTrue(self.note(case))
        self.assertFalse(self.issues(f"case-credit:{case.remote_id}"))

    def test_draft_that_somebody_changes_is_an_issue_when_posted(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        case = self.refunded(order_id)
        self.note(case).invoice_line_ids[0].price_unit = 4.0
        self.note(case).action_post()
        self.assertTrue(self.issues(f"case-credit:{case.remote_id}"))

    def test_return_of_what_never_left_is_not_credited_before_it_has(self):
        order_id, order = self.import_units(self.unit())
        self.invoice(order)
        self.change(order_id, status="DELIVERED", force=True)
        self.sync()
        case = self.refunded(order_id)
        self.assertTrue(case.doubt)
        self.assertFalse(self.note(case))
        order.picking_ids.move_ids.quantity = 1
        order.picking_ids.with_context(
            tts_override=order.picking_ids.ids
        ).button_validate()
        case.credit_next_try = False
        self.aftersales()
        self.assertFalse(case.doubt)
        self.assertTrue(self.note(case))

    def test_refund_in_another_currency_than_the_order_is_not_credited(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        case_id = self.make_return(order_id, "REFUND", role="SELLER")
        amount = {"currency": "EUR", "refund_total": "5", "refund_subtotal": "5"}
        self.control("POST", f"/returns/{case_id}", {"set": {"refund_amount": amount}})
        self.aftersales()
        case = self.case_return(case_id)
        self.assertFalse(case.amount_credit)
        self.assertIn("EUR", case.doubt)

    def test_refunded_units_are_not_to_be_invoiced_again(self):
        order_id, order, _invoice = self.invoiced(self.unit())
        case = self.refunded(order_id)
        self.note(case).action_post()
        self.assertFalse(any(order.order_line.mapped("qty_to_invoice")))
        self.assertNotEqual(order.invoice_status, "to invoice")

    def test_cancellation_of_an_invoiced_order_is_credited_then_cancels_it(self):
        order_id, order = self.import_units(self.unit())
        self.invoice(order)
        case_id = self.cancel(order_id)
        self.aftersales()
        case = self.cancellation(case_id)
        note = self.note(case)
        self.assertEqual(note.amount_total, order.amount_total)
        self.assertEqual(order.state, "sale")
        note.action_post()
        self.assertEqual(order.state, "cancel")

    def test_cancellation_that_was_never_invoiced_has_nothing_to_credit(self):
        order_id, _order = self.import_units(self.unit())
        case_id = self.cancel(order_id)
        self.aftersales()
        self.assertEqual(self.cancellation(case_id).credit_state, "none")

    def test_part_of_the_money_is_not_credited_again_when_the_goods_are_back(self):
        self.product().invoice_policy = "delivery"
        order_id, order, _invoice = self.invoiced(self.unit())
        case_id = self.make_return(order_id, "REFUND")
        self.step(case_id, "decide", decision="OFFER_PARTIAL_REFUND", amount="2.00")
        self.step(case_id, "accept_offer")
        self.aftersales()
        self.goods(order).qty_delivered = 0
        self.assertFalse(self.goods(order).qty_to_invoice)

    def test_line_of_the_sales_order_tells_what_was_taken_back(self):
        order_id, order = self.delivered(self.unit(quantity=2), self.unit(1))
        first, second = self.goods(order)
        self.refunded(order_id, lines=first.tts_line_ids)
        self.assertEqual(first.tts_refund_amount, first.price_total)
        self.assertEqual(second.tts_refund_amount, 0)


class TestRefundMatch(CreditCase):
    """What TikTok settles as a refund is held against the cases."""

    def settled_refund(self, **body):
        """Return a case of an invoiced order, settled together with its order."""
        order_id, _order, _invoice = self.invoiced(self.unit(), self.unit(1))
        case = self.refunded(order_id, **body)
        self.settle(order_id)
        self.read_settlements()
        return case

    def test_case_is_settled_by_the_refund_of_its_amount(self):
        case = self.settled_refund()
        self.assertEqual(case.refund_state, "settled")
        self.assertEqual(-case.transaction_id.amount_refund, case.amount_credit)

    def test_case_waits_until_its_refund_is_settled(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        case = self.refunded(order_id)
        self.assertEqual(case.refund_state, "waiting")

    def test_shipping_that_went_back_before_settling_is_no_difference(self):
        case = self.settled_refund(shipping=True)
        self.assertEqual(case.refund_state, "settled")
        self.assertFalse(self.issues(f"refund:{case.order_remote_id}"))

    def test_posted_credit_note_and_invoice_are_settled_by_the_statement(self):
        case = self.settled_refund(shipping=True)
        note = self.note(case)
        note.action_post()
        self.book(self.statement())
        moves = case.order_id.move_ids
        self.assertEqual(set(moves.mapped("amount_residual")), {0.0})

    def test_refund_without_a_return_is_an_issue(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        self.change(order_id, refund={"amount": "3.00"})
        self.settle(order_id)
        self.read_settlements()
        self.aftersales()
        self.mirror(order_id)._match_refunds()
        issue = self.issues(f"refund:{order_id}")
        self.assertIn("that no return explains", issue.reason)

    def test_refund_from_before_returns_are_known_asks_nobody(self):
        order_id, _order, _invoice = self.invoiced(self.unit())
        self.change(order_id, refund={"amount": "3.00"})
        self.settle(order_id, days_ago=29)
        self.read_settlements()
        self.aftersales()
        self.assertFalse(self.issues(f"refund:{order_id}"))

    def test_refund_of_another_amount_than_its_return_is_an_issue(self):
        order_id, _order, _invoice = self.invoiced(self.unit(), self.unit(1))
        case = self.refunded(order_id)
        case.amount_credit = 1.0
        self.settle(order_id)
        self.read_settlements()
        self.assertEqual(case.refund_state, "waiting")
        self.assertIn("open cases", self.issues(f"refund:{order_id}").reason)
