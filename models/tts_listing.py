from odoo import api, fields, models

from .. import const

MATCHED_STATES = ("seller_sku", "tiktok_id", "barcode", "hand")
# What a person decided; no matching touches it.
DECIDED_STATES = ("hand", "ignored")


class TtsListing(models.Model):
    """One SKU as TikTok Shop lists it, and the product of Odoo that stands behind it.

    The link outlives whatever Internal References become later: orders and stock go by
    TikTok's SKU id.
    """

    _name = "tts.listing"
    _description = "TikTok Shop Listing"
    _inherit = ["mail.thread"]
    _order = "title, variation, id"
    _rec_names_search = ["title", "seller_sku", "sku_remote_id", "product_remote_id"]
    _check_company_auto = True

    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True, index=True
    )

    # What TikTok says
    product_remote_id = fields.Char(
        string="TikTok Product ID", readonly=True, index=True
    )
    sku_remote_id = fields.Char(string="TikTok SKU ID", required=True, readonly=True)
    seller_sku = fields.Char(string="Seller SKU", readonly=True, index=True)
    title = fields.Char(readonly=True)
    variation = fields.Char(readonly=True)
    sales_attributes = fields.Json(
        readonly=True, help="Pairs of attribute and value, such as Color and Black."
    )
    barcode = fields.Char(readonly=True, help="The GTIN, EAN, UPC or ISBN on TikTok.")
    status = fields.Selection(
        [*const.PRODUCT_STATUSES, ("UNKNOWN", "Unknown")],
        string="TikTok Status",
        readonly=True,
        index=True,
    )
    remote_status = fields.Char(
        string="Status as Sent", readonly=True, help="TikTok's own word."
    )
    is_sku_active = fields.Boolean(string="SKU Active", readonly=True, default=True)
    is_bundle = fields.Boolean(
        string="Virtual Bundle",
        readonly=True,
        help="TikTok computes its stock from the parts.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    price = fields.Monetary(readonly=True)
    image_url = fields.Char(string="Image", readonly=True)
    remote_update_epoch = fields.Integer(readonly=True)
    detail_epoch = fields.Integer(
        readonly=True,
        help="The change of the product up to which images, barcodes and attributes "
        "were read.",
    )
    seen_at = fields.Datetime(string="Last Seen", readonly=True)
    gone = fields.Boolean(
        string="Gone from TikTok", readonly=True, help="TikTok lists it no more."
    )
    duplicate_sku = fields.Boolean(
        string="Duplicate Seller SKU",
        readonly=True,
        help="Another listing of this shop carries the same seller SKU.",
    )

    # What it is in Odoo
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    match_state = fields.Selection(
        [
            ("seller_sku", "Matched by Seller SKU"),
            ("tiktok_id", "Matched by TikTok ID"),
            ("barcode", "Matched by Barcode"),
            ("hand", "Matched by Hand"),
            ("ambiguous", "Ambiguous"),
            ("unmatched", "Unmatched"),
            ("ignored", "Ignored"),
        ],
        required=True,
        default="unmatched",
        readonly=True,
        index=True,
        tracking=True,
    )
    match_reason = fields.Char(string="Why", readonly=True)
    matched_seller_sku = fields.Char(
        readonly=True, help="The seller SKU at the time of the match."
    )
    to_heal = fields.Boolean(
        readonly=True,
        copy=False,
        help="Open orders that sold the default product in its place are repaired.",
    )

    _sku_uniq = models.UniqueIndex(
        "(shop_id, sku_remote_id)", "This TikTok SKU is already listed for this shop."
    )
    _to_heal_idx = models.Index("(shop_id) WHERE to_heal IS TRUE")

    @api.depends("title", "variation", "seller_sku", "sku_remote_id")
    def _compute_display_name(self):
        for listing in self:
            name = listing.title or listing.seller_sku or listing.sku_remote_id
            listing.display_name = (
                f"{name} ({listing.variation})" if listing.variation else name
            )

    # === LINK === #

    def write(self, vals):
        """A product chosen by a person counts as matched by hand, and is kept."""
        by_hand = "product_id" in vals and "match_state" not in vals
        if by_hand:
            vals = vals | self._prepare_hand_values(vals["product_id"])
        result = super().write(vals)
        if by_hand and vals["product_id"]:
            self._ask_to_heal()
        return result

    def _prepare_hand_values(self, product_id):
        """What choosing, or clearing, the product by hand means for the match."""
        return {
            "match_state": "hand" if product_id else "unmatched",
            "match_reason": self.env._("Chosen by %s.", self.env.user.display_name)
            if product_id
            else False,
        }

    def _link(self, product, how, reason=False):
        """Give this listing its product and have its open orders repaired.

        :param product: one `product.product`
        :param str how: a match state other than ambiguous, unmatched and ignored
        :param reason: what the match rests on, for people
        """
        self.ensure_one()
        self.write(
            {
                "product_id": product.id,
                "match_state": how,
                "match_reason": reason,
                "matched_seller_sku": self.seller_sku,
            }
        )
        self._ask_to_heal()

    def _ask_to_heal(self):
        """Have the open orders of these listings repaired in the background."""
        self.filtered(lambda listing: not listing.to_heal).to_heal = True
        self.env.ref("sale_tiktok_shop.ir_cron_heal_orders").sudo()._trigger()
