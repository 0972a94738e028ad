from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..utils import naive
from .tts_order_import import MappingError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    tts_order_id = fields.Many2one(
        "tts.order",
        string="TikTok Order",
        readonly=True,
        copy=False,
        ondelete="restrict",
        check_company=True,
    )
    tts_shop_id = fields.Many2one(
        related="tts_order_id.shop_id",
        string="TikTok Shop",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    tts_status = fields.Selection(
        related="tts_order_id.status",
        string="TikTok Status",
        store=True,
        precompute=True,
    )
    tts_ship_by = fields.Datetime(
        related="tts_order_id.ship_by",
        string="Ship By",
        store=True,
        precompute=True,
    )
    tts_is_fbt = fields.Boolean(
        related="tts_order_id.is_fbt", string="Fulfilled by TikTok"
    )
    tts_cancel_requested = fields.Boolean(
        related="tts_order_id.cancel_requested", string="Buyer Asks to Cancel"
    )
    tts_buyer_message = fields.Text(
        related="tts_order_id.buyer_message", string="Buyer's Message"
    )
    tts_platform_discount = fields.Monetary(
        related="tts_order_id.amount_platform_discount", string="Platform Discount"
    )
    tts_buyer_paid = fields.Monetary(
        related="tts_order_id.amount_buyer_paid", string="Buyer Paid"
    )
    tts_unexplained = fields.Monetary(
        related="tts_order_id.amount_unexplained", string="Unexplained"
    )

    _tts_order_uniq = models.UniqueIndex(
        "(tts_order_id) WHERE tts_order_id IS NOT NULL",
        "This TikTok Shop order already has its sales order.",
    )

    # === CONFIRMATION === #

    def action_confirm(self):
        """Override of `sale` to confirm TikTok's orders apart: they keep their date."""
        remote = self.filtered("tts_order_id")
        if remote and remote != self:
            super(SaleOrder, self - remote).action_confirm()
            return super(SaleOrder, remote).action_confirm()
        return super().action_confirm()

    def _prepare_confirmation_values(self):
        """Override of `sale` to keep the date on which TikTok took the order."""
        values = super()._prepare_confirmation_values()
        if self and all(order.tts_order_id for order in self):
            values.pop("date_order", None)
        return values

    # === BUTTONS === #

    def action_view_tts_order(self):
        """Open the TikTok order behind this sales order."""
        self.ensure_one()
        return self.tts_order_id._get_records_action()

    # === FROM TIKTOK === #

    def _tts_differs_by(self, expected):
        """Return how far this order's total is from TikTok's, to the last digit."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        return Decimal(f"{self.amount_total:.{digits}f}") - expected

    def _tts_prepare_values(self, shop, entry, mapping):
        """What a sales order is made of.

        :param entry: the `Incoming` order
        :param mapping: the batch's `Mapping`
        :raise MappingError: something of Odoo's is missing
        """
        order = entry.order
        buyer = mapping.buyers[order.id]
        recipient = mapping.recipients[order.id]
        carrier = mapping.carriers[order.shipping_provider_id, order.shipping_provider]
        fiscal_position = self._tts_fiscal_position(recipient, mapping)
        return {
            "tts_order_id": entry.mirror.id,
            "company_id": shop.company_id.id,
            "partner_id": buyer.id,
            "partner_invoice_id": buyer.id,
            "partner_shipping_id": recipient.id,
            "date_order": naive(order.create_time),
            "commitment_date": entry.mirror.hand_over_by or entry.mirror.ship_by,
            "client_order_ref": order.id,
            "origin": order.id,
            "pricelist_id": self._tts_pricelist(shop, entry).id,
            "fiscal_position_id": fiscal_position.id,
            "warehouse_id": shop._warehouse_for(order.warehouse_id).id,
            "carrier_id": carrier.id,
            "user_id": shop.user_id.id,
            "team_id": shop.team_id.id,
            "source_id": mapping.source.id,
            "payment_term_id": False,
            "require_signature": False,
            "require_payment": False,
            "note": False,
            "order_line": [
                Command.create(values)
                for values in self._tts_prepare_line_values(
                    shop, entry, mapping, fiscal_position
                )
            ],
        }

    def _tts_prepare_line_values(self, shop, entry, mapping, fiscal_position):
        """One line per group of equal units, one for what the buyer paid to ship."""
        # Without distribution models Odoo asks for one several times per line, in vain.
        common = {} if mapping.has_analytics else {"analytic_distribution": False}
        values = []
        for sequence, group in enumerate(mapping.groups[entry.order.id], start=1):
            product = mapping.products.get(group.sku_id)
            if not product:
                product = (
                    shop.default_product_id or shop._find_or_create_default_product()
                )
                mapping.unmatched.setdefault(group.sku_id, (group, entry.order.id))
            elif product.type == "combo":
                raise MappingError(
                    self.env._(
                        "%s is a combo, and TikTok does not tell which of its choices "
                        "were bought: nothing would be delivered. Give its Internal "
                        "Reference to a product that can be delivered.",
                        product.display_name,
                    )
                )
            values.append(
                common
                | shop._prepare_price_values(
                    product, group.unit_price, entry.currency, fiscal_position
                )
                | {
                    "sequence": sequence,
                    "product_id": product.id,
                    "name": _line_text(group),
                    "product_uom_qty": group.quantity,
                    "product_uom_id": product.uom_id.id,
                    "tts_line_ids": list(group.line_ids),
                    "tts_sku_id": group.sku_id,
                    "tts_platform_discount": float(group.platform_discount),
                    "tts_seller_discount": float(group.seller_discount),
                }
            )
        if entry.order.payment.shipping_fee:
            values.append(
                common | self._tts_prepare_shipping_values(shop, entry, fiscal_position)
            )
        return values

    def _tts_prepare_shipping_values(self, shop, entry, fiscal_position):
        """The line for what the buyer paid to ship."""
        product = (
            shop.shipping_product_id
            or shop._find_or_create_default_carrier().product_id
        )
        fee = entry.order.payment.shipping_fee
        return shop._prepare_price_values(
            product, fee, entry.currency, fiscal_position
        ) | {
            "sequence": 999,
            "product_id": product.id,
            "name": product.name,
            "product_uom_qty": 1,
            "product_uom_id": product.uom_id.id,
            "is_delivery": True,
        }

    def _tts_pricelist(self, shop, entry):
        """The order's currency comes from its pricelist and from nothing else."""
        if shop.pricelist_id.currency_id == entry.currency and entry.currency:
            return shop.pricelist_id
        pricelist = shop._find_or_create_pricelist(
            shop.company_id, entry.order.payment.currency
        )
        if not pricelist:
            raise MappingError(
                self.env._(
                    "Odoo does not know the currency %s.", entry.order.payment.currency
                )
            )
        return pricelist

    def _tts_fiscal_position(self, recipient, mapping):
        """Look up the fiscal position once per place of a batch."""
        place = (recipient.country_id, recipient.state_id, recipient.zip)
        if place not in mapping.fiscal_positions:
            mapping.fiscal_positions[place] = self.env[
                "account.fiscal.position"
            ]._get_fiscal_position(recipient)
        return mapping.fiscal_positions[place]

    def _tts_write_unlocked(self, lines, values):
        """Write on lines of an order that may be locked; the lock is put back."""
        locked = self.locked
        if locked:
            self.action_unlock()
        lines.write(values)
        if locked:
            self.action_lock()

    def _tts_check_cancellable(self):
        """Tell why this order can no longer simply be cancelled.

        :raise UserError: goods are out, or an invoice is posted
        """
        self.ensure_one()
        if any(picking._tts_is_out() for picking in self.picking_ids):
            raise UserError(
                self.env._("Goods have left already. Arrange their return.")
            )
        if any(invoice.state == "posted" for invoice in self.invoice_ids):
            raise UserError(self.env._("It is invoiced already. Issue a credit note."))


def _line_text(group):
    """The words under which the buyer bought it."""
    text = group.product_name or group.seller_sku or group.sku_id
    return f"{text} ({group.sku_name})" if group.sku_name else text
