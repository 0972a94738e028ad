import hashlib

from odoo import api, fields, models
from odoo.fields import Domain

from ..lib.payloads import is_masked_text


class ResPartner(models.Model):
    _inherit = "res.partner"

    tokopedia_buyer_identifier = fields.Char(
        string="TikTok Shop Buyer ID",
        copy=False,
        index="btree_not_null",
        help="TikTok's own number for this buyer. It is the only thing about a buyer "
        "that never changes and is never masked.",
    )
    tts_address_key = fields.Char(
        string="TikTok Shop Address Key",
        copy=False,
        index="btree_not_null",
        groups="base.group_system",
        help="Tells delivery addresses of one buyer apart.",
    )

    _tts_buyer_uniq = models.UniqueIndex(
        "(tokopedia_buyer_identifier, COALESCE(company_id, 0)) "
        "WHERE tokopedia_buyer_identifier IS NOT NULL",
        "A contact with this TikTok Shop Buyer ID exists already.",
    )

    tts_order_count = fields.Integer(
        string="TikTok Orders",
        compute="_compute_tts_order_count",
        groups="sale_tiktok_shop.group_tts_user",
    )

    def _compute_tts_order_count(self):
        """Count the TikTok orders of each customer, whichever address they went to."""
        counts = dict(
            self.env["sale.order"]._read_group(
                [("partner_id", "in", self.ids), ("tts_order_id", "!=", False)],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.tts_order_count = counts.get(partner, 0)

    def action_view_tts_orders(self):
        """Open the TikTok orders of this customer."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_order_action"
        )
        return action | {"domain": [("sale_order_ids.partner_id", "in", self.ids)]}

    # === BUYERS === #

    @api.model
    def _tts_find_or_create_buyers(self, shop, orders, places):
        """Find the customer of each order by the buyer's id, or create it.

        Names and addresses are never used to find anybody: TikTok masks them.

        :param orders: list of payload orders
        :param places: `_tts_places` of these orders
        :return: {remote order id: customer}
        """
        ids = {order.buyer_id for order in orders if order.buyer_id}
        found = {
            partner.tokopedia_buyer_identifier: partner
            for partner in self.with_context(active_test=False).search(
                Domain("tokopedia_buyer_identifier", "in", list(ids))
                & Domain("company_id", "in", [False, shop.company_id.id]),
                # A shared contact gives way to one of the company itself.
                order="company_id DESC NULLS FIRST, id",
            )
        }
        missing = {}
        for order in orders:
            if order.buyer_id not in found:
                # Without a buyer id every order is a customer of its own.
                missing.setdefault(order.buyer_id or order.id, order)
        created = self.create(
            [
                self._tts_prepare_buyer_values(shop, order, places)
                for order in missing.values()
            ]
        )
        fresh = dict(zip(missing, created, strict=True))
        buyers = {}
        for order in orders:
            buyer = found.get(order.buyer_id) or fresh[order.buyer_id or order.id]
            buyers[order.id] = buyer
            # Also among orders that arrive together: the first may be the masked one.
            buyer._tts_unmask_name(order)
        return buyers

    @api.model
    def _tts_prepare_buyer_values(self, shop, order, places):
        """What a new customer is made of."""
        address = order.address
        name = (address and address.name) or order.buyer_nickname
        values = {
            "name": name or self.env._("TikTok Shop buyer %s", order.buyer_id or "?"),
            "tokopedia_buyer_identifier": order.buyer_id or False,
            "company_id": shop.company_id.id,
            "lang": shop.company_id.partner_id.lang or self.env.lang,
            # TikTok's e-mail address is a relay that differs per order: mails of Odoo
            # would not reach the buyer.
            "email": False,
        }
        if address:
            values |= self._tts_prepare_place_values(address, places)
        return values

    def _tts_unmask_name(self, order):
        """A clear name takes the place of a masked one, never the reverse."""
        name = order.address and order.address.name
        if name and not is_masked_text(name) and is_masked_text(self.name or ""):
            self.name = name

    # === RECIPIENTS === #

    @api.model
    def _tts_find_or_create_recipients(self, orders, buyers, places):
        """Find or create one delivery address per recipient and buyer.

        An address that an older order points to is never rewritten.

        :return: {remote order id: delivery address, or the customer without one}
        """
        keys = {order.id: _address_key(order) for order in orders if order.address}
        customers = self.concat(*buyers.values())
        children = self.sudo().search(
            [
                ("parent_id", "in", customers.ids),
                ("tts_address_key", "in", list(set(keys.values()))),
            ]
        )
        found = {
            (child.parent_id.id, child.tts_address_key): child for child in children
        }
        missing = {}
        for order in orders:
            place = (buyers[order.id].id, keys.get(order.id))
            if order.id in keys and place not in found:
                missing.setdefault(place, order)
        created = self.sudo().create(
            [
                self._tts_prepare_recipient_values(order, buyers[order.id], places)
                for order in missing.values()
            ]
        )
        found |= dict(zip(missing, created, strict=True))
        return {
            order.id: found.get((buyers[order.id].id, keys.get(order.id)))
            or buyers[order.id]
            for order in orders
        }

    @api.model
    def _tts_prepare_recipient_values(self, order, buyer, places):
        """What a delivery address is made of."""
        address = order.address
        return self._tts_prepare_place_values(address, places) | {
            "type": "delivery",
            "parent_id": buyer.id,
            "company_id": buyer.company_id.id,
            "lang": buyer.lang,
            "name": address.name or buyer.name,
            "phone": address.phone or False,
            "tts_address_key": _address_key(order),
        }

    @api.model
    def _tts_prepare_place_values(self, address, places):
        """Street, town and country; what has no field of its own goes to street2."""
        country, state = places.get((address.region_code, address.state), (None, None))
        lines = list(address.lines)
        street = lines.pop(0) if lines else address.full_address
        rest = [*lines, *address.districts]
        if address.state and not state:
            rest.append(address.state)
        return {
            "street": street or False,
            "street2": ", ".join(dict.fromkeys(rest)) or False,
            "city": address.post_town or address.city or False,
            "zip": address.postal_code or False,
            "country_id": country.id if country else False,
            "state_id": state.id if state else False,
        }

    @api.model
    def _tts_places(self, orders):
        """Look up the countries and states of many addresses in two queries.

        :return: {(region code, state name): (country, state)}
        """
        wanted = {
            (order.address.region_code, order.address.state, order.address.state_code)
            for order in orders
            if order.address
        }
        countries = {
            country.code: country
            for country in self.env["res.country"].search(
                [("code", "in", list({code for code, *_ in wanted}))]
            )
        }
        states = {}
        for state in self.env["res.country.state"].search(
            [("country_id", "in", [country.id for country in countries.values()])]
        ):
            states[state.country_id.code, state.code.upper()] = state
            states.setdefault((state.country_id.code, state.name.upper()), state)
        return {
            (code, name): (
                countries.get(code),
                states.get((code, (iso or "").upper()))
                or states.get((code, (name or "").upper())),
            )
            for code, name, iso in wanted
        }


def _address_key(order):
    """Identify a recipient among the addresses of one buyer.

    Two different masked addresses can read the same, so a masked one belongs to its
    order alone.
    """
    address = order.address
    if address.is_masked:
        return f"order:{order.id}"
    text = "\n".join(
        (
            address.name,
            address.phone,
            address.region_code,
            address.postal_code,
            address.state,
            address.city,
            address.post_town,
            *address.lines,
            *address.districts,
        )
    )
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
