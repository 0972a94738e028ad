from odoo import models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    def action_open_tts_accounts(self):
        """Open the TikTok accounts from the Sales settings."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_account_action"
        )
