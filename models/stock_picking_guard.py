from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const


class StockPicking(models.Model):
    """No parcel leaves silently that TikTok does not want to leave."""

    _inherit = "stock.picking"

    tts_blocking_text = fields.Text(
        string="Why It Should Stay",
        compute="_compute_tts_blocking_text",
        compute_sudo=True,
    )

    @api.depends(
        "state",
        "sale_id.tts_order_id.status",
        "sale_id.tts_order_id.cancel_requested",
        "sale_id.tts_order_id.address_held",
        "move_ids.quantity",
        "move_ids.picked",
        "tts_package_ids.status",
    )
    def _compute_tts_blocking_text(self):
        for picking in self:
            picking.tts_blocking_text = "\n".join(picking._tts_blocking_reasons())

    def _tts_blocking_reasons(self):
        """Say why this delivery should not be validated as it stands.

        :return: list of sentences, empty when nothing is against it
        """
        self.ensure_one()
        picking = self.sudo()  # whoever validates has to know, whatever they may read
        order = picking.tts_order_id
        if (
            not order
            or picking.state in ("done", "cancel")
            or picking.picking_type_code == "incoming"
            or picking.return_id
        ):
            return []
        if not picking._tts_is_leaving() and (
            order.status not in const.CANCELLED_STATUSES
            or not picking._tts_is_on_the_way()
        ):
            return []  # goods may come nearer to the door while somebody decides
        reasons = picking._tts_order_reasons(order)
        if problem := picking._tts_split_problem():
            reasons.append(problem)
        return reasons

    def _tts_order_reasons(self, order):
        """What the TikTok order of a delivery has against its leaving."""
        names = {"delivery": self.name, "order": order.remote_id}
        reasons = []
        if order.status in const.CANCELLED_STATUSES:
            reasons.append(
                self.env._(
                    "Order %(order)s is cancelled on TikTok. Put the goods of "
                    "%(delivery)s back and cancel the delivery.",
                    **names,
                )
            )
        elif order.status == const.STATUS_ON_HOLD:
            reasons.append(
                self.env._(
                    "TikTok holds order %(order)s back: the buyer may still cancel it. "
                    "Wait with %(delivery)s until it is released.",
                    **names,
                )
            )
        elif order.cancel_requested:
            reasons.append(
                self.env._(
                    "The buyer asks to cancel order %(order)s. Click Accept or Decline "
                    "before %(delivery)s leaves.",
                    **names,
                )
            )
        if order.address_held:
            reasons.append(
                self.env._(
                    "The address of order %(order)s changed after %(delivery)s got its "
                    "label. Open the delivery and choose which address holds.",
                    **names,
                )
            )
        return reasons

    # === VALIDATION === #

    def _pre_action_done_hook(self):
        """Override of `stock` to tell the clerk before anything is validated.

        It comes before Odoo's own questions: nobody decides on the backorder of a
        delivery that should stay.
        """
        blocked = self._tts_blocked()
        if blocked:
            return blocked._tts_ask_override(self)
        return super()._pre_action_done_hook()

    def _action_done(self):
        """Override of `stock`: what validates by itself cannot slip by either.

        :raise UserError: TikTok wants some delivery to stay, and nobody has decided
        """
        if blocked := self._tts_blocked():
            reasons = [
                reason
                for picking in blocked
                for reason in picking._tts_blocking_reasons()
            ]
            raise UserError("\n".join(reasons))
        return super()._action_done()

    def _tts_blocked(self):
        """Return the deliveries that should stay, without those somebody decided on."""
        decided = self.env.context.get("tts_override") or ()
        return self.filtered(
            lambda picking: (
                picking.tts_shop_id
                and picking.id not in decided
                and picking._tts_blocking_reasons()
            )
        )

    def _tts_ask_override(self, pickings):
        """Open the wizard that names these deliveries and asks what to do.

        :param pickings: all that are to be validated, these among them
        """
        wizard = self.env["tts.validate"].create(
            {
                "company_id": self[:1].company_id.id,
                "blocked_ids": self.ids,
                "picking_ids": pickings.ids,
            }
        )
        return {
            "name": self.env._("These Should Not Leave"),
            "type": "ir.actions.act_window",
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            # What was decided so far comes along: backorders, batches, who detaches.
            "context": dict(self.env.context),
        }
