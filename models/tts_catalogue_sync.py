from odoo import fields, models


class TtsCatalogueSync(models.Model):
    """A reading of a shop's catalogue: what it found, and what it would change.

    Asked for by a person it waits for Apply; the daily one applies by itself.
    """

    _name = "tts.catalogue.sync"
    _description = "TikTok Shop Catalogue Sync"
    _order = "id desc"
    _check_company_auto = True

    shop_id = fields.Many2one("tts.shop", required=True, index=True, ondelete="cascade")
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
    auto_apply = fields.Boolean(readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("reading", "Reading"),
            ("preview", "To Apply"),
            ("applying", "Applying"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        required=True,
        default="waiting",
        readonly=True,
    )
    error_message = fields.Char(readonly=True)
    started_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many("tts.catalogue.sync.line", "sync_id", readonly=True)


class TtsCatalogueSyncLine(models.Model):
    """What a catalogue sync would change on one listing, and what became of it."""

    _name = "tts.catalogue.sync.line"
    _description = "TikTok Shop Catalogue Sync Line"
    _order = "id"

    sync_id = fields.Many2one(
        "tts.catalogue.sync", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="sync_id.company_id", store=True)
    listing_id = fields.Many2one(
        "tts.listing", required=True, ondelete="cascade", index=True
    )
    product_id = fields.Many2one("product.product", ondelete="cascade")
    match_state = fields.Selection(
        selection=lambda self: self.env["tts.listing"]._fields["match_state"].selection,
    )
    reason = fields.Char(string="Why")
    outcome = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("done", "Done"),
            ("kept", "Left as It Was"),
            ("failed", "Failed"),
        ],
        required=True,
        default="waiting",
    )
    message = fields.Char()
