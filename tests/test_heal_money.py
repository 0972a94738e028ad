from odoo.tests import tagged

from .heal_case import HealCase


@tagged("post_install", "-at_install")
class TestHealMoney(HealCase):
    """Repaired orders come to TikTok's total, to the cent, or are left alone."""

    def setUp(self):
        super().setUp()
        self.default.taxes_id = False

    def tax(self, amount, included, **values):
        return self.env["account.tax"].create(
            {
                "name": f"{amount} {included}",
                "amount": amount,
                "price_include_override": (
                    "tax_included" if included else "tax_excluded"
                ),
                "type_tax_use": "sale",
                **values,
            }
        )

    def test_the_products_own_taxes_are_taken_out_of_tiktoks_price(self):
        tax = self.tax(8.25, included=False)
        self.real.taxes_id = tax
        _id, order = self.import_units(self.unit(quantity=3, original_price="19.99"))
        total = order.amount_total
        self.heal()
        line = self.line(order)
        self.assertEqual(line.tax_ids, tax)
        self.assertAlmostEqual(line.price_total, 59.97, 2)
        self.assertEqual(order.amount_total, total)
        self.assertGreater(order.amount_tax, 4)

    def test_a_tax_inside_the_price_leaves_the_price_as_it_is(self):
        tax = self.real.taxes_id = self.tax(6, included=True)
        _id, order = self.import_units(self.unit())
        self.heal()
        line = self.line(order)
        self.assertEqual((line.tax_ids, line.price_unit), (tax, 10))

    def test_the_taxes_of_the_shop_stay(self):
        mine = self.shop.tax_ids = self.tax(6, included=True)
        self.real.taxes_id = self.tax(20, included=True)
        _id, order = self.import_units(self.unit())
        self.heal()
        self.assertEqual(self.line(order).product_id, self.real)
        self.assertEqual(self.line(order).tax_ids, mine)

    def test_an_order_whose_tax_tiktok_remits_still_carries_none(self):
        self.shop.tax_policy = "remitted"
        self.real.taxes_id = self.tax(20, included=False)
        _id, order = self.import_units(self.unit())
        self.heal()
        self.assertEqual(self.line(order).product_id, self.real)
        self.assertFalse(self.line(order).tax_ids)

    def test_the_fiscal_position_of_the_order_maps_the_new_taxes(self):
        domestic, abroad = self.tax(20, included=False), self.tax(5, included=False)
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        abroad.write(
            {"fiscal_position_ids": position.ids, "original_tax_ids": domestic.ids}
        )
        self.real.taxes_id = domestic
        _id, order = self.import_units(self.unit())
        order.fiscal_position_id = position
        total = order.amount_total
        self.heal()
        self.assertEqual(self.line(order).tax_ids, abroad)
        self.assertEqual(order.amount_total, total)

    def taxes_that_never_add_up(self):
        """Return taxes that no price can be entered for: they round per line."""
        self.env.company.tax_calculation_rounding_method = "round_per_line"
        return self.tax(
            0.037, included=False, amount_type="fixed", include_base_amount=True
        ) | self.tax(33.333, included=False, sequence=9)

    def test_a_price_that_a_person_entered_stays(self):
        self.real.taxes_id = self.tax(6, included=True)
        _id, order = self.import_units(self.unit())
        line = self.line(order)
        line.price_unit = 5
        self.heal()
        self.assertEqual((line.product_id, line.price_unit), (self.real, 5))

    def test_an_order_that_would_no_longer_add_up_is_left_alone(self):
        self.real.taxes_id = self.taxes_that_never_add_up()
        _id, order = self.import_units(self.unit(quantity=7, original_price="0.01"))
        total = order.amount_total
        self.heal()
        self.assertEqual(order.amount_total, total)
        self.assert_left(order, "taxes", "-0.")

    def test_an_order_to_check_is_confirmed_once_it_adds_up(self):
        self.default.taxes_id = self.taxes_that_never_add_up()
        order_id = self.place_units(self.unit(quantity=7, original_price="0.01"))
        self.sync()
        order = self.sale_order(order_id)
        mirror = self.mirror(order_id)
        self.assertEqual((order.state, mirror.state), ("draft", "review"))
        self.heal()
        self.assertEqual((order.state, mirror.state), ("sale", "done"))
        self.assertEqual(self.open_moves(order).product_id, self.real)
        self.assertFalse(self.issues())

    def test_an_order_to_check_that_still_does_not_add_up_stays_a_quotation(self):
        order_id = self.place_units(self.unit(), self.unit(1))
        self.change(order_id, payment={"seller_discount": "3"})
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(self.mirror(order_id).state, "review")
        self.heal()
        self.assertEqual(self.line(order).product_id, self.real)
        self.assertEqual(
            (order.state, self.mirror(order_id).state), ("draft", "review")
        )
        self.assertTrue(self.issues(f"total:{order_id}"))
