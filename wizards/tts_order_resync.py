from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class TtsOrderResync(models.TransientModel):
    """Ask for a resync: of a period, or of orders by their ids (recover)."""

    _name = "tts.order.resync"
    _description = "Sync TikTok Shop Orders"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "tts.shop",
        required=True,
        check_company=True,
        default=lambda self: self._default_shop(),
    )
    company_id = fields.Many2one(related="shop_id.company_id")
    kind = fields.Selection(
        [
            ("due", "What changed since the last sync"),
            ("period", "Everything that changed in a period"),
            ("ids", "These orders"),
        ],
        string="Read",
        required=True,
        default="due",
    )
    date_from = fields.Datetime(
        string="From", default=lambda self: fields.Datetime.now() - timedelta(days=15)
    )
    date_to = fields.Datetime(string="To", default=fields.Datetime.now)
    remote_ids = fields.Text(
        string="Order IDs",
        help="The numbers from Seller Center, separated by spaces, commas or lines.",
    )

    def _default_shop(self):
        Shop = self.env["tts.shop"]
        if self.env.context.get("active_model") == "tts.shop":
            return Shop.browse(self.env.context.get("active_id"))
        return Shop.search([], limit=1)

    def action_sync(self):
        """Start the sync and show its progress.

        :raise UserError: the shop is disconnected, or the question is incomplete
        """
        self.ensure_one()
        self.shop_id._check_connected()
        if self.kind == "due":
            return self.shop_id.action_sync_orders()
        run = self.env["tts.sync.run"].create(self._prepare_run_values())
        run._trigger()
        return run._get_records_action()

    def _prepare_run_values(self):
        """What the resync that was asked for is made of."""
        if self.kind == "ids":
            if not (self.remote_ids or "").strip():
                raise UserError(self.env._("Type the numbers of the orders to read."))
            return {"shop_id": self.shop_id.id, "remote_ids": self.remote_ids}
        now = fields.Datetime.now()
        until = min(self.date_to or now, now)
        if not self.date_from or self.date_from >= until:
            raise UserError(
                self.env._("The period must begin in the past and before it ends.")
            )
        return {
            "shop_id": self.shop_id.id,
            "date_from": self.date_from,
            "date_to": until,
        }
