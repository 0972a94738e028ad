from odoo.exceptions import UserError
from odoo.tests import tagged

from .answer_case import AnswerOdooCase

ACCEPT, DECLINE = "APPROVE_REQUEST_CANCEL", "REJECT_REQUEST_CANCEL"


@tagged("post_install", "-at_install")
class TestAnswerRefusal(AnswerOdooCase):
    """What TikTok refuses is settled by itself, or tells a person what to do."""

    def refused(self, code, **values):
        """Return the answer to a request that TikTok refused once with a code."""
        self.case = self.asked()
        self.refuse_answer(self.case, code, call="approve", **values)
        answer = self.case._answer(ACCEPT)
        self.send()
        return answer

    def assert_asks(self, code, hint):
        answer = self.refused(code)
        self.assertEqual(answer.state, "failed")
        self.assertEqual(answer.code, code)
        issue = self.answer_issue(self.case)
        self.assertEqual(issue.category, "aftersale")
        self.assertTrue(issue.reason)
        self.assertIn(hint, issue.hint)

    def test_case_that_has_moved_on_is_read_again(self):
        reads = self.calls("cancellations/search")
        self.assert_asks(25011012, "moved on")
        self.assertGreater(self.calls("cancellations/search"), reads + 2)

    def test_decision_that_does_not_fit_asks_for_another(self):
        self.assert_asks(25020003, "another decision")

    def test_unknown_reason_asks_for_one_of_todays(self):
        self.assert_asks(25001014, "fetched anew")

    def test_amount_too_large_asks_for_a_smaller_one(self):
        self.assert_asks(25005005, "smaller amount")

    def test_single_units_are_answered_in_seller_center(self):
        self.assert_asks(25005010, "Single units")

    def test_case_of_another_shop_asks_to_check_the_account(self):
        self.assert_asks(25020005, "right shop")

    def test_case_that_tiktok_decides_is_left_to_it(self):
        self.assert_asks(25001046, "Nothing is to be done")

    def test_case_that_tiktok_does_not_know_is_looked_for(self):
        self.assert_asks(25007006, "Seller Center")

    def test_anything_else_asks_to_correct_it(self):
        self.assert_asks(25001001, "Correct what the reason names")

    def test_locked_case_is_answered_in_a_moment(self):
        for code in (25001028, 25007002):
            with self.subTest(code=code):
                answer = self.refused(code)
                self.assertEqual(answer.state, "waiting")
                self.assertTrue(answer.next_try)
                self.assertFalse(self.answer_issue(self.case))
                self.make_due(answer)
                self.send()
                self.assertEqual(answer.state, "done")
                self.assertEqual(self.told_of(self.case)["answers"], {ACCEPT: 1})

    def test_trouble_that_does_not_pass_is_told(self):
        answer = self.refused(25001028, times=9)
        for _run in range(3):
            self.make_due(answer)
            self.send()
        self.assertIn("by itself", self.answer_issue(self.case).hint)
        self.refuse_answer(self.case, None)
        self.make_due(answer)
        self.send()
        self.assertEqual(answer.state, "done")
        self.assertFalse(self.answer_issue(self.case))

    def test_refusal_as_done_settles_by_what_tiktok_has(self):
        case = self.asked()
        send = self.border.send

        def accept_before(request, **options):
            if request.url.split("?")[0].endswith("/approve"):
                self.step_before(case)
            return send(request, **options)

        answer = case._answer(ACCEPT)
        self.patch(self.border, "send", accept_before)
        self.send()
        self.assertEqual(answer.state, "done")
        self.assertFalse(self.answer_issue(case))
        self.assertFalse(self.told_of(case)["answers"])

    def step_before(self, case):
        """Let somebody accept in Seller Center just before our call arrives."""
        if self.told_of(case)["action"]:
            self.step(case.remote_id, "approve", "cancellations")

    def test_issue_closes_when_the_case_is_answered_elsewhere(self):
        self.refused(25020003)
        self.assertTrue(self.answer_issue(self.case))
        self.step(self.case.remote_id, "reject", "cancellations")
        self.aftersales()
        self.assertFalse(self.answer_issue(self.case))
        self.assertFalse(self.case.answer_state)

    def test_issue_is_retried(self):
        answer = self.refused(25001001)
        self.answer_issue(self.case).action_retry()
        self.send()
        self.assertEqual(answer.state, "done")
        self.assertFalse(self.answer_issue(self.case))

    def test_retrying_what_was_answered_elsewhere_closes_the_issue(self):
        self.refused(25020003)
        issue = self.answer_issue(self.case)
        self.step(self.case.remote_id, "reject", "cancellations")
        issue.action_retry()
        self.send()
        self.assertEqual(issue.state, "closed")

    def test_failed_answer_makes_room_for_another(self):
        self.refused(25020003)
        self.decide(self.wizard(self.case, "action_decline"))
        self.send()
        self.assertEqual(self.case.stage, "closed")
        self.assertFalse(self.answer_issue(self.case))

    def test_refused_answer_stops_no_other(self):
        case, other = self.asked(), self.asked()
        self.refuse_answer(case, 25001001, call="approve")
        (case | other)._answer(ACCEPT)
        self.send()
        self.assertEqual(case.answer_ids.state, "failed")
        self.assertEqual(other.answer_ids.state, "done")


@tagged("post_install", "-at_install")
class TestAnswerLost(AnswerOdooCase):
    """Answers whose fate nobody knows are neither given twice nor lost."""

    path = "/return_refund/202309/cancellations/"

    def test_lost_answer_that_arrived_is_done(self):
        case = self.asked()
        answer = case._answer(ACCEPT)
        with self.fault("timeout", path=self.path, times=9, after=True):
            self.send()
        self.assertEqual(answer.state, "sending")
        self.make_due(answer)
        self.send()
        self.assertEqual(answer.state, "done")
        self.assertEqual(self.told_of(case)["calls"], 1)

    def test_lost_answer_that_never_arrived_is_given_again_with_its_key(self):
        case = self.asked()
        answer = case._answer(DECLINE, reason=self.reason(case), reason_text="So")
        with self.fault("timeout", path=self.path, times=9):
            self.send()
        self.assertEqual(answer.state, "sending")
        key = answer.key
        self.make_due(answer)
        self.send()
        self.assertEqual(answer.state, "done")
        self.assertEqual(answer.key, key)
        self.assertEqual(self.told_of(case)["answers"], {DECLINE: 1})

    def reason(self, case):
        with self.shop._client() as client:
            return client.reject_reasons(case.remote_id)[0].name

    def test_answer_of_a_killed_worker_is_found_and_given_once(self):
        """The worker was killed after its commit, before or after its call."""
        for arrived in (False, True):
            with self.subTest(arrived=arrived):
                case = self.asked()
                answer = case._answer(ACCEPT)
                answer.write({"state": "sending", "sent_at": case.create_date})
                if arrived:
                    with self.shop._client() as client:
                        client.approve_cancellation(case.remote_id, key=answer.key)
                self.send()
                self.assertEqual(answer.state, "done")
                self.assertEqual(self.told_of(case)["answers"], {ACCEPT: 1})
                self.assertEqual(self.told_of(case)["calls"], 1)

    def test_lost_offer_that_was_refused_meanwhile_is_not_made_again(self):
        """The case is open as before: only the key tells TikTok that it knows it."""
        case = self.returned("REFUND")
        answer = case._answer("OFFER_PARTIAL_REFUND", amount=5)
        with self.fault("timeout", path="/return_refund/202309/returns/", after=True):
            self.send()
        self.assertEqual(answer.state, "sending")
        self.step(case.remote_id, "refuse_offer")
        self.make_due(answer)
        self.send()
        self.assertEqual(answer.state, "done")
        self.assertEqual(self.told_of(case)["answers"], {"OFFER_PARTIAL_REFUND": 1})

    def test_killed_answer_is_not_given_when_the_case_has_moved_on(self):
        case = self.returned()
        answer = case._answer("APPROVE_RETURN")
        answer.write({"state": "sending", "sent_at": case.create_date})
        self.step(case.remote_id, "withdraw")
        self.send()
        self.assertEqual(answer.state, "cancelled")
        self.assertIn("moved on", answer.error)
        self.assertFalse(self.told_of(case)["calls"])

    def test_answer_that_waits_is_dropped_when_the_case_is_withdrawn(self):
        case = self.returned()
        answer = case._answer("APPROVE_RETURN")
        self.step(case.remote_id, "withdraw")
        self.send()
        self.assertEqual(answer.state, "cancelled")
        self.assertFalse(self.told_of(case)["calls"])

    def test_same_answer_given_in_seller_center_counts(self):
        case = self.returned("REFUND")
        answer = case._answer("APPROVE_REFUND")
        self.step(case.remote_id, "decide", decision="APPROVE_REFUND")
        self.send()
        self.assertEqual(answer.state, "done")
        self.assertFalse(self.told_of(case)["calls"])

    def test_worker_without_the_lock_sends_nothing(self):
        case = self.asked()
        case._answer(ACCEPT)
        taken = self.spoiled("tts.shop", "_take_aftersales", lambda shop: True)
        with taken, self.assertLogs("odoo.addons.sale_tiktok_shop", "ERROR"):
            self.send()
        self.assertFalse(self.told_of(case)["calls"])

    def test_busy_tiktok_ends_the_run_and_the_answers_wait(self):
        case, other = self.asked(), self.asked()
        answers = (case | other)._answer(ACCEPT)
        with self.fault("rate_limit", path=self.path, times=99):
            self.send()
        self.assertEqual(answers.mapped("state"), ["waiting", "waiting"])
        self.assertTrue(self.shop.aftersale_failure_count)
        self.send()
        self.assertEqual(answers.mapped("state"), ["done", "done"])

    def test_disconnected_shop_is_not_answered_for(self):
        case = self.asked()
        self.account.state = "disconnected"
        with self.assertRaises(UserError):
            case.action_accept()
