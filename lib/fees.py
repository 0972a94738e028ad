"""Which group of costs each of TikTok's fee keys and adjustment types belongs to.

An account is kept per group, so that the keys TikTok adds several times a year need
no new account. Source: Partner API, "Get Transactions by Statement" (version 202501),
breakdown keys and adjustment types.
"""

from __future__ import annotations

import unicodedata
from types import MappingProxyType

COMMISSION = "commission"
TRANSACTION = "transaction"
AFFILIATE = "affiliate"
ADS = "ads"
PROGRAMME = "programme"
SHIPPING = "shipping"
TAX = "tax"
OTHER = "other"
COMPENSATION = "compensation"
PENALTY = "penalty"
ADJUSTMENT = "adjustment"
FEE_GROUPS = (
    COMMISSION,
    TRANSACTION,
    AFFILIATE,
    ADS,
    PROGRAMME,
    SHIPPING,
    TAX,
    OTHER,
    COMPENSATION,
    PENALTY,
    ADJUSTMENT,
)

# The breakdowns of a transaction; "fee" and "tax" are parts of one column.
REVENUE_SECTION = "revenue"
SHIPPING_SECTION = "shipping"
FEE_SECTION = "fee"
TAX_SECTION = "tax"
SECTIONS = (REVENUE_SECTION, SHIPPING_SECTION, FEE_SECTION, TAX_SECTION)

# The columns of a transaction, and the breakdowns each is the sum of.
COLUMNS = MappingProxyType(
    {
        "revenue": (REVENUE_SECTION,),
        "shipping": (SHIPPING_SECTION,),
        "fee_tax": (FEE_SECTION, TAX_SECTION),
    }
)

# What the buyer owes for the order, and what goes back to the buyer.
REVENUE_SALE_KEYS = frozenset(
    ("subtotal_before_discount_amount", "seller_discount_amount")
)
REVENUE_REFUND_KEYS = frozenset(
    ("refund_subtotal_before_discount_amount", "seller_discount_refund_amount")
)
# Sale when positive, refund when negative.
BUYER_SHIPPING_KEY = "customer_paid_shipping_fee_amount"
# Not a fee of its own beside the commission that it explains.
BEFORE_PIT_KEY = "affiliate_commission_amount_before_pit"

REVENUE_FEE_KEYS = (
    "cod_service_fee_amount",
    "refund_cod_service_fee_amount",
    "distant_item_fee_amount",
)
SHIPPING_KEYS = (
    "actual_shipping_fee_amount",
    "shipping_fee_discount_amount",
    BUYER_SHIPPING_KEY,
    "return_shipping_fee_amount",
    "replacement_shipping_fee_amount",
    "exchange_shipping_fee_amount",
    "signature_confirmation_fee_amount",
    "shipping_insurance_fee_amount",
    "fbt_fulfillment_fee_reimbursement_amount",
    "return_shipping_label_fee_amount",
    "seller_self_shipping_service_fee_amount",
    "return_shipping_fee_paid_buyer_amount",
    "failed_delivery_subsidy_amount",
    "shipping_fee_guarantee_reimbursement",
    "fbt_free_shipping_fee_amount",
    "free_return_subsidy_amount",
    "international_leg_logistics_amount",
    "distant_shipping_fee_amount",
    "shipping_app_service_fee_amount",
    "logistics_service_fee",
    "fbt_overall_merchant_subsidy",
    "fbt_key_merchant_subsidy",
    "tiktok_shop_shipping_incentive_amount",
    "hazmat_noncompliance_fee",
    "hazmat_handling_fee",
    "non_standard_weight_fee",
    "non_standard_dimension_fee",
)
FEE_KEYS = MappingProxyType(
    {
        COMMISSION: (
            "platform_commission_amount",
            "referral_fee_amount",
            "refund_administration_fee_amount",
            "dynamic_commission_amount",
            "fee_per_item_sold_amount",
            "tsp_commission_amount",
            "platform_semi_managed_commission_fee",
        ),
        TRANSACTION: (
            "transaction_fee_amount",
            "credit_card_handling_fee_amount",
            "seller_paylater_handling_fee_amount",
        ),
        AFFILIATE: (
            "affiliate_commission_amount",
            BEFORE_PIT_KEY,
            "affiliate_partner_commission_amount",
            "affiliate_ads_commission_amount",
            "affiliate_commission_deposit",
            "affiliate_commission_release",
            "tap_shop_ads_commission",
            "external_affiliate_marketing_fee_amount",
            "cofunded_creator_bonus_amount",
            "auto_post_shoppable_video_commission_fee",
        ),
        ADS: (
            "gmv_max_ad_fee_amount",
            "gmv_max_coupon_fee",
        ),
        PROGRAMME: (
            "sfp_service_fee_amount",
            "live_specials_fee_amount",
            "bonus_cashback_service_fee_amount",
            "mall_service_fee_amount",
            "voucher_xtra_service_fee_amount",
            "flash_sales_service_fee_amount",
            "cofunded_promotion_service_fee_amount",
            "pre_order_service_fee_amount",
            "seller_growth_fee_amount",
            "smart_promotion_fee_amount",
            "campaign_resource_fee",
            "campaign_period_fee_cfp_amount",
            "campaign_period_fee_sp_amount",
            "category_led_campaign_fee_amount",
            "brand_amplification_program_commission",
            "brand_campaign_fee",
            "new_customer_growth_package_fee",
            "target_product_gmv_growth_package_fee",
            "store_gmv_growth_package_fee",
            "seller_funded_user_spoint_service_fee",
            "shipping_fee_guarantee_service_fee",
        ),
        SHIPPING: (
            "failed_delivery_shipping_fee",
            "buyer_fault_return_shipping_fee",
        ),
        OTHER: (
            "dt_handling_fee_amount",
            "epr_pob_service_fee_amount",
            "vn_fix_infrastructure_fee",
            "installation_service_fee",
            "platform_special_service_fee_amount",
            "insurance_fee",
        ),
        TAX: (
            "cps_shop_ads_commission_tax_amount",
            "shipping_insurance_fee_tax_amount",
            "brand_amplification_program_commission_fee_tax",
        ),
    }
)
TAX_KEYS = (
    "vat_amount",
    "import_vat_amount",
    "customs_duty_amount",
    "customs_clearance_amount",
    "sst_amount",
    "gst_amount",
    "iva_amount",
    "isr_amount",
    "cedular_tax",
    "anti_dumping_duty_amount",
    "local_vat_amount",
    "pit_amount",
    "sales_tax_referral_fee_amount",
    "smart_promotion_fee_tax_amount",
    "new_customer_growth_package_fee_tax",
    "store_gmv_growth_package_fee_sales_tax",
    "target_product_gmv_growth_package_tax",
    "auto_post_shoppable_video_sales_tax",
    "article_22_income_tax_withheld",
)

_REVENUE = dict.fromkeys(
    (*REVENUE_SALE_KEYS, *REVENUE_REFUND_KEYS, *REVENUE_FEE_KEYS), OTHER
)
_SHIPPING = dict.fromkeys(SHIPPING_KEYS, SHIPPING)
# TikTok moves keys between "fee" and "tax": each is known in both.
_FEES = {key: group for group, keys in FEE_KEYS.items() for key in keys}
_FEES |= dict.fromkeys(TAX_KEYS, TAX)
_GROUPS = MappingProxyType(
    {
        REVENUE_SECTION: _REVENUE,
        SHIPPING_SECTION: _SHIPPING,
        FEE_SECTION: _FEES,
        TAX_SECTION: _FEES,
    }
)
_TAX_ENDINGS = ("_sales_tax", "_tax_amount", "_tax")

# By what `_plain` makes of a type's text.
ADJUSTMENT_TYPES = MappingProxyType(
    {
        "CHARGE_BACK": ADJUSTMENT,
        "CUSTOMER_SERVICE_COMPENSATION": COMPENSATION,
        "DEDUCTIONS_INCURRED_BY_SELLER": PENALTY,
        "GMV_PAYMENT_FOR_ADS": ADS,
        "PLATFORM_COMMISSION_ADJUSTMENT": COMMISSION,
        "PLATFORM_COMMISSION_COMPENSATION": COMMISSION,
        "PLATFORM_PENALTY": PENALTY,
        "PROMOTION_ADJUSTMENT": PROGRAMME,
        "REBATE": COMPENSATION,
        "PLATFORM_COMPENSATION": COMPENSATION,
        "PLATFORM_REIMBURSEMENT": COMPENSATION,
        "COFUNDED_CREATOR_REWARDS": AFFILIATE,
        "STAMP_DUTY": TAX,
        "FBT_WAREHOUSE_SERVICE_FEE": SHIPPING,
        "LOGISTICS_REIMBURSEMENT": COMPENSATION,
        "SHIPPING_FEE_ADJUSTMENT": SHIPPING,
        "SHIPPING_FEE_COMPENSATION": SHIPPING,
        "SHIPPING_FEE_REBATE": SHIPPING,
        "SAMPLE_SHIPPING_FEE": SHIPPING,
        "SELLER_MISSION_REWARD": PROGRAMME,
        "OTHER_ADJUSTMENT": ADJUSTMENT,
        # TikTok sends these with a remark in brackets, such as "(credit card)".
        "VIOLATION_FEE": PENALTY,
        "BILL_PAYMENT": ADJUSTMENT,
    }
)


def fee_group(section, key) -> tuple[str, bool]:
    """Return (group, is known) of a key in a breakdown.

    ``section`` is one of ``SECTIONS``. An unknown key belongs to "other", unless it is
    the tax beside a known fee.
    """
    groups = _GROUPS.get(section, {})
    if group := groups.get(key):
        return group, True
    if section in (FEE_SECTION, TAX_SECTION) and _is_tax_of_fee(key):
        return TAX, True
    return OTHER, False


def adjustment_group(type_text) -> tuple[str, bool]:
    """Return (group, is known) of an adjustment's type.

    Some types come as words with full-width brackets behind them; neither the brackets
    nor what they hold matter.
    """
    group = ADJUSTMENT_TYPES.get(_plain(type_text))
    return (group, True) if group else (ADJUSTMENT, False)


def _is_tax_of_fee(key):
    for ending in _TAX_ENDINGS:
        if key.endswith(ending):
            fee = key.removesuffix(ending)
            return any(name in _FEES for name in _spellings(fee))
    return False


def _spellings(fee):
    """Return how the fee of a tax key may be written itself."""
    return fee, f"{fee}_amount", f"{fee}_fee", f"{fee}_fee_amount"


def _plain(type_text):
    """Return PLATFORM_PENALTY for "Platform penalty （credit card）"."""
    words = unicodedata.normalize("NFKC", type_text or "").partition("(")[0]
    return "_".join(words.upper().replace("_", " ").split())
