from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .report_case import AFFILIATE, COMMISSION, ReportCase


@tagged("post_install", "-at_install")
class TestReportSales(ReportCase):
    """One shop in its company's currency: what each order brought."""

    def settle_order(self, order_id, sale="0", **row):
        return self.make_statement(self.order_row(order_id, sale, **row))

    # === WHICH ORDERS === #

    def test_an_order_has_a_row_per_line_item_and_none_for_shipping(self):
        _order_id, order = self.import_units(self.unit(quantity=3), self.unit(1))
        rows = self.report(self.of(order))
        self.assertEqual(rows.product_id, self.goods(order).product_id)
        self.assertEqual(sorted(rows.mapped("units")), [1, 3])
        self.assert_total(
            self.of(order),
            units=4,
            sales=40,
            sales_untaxed=40,
            shipping=round(order.amount_total - 40, 2),
        )

    def test_sales_and_shipping_come_to_the_total_of_the_order(self):
        _order_id, order = self.import_units(
            self.unit(quantity=3, original_price="3.33"), self.unit(1)
        )
        found = self.total(self.of(order))
        self.assertEqual(
            round(found["sales"] + found["shipping"], 2), order.amount_total
        )

    def test_an_order_is_counted_once_and_in_each_group_of_its_products(self):
        self.import_units(self.unit(), self.unit(1))
        self.import_units(self.unit())
        self.assert_total(order_count=2)
        groups = self.env["tts.sale.report"]._read_group(
            [("shop_id", "=", self.shop.id)],
            ["product_id"],
            ["order_count:count_distinct"],
        )
        self.assertEqual(dict(groups), {self.product(0): 2, self.product(1): 1})

    def test_drafts_and_cancelled_orders_are_left_out(self):
        _order_id, draft = self.import_units(self.unit())
        _order_id, cancelled = self.import_units(self.unit())
        draft.write({"state": "draft"})
        cancelled.write({"state": "cancel"})
        self.assertFalse(self.report())

    def test_orders_of_other_channels_are_left_out(self):
        self.import_units(self.unit())
        self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Walk-in"}).id,
                "order_line": [(0, 0, {"product_id": self.product().id})],
            }
        ).action_confirm()
        self.assertEqual(self.env["tts.sale.report"].search_count([]), 1)

    def test_a_row_tells_where_and_how_it_was_sold(self):
        _order_id, order = self.import_units(self.unit())
        row = self.report()
        self.assertEqual(row.shop_id, self.shop)
        self.assertEqual(row.team_id, self.team)
        self.assertEqual(row.order_id, order)
        self.assertEqual(row.tts_order_id, order.tts_order_id)
        self.assertEqual(row.categ_id, self.product().categ_id)
        self.assertEqual(row.date, order.date_order)
        self.assertEqual((row.region, row.fulfilment), ("US", "seller"))
        self.assertEqual(row.currency_id, self.company.currency_id)

    def test_what_tiktok_ships_itself_is_told_apart(self):
        order_id = self.place_units(
            self.unit(), fulfillment_type="FULFILLMENT_BY_TIKTOK"
        )
        self.sync()
        row = self.report(self.of(self.sale_order(order_id)))
        self.assertEqual(row.fulfilment, "tiktok")
        self.assertEqual(row.cost, self.product().standard_price)

    # === SHARES === #

    def test_what_belongs_to_an_order_is_shared_in_proportion_to_the_price(self):
        order_id, order = self.import_units(
            self.unit(original_price="30.00"), self.unit(1, original_price="10.00")
        )
        self.settle_order(
            order_id, "40.00", fees={COMMISSION: "-2.00", AFFILIATE: "-1.00"}
        )
        rows = self.report(self.of(order)).sorted("sales")
        self.assertEqual(rows.mapped("platform_fees"), [-0.5, -1.5])
        self.assertEqual(rows.mapped("affiliate"), [-0.25, -0.75])

    def test_shares_that_cannot_be_divided_come_to_the_whole_again(self):
        order_id, order = self.import_units(*(self.unit(n) for n in range(3)))
        self.settle_order(order_id, "30.00", fees={COMMISSION: "-0.10"})
        self.assertEqual(len(self.report(self.of(order))), 3)
        self.assert_total(self.of(order), platform_fees=-0.1)

    def test_a_gift_takes_no_share_of_what_was_bought(self):
        gift = self.unit(1, original_price="0", is_gift=True)
        order_id, order = self.import_units(self.unit(), gift)
        self.settle_order(order_id, "10.00", fees={COMMISSION: "-1.00"})
        rows = self.report(self.of(order)).sorted("sales")
        self.assertEqual(rows.mapped("platform_fees"), [0, -1])

    def test_an_order_of_gifts_alone_is_shared_in_equal_parts(self):
        gifts = [self.unit(n, original_price="0", is_gift=True) for n in range(2)]
        order_id, order = self.import_units(*gifts)
        self.settle_order(order_id, fees={COMMISSION: "-1.00"})
        rows = self.report(self.of(order))
        self.assertEqual(rows.mapped("platform_fees"), [-0.5, -0.5])

    def test_discounts_are_those_of_the_line_items(self):
        _order_id, order = self.import_units(
            self.unit(seller_discount="1.50"),
            self.unit(1, platform_discount="2.00"),
        )
        first, second = self.report(self.of(order)).sorted("sales")
        self.assertEqual((first.seller_discount, first.platform_discount), (1.5, 0))
        self.assertEqual((second.seller_discount, second.platform_discount), (0, 2))

    def test_discounts_of_before_are_shared(self):
        _order_id, order = self.import_units(
            self.unit(seller_discount="5.00"), self.unit(1, original_price="15.00")
        )
        self.goods(order).tts_seller_discount = 0
        rows = self.report(self.of(order)).sorted("sales")
        self.assertEqual(rows.mapped("seller_discount"), [1.25, 3.75])

    # === SETTLED === #

    def test_fees_affiliates_adjustments_and_refunds_are_as_settled(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        self.make_statement(
            self.order_row(
                order_id,
                "30.00",
                refund="-4.00",
                fees={COMMISSION: "-1.80", AFFILIATE: "-0.90"},
                shipping={"actual_shipping_fee_amount": "-3.00"},
            ),
            self.adjustment_row("-0.50", order_id=order_id),
        )
        self.make_statement(self.order_row(order_id, refund="-1.00"))
        self.assert_total(
            self.of(order),
            platform_fees=-4.8,
            affiliate=-0.9,
            adjustments=-0.5,
            refunds=-5,
        )

    def test_a_refund_is_that_of_the_line_item_it_was_for(self):
        order_id, order = self.import_units(self.unit(), self.unit(1))
        self.settle_order(order_id, "20.00", refund="-6.00")
        first, second = self.goods(order)
        second.tts_refund_amount = 9
        self.assertEqual(
            self.report(("product_id", "=", first.product_id.id)).refunds, 0
        )
        self.assertEqual(
            self.report(("product_id", "=", second.product_id.id)).refunds, -6
        )

    def test_a_refund_without_case_is_shared(self):
        order_id, order = self.import_units(
            self.unit(), self.unit(1, original_price="30.00")
        )
        self.settle_order(order_id, "40.00", refund="-6.00")
        rows = self.report(self.of(order)).sorted("sales")
        self.assertEqual(rows.mapped("refunds"), [-1.5, -4.5])

    def test_statements_that_do_not_add_up_are_left_out(self):
        order_id, order = self.import_units(self.unit())
        statement = self.settle_order(order_id, "10.00", fees={COMMISSION: "-1.00"})
        other = self.make_statement(self.adjustment_row("7.00"))
        for state in ("new", "mismatch"):
            (statement | other).state = state
            self.assert_total(platform_fees=0, adjustments=0)
        (statement | other).state = "error"
        self.assert_total(platform_fees=-1, adjustments=7)

    def test_money_of_unknown_orders_and_of_none_has_rows_without_product(self):
        moment = fields.Datetime.now() - timedelta(days=40)
        statement = self.make_statement(
            self.order_row("576000000000000001", "9.00", fees={COMMISSION: "-1.00"}),
            self.adjustment_row("-3.00"),
            self.reserve_row("-5.00"),
            day=moment.date(),
        )
        rows = self.report()
        self.assertEqual(len(rows), 2)
        self.assertFalse(rows.product_id | rows.product_id)
        self.assertFalse(rows.order_id)
        self.assertEqual(rows.team_id, self.team)
        self.assertEqual(set(rows.mapped("date")), {statement.statement_time})
        self.assert_total(
            sales=9, platform_fees=-1, adjustments=-3, margin=5, order_count=0
        )

    def test_money_of_a_quotation_waits_in_a_row_of_its_own(self):
        order_id, order = self.import_units(self.unit())
        self.settle_order(order_id, "10.00", fees={COMMISSION: "-1.00"})
        order.write({"state": "draft"})
        row = self.report()
        self.assertEqual(row.tts_order_id, order.tts_order_id)
        self.assertEqual((row.sales, row.platform_fees), (10, -1))
        order.write({"state": "sale"})
        row = self.report()
        self.assertEqual(row.order_id, order)
        self.assertEqual((row.sales, row.platform_fees), (10, -1))

    def test_money_of_an_order_without_goods_is_not_lost(self):
        order_id, order = self.import_units(self.unit())
        self.settle_order(order_id, "10.00", fees={COMMISSION: "-1.00"})
        self.goods(order).is_delivery = True
        self.assert_total(platform_fees=-1)

    # === COST AND MARGIN === #

    def test_what_has_not_left_costs_what_the_product_costs(self):
        _order_id, order = self.import_units(self.unit(quantity=3))
        self.assert_total(
            self.of(order), cost=round(3 * self.product().standard_price, 2)
        )

    def test_what_left_costs_what_it_was_worth_then(self):
        _order_id, order = self.import_units(self.unit(quantity=3))
        price = self.product().standard_price
        self.ship(order)
        self.product().standard_price = price + 5
        self.assert_total(self.of(order), cost=round(3 * price, 2), units_returned=0)

    def test_what_left_in_part_costs_both(self):
        _order_id, order = self.import_units(self.unit(quantity=3))
        price = self.product().standard_price
        order.picking_ids.move_ids.write({"quantity": 1, "picked": True})
        order.picking_ids.with_context(skip_backorder=True).button_validate()
        self.product().standard_price = price + 5
        self.assert_total(
            self.of(order), cost=round(price + 2 * self.product().standard_price, 2)
        )

    def test_units_are_those_of_the_product(self):
        _order_id, order = self.import_units(self.unit())
        order.picking_ids.action_cancel()
        self.goods(order).product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assert_total(
            self.of(order), units=12, cost=round(12 * self.product().standard_price, 2)
        )

    def test_what_came_back_costs_nothing(self):
        _order_id, order = self.import_units(self.unit(quantity=3))
        self.ship(order)
        self.take_back(order)
        self.assert_total(self.of(order), cost=0, units_returned=3)

    def test_the_margin_is_what_is_left_of_it_all(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        self.settle_order(order_id, "30.00", refund="-2.00", fees={COMMISSION: "-1.80"})
        found = self.total(self.of(order))
        cost = 3 * self.product().standard_price
        self.assertEqual(
            found["margin"],
            round(30 + found["shipping"] - 2 - 1.8 - cost, 2),
        )

    def test_the_margin_rate_of_a_group_is_not_the_average_of_its_rows(self):
        _order_id, order = self.import_units(
            self.unit(original_price="100.00"), self.unit(1, original_price="1.00")
        )
        found = self.total(self.of(order))
        [[rate]] = self.env["tts.sale.report"]._read_group(
            [self.of(order)], [], ["margin_rate:avg"]
        )
        self.assertAlmostEqual(rate, found["margin"] / found["sales_untaxed"], 4)

    # === TIME === #

    def test_days_to_ship_and_to_payout_are_counted_from_the_order(self):
        order_id, order = self.import_units(self.unit())
        self.ship(order)
        statement = self.settle_order(order_id, "10.00")
        statement.payment_time = order.date_order + timedelta(days=9)
        order.picking_ids.move_ids.date = order.date_order + timedelta(days=2)
        row = self.report()
        self.assertAlmostEqual(row.days_to_ship, 2)
        self.assertAlmostEqual(row.days_to_payout, 9)

    def test_nothing_shipped_and_nothing_paid_has_no_days(self):
        self.import_units(self.unit())
        [values] = self.env["tts.sale.report"]._read_group(
            [], [], ["days_to_ship:avg", "days_to_payout:avg"]
        )
        self.assertEqual([value or None for value in values], [None, None])

    def test_periods_are_filtered_by_the_day_of_the_order(self):
        _order_id, old = self.import_units(self.unit())
        old.date_order = fields.Datetime.now() - timedelta(days=100)
        _order_id, new = self.import_units(self.unit())
        self.assertEqual(self.report(("date", ">=", "-30d")).order_id, new)
