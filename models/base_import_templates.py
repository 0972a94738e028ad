from odoo import api, models

TEMPLATE = "/sale_tiktok_shop/static/xls/tiktok_shop_reference_mapping.xlsx"


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.model
    def get_import_templates(self):
        return super().get_import_templates() + _templates(self.env)


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model
    def get_import_templates(self):
        return super().get_import_templates() + _templates(self.env)


def _templates(env):
    label = env._("Import Template for TikTok Shop Item IDs")
    return [{"label": label, "template": TEMPLATE}]
