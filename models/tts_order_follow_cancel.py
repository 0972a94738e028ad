from odoo import fields, models

from .. import const
from ..lib.errors import PayloadError


class TtsOrder(models.Model):
    """Cancelled on TikTok: what has not left stays, what has left should come back."""

    _inherit = "tts.order"

    def _follow_cancellation(self, order):
        """Cancel what TikTok cancelled; if goods have left, a person is asked.

        :param order: a `payloads.Order`
        :raise UserError: goods have left, or an invoice is posted
        """
        self._stop_deliveries()
        self._cancel_sale_order()

    def _cancel_sale_order(self):
        """Cancel the sales order, as soon as nothing of it is out any more.

        :raise UserError: goods have left, or an invoice is posted
        """
        sale_order = self.sale_order_id
        if sale_order.state != "cancel":
            sale_order._tts_check_cancellable()
            sale_order._action_cancel()
            sale_order._message_log(
                body=self.env._(
                    "Cancelled on TikTok Shop: %s",
                    self.cancel_reason or self.env._("no reason given"),
                )
            )
        self.state = "done"
        self.env["tts.issue"]._close(self.shop_id, self._all_issue_keys())

    def _stop_deliveries(self):
        """Cancel the deliveries that have not left, and what they wait for."""
        self._release_address()
        # One that is being sent is settled by what TikTok answers.
        self.env["tts.shipment"].search(
            [("order_id", "in", self.ids), ("state", "in", ("waiting", "failed"))]
        )._note_cancelled(self.env._("Order %s was cancelled.", self.remote_id))
        pickings = self.sale_order_id.picking_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and not picking.return_id
                and picking._tts_is_on_the_way()
            )
        )
        in_parcels = pickings.filtered(lambda picking: picking._tts_is_begun())
        pickings.action_cancel()
        for picking in in_parcels:
            picking.activity_schedule(
                "mail.mail_activity_data_warning",
                fields.Date.context_today(picking),
                summary=self.env._("Take the parcel of %s out", picking.name),
                note=self.env._(
                    "Order %s was cancelled on TikTok after its goods were picked or "
                    "its papers were printed. Take the parcel out before the carrier "
                    "comes, and put the goods back.",
                    self.remote_id,
                ),
                user_id=(picking.user_id or self.shop_id.responsible_id).id,
            )

    # === RETURN === #

    def _goods_to_return(self):
        """Return what left although TikTok cancelled it: {delivery: {move: units}}.

        Single units that are part of a kit are not told apart: a person looks.
        """
        is_cancelled = self.status in const.CANCELLED_STATUSES
        if not is_cancelled and not self.cancelled_line_ids:
            return {}
        excess = {} if is_cancelled else self._cancelled_units_out()
        goods = {}
        for picking in self.sale_order_id.picking_ids:
            quantities = picking._tts_out_quantities()
            if not is_cancelled:
                quantities = _take(quantities, excess)
            if quantities:
                goods[picking] = quantities
        return goods

    def _cancelled_units_out(self):
        """Return what left of the units that TikTok cancelled: {sale line: units}."""
        cancelled = set(self.cancelled_line_ids or ())
        excess = {}
        for line in self.sale_order_id.order_line.filtered("tts_line_ids"):
            wanted = sum(key not in cancelled for key in line.tts_line_ids)
            if line.qty_delivered > wanted:
                excess[line] = line.qty_delivered - wanted
        return excess

    def _delivery_to_return(self):
        """Return a delivery that is out although cancelled, none without one."""
        return next(iter(self._goods_to_return()), self.env["stock.picking"])

    def _follow_hint(self):
        """Override: what has left should come back."""
        picking = self._delivery_to_return()
        if not picking:
            return super()._follow_hint()
        return self.env._(
            "Click Create Return to have the goods of %s come back; the issue closes "
            "when they are here. Click Dismiss when they never will be.",
            picking.name,
        )

    def _follow_return(self):
        """Settle orders whose goods came back after TikTok cancelled them."""
        for order in self:
            if order.status in const.CANCELLED_STATUSES:
                step = order._cancel_sale_order
            elif order.cancelled_line_ids and order.error_message:
                step = order._take_cancelled_units_off
            else:
                continue
            if error := order._attempt(step):
                order._note_follow_error(error)
            else:
                order.write({"error_message": False, "next_retry": False})

    def _take_cancelled_units_off(self):
        """Lower the sales order by units that came back, and settle it.

        :raise PayloadError: the order cannot be read
        :raise UserError: more of them are still out
        """
        order = self._parse(self.payload)
        if isinstance(order, PayloadError):
            raise order
        self._follow_lines(order)
        self.env["tts.issue"]._close(self.shop_id, [f"follow:{self.remote_id}"])


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _tts_is_begun(self):
        """Whether somebody may have made a parcel of this delivery already."""
        return (
            self.printed
            or any(self.sudo().tts_package_ids.mapped("print_count"))
            or "done" in self.move_ids.move_orig_ids.mapped("state")
        )

    def _tts_out_quantities(self):
        """Return what left with this delivery and did not come back: {move: units}."""
        if self.state != "done" or self.picking_type_code != "outgoing":
            return {}
        quantities = {}
        for move in self.move_ids:
            if move.state != "done" or move.origin_returned_move_id:
                continue
            back = sum(
                back.product_uom._compute_quantity(
                    back.quantity, move.product_uom, round=False
                )
                for back in move.returned_move_ids
                if back.state == "done"
            )
            if move.product_uom.compare(move.quantity, back) > 0:
                quantities[move] = move.quantity - back
        return quantities

    def _tts_is_out(self):
        return bool(self._tts_out_quantities())

    def _action_done(self):
        """Override of `stock` to settle cancelled orders whose goods came back."""
        result = super()._action_done()
        self.return_id.sudo().tts_order_id._follow_return()
        return result


class TtsIssue(models.Model):
    _inherit = "tts.issue"

    can_return = fields.Boolean(compute="_compute_can_return", compute_sudo=True)

    def _compute_can_return(self):
        for issue in self:
            issue.can_return = bool(
                issue.state != "closed"
                and issue.key.startswith("follow:")
                and issue.order_id._delivery_to_return()
            )

    def action_open_return(self):
        """Propose the return of the goods that left although they were cancelled.

        :return: Odoo's wizard for returns, filled in
        """
        self.ensure_one()
        picking = self.sudo().order_id._delivery_to_return().sudo(False)
        if not picking:
            return self.action_open_record()
        picking.check_access("write")
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": picking.id, "tts_to_inspect": True}
        )
        quantities = self.sudo().order_id._goods_to_return()[picking.sudo()]
        for line in wizard.product_return_moves:
            line.quantity = quantities.get(line.move_id, 0)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.act_stock_return_picking"
        )
        return action | {"res_id": wizard.id, "context": {}}


def _take(quantities, excess):
    """Take from what left with a delivery what is too much of each line.

    :param quantities: {move: units}
    :param excess: {sales order line: units}; what is taken is taken off
    :return: {move: units}
    """
    taken = {}
    for move, quantity in quantities.items():
        line = move.sale_line_id
        if line not in excess or move.product_id != line.product_id:
            continue
        wanted = line.product_uom_id._compute_quantity(
            excess[line], move.product_uom, round=False
        )
        taken[move] = min(quantity, wanted)
        excess[line] -= move.product_uom._compute_quantity(
            taken[move], line.product_uom_id, round=False
        )
    return {move: units for move, units in taken.items() if units > 0}
