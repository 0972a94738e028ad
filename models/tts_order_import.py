from dataclasses import dataclass, field

from psycopg2 import IntegrityError

from odoo import api, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..lib.grouping import group_units
from ..lib.payloads import Order

# Importing writes no change log: the TikTok order is the record of what came when.
IMPORT_CONTEXT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "tts_import": True,
}


class Conflict(Exception):
    """Another worker wrote the same thing: read the page again, with fresh eyes."""


# Reasons to start the transaction again. Other failures of the database are about the
# value it was given: they belong to one order.
BUSY = (Conflict, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)


class MappingError(UserError):
    """Something of Odoo's is missing that a person can supply."""


@dataclass(slots=True)
class Incoming:
    """One order on its way in: its mirror, TikTok's word, and the money."""

    mirror: models.BaseModel
    order: Order
    expected: object
    currency: models.BaseModel


@dataclass(slots=True)
class Mapping:
    """Everything a batch of orders refers to, found in a handful of queries."""

    products: dict
    ambiguous: dict
    carriers: dict
    buyers: dict
    recipients: dict
    source: models.BaseModel
    has_analytics: bool
    groups: dict = field(default_factory=dict)
    fiscal_positions: dict = field(default_factory=dict)
    unmatched: dict = field(default_factory=dict)


class TtsOrder(models.Model):
    """Turning mirrors into sales orders: batches, and no bad apple among them."""

    _inherit = "tts.order"

    @api.model
    def _import(self, shop, incoming):
        """Turn orders into sales orders; a batch that fails is split until the culprit
        is alone, and only the culprit stays out.

        :raise Conflict, psycopg2.OperationalError: this transaction must start again
        """
        if not incoming:
            return
        try:
            with self.env.cr.savepoint():
                self._create_sale_orders(shop, incoming)
        except BUSY:
            raise
        except Exception as error:
            if is_ours(error):
                raise Conflict() from error
            if len(incoming) == 1:
                incoming[0].mirror._note_error(error)
                return
            half = len(incoming) // 2
            self._import(shop, incoming[:half])
            self._import(shop, incoming[half:])

    @api.model
    def _create_sale_orders(self, shop, incoming):
        """Create, check and confirm the sales orders of one batch."""
        mapping = self._map(shop, [entry.order for entry in incoming])
        SaleOrder = (
            self.env["sale.order"]
            .with_company(shop.company_id)
            .with_context(**IMPORT_CONTEXT)
        )
        ready, vals_list = [], []
        for entry in incoming:
            try:
                vals_list.append(SaleOrder._tts_prepare_values(shop, entry, mapping))
                ready.append(entry)
            except MappingError as error:
                entry.mirror._note_error(error)
        sale_orders = SaleOrder.create(vals_list)
        exact = self.env["tts.order"]
        to_confirm = SaleOrder
        for entry, sale_order in zip(ready, sale_orders, strict=True):
            if sale_order._tts_differs_by(entry.expected):
                entry.mirror._note_review(sale_order, entry.expected)
            else:
                exact |= entry.mirror
                to_confirm |= sale_order
        if to_confirm:
            to_confirm.action_confirm()
        exact._note_done()
        for entry in ready:
            if entry.order.is_buyer_request_cancel:
                entry.mirror._follow_request(entry.order)
        self._note_unmatched(shop, mapping)

    @api.model
    def _map(self, shop, orders):
        """Find everything these orders refer to.

        :return: a `Mapping`
        """
        groups = {order.id: group_units(order.active_lines) for order in orders}
        products, ambiguous = self.env["product.product"]._tts_resolve(
            shop, (group for units in groups.values() for group in units)
        )
        Partner = self.env["res.partner"].with_context(**IMPORT_CONTEXT)
        places = Partner._tts_places(orders)
        buyers = Partner._tts_find_or_create_buyers(shop, orders, places)
        return Mapping(
            products=products,
            ambiguous=ambiguous,
            carriers=shop._carriers_for(orders),
            buyers=buyers,
            recipients=Partner._tts_find_or_create_recipients(orders, buyers, places),
            # Whoever may edit sources may have deleted ours.
            source=self.env.ref(
                "sale_tiktok_shop.utm_source_tiktok_shop", raise_if_not_found=False
            )
            or self.env["utm.source"],
            has_analytics=bool(
                self.env["account.analytic.distribution.model"].search([], limit=1)
            ),
            groups=groups,
        )

    @api.model
    def _note_unmatched(self, shop, mapping):
        """One issue and one listing per SKU that no single product of Odoo carries."""
        if not mapping.unmatched:
            return
        self.env["tts.listing"]._absorb_sold(
            shop, (group for group, _order in mapping.unmatched.values())
        )
        for sku_id, (group, first_order) in mapping.unmatched.items():
            candidates = mapping.ambiguous.get(sku_id)
            label = group.seller_sku or group.sku_id
            self.env["tts.issue"]._raise(
                shop,
                f"sku:{sku_id}",
                category="product",
                name=self.env._("SKU %s fits several products", label)
                if candidates and len(candidates) > 1
                else self.env._("SKU %s has no product", label),
                reason=self.env._(
                    "%(product)s (SKU ID %(sku)s) was sold as the default product, "
                    "first on order %(order)s.",
                    product=group.product_name,
                    sku=sku_id,
                    order=first_order,
                )
                if not candidates
                else self._ambiguous_reason(candidates),
                hint=self.env._(
                    "Choose its product under TikTok Listings, or give exactly one "
                    "product the Internal Reference %s and click Retry; open orders "
                    "are repaired.",
                    label,
                ),
                reference=label,
            )

    @api.model
    def _ambiguous_reason(self, candidates):
        """Say why none of the products that a SKU may be was sold."""
        names = ", ".join(candidates.mapped("display_name"))
        if len(candidates) == 1:
            return self.env._(
                "The Internal Reference of %s is the TikTok product ID, but that "
                "product has several SKUs. The default product was sold instead.",
                names,
            )
        return self.env._(
            "These products share the Internal Reference: %s. The default product was "
            "sold instead.",
            names,
        )


def is_ours(error):
    """Whether a unique index of this addon stopped a second import."""
    name = getattr(getattr(error, "diag", None), "constraint_name", None) or ""
    return isinstance(error, IntegrityError) and "tts_" in name
