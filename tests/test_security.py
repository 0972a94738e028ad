import base64
from contextlib import suppress

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .aftersale_samples import make_aftersale_samples
from .common import TtsCase
from .money_samples import make_money_samples

OURS = "odoo.addons.sale_tiktok_shop"
OPERATIONS = ("read", "write", "create", "unlink")
# Who may do more than read; everything else only opens what its caller may read.
MANAGER_BUTTONS = {
    "tts.account": {
        "action_authorize",
        "action_refresh_shops",
        "action_create_teams",
        "action_decline_teams",
    },
    "tts.shop": {
        "action_sync_orders",
        "action_sync_aftersales",
        "action_pull_settings",
        "action_create_products",
        "action_sync_catalogue",
        "action_sync_inventory",
        "action_set_up_money",
        "action_create_team",
        "action_decline_team",
    },
    "tts.listing": {
        "action_create_products",
        "action_ignore",
        "action_match_again",
        "action_take_into_account",
    },
    "tts.catalogue.sync": {
        "action_apply",
        "action_create_products",
        "action_discard",
        "action_run_again",
    },
    "tts.order": {"action_retry"},
    "tts.sync.run": {"action_run_again"},
    "tts.order.resync": {"action_sync"},
    "tts.catalogue.import": {"action_check", "action_import"},
    "tts.listing.create": {"action_create"},
}
# Of billing people; some of administrators as well.
BILLING_BUTTONS = {
    "tts.shop": {"action_sync_settlements"},
    "tts.order": {"action_create_invoices"},
    "tts.statement": {"action_book", "action_reverse", "action_read_again"},
    "tts.payout": {"action_match", "action_unmatch", "action_register_payments"},
    "tts.payout.match": {"action_match"},
    "tts.register.payment": {"action_register"},
    "tts.monthly.statement": {"action_print"},
    "tts.invoice.upload": {"action_retry"},
    "tts.cancellation": {"action_create_credit"},
    "tts.return": {"action_create_credit"},
}
USER_BUTTONS = {
    "tts.issue": {"action_retry", "action_dismiss"},
    "tts.validate": {"action_validate_others", "action_validate_anyway"},
    "tts.shipment": {"action_retry", "action_cancel"},
    "tts.arrange": {"action_arrange", "action_ask_prices"},
    "tts.label.wizard": {"action_print"},
    "tts.inspect": {"action_inspect"},
    "tts.answer": {"action_retry", "action_cancel"},
    "tts.answer.wizard": {"action_answer"},
    "tts.cancellation": {"action_answer", "action_accept", "action_decline"},
    "tts.return": {"action_answer", "action_create_return"},
    "tts.case.board": {"action_answer"},
    "tts.order": {"action_accept", "action_decline"},
}
# What warehouse people ask with, and nobody else.
CLERK_WIZARDS = (
    "tts.validate",
    "tts.arrange",
    "tts.arrange.line",
    "tts.arrange.shop",
    "tts.arrange.choice",
    "tts.label.wizard",
    "tts.inspect",
    "tts.inspect.line",
)
# What clerks and sellers ask with.
ANSWER_WIZARDS = ("tts.answer.wizard", "tts.answer.choice")
# What billing people ask with, and nobody else.
BILLING_WIZARDS = (
    "tts.payout.match",
    "tts.register.payment",
    "tts.monthly.statement",
)
# What clerks and sellers do not see.
MONEY_MODELS = (
    "tts.statement",
    "tts.transaction",
    "tts.payout",
    "tts.unsettled",
    "tts.fee.account",
    "tts.invoice.upload",
    *BILLING_WIZARDS,
)
OPENING = ("action_view_", "action_open", "action_refresh")
# Its rows belong to no company: nobody may read them.
WITHOUT_COMPANY = ("tts.stock.signal",)
CRUD = ("create", "write", "unlink", "copy", "copy_data", "default_get")


@tagged("post_install", "-at_install")
class TestSecurity(TtsCase):
    """Walks all models of this addon: a new one is held to the same."""

    sandbox_options = {"orders": 0, "products": 2, "odd_skus": 0}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Other company"})
        manager = "sale_tiktok_shop.group_tts_manager"
        cls.manager = new_test_user(cls.env, "tts_boss", groups=manager)
        cls.foreign_manager = new_test_user(
            cls.env,
            "tts_foreign_boss",
            groups=f"{manager},account.group_account_invoice",
            company_id=cls.other_company.id,
        )
        cls.salesman = new_test_user(
            cls.env, "tts_seller", groups="sales_team.group_sale_salesman"
        )
        cls.biller = new_test_user(
            cls.env, "tts_biller", groups="account.group_account_invoice"
        )
        cls.stranger = new_test_user(cls.env, "tts_nobody", groups="base.group_user")
        cls.portal = new_test_user(cls.env, "tts_portal", groups="base.group_portal")
        cls.public = cls.env.ref("base.public_user")

    def own_models(self):
        """Return the names of all models of this addon that hold records."""
        return sorted(
            name
            for name, model in self.registry.items()
            if name.startswith("tts.") and not model._abstract
        )

    def make_samples(self):
        """Return a record of the test's company for every model of this addon."""
        self.place_one()
        self.sync()
        run = self.env["tts.sync.run"].create(
            {"shop_id": self.shop.id, "remote_ids": "1"}
        )
        line = {"run_id": run.id, "remote_id": "1", "outcome": "missing"}
        provider = {"shop_id": self.shop.id, "remote_id": "1", "name": "Carrier"}
        listing = self.env["tts.listing"].create(
            {"shop_id": self.shop.id, "sku_remote_id": "1"}
        )
        warehouse = self.shop.warehouse_ids[0]
        level = {"listing_id": listing.id, "warehouse_id": warehouse.id}
        catalogue_sync = self.env["tts.catalogue.sync"].create(
            {
                "shop_id": self.shop.id,
                "line_ids": [Command.create({"listing_id": listing.id})],
            }
        )
        catalogue_import = self.env["tts.catalogue.import"].create(
            {
                "shop_id": self.shop.id,
                "file": base64.b64encode(b"none"),
                "line_ids": [Command.create({"outcome": "nothing"})],
            }
        )
        return {
            "tts.account": self.account,
            "tts.token": self.account.sudo().token_ids,
            "tts.shop": self.shop,
            "tts.warehouse": warehouse,
            "tts.listing": listing,
            "tts.stock.signal": self.env["tts.stock.signal"].create({"product_id": 1}),
            "tts.listing.level": self.env["tts.listing.level"].create(level),
            "tts.catalogue.sync": catalogue_sync,
            "tts.catalogue.sync.line": catalogue_sync.line_ids,
            "tts.provider": self.env["tts.provider"].create(provider),
            "tts.order": self.shop.order_ids[0],
            "tts.issue": self.env["tts.issue"]._raise(
                self.shop, "k", category="stock", name="n"
            ),
            "tts.sync.run": run,
            "tts.sync.run.line": self.env["tts.sync.run.line"].create(line),
            "tts.order.resync": self.env["tts.order.resync"].create(
                {"shop_id": self.shop.id}
            ),
            "tts.listing.create": self.env["tts.listing.create"].create(
                {"shop_id": self.shop.id}
            ),
            "tts.catalogue.import": catalogue_import,
            "tts.catalogue.import.line": catalogue_import.line_ids,
            "tts.validate": self.env["tts.validate"].create({}),
            "tts.sale.report": self.env["tts.sale.report"].search([], limit=1),
            **self.make_shipment_samples(),
            **self.make_label_samples(),
            **make_money_samples(self.env, self.shop),
            **make_aftersale_samples(self.env, self.shop),
        }

    def make_label_samples(self):
        """Return a package, a print of its label, and the wizard that prints."""
        order = self.shop.order_ids[0]
        package = self.env["tts.package"].create(
            {
                "shop_id": self.shop.id,
                "remote_id": "1",
                "status": "PROCESSING",
                "order_ids": [Command.link(order.id)],
            }
        )
        record = self.env["tts.label.print"].create(
            {"line_ids": [Command.create({"package_id": package.id})]}
        )
        wizard = self.env["tts.label.wizard"].create(
            {"picking_ids": [Command.set(order.sale_order_id.picking_ids.ids)]}
        )
        return {
            "tts.package": package,
            "tts.label.print": record,
            "tts.label.print.line": record.line_ids,
            "tts.label.wizard": wizard,
        }

    def make_shipment_samples(self):
        """Return a request to arrange a delivery, and the wizard that asks for it."""
        order = self.shop.order_ids[0]
        shipment = self.env["tts.shipment"].create(
            {
                "kind": "ship",
                "shop_id": self.shop.id,
                "order_id": order.id,
                "picking_id": order.sale_order_id.picking_ids[:1].id,
            }
        )
        arrange = self.env["tts.arrange"].create(
            {
                "line_ids": [Command.create({})],
                "shop_ids": [Command.create({"shop_id": self.shop.id})],
                "choice_ids": [Command.create({"kind": "slot", "name": "Morning"})],
            }
        )
        return {
            "tts.shipment": shipment,
            "tts.arrange": arrange,
            "tts.arrange.line": arrange.line_ids,
            "tts.arrange.shop": arrange.shop_ids,
            "tts.arrange.choice": arrange.choice_ids,
        }

    def rule_domain(self, model, user):
        return self.env["ir.rule"].with_user(user)._compute_domain(model, "read")

    def buttons(self, model):
        """Return the public methods that this addon gives a model."""
        return {
            name
            for cls in type(self.env[model]).mro()
            if cls.__module__.startswith(OURS)
            for name, value in vars(cls).items()
            if callable(value) and not name.startswith("_") and name not in CRUD
        }

    def allowed(self, model, user):
        records = self.env[model].with_user(user)
        return {name for name in OPERATIONS if records.has_access(name)}

    # === COMPANIES === #

    def test_every_model_has_its_access_lines(self):
        for model in self.own_models():
            with self.subTest(model=model):
                lines = self.env["ir.model.access"].search_count(
                    [("model_id.model", "=", model)]
                )
                self.assertTrue(lines)

    def test_every_record_is_hidden_from_other_companies(self):
        samples = self.make_samples()
        self.assertEqual(sorted(samples), self.own_models())
        for model, record in samples.items():
            if model in WITHOUT_COMPANY:
                continue
            with self.subTest(model=model):
                mine = self.rule_domain(model, self.manager)
                theirs = self.rule_domain(model, self.foreign_manager)
                self.assertTrue(record.sudo().filtered_domain(mine))
                self.assertFalse(record.sudo().filtered_domain(theirs))

    def test_another_company_finds_nothing(self):
        for model, record in self.make_samples().items():
            records = record.with_user(self.foreign_manager)
            if not records.browse().has_access("read"):
                continue
            with self.subTest(model=model):
                self.assertFalse(records.search([]))
                if not records._auto:
                    # Some have only rows of the user's companies to begin with.
                    with suppress(AccessError):
                        self.assertFalse(records.read(["display_name"]))
                    continue
                with self.assertRaises(AccessError):
                    records.read(["display_name"])

    # === RIGHTS === #

    def test_clerks_and_sellers_read_and_change_nothing(self):
        unreadable = (
            "tts.token",
            "tts.stock.signal",
            "tts.order.resync",
            "tts.listing.create",
            "tts.catalogue.import",
            "tts.catalogue.import.line",
            *MONEY_MODELS,
        )
        for model in self.own_models():
            if model in (*CLERK_WIZARDS, *ANSWER_WIZARDS):
                continue
            wanted = set() if model in unreadable else {"read"}
            for user in (self.low_user, self.salesman):
                with self.subTest(model=model, user=user.login):
                    self.assertEqual(self.allowed(model, user), wanted)

    def test_wizards_of_the_warehouse_are_for_clerks_alone(self):
        for model in CLERK_WIZARDS:
            with self.subTest(model=model):
                self.assertEqual(self.allowed(model, self.low_user), set(OPERATIONS))
                self.assertFalse(self.allowed(model, self.salesman))

    def test_wizards_that_answer_are_for_clerks_and_sellers(self):
        for model in ANSWER_WIZARDS:
            for user in (self.low_user, self.salesman):
                with self.subTest(model=model, user=user.login):
                    self.assertEqual(self.allowed(model, user), set(OPERATIONS))

    def test_wizards_about_money_are_for_billing_people_alone(self):
        for model in BILLING_WIZARDS:
            with self.subTest(model=model):
                self.assertEqual(self.allowed(model, self.biller), set(OPERATIONS))
                self.assertFalse(self.allowed(model, self.manager))

    def test_money_is_read_by_billing_people_and_administrators(self):
        for model in set(MONEY_MODELS) - set(BILLING_WIZARDS):
            for user in (self.biller, self.manager):
                with self.subTest(model=model, user=user.login):
                    self.assertIn("read", self.allowed(model, user))

    def test_nobody_makes_or_deletes_what_tiktok_settled(self):
        for model in ("tts.statement", "tts.transaction", "tts.payout"):
            for user in (self.biller, self.manager):
                with self.subTest(model=model, user=user.login):
                    self.assertFalse(self.allowed(model, user) & {"create", "unlink"})

    def test_everybody_else_may_do_nothing_at_all(self):
        for model in self.own_models():
            for user in (self.stranger, self.portal, self.public):
                with self.subTest(model=model, user=user.login):
                    self.assertFalse(self.allowed(model, user))

    def test_no_user_may_read_or_write_tokens_and_signals(self):
        for model in ("tts.token", *WITHOUT_COMPANY):
            for user in (self.manager, self.env.ref("base.user_admin")):
                with self.subTest(model=model, user=user.login):
                    self.assertFalse(self.allowed(model, user))

    def test_a_clerk_cannot_read_what_is_for_administrators(self):
        self.place_one()
        self.sync()
        for record, field in (
            (self.shop.order_ids[0], "payload"),
            (self.account, "app_key"),
        ):
            mine = record.with_user(self.low_user)
            with self.subTest(field=field), self.assertRaises(AccessError):
                mine.read([field])
            self.assertNotIn(field, mine.fields_get())

    # === BUTTONS === #

    def test_every_public_method_is_a_known_button(self):
        for model in self.own_models():
            known = [name for owner, name in known_buttons() if owner == model]
            for name in self.buttons(model) - set(known):
                with self.subTest(model=model, method=name):
                    self.assertTrue(name.startswith(OPENING))

    def test_no_button_of_a_manager_works_for_a_clerk(self):
        samples = self.make_samples()
        for model, name in known_buttons(MANAGER_BUTTONS, BILLING_BUTTONS):
            record = samples[model].with_user(self.low_user)
            with (
                self.subTest(model=model, method=name),
                self.assertRaises(AccessError),
            ):
                getattr(record, name)()

    def test_no_button_changes_anything_for_a_stranger(self):
        samples = self.make_samples()
        calls = self.sandbox.requests
        for model, record in samples.items():
            for name in self.buttons(model):
                with self.subTest(model=model, method=name):
                    self.try_button(record.with_user(self.stranger), name)
        self.assertEqual(self.sandbox.requests, calls)

    def try_button(self, record, name):
        """Click as somebody without rights: refused, or nothing but a page opens."""
        self.env.invalidate_all()  # a request begins with nothing read
        try:
            action = getattr(record, name)()
        except AccessError:
            return
        self.assertTrue(name.startswith(OPENING), "this button worked")
        self.assertIn(action["type"], ("ir.actions.act_window", "ir.actions.client"))

    def test_no_button_works_on_a_record_of_another_company(self):
        samples = self.make_samples()
        for model, name in known_buttons():
            record = samples[model].with_user(self.foreign_manager)
            with (
                self.subTest(model=model, method=name),
                self.assertRaises(AccessError),
            ):
                getattr(record, name)()


def known_buttons(*groups):
    """Yield (model, name) of all buttons, or of those for some people."""
    for buttons in groups or (MANAGER_BUTTONS, BILLING_BUTTONS, USER_BUTTONS):
        for model, names in buttons.items():
            for name in names:
                yield model, name
