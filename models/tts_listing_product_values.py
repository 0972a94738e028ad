from odoo import fields, models
from odoo.fields import Command, Domain


class TtsListing(models.Model):
    """What the new product of a listing is made of."""

    _inherit = "tts.listing"

    def _prepare_template_values(self, options):
        """What the template of a new product is made of, besides its variants."""
        company = self.shop_id.company_id
        values = {
            "name": self.title or self.seller_sku,
            "type": "consu",
            "is_storable": options.get("is_storable", True),
            "company_id": self._product_company().id,
            # By itself it would take the taxes of every company the user is in.
            "taxes_id": [Command.set(self._product_taxes().ids)],
            "supplier_taxes_id": [Command.set(company.account_purchase_tax_id.ids)],
        }
        if options.get("categ_id"):
            values["categ_id"] = options["categ_id"]
        return values

    def _product_company(self):
        """Products are shared where there is one company; else they are the shop's."""
        company = self.shop_id.company_id
        if self.env["res.company"].sudo().search_count([], limit=2) == 1:
            return company.browse()
        return company

    def _product_taxes(self):
        """The sales taxes of new products: those the shop's prices contain."""
        shop = self.shop_id
        if shop.tax_policy == "included" and shop.tax_ids:
            return shop.tax_ids
        return shop.company_id.account_sale_tax_id

    def _currency(self):
        return self.shop_id.company_id.currency_id

    def _list_price(self):
        """The sales price of this listing's product, in the company's currency.

        TikTok's price contains the tax, unless TikTok collects the tax itself.

        :return: (price, list of what a person has to know)
        """
        company, currency = self.shop_id.company_id, self._currency()
        price = self.price
        if price and self.currency_id and self.currency_id != currency:
            rates = (self.currency_id | currency).sudo().rate_ids
            if not rates.filtered(
                lambda rate: rate.company_id in (company.browse(), company.root_id)
            ):
                return 0.0, [
                    self.env._(
                        "There is no exchange rate for %s: set the sales price.",
                        self.currency_id.name,
                    )
                ]
            today = fields.Date.context_today(self)
            price = self.currency_id._convert(price, currency, company, today)
        if price and self.shop_id.tax_policy == "included":
            price = self._product_taxes()._tts_price_to_enter(price, currency)
        return price, []

    def _free_barcode(self):
        """This listing's barcode where nothing else has it.

        :return: (barcode or False, list of what a person has to know)
        """
        code = self.barcode
        if not code:
            return False, []
        taken = Domain("barcode", "=", code)
        Product = self.env["product.product"].sudo().with_context(active_test=False)
        holder = Product.search(taken, limit=1)
        if not holder and not self.env["product.uom"].sudo().search(taken, limit=1):
            return code, []
        return False, [
            self.env._(
                "The barcode %(code)s was left out: %(holder)s has it.",
                code=code,
                holder=holder.display_name or self.env._("a packaging"),
            )
        ]
