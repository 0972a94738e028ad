import logging
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.urls import urljoin

from .. import const
from ..lib.client import TikTokClient
from ..lib.errors import TikTokError, Unauthorized
from ..utils import reason_of, toast
from .tts_token import UNRENEWABLE

_logger = logging.getLogger(__name__)

CALLBACK_PATH = "/tts/oauth/callback"
WARN_BEFORE = timedelta(days=30)
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")


class TtsAccount(models.Model):
    """A merchant's own TikTok Shop app, and the authorization it was given."""

    _name = "tts.account"
    _description = "TikTok Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self.env._("TikTok Shop"))
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        help="Gets an activity when the authorization ends or is lost.",
    )
    block = fields.Selection(
        const.BLOCKS,
        string="Seller's Market",
        required=True,
        default=const.BLOCK_WORLD,
        help="TikTok has one consent page for US sellers and one for everybody else.",
    )
    service_id = fields.Char(
        string="Service ID", help="Partner Center > your app > Basic information."
    )
    app_key = fields.Char(groups="sale_tiktok_shop.group_tts_manager", copy=False)
    app_secret = fields.Char(
        string="Stored App Secret", groups=fields.NO_ACCESS, copy=False
    )
    app_secret_entry = fields.Char(
        string="App Secret",
        compute="_compute_app_secret_entry",
        inverse="_inverse_app_secret_entry",
        groups="sale_tiktok_shop.group_tts_manager",
        help="Type it once. It is kept where nobody can read it; type a new one to "
        "replace it.",
    )
    has_secret = fields.Boolean(compute="_compute_has_secret", compute_sudo=True)
    sandbox_url = fields.Char(
        string="Sandbox Base URL",
        copy=False,
        groups="sale_tiktok_shop.group_tts_manager",
        help="Talk to this server instead of TikTok, for tests. Leave empty to trade.",
    )
    redirect_url = fields.Char(compute="_compute_redirect_url")

    state = fields.Selection(
        [
            ("new", "Not Connected"),
            ("connected", "Connected"),
            ("disconnected", "Disconnected"),
        ],
        default="new",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    last_message = fields.Char(readonly=True, copy=False)
    oauth_nonce = fields.Char(groups=fields.NO_ACCESS, copy=False)
    end_announced = fields.Boolean(
        readonly=True, copy=False, help="Its end was announced by an activity."
    )
    seller_name = fields.Char(readonly=True, copy=False)
    open_id = fields.Char(readonly=True, copy=False)
    granted_scopes = fields.Json(readonly=True, copy=False)
    missing_scopes = fields.Char(compute="_compute_missing_scopes")
    token_ids = fields.One2many(
        "tts.token", "account_id", groups=fields.NO_ACCESS, copy=False
    )
    authorized_until = fields.Datetime(
        compute="_compute_authorized_until", compute_sudo=True
    )
    shop_ids = fields.One2many("tts.shop", "account_id", string="Shops")
    shop_count = fields.Integer(compute="_compute_shop_count")

    # === COMPUTES === #

    def _compute_app_secret_entry(self):
        self.app_secret_entry = False

    def _inverse_app_secret_entry(self):
        for account in self.filtered("app_secret_entry"):
            account.sudo().app_secret = account.app_secret_entry.strip()
            # The form reads back what it saved: give it nothing to show.
            account.app_secret_entry = False

    @api.depends("app_secret")
    def _compute_has_secret(self):
        for account in self:
            account.has_secret = bool(account.app_secret)

    def _compute_redirect_url(self):
        for account in self:
            account.redirect_url = urljoin(account.get_base_url(), CALLBACK_PATH)

    @api.depends("granted_scopes")
    def _compute_missing_scopes(self):
        for account in self:
            granted = account.granted_scopes
            account.missing_scopes = granted and ", ".join(
                label
                for scope, label in const.SCOPES
                if scope in const.REQUIRED_SCOPES and scope not in granted
            )

    @api.depends("token_ids.refresh_expires_at")
    def _compute_authorized_until(self):
        for account in self:
            account.authorized_until = account.token_ids.refresh_expires_at

    @api.depends("shop_ids")
    def _compute_shop_count(self):
        for account in self:
            account.shop_count = len(account.shop_ids)

    @api.constrains("company_id")
    def _check_company_of_shops(self):
        """An account and its shops, with their orders, belong to one company."""
        for account in self.with_context(active_test=False):
            if account.shop_ids.company_id - account.company_id:
                raise ValidationError(
                    self.env._(
                        "The shops of %(account)s belong to another company. Create an "
                        "account for %(company)s instead.",
                        account=account.name,
                        company=account.company_id.name,
                    )
                )

    @api.constrains("sandbox_url")
    def _check_sandbox_url(self):
        """Plain HTTP shows tokens to everybody: allow it on this machine only."""
        for account in self.filtered("sandbox_url"):
            if not _is_safe(account.sandbox_url):
                raise ValidationError(
                    self.env._(
                        "The sandbox of %(account)s must be reached over https, or "
                        "over http on this machine (localhost).",
                        account=account.name,
                    )
                )

    # === BUTTONS === #

    def action_refresh_shops(self):
        """Read the shops this authorization covers, and their warehouses.

        :raise UserError: TikTok refused or did not answer
        """
        self.ensure_one()
        self.check_access("write")
        try:
            shops = self.sudo()._pull_shops()
        except TikTokError as error:
            raise UserError(
                self.env._(
                    "The shops of %(account)s could not be read: %(reason)s",
                    account=self.name,
                    reason=error,
                )
            ) from error
        message = self.env._("%(count)s shops found.", count=len(shops))
        return toast("success", message)

    def action_view_shops(self):
        """Open the shops of this account."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_shop_action"
        )
        return action | {"domain": [("account_id", "=", self.id)]}

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_keep_authorized(self):
        """Refresh tokens that grow old, and warn before an authorization ends."""
        accounts = self.sudo().search([("state", "=", "connected")])
        self.env["ir.cron"]._commit_progress(remaining=len(accounts))
        for account in accounts:
            account = account[0]  # no prefetching after each commit
            account._keep_authorized_safely()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _keep_authorized_safely(self):
        """Keep one account alive; its trouble stops no other account."""
        try:
            self.token_ids._get_access_token()
            self._warn_before_end()
            self.last_message = False
        except TikTokError as error:
            self._note_trouble(error)
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("TikTok account %s could not be kept alive", self.id)
            self._note_trouble(error)

    def _warn_before_end(self):
        """Schedule one activity when the authorization ends within a month.

        Whoever marks it done is not asked again: only a new authorization resets it.
        """
        end = self.authorized_until
        if self.end_announced or not end:
            return
        if end > fields.Datetime.now() + WARN_BEFORE:
            return
        self.end_announced = True
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            fields.Date.today(),
            summary=self.env._("TikTok authorization of %s ends soon", self.name),
            note=self.env._(
                "It ends on %s. Click Re-Authorize on the account.", end.date()
            ),
            user_id=(self.responsible_id or self.env.user).id,
        )

    def _note_trouble(self, error):
        """Keep a failed call on the account; a dead authorization disconnects it.

        :return: whether the account is disconnected now
        """
        self.last_message = reason_of(error)
        if not isinstance(error, Unauthorized) or error.kind not in ("token", "app"):
            return False
        if error.code == const.CODE_TOKEN_MISFIT:
            # The seller took one shop back: its neighbours go on.
            return False
        self.state = "disconnected"
        self.env["tts.issue"]._raise_for_account(
            self,
            "disconnected",
            self.env._("TikTok account %s is disconnected", self.name),
            self.env._("Open the TikTok account and click Re-Authorize."),
            reason=str(error),
        )
        return True

    def _note_unrenewable(self, error, until):
        """Say that the authorization ends before its time, while it still works."""
        self.env["tts.issue"]._raise_for_account(
            self,
            UNRENEWABLE,
            self.env._("The authorization of %s cannot be renewed", self.name),
            self.env._(
                "The shops work until %s (UTC). Open the TikTok account and click "
                "Re-Authorize before.",
                until,
            ),
            reason=str(error),
        )

    # === REMOTE === #

    def _new_session(self):
        """Return the HTTP session of the next calls; None lets the border make one."""
        return None

    def _client(self, shop_cipher=None, token=None):
        """Return a client that speaks for this account; close it after use.

        :param str token: the access token to use and never to renew: for threads,
            which must not touch Odoo
        :raise Unauthorized: nobody authorized this account
        """
        account_sudo = self.sudo()
        token_sudo = account_sudo.token_ids
        access_token = token or token_sudo._get_access_token()
        return TikTokClient(
            account_sudo.app_key,
            account_sudo.app_secret,
            access_token,
            base_url=account_sudo.sandbox_url or const.API_HOST,
            shop_cipher=shop_cipher,
            session=self._new_session(),
            refresh=(
                None if token else lambda: token_sudo._refresh(refused=access_token)
            ),
        )

    def _pull_shops(self):
        """Create or update one shop per shop this authorization covers.

        :return: the shops
        :raise TikTokError: TikTok refused or did not answer
        """
        self.ensure_one()
        with self._client() as client:
            remotes = client.authorized_shops()
        shops = (
            self.env["tts.shop"].with_company(self.company_id)._absorb(self, remotes)
        )
        self.last_message = False
        for shop in shops:
            shop._pull_warehouses()
        return shops


def _is_safe(url):
    """Whether secrets may travel to this address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not parts.hostname:
        return False
    on_this_machine = parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
    return parts.scheme == "https" or on_this_machine
