from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const
from ..utils import toast

MATCHED_STATES = ("seller_sku", "tiktok_id", "barcode", "hand")
LOST_STATES = ("unmatched", "ambiguous")


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
        # TikTok does not tell which choices of a combo were bought.
        domain="[('type', '!=', 'combo')]",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    refused_product_id = fields.Many2one(
        "product.product",
        readonly=True,
        index="btree_not_null",
        help="A person took this product off; no matching proposes it again.",
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
    is_detail_due = fields.Boolean(
        compute="_compute_is_detail_due",
        search="_search_is_detail_due",
        help="The product changed on TikTok since its details were read.",
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

    @api.depends("detail_epoch", "remote_update_epoch")
    def _compute_is_detail_due(self):
        for listing in self:
            listing.is_detail_due = listing.detail_epoch < listing.remote_update_epoch

    def _search_is_detail_due(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "COALESCE(%s, 0) < COALESCE(%s, 0)",
                model._field_to_sql(alias, "detail_epoch", query),
                model._field_to_sql(alias, "remote_update_epoch", query),
            ),
            predicate=lambda listing: listing.is_detail_due,
        )

    # === LINK === #

    def write(self, vals):
        """A product chosen by a person counts as matched by hand, and is kept; one that
        a person takes off is not proposed again.
        """
        if "product_id" not in vals or "match_state" in vals:
            return super().write(vals)
        if vals["product_id"]:
            self._check_choice(self.env["product.product"].browse(vals["product_id"]))
            result = super().write(vals | self._prepare_hand_values())
            self._ask_to_heal()
            return result
        for listing in self:
            super(TtsListing, listing).write(vals | listing._prepare_refused_values())
        return True

    def _check_choice(self, product):
        """Refuse products that nothing can be sold as.

        :raise UserError: tells what to choose instead
        """
        if product.type == "combo":
            raise UserError(
                self.env._(
                    "%s is a combo, and TikTok does not tell which of its choices were "
                    "bought. Choose a product that can be delivered.",
                    product.display_name,
                )
            )
        if any(shop._is_stand_in(product) for shop in self.shop_id):
            raise UserError(
                self.env._(
                    "%s only stands in for unknown SKUs or for shipping. Choose the "
                    "product that is sold, or click Ignore.",
                    product.display_name,
                )
            )

    def _is_product_usable(self):
        """Whether orders of this shop can sell the product of this listing."""
        product = self.product_id
        shared = (product.company_id.browse(), *self.company_id.parent_ids)
        return product.active and product.company_id in shared

    def _prepare_hand_values(self):
        """What choosing a product by hand means for the match."""
        return {
            "match_state": "hand",
            "match_reason": self.env._("Chosen by %s.", self.env.user.display_name),
            "refused_product_id": False,
        }

    def _prepare_refused_values(self):
        """What taking its product off by hand means for the match."""
        self.ensure_one()
        refused = self.product_id or self.refused_product_id
        return {
            "match_state": "unmatched",
            "match_reason": self.env._("Taken off by %s.", self.env.user.display_name),
            "matched_seller_sku": False,
            "refused_product_id": refused.id,
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

    @api.model
    def _by_sku(self, shop, sku_ids):
        """Find the listings of SKUs of a shop: {TikTok SKU id: listing}."""
        found = self.search_fetch(
            [("shop_id", "=", shop.id), ("sku_remote_id", "in", list(sku_ids))],
            ["sku_remote_id", "product_id", "match_state", "refused_product_id"],
        )
        return {listing.sku_remote_id: listing for listing in found}

    # === BUTTONS === #

    def action_ignore(self):
        """Leave these listings alone: orders take the default product, quietly."""
        self.check_access("write")
        self.write(
            {
                "product_id": False,
                "match_state": "ignored",
                "match_reason": self.env._(
                    "Ignored by %s.", self.env.user.display_name
                ),
                "matched_seller_sku": False,
            }
        )
        for shop, listings in self.grouped("shop_id").items():
            keys = [f"sku:{sku_id}" for sku_id in listings.mapped("sku_remote_id")]
            self.env["tts.issue"]._close(shop, keys)

    def action_take_into_account(self):
        """Look for the products of ignored listings again."""
        self.check_access("write")
        ignored = self.filtered(lambda listing: listing.match_state == "ignored")
        ignored.write({"match_state": "unmatched", "match_reason": False})
        return ignored.action_match_again()

    def action_match_again(self):
        """Look for the products of those of these listings that have none.

        What was taken off by hand counts as a candidate again.
        """
        self.check_access("write")
        lost = self.filtered(lambda listing: listing.match_state in LOST_STATES)
        lost.filtered("refused_product_id").refused_product_id = False
        for shop, listings in lost.grouped("shop_id").items():
            self._apply(self._match(shop, listings))
        found = lost.filtered("product_id")
        return toast(
            "success" if found else "warning",
            self.env._(
                "%(found)s of %(count)s listings without a product found theirs. The "
                "others say why not.",
                found=len(found),
                count=len(lost),
            ),
        )
