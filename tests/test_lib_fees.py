"""The groups of fee keys and adjustment types."""

from odoo.tests import BaseCase, tagged

from ..lib import fees
from ..lib.fees import FEE_GROUPS, adjustment_group, fee_group
from .lib_http import fixture

ADJUSTMENT_GROUPS = {
    "commission",
    "ads",
    "affiliate",
    "programme",
    "shipping",
    "tax",
    "compensation",
    "penalty",
    "adjustment",
}
DOCUMENTED_TAXES = (
    "platform_semi_managed_commission_fee_tax",
    "campaign_period_fee_cfp_tax_amount",
    "campaign_period_fee_sp_tax_amount",
    "category_led_campaign_fee_tax_amount",
    "brand_amplification_program_commission_fee_tax",
    "brand_campaign_fee_tax",
)


@tagged("post_install", "-at_install")
class TestFeeGroup(BaseCase):
    def test_each_documented_key_has_a_known_group(self):
        found = [(fees.REVENUE_SECTION, key) for key in fees.REVENUE_FEE_KEYS]
        found += [(fees.SHIPPING_SECTION, key) for key in fees.SHIPPING_KEYS]
        found += [(fees.TAX_SECTION, key) for key in fees.TAX_KEYS]
        found += [
            (fees.FEE_SECTION, key) for ks in fees.FEE_KEYS.values() for key in ks
        ]
        for section, key in found:
            group, is_known = fee_group(section, key)
            with self.subTest(key):
                self.assertTrue(is_known)
                self.assertIn(group, FEE_GROUPS)

    def test_each_key_of_the_recorded_statement_is_known(self):
        [found] = fixture("finance.statement_transactions")["cases"]
        for raw in found["response"]["data"]["transactions"]:
            taxes = raw.get("fee_tax_breakdown") or {}
            blocks = {
                "revenue": raw.get("revenue_breakdown") or {},
                "shipping": raw.get("shipping_cost_breakdown") or {},
                "fee": taxes.get("fee") or {},
                "tax": taxes.get("tax") or {},
            }
            for section, block in blocks.items():
                for key, value in block.items():
                    if isinstance(value, str):
                        with self.subTest(key):
                            self.assertTrue(fee_group(section, key)[1])

    def test_no_key_belongs_to_two_groups(self):
        keys = [key for ks in fees.FEE_KEYS.values() for key in ks]
        keys += fees.TAX_KEYS
        self.assertEqual(len(keys), len(set(keys)))

    def test_each_group_of_costs_is_told_by_its_key(self):
        for section, key, group in (
            ("fee", "referral_fee_amount", "commission"),
            ("fee", "credit_card_handling_fee_amount", "transaction"),
            ("fee", "affiliate_partner_commission_amount", "affiliate"),
            ("fee", "gmv_max_ad_fee_amount", "ads"),
            ("fee", "voucher_xtra_service_fee_amount", "programme"),
            ("fee", "epr_pob_service_fee_amount", "other"),
            ("shipping", "actual_shipping_fee_amount", "shipping"),
            ("tax", "sst_amount", "tax"),
            ("revenue", "cod_service_fee_amount", "other"),
        ):
            with self.subTest(key):
                self.assertEqual(fee_group(section, key), (group, True))

    def test_the_tax_beside_a_fee_is_a_tax(self):
        for key in (*DOCUMENTED_TAXES, "gmv_max_ad_fee_tax_amount"):
            with self.subTest(key):
                self.assertEqual(fee_group("fee", key), ("tax", True))

    def test_a_tax_is_one_in_whichever_block_it_comes(self):
        for section in ("fee", "tax"):
            self.assertEqual(fee_group(section, "pit_amount"), ("tax", True))

    def test_an_unknown_key_is_other_and_told_so(self):
        for section in (*fees.SECTIONS, "elsewhere"):
            for key in ("brand_new_fee_amount", "brand_new_fee_tax", "_tax", ""):
                with self.subTest(section=section, key=key):
                    self.assertEqual(fee_group(section, key), ("other", False))

    def test_a_key_is_known_in_its_own_section_only(self):
        self.assertFalse(fee_group("revenue", "actual_shipping_fee_amount")[1])


@tagged("post_install", "-at_install")
class TestAdjustmentGroup(BaseCase):
    def test_each_documented_type_has_a_known_group(self):
        for word in fees.ADJUSTMENT_TYPES:
            group, is_known = adjustment_group(word)
            with self.subTest(word):
                self.assertTrue(is_known)
                self.assertIn(group, ADJUSTMENT_GROUPS)

    def test_types_with_full_width_brackets_are_known(self):
        for word, group in (
            ("Violation fee （settlement fee）", "penalty"),
            ("Violation fee （credit card）", "penalty"),
            ("Bill payment （negative balance）", "adjustment"),
        ):
            with self.subTest(word):
                self.assertEqual(adjustment_group(word), (group, True))

    def test_an_unknown_type_is_an_adjustment_and_told_so(self):
        for word in ("BRAND_NEW", "", None, "（）"):
            with self.subTest(word):
                self.assertEqual(adjustment_group(word), ("adjustment", False))
