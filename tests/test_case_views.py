from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .answer_case import AnswerOdooCase


@tagged("post_install", "-at_install")
class TestCaseViews(AnswerOdooCase):
    """What buyers ask is shown, and answered, where people work."""

    def open_wizard(self, action):
        return self.env["tts.answer.wizard"].browse(action["res_id"])

    def test_order_and_delivery_show_the_request_and_answer_it(self):
        case = self.asked()
        order = case.sale_order_id
        picking = order.picking_ids
        for record in (order, picking, case.order_id):
            name = "" if record._name == "tts.order" else "tts_"
            with self.subTest(model=record._name):
                record = record.with_user(self.low_user)
                self.assertEqual(record[f"{name}cancel_deadline"], case.deadline)
                action = getattr(record, f"action_{name}accept")()
                wizard = self.open_wizard(action)
                self.assertEqual(wizard.cancellation_ids, case)
                self.assertFalse(wizard.decision_id.is_rejection)
                action = getattr(record, f"action_{name}decline")()
                self.assertTrue(self.open_wizard(action).decision_id.is_rejection)
        self.decide(wizard)
        self.env.invalidate_all()
        self.assertEqual(order.tts_request_state, "open")
        self.assertEqual(picking.tts_request_state, "open")
        self.send()
        self.assertFalse(order.tts_request_state)

    def test_request_that_only_the_order_tells_of_is_read_at_the_click(self):
        order_id, order = self.import_units()
        case_id = self.ask_to_cancel(order_id)
        self.shop.aftersale_sync = False
        self.sync()
        self.assertTrue(order.tts_cancel_requested)
        self.assertFalse(self.cancellation(case_id))
        wizard = self.open_wizard(order.action_tts_accept())
        self.assertEqual(wizard.cancellation_ids.remote_id, case_id)

    def test_order_that_nobody_asks_to_cancel_says_so(self):
        _order_id, order = self.import_units()
        with self.assertRaisesRegex(UserError, "No buyer asks to cancel"):
            order.action_tts_accept()

    def test_order_counts_and_opens_its_cases(self):
        case = self.returned()
        order = case.sale_order_id
        self.assertEqual(order.tts_return_count, 1)
        self.assertEqual(order.tts_cancellation_count, 0)
        action = order.action_view_tts_returns()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, case)

    def test_cancelled_order_says_who_and_why(self):
        order_id, order = self.import_units()
        self.cancel(order_id, role="SYSTEM")
        self.aftersales()
        self.assertEqual(order.tts_cancelled_by, "SYSTEM")
        self.assertTrue(order.tts_cancel_reason)

    def test_delivery_with_a_request_says_where_to_answer(self):
        case = self.asked()
        picking = case.sale_order_id.picking_ids
        self.assertIn("Accept or Decline", picking.tts_blocking_text)
        found = picking.search([("tts_order_id.cancel_requested", "=", True)])
        self.assertIn(picking, found)

    def test_issue_of_a_request_names_the_buttons(self):
        case = self.asked()
        issue = self.issues(f"cancel_request:{case.order_remote_id}")
        self.assertIn("Accept or Decline", issue.hint)
        self.decide(self.wizard(case, "action_decline"))
        self.send()
        self.assertFalse(self.issues(f"cancel_request:{case.order_remote_id}"))

    def test_forms_open_for_a_clerk_and_for_a_salesman(self):
        case, other = self.asked(), self.returned(note="Broken.", photos=1)
        answer = case._answer("APPROVE_REQUEST_CANCEL")
        for user in (self.low_user, self.salesman):
            for record in (case, other, answer, case.order_id):
                with self.subTest(user=user.login, model=record._name):
                    Form(record.with_user(user))

    def test_wizard_is_filled_in_as_a_person_does(self):
        case = self.asked()
        wizard = self.wizard(case.with_user(self.low_user))
        decline = wizard.choice_ids.filtered(
            lambda row: row.kind == "decision" and row.is_rejection
        )
        with Form(wizard) as form:
            form.decision_id = decline
            form.reason_id = wizard.choice_ids.filtered(
                lambda row: (
                    row.kind == "reason"
                    and row.decision_key in (False, decline.decision_key)
                )
            )[:1]
            form.comment = "It is on its way."
        wizard.action_answer()
        self.assertEqual(case.answer_ids.comment, "It is on its way.")
        self.assertEqual(case.answer_ids.decision, "REJECT_REQUEST_CANCEL")

    def test_list_leaves_out_what_cannot_be_answered(self):
        case = self.asked()
        order_id, _order = self.import_units()
        self.cancel(order_id)
        self.aftersales()
        cases = self.env["tts.cancellation"].search([("shop_id", "=", self.shop.id)])
        self.assertEqual(len(cases), 2)
        wizard = self.wizard(cases, "action_accept")
        self.assertEqual(wizard.cancellation_ids, case)
        self.assertIn("waits for no answer", wizard.note)
