"""Printing labels: in order, in one file, and never again without a reason."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.pdf import NumberObject

from ..report import label_sheets
from ..report.label_sheets import LabelFile, Unreadable, count_pages, read_pages
from ..sandbox.pdf import make_pdf
from .label_case import LabelCase


class PrintCase(LabelCase):
    def stored(self, count=3, **order):
        """Return deliveries whose labels are stored."""
        pairs = self.import_arranged_many(count, self.unit(), **order)
        self.fetch()
        return self.env["stock.picking"].union(*(o.picking_ids for _i, o in pairs))

    def wizard(self, pickings, **values):
        values.setdefault("with_pick_list", False)
        return (
            self.env["tts.label.wizard"]
            .with_context(default_picking_ids=pickings.ids)
            .create(values)
        )

    def print_labels(self, pickings, **values):
        """Print, and return the journal's record."""
        before = self.env["tts.label.print"].search([])
        self.wizard(pickings, **values).action_print()
        return self.env["tts.label.print"].search([]) - before

    def tracking_numbers(self, record):
        return record.line_ids.mapped("tracking_number")


@tagged("post_install", "-at_install")
class TestLabelPrint(PrintCase):
    # === MERGING === #

    def test_many_labels_become_one_file_in_the_order_of_the_journal(self):
        pickings = self.stored(3)
        record = self.print_labels(pickings)
        texts = self.texts(record.attachment_id)
        self.assertEqual(len(texts), 3)
        for text, number in zip(texts, self.tracking_numbers(record), strict=True):
            self.assertIn(number, text)
        self.assertEqual(record.user_id, self.env.user)
        self.assertEqual(record.page_count, 3)

    def test_the_most_urgent_delivery_comes_first(self):
        first, second, third = self.stored(3)
        for picking, days in ((first, 3), (second, 1), (third, 2)):
            picking.sale_id.tts_order_id.hand_over_by = f"2030-01-0{days}"
        record = self.print_labels(first + second + third, sort_by="deadline")
        self.assertEqual(
            record.line_ids.picking_id.ids, [second.id, third.id, first.id]
        )

    def test_labels_are_sorted_by_carrier(self):
        first, second, third = self.stored(3)
        for picking, name in ((first, "Z Post"), (second, "A Post"), (third, "M Post")):
            picking.tts_package_ids.provider_name = name
        record = self.print_labels(first + second + third, sort_by="carrier")
        self.assertEqual(
            record.line_ids.picking_id.ids, [second.id, third.id, first.id]
        )

    def test_labels_are_sorted_by_location(self):
        first, second = self.stored(2)
        shelf = self.env["stock.location"].create(
            {"name": "AAA", "location_id": self.shop.warehouse_id.lot_stock_id.id}
        )
        second.move_line_ids.location_id = shelf
        first.move_line_ids.location_id = shelf.create(
            {"name": "BBB", "location_id": self.shop.warehouse_id.lot_stock_id.id}
        )
        record = self.print_labels(first + second, sort_by="location")
        self.assertEqual(record.line_ids.picking_id.ids, [second.id, first.id])

    def test_labels_are_sorted_by_sku(self):
        pairs = self.import_arranged_many(1, self.unit(1))
        pairs += self.import_arranged_many(1, self.unit(0))
        self.fetch()
        pickings = [order.picking_ids for _id, order in pairs]
        wanted = sorted(pickings, key=lambda picking: picking.product_id.default_code)
        record = self.print_labels(pickings[0] + pickings[1], sort_by="sku")
        self.assertEqual(record.line_ids.picking_id.ids, [p.id for p in wanted])

    def test_a_combined_package_comes_once(self):
        pickings = self.stored(2)
        pickings[1].tts_package_ids.is_gone = True
        pickings[0].tts_package_ids.picking_ids |= pickings[1]
        record = self.print_labels(pickings)
        self.assertEqual(len(record.line_ids), 1)
        self.assertEqual(record.page_count, 1)

    def test_four_labels_share_an_a4_sheet(self):
        record = self.print_labels(self.stored(5), size="A4")
        self.assertEqual(self.page_sizes(record.attachment_id), [(595, 842)] * 2)
        first, second = self.texts(record.attachment_id)
        for number in self.tracking_numbers(record)[:4]:
            self.assertIn(number, first)
        self.assertIn(self.tracking_numbers(record)[4], second)

    def test_two_a5_labels_share_an_a4_sheet(self):
        self.shop.label_size = "A5"
        record = self.print_labels(self.stored(3), size="A4")
        self.assertEqual(self.page_sizes(record.attachment_id), [(842, 595)] * 2)

    # === PICK LIST === #

    def test_the_pick_list_comes_first_and_names_skus_and_labels(self):
        pickings = self.stored(2)
        record = self.print_labels(pickings, with_pick_list=True)
        texts = self.texts(record.attachment_id)
        sku = self.catalogue[0]["seller_sku"]
        self.assertIn(sku, texts[0])
        for picking in pickings:
            self.assertIn(picking.name, texts[0])
        self.assertIn("1, 2", texts[0])
        self.assertEqual(len(texts), record.page_count)
        self.assertIn(self.tracking_numbers(record)[-1], texts[-1])

    def test_the_pick_list_has_the_size_of_the_labels_or_of_the_sheets(self):
        pickings = self.stored(1)
        record = self.print_labels(pickings, with_pick_list=True)
        self.assertEqual(self.page_sizes(record.attachment_id)[0], (298, 420))
        record = self.print_labels(
            pickings, with_pick_list=True, size="A4", reason="Jam"
        )
        self.assertEqual(self.page_sizes(record.attachment_id)[0], (595, 842))

    def test_the_pick_list_shows_references_beside_characters_no_font_has(self):
        picking = self.stored(1)
        picking.move_ids.product_id.name = "\U0001f457 <b> & \u0e40\u0e2a"
        record = self.print_labels(picking, with_pick_list=True)
        text = self.texts(record.attachment_id)[0]
        self.assertIn(picking.move_ids.product_id.default_code, text)
        self.assertIn("<b> &", text)

    # === AGAIN === #

    def test_a_print_is_counted_on_the_package(self):
        picking = self.stored(1)
        self.print_labels(picking)
        self.assertEqual(picking.tts_package_ids.print_count, 1)
        self.assertTrue(picking.tts_package_ids.last_print)

    def test_printing_again_asks_for_a_reason(self):
        picking = self.stored(1)
        self.print_labels(picking)
        with self.assertRaisesRegex(UserError, picking.name):
            self.print_labels(picking, reason="  ")
        self.assertEqual(picking.tts_package_ids.print_count, 1)

    def test_labels_printed_again_are_marked_with_the_reason(self):
        pickings = self.stored(2)
        self.print_labels(pickings[0])
        record = self.print_labels(
            pickings, reason="The printer jammed", with_pick_list=True
        )
        again = record.line_ids.filtered("is_again")
        self.assertEqual(again.picking_id, pickings[0])
        text = self.texts(record.attachment_id)[0]
        self.assertIn("The printer jammed", text)
        self.assertEqual(text.count("printed again"), 1)

    def test_a_print_of_the_journal_is_printed_again_in_the_same_way(self):
        pickings = self.stored(2)
        record = self.print_labels(pickings, size="A4", sort_by="sku")
        action = record.action_open_print_again()
        wizard = (
            self.env["tts.label.wizard"].with_context(**action["context"]).create({})
        )
        self.assertEqual(wizard.picking_ids, pickings)
        self.assertEqual((wizard.size, wizard.sort_by), ("A4", "sku"))
        self.assertEqual(wizard.again_count, 2)
        with self.assertRaises(UserError):
            wizard.action_print()

    # === MISSING === #

    def test_labels_that_are_not_there_are_fetched_at_once(self):
        pairs = self.import_arranged_many(2, self.unit())
        pickings = pairs[0][1].picking_ids + pairs[1][1].picking_ids
        record = self.print_labels(pickings)
        self.assertEqual(record.state, "done")
        self.assertEqual(record.page_count, 2)

    def test_a_missing_label_holds_no_other_and_is_named(self):
        pairs = self.import_arranged_many(2, self.unit())
        one, two = (order.picking_ids for _id, order in pairs)
        self.refuse(one.tts_package_ids, 11034037)
        wizard = self.wizard(one + two, with_pick_list=True)
        action = wizard.action_print()
        record = self.env["tts.label.print"].search([], limit=1)
        self.assertEqual(record.label_count, 1)
        self.assertEqual(record.missing_count, 1)
        missing = record.line_ids.filtered("missing")
        self.assertEqual(missing.picking_id, one)
        self.assertIn(missing.missing, action["params"]["message"])
        self.assertEqual(action["params"]["next"]["type"], "ir.actions.act_url")
        self.assertIn(one.name, self.texts(record.attachment_id)[0])
        self.assertFalse(one.tts_package_ids.print_count)

    def test_a_delivery_that_is_not_arranged_is_left_out_with_its_reason(self):
        order_id = self.place_units(self.unit(), shipping_type="TIKTOK")
        self.sync()
        waiting = self.sale_order(order_id).picking_ids
        wizard = self.wizard(waiting + self.stored(1))
        self.assertEqual((wizard.ready_count, wizard.missing_count), (1, 1))
        self.assertIn(waiting.name, wizard.missing_text)

    def test_a_delivery_whose_buyer_asks_to_cancel_is_not_printed(self):
        pickings = self.stored(2)
        pickings[0].sale_id.tts_order_id.cancel_requested = True
        wizard = self.wizard(pickings)
        self.assertEqual((wizard.ready_count, wizard.missing_count), (1, 1))

    def test_nothing_to_print_says_why(self):
        order_id = self.place_units(self.unit(), shipping_type="SELLER")
        self.sync()
        picking = self.sale_order(order_id).picking_ids
        with self.assertRaisesRegex(UserError, "own carrier"):
            self.wizard(picking).action_print()

    def test_a_stored_file_that_is_broken_is_named(self):
        pickings = self.stored(2)
        pickings[0].tts_package_ids.label_attachment_id.raw = b"%PDF-1.4 nothing"
        record = self.print_labels(pickings)
        self.assertEqual(record.label_count, 1)
        self.assertEqual(record.line_ids.filtered("missing").picking_id, pickings[0])

    # === MANY === #

    def test_many_missing_labels_are_fetched_in_the_background(self):
        self.shop.label_fetch = False
        pairs = self.import_arranged_many(22, self.unit())
        pickings = self.env["stock.picking"].union(*(o.picking_ids for _i, o in pairs))
        self.refuse(pickings[3].tts_package_ids, 21042102)
        before = self.calls("shipping_documents")
        record = self.print_labels(pickings, size="A5")
        self.assertEqual(record.state, "waiting")
        self.assertEqual(self.calls("shipping_documents"), before)
        self.fetch()
        self.assertEqual(record.state, "done")
        self.assertEqual((record.label_count, record.missing_count), (21, 1))
        self.assertEqual(set(self.page_sizes(record.attachment_id)), {(420, 595)})

    def test_a_print_waits_for_a_label_that_is_being_made(self):
        self.shop.label_fetch = False
        picking = self.import_arranged()[1].picking_ids
        package = picking.tts_package_ids
        plans = picking.sudo()._tts_plan_labels()
        record = self.env["tts.label.print"]._start(plans, {})
        record._enqueue(package)
        self.refuse(package, 11034037, times=1)
        self.fetch()
        self.assertEqual(record.state, "running")
        self.fetch_again(package)
        self.assertEqual(record.state, "done")
        self.assertEqual(record.label_count, 1)

    def test_a_shop_that_does_not_answer_holds_no_print_forever(self):
        self.shop.label_fetch = False
        picking = self.import_arranged()[1].picking_ids
        record = self.env["tts.label.print"]._start(
            picking.sudo()._tts_plan_labels(), {}
        )
        record._enqueue(picking.tts_package_ids)
        with self.fault("http_500", path="/fulfillment", times=99):
            self.fetch()
            self.fetch()
        self.assertEqual(record.state, "done")
        self.assertEqual(record.missing_count, 1)

    # === RIGHTS === #

    def test_a_clerk_without_sales_rights_fetches_and_prints(self):
        pickings = self.import_arranged()[1].picking_ids
        mine = pickings.with_user(self.low_user)
        action = mine.action_tts_fetch_label()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(mine.tts_label_state, "done")
        self.assertTrue(mine.tts_label_ids.raw.startswith(b"%PDF"))
        wizard = Form(
            self.env["tts.label.wizard"]
            .with_user(self.low_user)
            .with_context(active_model="stock.picking", active_ids=pickings.ids)
        ).save()
        action = wizard.action_print()
        record = self.env["tts.label.print"].search([], limit=1)
        self.assertEqual(record.user_id, self.low_user)
        self.assertIn(str(record.attachment_id.id), action["url"])
        self.assertTrue(record.attachment_id.with_user(self.low_user).raw)

    def test_a_stranger_reads_no_label(self):
        picking = self.stored(1)
        record = self.print_labels(picking)
        stranger = new_test_user(self.env, "tts_stranger", groups="base.group_user")
        files = picking.tts_package_ids.label_attachment_id + record.attachment_id
        for attachment in files:
            with self.assertRaises(AccessError):
                attachment.with_user(stranger).read(["raw"])

    # === THE BUTTON OF A DELIVERY === #

    def test_a_label_that_fails_says_so_and_keeps_the_reason(self):
        picking = self.import_arranged()[1].picking_ids
        self.refuse(picking.tts_package_ids, 11034037)
        action = picking.action_tts_fetch_label()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertEqual(picking.tts_label_state, "generating")
        self.assertTrue(picking.tts_label_error)

    def test_a_delivery_without_arranged_shipment_says_what_to_do_first(self):
        order_id = self.place_units(self.unit(), shipping_type="TIKTOK")
        self.sync()
        picking = self.sale_order(order_id).picking_ids
        with self.assertRaisesRegex(UserError, "arrange it first"):
            picking.action_tts_fetch_label()

    def test_deliveries_are_found_by_the_state_of_their_labels(self):
        pickings = self.stored(2)
        pickings[0].tts_package_ids.label_state = "failed"
        found = self.env["stock.picking"].search([("tts_label_state", "=", "failed")])
        self.assertEqual(found, pickings[0])


@tagged("post_install", "-at_install")
class TestLabelPrintZpl(PrintCase):
    """A market whose labels may be for label printers."""

    markets = ("BR",)

    def test_labels_for_label_printers_become_one_file(self):
        self.shop.label_format = "ZPL"
        pickings = self.stored(2)
        record = self.print_labels(pickings, label_format="ZPL", with_pick_list=True)
        content = record.zpl_attachment_id.raw
        self.assertEqual(content.count(b"^XA"), 2)
        for number in self.tracking_numbers(record):
            self.assertIn(number.encode(), content)
        self.assertTrue(self.texts(record.attachment_id))

    def test_labels_for_label_printers_have_no_packing_slip(self):
        self.shop.write(
            {
                "label_format": "ZPL",
                "label_type": "SHIPPING_LABEL_AND_PACKING_SLIP",
            }
        )
        package = self.stored(1).tts_package_ids
        self.assertEqual(package.label_state, "done")
        self.assertEqual(package.label_type, "SHIPPING_LABEL")


@tagged("post_install", "-at_install")
class TestLabelCost(PrintCase):
    """What labels may cost in SQL statements: the same on every machine."""

    def count(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_storing_labels_costs_few_statements_each(self):
        costs = []
        for count in (4, 24):
            self.import_arranged_many(count, self.unit())
            costs.append(self.count(self.fetch))
        self.assertLess((costs[1] - costs[0]) / 20, 5)

    def test_printing_labels_costs_few_statements_each(self):
        costs = []
        for count in (4, 24):
            pickings = self.stored(count)
            costs.append(self.count(lambda p=pickings: self.print_labels(p)))
        self.assertLess((costs[1] - costs[0]) / 20, 3)


@tagged("post_install", "-at_install")
class TestLabelSheets(PrintCase):
    """Laying out pages, without a shop."""

    def sheet(self, *contents):
        file = LabelFile(on_sheets=True)
        for content in contents:
            file.add(read_pages(content))
        return read_pages(file.content())

    def test_sheets_change_where_the_size_of_labels_changes(self):
        small, large = make_pdf([["a"]], "A6"), make_pdf([["b"]], "A5")
        self.assertEqual(len(self.sheet(small, large, small)), 3)

    def test_what_fits_no_cell_has_a_page_of_its_own(self):
        big = make_pdf([["declaration"]], "A4")
        pages = self.sheet(make_pdf([["a"]], "A6"), big)
        self.assertEqual([round(float(p.mediaBox[3])) for p in pages], [842, 842])

    def test_turned_pages_land_upright_inside_their_cell(self):
        for turn in (0, 90, 180, 270):
            [page] = read_pages(make_pdf([["a"]], "A6"))
            page[label_sheets.ROTATE] = NumberObject(turn)
            a, b, c, d, e, f = label_sheets._fit(page, label_sheets.A6, (0, 0))
            left, bottom, right, top = label_sheets._box(page)
            with self.subTest(turn=turn):
                for x in (left, right):
                    for y in (bottom, top):
                        self.assertGreaterEqual(a * x + c * y + e, -1)
                        self.assertLessEqual(a * x + c * y + e, label_sheets.A6[0] + 1)
                        self.assertGreaterEqual(b * x + d * y + f, -1)
                        self.assertLessEqual(b * x + d * y + f, label_sheets.A6[1] + 1)

    def test_half_a_file_is_unreadable(self):
        content = make_pdf([["a"]], "A6")
        for broken in (b"", b"%PDF-1.4", content[: len(content) // 2]):
            with self.assertRaises(Unreadable):
                count_pages(broken)
