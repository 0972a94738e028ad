from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .answer_case import AnswerOdooCase


@tagged("post_install", "-at_install")
class TestAnswer(AnswerOdooCase):
    """What a person decides about a case, TikTok is told once."""

    # === CANCELLATIONS === #

    def test_accepted_request_cancels_the_order(self):
        case = self.asked()
        self.decide(self.wizard(case, "action_accept"))
        self.send()
        self.assertEqual(self.told_of(case)["answers"], {"APPROVE_REQUEST_CANCEL": 1})
        self.assertEqual(case.answer_ids.state, "done")
        self.assertIn(case.stage, ("granted", "complete"))
        self.assertFalse(case.need)
        self.assertEqual(case.sale_order_id.state, "cancel")

    def test_declined_request_lets_the_delivery_go(self):
        case = self.asked()
        picking = case.sale_order_id.picking_ids
        self.decide(self.wizard(case, "action_decline"), comment="It is packed.")
        self.send()
        self.assertEqual(self.told_of(case)["answers"], {"REJECT_REQUEST_CANCEL": 1})
        self.assertEqual(case.stage, "closed")
        self.assertFalse(case.order_id.cancel_requested)
        self.assertFalse(picking.tts_blocking_text)
        self.assertNotEqual(picking.state, "cancel")

    def test_older_generation_of_calls_takes_answers_too(self):
        self.control("POST", "/aftersales", {"generation": "202309"})
        self.addCleanup(self.control, "POST", "/aftersales", {"generation": ""})
        case, other = self.asked(), self.returned()
        self.decide(self.wizard(case, "action_decline"))
        self.decide(self.wizard(other), "REJECT_RETURN")
        self.send()
        self.assertEqual(self.told_of(case)["answers"], {"REJECT_REQUEST_CANCEL": 1})
        self.assertEqual(self.told_of(other)["answers"], {"REJECT_RETURN": 1})

    def test_many_requests_are_declined_with_one_reason(self):
        cases = self.asked() | self.asked() | self.asked()
        wizard = self.wizard(cases, "action_decline")
        self.assertEqual(wizard.case_count, 3)
        self.decide(wizard)
        self.send()
        self.assertEqual(cases.mapped("stage"), ["closed"] * 3)
        self.assertEqual(len(set(cases.answer_ids.mapped("reason"))), 1)

    def test_requests_of_two_markets_are_not_declined_with_one_reason(self):
        cases = self.asked() | self.asked()
        cases[1].shop_id = self.shop.copy({"remote_id": "7", "region": "GB"})
        with self.assertRaisesRegex(UserError, "one market at a time"):
            cases.action_decline()
        wizard = self.wizard(cases, "action_accept")
        with self.assertRaisesRegex(UserError, "one market at a time"):
            self.decide(wizard, "REJECT_REQUEST_CANCEL")
        self.assertFalse(cases.answer_ids)

    def test_accepting_part_of_an_order_lowers_it(self):
        order_id, order = self.import_units(self.unit(quantity=2), self.unit(1))
        line = self.raw(order_id)["line_items"][0]["id"]
        case_id = self.ask_to_cancel(order_id, lines=[line])
        self.aftersales()
        case = self.cancellation(case_id)
        self.decide(self.wizard(case, "action_accept"))
        self.send()
        self.assertEqual(order.state, "sale")
        self.assertEqual(sum(self.goods(order).mapped("product_uom_qty")), 2)

    def test_cancelling_in_odoo_tells_tiktok_nothing(self):
        case = self.asked()
        order = case.sale_order_id
        order._action_cancel()
        self.send()
        self.aftersales()
        self.assertEqual(order.state, "cancel")
        self.assertFalse(self.told_of(case)["calls"])
        self.assertFalse(case.answer_ids)
        self.assertEqual(case.need, "cancellation", "and it still waits for an answer")

    # === RETURNS === #

    def test_refund_is_granted(self):
        case = self.returned("REFUND")
        self.decide(self.wizard(case), "APPROVE_REFUND")
        self.send()
        self.assertEqual(self.told_of(case)["answers"], {"APPROVE_REFUND": 1})
        self.assertIn(case.stage, ("granted", "complete"))

    def test_granted_return_waits_for_the_goods(self):
        case = self.returned()
        self.decide(self.wizard(case), "APPROVE_RETURN")
        self.send()
        self.assertEqual(case.stage, "awaiting_goods")

    def test_buyer_keeps_the_goods_when_the_seller_says_so(self):
        case = self.returned()
        self.decide(self.wizard(case), "APPROVE_RETURN+KEEP")
        self.send()
        self.assertTrue(self.told_of(case)["kept"])
        self.assertIn(case.stage, ("granted", "complete"))

    def test_goods_that_the_buyer_keeps_are_not_expected(self):
        for key in ("APPROVE_RETURN+KEEP", "DIRECT_REFUND"):
            with self.subTest(answer=key):
                case = self.returned(set={"return_method": "DROP_OFF"})
                self.decide(self.wizard(case), key)
                self.send()
                self.assertFalse(case.goods_expected)
                self.assertFalse(case.picking_ids)

    def test_declined_return_names_its_reason(self):
        case = self.returned()
        self.decide(self.wizard(case), "REJECT_RETURN", comment="It was used.")
        self.send()
        self.assertEqual(case.stage, "declined")
        self.assertTrue(case.answer_ids.reason)

    def test_offer_is_made_with_its_amount(self):
        case = self.returned("REFUND")
        wizard = self.wizard(case)
        self.decide(wizard, "OFFER_PARTIAL_REFUND", amount=7.5)
        self.send()
        self.assertEqual(case.stage, "offered")
        self.assertEqual(case.amount_offer, 7.5)

    def test_offer_keeps_to_its_bounds(self):
        case = self.returned("REFUND")
        for amount in (0, case.amount_refund + 1):
            with self.assertRaisesRegex(UserError, "Offer between"):
                self.decide(self.wizard(case), "OFFER_PARTIAL_REFUND", amount=amount)
        self.assertFalse(case.answer_ids)

    def test_replacement_is_refunded_instead(self):
        case = self.returned("REPLACEMENT")
        self.decide(self.wizard(case), "ISSUE_REPLACEMENT_REFUND")
        self.send()
        self.assertIn(case.stage, ("granted", "complete"))

    def test_parcel_that_came_back_is_accepted(self):
        case = self.parcel_back()
        self.assertEqual(case.need, "parcel")
        self.decide(self.wizard(case), "APPROVE_RECEIVED_PACKAGE")
        self.send()
        self.assertIn(case.stage, ("granted", "complete"))

    def test_parcel_that_came_back_is_declined(self):
        case = self.parcel_back()
        self.decide(self.wizard(case), "REJECT_RECEIVED_PACKAGE")
        self.send()
        self.assertEqual(case.stage, "parcel_declined")

    def test_part_is_offered_after_the_parcel_came_back(self):
        case = self.parcel_back()
        key = "OFFER_PARTIAL_REFUND_AFTER_RECEIVING_PKG"
        self.decide(self.wizard(case), key, amount=5)
        self.send()
        self.assertEqual(self.told_of(case)["answers"][key], 1)
        self.assertEqual(case.stage, "offered")

    def parcel_back(self, **body):
        case = self.returned(**body)
        self.decide(self.wizard(case), "APPROVE_RETURN")
        self.send()
        self.step(case.remote_id, "ship_back")
        self.step(case.remote_id, "arrive")
        self.aftersales()
        return case

    # === WHAT CAN BE DECIDED === #

    def test_exchange_is_answered_in_seller_center(self):
        case = self.returned("EXCHANGE", force=True)
        with self.assertRaisesRegex(UserError, "exchange.*Seller Center"):
            case.action_answer()

    def test_case_that_tiktok_decides_is_left_to_it(self):
        case = self.returned()
        self.step(case.remote_id, "arbitrate")
        self.aftersales()
        with self.assertRaisesRegex(UserError, "TikTok Shop decides"):
            case.action_answer()

    def test_case_that_is_over_waits_for_no_answer(self):
        case = self.asked()
        self.decide(self.wizard(case, "action_accept"))
        self.send()
        with self.assertRaisesRegex(UserError, "waits for no answer"):
            case.action_accept()

    def test_decision_that_tiktok_does_not_allow_is_left_out_with_its_reason(self):
        case = self.returned()
        self.decide(self.wizard(case), "APPROVE_RETURN")
        self.send()
        self.step(case.remote_id, "ship_back")
        self.aftersales()
        wizard = self.wizard(case)
        keys = wizard.choice_ids.filtered(lambda row: row.kind == "decision").mapped(
            "decision_key"
        )
        self.assertEqual(keys, ["APPROVE_RECEIVED_PACKAGE"])
        self.assertIn("Decline Parcel is not possible now", wizard.note)

    def test_reasons_are_those_of_this_moment(self):
        case = self.asked()
        before = self.reasons(self.wizard(case, "action_decline")).mapped("remote_name")
        self.control("POST", "/aftersales", {"rename_reasons": True})
        after = self.reasons(self.wizard(case, "action_decline")).mapped("remote_name")
        self.assertTrue(after)
        self.assertNotEqual(before, after)

    def test_declining_takes_a_reason(self):
        wizard = self.wizard(self.asked(), "action_decline")
        with self.assertRaisesRegex(UserError, "Choose the reason"):
            self.decide(wizard, reason=False)

    def test_wizard_opens_when_tiktok_cannot_be_asked(self):
        case = self.asked()
        with self.fault("timeout", path="/return_refund/", times=99):
            wizard = self.wizard(case, "action_accept")
            self.assertIn("could not be asked", wizard.note)
        self.decide(wizard)
        self.send()
        self.assertEqual(case.sale_order_id.state, "cancel")

    def test_each_decision_says_what_follows(self):
        wizard = self.wizard(self.returned())
        decisions = wizard.choice_ids.filtered(lambda row: row.kind == "decision")
        self.assertTrue(all(decisions.mapped("help_text")))
        self.assertGreaterEqual(len(decisions), 4)

    # === WHO === #

    def test_clerk_and_salesman_answer(self):
        for user in (self.low_user, self.salesman):
            with self.subTest(user=user.login):
                case = self.asked()
                mine = case.with_user(user)
                self.decide(self.wizard(mine, "action_accept"))
                self.send()
                self.assertEqual(case.answer_ids.user_id, user)
                self.assertIn(case.stage, ("granted", "complete"))

    def test_stranger_and_other_company_answer_nothing(self):
        case = self.asked()
        other = self.env["res.company"].create({"name": "Other company"})
        foreign = new_test_user(
            self.env,
            "tts_foreign",
            groups="sale_tiktok_shop.group_tts_manager",
            company_id=other.id,
        )
        stranger = new_test_user(self.env, "tts_stranger", groups="base.group_user")
        for user in (foreign, stranger):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                case.with_user(user).action_accept()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                case.with_user(user)._answer("APPROVE_REQUEST_CANCEL")
        self.assertFalse(case.answer_ids)

    def test_archived_shop_tells_tiktok_nothing(self):
        case = self.asked()
        self.account.active = False
        with self.assertRaisesRegex(UserError, "archived"):
            case.action_accept()

    # === ONCE === #

    def test_double_click_asks_once(self):
        case = self.asked()
        first, second = self.wizard(case, "action_accept"), self.wizard(case)
        self.decide(first)
        with self.assertRaisesRegex(UserError, "being answered already"):
            self.decide(second, "REJECT_REQUEST_CANCEL")
        with self.assertRaisesRegex(UserError, "being answered already"):
            case.action_decline()
        self.assertEqual(len(case.answer_ids), 1)

    def test_two_transactions_cannot_both_store_an_answer(self):
        case = self.asked()
        case._answer("APPROVE_REQUEST_CANCEL")
        with (
            patch.object(type(case), "_check_answer", lambda case, decision: None),
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
        ):
            case._answer("APPROVE_REQUEST_CANCEL")

    def test_answer_that_tiktok_does_not_show_yet_is_not_given_again(self):
        case = self.asked()
        case._answer("REJECT_REQUEST_CANCEL")
        case.answer_ids.write({"state": "done", "done_at": case.create_date})
        with self.assertRaisesRegex(UserError, "just now"):
            case._answer("APPROVE_REQUEST_CANCEL")

    def test_answer_that_waits_can_be_taken_back(self):
        case = self.asked()
        answer = case._answer("APPROVE_REQUEST_CANCEL")
        answer.with_user(self.low_user).action_cancel()
        self.send()
        self.assertFalse(self.told_of(case)["calls"])
        self.assertEqual(answer.state, "cancelled")
        case.action_accept()

    def test_answer_that_was_sent_cannot_be_taken_back(self):
        case = self.asked()
        answer = case._answer("APPROVE_REQUEST_CANCEL")
        self.send()
        with self.assertRaisesRegex(UserError, "cannot be taken back"):
            answer.action_cancel()

    def test_case_says_who_answered_what(self):
        case = self.asked()
        self.decide(self.wizard(case.with_user(self.low_user), "action_accept"))
        self.send()
        bodies = "".join(case.message_ids.mapped("body"))
        self.assertIn(self.low_user.name, bodies)
        self.assertIn("Accept Cancellation", bodies)
