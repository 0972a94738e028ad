from odoo.tests import tagged

from .return_case import ReturnCase


@tagged("post_install", "-at_install")
class TestOrderOrigin(ReturnCase):
    """Orders that send goods anew are linked to the order they are for."""

    def replaced(self, kind="REPLACEMENT", decision="APPROVE_REPLACEMENT"):
        """Have goods sent anew; return the case, its order and the new order's id."""
        order_id, order = self.delivered(self.unit())
        case = self.grant(self.make_return(order_id, kind, force=True), decision)
        self.step(case.remote_id, "ship_back")
        self.step(case.remote_id, "arrive")
        self.step(case.remote_id, "decide", decision="APPROVE_RECEIVED_PACKAGE")
        return case, order, self.told_case(case.remote_id)["new_order_id"]

    def test_a_replacement_shows_what_it_replaces(self):
        case, order, new_id = self.replaced()
        self.sync()
        self.aftersales()
        new = self.mirror(new_id)
        self.assertEqual(new.origin_order_id, case.order_id)
        self.assertEqual(case.order_id.replacement_ids, new)
        self.assertEqual(new.sale_order_id.tts_origin_id, order)
        self.assertEqual(order.tts_replacement_ids, new.sale_order_id)
        self.assertEqual(
            order.action_view_tts_replacements()["res_id"], new.sale_order_id.id
        )
        self.assertEqual(case.new_order_ids, new)

    def test_an_exchange_shows_what_it_is_for(self):
        case, _order, new_id = self.replaced("EXCHANGE", "APPROVE_RETURN")
        self.sync()
        self.aftersales()
        new = self.mirror(new_id)
        self.assertTrue(new.is_exchange)
        self.assertEqual(new.origin_order_id, case.order_id)
        self.assertEqual(case.new_order_ids, new)

    def test_what_is_sent_anew_is_delivered_and_costs_nothing(self):
        _case, _order, new_id = self.replaced()
        self.sync()
        new = self.sale_order(new_id)
        self.assertEqual(new.state, "sale")
        self.assertEqual(new.amount_total, 0)
        self.assertEqual(new.picking_ids.mapped("picking_type_code"), ["outgoing"])

    def test_orders_are_linked_whichever_comes_first(self):
        origin_id = "577000000000000001"
        new_id = self.place_units(
            self.unit(), is_replacement_order=True, replaced_order_id=origin_id
        )
        self.sync()
        new = self.mirror(new_id)
        self.assertEqual(new.origin_remote_id, origin_id)
        self.assertFalse(new.origin_order_id)
        self.place_units(self.unit(), id=origin_id)
        self.sync()
        self.assertEqual(new.origin_order_id, self.mirror(origin_id))

    def test_another_case_of_the_order_did_not_lead_to_it(self):
        order_id, _order = self.delivered(self.unit(), self.unit(1))
        ids = [row["id"] for row in self.raw(order_id)["line_items"]]
        refund_id = self.make_return(order_id, "REFUND", lines=ids[1:])
        case = self.grant(
            self.make_return(order_id, "REPLACEMENT", lines=ids[:1]),
            "APPROVE_REPLACEMENT",
        )
        self.step(case.remote_id, "ship_back")
        self.step(case.remote_id, "arrive")
        self.step(case.remote_id, "decide", decision="APPROVE_RECEIVED_PACKAGE")
        self.sync()
        self.aftersales()
        self.assertTrue(case.new_order_ids)
        self.assertFalse(self.case_return(refund_id).new_order_ids)
