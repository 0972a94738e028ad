"""Every code with which the sandbox refuses to ship, to label and to renumber."""

from odoo.tests import tagged

from ..sandbox.fulfillment_errors import FULFILLMENT
from ..sandbox.refusals import CALLS
from .sandbox_case import ORDERS, PACKAGES, PackagesCase

HOUR = 3600
SWITCHED = {
    "ship": (11021009, 11021024, 11006014, 21001011, 21004017, 21011020, 21014009),
    "mark": (21004015, 21004016, 11028006, 21011006, 21011036),
    "buy": (21011020, 21022025, 21022026, 11021014),
    "label": (11034002, 11034023, 21042104, 21021010),
    "update": (21011049, 21011052, 25001010),
    "slots": (11001027,),
    "split": (21011035,),
}


class RefusalsCase(PackagesCase):
    def own(self, number="POS1234567", carrier=None):
        """Return the body that names the seller's own carrier."""
        carrier = carrier or self.carrier()
        return {"tracking_number": number, "shipping_provider_id": carrier}

    def ship_own(self, package_id, *own):
        return self.ship(package_id, self_shipment=self.own(*own))

    def mark(self, order_id, *own, **more):
        path = f"{ORDERS}/{order_id}/packages"
        return self.refusal(path, **self.own(*own), **more)

    def update(self, package_id, *own):
        path = f"{PACKAGES}/{package_id}/shipping_info/update"
        return self.refusal(path, **self.own(*own))


@tagged("post_install", "-at_install")
class TestSandboxShipRefusals(RefusalsCase):
    def test_a_collected_package_was_shipped(self):
        self.open()
        _order_id, package_id = self.placed()
        self.door(package_id, status="ship")
        self.assertEqual(self.ship(package_id), 21008099)
        self.door(package_id, status="collect")
        self.assertEqual(self.ship(package_id), 21011040)

    def test_a_package_of_nobody_is_not_of_this_shop(self):
        self.open()
        self.assertEqual(self.ship("1"), 21011028)

    def test_brazil_wants_its_invoice(self):
        self.open("BR")
        for status, code in (
            ("NEED_INVOICE", 21004019),
            ("INVOICE_PROCESSING", 21004020),
            ("INVOICE_UPLOADED", 0),
        ):
            _order_id, package_id = self.placed(need_upload_invoice=status)
            self.assertEqual(self.ship(package_id), code)

    def test_another_method_is_a_wrong_parameter(self):
        self.open()
        _order_id, package_id = self.placed()
        self.assertEqual(self.ship(package_id, handover_method="DRONE"), 36009004)

    def test_a_number_is_for_one_buyer(self):
        self.open()
        codes = [
            self.ship_own(self.placed("SELLER", user_id=f"74948452673085200{n}")[1])
            for n in ("01", "01", "02")
        ]
        self.assertEqual(codes, [0, 0, 21011025])

    def test_a_number_is_for_twenty_orders(self):
        self.open()
        codes = [
            self.ship_own(self.placed("SELLER", user_id="7494845267308520001")[1])
            for _number in range(21)
        ]
        self.assertEqual(codes, [0] * 20 + [21011026])

    def test_a_number_that_arrived_is_used(self):
        self.open()
        _order_id, first = self.placed("SELLER")
        self.ship_own(first)
        self.door(first, status="deliver")
        self.assertEqual(self.ship_own(self.placed("SELLER")[1]), 21034012)

    def test_marking_knows_special_characters(self):
        self.open("US")
        order_id = self.place("SELLER")
        self.assertEqual(self.mark(order_id, "94001*#"), 21004012)
        self.assertEqual(self.mark(order_id, "94"), 21011022)
        self.assertEqual(self.mark(order_id, "9400100"), 0)

    def test_marking_a_split_order_needs_its_units_named(self):
        self.open("US")
        order_id = self.place("SELLER", counts=(2,))
        first, second = self.lines(order_id)
        self.split_up(order_id, [first], [second])
        self.assertEqual(self.mark(order_id), 21011048)
        self.assertEqual(self.mark(order_id, order_line_item_ids=[first]), 0)
        self.assertEqual(self.mark(order_id, order_line_item_ids=[first]), 21008099)
        self.assertEqual(self.mark(order_id, order_line_item_ids=["1"]), 21011029)

    def test_the_united_states_ship_no_package_of_tiktok(self):
        self.open("US")
        order_id = self.place(counts=(2,))
        first, second = self.lines(order_id)
        package_id = self.split_up(order_id, [first], [second])[0]
        self.assertEqual(self.ship(package_id), 21008106)


@tagged("post_install", "-at_install")
class TestSandboxUpdateRefusals(RefusalsCase):
    def shipped(self):
        """Ship an order of the seller's own carrier and return its ids."""
        self.open()
        order_id, package_id = self.placed("SELLER")
        self.ship_own(package_id)
        return order_id, package_id

    def test_a_number_is_changed_once(self):
        order_id, package_id = self.shipped()
        codes = [self.update(package_id, f"POS000{n}") for n in range(2)]
        self.assertEqual(codes, [0, 21011051])
        self.assertEqual(self.order(order_id)["tracking_number"], "POS0000")

    def test_a_number_is_changed_for_three_days(self):
        _order_id, package_id = self.shipped()
        self.later(72 * HOUR + 1)
        self.assertEqual(self.update(package_id), 21011050)

    def test_before_shipping_there_is_no_number(self):
        self.open()
        self.assertEqual(self.update(self.placed("SELLER")[1]), 21011043)

    def test_the_number_of_a_label_of_tiktok_stays(self):
        self.open()
        _order_id, package_id = self.placed()
        self.ship(package_id)
        self.assertEqual(self.update(package_id), 21011004)

    def test_a_delivered_package_keeps_its_number(self):
        _order_id, package_id = self.shipped()
        self.door(package_id, status="deliver")
        self.assertEqual(self.update(package_id), 21011030)

    def test_an_open_request_keeps_the_number(self):
        order_id, package_id = self.shipped()
        self.change(order_id, request_cancel=True)
        self.assertEqual(self.update(package_id), 21011007)

    def test_a_cancelled_order_keeps_its_number(self):
        order_id, package_id = self.shipped()
        self.change(order_id, status="CANCELLED")
        self.assertEqual(self.update(package_id), 21011042)
        path = f"{ORDERS}/{order_id}/shipping_info/update"
        self.assertEqual(self.refusal(path, **self.own()), 21011041)


@tagged("post_install", "-at_install")
class TestSandboxSwitchedRefusals(RefusalsCase):
    def calls(self, order_id, package_id):
        """Return how to make every kind of call about an order."""
        package = f"{PACKAGES}/{package_id}"
        label = {"document_type": "SHIPPING_LABEL"}
        return {
            "ship": lambda: self.ship(package_id),
            "mark": lambda: self.mark(order_id),
            "buy": lambda: self.refusal(PACKAGES, order_id=order_id),
            "label": lambda: self.client.code(
                "GET", f"{package}/shipping_documents", label
            ),
            "update": lambda: self.update(package_id),
            "slots": lambda: self.client.code("GET", f"{package}/handover_time_slots"),
            "split": lambda: self.split(order_id)["code"],
        }

    def test_the_door_makes_any_call_answer_any_of_its_codes(self):
        self.open()
        order_id, package_id = self.placed()
        calls = self.calls(order_id, package_id)
        for name, codes in SWITCHED.items():
            for code in codes:
                with self.subTest(call=name, code=code):
                    self.door(package_id, refuse=code)
                    self.assertEqual(calls[name](), code)

    def test_an_order_refuses_for_its_packages(self):
        self.open()
        order_id, package_id = self.placed()
        self.change(order_id, refuse=21014009)
        self.assertEqual(self.ship(package_id), 21014009)
        self.assertEqual(self.ship(package_id), 0)

    def test_a_refusal_lasts_as_often_as_told(self):
        self.open()
        _order_id, package_id = self.placed()
        self.door(package_id, refuse=21001011, times=2)
        codes = [self.ship(package_id) for _number in range(3)]
        self.assertEqual(codes, [21001011, 21001011, 0])

    def test_a_refusal_can_be_taken_back(self):
        self.open()
        _order_id, package_id = self.placed()
        self.door(package_id, refuse=21001011, times=9)
        self.door(package_id, refuse=None)
        self.assertEqual(self.ship(package_id), 0)

    def test_a_code_strikes_the_calls_that_know_it_only(self):
        self.open()
        _order_id, package_id = self.placed()
        self.door(package_id, refuse=11034037)
        self.assertEqual(self.ship(package_id), 0)

    def test_a_code_nobody_documented_needs_a_call(self):
        self.open()
        _order_id, package_id = self.placed()
        with self.assertRaises(ValueError):
            self.door(package_id, refuse=21999999)
        self.door(package_id, refuse=21999999, call="ship")
        self.assertEqual(self.ship(package_id), 21999999)

    def test_a_batch_names_the_refused_package(self):
        self.open()
        ids = [self.placed()[1] for _number in range(3)]
        self.door(ids[1], refuse=11021015)
        rows = [{"id": package_id} for package_id in ids]
        data = self.post(f"{PACKAGES}/ship", packages=rows)
        self.assertEqual(
            [(row["code"], row["detail"]["package_id"]) for row in data["errors"]],
            [(11021015, ids[1])],
        )

    def test_every_code_belongs_to_calls_that_can_answer_it(self):
        for code, (calls, _text) in FULFILLMENT.items():
            with self.subTest(code):
                self.assertLessEqual(set(calls.split()), set(CALLS))
