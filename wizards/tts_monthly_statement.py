from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..lib.monthly import Month

# How many months back one can print.
MOST_MONTHS = 60


class TtsMonthlyStatement(models.TransientModel):
    """Asks for which shops and which month the statement is printed."""

    _name = "tts.monthly.statement"
    _description = "Print the Monthly Statement of TikTok Shops"

    shop_ids = fields.Many2many(
        "tts.shop",
        string="Shops",
        required=True,
        default=lambda self: self._default_shop_ids(),
        context={"active_test": False},
    )
    month = fields.Selection(
        selection="_month_choices",
        required=True,
        default=lambda self: str(self._this_month().shifted(-1)),
    )

    @api.model
    def _default_shop_ids(self):
        mine = [("company_id", "in", self.env.companies.ids)]
        return self.env["tts.shop"].search(mine)

    @api.model
    def _this_month(self):
        today = fields.Date.context_today(self)
        return Month(today.year, today.month)

    @api.model
    def _month_choices(self):
        """Return the months that can be printed, this one first."""
        this = self._this_month()
        months = [this.shifted(-number) for number in range(MOST_MONTHS)]
        return [
            (
                str(month),
                self.env._("%s (so far)", self._month_name(month))
                if month == this
                else self._month_name(month),
            )
            for month in months
        ]

    @api.model
    def _month_name(self, month):
        """Return a month as people write it: October 2026."""
        return format_date(self.env, month.first, date_format="LLLL y")

    def _shops(self):
        """Return the shops to print, those of a company together."""
        return self.shop_ids.sorted(
            lambda shop: (shop.company_id.name, shop.name, shop.id)
        )

    def _file_name(self):
        """Return how the file is called, without its ending."""
        name = self.shop_ids.name if len(self.shop_ids) == 1 else "TikTok Shop"
        return self.env._(
            "%(shop)s - Monthly Statement %(month)s", shop=name, month=self.month
        )

    def action_print(self):
        """Print the statement of these shops.

        :raise UserError: no shop was chosen
        """
        self.ensure_one()
        self.check_access("read")
        if not self.shop_ids:
            raise UserError(
                self.env._("Choose the shops whose monthly statement is printed.")
            )
        report = self.env.ref("sale_tiktok_shop.action_report_monthly_statement")
        return report.report_action(self) | {"close_on_report_download": True}
