"""Workers that are killed while they fetch labels: none is lost, none comes twice."""

from odoo.tests import tagged

from .test_kill import KillCase

KILLS = 4
# Fetching two chunks takes some hundred moments: kills fall before and after storing.
MOMENTS = 260
ORDERS = 60


@tagged("post_install", "-at_install")
class TestLabelKill(KillCase):
    def fetch(self, **task):
        """Run the scheduled action of deliveries; return whether it was killed."""
        return self.end(self.ask({"do": "ship", **task})["pid"])

    def test_killed_workers_fetch_every_label_exactly_once(self):
        # pylint: disable-next=print-used  # whoever sees it fail needs the seed
        print(f"\nKILL_SEED={self.seed} repeats the kills at moments")
        self.door("/orders", {"count": ORDERS, "status": "AWAITING_COLLECTION"})
        self.finish()
        [[count]] = self.sql(
            "SELECT COUNT(*) FROM tts_package WHERE next_label_try IS NOT NULL"
        )
        self.assertGreater(count, ORDERS // 2)
        killed = sum(
            self.fetch(moment=self.random.randint(1, MOMENTS)) for _run in range(KILLS)
        )
        self.assertTrue(killed)
        self.assertFalse(self.fetch())
        self.assertEqual(
            self.sql(
                """SELECT label_state, COUNT(*) FROM tts_package
                    WHERE status = 'PROCESSING' AND shipping_type = 'TIKTOK'
                 GROUP BY label_state"""
            ),
            [("done", count)],
        )
        files = self.sql(
            """SELECT res_id, COUNT(*) FROM ir_attachment
                WHERE res_model = 'stock.picking' AND name LIKE 'TikTok label %'
             GROUP BY res_id"""
        )
        self.assertEqual({number for _picking, number in files}, {1})
        self.assertEqual(len(files), count)
