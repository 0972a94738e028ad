"""Workers that are killed while they answer: all is answered, and once only."""

import time

from odoo.tests import tagged

from .test_kill import KillCase

KILLS = 4
# Answering these takes some hundred moments: kills fall before, in and after calls.
MOMENTS = 300
ORDERS = 12


@tagged("post_install", "-at_install")
class TestAnswerKill(KillCase):
    def run_aftersales(self, **task):
        """Run the scheduled action; return whether it was killed."""
        return self.end(self.ask({"do": "aftersales", **task})["pid"])

    def test_killed_workers_answer_every_request_exactly_once(self):
        # pylint: disable-next=print-used  # whoever sees it fail needs the seed
        print(f"\nKILL_SEED={self.seed} repeats the kills at moments")
        ids = self.door("/orders", {"count": ORDERS, "status": "AWAITING_SHIPMENT"})
        self.finish()
        asked = {
            self.door(f"/orders/{order_id}", {"cancel_request": {}})["cancellations"][
                -1
            ]
            for order_id in ids["ids"]
        }
        # TikTok is asked for changes before the current second.
        time.sleep(1.1)
        self.assertFalse(self.run_aftersales())
        self.assertFalse(self.end(self.ask({"do": "answer"})["pid"]))
        [[count]] = self.sql("SELECT COUNT(*) FROM tts_answer")
        self.assertGreaterEqual(count, ORDERS)
        killed = sum(
            self.run_aftersales(moment=self.random.randint(1, MOMENTS))
            for _run in range(KILLS)
        )
        self.assertTrue(killed)
        self.assertFalse(self.run_aftersales())
        self.assertEqual(
            self.sql("SELECT state, COUNT(*) FROM tts_answer GROUP BY state"),
            [("done", count)],
        )
        cases = self.door("/state?only=cancellations")["cancellations"]
        self.assertEqual(
            {tuple(cases[key]["answers"].items()) for key in asked},
            {(("APPROVE_REQUEST_CANCEL", 1),)},
        )
