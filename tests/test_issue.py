from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..lib.errors import Unauthorized
from .common import TtsCase


@tagged("post_install", "-at_install")
class TestIssue(TtsCase):
    sandbox_options = {"orders": 0, "products": 3, "odd_skus": 0}

    def open_issue(self, key="some:cause", **values):
        return self.env["tts.issue"]._raise(
            self.shop,
            key,
            **{"category": "label", "name": "It failed", "hint": "Repair it"} | values,
        )

    def fail_once(self):
        """Let one sync find TikTok broken."""
        with self.fault("http_500", path="/order", times=None, rate=1):
            self.sync()

    # === ONE ISSUE PER CAUSE === #

    def test_a_cause_that_comes_back_is_counted_in_its_issue(self):
        first = self.open_issue()
        again = self.open_issue(reason="still")
        self.assertEqual(again, first)
        self.assertEqual(first.count, 2)
        self.assertEqual(first.reason, "still")

    def test_another_cause_is_another_issue(self):
        self.assertNotEqual(self.open_issue("one"), self.open_issue("two"))

    def test_the_database_refuses_a_second_open_issue_of_one_cause(self):
        issue = self.open_issue()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            issue.copy()

    def test_the_database_refuses_a_second_open_issue_of_an_accounts_cause(self):
        issue = self.env["tts.issue"]._raise_for_account(self.account, "k", "n", "h")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            issue.copy()

    def test_a_closed_cause_that_comes_back_opens_a_new_issue(self):
        first = self.open_issue()
        self.env["tts.issue"]._close(self.shop, ["some:cause"])
        second = self.open_issue()
        self.assertEqual(first.state, "closed")
        self.assertEqual(second.state, "open")
        self.assertEqual(second.count, 1)

    # === WHO IS TOLD === #

    def test_the_responsible_gets_an_activity_on_first_sight_only(self):
        issue = self.open_issue()
        self.open_issue()
        self.assertEqual(issue.activity_ids.user_id, self.shop.responsible_id)
        self.assertIn("Repair it", issue.activity_ids.note)

    def test_nobody_is_told_when_nobody_is_responsible(self):
        self.shop.responsible_id = False
        self.assertFalse(self.open_issue().activity_ids)

    def test_closing_takes_the_activity_away(self):
        issue = self.open_issue()
        self.env["tts.issue"]._close(self.shop, ["some:cause"])
        self.assertFalse(issue.activity_ids)

    # === DISMISS === #

    def test_a_dismissed_cause_stays_dismissed_and_is_counted(self):
        issue = self.open_issue()
        issue.action_dismiss()
        self.open_issue()
        self.assertEqual(issue.state, "dismissed")
        self.assertEqual(issue.count, 2)
        self.assertFalse(issue.activity_ids)
        self.assertFalse(self.issues("some:cause"))

    def test_a_dismissed_cause_that_heals_is_closed(self):
        issue = self.open_issue()
        issue.action_dismiss()
        self.env["tts.issue"]._close(self.shop, ["some:cause"])
        self.assertEqual(issue.state, "closed")

    def test_dismissing_does_not_reopen_a_closed_issue(self):
        issue = self.open_issue()
        self.env["tts.issue"]._close(self.shop, ["some:cause"])
        issue.action_dismiss()
        self.assertEqual(issue.state, "closed")

    # === CONNECTION === #

    def test_a_sync_that_fails_is_an_issue_with_its_next_try(self):
        self.fail_once()
        issue = self.issues("connection")
        self.assertEqual(issue.shop_id, self.shop)
        self.assertEqual(issue.next_retry, self.shop.next_order_sync)
        self.assertEqual(self.shop.health, "retrying")

    def test_a_sync_that_fails_again_is_the_same_issue(self):
        self.fail_once()
        self.fail_once()
        self.assertEqual(self.issues("connection").count, 2)

    def test_a_sync_that_works_again_closes_its_issue(self):
        self.fail_once()
        issue = self.issues("connection")
        self.sync()
        self.assertEqual(issue.state, "closed")
        self.assertEqual(self.shop.health, "ok")

    def test_retrying_a_failed_sync_makes_the_shop_due(self):
        self.fail_once()
        self.issues("connection").action_retry()
        self.assertIn(self.shop, self.env["tts.shop"]._due_shops())

    def test_retrying_a_failed_sync_says_that_it_has_started(self):
        self.fail_once()
        action = self.issues("connection").action_retry()
        self.assertEqual(action["params"]["title"], "Sync started")

    def test_retrying_a_dead_authorization_says_where_to_go(self):
        self.account._note_trouble(Unauthorized("The connection has expired."))
        with self.assertRaisesRegex(UserError, "click Re-Authorize"):
            self.issues("disconnected").action_retry()

    # === ORDERS AND PRODUCTS === #

    def broken_import(self):
        """Let no order become a sales order for as long as the block lasts."""
        model = type(self.env["sale.order"])
        return patch.object(model, "_tts_prepare_values", side_effect=ZeroDivisionError)

    def break_order(self):
        """Place an order that could not be imported; return its id and its issue."""
        order_id = self.place_one()
        with self.broken_import():
            self.sync()
        issues = self.env["tts.issue"].search([("order_id.remote_id", "=", order_id)])
        return order_id, issues

    def test_an_order_that_fails_is_an_issue_of_this_order(self):
        order_id, issue = self.break_order()
        self.assertEqual(issue.category, "order")
        self.assertEqual(issue.order_id.remote_id, order_id)
        self.assertEqual(issue.state, "open")

    def test_retrying_an_order_imports_it_and_closes_the_issue(self):
        order_id, issue = self.break_order()
        issue.action_retry()
        self.assertEqual(self.sale_order(order_id).state, "sale")
        self.assertEqual(issue.state, "closed")

    def test_retrying_an_order_that_still_fails_keeps_the_issue_open(self):
        _order_id, issue = self.break_order()
        with self.broken_import():
            issue.action_retry()
        self.assertEqual(issue.state, "open")

    def test_retrying_while_tiktok_is_down_says_so(self):
        order_id, issue = self.break_order()
        with (
            self.fault("http_500", path="/order", times=None, rate=1),
            self.assertRaisesRegex(UserError, f"Order {order_id} could not be read"),
        ):
            issue.action_retry()

    def unknown_sku(self):
        """Have a SKU ordered that no product carries; return its issue."""
        self.env["product.product"].search(
            [("default_code", "in", list(self.products))]
        ).default_code = False
        self.place_one()
        self.sync()
        return self.env["tts.issue"].search([("category", "=", "product")])

    def test_an_unknown_sku_is_an_issue_that_names_it(self):
        issue = self.unknown_sku()
        self.assertTrue(issue)
        for one in issue:
            self.assertIn(one.reference, self.products)

    def test_retrying_a_sku_that_nobody_mapped_says_what_to_do(self):
        issue = self.unknown_sku()[0]
        with self.assertRaisesRegex(UserError, "No single product has"):
            issue.action_retry()

    def test_retrying_a_sku_that_was_mapped_closes_its_issue(self):
        issue = self.unknown_sku()[0]
        self.products[issue.reference].default_code = issue.reference
        issue.action_retry()
        self.assertEqual(issue.state, "closed")

    def test_retrying_anything_else_closes_it_until_it_happens_again(self):
        for category in ("label", "settlement"):
            with self.subTest(category=category):
                issue = self.open_issue(f"k:{category}", category=category)
                issue.action_retry()
                self.assertEqual(issue.state, "closed")
                self.assertFalse(issue.activity_ids)

    # === RIGHTS === #

    def test_of_several_issues_one_that_fails_again_undoes_no_other(self):
        healed = self.open_issue("healed")
        broken = self.open_issue("sku:1", category="product", reference="NOWHERE")
        action = (healed | broken).action_retry()
        self.assertEqual((healed.state, broken.state), ("closed", "open"))
        self.assertIn("NOWHERE", action["params"]["message"])

    def test_several_issues_that_could_be_retried_are_counted(self):
        action = (self.open_issue("one") | self.open_issue("two")).action_retry()
        self.assertEqual(action["params"]["message"], "2 issues were tried again.")

    def test_a_clerk_may_retry_and_dismiss(self):
        retried, dismissed = self.open_issue("one"), self.open_issue("two")
        retried.with_user(self.low_user).action_retry()
        dismissed.with_user(self.low_user).action_dismiss()
        self.assertEqual(retried.state, "closed")
        self.assertEqual(dismissed.state, "dismissed")

    def test_a_clerk_may_discuss_an_issue_but_not_rewrite_it(self):
        issue = self.open_issue().with_user(self.low_user)
        issue.message_post(body="I look into it")
        with self.assertRaises(AccessError):
            issue.write({"name": "Nothing happened"})

    def test_whoever_sees_no_issue_cannot_touch_one(self):
        stranger = new_test_user(self.env, "tts_stranger", groups="base.group_user")
        issue = self.open_issue().with_user(stranger)
        for name in ("action_retry", "action_dismiss"):
            with self.subTest(button=name), self.assertRaises(AccessError):
                getattr(issue, name)()

    def test_opening_an_issue_leads_to_what_it_is_about(self):
        order_issue = self.break_order()[1]
        for issue, model in (
            (order_issue, "tts.order"),
            (self.open_issue(), "tts.shop"),
        ):
            self.assertEqual(issue.action_open_record()["res_model"], model)
