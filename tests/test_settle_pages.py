from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

PAGES = {
    "tiktok-statements": ".o_list_view .o_data_row",
    "tiktok-payouts": ".o_list_view .o_data_row",
    "tiktok-transactions": ".o_list_view .o_data_row",
    "tiktok-not-paid": ".o_list_view .o_group_header",
    "tiktok-unknown-orders": ".o_list_view .o_data_row",
    "tiktok-fee-differences": ".o_list_view .o_data_row",
    "tiktok-forecast": ".o_list_view .o_data_row",
    "tiktok-payout-calendar": ".o_calendar_view .fc-event",
}
# Resolves once the page shows what it should, or an error dialog.
LOOK = """
(async () => {
    for (let tries = 0; tries < 150; tries++) {
        if (document.querySelector(".o_error_dialog")) {
            throw new Error(document.querySelector(".o_error_dialog").innerText);
        }
        if (document.querySelector("%s")) {
            console.log("test successful");
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the page shows nothing: " + document.body.innerText.slice(0, 500));
})();
"""


@tagged("post_install", "-at_install")
class TestSettlePages(HttpCase):
    """Every page about money opens for billing people."""

    def setUp(self):
        super().setUp()
        new_test_user(
            self.env, "tts_page_biller", groups="account.group_account_invoice"
        )
        account = self.env["tts.account"].create({"name": "My app"})
        self.shop = self.env["tts.shop"].create(
            {"name": "My shop", "account_id": account.id, "remote_id": "7001"}
        )
        mine = {"shop_id": self.shop.id, "remote_id": "1"}
        currency = {"currency_id": self.env.company.currency_id.id}
        statement = self.env["tts.statement"].create(
            {**mine, **currency, "state": "ready", "date": fields.Date.today()}
        )
        transaction = self.env["tts.transaction"].create(
            {
                **mine,
                "statement_id": statement.id,
                "kind": "order",
                "order_remote_id": "1",
                "fee_differs": True,
            }
        )
        payout = self.env["tts.payout"].create(
            {
                **mine,
                **currency,
                "kind": "payment",
                "state": "paid",
                "date": fields.Date.today(),
                "amount": 10,
            }
        )
        self.env["tts.unsettled"].create({**mine, **currency})
        self.env["tts.order"].create(
            {
                **mine,
                **currency,
                "status": "COMPLETED",
                "amount_order": 10.0,
                "remote_update_time": fields.Datetime.now(),
            }
        )
        self.records = (statement, transaction, payout)

    def look(self, path, selector):
        self.browser_js(f"/odoo/{path}", LOOK % selector, login="tts_page_biller")

    def test_every_list_opens(self):
        for path, selector in PAGES.items():
            with self.subTest(page=path):
                self.look(path, selector)

    def test_forms_open(self):
        paths = ("tiktok-statements", "tiktok-transactions", "tiktok-payouts")
        for path, record in zip(paths, self.records, strict=True):
            with self.subTest(page=path):
                self.look(f"{path}/{record.id}", ".o_form_view h1")

    def test_billing_people_see_the_journal_items_of_a_transaction(self):
        biller = self.env["res.users"].search([("login", "=", "tts_page_biller")])
        rows = self.env["tts.transaction"].with_user(biller)
        self.assertIn('name="move_line_ids"', rows.get_view(view_type="form")["arch"])

    def test_the_card_and_the_form_of_a_shop_open(self):
        self.look("tiktok-shops", ".o_kanban_record [name=action_view_unpaid]")
        self.look(f"tiktok-shops/{self.shop.id}", ".o_form_view .nav-link[name=money]")
