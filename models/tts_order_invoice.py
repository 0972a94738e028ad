from odoo import api, fields, models

from ..utils import toast

MOST_NAMED = 10


class TtsOrder(models.Model):
    """The invoices of TikTok orders, from the orders' own list."""

    _inherit = "tts.order"

    invoice_ids = fields.One2many(
        "account.move",
        "tts_order_id",
        string="Invoices",
        readonly=True,
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    invoiced_at = fields.Datetime(
        string="Invoiced On",
        readonly=True,
        copy=False,
        help="When its invoice was last created.",
    )

    def action_create_invoices(self):
        """Create and post the invoices of those of these orders that were shipped.

        :return: a message with how many there are, and why others have none
        """
        self.env["account.move"].check_access("create")
        self.check_access("read")
        mirrors_sudo = self.sudo()
        orders_sudo = mirrors_sudo.sale_order_ids
        moves, reasons = orders_sudo._tts_create_invoices()
        missing = [
            self.env._("%s has not become a sales order.", mirror.remote_id)
            for mirror in mirrors_sudo
            if not mirror.sale_order_ids
        ]
        return self._show_invoices(moves, [*reasons.values(), *missing])

    @api.model
    def _show_invoices(self, moves, reasons):
        """Return the message that tells what became of orders to invoice.

        :param moves: the new invoices
        :param list reasons: why others have none, or only a draft
        """
        posted = moves.filtered(lambda move: move.state == "posted")
        if not moves and not reasons:
            return toast("info", self.env._("These orders are invoiced already."))
        lines = [self.env._("Invoices posted: %s.", len(posted))]
        if reasons:
            lines.append(
                self.env._("Orders without a posted invoice: %s.", len(reasons))
            )
            lines += reasons[:MOST_NAMED]
        if len(reasons) > MOST_NAMED:
            lines.append(self.env._("and %s more.", len(reasons) - MOST_NAMED))
        if reasons:
            return toast("warning", "\n".join(lines), sticky=True)
        return toast("success", "\n".join(lines))
