from decimal import Decimal

from odoo.tests import tagged

from ..dev import reconcile_aftersales
from .money_case import MoneyCase
from .return_case import ReturnCase

CENT = Decimal("0.01")
STATE = "/state?only=orders,cancellations,returns"


@tagged("post_install", "-at_install")
class TestReconcileAftersales(ReturnCase, MoneyCase):
    """The demo's count of cases must notice everything that it says is zero."""

    def setUp(self):
        super().setUp()
        order_id, _order = self.import_units()
        self.request = self.ask_to_cancel(order_id)
        self.order_id, order = self.delivered(self.unit(quantity=2))
        self.invoice(order)
        self.case_id = self.make_return(self.order_id)
        self.aftersales()
        self.answer(self.cancellation(self.request), "REJECT_REQUEST_CANCEL")
        self.answer(self.case, "APPROVE_RETURN")
        self.step(self.case_id, "ship_back")
        self.step(self.case_id, "arrive")
        self.aftersales()
        self.receive(self.case.picking_ids)
        self.answer(self.case, "APPROVE_RECEIVED_PACKAGE")
        self.note = self.case.credit_note_ids
        self.note.action_post()

    @property
    def case(self):
        return self.case_return(self.case_id)

    def answer(self, case, decision):
        """Have somebody answer, and TikTok told."""
        reasons = {}
        if decision.startswith("REJECT"):
            with self.shop._client() as client:
                reason = client.reject_reasons(case.remote_id)[0]
            reasons = {"reason": reason.name, "reason_text": reason.text}
        case._answer(decision, **reasons)
        self.aftersales()
        self.assertEqual(case.answer_ids[0].state, "done")

    def verdict(self, change=None, rates=None):
        """Count; ``change`` may spoil what the sandbox says."""
        self.env.flush_all()
        state = self.control("GET", STATE)
        if change:
            change(state)
        return reconcile_aftersales.judge(
            reconcile_aftersales.cases(self.query, state),
            reconcile_aftersales.refunds(self.query, state),
            rates,
        )

    def query(self, statement):
        self.env.cr.execute(statement)
        return [[str(value) for value in row] for row in self.env.cr.fetchall()]

    def spoil(self, statement, *values):
        """Change something behind Odoo's back."""
        self.env.flush_all()
        self.env.cr.execute(statement, values)
        self.env.invalidate_all()

    # === GOOD === #

    def test_cases_answered_received_and_credited_are_good(self):
        verdict = self.verdict()
        self.assertTrue(verdict.good, verdict)
        self.assertEqual((verdict.cancellations, verdict.returns), (1, 1))
        self.assertEqual((verdict.in_odoo, verdict.answered), (2, 3))
        self.assertEqual((verdict.came, verdict.received), (2, 2))
        self.assertEqual(verdict.credited, Decimal(f"{self.note.amount_total:.2f}"))
        self.assertEqual(verdict.credited, verdict.refunded)

    def test_nothing_at_all_is_not_good(self):
        def forget(state):
            state["returns"].clear()

        self.assertFalse(self.verdict(forget).good)

    def test_amounts_are_shown_in_one_currency(self):
        whole, half = self.verdict(), self.verdict(rates={"USD": "2"})
        self.assertEqual(half.refunded, (whole.refunded / 2).quantize(CENT))

    # === CASES === #

    def test_a_case_that_was_never_read_is_missed(self):
        self.make_return(self.delivered()[0])
        verdict = self.verdict()
        self.assertEqual((verdict.missing, verdict.good), (1, False))

    def test_a_case_that_is_there_twice_is_found(self):
        self.spoil("DROP INDEX tts_return_remote_uniq")
        self.case.copy({"remote_id": self.case_id, "shop_id": self.shop.id})
        verdict = self.verdict()
        self.assertEqual((verdict.duplicated, verdict.good), (1, False))

    def test_what_was_cancelled_before_odoo_knew_the_order_is_left_out(self):
        self.cancel(self.place_rest())
        self.assertTrue(self.verdict().good)

    def test_what_was_cancelled_of_an_order_in_odoo_is_missed(self):
        order_id, _order = self.import_units()
        self.cancel(order_id)
        self.assertEqual(self.verdict().missing, 1)

    # === ANSWERS === #

    def test_an_answer_that_tiktok_took_twice_is_found(self):
        def repeat(state):
            state["returns"][self.case_id]["answers"]["APPROVE_RETURN"] = 2

        verdict = self.verdict(repeat)
        self.assertEqual((verdict.twice, verdict.good), (1, False))

    def test_an_answer_that_only_odoo_knows_is_found(self):
        def forget(state):
            state["cancellations"][self.request]["answers"].clear()

        verdict = self.verdict(forget)
        self.assertEqual((verdict.unheard, verdict.good), (1, False))

    def test_an_answer_that_only_tiktok_knows_is_found(self):
        self.spoil("DELETE FROM tts_answer WHERE id = %s", self.case.answer_ids[0].id)
        verdict = self.verdict()
        self.assertEqual((verdict.unheard, verdict.good), (1, False))

    # === GOODS === #

    def test_a_parcel_that_nobody_received_is_found(self):
        self.spoil(
            "UPDATE stock_move SET state = 'assigned' WHERE picking_id = %s",
            self.case.picking_ids.id,
        )
        verdict = self.verdict()
        self.assertEqual((verdict.received, verdict.goods_off), (0, 2))
        self.assertFalse(verdict.good)

    def test_goods_of_another_return_make_up_for_nothing(self):
        self.spoil(
            "UPDATE stock_move SET quantity = 3 WHERE picking_id = %s",
            self.case.picking_ids.id,
        )
        verdict = self.verdict()
        self.assertEqual((verdict.goods_off, verdict.good), (1, False))

    def test_what_comes_to_tiktoks_warehouse_is_not_expected(self):
        def store_with_tiktok(state):
            state["orders"][self.order_id]["fbt"] = True

        self.assertEqual(self.verdict(store_with_tiktok).came, 0)

    # === MONEY === #

    def test_a_credit_note_that_is_only_a_draft_is_found(self):
        self.note.button_draft()
        verdict = self.verdict()
        self.assertEqual((verdict.credited, verdict.good), (0, False))
        self.assertEqual(verdict.money_off, verdict.refunded)

    def test_a_wrong_cent_of_a_credit_note_is_found(self):
        self.spoil(
            "UPDATE account_move SET amount_total = amount_total + 0.01 WHERE id = %s",
            self.note.id,
        )
        verdict = self.verdict()
        self.assertEqual((verdict.money_off, verdict.good), (CENT, False))

    def test_a_credit_note_of_what_was_not_refunded_is_found(self):
        def forget(state):
            state["orders"][self.order_id]["refunds"].clear()

        verdict = self.verdict(forget)
        self.assertEqual((verdict.refunded, verdict.good), (0, False))
        self.assertEqual(verdict.money_off, verdict.credited)

    # === FOR PEOPLE === #

    def test_what_is_off_is_named(self):
        self.note.button_draft()
        order_id, _order = self.delivered()
        missed = self.make_return(order_id)
        self.env.flush_all()
        state = self.control("GET", STATE)
        missing, credit = reconcile_aftersales.differences(
            reconcile_aftersales.cases(self.query, state),
            reconcile_aftersales.refunds(self.query, state),
        )
        self.assertIn(f"return {missed} of order {order_id}: 0 in Odoo", missing)
        self.assertIn(f"order {self.order_id}: ", credit)

    def test_nothing_is_named_when_all_is_good(self):
        state = self.control("GET", STATE)
        self.assertFalse(
            reconcile_aftersales.differences(
                reconcile_aftersales.cases(self.query, state),
                reconcile_aftersales.refunds(self.query, state),
            )
        )
