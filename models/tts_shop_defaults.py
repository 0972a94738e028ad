from odoo import api, models
from odoo.fields import Command, Domain

from .. import const

DEFAULT_PRODUCT_REF = "TIKTOK-DEFAULT"
SHIPPING_PRODUCT_REF = "TIKTOK-SHIPPING"
DEFAULT_CARRIER_NAME = "TikTok Shipping"


class TtsShop(models.Model):
    """What a shop falls back on: products, carrier, pricelist."""

    _inherit = "tts.shop"

    @api.model
    def _find_or_create_default_product(self):
        """Find the Default Product by Internal Reference; create it when absent.

        It is a stockable kind without stock of its own, so that an order for an unknown
        SKU still gets a delivery.
        """
        return self._find_or_create_product(
            DEFAULT_PRODUCT_REF,
            {
                "name": self.env._("TikTok Shop Product (not mapped)"),
                "type": "consu",
            },
        )

    @api.model
    def _find_or_create_default_carrier(self):
        """Find the default carrier by name; create it when absent."""
        company = self.env.company
        Carrier = self.env["delivery.carrier"].sudo()
        carrier = Carrier.search(
            Domain("name", "=", DEFAULT_CARRIER_NAME)
            & Domain("company_id", "in", [False, *company.parent_ids.ids]),
            order="company_id, id",
            limit=1,
        )
        return carrier or Carrier.create(
            {
                "name": DEFAULT_CARRIER_NAME,
                "company_id": company.id,
                "delivery_type": "fixed",
                "fixed_price": 0.0,
                "product_id": self._find_or_create_product(
                    SHIPPING_PRODUCT_REF,
                    {
                        "name": self.env._("TikTok Shop Shipping"),
                        "type": "service",
                        "invoice_policy": "order",
                    },
                ).id,
            }
        )

    def _is_stand_in(self, product):
        """Whether a product only stands in: for unknown SKUs, or for shipping."""
        return product in (self.default_product_id, self.shipping_product_id) or (
            product.default_code in (DEFAULT_PRODUCT_REF, SHIPPING_PRODUCT_REF)
        )

    @api.model
    def _find_or_create_product(self, reference, values):
        """Find a product of this company by Internal Reference; else create it."""
        company = self.env.company
        Product = self.env["product.product"].sudo()
        product = Product.search(
            Domain("default_code", "=", reference)
            & Domain("company_id", "in", [False, *company.parent_ids.ids]),
            order="company_id, id",
            limit=1,
        )
        return product or Product.create(
            values
            | {
                "default_code": reference,
                "company_id": company.id,
                "list_price": 0.0,
                "sale_ok": True,
                "purchase_ok": False,
                # By itself it would take the taxes of every company the user is in.
                "taxes_id": [Command.set(company.account_sale_tax_id.ids)],
            }
        )

    @api.model
    def _prepare_market_values(self, company, region):
        """Options that follow from the market a shop sells in."""
        if region not in const.MARKETS:
            return {}
        _country, currency, block = const.MARKETS[region]
        return {
            "tax_policy": "remitted" if block == const.BLOCK_US else "included",
            "pricelist_id": self._find_or_create_pricelist(company, currency).id,
        }

    @api.model
    def _find_or_create_pricelist(self, company, currency_code):
        """Return a pricelist in this currency, or an empty record for no such currency.

        An order takes its currency from its pricelist and from nothing else.
        """
        currency = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", currency_code)], limit=1)
        )
        Pricelist = self.env["product.pricelist"].sudo()
        if not currency:
            return Pricelist
        currency.sudo().filtered(lambda found: not found.active).active = True
        return Pricelist.search(
            Domain("currency_id", "=", currency.id)
            & Domain("company_id", "in", [False, *company.parent_ids.ids]),
            order="company_id, id",
            limit=1,
        ) or Pricelist.create(
            {
                "name": self.env._("TikTok Shop %s", currency_code),
                "currency_id": currency.id,
                "company_id": company.id,
            }
        )

    def _prepare_price_values(self, product, price, currency, fiscal_position):
        """Price and taxes of a line, so that the line comes to TikTok's price.

        :param Decimal price: what one unit costs, taxes included
        """
        taxes = self._taxes_for(product, fiscal_position)
        return {
            "price_unit": taxes._tts_price_to_enter(float(price), currency),
            "discount": 0.0,
            "tax_ids": [Command.set(taxes.ids)],
        }

    def _taxes_for(self, product, fiscal_position):
        """The taxes of a line: none where TikTok remits them, else the shop's or the
        product's, as the buyer's place maps them.
        """
        if self.tax_policy == "remitted":
            return self.env["account.tax"]
        taxes = self.tax_ids or product.taxes_id._filter_taxes_by_company(
            self.company_id
        )
        return fiscal_position.map_tax(taxes) if fiscal_position else taxes
