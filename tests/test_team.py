from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestTeam(OrderCase):
    """A sales team per shop, offered and made by one click."""

    sandbox_options = {"orders": 0, "products": 2, "odd_skus": 0}
    markets = ("MY", "GB")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shops = cls.account.shop_ids
        cls.shops.write({"team_id": False, "user_id": False})
        for number, shop in enumerate(cls.shops):
            shop.name = f"Shop {number}"
        cls.boss = new_test_user(
            cls.env, "tts_boss", groups="sale_tiktok_shop.group_tts_manager"
        )

    def create_teams(self):
        return self.account.with_user(self.boss).action_create_teams()

    def test_connected_shops_without_a_team_are_offered_one(self):
        self.assertTrue(self.account.offers_teams)
        self.shops[0].team_id = self.team
        self.assertEqual(self.shops.mapped("offers_team"), [False, True])
        self.assertTrue(self.account.offers_teams)
        self.shops[1].team_id = self.team
        self.assertFalse(self.account.offers_teams)

    def test_each_shop_gets_a_team_of_its_name_and_company(self):
        action = self.create_teams()
        self.assertEqual(self.shops.team_id.mapped("name"), ["Shop 0", "Shop 1"])
        self.assertEqual(self.shops.team_id.company_id, self.shops.company_id)
        self.assertIn("Shop 0, Shop 1", action["params"]["message"])

    def test_a_second_click_makes_nothing(self):
        self.create_teams()
        before = self.env["crm.team"].search_count([])
        self.create_teams()
        self.assertEqual(self.env["crm.team"].search_count([]), before)

    def test_a_team_of_that_name_is_taken_unless_it_is_archived(self):
        Team = self.env["crm.team"]
        values = {"company_id": self.shop.company_id.id}
        known = Team.create(values | {"name": "Shop 0"})
        archived = Team.create(values | {"name": "Shop 1", "active": False})
        self.create_teams()
        self.assertEqual(self.shops[0].team_id, known)
        self.assertNotIn(archived, self.shops.team_id)

    def test_a_team_of_another_company_is_not_taken(self):
        other = self.env["res.company"].create({"name": "Other company"})
        self.env["crm.team"].create({"name": "Shop 0", "company_id": other.id})
        self.create_teams()
        self.assertEqual(self.shops.team_id.company_id, self.shops.company_id)

    def test_shops_of_one_name_are_told_apart_by_their_market(self):
        self.shops.name = "Ours"
        self.create_teams()
        self.assertEqual(set(self.shops.team_id.mapped("name")), {"Ours MY", "Ours GB"})

    def test_the_salesperson_becomes_a_member(self):
        self.shop.user_id = self.salesman
        self.shop.with_user(self.boss).action_create_team()
        self.assertEqual(self.shop.team_id.member_ids, self.salesman)

    def test_a_salesperson_does_not_have_to_leave_another_team(self):
        self.team.member_ids = self.salesman
        self.shop.user_id = self.salesman
        self.shop.with_user(self.boss).action_create_team()
        self.assertEqual(self.team.member_ids, self.salesman)
        self.assertFalse(self.shop.team_id.member_ids)

    def test_orders_without_a_team_get_it(self):
        orders = [self.import_units(self.unit())[1] for _number in range(3)]
        without, cancelled, other = orders
        cancelled.action_cancel()
        other.team_id = self.team
        self.assertFalse(without.team_id)
        without.action_lock()
        shop = without.tts_shop_id
        shop.with_user(self.boss).action_create_team()
        self.assertEqual(without.team_id, shop.team_id)
        self.assertFalse(cancelled.team_id)
        self.assertEqual(other.team_id, self.team)

    def test_new_orders_have_the_team(self):
        self.create_teams()
        _order_id, order = self.import_units(self.unit())
        self.assertEqual(order.team_id, order.tts_shop_id.team_id)

    def test_whoever_declines_is_not_asked_again(self):
        self.account.with_user(self.boss).action_decline_teams()
        self.assertFalse(self.account.offers_teams)
        self.assertFalse(any(self.shops.mapped("offers_team")))
        self.account._pull_shops()
        self.assertFalse(self.account.offers_teams)

    def test_a_salesperson_may_neither_create_nor_decline(self):
        shop = self.shop.with_user(self.salesman)
        for button in (shop.action_create_team, shop.action_decline_team):
            with self.subTest(button=button.__name__), self.assertRaises(AccessError):
                button()
