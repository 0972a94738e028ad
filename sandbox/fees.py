"""What a market takes from a sale: fees, programmes, taxes.

The rates are invented, near to what the markets are known for. Source of the keys:
TikTok Shop Partner API docs, Finance reference: Get Transactions by Statement.
"""

import random
from dataclasses import dataclass

COMMISSION = "platform_commission_amount"
REFERRAL = "referral_fee_amount"
TRANSACTION = "transaction_fee_amount"
AFFILIATE = "affiliate_commission_amount"
BEFORE_PIT = "affiliate_commission_amount_before_pit"
ADS = "gmv_max_ad_fee_amount"
ADMINISTRATION = "refund_administration_fee_amount"
# Beside the sum of its group: another figure of it explains it.
INFORMATIVE = (BEFORE_PIT,)
ADMINISTRATION_RATE = 2_000
WHOLE = 10_000


@dataclass(frozen=True)
class Rates:
    """Rates of one market, in hundredths of a per cent.

    :ivar programmes: fees that some orders have, of the goods
    :ivar fee_taxes: taxes on all fees together; `sale_taxes`: on the goods
    :ivar per_unit: (key, major units) of every unit; `per_order`: of every order
    :ivar reserves: whether TikTok keeps a part of some settlements for a while
    """

    commission: int
    transaction: int = 0
    key: str = COMMISSION
    programmes: tuple = ()
    fee_taxes: tuple = ()
    sale_taxes: tuple = ()
    per_unit: tuple = ()
    per_order: tuple = ()
    reserves: bool = False


_XTRA = ("voucher_xtra_service_fee_amount", 350)
_SFP = ("sfp_service_fee_amount", 300)
RATES = {
    "MY": Rates(
        450,
        218,
        programmes=(_XTRA, _SFP, ("live_specials_fee_amount", 200)),
        fee_taxes=(("sst_amount", 800),),
    ),
    "SG": Rates(500, 218, programmes=(_XTRA,), fee_taxes=(("gst_amount", 900),)),
    "TH": Rates(
        535,
        321,
        programmes=(_XTRA, _SFP, ("seller_growth_fee_amount", 100)),
        fee_taxes=(("vat_amount", 700),),
    ),
    "VN": Rates(
        400,
        500,
        programmes=(_XTRA, _SFP),
        sale_taxes=(("vat_amount", 100), ("pit_amount", 50)),
        per_order=(("vn_fix_infrastructure_fee", 3000),),
    ),
    "PH": Rates(
        320,
        224,
        programmes=(_XTRA, ("bonus_cashback_service_fee_amount", 250)),
        fee_taxes=(("vat_amount", 1200),),
        sale_taxes=(("local_vat_amount", 50),),
    ),
    "ID": Rates(
        400,
        programmes=(
            ("dynamic_commission_amount", 400),
            ("mall_service_fee_amount", 180),
        ),
        sale_taxes=(("article_22_income_tax_withheld", 50),),
    ),
    "US": Rates(
        600,
        key=REFERRAL,
        programmes=(("cofunded_promotion_service_fee_amount", 150), _SFP),
        fee_taxes=(("sales_tax_referral_fee_amount", 500),),
        reserves=True,
    ),
    "GB": Rates(
        900,
        programmes=(_SFP, ("campaign_resource_fee", 120)),
        fee_taxes=(("vat_amount", 2000),),
        reserves=True,
    ),
    "DE": Rates(
        900,
        programmes=(("epr_pob_service_fee_amount", 60), _SFP),
        fee_taxes=(("vat_amount", 1900),),
    ),
    "JP": Rates(700, programmes=(_SFP,), fee_taxes=(("vat_amount", 1000),)),
    "BR": Rates(
        600,
        programmes=(_SFP, ("flash_sales_service_fee_amount", 200)),
        per_unit=(("fee_per_item_sold_amount", 2),),
    ),
    "MX": Rates(
        600,
        programmes=(_SFP, ("pre_order_service_fee_amount", 150)),
        sale_taxes=(("iva_amount", 800), ("isr_amount", 250), ("cedular_tax", 40)),
    ),
    "SA": Rates(500, 250, fee_taxes=(("vat_amount", 1500),)),
}
COD_FEE = {"SA": 12}


def part(amount, rate):
    """Return `rate` hundredths of a per cent of `amount`, rounded to zero."""
    whole = abs(amount) * rate // WHOLE
    return whole if amount >= 0 else -whole


def of_sale(order, goods, paid_shipping, units):
    """Return the fees and the taxes of a sale, negative, as two dictionaries.

    :param goods: list prices less the seller's discounts and what was refunded
    :param units: how many units were sold
    """
    market, rng = order.shop.market, random.Random(int(order.id))
    rates = RATES[market.code]
    if goods <= 0:
        return {}, {}
    fee = {
        rates.key: -part(goods, rates.commission),
        TRANSACTION: -part(goods, rates.transaction),
    }
    for key, amount in rates.per_unit:
        fee[key] = -market.minor(amount) * units
    for key, amount in rates.per_order:
        fee[key] = -market.minor(amount)
    if order.doc.get("commerce_platform") == "TOKOPEDIA":
        fee["dt_handling_fee_amount"] = -part(goods, 100)
    _promote(rng, fee, goods, before_pit=market.code == "VN")
    for key, rate in rates.programmes:
        if rng.random() < 0.3:
            fee[key] = -part(goods, rate)
    return fee, taxes(rates, goods, fee)


def _promote(rng, fee, goods, before_pit):
    """Let a creator or an advertisement have sold some of the orders."""
    if rng.random() < 0.2:
        fee[AFFILIATE] = -part(goods, rng.randrange(500, 1500, 50))
        if before_pit:
            fee[BEFORE_PIT] = part(fee[AFFILIATE], 11_000)
    if rng.random() < 0.15:
        fee[ADS] = -part(goods, rng.randrange(200, 800, 50))
    if rng.random() < 0.05:
        fee["affiliate_partner_commission_amount"] = -part(goods, 100)


def total(fee):
    """Return the sum of the fees, without the informative ones."""
    return sum(amount for key, amount in fee.items() if key not in INFORMATIVE)


def taxes(rates, goods, fee):
    """Return the taxes on goods and fees; a refund has both the other way round."""
    found = {key: part(total(fee), rate) for key, rate in rates.fee_taxes}
    return found | {key: -part(goods, rate) for key, rate in rates.sale_taxes}


def of_refund(market, sale_fee, sale_goods, goods):
    """Return the fees and taxes that a later refund gives back, mostly positive.

    Commissions come back in proportion, less a fifth of TikTok's for the work; the
    transaction fee and programmes do not.

    :param sale_fee: the fees of the sale, negative, of goods worth `sale_goods`
    :param goods: what is refunded of them, positive
    """
    rates, fee = RATES[market.code], {}
    if sale_goods <= 0:
        return {}, {}
    for key in (rates.key, AFFILIATE):
        if sale_fee.get(key):
            fee[key] = -sale_fee[key] * goods // sale_goods
    if fee.get(rates.key):
        fee[ADMINISTRATION] = -part(fee[rates.key], ADMINISTRATION_RATE)
    return fee, taxes(rates, -goods, fee)
