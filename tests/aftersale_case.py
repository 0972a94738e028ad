"""What the tests of cancellations and returns have in common."""

from odoo import fields

from .settle_case import SettleCase


class AftersaleOdooCase(SettleCase):
    """A connected shop whose buyers cancel and send back."""

    def aftersales(self):
        """Run the scheduled action as if it were time to."""
        now = fields.Datetime.now()
        self.shop.write({"next_aftersale_sync": now, "aftersale_failure_count": 0})
        return self.run_cron("ir_cron_aftersales")

    # === CANCELLATIONS === #

    def ask_to_cancel(self, order_id, **body):
        """Let the buyer ask to cancel; return the id of the request."""
        answer = self.change(order_id, cancel_request=body)
        return answer["cancellations"][-1]

    def cancel(self, order_id, role="SELLER", **body):
        """Let somebody cancel at once; return the id of the cancellation."""
        answer = self.change(order_id, cancel={"role": role, **body})
        return answer["cancellations"][-1]

    def cancellation(self, remote_id):
        return self.env["tts.cancellation"].search(
            [("shop_id", "=", self.shop.id), ("remote_id", "=", remote_id)]
        )

    # === RETURNS === #

    def delivered(self, *units):
        """Import an order, let it leave in Odoo and arrive at the buyer's.

        :return: (its id, the sales order)
        """
        order_id, order = self.import_units(*units)
        for picking in order.picking_ids:
            for move in picking.move_ids:
                move.quantity = move.product_uom_qty
            picking.with_context(tts_override=picking.ids).button_validate()
            self.assertEqual(picking.state, "done")
        self.change(order_id, status="DELIVERED", force=True)
        self.sync()
        return order_id, order

    def make_return(self, order_id, kind="RETURN_AND_REFUND", **body):
        """Let a buyer start a case; return its id."""
        body = {"order_id": order_id, "type": kind, **body}
        return self.control("POST", "/returns", body)["id"]

    def step(self, case_id, step, kind="returns", **body):
        """Let somebody take a step, see the sandbox's README."""
        return self.control("POST", f"/{kind}/{case_id}", {"step": step, **body})

    def case_return(self, remote_id):
        return self.env["tts.return"].search(
            [("shop_id", "=", self.shop.id), ("remote_id", "=", remote_id)]
        )

    def told_case(self, remote_id, kind="returns"):
        """Return a case as the sandbox has it."""
        return self.control("GET", f"/state?only={kind}")[kind][remote_id]

    def later(self, seconds):
        """Let TikTok's clock move on."""
        self.control("POST", "/clock", {"advance": seconds})
