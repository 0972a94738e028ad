"""Workers that are killed while they ship: nothing is shipped twice, nothing lost."""

from odoo.tests import tagged

from .test_kill import KillCase

KILLS = 5
# Shipping takes some hundred moments: kills fall before, in, between and after calls.
MOMENTS = 400
ORDERS = 130


@tagged("post_install", "-at_install")
class TestShipmentKill(KillCase):
    def test_killed_workers_ship_everything_exactly_once(self):
        # pylint: disable-next=print-used  # whoever sees it fail needs the seed
        print(f"\nKILL_SEED={self.seed} repeats the kills at moments")
        self.place(ORDERS)
        self.finish()
        self.sql("UPDATE tts_shop SET label_fetch = false")
        self.assertFalse(self.end(self.ask({"do": "arrange"})["pid"]))
        [[count]] = self.sql("SELECT COUNT(*) FROM tts_shipment")
        self.assertGreater(count, 100)
        killed = 0
        for _run in range(KILLS):
            moment = self.random.randint(1, MOMENTS)
            killed += self.end(self.ask({"do": "ship", "moment": moment})["pid"])
        self.assertTrue(killed)
        self.assertFalse(self.end(self.ask({"do": "ship"})["pid"]))
        self.assertEqual(
            self.sql("SELECT state, COUNT(*) FROM tts_shipment GROUP BY state"),
            [("done", count)],
        )
        packages = self.door("/state")["packages"]
        asked = self.sql(
            """SELECT p.remote_id FROM tts_shipment s
                 JOIN tts_package p ON p.id = s.package_id"""
        )
        self.assertEqual({packages[key]["shipped_times"] for [key] in asked}, {1})
