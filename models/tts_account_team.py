from odoo import api, fields, models


class TtsAccount(models.Model):
    """The offer of sales teams, where the shops of an account are connected."""

    _inherit = "tts.account"

    offers_teams = fields.Boolean(compute="_compute_offers_teams")

    @api.depends("shop_ids.offers_team")
    def _compute_offers_teams(self):
        for account in self:
            account.offers_teams = any(account.shop_ids.mapped("offers_team"))

    def action_create_teams(self):
        """Give each shop of these accounts that has none a sales team."""
        self.check_access("write")
        return self.shop_ids.action_create_team()

    def action_decline_teams(self):
        """Offer no sales teams for the shops of these accounts any more."""
        self.check_access("write")
        self.shop_ids.action_decline_team()
