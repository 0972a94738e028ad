from odoo import fields, models
from odoo.fields import Domain

from ..lib.logistics import parse_named_id


class TtsProvider(models.Model):
    """A shipping provider of TikTok, and the Odoo carrier that stands for it."""

    _name = "tts.provider"
    _description = "TikTok Shop Shipping Provider"
    _order = "shop_id, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True)
    shop_id = fields.Many2one("tts.shop", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    remote_id = fields.Char(string="Provider ID", required=True, readonly=True)
    carrier_id = fields.Many2one(
        "delivery.carrier",
        string="Odoo Carrier",
        check_company=True,
        help="Empty: the carrier with the same name, else the shop's default carrier.",
    )

    _remote_uniq = models.UniqueIndex(
        "(shop_id, remote_id)", "This shipping provider is already listed."
    )


class TtsShop(models.Model):
    _inherit = "tts.shop"

    def _pull_providers(self):
        """List the providers of the options the shop's warehouses offer.

        :raise TikTokError: TikTok refused or did not answer
        """
        self.ensure_one()
        found = {}
        # TikTok ships from its own warehouses, and has no options for them.
        own = self.warehouse_ids.filtered(lambda warehouse: not warehouse.is_fbt)
        with self._client() as client:
            for warehouse in own:
                for row in client.delivery_options(warehouse.remote_id):
                    option = parse_named_id(row, "delivery_option")
                    for provider_row in client.shipping_providers(option.id):
                        provider = parse_named_id(provider_row, "shipping_provider")
                        found[provider.id] = provider.name
        self._note_providers(found)

    def _note_providers(self, found):
        """Remember providers by id, so that a person can map them to carriers."""
        known = set(self.provider_ids.mapped("remote_id"))
        self.env["tts.provider"].create(
            [
                {"shop_id": self.id, "remote_id": remote_id, "name": name}
                for remote_id, name in found.items()
                if remote_id not in known
            ]
        )

    def _carriers_for(self, orders):
        """Find the carrier of each order: mapped, else by name, else the default.

        :param orders: list of payload orders
        :return: {(provider id, provider name): delivery.carrier}
        """
        wanted = {
            (order.shipping_provider_id, order.shipping_provider) for order in orders
        }
        found = self._find_carriers(wanted)
        default = self.carrier_id or self._find_or_create_default_carrier()
        return {key: found.get(key) or default for key in wanted}

    def _find_carriers(self, wanted):
        """Find carriers that somebody mapped, or that have the provider's name.

        :param wanted: set of (provider id, provider name)
        :return: {(provider id, provider name): delivery.carrier}, without what is
            not found
        """
        named = {}
        names = {name for _id, name in wanted if name}
        if names:
            for carrier in self.env["delivery.carrier"].search(
                Domain("name", "in", list(names))
                & Domain("company_id", "in", [False, *self.company_id.parent_ids.ids])
            ):
                named.setdefault(carrier.name, carrier)
        mapped = {
            provider.remote_id: provider.carrier_id for provider in self.provider_ids
        }
        return {
            (remote_id, name): carrier
            for remote_id, name in wanted
            if (carrier := mapped.get(remote_id) or named.get(name))
        }
