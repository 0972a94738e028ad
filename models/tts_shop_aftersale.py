from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..lib.errors import Unauthorized
from ..utils import from_epoch, to_epoch, toast
from .tts_shop_sync import BATCH, OVERLAP

AFTERSALES_EVERY = timedelta(minutes=15)
# Sets our advisory locks apart from everybody else's; the second key is the shop.
AFTERSALE_LOCK_SPACE = 0x747A
AFTERSALES_KEY = "aftersales"
# A return begins weeks after its order, and takes weeks.
FIRST_CASES = timedelta(days=30)
SCOPE_RETRY = timedelta(days=1)


class TtsShop(models.Model):
    """After-sales: cancellations and returns, read as they change."""

    _inherit = "tts.shop"

    aftersale_sync = fields.Boolean(
        string="Follow Cancellations and Returns", default=True
    )
    next_aftersale_sync = fields.Datetime(copy=False, readonly=True, index=True)
    last_aftersale_sync = fields.Datetime(
        string="Cancellations and Returns Read", copy=False, readonly=True
    )
    cancellation_cursor = fields.Datetime(
        copy=False,
        readonly=True,
        help="Cancellations that changed on TikTok up to this time are known.",
    )
    return_cursor = fields.Datetime(
        copy=False,
        readonly=True,
        help="Returns that changed on TikTok up to this time are known.",
    )
    returns_known_since = fields.Datetime(
        copy=False,
        readonly=True,
        help="Returns that were over before this were never read.",
    )
    aftersale_failure_count = fields.Integer(readonly=True, copy=False)
    last_aftersale_error = fields.Char(readonly=True, copy=False)

    # === BUTTONS === #

    def action_sync_aftersales(self):
        """Have cancellations and returns read now, in the background.

        :raise UserError: a shop is disconnected
        """
        self.check_access("write")
        for shop in self:
            shop._check_connected()
        self.sudo().write(
            {"next_aftersale_sync": fields.Datetime.now(), "aftersale_failure_count": 0}
        )
        self._trigger_aftersales()
        message = self.env._(
            "The cancellations and returns of %s are being read. They appear under "
            "Sales > Orders > TikTok Returns within a minute.",
            ", ".join(self.mapped("name")),
        )
        return toast("info", message, title=self.env._("Sync started"))

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_aftersales(self):
        """Send answers, then read the cancellations and returns of every due shop.

        A shop that fails keeps its reason and its own next try; the others go on.
        """
        # In sudo mode: a second copy of the scheduled action may run as anybody.
        due = self.sudo()._due_aftersale_shops()
        due._run_queue(lambda shop: shop._sync_aftersales_safely())

    @api.model
    def _due_aftersale_shops(self):
        """Shops whose turn it is, those asked for, and those for which something
        waits.
        """
        now = fields.Datetime.now()
        # What is cancelled of an order means something once the order is here.
        begun = Domain("order_sync", "=", False) | Domain("last_success", "!=", False)
        healthy = (
            Domain("aftersale_sync", "=", True)
            & begun
            & Domain("aftersale_failure_count", "=", 0)
            & (
                Domain("next_aftersale_sync", "=", False)
                | Domain("next_aftersale_sync", "<=", now)
            )
        )
        asked = Domain("next_aftersale_sync", "<=", now)
        awaited = Domain("aftersale_failure_count", "=", 0) & Domain(
            "id", "in", self._awaited_aftersale_shops().ids
        )
        return self.search(
            Domain("account_id.active", "=", True)
            & Domain("account_id.state", "=", "connected")
            & Domain("remote_id", "!=", False)
            & (healthy | asked | awaited),
            order="next_aftersale_sync, id",
        )

    @api.model
    def _awaited_aftersale_shops(self):
        """Return the shops with something to do between two readings."""
        stale = self.env["tts.cancellation"].search([("is_order_stale", "=", True)])
        return stale.shop_id

    @api.model
    def _trigger_aftersales(self, at=None):
        cron = self.env.ref("sale_tiktok_shop.ir_cron_aftersales", False)
        if cron:
            cron.sudo()._trigger(at=at)

    def _sync_aftersales_safely(self):
        """Go through the steps of one shop; what goes wrong becomes its own state.

        :return: False when time is up before the end
        """
        shop = self.with_company(self.company_id)
        return shop._run_safely(
            shop._sync_aftersales,
            shop._trigger_aftersales,
            shop._note_aftersale_failure,
        )

    def _sync_aftersales(self):
        """Take the steps that are due; one that fails keeps no other from its turn.

        :return: False when time is up before the end
        :raise TikTokError: the first failure, after the other steps
        """
        started, due = fields.Datetime.now(), self.next_aftersale_sync
        is_due = due <= started if due else self.aftersale_sync
        if not self._take_steps(self._aftersale_steps(is_due)):
            return False
        self._note_aftersale_success(started, due, is_due)
        return True

    def _aftersale_steps(self, is_due):
        """Return the steps of one run, in their order.

        :param is_due: whether it is time to read what has changed
        """
        steps = []
        if is_due:
            steps += [self._read_cancellations, self._read_returns]
        return [*steps, self._reread_cancelled_orders]

    def _take_aftersales(self):
        """Lock the after-sales of this shop until the next commit.

        :raise Interrupted: another worker has them
        """
        self._take_lock(AFTERSALE_LOCK_SPACE)

    # === STEPS === #

    def _read_cancellations(self, client):
        """Read the cancellations that changed since the last time.

        :return: False when time is up before the end
        """
        return self._read_cases(
            "tts.cancellation", client.cancellation_pages, "cancellation_cursor"
        )

    def _read_returns(self, client):
        """Read the returns that changed since the last time.

        :return: False when time is up before the end
        """
        if not self.return_cursor:
            self.returns_known_since = fields.Datetime.now() - FIRST_CASES
        return self._read_cases("tts.return", client.return_pages, "return_cursor")

    def _read_cases(self, model, pages_of, cursor):
        """Read cases page by page; the cursor moves with each page it has stored.

        :param pages_of: the client's method for the pages of a window
        :param str cursor: the field that holds it
        :return: False when time is up before the end
        """
        now = fields.Datetime.now()
        since = self[cursor] or now - FIRST_CASES
        for page in pages_of(to_epoch(since - OVERLAP), to_epoch(now)):
            self._take_aftersales()
            self.env[model]._absorb(self, page)
            self[cursor] = max(since, from_epoch(page.done_until))
            if not self.env["ir.cron"]._commit_progress():
                return False
        self._take_aftersales()
        self[cursor] = now
        return True

    def _reread_cancelled_orders(self, client):
        """Read the orders again whose cancellations changed: units come off them.

        :return: False when time is up before the end
        :raise Interrupted: another worker syncs the orders of this shop
        """
        Cancellation = self.env["tts.cancellation"]
        stale = [("shop_id", "=", self.id), ("is_order_stale", "=", True)]
        while cases := Cancellation.search(stale, limit=BATCH, order="id"):
            if not self._read_orders(client, cases.order_id):
                return False
            cases.is_order_stale = False
            if not self.env["ir.cron"]._commit_progress():
                return False
        return True

    def _refetch_cases(self, model, remote_ids):
        """Read cases by their ids and go through them, changed or not.

        :return: the cases that TikTok knows
        :raise TikTokError: TikTok refused or did not answer
        """
        Case = self.env[model]
        ask = "cancellations" if model == "tts.cancellation" else "returns"
        with self._client() as client:
            page = getattr(client, ask)(ids=remote_ids)
        return Case._absorb(self, page, force=True)

    # === OUTCOME === #

    def _note_aftersale_success(self, started, due, is_due):
        values = {}
        if is_due:
            values["last_aftersale_sync"] = started
            # Whoever asked for a sync meanwhile wants another one.
            if self.next_aftersale_sync == due:
                values["next_aftersale_sync"] = (
                    started + AFTERSALES_EVERY if self.aftersale_sync else False
                )
        self._note_work_success("aftersale", AFTERSALES_KEY, values)

    def _note_aftersale_failure(self, error):
        """Keep the reason on the shop and plan its next try; nobody else is stopped."""
        is_scope = isinstance(error, Unauthorized) and error.kind == "scope"
        next_try = self._note_work_failure(
            "aftersale",
            error,
            AFTERSALES_KEY,
            wait=SCOPE_RETRY if is_scope else None,
            category="aftersale",
            name=self.env._(
                "Cancellations and returns of %s could not be read", self.name
            ),
            hint=self._aftersale_failure_hint(error),
        )
        if next_try:
            self._trigger_aftersales(at=next_try)

    def _aftersale_failure_hint(self, error):
        if isinstance(error, Unauthorized) and error.kind == "scope":
            return self.env._(
                "Enable the permission Cancellations, returns and refunds "
                "(seller.return_refund.basic) for the app in Partner Center, then open "
                "the TikTok account and click Re-Authorize. Answer what is open in "
                "Seller Center meanwhile."
            )
        return self._failure_hint(error)

    def _note_success(self, started, due):
        """Override: cancellations are read together with orders."""
        result = super()._note_success(started, due)
        if self.aftersale_sync and not self.aftersale_failure_count:
            self.next_aftersale_sync = started
            self._trigger_aftersales()
        return result

    def _reconnected(self):
        """Read cases at once after an account was authorized again."""
        result = super()._reconnected()
        self._reset_work("aftersale", AFTERSALES_KEY)
        if self:
            self._trigger_aftersales()
        return result

    @api.depends("aftersale_failure_count")
    def _compute_health(self):
        """A shop whose cases cannot be read is not in step."""
        result = super()._compute_health()
        for shop in self:
            if shop.aftersale_failure_count and shop.health != "disconnected":
                shop.health = "retrying"
        return result
