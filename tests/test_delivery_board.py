from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import new_test_user, tagged

from .order_case import OrderCase

# In Kuala Lumpur it is three in the afternoon.
NOW = datetime(2026, 3, 4, 7, 0)
ZONE = "Asia/Kuala_Lumpur"


@tagged("post_install", "-at_install")
class TestDeliveryBoard(OrderCase):
    """Deliveries by the time they have to leave."""

    def setUp(self):
        super().setUp()
        self.board = self.env["stock.picking"].with_context(tz=ZONE)

    def delivery(self, deadline=None):
        """Import an order; its delivery is due then."""
        _order_id, order = self.import_units()
        if deadline:
            order.tts_order_id.ship_by = deadline
        return order.picking_ids.with_context(tz=ZONE)

    def on_board(self, *domain):
        return self.board.search([("tts_on_board", "=", True), *domain])

    # === WHEN DUE === #

    def test_a_deadline_belongs_to_the_day_of_the_user(self):
        picking = self.delivery()
        with freeze_time(NOW):
            for deadline, due in (
                (NOW - timedelta(minutes=1), "late"),
                (datetime(2026, 3, 4, 15, 59), "today"),
                (datetime(2026, 3, 4, 16, 0), "tomorrow"),
                (datetime(2026, 3, 5, 16, 0), "later"),
                (False, False),
            ):
                with self.subTest(deadline=deadline):
                    picking.tts_deadline = deadline
                    self.assertEqual(picking.tts_due, due)
                    found = picking.search(
                        [("id", "=", picking.id), ("tts_due", "=", due)]
                    )
                    self.assertEqual(found, picking)

    def test_the_same_deadline_is_another_day_elsewhere(self):
        picking = self.delivery()
        picking.tts_deadline = datetime(2026, 3, 4, 17, 0)
        with freeze_time(NOW):
            self.assertEqual(picking.with_context(tz=ZONE).tts_due, "tomorrow")
            self.assertEqual(picking.with_context(tz="UTC").tts_due, "today")

    def test_what_is_not_late_is_everything_else(self):
        picking = self.delivery()
        with freeze_time(NOW):
            picking.tts_deadline = NOW - timedelta(hours=1)
            mine = ("id", "=", picking.id)
            self.assertFalse(picking.search([mine, ("tts_due", "!=", "late")]))
            self.assertTrue(picking.search([mine, ("tts_due", "!=", "today")]))
            self.assertTrue(
                picking.search([mine, ("tts_due", "in", ("late", "today"))])
            )

    def test_the_columns_stand_in_the_order_of_time(self):
        pickings = self.delivery() | self.delivery() | self.delivery()
        with freeze_time(NOW):
            for picking, days in zip(pickings, (9, -1, 1), strict=True):
                picking.tts_deadline = NOW + timedelta(days=days)
            groups = self.board._read_group(
                [("id", "in", pickings.ids)], ["tts_due"], ["__count"]
            )
        self.assertEqual(groups, [("late", 1), ("tomorrow", 1), ("later", 1)])

    def test_a_board_shows_all_its_columns_and_opens_each(self):
        picking = self.delivery()
        with freeze_time(NOW):
            picking.tts_deadline = NOW + timedelta(hours=1)
            domain = [("id", "=", picking.id)]
            found = self.board.with_context(read_group_expand=True).web_read_group(
                domain, ["tts_due"], ["__count"]
            )
            self.assertEqual(
                [(row["tts_due"], row["__count"]) for row in found["groups"]],
                [("late", 0), ("today", 1), ("tomorrow", 0), ("later", 0)],
            )
            column = found["groups"][1]["__extra_domain"]
            self.assertEqual(picking.search([*domain, *column]), picking)

    def test_deliveries_can_be_grouped_by_due_and_shop_together(self):
        picking = self.delivery()
        with freeze_time(NOW):
            picking.tts_deadline = NOW
            groups = self.board._read_group(
                [("id", "=", picking.id)], ["tts_shop_id", "tts_due"], ["__count"]
            )
        self.assertEqual(groups, [(self.shop, "today", 1)])
        self.assertTrue(self.board.fields_get(["tts_due"])["tts_due"]["groupable"])

    # === WHAT IS ON IT === #

    def test_an_open_delivery_is_on_the_board(self):
        picking = self.delivery()
        self.assertIn(picking, self.on_board())
        self.assertTrue(picking.tts_on_board)

    def test_a_validated_delivery_stays_until_its_shipment_is_arranged(self):
        picking = self.delivery()
        picking.button_validate()
        self.assertIn(picking, self.on_board())
        self.change(picking.tts_order_id.remote_id, status="AWAITING_COLLECTION")
        self.sync()
        self.assertNotIn(picking, self.on_board())

    def test_a_delivery_whose_pickup_failed_comes_back(self):
        picking = self.delivery()
        picking.button_validate()
        picking.tts_package_ids.write({"status": "PROCESSING", "pickup_failed": True})
        self.assertIn(picking, self.on_board(("tts_status", "=", "pickup_failed")))

    def test_cancelled_deliveries_and_those_of_no_shop_are_not_on_the_board(self):
        picking = self.delivery()
        picking.action_cancel()
        self.assertNotIn(picking, self.on_board())
        self.assertFalse(self.on_board(("tts_shop_id", "=", False)))
        self.assertIn(picking, self.board.search([("tts_on_board", "=", False)]))

    def test_a_card_counts_the_pieces(self):
        self.assertEqual(self.delivery().tts_pieces, 4)

    # === THE SHOP'S CARD === #

    def test_the_shop_counts_what_is_late_and_what_is_due_today(self):
        now = fields.Datetime.now()
        late, today = self.delivery(), self.delivery()
        shop = self.shop.with_context(tz="UTC")
        with freeze_time(now.replace(hour=12)):
            late.tts_deadline = now.replace(hour=11)
            today.tts_deadline = now.replace(hour=13)
            self.assertEqual((shop.late_count, shop.today_count), (1, 1))

    def test_the_counts_of_the_shop_open_the_board(self):
        action = self.shop.action_view_late()
        self.assertEqual(action["res_model"], "stock.picking")
        self.assertEqual(
            action["context"],
            {"search_default_late": 1, "search_default_tts_shop_id": self.shop.id},
        )
        self.assertIn("search_default_today", self.shop.action_view_today()["context"])

    # === RIGHTS === #

    def test_a_clerk_without_sales_rights_opens_all_of_it(self):
        picking = self.delivery().with_user(self.low_user)
        names = [
            "tts_order_id",
            "tts_due",
            "tts_pieces",
            "tts_label_state",
            "tts_shipment_state",
            "tts_cancel_requested",
            "tts_address_held",
            "carrier_id",
        ]
        self.env.invalidate_all()
        self.assertTrue(picking.read(names))
        board = picking.browse()
        self.assertIn(picking, board.search([("tts_on_board", "=", True)]))
        for kind in ("kanban", "list", "search"):
            view = self.env.ref(f"sale_tiktok_shop.tts_board_view_{kind}")
            self.assertTrue(board.get_view(view.id, kind))
        self.assertIsInstance(self.shop.with_user(self.low_user).late_count, int)
        self.assertTrue(board.search([("tts_label_state", "=", "none")]))

    def test_a_board_shows_deliveries_of_the_users_companies_only(self):
        picking = self.delivery()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env,
            "tts_elsewhere",
            groups="stock.group_stock_user",
            company_id=company.id,
        )
        found = self.env["stock.picking"].with_user(user).search([])
        self.assertNotIn(picking.id, found.ids)

    # === SALES ORDERS === #

    def test_a_sales_order_is_due_until_its_shipment_is_arranged(self):
        order_id, order = self.import_units()
        order.tts_order_id.ship_by = fields.Datetime.now() - timedelta(hours=1)
        self.assertEqual(order.tts_due, "late")
        order.tts_order_id.status = "AWAITING_COLLECTION"
        self.assertFalse(order.tts_due)
