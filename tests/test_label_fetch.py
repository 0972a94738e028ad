"""What becomes of labels that are asked for: every answer has its consequence."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..lib.client import TikTokClient
from ..lib.errors import Unreachable
from ..models import tts_package_fetch
from .label_case import LabelCase


@tagged("post_install", "-at_install")
class TestLabelFetch(LabelCase):
    def arranged(self, **order):
        """Return the package of an order whose shipment is arranged."""
        _order_id, order = self.import_arranged(**order)
        return self.package_of(order)

    # === STORED === #

    def test_a_label_is_stored_on_the_delivery_and_in_its_chatter(self):
        package = self.arranged()
        self.fetch()
        picking = package.picking_ids
        self.assertEqual(package.label_state, "done")
        attachment = package.label_attachment_id
        self.assertEqual(attachment.res_model, "stock.picking")
        self.assertEqual(attachment.res_id, picking.id)
        self.assertFalse(attachment.public)
        self.assertTrue(attachment.raw.startswith(b"%PDF"))
        message = picking.message_ids.filtered("attachment_ids")
        self.assertEqual(message.attachment_ids, attachment)
        self.assertIn(package.tracking_number, message.body)
        self.assertEqual(picking.tts_label_ids, attachment)

    def test_the_name_of_the_file_says_delivery_and_tracking_number(self):
        package = self.arranged()
        self.fetch()
        name = package.picking_ids.name.replace("/", "-")
        self.assertEqual(
            package.label_attachment_id.name,
            f"TikTok label {name} {package.tracking_number}.pdf",
        )

    def test_the_pages_of_a_label_with_packing_slip_are_counted(self):
        self.shop.label_type = "SHIPPING_LABEL_AND_PACKING_SLIP"
        package = self.arranged()
        self.fetch()
        self.assertEqual(package.label_pages, 2)

    def test_the_tracking_number_of_the_answer_reaches_the_delivery(self):
        package = self.arranged()
        package.write({"tracking_number": False})
        package.picking_ids.carrier_tracking_ref = False
        self.fetch()
        number = package.tracking_number
        self.assertTrue(number)
        self.assertEqual(package.picking_ids.carrier_tracking_ref, number)

    def test_a_stored_label_is_not_asked_for_again(self):
        self.arranged()
        self.fetch()
        before = self.calls("shipping_documents")
        self.fetch()
        self.assertEqual(self.calls("shipping_documents"), before)

    def test_a_shop_that_fetches_no_labels_leaves_them_to_people(self):
        self.shop.label_fetch = False
        package = self.arranged()
        self.fetch()
        self.assertEqual(package.label_state, "none")

    def test_the_label_of_a_combined_package_is_on_each_delivery(self):
        order_id, order = self.import_arranged()
        _other_id, other = self.import_arranged()
        package = self.package_of(order)
        package.picking_ids |= other.picking_ids
        self.fetch()
        for picking in (order + other).picking_ids:
            files = self.env["ir.attachment"].search(
                [("res_model", "=", "stock.picking"), ("res_id", "=", picking.id)]
            )
            self.assertIn(
                package.label_attachment_id.checksum, files.mapped("checksum")
            )

    def test_another_size_replaces_the_label_and_leaves_the_old_one_in_the_chatter(
        self,
    ):
        package = self.arranged()
        self.fetch()
        old = package.label_attachment_id
        package._fetch_now({"size": "A5"})
        self.assertNotEqual(package.label_attachment_id, old)
        self.assertEqual(package.label_size, "A5")
        self.assertEqual(self.page_sizes(package.label_attachment_id), [(420, 595)])
        self.assertIn(old, package.picking_ids.message_ids.attachment_ids)

    def test_the_same_file_again_makes_no_second_copy(self):
        package = self.arranged()
        self.fetch()
        old = package.label_attachment_id
        package._fetch_now()
        self.assertEqual(package.label_attachment_id, old)
        self.assertEqual(package.picking_ids.message_ids.attachment_ids, old)

    # === NOT NOW === #

    def test_a_label_that_is_being_made_is_fetched_a_moment_later(self):
        package = self.arranged()
        self.refuse(package, 11034037, times=1)
        self.fetch()
        self.assertEqual(package.label_state, "generating")
        wait = package.next_label_try - fields.Datetime.now()
        self.assertLessEqual(wait, timedelta(seconds=20))
        self.fetch_again(package)
        self.assertEqual(package.label_state, "done")
        self.assertFalse(package.label_error)

    def test_a_label_that_is_made_for_long_is_asked_for_less_often_and_told(self):
        package = self.arranged()
        self.refuse(package, 11034037)
        for _try in range(9):
            self.fetch_again(package)
        self.assertFalse(self.issues(f"label:{package.remote_id}"))
        self.fetch_again(package)
        self.assertGreater(
            package.next_label_try, fields.Datetime.now() + timedelta(minutes=10)
        )
        self.assertTrue(self.issues(f"label:{package.remote_id}"))

    def test_a_package_that_is_not_arranged_after_all_waits_for_that(self):
        order_id = self.place_units(self.unit(), shipping_type="TIKTOK")
        self.sync()
        package = self.mirror(order_id).package_ids
        package._want_now()
        self.fetch()
        self.assertEqual(package.label_state, "none")
        self.assertFalse(package.next_label_try)

    def test_a_package_arranged_just_now_is_asked_for_again_soon(self):
        package = self.arranged()
        package.shipped_at = fields.Datetime.now()
        self.refuse(package, 21023035, times=1)
        self.fetch()
        self.assertEqual(package.label_state, "generating")

    def test_an_open_request_of_the_buyer_is_told_and_looked_at_later(self):
        package = self.arranged()
        self.refuse(package, 21021010)
        self.fetch()
        issue = self.issues(f"label:{package.remote_id}")
        self.assertEqual(issue.picking_id, package.picking_ids)
        self.assertTrue(package.next_label_try)

    # === NEVER === #

    def test_the_sellers_own_carrier_means_no_label_and_no_issue(self):
        package = self.arranged()
        self.refuse(package, 21008017)
        self.fetch()
        self.assertEqual(package.label_state, "none")
        self.assertFalse(package.next_label_try)
        self.assertFalse(self.issues(f"label:{package.remote_id}"))

    def test_a_cancelled_package_is_asked_for_no_more(self):
        package = self.arranged()
        self.refuse(package, 21023059)
        self.fetch()
        self.assertEqual(package.label_state, "none")
        self.assertFalse(package.next_label_try)

    def test_a_collected_package_without_a_stored_label_is_told(self):
        package = self.arranged()
        self.refuse(package, 21042102)
        self.fetch()
        self.assertEqual(package.label_state, "missed")
        self.assertTrue(self.issues(f"label:{package.remote_id}"))

    def test_a_label_nobody_needs_any_more_closes_its_issue(self):
        order_id, order = self.import_arranged()
        package = self.package_of(order)
        self.refuse(package, 21042102)
        self.fetch()
        issue = self.issues(f"label:{package.remote_id}")
        self.assertEqual(issue.state, "open")
        self.change(order_id, status="IN_TRANSIT", force=True)
        self.sync()
        self.assertEqual(issue.state, "closed")

    def test_a_collected_package_keeps_its_stored_label(self):
        package = self.arranged()
        self.fetch()
        stored = package.label_attachment_id
        self.refuse(package, 21042102)
        package._want_now()
        self.fetch()
        self.assertEqual(package.label_state, "done")
        self.assertEqual(package.label_attachment_id, stored)
        self.assertFalse(self.issues(f"label:{package.remote_id}"))

    def test_a_refusal_nobody_knows_fails_after_five_tries_and_heals_on_retry(self):
        package = self.arranged()
        self.refuse(package, 21008109)
        for _try in range(5):
            self.fetch_again(package)
        self.assertEqual(package.label_state, "failed")
        self.assertFalse(package.next_label_try)
        issue = self.issues(f"label:{package.remote_id}")
        self.assertTrue(issue)
        self.refuse(package, None)
        issue.action_retry()
        self.assertEqual(issue.state, "closed")
        self.assertEqual(package.label_state, "done")

    # === FILES === #

    def test_bad_files_are_never_stored(self):
        for kind in ("empty_file", "html_file", "truncated_file"):
            package = self.arranged()
            with self.subTest(kind=kind), self.fault(kind, path="/_doc"):
                self.fetch()
                self.assertFalse(package.label_attachment_id)
                self.assertTrue(package.label_error)
                self.assertTrue(package.next_label_try)
            self.fetch_again(package)
            self.assertEqual(package.label_state, "done")

    def test_a_file_sent_as_mere_bytes_is_taken_for_what_it_is(self):
        package = self.arranged()
        with self.fault("wrong_type", path="/_doc"):
            self.fetch()
        self.assertEqual(package.label_attachment_id.mimetype, "application/pdf")

    def test_a_protected_pdf_is_no_label(self):
        package = self.arranged()
        locked = b"%PDF-1.4\ntrailer\n<< /Encrypt 1 0 R >>\n%%EOF"
        with patch.object(TikTokClient, "download_document", return_value=locked):
            self.fetch()
        self.assertFalse(package.label_attachment_id)
        self.assertIn("protected", package.label_error)

    def test_the_link_is_kept_when_the_file_cannot_be_loaded(self):
        package = self.arranged()
        with self.fault("expired_file", path="/_doc"):
            self.fetch()
        self.assertEqual(package.label_state, "link")
        picking = package.picking_ids
        self.assertEqual(picking.tts_label_url, package.label_url)
        self.assertEqual(package.action_open_label()["url"], package.label_url)
        self.assertGreater(
            package.label_url_until, fields.Datetime.now() + timedelta(hours=23)
        )
        self.fetch_again(package)
        self.assertEqual(package.label_state, "done")
        self.assertFalse(package.label_url)

    def test_the_wait_after_failures_grows(self):
        package = self.arranged()
        waits = []
        with self.fault("empty_file", path="/_doc", times=9):
            for _try in range(4):
                self.fetch_again(package)
                wait = package.next_label_try - fields.Datetime.now()
                waits.append(round(wait.total_seconds() / 60))
        self.assertEqual(waits, [1, 5, 15, 60])

    # === MANY === #

    def test_one_label_that_fails_holds_no_other(self):
        packages = [self.package_of(order) for _id, order in self.many(5)]
        self.refuse(packages[2], 21042102)
        self.fetch()
        states = [package.label_state for package in packages]
        self.assertEqual(states, ["done", "done", "missed", "done", "done"])

    def many(self, count):
        return self.import_arranged_many(count, self.unit())

    def test_an_expired_token_is_renewed_and_the_chunk_goes_on(self):
        pairs = self.many(12)
        self.control(
            "POST", "/faults", {"kind": "expired_token", "path": "/fulfillment"}
        )
        self.fetch()
        for _order_id, order in pairs:
            self.assertEqual(self.package_of(order).label_state, "done")

    def test_too_many_calls_leave_the_rest_due(self):
        packages = [self.package_of(order) for _id, order in self.many(12)]
        with self.fault("rate_limit", path="/fulfillment", times=99):
            self.fetch()
        self.assertTrue(all(package.label_state == "due" for package in packages))
        self.assertEqual(self.shop.delivery_failure_count, 1)
        self.fetch()
        self.assertTrue(all(package.label_state == "done" for package in packages))

    def test_a_tiktok_that_does_not_answer_is_left_alone_soon(self):
        self.many(20)
        asked = []

        def document(client, package_id, *args):
            asked.append(package_id)
            raise Unreachable("nobody there")

        with patch.object(TikTokClient, "document", document):
            self.fetch()
        self.assertLess(len(asked), 20)
        self.assertEqual(self.shop.delivery_failure_count, 1)
        packages = self.shop.order_ids.package_ids
        self.assertEqual(set(packages.mapped("label_state")), {"due"})
        self.assertFalse(any(packages.mapped("label_attempts")))

    def test_a_worker_stopped_before_it_stores_loses_no_label(self):
        packages = [self.package_of(order) for _id, order in self.many(3)]
        with self.spoiled("tts.package", "_attach_labels", lambda *args: True):
            self.fetch()
        self.assertTrue(all(package.next_label_try for package in packages))
        self.fetch()
        self.assertTrue(all(package.label_state == "done" for package in packages))

    def test_what_was_stored_before_a_worker_stopped_is_not_fetched_again(self):
        packages = self.env["tts.package"].union(
            *(self.package_of(order) for _id, order in self.many(5))
        )
        chunks = []

        def is_third(*_args):
            chunks.append(1)
            return len(chunks) == 3

        before = self.calls("shipping_documents")
        with (
            patch.object(tts_package_fetch, "CHUNK", 2),
            self.spoiled("tts.package", "_attach_labels", is_third),
        ):
            self.fetch()
            self.assertEqual(len(packages.filtered("next_label_try")), 1)
            self.fetch()
        self.assertEqual(set(packages.mapped("label_state")), {"done"})
        self.assertEqual(self.calls("shipping_documents") - before, 6)

    def test_a_label_that_holds_no_more_is_not_printed_meanwhile(self):
        package = self.arranged()
        self.fetch()
        old = package.label_attachment_id
        package._void_labels()
        self.assertFalse(package.label_attachment_id)
        self.assertEqual(package._plan_label(), ("fetch", ""))
        self.fetch()
        self.assertTrue(package.label_attachment_id)
        self.assertIn(old, package.picking_ids.message_ids.attachment_ids)
