"""Which way a delivery goes, and what each refusal of TikTok's asks for."""

from odoo.tests import BaseCase, tagged

from ..const import MARKETS, RETRYABLE_CODES
from ..lib.answers import sentence_of
from ..lib.shipping import (
    DOCUMENTS,
    Consequence,
    LabelConsequence,
    RetrackConsequence,
    consequence,
    flow,
    has_zpl,
    label_consequence,
    may_split_units,
    retrack_consequence,
    sizes,
    splits_before_shipping,
)

SEA = ("ID", "MY", "PH", "SG", "TH", "VN")
ALL_AT_ONCE = (*SEA, "BR", "MX")
SHIP_CODES = {
    Consequence.DONE: (21008099, 21011020, 21011040, 11006021, 21011006),
    Consequence.REQUEST: (21011007, 21008044),
    Consequence.CANCELLED: (21011041, 21011042),
    Consequence.ON_HOLD: (21011044,),
    Consequence.GONE: (21011028, 21011048, 21011033, 21008111),
    Consequence.FBT: (21008025,),
    Consequence.TRACKING: (
        (21011022, 21011025, 21034012, 21011026, 11028006)
        + (21004012, 21004015, 21004016)
    ),
    Consequence.INVOICE: (21004019, 21004020, 21004006),
    Consequence.ADDRESS: (*range(11021009, 11021026), 21014009),
    Consequence.ALONE: (11006013, 11006014),
    Consequence.SLOT: (21011053, 21011054, 21004017),
    Consequence.RETRY: (
        (21001011, 21001008, 21022029, 21042001, 21042076, 11001031)
        + (36009002, 36009003, 21030005)
    ),
    Consequence.CORRECT: (21008106, 21011035, 21011005, 999, None),
}
LABEL_CODES = {
    LabelConsequence.NOT_SHIPPED: (21023035, 21042104),
    LabelConsequence.GENERATING: (11034037, 11034023),
    LabelConsequence.SELLER: (21008017, 11034002, 21008043),
    LabelConsequence.COLLECTED: (21042102, 21023046),
    LabelConsequence.CANCELLED: (21023059,),
    LabelConsequence.REQUEST: (21021010,),
    LabelConsequence.GONE: (21011028, 10006402),
    LabelConsequence.RETRY: (36009003, 21023022),
    LabelConsequence.CORRECT: (999, None),
}
RETRACK_CODES = {
    RetrackConsequence.TOO_LATE: (21011050,),
    RetrackConsequence.USED_UP: (21011051, 21011052),
    RetrackConsequence.NOT_SHIPPED: (21011043,),
    RetrackConsequence.CANCELLED: (21011041, 21011042, 25001010),
    RetrackConsequence.DELIVERED: (21011030,),
    RetrackConsequence.NOT_SELLER: (21011004,),
    RetrackConsequence.TRACKING: (21011022,),
    RetrackConsequence.REQUEST: (21011007,),
    RetrackConsequence.RETRY: (10007002, 36009003),
    RetrackConsequence.CORRECT: (21011049, 999, None),
}


@tagged("post_install", "-at_install")
class TestConsequences(BaseCase):
    def assertTable(self, table, function):
        found = {code: function(code) for codes in table.values() for code in codes}
        wanted = {code: kind for kind, codes in table.items() for code in codes}
        self.assertEqual(found, wanted)

    def test_each_refusal_to_ship_has_its_consequence(self):
        self.assertTable(SHIP_CODES, consequence)

    def test_each_refusal_of_a_label_has_its_consequence(self):
        self.assertTable(LABEL_CODES, label_consequence)

    def test_each_refusal_of_a_number_has_its_consequence(self):
        self.assertTable(RETRACK_CODES, retrack_consequence)

    def test_a_label_that_was_bought_is_done_and_never_bought_again(self):
        for code in (21022025, 21030006, 21008042):
            self.assertIs(consequence(code), Consequence.DONE, code)

    def test_the_text_tells_an_open_request_from_a_bad_address(self):
        said = "Failed to ship. Reason: Unable to deliver to buyer address."
        self.assertIs(consequence(21021010, said), Consequence.ADDRESS)
        self.assertIs(consequence(21021010, "after-sale"), Consequence.REQUEST)

    def test_each_code_has_a_sentence_of_ours(self):
        tables = (SHIP_CODES, LABEL_CODES, RETRACK_CODES)
        codes = {c for table in tables for codes in table.values() for c in codes}
        codes |= {*RETRYABLE_CODES, 21042102, 21011031, 21011029, 21011049}
        mute = {code for code in codes - {999, None} if not sentence_of(code)}
        self.assertEqual(mute, set())

    def test_each_sentence_says_what_to_do(self):
        for codes in SHIP_CODES.values():
            for code in set(codes) - {999, None}:
                with self.subTest(code):
                    text = sentence_of(code)
                    self.assertRegex(text, r"[;.,] .+\.$")


@tagged("post_install", "-at_install")
class TestMarkets(BaseCase):
    def test_own_carriers_are_told_per_order_in_us_uk_eu_and_japan(self):
        for region in ("US", "GB", "UK", "DE", "PL", "JP"):
            for has_package in (True, False):
                with self.subTest(region):
                    self.assertEqual(flow(region, "SELLER", has_package), "mark")

    def test_elsewhere_the_package_is_shipped_once_it_exists(self):
        for region in ALL_AT_ONCE:
            with self.subTest(region):
                self.assertEqual(flow(region, "SELLER", True), "ship")
                self.assertIsNone(flow(region, "SELLER", False))

    def test_a_label_is_bought_where_no_package_exists_before(self):
        self.assertEqual(flow("US", "TIKTOK", False), "buy")
        self.assertEqual(flow("JP", "TIKTOK", False), "buy")

    def test_a_package_of_tiktok_shipping_is_shipped_everywhere(self):
        for region in MARKETS:
            with self.subTest(region):
                self.assertEqual(flow(region, "TIKTOK", True), "ship")

    def test_nothing_is_bought_where_the_package_comes_by_itself(self):
        for region in ("GB", "DE", *ALL_AT_ONCE):
            with self.subTest(region):
                self.assertIsNone(flow(region, "TIKTOK", False))

    def test_goods_without_a_parcel_are_not_shipped(self):
        self.assertIsNone(flow("US", "TIKTOK_DIGITAL", False))
        self.assertIsNone(flow("US", "", True))

    def test_units_of_one_sku_stay_together_where_tiktok_wants_it(self):
        apart = {region for region in MARKETS if may_split_units(region)}
        self.assertLessEqual({"US", "GB", "FR", "JP"}, apart)
        self.assertFalse(apart & set(ALL_AT_ONCE))

    def test_us_uk_and_eu_split_by_shipping(self):
        before = {region for region in MARKETS if splits_before_shipping(region)}
        self.assertLessEqual({"JP", *ALL_AT_ONCE}, before)
        self.assertFalse(before & {"US", "GB", "UK", "DE", "PL"})

    def test_thermal_labels_are_made_in_brazil_and_mexico(self):
        self.assertEqual({r for r in MARKETS if has_zpl(r)}, {"BR", "MX"})

    def test_only_labels_and_slips_have_a_choice_of_sheets(self):
        choice = {kind for kind in DOCUMENTS if len(sizes(kind)) > 1}
        self.assertEqual(
            choice,
            {"SHIPPING_LABEL", "PACKING_SLIP", "SHIPPING_LABEL_AND_PACKING_SLIP"},
        )
        self.assertEqual(sizes()[0], "A6")
        self.assertEqual(sizes("SHIPPING_LABEL_PICTURE"), ())
