import secrets
import time

from psycopg2 import OperationalError

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import hash_sign, verify_hash_signed

from ..lib import oauth
from ..lib.errors import TikTokError
from .tts_token import UNRENEWABLE

STATE_SCOPE = "tts_oauth_state"
APART_TRIES = 5
APART_PAUSE = 0.5


class TtsAccount(models.Model):
    """Authorizing: to TikTok's consent page and back, once, for one user."""

    _inherit = "tts.account"

    # === BUTTONS === #

    def action_authorize(self):
        """Send the user to TikTok's consent page; TikTok sends them back to us.

        :raise UserError: the app's keys are incomplete
        """
        self.ensure_one()
        self.check_access("write")
        self._check_keys()
        account_sudo = self.sudo()
        account_sudo.oauth_nonce = secrets.token_urlsafe(24)
        state = hash_sign(
            account_sudo.env,
            STATE_SCOPE,
            [self.id, self.env.uid, account_sudo.oauth_nonce],
            expiration_hours=1,
        )
        url = oauth.authorize_url(
            account_sudo.service_id,
            state,
            block=self.block,
            base_url=account_sudo.sandbox_url or None,
        )
        return {"type": "ir.actions.act_url", "url": url, "target": "self"}

    def _check_keys(self):
        """Make sure that this account can speak for an app.

        :raise UserError: names the keys that are missing
        """
        account_sudo = self.sudo()
        missing = [
            label
            for value, label in (
                (account_sudo.service_id, self.env._("Service ID")),
                (account_sudo.app_key, self.env._("App Key")),
                (account_sudo.app_secret, self.env._("App Secret")),
            )
            if not value
        ]
        if missing:
            raise UserError(
                self.env._(
                    "%(account)s cannot be authorized yet: fill in %(fields)s. You "
                    "find them in TikTok Shop Partner Center, on the page of your "
                    "app.",
                    account=self.name,
                    fields=", ".join(missing),
                )
            )

    # === OAUTH === #

    def _oauth_read_state(self, state):
        """Tell which account a consent page was opened for.

        :return: (account, nonce)
        :raise UserError: the state is forged, too old, or somebody else's
        """
        try:
            values = verify_hash_signed(self.sudo().env, STATE_SCOPE, state)
        except ValueError:
            values = None
        if not values:
            raise UserError(
                self.env._(
                    "This authorization link is not valid any more. Open the TikTok "
                    "account and click Authorize again."
                )
            )
        account_id, user_id, nonce = values
        account = self.browse(account_id).exists()
        if user_id != self.env.uid or not account:
            raise UserError(
                self.env._(
                    "This authorization was started by another user. Open the TikTok "
                    "account yourself and click Authorize."
                )
            )
        account.check_access("write")
        return account, nonce

    def _oauth_claim(self, nonce):
        """Use up a nonce, in a transaction of its own.

        :return: whether it was still unused
        """
        return self._apart(lambda account: account._use_nonce(nonce))

    def _use_nonce(self, nonce):
        if not self.try_lock_for_update() or not nonce or self.oauth_nonce != nonce:
            return False
        self.oauth_nonce = False
        return True

    def _apart(self, function):
        """Run `function` on this account in a transaction of its own.

        It is run again when another worker changed the same rows meanwhile.

        :return: what `function` returns
        """
        for attempt in range(1, APART_TRIES + 1):
            try:
                with self.env.registry.cursor() as cr:
                    return function(self.with_env(self.env(cr=cr, su=True)))
            except OperationalError:
                if attempt == APART_TRIES:
                    raise
                time.sleep(APART_PAUSE * attempt)

    def _oauth_finish(self, code):
        """Exchange a code for tokens and store them at once.

        A code works once, and Odoo may run a request again: so whatever comes back is
        committed on a cursor of its own before anything else can fail.

        :raise TikTokError: TikTok refused or did not answer
        :raise UserError: the app's keys are incomplete
        """
        self._check_keys()
        account_sudo = self.sudo()
        tokens = oauth.exchange_code(
            account_sudo.app_key,
            account_sudo.app_secret,
            code,
            base_url=account_sudo.sandbox_url or None,
            session=account_sudo._new_session(),
        )
        self._check_same_seller(tokens)
        self._apart(lambda account: account._store_authorization(tokens))
        # Shops may be in the hands of a sync: what waits for them comes afterwards.
        self._apart(lambda account: account._welcome_shops())

    def _check_same_seller(self, tokens):
        """Keep one seller per account: the shops of another would lose their tokens.

        :raise UserError: somebody else signed in on TikTok's consent page
        """
        if self.shop_ids and self.open_id and self.open_id != tokens.open_id:
            raise UserError(
                self.env._(
                    "%(account)s holds the shops of %(seller)s, but %(other)s signed "
                    "in on TikTok. Nothing was changed. Sign in as %(seller)s, or "
                    "create another TikTok account for %(other)s.",
                    account=self.name,
                    seller=self.seller_name or self.open_id,
                    other=tokens.seller_name or tokens.open_id,
                )
            )

    def _welcome_shops(self):
        """Read the shops of a new authorization, and make known ones due."""
        try:
            self._pull_shops()
        except TikTokError as error:
            self.last_message = self.env._(
                "Authorized, but the shops could not be read: %s Click Refresh Shops.",
                error,
            )
        self.with_context(active_test=False).shop_ids._reconnected()

    def _store_authorization(self, tokens):
        """Keep a `TokenSet` and what it says about the seller; old trouble is over."""
        token = self.token_ids or self.env["tts.token"].create({"account_id": self.id})
        token._store(tokens)
        self.write(
            {
                "state": "connected",
                "seller_name": tokens.seller_name,
                "open_id": tokens.open_id,
                "granted_scopes": list(tokens.granted_scopes) or False,
                "last_message": False,
                "end_announced": False,
            }
        )
        self.activity_unlink(["mail.mail_activity_data_warning"])
        self.env["tts.issue"]._close_for_account(self, ["disconnected", UNRENEWABLE])

    def _oauth_note(self, message):
        """Show the outcome of an authorization on the account, whatever follows."""
        self._apart(lambda account: account.write({"last_message": message}))
