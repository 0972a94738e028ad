from odoo.tests import BaseCase, tagged

from ..dev import reconcile_stock


def rule(buffer=0, share=100.0, maximum=0):
    return {"stock_buffer": buffer, "stock_share": share, "stock_maximum": maximum}


def level(listed=5, shippable=5, wanted=5):
    return reconcile_stock.Level(None, listed, shippable, wanted)


@tagged("post_install", "-at_install")
class TestReconcileStock(BaseCase):
    """The demo's count of quantities must notice everything that it says is zero."""

    def judge(self, *levels):
        return reconcile_stock.judge(list(levels))

    def test_a_quantity_that_is_there_and_wanted_is_good(self):
        self.assertTrue(self.judge(level()).good)

    def test_no_quantity_at_all_is_not_good(self):
        self.assertFalse(self.judge().good)

    def test_a_unit_more_than_can_be_shipped_is_above(self):
        verdict = self.judge(level(listed=6, wanted=6))
        self.assertEqual((verdict.above, verdict.good), (1, False))

    def test_nothing_is_not_more_than_less_than_nothing(self):
        self.assertTrue(self.judge(level(listed=0, shippable=-3, wanted=0)).good)

    def test_a_unit_less_than_the_rule_wants_differs(self):
        verdict = self.judge(level(listed=4))
        self.assertEqual((verdict.differing, verdict.good), (1, False))

    def test_without_a_rule_all_that_can_be_shipped_is_wanted(self):
        self.assertEqual(reconcile_stock.wanted(7.0, rule()), 7)

    def test_a_rule_takes_the_buffer_off_before_the_share(self):
        self.assertEqual(reconcile_stock.wanted(25, rule(buffer=5, share=50.0)), 10)

    def test_a_part_of_a_unit_is_not_listed(self):
        self.assertEqual(reconcile_stock.wanted(5, rule(share=50.0)), 2)

    def test_a_rule_lists_no_more_than_its_maximum(self):
        self.assertEqual(reconcile_stock.wanted(40, rule(maximum=30)), 30)

    def test_less_than_nothing_is_listed_as_nothing(self):
        self.assertEqual(reconcile_stock.wanted(-4, rule()), 0)

    def test_more_than_tiktok_takes_is_not_listed(self):
        self.assertEqual(reconcile_stock.wanted(200_000, rule()), 99_999)
