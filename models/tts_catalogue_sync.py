from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# A worker is at it, or will be as soon as there is one.
RUNNING_STATES = ("waiting", "reading", "matching", "applying")
OPEN_STATES = (*RUNNING_STATES, "preview")
KEEP_FOR = timedelta(days=90)
LISTING_FILTERS = {
    "kept": "matched",
    "seller_sku": "seller_sku",
    "tiktok_id": "tiktok_id",
    "barcode": "barcode",
    "ambiguous": "ambiguous",
    "unmatched": "unmatched",
    "ignored": "ignored",
    "duplicate": "duplicate",
    "gone": "gone",
}


class TtsCatalogueSync(models.Model):
    """A reading of a shop's catalogue: what it found, and what it would change.

    Asked for by a person it waits for Apply; the daily one applies by itself.
    """

    _name = "tts.catalogue.sync"
    _description = "TikTok Shop Catalogue Sync"
    _order = "id desc"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    user_id = fields.Many2one(
        "res.users",
        string="Asked By",
        default=lambda self: self.env.user,
        readonly=True,
    )
    kind = fields.Selection(
        [("match", "Match"), ("create", "Create Products")],
        required=True,
        default="match",
        readonly=True,
    )
    auto_apply = fields.Boolean(string="Applies by Itself", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("reading", "Reading"),
            ("matching", "Matching"),
            ("preview", "To Apply"),
            ("applying", "Applying"),
            ("done", "Done"),
            ("discarded", "Discarded"),
            ("failed", "Failed"),
        ],
        required=True,
        default="waiting",
        readonly=True,
        index=True,
    )
    error_message = fields.Char(readonly=True)
    started_at = fields.Datetime(readonly=True)
    finished_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many("tts.catalogue.sync.line", "sync_id", readonly=True)

    # Where a worker goes on
    cursor = fields.Text(readonly=True, help="Where the reading of pages goes on.")
    is_read = fields.Boolean(readonly=True, help="All pages were read.")
    is_applying = fields.Boolean(readonly=True, help="Somebody clicked Apply.")
    position = fields.Integer(readonly=True, help="The last listing looked at.")
    page_count = fields.Integer(readonly=True)
    failure_count = fields.Integer(readonly=True)
    next_try = fields.Datetime(string="Next Automatic Try", readonly=True)

    # What was found
    total_count = fields.Integer(string="On TikTok", readonly=True)
    product_count = fields.Integer(string="Products Read", readonly=True)
    listing_count = fields.Integer(string="Listings", readonly=True)
    kept_count = fields.Integer(string="Already Matched", readonly=True)
    seller_sku_count = fields.Integer(string="By Seller SKU", readonly=True)
    tiktok_id_count = fields.Integer(string="By TikTok ID", readonly=True)
    barcode_count = fields.Integer(string="By Barcode", readonly=True)
    ambiguous_count = fields.Integer(string="Ambiguous", readonly=True)
    unmatched_count = fields.Integer(string="Unmatched", readonly=True)
    ignored_count = fields.Integer(string="Ignored", readonly=True)
    duplicate_count = fields.Integer(string="Duplicate Seller SKUs", readonly=True)
    gone_count = fields.Integer(string="Gone from TikTok", readonly=True)
    line_count = fields.Integer(readonly=True)
    applied_count = fields.Integer(string="Applied", readonly=True)
    to_link_count = fields.Integer(
        compute="_compute_to_link_count", string="To Be Matched"
    )
    progress = fields.Float(compute="_compute_progress")

    @api.depends("shop_id", "kind", "create_date")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for sync in self:
            day = fields.Datetime.context_timestamp(
                sync, sync.create_date or fields.Datetime.now()
            )
            when = day.strftime("%Y-%m-%d %H:%M")
            sync.display_name = f"{sync.shop_id.name}: {kinds[sync.kind]}, {when}"

    @api.depends("seller_sku_count", "tiktok_id_count", "barcode_count")
    def _compute_to_link_count(self):
        for sync in self:
            sync.to_link_count = (
                sync.seller_sku_count + sync.tiktok_id_count + sync.barcode_count
            )

    @api.depends("state", "product_count", "total_count", "listing_count")
    def _compute_progress(self):
        """How far the present step is; each step fills the bar once."""
        counts = self.env["tts.listing"]._read_group(
            [("shop_id", "in", self.shop_id.ids)], ["shop_id"], ["__count"]
        )
        listed = {shop.id: count for shop, count in counts}
        for sync in self:
            if sync.state in ("preview", "done"):
                part = 1.0
            elif sync.state == "reading":
                part = sync.product_count / (sync.total_count or 1)
            elif sync.state == "matching":
                part = sync.listing_count / (listed.get(sync.shop_id.id) or 1)
            elif sync.state == "applying":
                part = sync.applied_count / (sync.line_count or 1)
            else:
                part = 0.0
            sync.progress = 100.0 * min(part, 1.0)

    @api.autovacuum
    def _gc_old_syncs(self):
        """The daily ones need not be kept for ever."""
        self.search(
            [
                ("auto_apply", "=", True),
                ("state", "in", ("done", "failed")),
                ("create_date", "<", fields.Datetime.now() - KEEP_FOR),
            ],
            limit=1000,
        ).unlink()

    # === BUTTONS === #

    def action_apply(self):
        """Give the listings the products that were found, in the background.

        :raise UserError: there is nothing to apply
        """
        self.check_access("write")
        if any(sync.state != "preview" for sync in self):
            raise UserError(
                self.env._(
                    "Only a sync that waits for it can be applied. Sync the product "
                    "catalogue of the shop again."
                )
            )
        self.write({"state": "applying", "is_applying": True})
        self._trigger()

    def action_discard(self):
        """Leave everything as it is."""
        self.check_access("write")
        self.filtered(lambda sync: sync.state in OPEN_STATES).write(
            {"state": "discarded", "finished_at": fields.Datetime.now()}
        )

    def action_run_again(self):
        """Put a failed sync back in the queue; it goes on where it stopped."""
        self.check_access("write")
        for sync in self.filtered(lambda sync: sync.state == "failed"):
            sync.write(
                {
                    "state": "applying" if sync.is_applying else "waiting",
                    "error_message": False,
                    "next_try": False,
                }
            )
        self._trigger()

    def action_refresh(self):
        """Show how far it is by now."""
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_view_lines(self):
        """Open the rows of this sync; the context names which ones."""
        self.ensure_one()
        wanted = self.env.context.get("tts_show")
        if not self.line_count or wanted in ("kept", "ignored", "duplicate", "gone"):
            return self.action_view_listings()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_catalogue_sync_line_action"
        )
        domain = [("sync_id", "=", self.id)]
        if wanted:
            domain.append(("match_state", "=", wanted))
        context = {} if wanted else {"search_default_group": 1}
        return action | {"domain": domain, "context": context}

    def action_view_listings(self):
        """Open the listings of the shop; the context names which ones."""
        self.ensure_one()
        name = LISTING_FILTERS.get(self.env.context.get("tts_show"))
        return self.shop_id._open_listings(name)

    # === SCHEDULED ACTION === #

    def _trigger(self, at=None):
        self.env.ref("sale_tiktok_shop.ir_cron_sync_catalogue").sudo()._trigger(at=at)


class TtsCatalogueSyncLine(models.Model):
    """What a catalogue sync would change on one listing, and what became of it."""

    _name = "tts.catalogue.sync.line"
    _description = "TikTok Shop Catalogue Sync Line"
    _order = "id"

    sync_id = fields.Many2one(
        "tts.catalogue.sync",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="sync_id.company_id", store=True)
    listing_id = fields.Many2one(
        "tts.listing", required=True, readonly=True, ondelete="cascade", index=True
    )
    seller_sku = fields.Char(related="listing_id.seller_sku")
    sku_remote_id = fields.Char(related="listing_id.sku_remote_id")
    action = fields.Selection(
        [
            ("link", "Match"),
            ("relink", "Match Anew"),
            ("unlink", "Lose Product"),
            ("ambiguous", "Ambiguous"),
            ("unmatched", "Unmatched"),
            ("create", "Create Product"),
        ],
        string="What Will Happen",
        readonly=True,
    )
    product_id = fields.Many2one(
        "product.product", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    match_state = fields.Selection(
        selection=lambda self: self.env["tts.listing"]._fields["match_state"].selection,
        string="Match",
        readonly=True,
    )
    reason = fields.Char(string="Why", readonly=True)
    outcome = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("done", "Done"),
            ("kept", "Left as It Was"),
            ("failed", "Failed"),
        ],
        required=True,
        default="waiting",
        readonly=True,
    )
    message = fields.Char(readonly=True)

    _waiting_idx = models.Index("(sync_id, id) WHERE outcome = 'waiting'")

    def action_open(self):
        """Open the listing of this row."""
        self.ensure_one()
        return self.listing_id._get_records_action()
