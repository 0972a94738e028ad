from odoo import fields, models


class TtsShop(models.Model):
    """The catalogue of a shop: how much of it Odoo knows."""

    _inherit = "tts.shop"

    catalogue_sync = fields.Boolean(string="Sync Catalogue Daily", default=True)
    last_catalogue_sync = fields.Datetime(readonly=True, copy=False)
    listing_ids = fields.One2many("tts.listing", "shop_id", string="Listings")
