from odoo import api, models
from odoo.exceptions import UserError

from ..lib.money import expected_total
from ..lib.payloads import parse_order


class SaleOrder(models.Model):
    """Giving an order the product that its SKU turned out to be."""

    _inherit = "sale.order"

    def _tts_heal(self, listing):
        """Replace the default product of one SKU by the listing's product.

        :raise UserError: it is too late for that, or the total would move
        """
        self.ensure_one()
        lines = listing._lines_to_heal(self).with_env(self.env)
        if not lines:
            return  # Another worker was faster.
        product = listing.product_id.with_env(self.env)
        self._tts_check_healable(lines, product)
        remote = parse_order(self.tts_order_id.sudo().payload)
        expected = expected_total(remote)
        before = self._tts_differs_by(expected)
        old = lines.product_id
        locked = self.locked
        if locked:
            self.action_unlock()
        for line in lines:
            line._tts_replace_product(product, remote)
        if locked:
            self.action_lock()
        self._tts_check_healed_total(product, expected, before)
        self._message_log(
            body=self.env._(
                "%(product)s takes the place of %(default)s: TikTok SKU %(sku)s has "
                "its product now.",
                product=product.display_name,
                default=", ".join(old.mapped("display_name")),
                sku=listing.seller_sku or listing.sku_remote_id,
            )
        )
        self._tts_settle_review(expected)

    def _tts_check_healable(self, lines, product):
        """Make sure that replacing the product undoes nobody's work.

        :raise UserError: tells why the lines must stay as they are
        """
        if product.type == "combo":
            raise UserError(
                self.env._(
                    "%s is a combo, and TikTok does not tell which of its choices were "
                    "bought. Choose a product that can be delivered.",
                    product.display_name,
                )
            )
        if not product.active:
            raise UserError(self.env._("%s is archived.", product.display_name))
        moves = lines.move_ids.filtered(lambda move: move.state != "cancel")
        if any(move.state == "done" for move in moves) or any(
            line.qty_delivered for line in lines
        ):
            raise UserError(self.env._("Goods were taken from stock already."))
        if any(move.picked for move in moves):
            raise UserError(
                self.env._(
                    "Somebody is packing it: finish the delivery, or take the picked "
                    "quantities back."
                )
            )
        invoices = lines.sudo().invoice_lines.move_id
        if any(invoice.state == "posted" for invoice in invoices):
            raise UserError(self.env._("It is invoiced already."))
        if any(invoice.state == "draft" for invoice in invoices):
            raise UserError(
                self.env._("A draft invoice names the default product: delete it.")
            )

    def _tts_check_healed_total(self, product, expected, before):
        """Make sure that the new product's taxes left the total as TikTok has it.

        A quotation that did not add up before may still not do so.

        :raise UserError: the total moved away from TikTok's
        """
        after = self._tts_differs_by(expected)
        if not after or after == before or (before and self.state != "sale"):
            return
        raise UserError(
            self.env._(
                "With the taxes of %(product)s its total would differ from TikTok's by "
                "%(difference)s. Correct the taxes of the product.",
                product=product.display_name,
                difference=f"{after:+f}",
            )
        )

    def _tts_settle_review(self, expected):
        """Give a quotation that was to be checked its chance."""
        mirror = self.tts_order_id
        if mirror.state != "review" or self.state not in ("draft", "sent"):
            return
        if self._tts_differs_by(expected):
            mirror._note_review(self, expected)
        else:
            self.action_confirm()
            mirror._note_done()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.depends_context("tts_heal")
    def _compute_product_updatable(self):
        """Override of `sale_stock`: a repair moves the open delivery along itself."""
        result = super()._compute_product_updatable()
        if self.env.context.get("tts_heal"):
            self.product_updatable = True
        return result

    def _tts_replace_product(self, product, remote):
        """Sell this product in the default product's place, and deliver it.

        The new moves come first, so that they join the open delivery: without moves it
        would count as cancelled. Where a person cancelled the delivery, none is made.

        :param remote: the `payloads.Order`, which knows the price before tax was split
        """
        self.ensure_one()
        moves = self.move_ids.filtered(lambda move: move.state != "cancel")
        moves.picking_id._tts_forget_print()
        self.with_context(
            tts_heal=True, skip_procurement=bool(self.move_ids and not moves)
        ).write(
            {
                "product_id": product.id,
                "name": self.name,
                "product_uom_id": product.uom_id.id,
                # Naming the quantity has Odoo deliver what is not on its way yet.
                "product_uom_qty": self.product_uom_qty,
                **self._tts_healed_price(product, remote),
            }
        )
        self._tts_keep_dates(moves)
        moves._action_cancel()

    def _tts_keep_dates(self, moves):
        """Let the new moves be due when those they replace were: a person may have
        put a delivery off.
        """
        fresh = self.move_ids - moves
        for move in moves:
            fresh.filtered_domain(
                [("picking_id", "=", move.picking_id.id)]
            ).date = move.date

    def _tts_healed_price(self, product, remote):
        """TikTok's price entered anew, where the product decides the taxes.

        :return: values to write, {} when nothing changes
        """
        order = self.order_id
        shop = order.tts_shop_id
        if shop.tax_policy == "remitted" or shop.tax_ids:
            return {}
        taxes = shop._taxes_for(product, order.fiscal_position_id)
        units = set(self.tts_line_ids or ())
        prices = [
            unit.original_price - unit.seller_discount
            for unit in remote.lines
            if unit.id in units
        ]
        if taxes == self.tax_ids or not prices:
            return {}
        entered = self.tax_ids._tts_price_to_enter(float(prices[0]), order.currency_id)
        if self.discount or order.currency_id.compare_amounts(self.price_unit, entered):
            return {}  # A person entered another price.
        return shop._prepare_price_values(
            product, prices[0], order.currency_id, order.fiscal_position_id
        )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _tts_forget_print(self):
        """Have deliveries printed again whose product is about to change.

        Odoo adds nothing to a printed delivery and would make a second one.
        """
        for picking in self.filtered("printed"):
            picking.printed = False
            picking._message_log(
                body=self.env._(
                    "The default product was replaced after this was printed. Print it "
                    "again."
                )
            )
