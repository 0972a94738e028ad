from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.errors import TikTokError
from ..utils import toast

CATALOGUE_KEY = "catalogue"  # the one issue of a shop's failed catalogue sync


class TtsIssue(models.Model):
    """The one list of everything a person must look at.

    One open issue per cause: what happened, to what, since when, how often, when it is
    tried again, and what to do. It closes itself when its cause heals.
    """

    _name = "tts.issue"
    _description = "TikTok Shop Issue"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    # By chance of the alphabet, "desc" is open, dismissed, closed.
    _order = "state desc, last_seen desc, id desc"
    # People who may only read an issue still discuss it.
    _mail_post_access = "read"
    _check_company_auto = True

    name = fields.Char(string="What Happened", required=True, readonly=True)
    reason = fields.Text(readonly=True)
    hint = fields.Text(string="What to Do", readonly=True)
    category = fields.Selection(
        [
            ("order", "Order"),
            ("product", "Product"),
            ("label", "Delivery"),
            ("stock", "Stock"),
            ("settlement", "Settlement"),
            ("aftersale", "After-Sales"),
            ("connection", "Connection"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("open", "Open"), ("dismissed", "Dismissed"), ("closed", "Closed")],
        required=True,
        default="open",
        readonly=True,
        index=True,
        tracking=True,
    )
    key = fields.Char(string="Cause", required=True, readonly=True, index=True)
    shop_id = fields.Many2one(
        "tts.shop", readonly=True, index=True, ondelete="cascade", check_company=True
    )
    account_id = fields.Many2one(
        "tts.account",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    responsible_id = fields.Many2one("res.users", readonly=True)
    order_id = fields.Many2one(
        "tts.order",
        string="TikTok Order",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    sale_order_id = fields.Many2one(related="order_id.sale_order_id")
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    reference = fields.Char(readonly=True, help="The SKU, number or name it is about.")
    first_seen = fields.Datetime(
        readonly=True, default=fields.Datetime.now, string="Since"
    )
    last_seen = fields.Datetime(readonly=True, default=fields.Datetime.now)
    count = fields.Integer(string="Times", readonly=True, default=1)
    next_retry = fields.Datetime(string="Next Automatic Try", readonly=True)

    _open_cause_uniq = models.UniqueIndex(
        "(COALESCE(shop_id, 0), COALESCE(account_id, 0), key) WHERE state != 'closed'",
        "This cause already has its issue.",
    )

    # === RAISE AND CLOSE === #

    @api.model
    def _raise(self, shop, key, **values):
        """Open the issue of a cause, or count it once more.

        :param shop: the shop it happened in
        :param str key: names the cause; one issue per shop and key is not closed
        :param values: category, name, reason, hint; order_id, next_retry, reference
        """
        return self._raise_in(
            [("shop_id", "=", shop.id)],
            key,
            values
            | {
                "shop_id": shop.id,
                "company_id": shop.company_id.id,
                "responsible_id": shop.responsible_id.id,
            },
        )

    @api.model
    def _raise_for_account(self, account, key, name, hint, reason=False):
        """Open an issue that concerns an account and none of its shops."""
        return self._raise_in(
            [("account_id", "=", account.id), ("shop_id", "=", False)],
            key,
            {
                "account_id": account.id,
                "company_id": account.company_id.id,
                "responsible_id": account.responsible_id.id,
                "category": "connection",
                "name": name,
                "reason": reason,
                "hint": hint,
            },
        )

    @api.model
    def _raise_in(self, owner, key, values):
        """Open or count the issue with this key.

        :param list owner: the domain of what the issue belongs to
        """
        Issue = self.sudo()
        issue = Issue.search(
            [*owner, ("key", "=", key), ("state", "!=", "closed")], limit=1
        )
        if issue:
            issue.write(
                values | {"count": issue.count + 1, "last_seen": fields.Datetime.now()}
            )
            return issue
        issue = Issue.create(values | {"key": key})
        issue._tell_responsible()
        return issue

    def _tell_responsible(self):
        """Schedule one activity for the shop's responsible, on first sight."""
        if self.responsible_id:
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                fields.Date.context_today(self),
                summary=self.name,
                note=self.hint,
                user_id=self.responsible_id.id,
            )

    @api.model
    def _close(self, shop, keys):
        """Close the issues of causes that healed; one query when there are none."""
        self.sudo().search(
            [("shop_id", "=", shop.id), ("key", "in", keys), ("state", "!=", "closed")]
        )._set_closed()

    @api.model
    def _close_for_account(self, account, keys):
        """Close the issues of an account's causes that healed."""
        self.sudo().search(
            [
                ("account_id", "=", account.id),
                ("shop_id", "=", False),
                ("key", "in", keys),
                ("state", "!=", "closed"),
            ]
        )._set_closed()

    def _set_closed(self):
        if self:
            self.write({"state": "closed", "next_retry": False})
            self.activity_unlink(["mail.mail_activity_data_warning"])

    # === BUTTONS === #

    def action_retry(self):
        """Try again what failed; the issue closes when it works.

        One that fails again undoes none of the others.

        :return: what to show, if anything
        :raise UserError: the only one still fails; the reason is in its text
        """
        self.check_access("read")  # seeing it is enough to work on it
        issues = self.sudo().filtered(lambda issue: issue.state != "closed")
        if not issues:
            return None
        if len(issues) == 1:
            return issues._retry()
        reasons = [reason for issue in issues if (reason := issue._retry_apart())]
        if reasons:
            message = self.env._(
                "%(failed)s of %(count)s issues could not be tried again. %(reason)s",
                failed=len(reasons),
                count=len(issues),
                reason=reasons[0],
            )
            return toast("warning", message, sticky=True)
        return toast(
            "success",
            self.env._("%(count)s issues were tried again.", count=len(issues)),
        )

    def _retry_apart(self):
        """Try one of several again, in a savepoint of its own.

        :return: why it still fails, None when it does not
        """
        try:
            with self.env.cr.savepoint():
                self._retry()
        except UserError as error:
            return str(error)
        return None

    def _retry(self):
        """Try again what this issue is about.

        :return: what to show, if anything
        :raise UserError: it still fails
        """
        if self.category == "connection":
            if not self.shop_id:
                return self._retry_connection()
            if self.key == CATALOGUE_KEY:
                return self.shop_id._retry_catalogue()
            return self.shop_id.action_sync_orders()
        if self.order_id:
            self._retry_order()
        elif self.category == "product":
            return self._retry_product()
        elif self.category == "stock":
            return self._retry_stock()
        else:
            self._set_closed()
        return None

    def _retry_stock(self):
        """Have the stock of a listing, or of all of a shop, pushed anew.

        The scheduled action does it, and closes the issue when TikTok takes it.

        :return: a message that says so
        :raise UserError: the shop is disconnected
        """
        if self.key == "stock_sync":
            return self.shop_id.action_sync_inventory()
        listing = self._listing()
        if not listing:
            self._set_closed()  # it is listed no more
            return None
        self.shop_id._check_connected()
        listing._push_anew()
        if not self.shop_id.stock_sync:
            return self.shop_id.action_sync_inventory()
        return toast(
            "info",
            self.env._(
                "The stock of %s is sent within a minute; the issue closes when TikTok "
                "takes it.",
                listing.display_name,
            ),
        )

    def _retry_order(self):
        """Read the order again; what works closes its issue.

        :raise UserError: TikTok did not answer, or does not know the order any more
        """
        remote_id = self.order_id.remote_id
        try:
            _outcomes, unknown = self.shop_id._refetch([remote_id])
        except TikTokError as error:
            raise UserError(
                self.env._(
                    "Order %(order)s could not be read: %(reason)s Try again later.",
                    order=remote_id,
                    reason=error,
                )
            ) from error
        if unknown:
            raise UserError(
                self.env._(
                    "TikTok does not know order %s any more. Dismiss this issue.",
                    remote_id,
                )
            )

    def _retry_connection(self):
        """Ask for the account's shops; what works again closes its issue.

        :raise UserError: the account is disconnected, or TikTok did not answer
        """
        if self.account_id.state != "connected":
            raise UserError(
                self.env._(
                    "%s is not connected to TikTok. Open the account and click "
                    "Re-Authorize.",
                    self.account_id.name,
                )
            )
        return self.account_id.action_refresh_shops()

    def _retry_product(self):
        """Look for the product of a SKU again, or read a product of TikTok again.

        :return: what to show, if anything
        :raise UserError: no product fits, or several do; or it still cannot be read
        """
        kind, _sep, remote_id = self.key.partition(":")
        if kind == "product":
            self._retry_reading(remote_id)
        elif listing := self._match_listing():
            if listing._heal_now()[listing]:
                return toast("warning", self.reason, sticky=True)
        elif not self._has_product(remote_id):
            raise UserError(
                self.env._(
                    "No single product has the Internal Reference %(sku)s. Set it on "
                    "exactly one product, or choose the product under TikTok Listings, "
                    "then click Retry.",
                    sku=self.reference,
                )
            )
        self._set_closed()
        return None

    def _match_listing(self):
        """Match the listing of this issue.

        :return: the listing if it has its product, else an empty recordset
        """
        listing = self._listing()
        listing._apply(listing._match(self.shop_id, listing))
        return listing.filtered("product_id")

    def _has_product(self, sku_id):
        """Whether exactly one product carries the reference of an unlisted SKU."""
        Product = self.env["product.product"].with_company(self.company_id)
        found, _ambiguous = Product._tts_resolve_references(
            self.shop_id, {sku_id: [self.reference, sku_id]}
        )
        return bool(found)

    def _retry_reading(self, product_id):
        """Read one product of TikTok again.

        :raise UserError: TikTok did not answer, or it still cannot be read
        """
        Listing = self.env["tts.listing"].with_company(self.company_id)
        try:
            with self.shop_id._client() as client:
                product = Listing._parse_product(client.product_detail(product_id))
        except TikTokError as error:
            raise UserError(
                self.env._(
                    "Product %(product)s could not be read: %(reason)s",
                    product=product_id,
                    reason=error,
                )
            ) from error
        Listing._absorb_detail(self.shop_id, product)

    def _listing(self):
        """Return the listing this issue is about, none when it is about another thing.

        Keys name TikTok's SKU id after a colon, or its product id.
        """
        kind, _sep, remote_id = self.key.partition(":")
        Listing = self.env["tts.listing"]
        if self.category not in ("product", "stock") or not remote_id:
            return Listing
        name = "product_remote_id" if kind == "product" else "sku_remote_id"
        mine = [("shop_id", "=", self.shop_id.id), (name, "=", remote_id)]
        return Listing.search(mine, limit=1)

    def action_dismiss(self):
        """Leave this cause alone: it is counted on, but asks nobody again."""
        self.check_access("read")
        issues = self.sudo().filtered(lambda issue: issue.state == "open")
        issues.write({"state": "dismissed"})
        issues.activity_unlink(["mail.mail_activity_data_warning"])

    def action_open_record(self):
        """Open what the issue is about."""
        self.ensure_one()
        record = (
            self.picking_id
            or self.sale_order_id
            or self.order_id
            or self._listing()
            or self.shop_id
            or self.account_id
        )
        return record._get_records_action()
