import logging
from datetime import timedelta
from functools import partial

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const
from ..lib.errors import TikTokError, Unauthorized
from ..utils import back_off, from_epoch, note_failure, reason_of, to_epoch
from .tts_order_import import BUSY, Conflict

_logger = logging.getLogger(__name__)

SYNC_EVERY = timedelta(minutes=60)
# The scheduled action itself runs every 60 minutes: a shop that finished a few minutes
# into the last run must not wait for the run after the next.
SYNC_SLACK = timedelta(minutes=10)
SLICE = timedelta(days=const.SLICE_DAYS)
FIRST_LOOK_BACK = timedelta(days=15)
OVERLAP = timedelta(seconds=const.OVERLAP_SECONDS)
BATCH = const.ORDER_DETAIL_IDS
# Sets our advisory locks apart from everybody else's; the second key is the shop.
LOCK_SPACE = 0x7475
CONFLICT_TRIES = 5
CONFLICT_SHRINK = 4
AGAIN_IN = timedelta(minutes=1)
BACK_OFF_START = timedelta(minutes=5)
BACK_OFF_CAP = timedelta(hours=6)


class Interrupted(Exception):
    """Another worker or a person took over: nothing failed, and somebody goes on."""


class TtsShop(models.Model):
    """Shops are a queue: whoever is due and not locked is synced by the next worker."""

    _inherit = "tts.shop"

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_sync_orders(self):
        """Bring the orders of every due shop into Odoo.

        A shop that fails keeps its reason and its own next try; the others go on.
        """
        # In sudo mode: a second copy of the scheduled action may run as anybody.
        self.sudo()._due_shops()._run_queue(lambda shop: shop._sync_orders_safely())

    @api.model
    def _due_shops(self):
        now = fields.Datetime.now()
        healthy = Domain("failure_count", "=", 0) & (
            Domain("next_order_sync", "=", False)
            | Domain("next_order_sync", "<=", now + SYNC_SLACK)
        )
        failing = Domain("failure_count", ">", 0) & Domain("next_order_sync", "<=", now)
        return self.search(
            Domain("order_sync", "=", True)
            & Domain("account_id.active", "=", True)
            & Domain("account_id.state", "=", "connected")
            & Domain("remote_id", "!=", False)
            & (healthy | failing),
            order="next_order_sync, id",
        )

    def _trigger_order_sync(self, at=None):
        self.env.ref("sale_tiktok_shop.ir_cron_sync_orders").sudo()._trigger(at=at)

    def _sync_orders_safely(self):
        """Sync one shop; turn whatever goes wrong into the shop's own state.

        :return: False when time is up and the shop has more to read
        """
        shop = self.with_company(self.company_id)
        try:
            return shop._sync_orders()
        except Interrupted:
            shop._trigger_order_sync(at=fields.Datetime.now() + AGAIN_IN)
        except TikTokError as error:
            note_failure(shop, partial(shop._note_failure, error))
        except Exception as error:
            _logger.exception("TikTok Shop %s: the sync of orders failed", shop.id)
            note_failure(shop, partial(shop._note_failure, error))
        return True

    def _sync_orders(self):
        """Read the shop's changed orders, oldest change first, and import them.

        Every page is a transaction: locked, read, imported, cursor moved, committed. A
        worker that is killed anywhere loses one page of work and nothing else.

        :return: False when time is up before the end
        :raise Interrupted: another worker has this shop, or a person set the cursor
            back: there the next run starts
        """
        cron = self.env["ir.cron"]
        started, due = fields.Datetime.now(), self.next_order_sync
        reached = self.last_order_sync
        with self._client() as client:
            for since, until in self._slices(started):
                pages = client.order_pages(to_epoch(since), to_epoch(until))
                # The lock ends with each commit and is taken again for each page.
                while self._take_from(reached):
                    page = next(pages, None)
                    if page is None:
                        break
                    self._absorb_page(page.rows, done_until=from_epoch(page.done_until))
                    has_moved = self.last_order_sync != reached
                    reached = self.last_order_sync
                    time_left = cron._commit_progress(1 if page.rows else 0)
                    # Pages of the overlap bring nothing new: a run that stopped on one
                    # would leave the next run where it began.
                    if not time_left and has_moved:
                        return False
        self._retry_orders()
        self._take_from(reached)
        self._note_success_safely(started, due)
        return True

    def _slices(self, until):
        """Cut the time from the cursor to now into slices of at most 15 days.

        :return: list of (since, until), each overlapping what was read before
        """
        since = min(self.last_order_sync or until - FIRST_LOOK_BACK, until)
        slices = []
        # Even a sync within a second of the last one looks at the overlap.
        while not slices or since < until:
            end = min(since + SLICE - OVERLAP, until)
            slices.append((since - OVERLAP, end))
            since = end
        return slices

    def _take(self):
        """Lock this shop's orders until the next commit; False when another worker has
        them.

        Not a row lock: a person who saves the shop's form must not wait for a page.
        """
        [[taken]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK_SPACE, self.id)
        )
        return taken

    def _take_from(self, reached):
        """Lock this shop's orders to go on from where the cursor was left.

        :return: True
        :raise Interrupted: another worker has them, or the cursor was set back
        """
        if not self._take():
            raise Interrupted()
        if reached and (not self.last_order_sync or self.last_order_sync < reached):
            raise Interrupted()
        return True

    def _move_cursor(self, done_until):
        if not self.last_order_sync or done_until > self.last_order_sync:
            # Naming the next sync tells `write` that no person set the cursor back.
            self.write(
                {"last_order_sync": done_until, "next_order_sync": self.next_order_sync}
            )

    def _absorb_page(self, rows, done_until=None, force=False):
        """Import a page; in ever smaller transactions where others interfere.

        People who move stock that the page reserves would stop a long transaction
        again and again, and a short one hardly ever.

        :param done_until: where the cursor moves, together with the end of the page
        :return: {remote order id: outcome}, see `tts.order._absorb`
        :raise Interrupted: another worker has this shop, or the cursor was set back
        """
        reached = done_until and self.last_order_sync
        outcomes, left, size, tries = {}, rows, len(rows), 0
        while True:
            part, rest = left[:size], left[size:]
            try:
                done = self._absorb_part(part, force)
                if done_until and not rest:
                    self._move_cursor(done_until)
                self.env.flush_all()
            except (OperationalError, Conflict):
                self.env.cr.rollback()
                tries += len(part) <= 1
                if tries == CONFLICT_TRIES:
                    raise
                size = len(part) // CONFLICT_SHRINK or 1
                _logger.info("TikTok Shop %s: a page meets a conflict", self.id)
            else:
                outcomes |= done
                left, tries = rest, 0
                if not left:
                    return outcomes
                self.env["ir.cron"]._commit_progress()
            self._take_from(reached)

    def _absorb_part(self, rows, force):
        outcomes = {}
        for start in range(0, len(rows), BATCH):
            outcomes |= self.env["tts.order"]._absorb(
                self, rows[start : start + BATCH], force=force
            )
        return outcomes

    def _retry_orders(self):
        """Give orders that failed before another chance when their time has come."""
        cron = self.env["ir.cron"]
        due = self.env["tts.order"].search(
            [
                ("shop_id", "=", self.id),
                ("next_retry", "<=", fields.Datetime.now()),
            ],
            order="next_retry, id",
        )
        for start in range(0, len(due), BATCH):
            if not self._take():
                return
            due[start : start + BATCH]._retry_import()
            if not cron._commit_progress(1):
                return

    def _refetch(self, remote_ids, may_commit=False):
        """Read orders by their ids and go through them, changed or not.

        :param bool may_commit: whether this is a scheduled action's transaction
        :return: ({remote order id: outcome}, ids that TikTok does not know)
        :raise TikTokError: TikTok refused or did not answer
        """
        self.ensure_one()
        with self._client() as client:
            rows = client.order_details(remote_ids)
        try:
            if may_commit:
                outcomes = self._absorb_page(rows, force=True)
            else:
                outcomes = self.env["tts.order"]._absorb(self, rows, force=True)
        except Conflict as error:
            raise TikTokError(
                self.env._("Another worker is importing the same orders; try again.")
            ) from error
        return outcomes, [known for known in remote_ids if known not in outcomes]

    # === OUTCOME === #

    def _note_success_safely(self, started, due):
        """Note the end of a sync, which is no failure when somebody has the shop."""
        try:
            self._note_success(started, due)
            self.env.flush_all()
        except BUSY as error:
            self.env.cr.rollback()
            raise Interrupted() from error

    def _note_success(self, started, due):
        # Whoever asked for a sync meanwhile wants another one.
        is_due = self.next_order_sync != due
        self.write(
            {
                "next_order_sync": self.next_order_sync
                if is_due
                else started + SYNC_EVERY,
                "last_success": fields.Datetime.now(),
                "failure_count": 0,
                "last_error": False,
            }
        )
        self.env["tts.issue"]._close(self, ["connection"])

    def _note_failure(self, error):
        """Keep the reason on the shop and plan its next try; nobody else is stopped."""
        disconnected = isinstance(
            error, Unauthorized
        ) and self.account_id._note_trouble(error)
        wait = back_off(BACK_OFF_START, self.failure_count, error)
        next_try = fields.Datetime.now() + min(wait, BACK_OFF_CAP)
        reason = reason_of(error)
        self.write(
            {
                "next_order_sync": next_try,
                "failure_count": self.failure_count + 1,
                "last_error": reason,
            }
        )
        if disconnected:
            return  # One cause, one issue: the account's. Authorizing makes us due.
        self.env["tts.issue"]._raise(
            self,
            "connection",
            category="connection",
            name=self.env._("Orders of %s could not be read", self.name),
            reason=reason,
            hint=self._failure_hint(error),
            next_retry=next_try,
        )
        self._trigger_order_sync(at=next_try)

    def _failure_hint(self, error):
        if isinstance(error, Unauthorized):
            return self.env._("Open the TikTok account and click Re-Authorize.")
        if isinstance(error, TikTokError):
            return self.env._(
                "Nothing is lost: the next try starts where this one stopped. If it "
                "goes on, look at the TikTok Shop status page and at this server's "
                "network."
            )
        return self.env._(
            "This is unexpected. Send the reason and the server log to whoever "
            "maintains this database."
        )

    def _reconnected(self):
        """Make shops due at once after their account was authorized again."""
        self.write({"failure_count": 0, "next_order_sync": False, "last_error": False})
        for shop in self:
            self.env["tts.issue"]._close(shop, ["connection"])
        if self:
            self._trigger_order_sync()
