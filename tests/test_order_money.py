from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestOrderMoney(OrderCase):
    def import_units(self, *units, **order):
        """Place an order of these units, sync it and return its sales order."""
        order_id = self.place_units(*units, **order)
        self.sync()
        return self.sale_order(order_id)

    def tax(self, amount, included):
        return self.env["account.tax"].create(
            {
                "name": f"{amount} {included}",
                "amount": amount,
                "price_include_override": (
                    "tax_included" if included else "tax_excluded"
                ),
                "type_tax_use": "sale",
            }
        )

    # === LINES === #

    def test_equal_units_become_one_line_that_keeps_every_unit(self):
        order = self.import_units(self.unit(quantity=3))
        line = self.goods(order)
        self.assertEqual(line.product_uom_qty, 3)
        self.assertEqual(
            line.tts_line_ids,
            [row["id"] for row in self.raw(order.client_order_ref)["line_items"]],
        )

    def test_units_of_one_sku_at_two_prices_become_two_lines(self):
        order = self.import_units(self.unit(), self.unit(original_price="8.50"))
        self.assertEqual(self.goods(order).mapped("price_unit"), [10.0, 8.5])

    def test_a_gift_and_a_bought_unit_of_one_sku_stay_apart(self):
        gift = self.unit(original_price="0", is_gift=True)
        order = self.import_units(self.unit(), gift)
        self.assertEqual(self.goods(order).mapped("price_unit"), [10.0, 0.0])
        self.assertEqual(order.picking_ids.move_ids.mapped("product_uom_qty"), [1, 1])

    def test_the_sellers_discount_lowers_the_price(self):
        order = self.import_units(self.unit(seller_discount="1.50"))
        self.assertEqual(self.goods(order).price_unit, 8.5)
        self.assertEqual(order.tts_order_id.amount_seller_discount, 1.5)

    def test_the_platforms_discount_is_kept_and_lowers_nothing(self):
        order = self.import_units(self.unit(quantity=2, platform_discount="1.25"))
        self.assertEqual(self.goods(order).price_unit, 10)
        self.assertEqual(self.goods(order).tts_platform_discount, 2.5)
        self.assertEqual(order.tts_platform_discount, 2.5)

    def test_the_buyers_payment_is_shown_with_what_nothing_explains(self):
        order_id = self.place_units(self.unit())
        paid = Decimal(self.raw(order_id)["payment"]["total_amount"]) + 3
        self.change(order_id, payment={"total_amount": str(paid)})
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.state, "sale")
        self.assertAlmostEqual(order.tts_buyer_paid, float(paid), 2)
        self.assertAlmostEqual(order.tts_unexplained, 3, 2)

    def test_the_shipping_line_is_what_the_buyer_paid_for_shipping(self):
        order = self.import_units(self.unit())
        line = order.order_line.filtered("is_delivery")
        fee = self.raw(order.client_order_ref)["payment"]["shipping_fee"]
        self.assertEqual(line.price_unit, float(fee))
        self.assertEqual(line.product_id, self.shop.shipping_product_id)

    def test_free_shipping_has_no_line(self):
        order_id = self.place_units(self.unit())
        self.change(order_id, payment={"shipping_fee": "0"})
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.order_line.filtered("is_delivery"))

    def test_samples_and_replacements_cost_nothing_and_are_delivered(self):
        free = self.unit(seller_discount="10.00")
        for key in ("is_sample_order", "is_replacement_order"):
            order_id = self.place_units(free, **{key: True})
            self.change(order_id, payment={"shipping_fee": "0"})
            self.sync()
            order = self.sale_order(order_id)
            self.assertEqual((order.state, order.amount_total), ("sale", 0))
            self.assertEqual(order.picking_ids.state, "assigned")

    def test_pricelists_and_list_prices_change_nothing(self):
        self.product().list_price = 123
        self.shop.pricelist_id.item_ids = [
            Command.create({"compute_price": "percentage", "percent_price": 50})
        ]
        order = self.import_units(self.unit())
        line = self.goods(order)
        self.assertEqual((line.price_unit, line.discount), (10, 0))

    def test_updating_prices_by_hand_leaves_tiktoks_prices(self):
        order_id = self.place_units(self.unit(), self.unit(1, original_price="0"))
        self.change(order_id, payment={"seller_discount": "5"})
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.state, "draft")
        order.action_update_prices()
        self.assertEqual(self.goods(order).mapped("price_unit"), [10, 0])

    def test_a_changed_quantity_leaves_paid_and_free_lines_at_their_prices(self):
        self.product(1).list_price = 50
        order = self.import_units(
            self.unit(), self.unit(1, original_price="0", is_gift=True)
        )
        self.goods(order).write({"product_uom_qty": 4})
        self.assertEqual(self.goods(order).mapped("price_unit"), [10, 0])

    # === CURRENCIES === #

    def test_the_order_is_in_tiktoks_currency_and_not_the_companys(self):
        order = self.import_units(self.unit())
        self.assertEqual(order.currency_id.name, "MYR")
        self.assertNotEqual(order.currency_id, self.env.company.currency_id)

    def test_a_currency_without_pricelist_gets_one(self):
        unit = self.unit(currency="JPY", original_price="1200")
        payment = {
            "currency": "JPY",
            "original_total_product_price": "1200",
            "seller_discount": "0",
            "shipping_fee": "300",
            "total_amount": "1500",
        }
        order = self.import_units(unit, payment=payment)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.currency_id.name, "JPY")
        self.assertEqual(order.amount_total, 1500)

    def test_an_unknown_currency_is_refused_by_name(self):
        payment = {"currency": "ZZZ", "original_total_product_price": "10.00"}
        order_id = self.place_units(self.unit(currency="ZZZ"), payment=payment)
        other = self.place_one()
        self.sync()
        self.assertFalse(self.sale_order(order_id))
        self.assertIn("ZZZ", self.issues(f"import:{order_id}").reason)
        self.assertEqual(self.sale_order(other).state, "sale")

    # === TAXES === #

    def test_a_tax_inside_the_price_leaves_the_total_as_it_is(self):
        self.product().taxes_id = self.tax(6, included=True)
        order = self.import_units(self.unit(original_price="10.60"))
        line = self.goods(order)
        self.assertEqual((line.price_total, line.price_subtotal), (10.6, 10.0))
        self.assertEqual(order.state, "sale")

    def test_a_tax_on_top_of_the_price_is_taken_out_of_it_first(self):
        self.product().taxes_id = self.tax(6, included=False)
        order = self.import_units(self.unit(original_price="10.60"))
        line = self.goods(order)
        self.assertEqual((line.price_total, line.price_subtotal), (10.6, 10.0))
        self.assertEqual(order.state, "sale")

    def test_totals_stay_exact_with_a_tax_on_top_whatever_the_price(self):
        tax = self.tax(8.25, included=False)
        (self.product() | self.product(1)).taxes_id = tax
        self.shop.shipping_product_id.taxes_id = tax
        prices = [f"{price / 100:.2f}" for price in range(7, 4000, 331)]
        ids = [
            self.place_units(
                self.unit(original_price=price, quantity=3),
                self.unit(1, original_price=price, seller_discount="0.03"),
            )
            for price in prices
        ]
        self.sync()
        states = [self.sale_order(order_id).state for order_id in ids]
        self.assertEqual(states, ["sale"] * len(ids))

    def test_taxes_on_top_are_taken_out_also_where_they_hide_in_a_group(self):
        group = self.tax(0, included=True)
        group.write(
            {
                "amount_type": "group",
                "children_tax_ids": [Command.set(self.tax(8, included=False).ids)],
            }
        )
        self.product().taxes_id = group
        order = self.import_units(self.unit(original_price="10.80"))
        self.assertEqual(self.goods(order).price_total, 10.8)
        self.assertEqual(order.state, "sale")

    def test_totals_stay_exact_when_the_company_rounds_per_line(self):
        self.env.company.tax_calculation_rounding_method = "round_per_line"
        self.product().taxes_id = self.tax(8.25, included=True)
        ids = [
            self.place_units(self.unit(original_price=price, quantity=3))
            for price in ("0.07", "9.99", "13.37", "101.01")
        ]
        self.sync()
        states = [self.sale_order(order_id).state for order_id in ids]
        self.assertEqual(states, ["sale"] * len(ids))

    def test_the_taxes_of_the_shop_take_the_place_of_the_products(self):
        mine = self.tax(6, included=True)
        self.product().taxes_id = self.tax(20, included=True)
        self.shop.tax_ids = mine
        order = self.import_units(self.unit())
        self.assertEqual(order.order_line.tax_ids, mine)
        self.assertEqual(order.state, "sale")

    def test_an_order_whose_tax_tiktok_remits_carries_none(self):
        self.shop.tax_policy = "remitted"
        self.product().taxes_id = self.tax(20, included=False)
        order = self.import_units(self.unit())
        self.assertFalse(order.order_line.tax_ids)
        self.assertEqual((order.amount_tax, self.goods(order).price_total), (0, 10))

    def test_the_fiscal_position_of_the_recipient_maps_the_taxes(self):
        domestic = self.tax(20, included=False)
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Malaysia",
                "auto_apply": True,
                "country_id": self.env.ref("base.my").id,
            }
        )
        foreign = self.tax(6, included=False)
        foreign.write(
            {
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(domestic.ids)],
            }
        )
        self.product().taxes_id = domestic
        order = self.import_units(self.unit(original_price="10.60"))
        self.assertEqual(order.fiscal_position_id, position)
        self.assertEqual(self.goods(order).tax_ids, foreign)
        self.assertEqual(self.goods(order).price_total, 10.6)

    # === TOTALS === #

    def contradicting_order(self):
        """Sync an order whose payment block says 2.00 more than its lines."""
        order_id = self.place_units(self.unit())
        self.change(order_id, payment={"original_total_product_price": "12.00"})
        self.sync()
        return order_id, self.sale_order(order_id)

    def test_a_total_that_differs_stays_a_quotation_and_says_by_how_much(self):
        order_id, order = self.contradicting_order()
        self.assertEqual(order.state, "draft")
        self.assertFalse(order.picking_ids)
        self.assertEqual(self.mirror(order_id).state, "review")
        self.assertIn("-2.00", self.issues(f"total:{order_id}").reason)

    def test_retry_confirms_a_quotation_once_the_totals_agree(self):
        order_id, order = self.contradicting_order()
        issue = self.issues(f"total:{order_id}")
        issue.action_retry()
        self.assertEqual((order.state, issue.state), ("draft", "open"))
        self.goods(order).price_unit = 12
        issue.action_retry()
        self.assertEqual((order.state, issue.state), ("sale", "closed"))
        self.assertEqual(self.mirror(order_id).state, "done")
        self.assertTrue(order.picking_ids)

    def test_a_quotation_is_confirmed_when_tiktok_corrects_its_payment(self):
        order_id, order = self.contradicting_order()
        self.change(order_id, payment={"original_total_product_price": "10.00"})
        self.sync()
        self.assertEqual(order.state, "sale")
        self.assertFalse(self.issues())

    def test_a_total_that_moves_after_confirmation_is_reported(self):
        order = self.import_units(self.unit())
        order_id = order.client_order_ref
        self.change(order_id, payment={"original_total_product_price": "13.00"})
        self.sync()
        self.assertEqual(order.state, "sale")
        self.assertIn("-3.00", self.issues(f"total:{order_id}").reason)

    def test_a_contradiction_stops_no_other_order(self):
        ids = self.place(5, ordinary=True)
        self.change(ids[2], payment={"original_total_product_price": "9999"})
        self.sync()
        states = [self.sale_order(order_id).state for order_id in ids]
        self.assertEqual(states, ["sale", "sale", "draft", "sale", "sale"])


@tagged("post_install", "-at_install")
class TestOrderMoneyAbroad(OrderCase):
    """A shop whose currency has no decimals, in a company that counts in dollars."""

    markets = ("ID",)

    def test_an_indonesian_order_is_exact_in_a_dollar_company(self):
        ids = self.place(8, ordinary=True)
        self.sync()
        for order_id in ids:
            payment = self.raw(order_id)["payment"]
            expected = (
                int(payment["original_total_product_price"])
                - int(payment["seller_discount"])
                + int(payment["shipping_fee"])
            )
            order = self.sale_order(order_id)
            self.assertEqual((order.state, order.currency_id.name), ("sale", "IDR"))
            self.assertEqual(order.amount_total, expected)
