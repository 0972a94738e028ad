from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..utils import to_epoch
from .answer_case import AnswerOdooCase

KIND = "sale_tiktok_shop.mail_activity_type_deadline"


@tagged("post_install", "-at_install")
class TestCaseDeadline(AnswerOdooCase):
    """Nobody misses a deadline of after-sales without having been told."""

    def due(self, case, **delta):
        """Let a case be due so long from now."""
        deadline = fields.Datetime.now() + timedelta(**delta)
        case.deadline = deadline
        return case

    def warn(self):
        self.shop._warn_of_cases(None)

    def warnings(self, case):
        return case.activity_search([KIND])

    # === ACTIVITIES === #

    def test_responsible_is_told_once_per_deadline(self):
        case = self.due(self.asked(), hours=1)
        self.warn()
        self.warn()
        activity = self.warnings(case)
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.shop.responsible_id)
        self.assertIn(case.order_remote_id, activity.summary)
        activity.action_done()
        self.warn()
        self.assertFalse(self.warnings(case))
        self.due(case, minutes=30)
        self.warn()
        self.assertTrue(self.warnings(case))

    def test_deadline_that_is_far_away_warns_nobody(self):
        case = self.asked()
        self.warn()
        self.assertFalse(self.warnings(case))

    def test_shop_that_wants_no_warnings_gets_none(self):
        case = self.due(self.asked(), hours=-1)
        self.shop.deadline_warning = 0
        self.warn()
        self.assertFalse(self.warnings(case))

    def test_warning_goes_when_the_case_is_answered(self):
        for case in (self.asked(), self.returned()):
            with self.subTest(model=case._name):
                self.due(case, hours=1)
                self.warn()
                self.assertTrue(self.warnings(case))
                case._answer(sorted(case._decision_keys())[0])
                self.send()
                self.assertFalse(self.warnings(case))

    def test_case_that_is_being_answered_warns_nobody(self):
        case = self.due(self.asked(), hours=1)
        case._answer("APPROVE_REQUEST_CANCEL")
        self.warn()
        self.assertFalse(self.warnings(case))

    def test_scheduled_action_warns(self):
        case = self.due(self.asked(), hours=1)
        self.send()
        self.aftersales()
        self.assertTrue(self.warnings(case))

    # === MISSED === #

    def miss(self, case):
        """Let the deadline of a case pass, and TikTok answer by itself."""
        moment = fields.Datetime.now() - timedelta(minutes=2)
        case.deadline = moment
        path = f"/{self.kind_of(case)}/{case.remote_id}"
        self.control("POST", path, {"deadline": to_epoch(moment) + 30})
        self.aftersales()

    def noted(self, case):
        bodies = "".join(case.message_ids.mapped("body"))
        return "Nobody answered by" in bodies

    def test_missed_deadline_is_noted_on_the_case(self):
        for case in (self.asked(), self.returned("REFUND")):
            with self.subTest(model=case._name):
                self.miss(case)
                self.assertFalse(case.need)
                self.assertTrue(self.noted(case))

    def test_answer_in_time_is_no_missed_deadline(self):
        case, other = self.returned("REFUND"), self.asked()
        self.step(case.remote_id, "decide", decision="APPROVE_REFUND")
        other._answer("APPROVE_REQUEST_CANCEL")
        self.send()
        self.aftersales()
        self.assertFalse(case.need)
        self.assertFalse(self.noted(case))
        self.assertFalse(self.noted(other))

    def test_deadline_that_is_missed_after_an_offer_is_noted(self):
        case = self.returned("REFUND")
        case._answer("OFFER_PARTIAL_REFUND", amount=5)
        self.send()
        case.answer_ids.done_at -= timedelta(hours=1)
        self.step(case.remote_id, "refuse_offer")
        self.aftersales()
        self.assertEqual(case.need, "refund")
        self.miss(case)
        self.assertTrue(self.noted(case))

    # === BOARD === #

    def board(self, case):
        name = "return_id" if case._name == "tts.return" else "cancellation_id"
        return self.env["tts.case.board"].search([(name, "=", case.id)])

    def test_board_shows_requests_and_returns_by_when_they_are_due(self):
        case, other = (
            self.due(self.asked(), hours=-1),
            self.due(self.returned(), days=9),
        )
        rows = self.board(case) | self.board(other)
        self.assertEqual(rows.mapped("due"), ["late", "later"])
        self.assertEqual(rows.mapped("kind"), ["cancellation", "return"])
        groups = rows._read_group([("id", "in", rows.ids)], ["due"], ["__count"])
        self.assertEqual(groups, [("late", 1), ("later", 1)])
        for due, row in (("late", rows[0]), ("later", rows[1])):
            found = rows.search([("due", "=", due), ("id", "in", rows.ids)])
            self.assertEqual(found, row)

    def test_card_opens_and_answers_its_case(self):
        for case in (self.asked(), self.returned()):
            row = self.board(case)
            with self.subTest(kind=row.kind):
                action = row.action_open_case()
                self.assertEqual(
                    (action["res_model"], action["res_id"]),
                    (
                        case._name,
                        case.id,
                    ),
                )
                wizard = self.wizard(row)
                self.assertEqual(wizard._cases(), case)
                case._answer(sorted(case._decision_keys())[0])
                row.invalidate_recordset()
                self.assertEqual(row.answer_state, "open")
                self.send()
                self.assertFalse(row.exists())

    def test_shop_counts_what_waits_for_an_answer(self):
        self.due(self.asked(), hours=-1)
        self.returned()
        self.shop.invalidate_recordset()
        self.assertEqual(self.shop.to_answer_count, 2)
        self.assertEqual(self.shop.answer_late_count, 1)
        action = self.shop.action_view_to_answer()
        self.assertEqual(self.env["tts.case.board"].search_count(action["domain"]), 2)

    def test_another_company_sees_no_card(self):
        self.asked()
        other = self.env["res.company"].create({"name": "Other company"})
        self.low_user.write({"company_ids": [(4, other.id)], "company_id": other.id})
        rows = self.env["tts.case.board"].with_user(self.low_user)
        self.assertFalse(rows.with_context(allowed_company_ids=other.ids).search([]))


@tagged("post_install", "-at_install")
class TestReturnRecords(AnswerOdooCase):
    """What the buyer said and showed stands on the return."""

    def test_photos_videos_and_notes_of_the_buyer_are_kept_as_links(self):
        case = self.returned(note="It came broken.", photos=2, videos=1)
        record = case.record_ids.filtered("image_urls")
        self.assertEqual(record.role, "BUYER")
        self.assertEqual(record.note, "It came broken.")
        self.assertEqual(record.media.count("<img"), 2)
        self.assertIn(record.video_urls[0], record.media)

    def test_records_are_read_once_for_each_change(self):
        case = self.returned()
        calls = self.calls("/records")
        self.aftersales()
        self.assertEqual(self.calls("/records"), calls)
        count = len(case.record_ids)
        case._answer("APPROVE_RETURN")
        self.send()
        self.assertGreater(len(case.record_ids), count)

    def test_records_of_history_are_not_read(self):
        order_id, _order = self.delivered()
        case_id = self.make_return(order_id)
        self.step(case_id, "withdraw")
        self.aftersales()
        self.assertFalse(self.case_return(case_id).record_ids)
        self.assertFalse(self.calls("/records"))

    def test_records_that_tiktok_does_not_show_stop_nothing(self):
        with self.fault("http_500", path="/return_refund/202309/returns", times=99):
            case = self.returned(note="Broken.")
        self.assertTrue(case.is_record_stale)
        self.aftersales()
        self.assertTrue(case.record_ids)

    def test_link_that_is_no_web_address_is_not_shown(self):
        case = self.returned()
        record = case.record_ids[0]
        record.image_urls = ["javascript:alert(1)", 'https://x.example/"><b>']
        self.assertNotIn("javascript", record.media)
        self.assertNotIn("<b>", record.media)
