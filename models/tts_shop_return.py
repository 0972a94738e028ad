from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

RETURN_LOCATION_NAME = "TikTok Returns"


class TtsShop(models.Model):
    """Goods that come back: where they wait, and who proposes their return."""

    _inherit = "tts.shop"

    return_policy = fields.Selection(
        [("granted", "Propose When Granted"), ("hand", "By Hand")],
        string="Returns of Goods",
        required=True,
        default="granted",
        help="Propose When Granted: as soon as goods are to come back, their return is "
        "ready to be received. By Hand: with Create Return on the case.",
    )
    return_location_id = fields.Many2one(
        "stock.location",
        string="Returns Location",
        check_company=True,
        compute="_compute_return_location_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('usage', '=', 'internal'), ('warehouse_id', '=', False), "
        "('company_id', 'in', [company_id, False])]",
        help="What comes back waits here until it is inspected. It lies outside of the "
        "warehouses, so that nothing of it is sold before.",
    )

    @api.depends("company_id")
    def _compute_return_location_id(self):
        for shop in self:
            own = shop.return_location_id
            if shop.company_id and own.company_id not in (
                shop.company_id,
                own.company_id.browse(),
            ):
                own = own.browse()
            if shop.company_id and not own:
                own = self._find_or_create_return_location(shop.company_id)
            shop.return_location_id = own

    @api.model
    def _find_or_create_return_location(self, company):
        """Find the returns location of a company by name; create it when absent."""
        Location = self.env["stock.location"].sudo()
        return Location.search(
            Domain("name", "=", RETURN_LOCATION_NAME)
            & Domain("usage", "=", "internal")
            & Domain("warehouse_id", "=", False)
            & Domain("company_id", "=", company.id),
            limit=1,
        ) or Location.create(
            {
                "name": RETURN_LOCATION_NAME,
                "usage": "internal",
                "location_id": False,
                "company_id": company.id,
            }
        )

    @api.constrains("return_location_id")
    def _check_return_location(self):
        for shop in self:
            location = shop.return_location_id
            if location and (location.usage != "internal" or location.warehouse_id):
                raise ValidationError(
                    self.env._(
                        "%(location)s cannot be the returns location of %(shop)s: what "
                        "lies there would be sold before it is inspected. Choose an "
                        "internal location that belongs to no warehouse.",
                        location=location.display_name,
                        shop=shop.name,
                    )
                )
