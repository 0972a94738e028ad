"""How amounts are written: every documented key, "0" where it does not apply.

Source of the keys: TikTok Shop Partner API docs, Finance reference: Get Transactions by
Statement.
"""

from .ledger import COLUMNS

_KEYS = {
    "revenue": """
        subtotal_before_discount_amount seller_discount_amount
        refund_subtotal_before_discount_amount seller_discount_refund_amount
        cod_service_fee_amount refund_cod_service_fee_amount""",
    "shipping": """
        actual_shipping_fee_amount shipping_fee_discount_amount
        customer_paid_shipping_fee_amount return_shipping_fee_amount
        replacement_shipping_fee_amount exchange_shipping_fee_amount
        signature_confirmation_fee_amount shipping_insurance_fee_amount
        fbt_fulfillment_fee_reimbursement_amount return_shipping_label_fee_amount
        seller_self_shipping_service_fee_amount return_shipping_fee_paid_buyer_amount
        failed_delivery_subsidy_amount fbt_free_shipping_fee_amount
        free_return_subsidy_amount""",
    "fee": """
        platform_commission_amount referral_fee_amount refund_administration_fee_amount
        transaction_fee_amount credit_card_handling_fee_amount
        affiliate_commission_amount affiliate_commission_amount_before_pit
        affiliate_partner_commission_amount affiliate_ads_commission_amount
        sfp_service_fee_amount live_specials_fee_amount
        bonus_cashback_service_fee_amount mall_service_fee_amount
        voucher_xtra_service_fee_amount flash_sales_service_fee_amount
        cofunded_promotion_service_fee_amount pre_order_service_fee_amount
        tsp_commission_amount dt_handling_fee_amount epr_pob_service_fee_amount
        seller_paylater_handling_fee_amount fee_per_item_sold_amount
        cofunded_creator_bonus_amount dynamic_commission_amount
        external_affiliate_marketing_fee_amount""",
    "tax": """
        vat_amount import_vat_amount customs_duty_amount customs_clearance_amount
        sst_amount gst_amount iva_amount isr_amount anti_dumping_duty_amount
        local_vat_amount pit_amount""",
    "notes": """
        customer_payment_amount customer_refund_amount platform_discount_amount
        platform_discount_refund_amount seller_cofunded_discount_amount
        seller_cofunded_discount_refund_amount platform_cofunded_discount_amount
        platform_cofunded_discount_refund_amount retail_delivery_fee_amount
        retail_delivery_fee_payment_amount retail_delivery_fee_refund_amount
        sales_tax_amount sales_tax_payment_amount sales_tax_refund_amount""",
    "shipping_notes": """
        platform_shipping_fee_discount_amount promo_shipping_incentive_amount
        shipping_fee_subsidy_amount seller_shipping_fee_discount_amount
        customer_shipping_fee_offset_amount fbm_shipping_cost_amount
        fbt_shipping_cost_amount fbt_fulfillment_fee_amount
        return_refund_subsidy_amount refunded_customer_shipping_fee_amount""",
}
ZEROS = {name: dict.fromkeys(text.split(), "0") for name, text in _KEYS.items()}
NAMES = {
    "revenue": ("revenue_amount", "revenue_breakdown"),
    "shipping": ("shipping_cost_amount", "shipping_cost_breakdown"),
    "fees": ("fee_tax_amount", "fee_tax_breakdown"),
}


def written(market, section, amounts, absent=()):
    """Return {key: text} of a section: the documented keys and all that apply."""
    texts = {key: market.money(amount) for key, amount in amounts.items() if amount}
    row = {**ZEROS[section], **texts}
    for key in absent:
        row.pop(key, None)
    return row


def columns(market, row):
    """Return the settled amounts of a transaction with their breakdowns.

    :param row: a `Transaction`, or the share of a SKU in one (see `shares`)
    """
    sections = {
        name: written(market, name, row.sections.get(name, {}), row.absent)
        for names in COLUMNS.values()
        for name in names
    }
    notes = written(market, "shipping_notes", row.shipping_notes, row.absent)
    sections["shipping"]["supplementary_component"] = notes
    return {
        "settlement_amount": market.money(row.amount),
        "revenue_amount": market.money(row.revenue),
        "revenue_breakdown": sections["revenue"],
        "shipping_cost_amount": market.money(row.shipping),
        "shipping_cost_breakdown": sections["shipping"],
        "fee_tax_amount": market.money(row.fees),
        "fee_tax_breakdown": {"fee": sections["fee"], "tax": sections["tax"]},
    }


def transaction(market, row):
    """Return a transaction as Get Transactions by Statement shows it."""
    if row.type == "ORDER":
        return {
            "id": row.id,
            "type": "ORDER",
            "order_id": row.order_id,
            "order_create_time": row.time,
            "adjustment_amount": "0",
            **columns(market, row),
            "supplementary_component": written(market, "notes", row.notes, row.absent),
        }
    answer = {
        "id": row.id,
        "type": row.type,
        "settlement_amount": market.money(row.amount),
        "revenue_amount": "0",
        "shipping_cost_amount": "0",
        "fee_tax_amount": "0",
    }
    if row.type == "RESERVE":
        return answer | {
            "reserve_id": row.reserve_id,
            "reserve_amount": market.money(row.reserve),
            "reserve_status": row.reserve_status,
            "associated_order_id": row.order_id,
            "estimated_release_time": str(row.release_time),
        }
    return answer | {
        "adjustment_id": row.adjustment_id,
        "adjustment_order_id": row.order_id,
        "adjustment_amount": market.money(row.adjustment),
    }


def shares(row):
    """Split an order's transaction into one per SKU that add up to it.

    Prices and discounts are each SKU's own; the rest goes by their weight.

    :return: pairs of (`Unit`, transaction)
    """
    rows = [{name: {} for name in row.sections} for _unit in row.units]
    weights = [unit.weight for unit in row.units]
    for name, amounts in row.sections.items():
        for key, amount in amounts.items():
            own = [
                unit.revenue.get(key, 0) if name == "revenue" else 0
                for unit in row.units
            ]
            rest = split(amount - sum(own), weights)
            for sections, exact, more in zip(rows, own, rest, strict=True):
                sections[name][key] = exact + more
    kind = type(row)
    return [
        (
            unit,
            kind(row.id, row.type, row.time, row.order_id, part, absent=row.absent),
        )
        for unit, part in zip(row.units, rows, strict=True)
    ]


def split(amount, weights):
    """Split `amount` by `weights` into integers that add up to it."""
    total, left, parts = sum(weights), amount, []
    for weight in weights[1:]:
        part = amount * weight // total if total else 0
        parts.append(part)
        left -= part
    return [left, *parts]
