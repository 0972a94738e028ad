"""What may happen to parcels between a warehouse, TikTok and carriers, at random."""

import contextlib

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from odoo.exceptions import UserError

from .machine import NUMBERS, Killed, Machine

DELIVERY = "/fulfillment/"
FAULTS = (
    {"kind": "http_500", "path": DELIVERY, "times": 8},
    {"kind": "timeout", "path": DELIVERY, "times": 8, "after": True},
    {"kind": "reset", "path": DELIVERY, "times": 1, "after": True},
    {"kind": "rate_limit", "path": DELIVERY, "times": 8},
    {"kind": "html_502", "path": "/order/202507", "times": 8},
    {"kind": "truncated_file", "path": "/_doc", "times": 3},
    {"kind": "html_file", "path": "/_doc", "times": 2},
    {"kind": "timeout", "path": "/_doc", "times": 4},
)
CALLS = (
    "/packages/ship",
    "/202512/packages",
    "/packages?",
    "/split",
    "shipping_documents",
    "/_doc",
    "/order/202507/orders",
    "/packages/search",
)


class DeliveryMachine(Machine):
    """Orders, clerks, TikTok and carriers; `case` is bound by the test."""

    @initialize()
    def begin(self):
        self.start()
        for number in range(4):
            self.buy(number)
        self.case.sync()

    # === TIKTOK === #

    @rule(number=NUMBERS)
    def buy(self, number):
        case = self.case
        units = [case.unit(number % 3, quantity=1 + number % 3)]
        if number % 2:
            units.append(case.unit(3))
        case.place_units(*units, shipping_type=case.shipping_type)

    def _change(self, number, statuses, **values):
        orders = self.orders(*statuses)
        if orders:
            self.case.change(orders[number % len(orders)], **values)

    @rule(number=NUMBERS)
    def arrange_in_seller_center(self, number):
        waiting = ("AWAITING_SHIPMENT", "PARTIALLY_SHIPPING")
        self._change(number, waiting, status="AWAITING_COLLECTION")

    @rule(number=NUMBERS)
    def collect(self, number):
        self._change(number, ("AWAITING_COLLECTION",), status="IN_TRANSIT")

    @rule(number=NUMBERS)
    def cancel(self, number):
        self._change(number, ("AWAITING_SHIPMENT",), status="CANCELLED")

    @rule(number=NUMBERS, wants=st.booleans())
    def ask_to_cancel(self, number, wants):
        self._change(number, ("AWAITING_SHIPMENT",), request_cancel=wants)

    def _packages(self, *statuses):
        packages = self.case.control("GET", "/state?raw=0")["packages"]
        return sorted(key for key, row in packages.items() if row["status"] in statuses)

    @rule(number=NUMBERS)
    def correct_a_number_in_seller_center(self, number):
        packages = self._packages("PROCESSING")
        if packages:
            self.case.control(
                "POST",
                f"/packages/{packages[number % len(packages)]}",
                {"tracking_number": f"CORRECTED{number}"},
            )

    # === THE WAREHOUSE === #

    def _pickings(self, *domain):
        return self.case.env["stock.picking"].search(
            [("tts_shop_id", "!=", False), ("state", "!=", "cancel"), *domain],
            order="id",
        )

    @rule(number=NUMBERS)
    def arrange(self, number):
        """A clerk selects some deliveries and asks to arrange them."""
        pickings = self._pickings(("tts_status", "=", "awaiting_shipment"))
        for position, picking in enumerate(pickings):
            if number >> (position % 19) & 1:
                with contextlib.suppress(UserError):
                    picking._tts_arrange(**self.case.options(picking))

    @rule(number=NUMBERS)
    def validate(self, number):
        pickings = self._pickings(("state", "=", "assigned"))
        if pickings:
            picking = pickings[number % len(pickings)]
            picking.with_context(skip_backorder=True).button_validate()

    @rule(number=NUMBERS)
    def validate_in_part(self, number):
        pickings = self._pickings(("state", "=", "assigned")).filtered(
            lambda picking: len(picking.move_ids) > 1
        )
        if pickings:
            picking = pickings[number % len(pickings)]
            picking.move_ids.picked = False
            picking.move_ids[number % 2].picked = True
            picking.with_context(skip_backorder=True).button_validate()

    # === BETWEEN THEM === #

    @rule()
    def sync_orders(self):
        self.case.sync()

    @rule()
    def follow(self):
        self._run()

    @rule(fault=st.sampled_from(FAULTS))
    def follow_in_trouble(self, fault):
        with self.case.fault(**fault):
            self._run()

    @rule(path=st.sampled_from(CALLS), after=st.integers(0, 2), is_done=st.booleans())
    def follow_and_die(self, path, after, is_done):
        """The worker is killed at a call, before it or when TikTok has done it."""

        def die(call):
            if is_done:
                call()
            raise Killed

        with contextlib.suppress(Killed), self.at(path, die, after):
            self._run()
        self.case.env.invalidate_all()
        self._check()

    def _run(self):
        self.case.deliver()
        self._check()

    # === WHAT HAS TO HOLD === #

    def _check(self):
        """Nothing was shipped twice, and no unit's label bought twice."""
        state = self.case.control("GET", "/state?raw=0")
        bought = [key for row in state["purchases"] for key in row["line_ids"]]
        assert len(bought) == len(set(bought)), "a label was bought twice"
        for package_id, row in self._sandbox_packages().items():
            assert row["shipped_times"] <= 1, f"{package_id} was shipped twice"

    def _sandbox_packages(self):
        return self.case.control("GET", "/state?raw=0")["packages"]

    def grow_quiet(self):
        """After quiet time both sides agree, and nothing is lost."""
        case = self.case
        for _run in range(4):
            case.sync()
            case.deliver()
        self._check()
        remote = self._sandbox_packages()
        for package in case.env["tts.package"].search([("is_gone", "=", False)]):
            row = remote[package.remote_id]
            assert package.status == row["status"], (package.remote_id, row)
            self._check_label(package, row)
            for picking in package.picking_ids:
                if row["status"] in ("PROCESSING", "FULFILLING"):
                    assert row["tracking_number"] in picking.carrier_tracking_ref
        self._check_intents()
        self._check_orders()

    def _check_label(self, package, row):
        asked = [self.case.raw(key) for key in row["order_ids"]]
        if any(order.get("is_buyer_request_cancel") for order in asked):
            return  # TikTok gives no label out before that is answered
        if row["status"] == "PROCESSING" and self.case.shipping_type == "TIKTOK":
            assert package.label_state == "done", (
                f"{package.remote_id} has no label: {package.label_state}, "
                f"{package.label_error}"
            )
            file = package.label_attachment_id
            assert file.raw.startswith(b"%PDF"), (
                f"{file} of {package.remote_id}: {file.mimetype}, {file.file_size} "
                f"bytes in {file.store_fname}, read back {file.raw[:20]}"
            )

    def _check_intents(self):
        """No wish is forgotten: it is done, off, or told with its reason."""
        issues = set(self.case.env["tts.issue"].search([]).mapped("key"))
        for intent in self.case.env["tts.shipment"].search([]):
            if intent.state in ("waiting", "sending"):
                assert intent.order_id.cancel_requested, intent.error
            elif intent.state == "failed":
                assert f"ship:{intent.picking_id.id}" in issues, intent.error

    def _check_orders(self):
        """Every package of an order that Odoo has is known to Odoo."""
        for mirror in self.case.env["tts.order"].search([]):
            if mirror.status in ("AWAITING_SHIPMENT", "AWAITING_COLLECTION"):
                order = self.case.raw(mirror.remote_id)
                shown = {row["id"] for row in order.get("packages") or ()}
                known = mirror.package_ids.filtered(lambda row: not row.is_gone)
                assert shown == set(known.mapped("remote_id")), mirror.remote_id
