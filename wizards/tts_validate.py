from odoo import api, fields, models
from odoo.exceptions import UserError


class TtsValidate(models.TransientModel):
    """Ask what to do with deliveries that TikTok wants to stay."""

    _name = "tts.validate"
    _description = "Validate TikTok Shop Deliveries"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    picking_ids = fields.Many2many("stock.picking", "tts_validate_picking_rel")
    blocked_ids = fields.Many2many(
        "stock.picking", "tts_validate_blocked_rel", string="Deliveries"
    )
    other_count = fields.Integer(compute="_compute_other_count")
    reason = fields.Char(help="It is kept on the delivery, with your name.")

    @api.depends("picking_ids", "blocked_ids")
    def _compute_other_count(self):
        for wizard in self:
            wizard.other_count = len(wizard.picking_ids - wizard.blocked_ids)

    def action_validate_others(self):
        """Validate the deliveries that nothing is against; the blocked ones stay."""
        self.ensure_one()
        return self._validate(self.picking_ids - self.blocked_ids)

    def action_validate_anyway(self):
        """Validate them all, and keep who decided it and why.

        :raise UserError: the reason is missing
        """
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(
                self.env._(
                    "Tell why %s may leave all the same: the reason is kept.",
                    ", ".join(self.blocked_ids.mapped("name")),
                )
            )
        self.blocked_ids.check_access("write")
        self.blocked_ids._message_log_batch(
            bodies={
                picking.id: self.env._(
                    "Validated all the same, because: %(reason)s What was against it: "
                    "%(against)s",
                    reason=reason if reason[-1] in ".!?" else f"{reason}.",
                    against=" ".join(picking._tts_blocking_reasons()),
                )
                for picking in self.blocked_ids
            }
        )
        decided = set(self.env.context.get("tts_override") or ())
        return self.with_context(
            tts_override=sorted(decided | set(self.blocked_ids.ids))
        )._validate(self.picking_ids)

    def _validate(self, pickings):
        """Go on where the validation was stopped, with these deliveries only."""
        return (
            pickings.with_env(self.env)
            .with_context(button_validate_picking_ids=pickings.ids)
            .button_validate()
        )
