from odoo import api, fields, models

from .. import const
from ..lib.returns import parse_return
from .tts_case import UNKNOWN


class TtsReturn(models.Model):
    """One refund, return, replacement or exchange, as TikTok last told it."""

    _name = "tts.return"
    _description = "TikTok Shop Return"
    _inherit = ["tts.case"]

    type = fields.Selection(
        [*const.RETURN_TYPES, (UNKNOWN, "Unknown")], readonly=True, index=True
    )
    line_ids = fields.One2many("tts.case.line", "return_id", readonly=True)
    arbitration = fields.Selection(
        [*const.ARBITRATIONS, (UNKNOWN, "Unknown")], readonly=True
    )
    return_method = fields.Char(readonly=True)
    tracking_number = fields.Char(string="Return Tracking Number", readonly=True)
    provider_name = fields.Char(string="Return Carrier", readonly=True)
    warehouse_address = fields.Char(string="Comes Back To", readonly=True)
    previous_remote_id = fields.Char(string="Replaces Request", readonly=True)
    next_remote_id = fields.Char(string="Replaced by Request", readonly=True)
    combined_remote_id = fields.Char(string="Comes Back With", readonly=True)
    is_quick_refund = fields.Boolean(
        string="Quick Refund",
        readonly=True,
        help="TikTok pays the buyer before the goods are back; the parcel cannot be "
        "declined.",
    )
    can_keep_goods = fields.Boolean(string="Buyer Keeps the Goods", readonly=True)

    amount_goods = fields.Monetary(
        string="For Goods", readonly=True, help="What the buyer had paid for them."
    )
    amount_shipping = fields.Monetary(string="For Shipping", readonly=True)
    amount_tax = fields.Monetary(
        string="Tax and Fees",
        readonly=True,
        help="Taxes and fees of the buyer's that TikTok keeps and pays back itself.",
    )
    amount_platform_discount = fields.Monetary(
        string="Platform Discount",
        readonly=True,
        help="TikTok had paid this part of the price, and takes it back from you.",
    )
    amount_seller_discount = fields.Monetary(string="Seller Discount", readonly=True)
    amount_offer = fields.Monetary(
        string="Offered", readonly=True, help="The part of the money you offered."
    )
    is_offer_rejected = fields.Boolean(string="Offer Turned Down", readonly=True)
    amount_seller_shipping = fields.Monetary(
        string="Return Shipping, Seller Pays", readonly=True
    )
    amount_platform_shipping = fields.Monetary(
        string="Return Shipping, TikTok Pays", readonly=True
    )
    amount_buyer_shipping = fields.Monetary(
        string="Return Shipping, Buyer Pays", readonly=True
    )

    _remote_uniq = models.UniqueIndex(
        "(shop_id, remote_id)", "This TikTok return is already in Odoo."
    )

    @api.model
    def _parse_case(self, row):
        """Override for returns."""
        return parse_return(row)

    @api.model
    def _prepare_values(self, case, currencies):
        """Override to keep what only returns have."""
        types, words = dict(const.RETURN_TYPES), dict(const.ARBITRATIONS)
        arbitration = case.arbitration if case.arbitration in words else UNKNOWN
        return (
            super()._prepare_values(case, currencies)
            | self._prepare_amounts(case)
            | {
                "type": case.type if case.type in types else UNKNOWN,
                "arbitration": case.arbitration and arbitration,
                "return_method": case.return_method,
                "tracking_number": case.tracking_number,
                "provider_name": case.provider_name,
                "warehouse_address": case.warehouse_address,
                "previous_remote_id": case.previous_id,
                "next_remote_id": case.next_id,
                "combined_remote_id": case.combined_id,
                "is_quick_refund": case.is_quick_refund,
                "can_keep_goods": bool(case.can_buyer_keep_item),
                "is_offer_rejected": bool(case.is_offer_rejected),
            }
        )

    @api.model
    def _prepare_amounts(self, case):
        refund, discounts, shipping = case.refund, case.discounts, case.return_shipping
        kept = refund and refund.tax + refund.delivery_fee + refund.service_fee
        return {
            "amount_goods": float(refund.subtotal) if refund else 0.0,
            "amount_shipping": float(refund.shipping) if refund else 0.0,
            "amount_tax": float(kept) if refund else 0.0,
            "amount_platform_discount": float(
                discounts.product_platform + discounts.shipping_platform
            )
            if discounts
            else 0.0,
            "amount_seller_discount": float(
                discounts.product_seller + discounts.shipping_seller
            )
            if discounts
            else 0.0,
            "amount_offer": float(case.partial_refund.amount)
            if case.partial_refund
            else 0.0,
            "amount_seller_shipping": float(shipping.seller_paid) if shipping else 0.0,
            "amount_platform_shipping": float(shipping.platform_paid)
            if shipping
            else 0.0,
            "amount_buyer_shipping": float(shipping.buyer_paid) if shipping else 0.0,
        }
