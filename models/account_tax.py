from odoo import models


class AccountTax(models.Model):
    _inherit = "account.tax"

    def _tts_price_to_enter(self, total, currency):
        """Return the unit price that comes to `total` once these taxes are applied.

        Taxes that Odoo adds on top of the price are taken out of it first.
        """
        if all(tax.price_include for tax in self.flatten_taxes_hierarchy()):
            return total
        details = self._get_tax_details(
            total,
            1.0,
            precision_rounding=currency.rounding,
            rounding_method="round_globally",
            special_mode="total_included",
        )
        return details["total_excluded"] + sum(
            data["tax_amount"]
            for data in details["taxes_data"]
            if data["tax"].price_include
        )
