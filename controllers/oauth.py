from werkzeug.exceptions import Forbidden

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from .. import const
from ..lib.errors import TikTokError
from ..models.tts_account import CALLBACK_PATH

NO_CODE = (None, "", const.REFUSED_CODE)


class TikTokOAuth(http.Controller):
    """The way back from TikTok's consent page."""

    @http.route(CALLBACK_PATH, type="http", auth="user", methods=["GET"])
    def callback(self, code=None, state=None, error=None, **_query):
        """Check who comes back with what, and finish the connection."""
        if not state:
            return self._ask_which_account(code, error)
        try:
            account, nonce = request.env["tts.account"]._oauth_read_state(state)
        except (UserError, AccessError) as problem:
            return self._explain(str(problem))
        if not account._oauth_claim(nonce):
            account._oauth_note(
                request.env._(
                    "That authorization link was used before. Nothing was changed; "
                    "click Authorize to start again."
                )
            )
            return self._open(account)
        return self._finish(account, code, error)

    @http.route("/tts/oauth/finish", type="http", auth="user", methods=["POST"])
    def finish(self, account_id=None, code=None, **_form):
        """Finish a connection that was started from TikTok's app store."""
        if not str(account_id).isdecimal():
            raise Forbidden()
        account = request.env["tts.account"].browse(int(account_id)).exists()
        if not account:
            raise Forbidden()
        account.check_access("write")
        return self._finish(account, code, None)

    def _finish(self, account, code, error):
        """Exchange the code; whatever comes of it is shown on the account."""
        if code in NO_CODE:
            account._oauth_note(
                request.env._(
                    "The authorization was refused on TikTok (%s). Click Authorize to "
                    "try again.",
                    error or request.env._("no reason given"),
                )
            )
            return self._open(account)
        try:
            account._oauth_finish(code)
        except (TikTokError, UserError) as problem:
            account._oauth_note(
                request.env._(
                    "TikTok did not accept the authorization: %s Click Authorize to "
                    "try again.",
                    problem,
                )
            )
        return self._open(account)

    def _ask_which_account(self, code, error):
        """TikTok's app store sends sellers here without our state."""
        if code in NO_CODE:
            return self._explain(
                request.env._(
                    "The authorization was refused on TikTok (%s).", error or "-"
                )
            )
        accounts = request.env["tts.account"].search([])
        if not accounts.has_access("write"):
            raise Forbidden()
        return request.render(
            "sale_tiktok_shop.oauth_choose_account",
            {"accounts": accounts, "code": code},
            headers={"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"},
        )

    def _explain(self, problem):
        return request.render("sale_tiktok_shop.oauth_problem", {"problem": problem})

    def _open(self, account):
        return request.redirect(f"/odoo/tiktok-accounts/{account.id}")
