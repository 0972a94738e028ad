from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    tts_listing_count = fields.Integer(
        compute="_compute_tts_listing_count",
        string="TikTok Listings",
        groups="sale_tiktok_shop.group_tts_user",
    )

    def _compute_tts_listing_count(self):
        counts = dict(
            self.env["tts.listing"]._read_group(
                [("product_id.product_tmpl_id", "in", self.ids)],
                ["product_id"],
                ["__count"],
            )
        )
        for template in self:
            variants = template.with_context(active_test=False).product_variant_ids
            template.tts_listing_count = sum(counts.get(v, 0) for v in variants)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_listed(self):
        # The database deletes variants with their template, past their own check.
        self.with_context(active_test=False).product_variant_ids._tts_check_unlisted()

    def action_view_tts_listings(self):
        """Open the listings that sell these products on TikTok."""
        variants = self.with_context(active_test=False).product_variant_ids
        return variants.action_view_tts_listings()
