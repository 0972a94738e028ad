from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..const import FEE_GROUPS
from ..models.tts_shop_accounts import MoneySetupError
from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestBookingSetup(MoneyCase):
    """The button that makes journal, accounts and vendor."""

    def second_shop(self, **values):
        return self.shop.copy({"name": "Second", "remote_id": "2", **values})

    def money(self, shop):
        """Return everything that the button sets, as ids."""
        names = (
            "payment_journal_id",
            "intermediary_account_id",
            "reserve_account_id",
            "unknown_account_id",
            "bill_journal_id",
            "fee_partner_id",
        )
        fees = {row.group: row.account_id.id for row in shop.fee_account_ids}
        return {name: shop[name].id for name in names} | fees

    # === WHAT IS MADE === #

    def test_the_button_makes_everything_a_booking_needs(self):
        self.assertTrue(all(self.money(self.shop).values()))
        self.shop._check_money([group for group, _label in FEE_GROUPS])

    def test_payments_go_onto_the_intermediary_account(self):
        journal = self.shop.payment_journal_id
        self.assertEqual(journal.type, "bank")
        lines = (
            journal.inbound_payment_method_line_ids
            | journal.outbound_payment_method_line_ids
        )
        self.assertTrue(lines)
        self.assertEqual(lines.payment_account_id, self.shop.intermediary_account_id)

    def test_accounts_have_the_types_that_they_are_for(self):
        shop = self.shop
        found = [
            (account.account_type, account.reconcile)
            for account in (
                shop.intermediary_account_id,
                shop.reserve_account_id,
                shop.unknown_account_id,
                self.fee_account("commission"),
                self.fee_account("compensation"),
            )
        ]
        self.assertEqual(
            found,
            [
                ("asset_current", True),
                ("asset_current", False),
                ("liability_current", True),
                ("expense", False),
                ("income_other", False),
            ],
        )

    def test_taxes_withheld_in_advance_are_an_asset(self):
        shop = self.second_shop(region="MX")
        self.shop.fee_account_ids.unlink()
        shop.action_set_up_money()
        self.assertEqual(self.fee_account("tax", shop).account_type, "asset_current")

    def test_every_kind_of_fee_has_an_account_of_its_own(self):
        accounts = self.shop.fee_account_ids.account_id
        self.assertEqual(len(accounts), len(FEE_GROUPS))

    # === TWICE === #

    def test_a_second_click_changes_nothing(self):
        before = self.money(self.shop)
        accounts = self.env["account.account"].search_count([])
        self.shop.action_set_up_money()
        self.assertEqual(self.money(self.shop), before)
        self.assertEqual(self.env["account.account"].search_count([]), accounts)

    def test_a_second_shop_has_its_own_journal_and_shares_the_rest(self):
        shop = self.second_shop()
        shop.action_set_up_money()
        mine, theirs = self.money(self.shop), self.money(shop)
        own = {name for name, value in mine.items() if value != theirs[name]}
        self.assertEqual(own, {"payment_journal_id", "intermediary_account_id"})
        self.assertIn("Second", shop.payment_journal_id.name)
        self.assertNotEqual(shop.payment_journal_id.code, "TTS")

    def test_an_archived_account_comes_back(self):
        account = self.shop.reserve_account_id
        account.active = False
        self.shop.action_set_up_money()
        self.assertTrue(account.active)
        self.assertEqual(self.shop.reserve_account_id, account)

    def test_a_fee_account_that_was_taken_away_is_made_again(self):
        self.shop.fee_account_ids.filtered(lambda row: row.group == "ads").unlink()
        self.shop.action_set_up_money()
        self.assertTrue(self.fee_account("ads"))

    def test_a_setting_made_by_hand_stays(self):
        account = self.env["account.account"].create(
            {"name": "Mine", "code": "TTSMINE", "account_type": "expense"}
        )
        row = self.shop.fee_account_ids.filtered(lambda row: row.group == "ads")
        row.account_id = account
        self.shop.action_set_up_money()
        self.assertEqual(row.account_id, account)

    # === WHO AND WHERE === #

    def test_an_accountant_may_set_up_without_being_an_administrator(self):
        shop = self.second_shop()
        shop.with_user(self.accountant).action_set_up_money()
        self.assertTrue(shop.payment_journal_id)

    def test_billing_alone_may_not_set_up(self):
        with self.assertRaises(AccessError):
            self.shop.with_user(self.biller).action_set_up_money()

    def test_an_administrator_of_tiktok_may_set_up(self):
        manager = new_test_user(
            self.env, "tts_chief", groups="sale_tiktok_shop.group_tts_manager"
        )
        shop = self.second_shop()
        shop.with_user(manager).action_set_up_money()
        self.assertTrue(shop.payment_journal_id)

    def test_a_company_without_chart_is_told_where_to_choose_one(self):
        company = self.env["res.company"].create({"name": "Bare"})
        shop = self.connect_other(company)
        with self.assertRaisesRegex(UserError, "Fiscal Localization"):
            shop.action_set_up_money()

    # === CHECK === #

    def test_a_missing_account_is_named_with_the_button(self):
        self.shop.reserve_account_id = False
        with self.assertRaisesRegex(
            MoneySetupError, "no Reserve Account.*Set Up TikTok Payments"
        ):
            self.shop._check_money()

    def test_an_archived_account_is_named(self):
        self.shop.unknown_account_id.active = False
        with self.assertRaisesRegex(MoneySetupError, "Unknown Orders.*archived"):
            self.shop._check_money()

    def test_a_deleted_journal_is_named(self):
        self.shop.payment_journal_id.unlink()
        with self.assertRaisesRegex(MoneySetupError, "no Payments Journal"):
            self.shop._check_money()

    def test_an_account_of_another_company_is_named(self):
        company = self.env["res.company"].create({"name": "Other"})
        account = self.shop.reserve_account_id
        self.env.cr.execute(
            "UPDATE account_account_res_company_rel SET res_company_id = %s"
            " WHERE account_account_id = %s",
            [company.id, account.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(MoneySetupError, "another company"):
            self.shop._check_money()

    def test_an_account_without_reconciliation_is_named(self):
        self.shop.intermediary_account_id.reconcile = False
        with self.assertRaisesRegex(MoneySetupError, "does not allow reconciliation"):
            self.shop._check_money()

    def test_an_account_that_customers_or_vendors_owe_on_is_named(self):
        partner = self.shop.fee_partner_id
        self.shop.unknown_account_id = partner.property_account_receivable_id
        with self.assertRaisesRegex(MoneySetupError, "customers or vendors owe"):
            self.shop._check_money()

    def test_a_fee_without_account_is_named(self):
        self.shop.fee_account_ids.filtered(lambda row: row.group == "ads").unlink()
        with self.assertRaisesRegex(MoneySetupError, "fee account for Ads"):
            self.shop._check_money(["ads"])
