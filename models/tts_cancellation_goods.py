from odoo import api, fields, models

from ..lib.aftersale_rules import Stage, stage

DONE = (Stage.GRANTED, Stage.COMPLETE)


class TtsCancellation(models.Model):
    """Goods of what was cancelled on its way: they come back, or they are lost."""

    _inherit = "tts.cancellation"

    is_lost = fields.Boolean(
        string="Goods Are Lost", readonly=True, help="TikTok says: they do not come."
    )

    @api.model
    def _prepare_values(self, case, currencies):
        """Override to tell what is lost from what TikTok says nothing of."""
        return super()._prepare_values(case, currencies) | {
            "is_lost": case.should_replenish is False and stage(case.status) in DONE
        }

    def _follow_steps(self):
        """Override: who waits for goods that are lost is told."""
        return [*super()._follow_steps(), self._follow_lost_goods]

    def _follow_lost_goods(self, _case):
        if not self.is_lost:
            return
        issue = self.env["tts.issue"].search(
            [
                ("shop_id", "=", self.shop_id.id),
                ("key", "=", f"follow:{self.order_remote_id}"),
                ("state", "!=", "closed"),
            ]
        )
        if issue:
            issue.hint = self.order_id._follow_hint()


class TtsOrder(models.Model):
    _inherit = "tts.order"

    def _follow_hint(self):
        """Override: nobody waits for what the carrier lost."""
        picking = self._delivery_to_return()
        if not picking or not any(self.cancellation_ids.mapped("is_lost")):
            return super()._follow_hint()
        return self.env._(
            "TikTok says that the goods of %s are lost: nothing comes back, and "
            "nothing is to be received. Claim them in Seller Center, then click "
            "Dismiss. Should they come all the same, click Create Return.",
            picking.name,
        )
