"""The client's calls about deliveries against the sandbox, market by market."""

import requests

from odoo.tests import BaseCase, tagged

from ..lib.client import TikTokClient
from ..lib.delivery_calls import Dimension, ShipRow, Weight
from ..lib.errors import Rejected
from ..lib.fetching import DocumentRequest, fetch_documents
from ..lib.packages import packages_of, parse_package
from ..lib.payloads import parse_order
from ..lib.shipping import (
    LABEL,
    Consequence,
    LabelConsequence,
    RetrackConsequence,
    consequence,
    flow,
    label_consequence,
    retrack_consequence,
)
from ..sandbox.adapter import SandboxAdapter
from .sandbox_client import SandboxClient

NOW = 1_767_225_600


class SandboxCase(BaseCase):
    """A shop of one market, with the addon's own client on it."""

    region = "MY"
    options = {}

    def setUp(self):
        super().setUp()
        self.remote = SandboxClient(markets=(self.region,), orders=0, **self.options)
        self.box = self.remote.box
        self.session = requests.Session()
        self.session.mount("http://localhost", SandboxAdapter(self.box))
        self.addCleanup(self.session.close)
        self.client = self.make_client()

    def make_client(self):
        given = self.box.credentials
        return TikTokClient(
            given["app_key"],
            given["app_secret"],
            given["access_token"],
            base_url=given["base_url"],
            shop_cipher=given["shops"][0]["cipher"],
            session=self.session,
            clock=self.box.now,
            sleep=lambda seconds: self.fail("nothing here has to be waited for"),
        )

    def order(self, order_id):
        [row] = self.client.order_details([order_id])
        return parse_order(row)

    def place(self, shipping_type="TIKTOK", skus=1, quantity=1):
        """Place an order of some units of each of some SKUs and return its id."""
        ids = list(self.remote.shop.skus)[:skus]
        lines = [{"sku_id": sku_id, "quantity": quantity} for sku_id in ids]
        return self.remote.place(shipping_type=shipping_type, line_items=lines)

    def provider(self):
        order = self.order(self.place("SELLER"))
        option = order.delivery_option_id
        return self.client.shipping_providers(option)[0]["id"]

    def refused(self, call, *args, **options):
        with self.assertRaises(Rejected) as caught:
            call(*args, **options)
        return caught.exception.code


@tagged("post_install", "-at_install")
class TestMalaysia(SandboxCase):
    def package(self, **values):
        order = self.order(self.place(**values))
        [package] = packages_of(order)
        self.assertEqual(flow("MY", order.shipping_type, True), "ship")
        return package

    def test_order_search_and_detail_show_the_same_package(self):
        shown = self.package(skus=2)
        [page] = self.client.package_pages(0, NOW + 1)
        [found] = map(parse_package, page.rows)
        detail = self.client.package_detail(shown.id)
        for package in (found, detail):
            self.assertEqual(package.id, shown.id)
            self.assertEqual(package.status, shown.status)
            self.assertEqual(package.order_ids, shown.order_ids)
            self.assertEqual(package.line_item_ids, shown.line_item_ids)
        self.assertTrue(detail.has_detail)

    def test_a_package_is_fetched_in_the_slot_that_was_chosen(self):
        package = self.package()
        found = self.client.handover_slots(package.id)
        slot = next(slot for slot in found.slots if slot.is_available)
        self.client.ship_package(
            package.id, handover_method="PICKUP", pickup_slot=(slot.start, slot.end)
        )
        detail = self.client.package_detail(package.id)
        self.assertEqual(detail.status, "PROCESSING")
        self.assertEqual(detail.handover_method, "PICKUP")
        self.assertEqual(detail.pickup_start, slot.start)
        self.assertTrue(detail.tracking_number)

    def test_shipping_again_says_done(self):
        package = self.package()
        self.client.ship_package(package.id)
        code = self.refused(self.client.ship_package, package.id)
        self.assertIs(consequence(code), Consequence.DONE)

    def test_a_batch_ships_all_but_the_refused(self):
        first, second = self.package(), self.package()
        self.client.ship_package(second.id)
        rows = [ShipRow(first.id), ShipRow(second.id), ShipRow("404")]
        refused = self.client.ship_packages(rows)
        found = {error.package_id: consequence(error.code) for error in refused}
        self.assertEqual(found, {second.id: Consequence.DONE, "404": Consequence.GONE})
        self.assertEqual(self.client.package_detail(first.id).status, "PROCESSING")

    def test_a_label_comes_after_shipping_and_not_before(self):
        package = self.package()
        code = self.refused(self.client.document, package.id, LABEL)
        self.assertIs(label_consequence(code), LabelConsequence.NOT_SHIPPED)
        self.client.ship_package(package.id)
        document = self.client.document(package.id, LABEL)
        content = self.client.download_document(document.url)
        self.assertTrue(content.startswith(b"%PDF-"))
        self.assertTrue(document.tracking_number)

    def test_an_expired_link_is_refused(self):
        package = self.package()
        self.client.ship_package(package.id)
        document = self.client.document(package.id, LABEL)
        self.box.advance(86_401)
        self.refused(self.client.download_document, document.url)

    def test_many_labels_are_fetched_at_once(self):
        packages = [self.package() for _number in range(6)]
        self.client.ship_packages([ShipRow(package.id) for package in packages])
        wanted = [DocumentRequest(package.id, package.id) for package in packages]
        found = dict(fetch_documents(self.make_client, wanted, per_second=1e9))
        self.assertEqual(list(found), [package.id for package in packages])
        for _document, content in found.values():
            self.assertIsInstance(content, bytes)

    def test_whole_skus_are_split_and_the_old_package_is_gone(self):
        order_id = self.place(skus=2, quantity=2)
        order = self.order(order_id)
        [old] = packages_of(order)
        [check] = self.client.split_checks([order_id])
        self.assertTrue(check.can_split)
        groups = {}
        for line in order.lines:
            groups.setdefault(line.sku_id, []).append(line.id)
        made = self.client.split(order_id, groups)
        found = {p.id: p.line_item_ids for p in packages_of(self.order(order_id))}
        self.assertEqual(
            found, {made[sku]: tuple(lines) for sku, lines in groups.items()}
        )
        code = self.refused(self.client.ship_package, old.id)
        self.assertIs(consequence(code), Consequence.GONE)

    def test_an_own_carrier_ships_the_package(self):
        provider_id = self.provider()
        package = self.package(shipping_type="SELLER")
        self.client.ship_package(
            package.id, tracking_number="POSMY1234", provider_id=provider_id
        )
        [shipped] = packages_of(self.order(package.order_ids[0]))
        self.assertEqual(shipped.tracking_number, "POSMY1234")
        code = self.refused(self.client.document, package.id, LABEL)
        self.assertIs(label_consequence(code), LabelConsequence.SELLER)

    def test_a_tracking_number_can_be_changed_once(self):
        provider_id = self.provider()
        package = self.package(shipping_type="SELLER")
        change = self.client.update_tracking
        code = self.refused(change, package.id, "POSMY1234", provider_id)
        self.assertIs(retrack_consequence(code), RetrackConsequence.NOT_SHIPPED)
        self.client.ship_package(
            package.id, tracking_number="POSMY1234", provider_id=provider_id
        )
        change(package.id, "POSMY9876", provider_id)
        detail = self.client.package_detail(package.id)
        self.assertEqual(detail.tracking_number, "POSMY9876")
        code = self.refused(change, package.id, "POSMY5555", provider_id)
        self.assertIs(retrack_consequence(code), RetrackConsequence.USED_UP)


@tagged("post_install", "-at_install")
class TestUnitedStates(SandboxCase):
    region = "US"

    def test_units_leave_in_parcels_of_their_own(self):
        provider_id = self.provider()
        order_id = self.place("SELLER", quantity=2)
        order = self.order(order_id)
        self.assertEqual(packages_of(order), ())
        self.assertEqual(flow("US", order.shipping_type, False), "mark")
        first, second = (line.id for line in order.lines)
        mark = self.client.mark_shipped
        marked = [
            mark(order_id, [line], number, provider_id).package_id
            for line, number in ((first, "9400100001"), (second, "9400100002"))
        ]
        found = packages_of(self.order(order_id))
        self.assertEqual([package.id for package in found], marked)
        self.assertEqual(found[1].tracking_number, "9400100002")
        code = self.refused(mark, order_id, [first], "9400100003", provider_id)
        self.assertIs(consequence(code), Consequence.DONE)

    def test_a_label_is_bought_once(self):
        order_id = self.place()
        order = self.order(order_id)
        self.assertEqual(flow("US", order.shipping_type, False), "buy")
        lines = [line.id for line in order.lines]
        weight, size = Weight(0.8, "POUND"), Dimension(10, 8, 2, "INCH")
        services = self.client.shipping_services(order_id, lines, weight, size)
        [chosen] = [service for service in services if service.is_default]
        package_id = self.client.create_package(
            order_id, service_id=chosen.id, weight=weight, dimension=size
        )
        [package] = packages_of(self.order(order_id))
        self.assertEqual(package.id, package_id)
        self.assertEqual(package.provider_id, chosen.provider_id)
        code = self.refused(self.client.create_package, order_id)
        self.assertIs(consequence(code), Consequence.DONE)
        self.assertTrue(self.client.document(package_id, LABEL).url)


@tagged("post_install", "-at_install")
class TestSlowLabels(SandboxCase):
    options = {"label_delay": 2}

    def test_a_label_in_the_making_is_asked_for_again_by_the_caller(self):
        [package] = packages_of(self.order(self.place()))
        self.client.ship_package(package.id)
        for _attempt in range(2):
            code = self.refused(self.client.document, package.id, LABEL)
            self.assertIs(label_consequence(code), LabelConsequence.GENERATING)
        self.assertTrue(self.client.document(package.id, LABEL).url)
