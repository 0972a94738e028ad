"""What a case asks of the seller, what can be decided, and what refusals ask for."""

import copy
import json
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..lib import aftersale_decisions as names
from ..lib.aftersale_refusals import AFTERSALE_SENTENCES
from ..lib.aftersale_rules import (
    NEED_SENTENCES,
    STATUSES,
    AftersaleConsequence,
    Doubt,
    Need,
    Stage,
    consequence,
    decisions,
    expects_goods,
    grants_refund,
    is_final,
    makes_new_order,
    open_action,
    refund_check,
    refund_due,
    stage,
)
from ..lib.aftersales import Action, RefundAmount, parse_cancellation
from ..lib.answers import sentence_of
from ..lib.returns import EXCHANGE, REPLACEMENT, RETURN_AND_REFUND, Money, parse_return
from .lib_http import FIXTURES, case

fast = settings(max_examples=100, deadline=None, database=None, derandomize=True)

CODES = {
    "done": (25020009, 25001010, 25001011, 25001051),
    "too_late": (
        *(25001003, 25001044, 25001045, 25011011, 25011012, 25011013),
        *(25020010, 25020011, 25020012),
    ),
    "decision": (25007007, 25011025, 25011032, 25011035, 25020003, 25020004),
    "reason": (25001014, 25001015, 25001016, 25001020, 25001021, 25001057),
    "amount": (25005005,),
    "lines": (25005010, 25005011),
    "not_yours": (25020005,),
    "platform": (25001046, 25011010, 25011023, 25011026),
    "gone": (25007006,),
    "locked": (25001028,),
    "retry": (25001042, 25001058, 25007002, 36009003, 36009002),
    "correct": (25001001, 11050001, 999, None),
}


def moment(hour):
    return datetime(2026, 1, 1, hour, tzinfo=timezone.utc)


def cancellation(index=0, **changes):
    data = copy.deepcopy(case("aftersale.cancellations_search", "success"))
    row = data["response"]["data"]["cancellations"][index]
    return replace(parse_cancellation(row), **changes)


def case_of(index=0, **changes):
    """Return a recorded return: 0 asks for money, 1 travels, 2 is complete."""
    data = copy.deepcopy(case("aftersale.returns_search", "success"))
    row = data["response"]["data"]["return_orders"][index]
    return replace(parse_return(row), **changes)


@tagged("post_install", "-at_install")
class TestStages(BaseCase):
    def test_a_word_tiktok_adds_is_unknown_and_nothing_follows_from_it(self):
        found = case_of(1, status="ON_ICE")
        self.assertIs(stage("ON_ICE"), Stage.UNKNOWN)
        self.assertFalse(is_final("ON_ICE") or grants_refund("ON_ICE"))
        self.assertFalse(expects_goods(found))
        self.assertEqual(decisions(found), ())
        self.assertIsNone(refund_due(found))

    def test_every_status_is_open_granted_or_over(self):
        final = {status for status in STATUSES if is_final(status)}
        ends = ("CANCEL", "CANCELLED", "COMPLETE", "REFUND_SUCCESS")
        self.assertEqual(
            final, {s for s in STATUSES if s.endswith(ends) and "REQUEST_" in s}
        )

    def test_money_goes_back_when_granted_and_not_for_goods_sent_anew(self):
        granted = {status for status in STATUSES if grants_refund(status)}
        self.assertEqual(
            granted,
            {
                "CANCELLATION_REQUEST_SUCCESS",
                "CANCELLATION_REQUEST_COMPLETE",
                "RETURN_OR_REFUND_REQUEST_SUCCESS",
                "RETURN_OR_REFUND_REQUEST_COMPLETE",
                "REPLACEMENT_REQUEST_REFUND_SUCCESS",
                "EXCHANGE_REQUEST_REFUND_SUCCESS",
            },
        )

    def test_replacements_and_exchanges_make_a_new_order(self):
        found = {status for status in STATUSES if makes_new_order(status)}
        wanted = {"REPLACEMENT_REQUEST_COMPLETE", "EXCHANGE_REQUEST_COMPLETE"}
        self.assertEqual(found, wanted)

    def test_both_spellings_of_a_refusal_are_known(self):
        for status in ("REFUND_OR_RETURN_REQUEST_REJECT", "REQUEST_REJECTED"):
            self.assertIs(stage(status), Stage.DECLINED)


@tagged("post_install", "-at_install")
class TestMoneyAndGoods(BaseCase):
    def test_what_is_due_is_the_total_once_it_is_granted(self):
        self.assertIsNone(refund_due(case_of(0)))
        self.assertEqual(refund_due(case_of(2)), Money("MYR", Decimal("33.9")))
        self.assertEqual(refund_due(cancellation(1)).amount, Decimal("48.8"))

    def test_a_granted_case_without_amounts_tells_none(self):
        self.assertIsNone(refund_due(case_of(2, refund=None)))

    def test_an_accepted_offer_is_what_is_due(self):
        offer = Money("MYR", Decimal(20))
        found = case_of(2, proposed_type="PARTIAL_REFUND", partial_refund=offer)
        self.assertEqual(refund_due(found), offer)
        found = replace(found, is_offer_rejected=True)
        self.assertEqual(refund_due(found).amount, Decimal("33.9"))

    def test_goods_come_back_once_it_is_agreed(self):
        for status, wanted in (
            ("RETURN_OR_REFUND_REQUEST_PENDING", False),
            ("AWAITING_BUYER_RESPONSE", False),
            ("AWAITING_BUYER_SHIP", True),
            ("BUYER_SHIPPED_ITEM", True),
            ("REJECT_RECEIVE_PACKAGE", True),
            ("REFUND_OR_RETURN_REQUEST_REJECT", False),
            ("RETURN_OR_REFUND_REQUEST_SUCCESS", True),
            ("RETURN_OR_REFUND_REQUEST_COMPLETE", True),
            ("RETURN_OR_REFUND_REQUEST_CANCEL", False),
        ):
            with self.subTest(status):
                self.assertIs(expects_goods(case_of(1, status=status)), wanted)

    def test_a_refund_brings_no_goods(self):
        for status in STATUSES:
            self.assertFalse(expects_goods(case_of(0, status=status)))

    def test_a_granted_return_without_a_parcel_brings_no_goods(self):
        found = case_of(2)
        self.assertTrue(expects_goods(found))
        self.assertFalse(expects_goods(replace(found, return_method="")))

    def test_a_replacement_whose_goods_the_buyer_keeps_brings_none(self):
        found = case_of(
            2,
            type=REPLACEMENT,
            status="REPLACEMENT_REQUEST_COMPLETE",
            can_buyer_keep_item=True,
        )
        self.assertFalse(expects_goods(found))
        self.assertTrue(expects_goods(replace(found, tracking_number="T1")))

    def test_an_accepted_offer_without_a_parcel_brings_none(self):
        offer = Money("MYR", Decimal(1))
        found = case_of(2, proposed_type="PARTIAL_REFUND", partial_refund=offer)
        self.assertFalse(expects_goods(found))


@tagged("post_install", "-at_install")
class TestOpenActions(BaseCase):
    def test_recorded_requests_wait_for_the_seller(self):
        found = open_action(cancellation())
        self.assertIs(found.need, Need.CANCELLATION)
        self.assertEqual(found.deadline.day, 2)
        self.assertIs(open_action(case_of(0)).need, Need.REFUND)
        self.assertIn("grant or decline", open_action(case_of(0)).sentence)

    def test_each_word_of_tiktoks_says_what_to_do(self):
        for name, need in (
            ("SELLER_RESPOND_BUYER_CANCEL", Need.CANCELLATION),
            ("SELLER_RESPOND_CANCEL", Need.CANCELLATION),
            ("SELLER_RESPOND_REFUND", Need.REFUND),
            ("SELLER_RESPOND_RETURN", Need.RETURN),
            ("SELLER_RESPOND_RECEIVE_PACKAGE", Need.PARCEL),
            ("SELLER_RESPOND_REPLACEMENT", Need.REPLACEMENT),
            ("SELLER_DANCE", Need.OTHER),
        ):
            with self.subTest(name):
                found = open_action(case_of(1, actions=(Action(name, moment(3)),)))
                self.assertEqual((found.need, found.name), (need, name))
                self.assertRegex(NEED_SENTENCES[need], r"[;,] .+\.$")

    def test_of_several_the_one_due_first_counts(self):
        actions = (
            Action("SELLER_RESPOND_RETURN", None),
            Action("SELLER_RESPOND_REFUND", moment(9)),
            Action("SELLER_RESPOND_RECEIVE_PACKAGE", moment(4)),
        )
        found = open_action(case_of(1, actions=actions))
        self.assertEqual((found.need, found.deadline), (Need.PARCEL, moment(4)))
        self.assertIs(open_action(case_of(1, actions=actions[:1])).need, Need.RETURN)

    def test_nothing_is_to_be_done_for_what_is_over(self):
        actions = (Action("SELLER_RESPOND_REFUND", moment(1)),)
        self.assertIsNone(open_action(case_of(2, actions=actions)))
        self.assertIsNone(open_action(case_of(1)))

    def test_a_request_to_cancel_waits_also_when_no_action_is_named(self):
        found = open_action(cancellation(actions=()))
        self.assertEqual((found.need, found.deadline), (Need.CANCELLATION, None))
        self.assertIsNone(open_action(cancellation(actions=(), type="CANCEL")))


@tagged("post_install", "-at_install")
class TestDecisions(BaseCase):
    def names(self, found):
        return [decision.name for decision in decisions(found)]

    def test_a_request_to_cancel_is_accepted_or_declined(self):
        wanted = [names.APPROVE_CANCEL, names.REJECT_CANCEL]
        self.assertEqual(self.names(cancellation()), wanted)
        self.assertEqual(self.names(cancellation(1)), [])
        self.assertEqual(self.names(cancellation(type="CANCEL")), [])

    def test_a_refund_is_granted_bargained_or_declined(self):
        wanted = [names.APPROVE_REFUND, names.OFFER_PARTIAL, names.REJECT_REFUND]
        self.assertEqual(self.names(case_of(0)), wanted)

    def test_a_return_is_granted_with_or_without_the_goods(self):
        found = case_of(0, type=RETURN_AND_REFUND)
        self.assertEqual(
            self.names(found),
            [
                names.APPROVE_RETURN,
                names.APPROVE_RETURN,
                names.DIRECT_REFUND,
                names.OFFER_PARTIAL,
                names.REJECT_RETURN,
            ],
        )
        keeps = [decision.keep_item for decision in decisions(found)]
        self.assertEqual(keeps, [False, True, False, False, False])

    def test_a_replacement_is_sent_paid_back_or_declined(self):
        found = case_of(0, type=REPLACEMENT, status="REPLACEMENT_REQUEST_PENDING")
        self.assertEqual(
            self.names(found),
            [
                names.APPROVE_REPLACEMENT,
                names.REPLACEMENT_REFUND,
                names.REJECT_REPLACEMENT,
            ],
        )

    def test_an_exchange_is_answered_in_seller_center(self):
        found = case_of(0, type=EXCHANGE, status="EXCHANGE_REQUEST_PENDING")
        self.assertEqual(self.names(found), [])

    def test_goods_that_come_back_are_accepted_bargained_or_declined(self):
        self.assertEqual(
            self.names(case_of(1)),
            [
                names.APPROVE_RECEIVED,
                names.OFFER_AFTER_RECEIVING,
                names.REJECT_RECEIVED,
            ],
        )

    def test_a_quick_refund_can_only_be_accepted(self):
        found = case_of(1, is_quick_refund=True)
        self.assertEqual(self.names(found), [names.APPROVE_RECEIVED])

    def test_nothing_can_be_decided_while_tiktok_or_the_buyer_does(self):
        for index in (0, 1):
            found = case_of(index, arbitration="IN_PROGRESS")
            self.assertEqual(self.names(found), [])
        for status in ("AWAITING_BUYER_RESPONSE", "AWAITING_BUYER_SHIP"):
            self.assertEqual(self.names(case_of(1, status=status)), [])

    def test_a_decided_arbitration_leaves_the_parcel_to_the_seller(self):
        found = case_of(1, arbitration="SUPPORT_BUYER")
        self.assertIn(names.APPROVE_RECEIVED, self.names(found))

    def test_each_decision_has_words_and_says_what_it_takes(self):
        cases = [cancellation(), case_of(0), case_of(1)]
        cases += [case_of(0, type=kind) for kind in (RETURN_AND_REFUND, REPLACEMENT)]
        for found in cases:
            labels = [decision.label for decision in decisions(found)]
            self.assertEqual(len(labels), len(set(labels)))
            for decision in decisions(found):
                with self.subTest(decision.name):
                    self.assertRegex(decision.help, r"^[A-Z].+\.$")
                    self.assertEqual(decision.needs_reason, decision.is_rejection)
                    is_offer = decision.name.startswith("OFFER_")
                    self.assertEqual(decision.needs_amount, is_offer)


@tagged("post_install", "-at_install")
class TestRefusals(BaseCase):
    def test_each_code_asks_for_what_the_documentation_says(self):
        for name, codes in CODES.items():
            for code in codes:
                with self.subTest(code):
                    self.assertIs(consequence(code), AftersaleConsequence(name))

    def test_each_documented_code_is_known_and_has_a_sentence(self):
        known = {code for codes in CODES.values() for code in codes}
        mute = {code for code in known - {999, None} if not sentence_of(code)}
        self.assertEqual(mute, set())
        self.assertLessEqual(set(AFTERSALE_SENTENCES), known)

    def test_each_recorded_refusal_is_known(self):
        for path in sorted(FIXTURES.glob("aftersale.*.json")):
            for found in json.loads(path.read_text(encoding="utf-8"))["cases"]:
                code = found["response"]["code"]
                if code not in (0, 98001004):
                    with self.subTest(code):
                        kind = consequence(code)
                        self.assertIsNot(kind, AftersaleConsequence.CORRECT)

    def test_each_sentence_says_what_to_do(self):
        for code, text in AFTERSALE_SENTENCES.items():
            with self.subTest(code):
                self.assertRegex(text, r"^[A-Z].+[;,.] .+\.$")


def priced(line, total, currency="MYR"):
    return replace(line, refund=RefundAmount(currency, Decimal(total)))


@tagged("post_install", "-at_install")
class TestRefundCheck(BaseCase):
    def setUp(self):
        super().setUp()
        self.case = case_of(0)
        [self.line] = self.case.lines
        self.unit = self.line.order_line_item_id

    def doubts(self, found, shipped=None, currency="MYR"):
        shipped = {self.unit: 1} if shipped is None else shipped
        return [problem.doubt for problem in refund_check(found, shipped, currency)]

    def test_nothing_speaks_against_the_recorded_cases(self):
        for found in (*map(case_of, range(3)), cancellation(0), cancellation(1)):
            shipped = {line.order_line_item_id: 1 for line in found.lines}
            self.assertEqual(refund_check(found, shipped, "MYR"), ())

    def test_a_unit_of_another_order_is_told(self):
        [problem] = refund_check(self.case, {"1": 1}, "MYR")
        self.assertIs(problem.doubt, Doubt.FOREIGN_LINE)
        self.assertEqual(problem.line_item_ids, (self.unit,))

    def test_a_unit_that_never_left_is_told(self):
        [problem] = refund_check(self.case, {self.unit: 0}, "MYR")
        self.assertIs(problem.doubt, Doubt.MORE_THAN_SHIPPED)
        self.assertEqual((problem.found, problem.expected), (1, 0))

    def test_a_unit_named_twice_is_more_than_shipped(self):
        lines = (priced(self.line, "30"), priced(self.line, "5.9"))
        found = replace(self.case, lines=lines)
        self.assertEqual(self.doubts(found), [Doubt.MORE_THAN_SHIPPED])
        self.assertEqual(self.doubts(found, {self.unit: 2}), [])

    def test_another_currency_is_told_with_its_units(self):
        [problem] = refund_check(self.case, {self.unit: 1}, "USD")
        self.assertIs(problem.doubt, Doubt.CURRENCY)
        self.assertEqual((problem.found, problem.expected), ("MYR", "USD"))
        self.assertEqual(problem.line_item_ids, (self.unit,))

    def test_units_in_a_currency_of_their_own_are_told(self):
        line = priced(self.line, "35.9", "USD")
        found = replace(self.case, lines=(line,))
        self.assertEqual(self.doubts(found, currency=None), [Doubt.CURRENCY])

    def test_an_offer_in_another_currency_is_told(self):
        found = replace(self.case, partial_refund=Money("USD", Decimal(1)))
        self.assertEqual(self.doubts(found), [Doubt.CURRENCY])

    def test_units_that_do_not_add_up_are_told(self):
        found = replace(self.case, lines=(priced(self.line, "35.8"),))
        [problem] = refund_check(found, {self.unit: 1}, "MYR")
        self.assertIs(problem.doubt, Doubt.TOTAL)
        self.assertEqual(problem.found, Decimal("35.8"))
        self.assertEqual(problem.expected, Decimal("35.9"))

    def test_money_for_no_unit_is_told(self):
        self.assertEqual(self.doubts(replace(self.case, lines=())), [Doubt.TOTAL])
        self.assertEqual(self.doubts(replace(self.case, lines=(), refund=None)), [])

    def test_units_without_amounts_contradict_nothing(self):
        found = replace(self.case, lines=(replace(self.line, refund=None),))
        self.assertEqual(self.doubts(found), [])

    @fast
    @given(
        st.lists(st.integers(0, 10**6), min_size=1, max_size=6),
        st.integers(-3, 3),
        st.booleans(),
    )
    def test_totals_are_compared_to_the_last_cent(self, cents, wrong, is_short):
        amounts = [Decimal(value).scaleb(-2) for value in cents]
        lines = tuple(
            replace(priced(self.line, amount), order_line_item_id=str(number))
            for number, amount in enumerate(amounts)
        )
        total = sum(amounts) + Decimal(wrong).scaleb(-2)
        found = replace(self.case, lines=lines, refund=RefundAmount("MYR", total))
        shipped = {str(number): 1 for number in range(len(lines))}
        if is_short:
            shipped["0"] = 0
        wanted = [Doubt.MORE_THAN_SHIPPED] if is_short else []
        wanted += [Doubt.TOTAL] if wrong else []
        wanted += [Doubt.NEGATIVE] if sum(cents) + wrong < 0 else []
        self.assertEqual(self.doubts(found, shipped), wanted)

    @fast
    @given(st.lists(st.sampled_from("abc"), max_size=8), st.data())
    def test_units_beyond_what_left_are_counted(self, wanted, draw):
        shipped = draw.draw(st.dictionaries(st.sampled_from("ab"), st.integers(0, 3)))
        bare = replace(self.line, refund=None)
        lines = tuple(replace(bare, order_line_item_id=unit) for unit in wanted)
        found = refund_check(replace(self.case, lines=lines, refund=None), shipped)
        by_doubt = {problem.doubt: problem for problem in found}
        foreign = set(wanted) - set(shipped)
        over = {u for u in shipped if wanted.count(u) > shipped[u]}
        told = by_doubt.get(Doubt.FOREIGN_LINE)
        self.assertEqual(set(told.line_item_ids if told else ()), foreign)
        told = by_doubt.get(Doubt.MORE_THAN_SHIPPED)
        self.assertEqual(set(told.line_item_ids if told else ()), over)
        if told:
            excess = sum(wanted.count(u) - shipped[u] for u in over)
            self.assertEqual(told.found - told.expected, excess)
