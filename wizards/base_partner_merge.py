from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """Override of `base` to move the buyer's id, which two contacts cannot share.

        The contact that stays keeps an id of its own.
        """
        buyers = (dst_partner | src_partners).filtered("tokopedia_buyer_identifier")
        buyer_id = buyers[:1].tokopedia_buyer_identifier
        src_partners.sudo().tokopedia_buyer_identifier = False
        src_partners.flush_recordset(["tokopedia_buyer_identifier"])
        result = super()._update_values(src_partners, dst_partner)
        if buyer_id != dst_partner.tokopedia_buyer_identifier:
            dst_partner.tokopedia_buyer_identifier = buyer_id
        return result
