from odoo import fields, models


class TtsListingLevel(models.Model):
    """The stock of one listing in one of TikTok's warehouses, in units."""

    _name = "tts.listing.level"
    _description = "TikTok Shop Stock Level"
    _order = "listing_id, id"

    listing_id = fields.Many2one(
        "tts.listing", required=True, readonly=True, ondelete="cascade"
    )
    shop_id = fields.Many2one(
        related="listing_id.shop_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(
        related="listing_id.company_id", store=True, precompute=True
    )
    warehouse_id = fields.Many2one(
        "tts.warehouse", required=True, readonly=True, ondelete="cascade", index=True
    )
    tiktok_quantity = fields.Integer(
        string="On TikTok", readonly=True, help="Available to buy, when last read."
    )
    committed_quantity = fields.Integer(
        string="Committed",
        readonly=True,
        help="Sold on TikTok and not shipped yet; not part of what is available.",
    )
    uncovered_quantity = fields.Integer(
        string="Not in Odoo Yet",
        readonly=True,
        help="Committed on TikTok by orders that no confirmed sales order covers: "
        "unpaid, on hold, or not imported. Odoo keeps these units back.",
    )
    odoo_quantity = fields.Integer(
        string="To List", readonly=True, help="What Odoo can promise, by the rules."
    )
    pushed_quantity = fields.Integer(string="Pushed", readonly=True)
    pushed_at = fields.Datetime(readonly=True)

    _warehouse_uniq = models.UniqueIndex(
        "(listing_id, warehouse_id)",
        "This listing already has a level for this warehouse.",
    )


class TtsListing(models.Model):
    _inherit = "tts.listing"

    level_ids = fields.One2many(
        "tts.listing.level", "listing_id", string="Stock Levels", readonly=True
    )
    stock_policy = fields.Selection(
        [
            ("shop", "As the Shop"),
            ("own", "Own Rule"),
            ("never", "Never Push"),
        ],
        required=True,
        default="shop",
    )
    stock_buffer = fields.Integer(
        string="Buffer", help="Units kept back in each warehouse."
    )
    stock_share = fields.Float(
        string="Share (%)",
        default=100.0,
        help="The part of what is left after the buffer that this listing offers.",
    )
    stock_maximum = fields.Integer(
        string="Maximum Listed", help="At most this many units; 0 for no limit."
    )
    push_state = fields.Selection(
        [
            ("waiting", "Not Compared Yet"),
            ("step", "In Step"),
            ("due", "To Push"),
            ("skipped", "Not Pushed"),
            ("error", "Failed"),
        ],
        string="Stock",
        required=True,
        default="waiting",
        readonly=True,
        index=True,
    )
    push_reason = fields.Char(string="Stock Message", readonly=True)
    odoo_quantity = fields.Integer(string="To List", readonly=True)
    tiktok_quantity = fields.Integer(string="On TikTok", readonly=True)
    pushed_quantity = fields.Integer(string="Last Pushed", readonly=True)
    pushed_at = fields.Datetime(string="Pushed On", readonly=True)
    compared_at = fields.Datetime(string="Compared On", readonly=True)
