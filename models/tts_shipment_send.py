from odoo import models
from odoo.fields import Domain

from ..lib.delivery_calls import MOST_SHIPPED
from .tts_intent import OPEN, due_domain

# One call each: what makes packages comes before what ships them.
ONE_BY_ONE = ("split", "mark", "buy", "retrack")


class TtsShop(models.Model):
    """Sending stored requests, so that nothing is shipped twice and nothing lost.

    A request becomes `sending` and that is committed before its call leaves. The shop's
    lock is held during the call: whoever finds a request in `sending` while he has the
    lock knows that its sender is gone, and reads what TikTok has before anything is
    sent again.
    """

    _inherit = "tts.shop"

    def _send_shipments(self, client):
        """Tell TikTok what people asked for.

        :return: False when time is up before the end
        :raise TikTokError: TikTok did not answer; the requests wait
        :raise Interrupted: another worker has this shop
        """
        if not self._due_shipments():
            return True
        if not self._read_shipment_orders(client):
            return False
        self._settle_shipments(client)
        return (
            self._send_singles(client, "split")
            and self._send_ships(client)
            and all(self._send_singles(client, kind) for kind in ONE_BY_ONE[1:])
        )

    def _due_shipments(self, states=OPEN, kind=None):
        domain = Domain("shop_id", "=", self.id) & due_domain(states)
        if kind:
            domain &= Domain("kind", "=", kind)
        return self.env["tts.shipment"].search(domain, order="id")

    # === WHAT TIKTOK HAS === #

    def _read_shipment_orders(self, client):
        """Read the orders concerned: some may be cancelled, or arranged already.

        :return: False when time is up before the end
        """
        orders = self._due_shipments().order_id
        return self._read_orders(client, orders)

    def _settle_shipments(self, client):
        """Find out what became of requests whose sender never heard of an answer."""
        self._take_deliveries()
        for shipment in self._due_shipments(("sending",)):
            if shipment._is_done_remotely(client):
                shipment._note_done()
            else:
                shipment.write({"state": "waiting", "next_try": False})
        self.env["ir.cron"]._commit_progress()

    # === SHIP: MANY IN ONE CALL === #

    def _send_ships(self, client):
        """Ship packages, up to 50 in a call.

        :return: False when time is up before the end
        """
        due = self._due_shipments(("waiting",), "ship")
        for start in range(0, len(due), MOST_SHIPPED):
            if not self._send_part(client, due[start : start + MOST_SHIPPED]):
                return False
        return True

    def _send_singles(self, client, kind):
        """Send requests of the kinds that have a call each.

        :return: False when time is up before the end
        """
        due = self._due_shipments(("waiting",), kind)
        # One at a time, without prefetching after each commit.
        return all(self._send_part(client, shipment[0]) for shipment in due)

    def _send_part(self, client, shipments):
        """Send some requests of one kind, in two transactions that stand alone.

        :return: False when time is up
        :raise TikTokError: what TikTok took until then is noted and committed
        """
        self._take_deliveries()
        ready = shipments._ready_to_send()
        if not ready:
            return self.env["ir.cron"]._commit_progress()
        sent_at = ready._note_sending()
        self.env["ir.cron"]._commit_progress()
        self._take_deliveries()
        # Between the two transactions another worker may have taken over.
        ready = ready.filtered(
            lambda row: row.state == "sending" and row.sent_at == sent_at
        )
        answers = ready._send(client)
        to_read = ready._note_answers(answers)
        time_left = self.env["ir.cron"]._commit_progress()
        if answers.stopper:
            raise answers.stopper
        if not time_left or not self._read_orders(client, to_read):
            return False
        self._take_deliveries()
        ready._settle_told()
        return self.env["ir.cron"]._commit_progress()
