from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .. import const
from ..lib.errors import TikTokError
from ..utils import toast


class TtsShop(models.Model):
    """One TikTok Shop: its options, and how it is doing."""

    _name = "tts.shop"
    _description = "TikTok Shop"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    account_id = fields.Many2one(
        "tts.account",
        required=True,
        ondelete="restrict",
        check_company=True,
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    remote_id = fields.Char(string="Shop ID", readonly=True, copy=False)
    code = fields.Char(string="Shop Code", readonly=True, copy=False)
    cipher = fields.Char(groups=fields.NO_ACCESS, copy=False)
    region = fields.Char(readonly=True)
    seller_type = fields.Char(readonly=True)

    # What orders of this shop look like
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    team_id = fields.Many2one("crm.team", string="Sales Team", check_company=True)
    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Gets an activity for everything that needs a person.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="FBM Warehouse",
        required=True,
        check_company=True,
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Ships the orders whose TikTok warehouse is not mapped to another one.",
    )
    warehouse_ids = fields.One2many("tts.warehouse", "shop_id", string="Warehouses")
    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        help="Gives the orders their currency. An order in another currency takes, or "
        "creates, a pricelist in that currency.",
    )
    tax_policy = fields.Selection(
        [
            ("included", "Prices include tax"),
            ("remitted", "TikTok collects and remits the tax"),
        ],
        required=True,
        default="included",
        help="When TikTok remits the tax, the orders carry none.",
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Sales Taxes",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        help="The taxes contained in TikTok's prices. Leave empty to take the taxes of "
        "each product.",
    )
    default_product_id = fields.Many2one(
        "product.product",
        check_company=True,
        default=lambda self: self._find_or_create_default_product(),
        help="Takes the place of a SKU that no product of Odoo carries.",
    )
    shipping_product_id = fields.Many2one(
        "product.product",
        check_company=True,
        default=lambda self: self._find_or_create_default_carrier().product_id,
        help="The line for the shipping fee that the buyer paid.",
    )
    carrier_id = fields.Many2one(
        "delivery.carrier",
        string="Default Carrier",
        check_company=True,
        default=lambda self: self._find_or_create_default_carrier(),
    )
    provider_ids = fields.One2many(
        "tts.provider", "shop_id", string="Shipping Providers"
    )

    # Orders Follow-up
    order_sync = fields.Boolean(string="Sync Orders Automatically", default=True)
    last_order_sync = fields.Datetime(
        copy=False,
        help="Every order up to this time is in Odoo or in the list of issues. Set it "
        "back and save to read the orders since then again.",
    )
    next_order_sync = fields.Datetime(copy=False, readonly=True, index=True)
    last_success = fields.Datetime(readonly=True, copy=False)
    failure_count = fields.Integer(readonly=True, copy=False)
    last_error = fields.Char(readonly=True, copy=False)

    order_ids = fields.One2many("tts.order", "shop_id", string="TikTok Orders")
    issue_ids = fields.One2many("tts.issue", "shop_id", string="Issues")
    to_ship_count = fields.Integer(compute="_compute_counts", string="To Ship")
    order_count = fields.Integer(compute="_compute_counts", string="Orders")
    issue_count = fields.Integer(compute="_compute_counts", string="Open Issues")
    account_state = fields.Selection(related="account_id.state")
    health = fields.Selection(
        [
            ("ok", "In Step"),
            ("waiting", "Not Synced Yet"),
            ("warning", "Needs Attention"),
            ("retrying", "Retrying"),
            ("disconnected", "Disconnected"),
        ],
        compute="_compute_health",
    )

    _remote_uniq = models.UniqueIndex(
        "(remote_id) WHERE remote_id IS NOT NULL",
        "This TikTok Shop is already connected to this database.",
    )

    # === COMPUTES === #

    @api.depends("company_id")
    def _compute_warehouse_id(self):
        for shop in self:
            if shop.warehouse_id.company_id != shop.company_id or not shop.warehouse_id:
                shop.warehouse_id = self.env["stock.warehouse"].search(
                    [("company_id", "=", shop.company_id.id)], limit=1
                )

    def _compute_counts(self):
        Order, Issue = self.env["tts.order"], self.env["tts.issue"]
        mine = [("shop_id", "in", self.ids)]
        orders = dict(Order._read_group(mine, ["shop_id"], ["__count"]))
        to_ship = dict(
            Order._read_group(
                [*mine, ("status", "in", const.TO_SHIP_STATUSES)],
                ["shop_id"],
                ["__count"],
            )
        )
        issues = dict(
            Issue._read_group([*mine, ("state", "=", "open")], ["shop_id"], ["__count"])
        )
        for shop in self:
            shop.order_count = orders.get(shop, 0)
            shop.to_ship_count = to_ship.get(shop, 0)
            shop.issue_count = issues.get(shop, 0)

    @api.depends("account_id.state", "failure_count", "last_success", "issue_ids.state")
    def _compute_health(self):
        for shop in self:
            if shop.account_id.state != "connected":
                shop.health = "disconnected"
            elif shop.failure_count:
                shop.health = "retrying"
            elif not shop.last_success:
                shop.health = "waiting"
            else:
                shop.health = "warning" if shop.issue_count else "ok"

    @api.constrains("last_order_sync")
    def _check_last_order_sync(self):
        """Orders between now and a time to come would never be read."""
        soon = fields.Datetime.now() + timedelta(minutes=10)
        for shop in self:
            if shop.last_order_sync and shop.last_order_sync > soon:
                raise ValidationError(
                    self.env._(
                        "Last Order Sync of %s lies in the future. Set it to the time "
                        "from which on orders are to be read.",
                        shop.name,
                    )
                )

    # === CRUD === #

    def write(self, vals):
        """Setting Last Order Sync by hand makes the shop due at once."""
        by_hand = "last_order_sync" in vals and "next_order_sync" not in vals
        if by_hand:
            vals = vals | {"next_order_sync": fields.Datetime.now(), "failure_count": 0}
        result = super().write(vals)
        if by_hand:
            self._trigger_order_sync()
        return result

    # === BUTTONS === #

    def action_sync_orders(self):
        """Make these shops due now and wake the scheduled action.

        The work itself is the scheduled action's: it commits as it goes, which a button
        must not do.

        :raise UserError: a shop is disconnected
        """
        self.check_access("write")
        for shop in self:
            shop._check_connected()
        self.sudo().write(
            {"next_order_sync": fields.Datetime.now(), "failure_count": 0}
        )
        self._trigger_order_sync()
        message = self.env._(
            "The orders of %s are being read. This page shows the result as soon as it "
            "is there.",
            ", ".join(self.mapped("name")),
        )
        return toast("info", message, title=self.env._("Sync started"))

    def action_pull_settings(self):
        """Read the shop's warehouses and shipping providers from TikTok.

        :raise UserError: a shop is disconnected, or TikTok did not answer
        """
        self.check_access("write")
        for shop in self:
            shop._check_connected()
            try:
                shop._pull_warehouses()
                shop._pull_providers()
            except TikTokError as error:
                raise UserError(
                    self.env._(
                        "The warehouses of %(shop)s could not be read: %(reason)s",
                        shop=shop.name,
                        reason=error,
                    )
                ) from error

    def action_view_orders(self):
        """Open all TikTok orders of this shop."""
        return self._open_orders([])

    def action_view_to_ship(self):
        """Open the TikTok orders of this shop that wait to be shipped."""
        return self._open_orders([("status", "in", const.TO_SHIP_STATUSES)])

    def _open_orders(self, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_order_action"
        )
        return action | {"domain": [("shop_id", "in", self.ids), *domain]}

    def action_view_issues(self):
        """Open the open issues of this shop."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_issue_action"
        )
        return action | {"domain": [("shop_id", "in", self.ids)]}

    def _check_connected(self):
        """Make sure that there is somebody to talk to.

        :raise UserError: names the shop and the account to authorize
        """
        if self.account_id.state != "connected":
            raise UserError(
                self.env._(
                    "%(shop)s is not connected to TikTok. Open the account %(account)s "
                    "and click Re-Authorize.",
                    shop=self.name,
                    account=self.account_id.name,
                )
            )

    # === REMOTE === #

    def _client(self, token=None):
        """Return a client bound to this shop; close it after use.

        :param str token: see `tts.account._client`
        :raise Unauthorized: the account is disconnected
        """
        self.ensure_one()
        return self.account_id._client(self.sudo().cipher, token)

    @api.model
    def _absorb(self, account, remotes):
        """Create or update one shop per remote shop.

        :param remotes: the `ShopInfo` of each shop the authorization covers
        :return: the shops of this account
        """
        shops = self.browse()
        known = self.sudo().with_context(active_test=False)
        for remote in remotes:
            shop = known.search([("remote_id", "=", remote.id)])
            if shop and not shop._may_move_to(account):
                self._note_taken(account, remote)
                continue
            values = {
                "account_id": account.id,
                "cipher": remote.cipher,
                "code": remote.code,
                "region": remote.region,
                "seller_type": remote.seller_type,
            }
            if shop:
                shop.write(values)
            else:
                shop = self.create(
                    values
                    | {
                        "remote_id": remote.id,
                        "company_id": account.company_id.id,
                        "name": remote.name or remote.code or remote.id,
                        "responsible_id": account.responsible_id.id,
                    }
                    | self._prepare_market_values(account.company_id, remote.region)
                )
            shops |= shop
        self.env["tts.issue"]._close_for_account(
            account, [_taken_key(remote_id) for remote_id in shops.mapped("remote_id")]
        )
        return shops

    def _may_move_to(self, account):
        """Whether `account` may sync this shop: it does, or the other one retired."""
        retired = not self.account_id.active and self.company_id == account.company_id
        return self.account_id == account or retired

    @api.model
    def _note_taken(self, account, remote):
        """Tell a person that two accounts claim one shop, and how to move it."""
        self.env["tts.issue"]._raise_for_account(
            account,
            _taken_key(remote.id),
            self.env._(
                "Shop %(name)s (%(code)s) is already connected through another account",
                name=remote.name,
                code=remote.code,
            ),
            self.env._(
                "A shop is connected once, so that no order arrives twice. To move it, "
                "archive the other account of the same company, then click Retry."
            ),
        )


def _taken_key(remote_id):
    return f"shop_taken:{remote_id}"
