from odoo.tests import BaseCase, tagged

from ..dev import reconcile_delivery
from ..dev.reconcile import Row, judge, to_ship

LABEL = ["TikTok Shop sandbox: SHIPPING_LABEL\nPackage 115\nTracking NO1"]


def parcel(deliveries=((3,),), files=(LABEL,), has_label=True, is_twice=False):
    return reconcile_delivery.Parcel(
        "115",
        "MY",
        "NO1",
        has_label,
        is_twice,
        list(map(list, deliveries)),
        list(files),
    )


def package(number="NO1", units=("u1",), times=1, status="PROCESSING"):
    """Return a package of order 577 as the sandbox shows it."""
    return {
        "shop_id": "7",
        "order_ids": ["577"],
        "status": status,
        "tracking_number": number,
        "line_ids": list(units),
        "shipped_times": times,
    }


class Client:
    """A web client that finds one sales order with these deliveries."""

    url = ""

    def __init__(self, *numbers):
        self.numbers = numbers
        self.read = self._answer  # no model's method of that name

    def _answer(self, model, _domain, _fields):
        return {
            "sale.order": [{"id": 1, "client_order_ref": "577"}],
            "stock.picking": [
                {"id": id_, "sale_id": [1, "S1"], "carrier_tracking_ref": number}
                for id_, number in enumerate(self.numbers, start=3)
            ],
            "ir.attachment": [{"id": 9, "res_id": 3}],
        }[model]

    def get(self, _url):
        return type("Answer", (), {"content": b"file"})


@tagged("post_install", "-at_install")
class TestReconcileDelivery(BaseCase):
    """The demo's count of parcels must notice everything that it says is zero."""

    def judge(self, *parcels, strange=()):
        return reconcile_delivery.judge(list(parcels), list(strange))

    def parcels(self, client, *packages, purchases=(), fbt=False):
        order = {
            "status": "AWAITING_COLLECTION",
            "fbt": fbt,
            "broken": "",
            "raw": {"shipping_type": "TIKTOK"},
        }
        state = {
            "shops": [{"id": "7", "region": "MY"}],
            "orders": {"577": order},
            "packages": {str(115 + n): row for n, row in enumerate(packages)},
            "purchases": list(purchases),
        }
        return reconcile_delivery.parcels(client, state, lambda _content: LABEL)

    def test_a_parcel_with_its_number_and_its_label_is_good(self):
        verdict = self.judge(parcel())
        self.assertEqual((verdict.in_odoo, verdict.labels), (1, 1))
        self.assertTrue(verdict.good)

    def test_no_parcel_at_all_is_not_good(self):
        self.assertFalse(self.judge().good)

    def test_parcels_without_any_label_are_not_good(self):
        self.assertFalse(self.judge(parcel(files=(), has_label=False)).good)

    def test_a_parcel_of_an_own_carrier_needs_no_label(self):
        verdict = self.judge(parcel(), parcel(files=(), has_label=False))
        self.assertEqual((verdict.in_odoo, verdict.labels), (2, 1))

    def test_a_parcel_without_a_delivery_is_missing(self):
        verdict = self.judge(parcel(), parcel(deliveries=((),)))
        self.assertEqual((verdict.missing, verdict.good), (1, False))

    def test_a_combined_parcel_has_to_be_on_the_delivery_of_each_order(self):
        self.assertEqual(self.judge(parcel(deliveries=((3,), ()))).missing, 1)
        self.assertEqual(self.judge(parcel(deliveries=((3,), (4,)))).missing, 0)

    def test_the_label_of_another_parcel_is_none(self):
        other = ["Package 999"]
        verdict = self.judge(parcel(), parcel(files=(other,)))
        self.assertEqual((verdict.missing, verdict.good), (1, False))

    def test_a_file_without_pages_is_unreadable(self):
        verdict = self.judge(parcel(files=(LABEL, [])))
        self.assertEqual((verdict.unreadable, verdict.good), (1, False))

    def test_a_parcel_that_was_shipped_twice_is_not_good(self):
        verdict = self.judge(parcel(is_twice=True))
        self.assertEqual((verdict.twice, verdict.good), (1, False))

    def test_a_number_that_no_parcel_has_is_not_good(self):
        verdict = self.judge(parcel(), strange=["NO7"])
        self.assertEqual((verdict.strange, verdict.good), (1, False))

    def test_numbers_are_looked_for_on_the_deliveries_of_the_order(self):
        found, strange = self.parcels(Client("NO1,NO2", "NO7"), package())
        self.assertEqual([row.deliveries for row in found], [[[3]]])
        self.assertEqual(strange, ["NO2", "NO7"])

    def test_a_parcel_that_was_not_shipped_is_not_counted(self):
        found, _strange = self.parcels(Client(), package(status="TO_FULFILL"))
        self.assertFalse(found)

    def test_what_tiktok_ships_itself_is_not_counted(self):
        self.assertFalse(self.parcels(Client(), package(), fbt=True)[0])

    def test_two_ship_calls_that_worked_are_one_too_many(self):
        found, _strange = self.parcels(Client("NO1"), package(times=2))
        self.assertTrue(found[0].is_twice)

    def test_a_unit_in_two_parcels_was_shipped_twice(self):
        found, _strange = self.parcels(Client("NO1,NO2"), package(), package("NO2"))
        self.assertEqual([row.is_twice for row in found], [True, True])

    def test_a_label_that_was_bought_twice_was_shipped_twice(self):
        bought = {"line_ids": ["u1"]}
        found, _strange = self.parcels(
            Client("NO1"), package(), purchases=[bought, bought]
        )
        self.assertTrue(found[0].is_twice)


@tagged("post_install", "-at_install")
class TestReconcileShipped(BaseCase):
    """Orders that leave during the demo stay counted."""

    def row(self, status, sale_orders=()):
        return Row("577", "MY", status, "", None, "MYR", list(sale_orders), None)

    def test_orders_that_wait_are_remembered(self):
        orders = {"1": {"status": "AWAITING_SHIPMENT"}, "2": {"status": "UNPAID"}}
        self.assertEqual(to_ship({"orders": orders}), {"1"})

    def test_an_order_that_left_is_still_missed(self):
        verdict = judge([self.row("IN_TRANSIT")], {"577"})
        self.assertEqual((verdict.to_ship, verdict.missing), (1, 1))

    def test_an_order_that_was_cancelled_is_not_missed(self):
        self.assertEqual(judge([self.row("CANCELLED")], {"577"}).to_ship, 0)
