from odoo import fields, models

from .. import const


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

    def _delivery_to_return(self):
        """Return a delivery of this cancelled order that is out, none without one."""
        pickings = self.sale_order_id.picking_ids
        if self.status not in const.CANCELLED_STATUSES:
            return pickings.browse()
        return pickings.filtered(lambda picking: picking._tts_is_out())[:1]

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
        """Settle cancelled orders whose goods came back."""
        for order in self:
            if order.status not in const.CANCELLED_STATUSES:
                continue
            if error := order._attempt(order._cancel_sale_order):
                order._note_follow_error(error)
            else:
                order.write({"error_message": False, "next_retry": False})


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
        """Propose the return of the goods that left although the order is cancelled.

        :return: Odoo's wizard for returns, filled in
        """
        self.ensure_one()
        picking = self.sudo().order_id._delivery_to_return().sudo(False)
        if not picking:
            return self.action_open_record()
        picking.check_access("write")
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        quantities = picking._tts_out_quantities()
        for line in wizard.product_return_moves:
            line.quantity = quantities.get(line.move_id, 0)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.act_stock_return_picking"
        )
        return action | {"res_id": wizard.id, "context": {}}
