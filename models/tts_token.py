import logging
import time
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import fields, models

from ..lib import oauth
from ..lib.errors import Unauthorized, Unreachable
from ..utils import naive

_logger = logging.getLogger(__name__)

# An access token lives about seven days. Refreshing well before its end leaves time to
# look at whatever goes wrong, while the shop still works.
REFRESH_MARGIN = timedelta(days=1)
LOCK_TRIES = 8
UNRENEWABLE = "unrenewable"
LOCK_PAUSE = 0.75


class TtsToken(models.Model):
    """The tokens of one account, in a table of their own.

    A refresh commits at once, on its own cursor. Were the tokens on the account or the
    shop, the run that caused the refresh could no longer write there.
    """

    _name = "tts.token"
    _description = "TikTok Shop Token"
    _rec_name = "account_id"

    account_id = fields.Many2one("tts.account", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    access_token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    access_expires_at = fields.Datetime()
    refresh_token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    refresh_expires_at = fields.Datetime()

    _account_uniq = models.UniqueIndex(
        "(account_id)", "This account already holds its tokens."
    )

    def _is_fresh(self):
        """Whether the access token lives long enough to start a run with it."""
        return bool(
            self.access_token
            and self.access_expires_at
            and self.access_expires_at > fields.Datetime.now() + REFRESH_MARGIN
        )

    def _is_alive(self):
        """Whether TikTok still takes the access token."""
        return bool(
            self.access_token
            and self.access_expires_at
            and self.access_expires_at > fields.Datetime.now()
        )

    def _get_access_token(self):
        """Return an access token that TikTok accepts now, refreshing it when it is old.

        :raise Unauthorized: nobody authorized this account, or TikTok refused
        :raise Unreachable: the refresh got no answer and the old token is dead
        """
        token_sudo = self.sudo()
        if not token_sudo:
            raise Unauthorized(
                self.env._(
                    "No authorization is stored. Open the account and click Authorize."
                ),
                kind="token",
            )
        if token_sudo._is_fresh():
            return token_sudo.access_token
        return token_sudo._refresh()

    def _refresh(self, refused=None):
        """Fetch new tokens in a transaction of its own, by one worker only.

        :param str refused: the token TikTok just refused; when another worker replaced
            it meanwhile, the replacement is returned and nothing is fetched
        :return: an access token
        :raise Unauthorized: TikTok refused the refresh token
        :raise Unreachable: no answer came, or another worker never came to an end
        """
        for _try in range(LOCK_TRIES):
            try:
                with self.env.registry.cursor() as cr:
                    token = self.with_env(self.env(cr=cr, su=True))
                    # The lock is the transaction's first statement: what is read below
                    # is what the previous holder committed.
                    if token.try_lock_for_update():
                        return token._refresh_locked(refused)
            except OperationalError:
                _logger.info("Token of account %s changed hands", self.account_id.id)
            if refused is None and self._is_alive():
                return self.access_token
            time.sleep(LOCK_PAUSE)
        raise Unreachable(
            self.env._("Another worker is still refreshing the authorization.")
        )

    def _refresh_locked(self, refused):
        """Fetch and store new tokens, unless the previous holder did just that."""
        if refused is None:
            if self._is_fresh():
                return self.access_token
        elif self.access_token != refused and self._is_alive():
            return self.access_token
        account = self.account_id
        try:
            fresh = oauth.refresh_tokens(
                account.app_key,
                account.app_secret,
                self.refresh_token or "",
                base_url=account.sandbox_url or None,
                session=account._new_session(),
            )
        except (Unauthorized, Unreachable) as error:
            if refused is not None or not self._is_alive():
                raise
            # The old token still works: people have until its end to look at it.
            if isinstance(error, Unauthorized):
                account._note_unrenewable(error, self.access_expires_at)
            return self.access_token
        self._store(fresh)
        self.env["tts.issue"]._close_for_account(account, [UNRENEWABLE])
        return fresh.access_token

    def _store(self, tokens):
        """Write a `TokenSet`; an answer without a refresh token keeps the old one."""
        values = {
            "access_token": tokens.access_token,
            "access_expires_at": naive(tokens.access_expires_at),
        }
        if tokens.refresh_token:
            values["refresh_token"] = tokens.refresh_token
            values["refresh_expires_at"] = naive(tokens.refresh_expires_at)
        self.write(values)
