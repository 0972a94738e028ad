from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ..lib.errors import Unauthorized
from ..utils import toast

SETTLEMENTS_EVERY = timedelta(days=1)
# Settlements of one day are there soon after midnight UTC, and never needed at once.
SETTLEMENT_SLACK = timedelta(minutes=30)
# Sets our advisory locks apart from everybody else's; the second key is the shop.
SETTLEMENT_LOCK_SPACE = 0x7479
# Whoever has to give the app a permission does so in a day, not in minutes.
SCOPE_RETRY = timedelta(days=1)
SETTLEMENTS_KEY = "settlements"
BILLING_GROUP = "account.group_account_invoice"
MANAGER_GROUP = "sale_tiktok_shop.group_tts_manager"


class TtsShop(models.Model):
    """Settlements: what TikTok settled, paid out and expects, read once a day."""

    _inherit = "tts.shop"

    @api.constrains("statement_cursor")
    def _check_statement_cursor(self):
        """Statements between now and a time to come would be read late."""
        soon = fields.Datetime.now() + timedelta(minutes=10)
        for shop in self:
            if shop.statement_cursor and shop.statement_cursor > soon:
                raise ValidationError(
                    self.env._(
                        "Statements Read Until of %s lies in the future. Set it to the "
                        "time from which on statements are to be read.",
                        shop.name,
                    )
                )

    def write(self, vals):
        """Setting Statements Read Until by hand makes the shop due at once."""
        by_hand = "statement_cursor" in vals and "next_settlement_sync" not in vals
        if by_hand:
            vals = vals | {
                "next_settlement_sync": fields.Datetime.now(),
                "settlement_failure_count": 0,
            }
        result = super().write(vals)
        if by_hand:
            self._trigger_settlement()
        return result

    # === BUTTONS === #

    def action_sync_settlements(self):
        """Have the settlements of these shops read now, in the background.

        :raise AccessError: neither an administrator of TikTok nor billing asks
        :raise UserError: a shop is disconnected
        """
        self._check_may_settle()
        for shop in self:
            shop._check_connected()
        self.sudo().write(
            {
                "next_settlement_sync": fields.Datetime.now(),
                "settlement_failure_count": 0,
            }
        )
        self._trigger_settlement()
        message = self.env._(
            "The settlements of %s are being read. They appear under Invoicing > "
            "TikTok Shop > Statements within a minute.",
            ", ".join(self.mapped("name")),
        )
        return toast("info", message, title=self.env._("Sync started"))

    def _check_may_settle(self):
        """Make sure that whoever asks may: reading shops alone does not do.

        :raise AccessError: otherwise
        """
        self.check_access("read")
        user = self.env.user
        if not self.env.su and not (
            user.has_group(MANAGER_GROUP) or user.has_group(BILLING_GROUP)
        ):
            raise AccessError(
                self.env._(
                    "Settlements are for billing people and TikTok Shop "
                    "administrators. Ask one of them."
                )
            )

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_settlements(self):
        """Read, and book where wanted, what TikTok settled with every due shop.

        A shop that fails keeps its reason and its own next try; the others go on.
        """
        # In sudo mode: a second copy of the scheduled action may run as anybody.
        due = self.sudo()._due_settlement_shops()
        due._run_queue(lambda shop: shop._sync_settlements_safely())

    @api.model
    def _due_settlement_shops(self):
        """Shops whose turn it is, those asked for, and those with one to read again."""
        now = fields.Datetime.now()
        healthy = (
            Domain("settlement_sync", "=", True)
            & Domain("settlement_failure_count", "=", 0)
            & (
                Domain("next_settlement_sync", "=", False)
                | Domain("next_settlement_sync", "<=", now + SETTLEMENT_SLACK)
            )
        )
        asked = Domain("next_settlement_sync", "<=", now)
        awaited = Domain("settlement_failure_count", "=", 0) & Domain(
            "id", "in", self.env["tts.statement"]._awaited_shops().ids
        )
        return self.search(
            Domain("account_id.active", "=", True)
            & Domain("account_id.state", "=", "connected")
            & Domain("remote_id", "!=", False)
            & (healthy | asked | awaited),
            order="next_settlement_sync, id",
        )

    @api.model
    def _trigger_settlement(self, at=None):
        cron = self.env.ref("sale_tiktok_shop.ir_cron_settlements", False)
        if cron:
            cron.sudo()._trigger(at=at)

    def _sync_settlements_safely(self):
        """Go through the steps of one shop; what goes wrong becomes its own state.

        :return: False when time is up before the end
        """
        shop = self.with_company(self.company_id)
        return shop._run_safely(
            shop._sync_settlements,
            shop._trigger_settlement,
            shop._note_settlement_failure,
        )

    def _sync_settlements(self):
        """Take the steps that are due; one that fails keeps no other from its turn.

        :return: False when time is up before the end
        :raise TikTokError: the first failure, after the other steps
        """
        started = fields.Datetime.now()
        due = self.next_settlement_sync
        is_due = due <= started + SETTLEMENT_SLACK if due else self.settlement_sync
        steps = [self._read_transactions, self._book_statements]
        if self._statements_to_read():
            steps.insert(0, self._read_statements)  # their heads may be new as well
        if is_due:
            steps = [
                self._read_statements,
                self._read_transactions,
                self._read_payouts,
                self._read_unsettled,
                self._invoice_shipped,
                self._book_statements,
                self._match_payouts,
            ]
        if not self._take_steps(steps):
            return False
        self._note_settlement_success(started, due, is_due)
        return True

    def _take_settlements(self):
        """Lock the settlements of this shop until the next commit.

        :raise Interrupted: another worker has them
        """
        self._take_lock(SETTLEMENT_LOCK_SPACE)

    # === STEPS === #

    def _invoice_shipped(self, client):
        """Invoice what has left, where the shop wants that.

        :return: False when time is up before the end
        """
        return True

    def _book_statements(self, client):
        """Book the statements that wait for it, where the shop wants that.

        :return: False when time is up before the end
        """
        return True

    def _match_payouts(self, client):
        """Find the bank transactions that payouts arrived with.

        :return: False when time is up before the end
        """
        return True

    # === OUTCOME === #

    def _note_settlement_success(self, started, due, is_due):
        values = {}
        if is_due:
            values["last_settlement_sync"] = started
            # Whoever asked for a sync meanwhile wants another one.
            if self.next_settlement_sync == due:
                values["next_settlement_sync"] = (
                    started + SETTLEMENTS_EVERY if self.settlement_sync else False
                )
        self._note_work_success("settlement", SETTLEMENTS_KEY, values)

    def _note_settlement_failure(self, error):
        """Keep the reason on the shop and plan its next try; nobody else is stopped."""
        is_scope = isinstance(error, Unauthorized) and error.kind == "scope"
        next_try = self._note_work_failure(
            "settlement",
            error,
            SETTLEMENTS_KEY,
            wait=SCOPE_RETRY if is_scope else None,
            category="settlement",
            name=self.env._("Settlements of %s could not be read", self.name),
            hint=self._settlement_failure_hint(error),
        )
        if next_try:
            self._trigger_settlement(at=next_try)

    def _settlement_failure_hint(self, error):
        if isinstance(error, Unauthorized) and error.kind == "scope":
            return self.env._(
                "Enable the permission Statements and payouts (seller.finance.info) "
                "for the app in Partner Center, then open the TikTok account and click "
                "Re-Authorize. Orders, stock and deliveries go on meanwhile."
            )
        return self._failure_hint(error)

    def _reconnected(self):
        """Read settlements at once after an account was authorized again."""
        result = super()._reconnected()
        self._reset_work("settlement", SETTLEMENTS_KEY)
        if self:
            self._trigger_settlement()
        return result

    @api.depends("settlement_failure_count")
    def _compute_health(self):
        """A shop whose settlements cannot be read is not in step."""
        result = super()._compute_health()
        for shop in self:
            if shop.settlement_failure_count and shop.health != "disconnected":
                shop.health = "retrying"
        return result
