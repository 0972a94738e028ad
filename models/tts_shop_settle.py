from odoo import models


class TtsShop(models.Model):
    """Settlements: what TikTok settled, paid out and expects, read once a day."""

    _inherit = "tts.shop"

    # === STEPS === #

    def _invoice_shipped(self, client):
        """Invoice what has left, where the shop wants that.

        :return: False when time is up before the end
        """
        return True

    def _book_statements(self, client):
        """Book the statements that wait for it, where the shop wants that.

        :return: False when time is up before the end
        """
        return True

    def _match_payouts(self, client):
        """Find the bank transactions that payouts arrived with.

        :return: False when time is up before the end
        """
        return True
