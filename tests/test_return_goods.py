from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .return_case import ReturnCase


@tagged("post_install", "-at_install")
class TestReturnGoods(ReturnCase):
    """The goods of a granted return are ready to be received, once, by a person."""

    # === PROPOSED === #

    def test_a_granted_return_is_ready_to_be_received(self):
        case, order = self.returned(self.unit(quantity=3), self.unit(1))
        [picking] = case.picking_ids
        self.assertEqual(picking.state, "assigned")
        self.assertEqual(picking.picking_type_code, "incoming")
        self.assertEqual(picking.return_id, order.picking_ids - picking)
        self.assertEqual(picking.location_id.usage, "customer")
        self.assertEqual(picking.location_dest_id, self.shop.return_location_id)
        units = {move.product_id: move.product_uom_qty for move in picking.move_ids}
        self.assertEqual(units, {self.product(): 3, self.product(1): 1})
        self.assertEqual(case.inspection_state, "expected")

    def test_only_the_units_of_the_case_come_back(self):
        case, _order = self.returned(self.unit(quantity=3), self.unit(1), lines=2)
        self.assertEqual(case.picking_ids.move_ids.product_id, self.product())
        self.assertEqual(case.picking_ids.move_ids.product_uom_qty, 2)

    def test_a_return_that_is_only_asked_for_brings_nothing(self):
        order_id, _order = self.delivered()
        case_id = self.make_return(order_id)
        self.aftersales()
        case = self.case_return(case_id)
        self.assertFalse(case.picking_ids)
        self.assertEqual(case.inspection_state, "none")

    def test_a_refund_without_goods_brings_nothing(self):
        order_id, _order = self.delivered()
        case_id = self.make_return(order_id, "REFUND")
        case = self.grant(case_id, "APPROVE_REFUND")
        self.assertFalse(case.picking_ids)
        self.assertFalse(case.can_create_return)

    def test_a_buyer_who_keeps_the_goods_brings_nothing(self):
        order_id, _order = self.delivered()
        case = self.grant(self.make_return(order_id), "DIRECT_REFUND")
        self.assertFalse(case.picking_ids)

    def test_a_replacement_brings_the_faulty_goods_back(self):
        order_id, _order = self.delivered()
        case_id = self.make_return(order_id, "REPLACEMENT")
        case = self.grant(case_id, "APPROVE_REPLACEMENT")
        self.assertEqual(sum(case.picking_ids.move_ids.mapped("product_uom_qty")), 4)

    def test_the_return_is_there_once_however_often_it_is_read(self):
        case, _order = self.returned()
        picking = case.picking_ids
        self.step(case.remote_id, "ship_back")
        self.aftersales()
        self.step(case.remote_id, "arrive")
        self.aftersales()
        case._follow_again()
        self.shop._refetch_cases("tts.return", [case.remote_id])
        self.assertEqual(case.picking_ids, picking)

    def test_the_parcel_is_found_by_its_tracking_number(self):
        case, _order = self.returned()
        self.step(case.remote_id, "ship_back", tracking_number="BACK1")
        self.aftersales()
        self.assertEqual(case.picking_ids.carrier_tracking_ref, "BACK1")
        self.receive(case.picking_ids)
        self.assertEqual(case.picking_ids.state, "done")

    def test_two_workers_cannot_both_make_the_return(self):
        order_id, _order = self.delivered()
        case_id = self.make_return(order_id)
        seen = []
        original = type(self.env["tts.return"])._link_returns_by_hand

        def look(case):
            # Whoever writes a row that another worker wrote meanwhile starts anew.
            case.env.cr.execute(
                "SELECT return_proposed_on FROM tts_return WHERE id = %s", [case.id]
            )
            seen.append(case.env.cr.fetchone()[0])
            return original(case)

        self.patch(type(self.env["tts.return"]), "_link_returns_by_hand", look)
        case = self.grant(case_id)
        self.assertEqual(len(seen), 1)
        self.assertTrue(seen[0], "the row is written before anything is looked up")
        self.assertEqual(len(case.picking_ids), 1)

    def test_a_return_that_a_person_cancelled_stays_cancelled(self):
        case, _order = self.returned()
        case.picking_ids.action_cancel()
        self.step(case.remote_id, "ship_back")
        self.aftersales()
        self.assertEqual(case.picking_ids.mapped("state"), ["cancel"])
        self.assertTrue(case.can_create_return)

    def test_nothing_is_received_by_itself(self):
        case, _order = self.returned()
        self.step(case.remote_id, "ship_back")
        self.step(case.remote_id, "arrive")
        self.step(case.remote_id, "decide", decision="APPROVE_RECEIVED_PACKAGE")
        self.aftersales()
        self.assertEqual(case.picking_ids.state, "assigned")
        self.assertFalse(self.waiting())

    def test_each_delivery_gets_its_own_return(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        first = order.picking_ids
        first.move_ids.quantity = 1
        first.move_ids.picked = True
        first.with_context(
            skip_backorder=True, tts_override=first.ids
        ).button_validate()
        rest = order.picking_ids - first
        rest.with_context(tts_override=rest.ids).button_validate()
        self.assertEqual(rest.state, "done")
        self.change(order_id, status="DELIVERED", force=True)
        self.sync()
        case = self.grant(self.make_return(order_id))
        units = {
            picking.return_id: picking.move_ids.product_uom_qty
            for picking in case.picking_ids
        }
        self.assertEqual(units, {first: 1, case.picking_ids.return_id - first: 2})

    def test_two_cases_of_one_order_share_no_unit(self):
        order_id, _order = self.delivered(self.unit(quantity=3))
        ids = [row["id"] for row in self.raw(order_id)["line_items"]]
        cases = [
            self.grant(self.make_return(order_id, lines=[unit])) for unit in ids[:2]
        ]
        for case in cases:
            self.assertEqual(case.picking_ids.move_ids.product_uom_qty, 1)
        self.assertNotEqual(cases[0].picking_ids, cases[1].picking_ids)

    def test_units_are_counted_in_the_unit_of_the_delivery(self):
        product = self.product()
        dozen = self.env.ref("uom.product_uom_dozen")
        order_id, order = self.import_units(self.unit(quantity=2))
        move = order.picking_ids.move_ids
        move.write({"product_uom_qty": 1 / 6, "product_uom": dozen.id})
        self.assertAlmostEqual(move.product_qty, 2, 1)
        move.quantity = move.product_uom_qty
        order.picking_ids.button_validate()
        self.change(order_id, status="DELIVERED", force=True)
        self.sync()
        case = self.grant(self.make_return(order_id))
        back = case.picking_ids.move_ids
        self.assertEqual(back.product_id, product)
        self.assertEqual(back.product_uom, dozen)

    # === NOT PROPOSED === #

    def test_by_hand_waits_for_a_person(self):
        self.shop.return_policy = "hand"
        case, _order = self.returned()
        self.assertFalse(case.picking_ids)
        self.assertEqual(case.inspection_state, "expected")
        action = case.with_user(self.low_user).action_create_return()
        self.assertEqual(action["res_id"], case.picking_ids.id)
        self.assertEqual(case.picking_ids.state, "assigned")

    def change_units(self, case, units):
        """Let TikTok name these units of the order in a case that it has named."""
        told = self.told_case(case.remote_id)["raw"]["return_line_items"][0]
        amount = str(sum(float(told["refund_amount"]["refund_total"]) for _ in units))
        total = {"refund_total": amount, "refund_subtotal": amount}
        lines = [
            {**told, "return_line_item_id": f"9{unit}", "order_line_item_id": unit}
            for unit in units
        ]
        values = {
            "return_line_items": lines,
            "refund_amount": told["refund_amount"] | total,
        }
        self.control("POST", f"/returns/{case.remote_id}", {"set": values})
        self.aftersales()
        open_ones = case.picking_ids.filtered(lambda one: one.state == "assigned")
        return sum(open_ones.move_ids.mapped("product_uom_qty"))

    def test_what_is_ready_changes_with_the_units_of_the_case(self):
        case, order = self.returned(self.unit(quantity=3), lines=2)
        units = self.goods(order).tts_line_ids
        self.assertEqual(self.change_units(case, units), 3)
        self.assertEqual(self.change_units(case, units[:1]), 1)

    def test_what_somebody_began_to_receive_changes_no_more(self):
        case, order = self.returned(self.unit(quantity=3))
        picking = case.picking_ids
        picking.move_ids.picked = True
        units = self.goods(order).tts_line_ids
        self.assertEqual(self.change_units(case, units[:1]), 3)
        self.assertEqual(case.picking_ids, picking)

    def test_a_return_that_a_person_wanted_stays_when_tiktok_says_nothing_of_it(self):
        order_id, _order = self.delivered()
        case = self.grant(self.make_return(order_id), "DIRECT_REFUND")
        case.action_create_return()
        case._follow_again()
        self.assertEqual(case.picking_ids.state, "assigned")

    def test_who_may_make_no_transfer_makes_no_return(self):
        self.shop.return_policy = "hand"
        case, _order = self.returned()
        with self.assertRaises(AccessError):
            case.with_user(self.biller).action_create_return()

    def test_create_return_says_when_nothing_is_out(self):
        order_id, _order = self.import_units()
        self.change(order_id, status="DELIVERED", force=True)
        self.sync()
        case = self.grant(self.make_return(order_id))
        with self.assertRaisesRegex(UserError, "is not on its way back yet"):
            case.with_user(self.low_user).action_create_return()

    def test_what_was_never_shipped_is_not_returned(self):
        order_id, _order = self.import_units()
        self.change(order_id, status="DELIVERED", force=True)
        self.sync()
        case = self.grant(self.make_return(order_id))
        self.assertFalse(case.picking_ids)
        self.assertTrue(self.issues(f"case-doubt:{case.remote_id}"))

    def test_what_leaves_in_odoo_later_is_proposed_then(self):
        order_id, order = self.import_units()
        self.change(order_id, status="DELIVERED", force=True)
        self.sync()
        case = self.grant(self.make_return(order_id))
        delivery = order.picking_ids.with_user(self.low_user)
        delivery.with_context(tts_override=delivery.ids).button_validate()
        self.assertEqual(case.picking_ids.return_id, order.picking_ids[0])
        self.assertFalse(self.issues(f"case-doubt:{case.remote_id}"))

    def test_what_tiktok_shipped_itself_is_not_received_in_odoo(self):
        order_id = self.place_units(
            self.unit(), fulfillment_type="FULFILLMENT_BY_TIKTOK", status="DELIVERED"
        )
        self.sync()
        case_id = self.make_return(order_id, force=True)
        self.aftersales()
        self.step(case_id, "decide", decision="APPROVE_RETURN")
        self.aftersales()
        case = self.case_return(case_id)
        self.assertFalse(case.picking_ids)
        self.assertEqual(case.inspection_state, "none")

    # === BY HAND === #

    def back_by_hand(self, order, units):
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": order.picking_ids[:1].id}
        )
        for line in wizard.product_return_moves:
            line.quantity = units.get(line.product_id, 0)
        action = wizard.action_create_returns()
        return self.env["stock.picking"].browse(action["res_id"])

    def test_a_return_that_somebody_made_is_linked_and_not_doubled(self):
        order_id, order = self.delivered()
        case_id = self.make_return(order_id)
        mine = self.back_by_hand(order, {self.product(): 3, self.product(1): 1})
        case = self.grant(case_id)
        self.assertEqual(case.picking_ids, mine)

    def test_what_a_return_by_hand_leaves_out_is_proposed(self):
        order_id, order = self.delivered()
        case_id = self.make_return(order_id)
        mine = self.back_by_hand(order, {self.product(): 3})
        case = self.grant(case_id)
        other = case.picking_ids - mine
        self.assertIn(mine, case.picking_ids)
        self.assertEqual(other.move_ids.product_id, self.product(1))

    def test_goods_that_came_back_right_into_stock_need_no_inspection(self):
        order_id, order = self.delivered()
        case_id = self.make_return(order_id)
        mine = self.back_by_hand(order, {self.product(): 3, self.product(1): 1})
        self.receive(mine)
        case = self.grant(case_id)
        self.assertEqual(case.inspection_state, "inspected")
        self.assertEqual((case.units_returned, case.units_restocked), (4, 4))

    # === OVER === #

    def test_a_withdrawn_return_is_cancelled_with_a_note(self):
        case, _order = self.returned()
        self.step(case.remote_id, "withdraw")
        self.aftersales()
        self.assertEqual(case.picking_ids.state, "cancel")
        self.assertIn(case.remote_id, case.picking_ids.message_ids[0].body)
        self.assertEqual(case.inspection_state, "none")

    def test_a_withdrawn_return_of_which_something_came_is_an_issue(self):
        case, _order = self.returned(self.unit(quantity=3))
        sku = self.product().default_code
        self.receive(case.picking_ids, **{sku: 1})
        self.step(case.remote_id, "withdraw")
        self.aftersales()
        self.assertTrue(self.issues(f"case-withdrawn:{case.remote_id}"))
        self.assertEqual(set(case.picking_ids.mapped("state")), {"done", "assigned"})

    def test_the_request_that_replaces_another_takes_its_return_over(self):
        first, _order = self.returned()
        picking = first.picking_ids
        other_id = self.make_return(
            first.order_remote_id, replaces=first.remote_id, force=True
        )
        self.aftersales()
        other = self.grant(other_id)
        self.assertEqual(other.picking_ids, picking)
        self.assertEqual(picking.state, "assigned")
        self.assertFalse(first.picking_ids)

    def test_the_request_for_fewer_units_brings_fewer_back(self):
        first, _order = self.returned(self.unit(quantity=3))
        unit = self.raw(first.order_remote_id)["line_items"][0]["id"]
        other_id = self.make_return(
            first.order_remote_id,
            replaces=first.remote_id,
            lines=[unit],
            force=True,
        )
        self.aftersales()
        other = self.grant(other_id)
        live = (first | other).picking_ids.filtered(lambda row: row.state != "cancel")
        self.assertEqual(live.tts_return_id, other)
        self.assertEqual(live.move_ids.product_uom_qty, 1)

    # === RETURNS LOCATION === #

    def test_the_returns_location_lies_outside_of_the_warehouses(self):
        location = self.shop.return_location_id
        self.assertEqual(location.name, "TikTok Returns")
        self.assertEqual(location.usage, "internal")
        self.assertEqual(location.company_id, self.shop.company_id)
        self.assertFalse(location.warehouse_id)

    def test_a_place_that_sells_cannot_be_the_returns_location(self):
        with self.assertRaises(ValidationError):
            self.shop.return_location_id = self.shop.warehouse_id.lot_stock_id

    def test_shops_of_a_company_share_their_returns_location(self):
        found = self.shop._find_or_create_return_location(self.shop.company_id)
        self.assertEqual(found, self.shop.return_location_id)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.shop._find_or_create_return_location(other)
        self.assertNotEqual(theirs, found)
        self.assertEqual(theirs.company_id, other)
