from odoo import api, fields, models
from odoo.tools import formatLang

from ..lib.monthly import Month


class ReportMonthlyStatement(models.AbstractModel):
    """What TikTok settled and paid out in a month, for the accountant of each shop."""

    _name = "report.sale_tiktok_shop.report_monthly_statement"
    _description = "TikTok Shop Monthly Statement"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Override of `base`: the values of the shops that wizards name.

        :raise AccessError: the user is not from billing, or asks for a shop of others
        """
        wizards = self.env["tts.monthly.statement"].browse(docids)
        wizards.check_access("read")
        self.env["tts.statement"].check_access("read")
        return {
            "doc_ids": wizards.ids,
            "doc_model": wizards._name,
            "docs": wizards,
            "papers": [
                (company, [self._prepare_page(shop, wizard) for shop in shops])
                for wizard in wizards
                for company, shops in wizard._shops().grouped("company_id").items()
            ],
            "printed_on": fields.Datetime.now(),
            "plain": self._plain,
        }

    @api.model
    def _prepare_page(self, shop, wizard):
        """Return what is printed of one shop."""
        month = Month.parse(wizard.month)
        return {
            "shop": shop,
            "month": month,
            "month_name": wizard._month_name(month),
            "sections": shop._month_sections(month),
            "strays": shop._month_strays(),
        }

    @api.model
    def _plain(self, amount, currency):
        """Return an amount without its currency, which stands above the table."""
        return formatLang(self.env, float(amount), digits=currency.decimal_places)
