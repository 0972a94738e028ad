from odoo import fields, models


class TtsStatement(models.Model):
    """What the buttons of statements open."""

    _inherit = "tts.statement"

    def action_view_transactions(self):
        """Open the transactions of this statement."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_transaction_action"
        )
        return action | {"domain": [("statement_id", "in", self.ids)]}

    def action_open_entry(self):
        """Open the entry that this statement is booked with."""
        return self.move_id._get_records_action()

    def action_open_bill(self):
        """Open the vendor bill of this statement's fees."""
        return self.bill_id._get_records_action()

    def action_open_payout(self):
        """Open the payout that this statement was paid with."""
        return self.payout_id._get_records_action()


class TtsPayout(models.Model):
    """What the buttons of payouts open."""

    _inherit = "tts.payout"

    def action_view_statements(self):
        """Open the statements that were paid with this payout."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_statement_action"
        )
        return action | {
            "domain": [("payout_id", "in", self.ids)],
            "context": {},
        }


class TtsOrder(models.Model):
    """What the buttons of orders open."""

    _inherit = "tts.order"

    def action_view_transactions(self):
        """Open what this order was settled for."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_transaction_action"
        )
        return action | {"domain": [("order_id", "in", self.ids)]}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    tts_settled_at = fields.Datetime(
        related="tts_order_id.settled_at", string="Settled by TikTok On"
    )
    tts_amount_settled = fields.Monetary(
        related="tts_order_id.amount_settled", string="Settled by TikTok"
    )

    def action_view_tts_transactions(self):
        """Open what the TikTok order of this sales order was settled for."""
        return self.tts_order_id.action_view_transactions()
