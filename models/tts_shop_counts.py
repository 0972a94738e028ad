from odoo import fields, models

from .tts_order_unpaid import ARRIVED


class TtsShop(models.Model):
    """What waits for the accountant, on the card and the form of a shop."""

    _inherit = "tts.shop"

    to_book_count = fields.Integer(string="To Book", compute="_compute_money_counts")
    trouble_count = fields.Integer(
        string="Statements That Need Attention", compute="_compute_money_counts"
    )
    unpaid_count = fields.Integer(
        string="Completed, not Paid", compute="_compute_money_counts"
    )
    fee_differs_count = fields.Integer(
        string="Fees That Differ", compute="_compute_money_counts"
    )

    def _compute_money_counts(self):
        mine = [("shop_id", "in", self.ids)]

        def counted(model, *domain):
            rows = self.env[model].sudo()
            return dict(rows._read_group([*mine, *domain], ["shop_id"], ["__count"]))

        to_book = counted("tts.statement", ("state", "=", "ready"))
        trouble = counted("tts.statement", ("state", "in", ("mismatch", "error")))
        unpaid = counted(
            "tts.order",
            ("status", "in", ARRIVED),
            ("settled_at", "=", False),
            ("amount_order", ">", 0),
        )
        odd = counted("tts.transaction", ("fee_differs", "=", True))
        for shop in self:
            shop.to_book_count = to_book.get(shop, 0)
            shop.trouble_count = trouble.get(shop, 0)
            shop.unpaid_count = unpaid.get(shop, 0)
            shop.fee_differs_count = odd.get(shop, 0)

    # === BUTTONS === #

    def action_view_statements(self):
        """Open the statements of this shop."""
        return self._open_money("tts_statement_action")

    def action_view_to_book(self):
        """Open the statements of this shop that can be booked."""
        return self._open_money("tts_statement_action", [("state", "=", "ready")])

    def action_view_trouble(self):
        """Open the statements of this shop that cannot be booked."""
        return self._open_money(
            "tts_statement_action", [("state", "in", ("mismatch", "error"))]
        )

    def action_view_fee_differences(self):
        """Open the sales of this shop whose fees are not as expected."""
        return self._open_money(
            "tts_transaction_fee_action", [("fee_differs", "=", True)]
        )

    def action_view_unpaid(self):
        """Open the orders of this shop that arrived and are not settled."""
        return self._open_money(
            "tts_unpaid_action",
            [
                ("status", "in", ARRIVED),
                ("settled_at", "=", False),
                ("amount_order", ">", 0),
            ],
        )

    def _open_money(self, name, domain=()):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"sale_tiktok_shop.{name}"
        )
        return action | {"domain": [("shop_id", "in", self.ids), *domain]}
