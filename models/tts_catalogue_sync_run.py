import logging
from datetime import timedelta
from functools import partial

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain

from ..lib.errors import RateLimited, TikTokError, Unauthorized
from ..utils import LEAST_WAIT, back_off, is_expected, note_failure, reason_of
from .tts_catalogue_sync import OPEN_STATES, RUNNING_STATES
from .tts_issue import CATALOGUE_KEY
from .tts_order_import import Conflict
from .tts_shop_sync import AGAIN_IN, BACK_OFF_CAP, CONFLICT_TRIES, Interrupted

_logger = logging.getLogger(__name__)

# The daily action may start a little earlier than the day before.
DAILY = timedelta(hours=20)
FIRST_RETRY = timedelta(minutes=30)


class TtsCatalogueSync(models.Model):
    """The queue of catalogue syncs: who is due, what went wrong, who goes on."""

    _inherit = "tts.catalogue.sync"

    @api.model
    def _cron_sync_catalogues(self):
        """Work off catalogue syncs, oldest first, then read details that are due.

        Every page and every batch is a transaction, so that a killed worker's
        successor goes on where it stopped. Nothing that fails here is raised.
        """
        cron = self.env["ir.cron"]
        # In sudo mode: a second copy of the scheduled action may run as anybody.
        queue = self.sudo()
        queue._plan_daily()
        due = queue._due()
        cron._commit_progress(remaining=len(due))
        for position, sync in enumerate(due, start=1):
            finished = sync[0]._run_safely()
            waiting = len(due) - position + (0 if finished else 1)
            time_left = cron._commit_progress(1, remaining=waiting)
            if not time_left or not finished:
                return
        shops = queue.env["tts.shop"]._with_due_details()
        for position, shop in enumerate(shops, start=1):
            finished = shop[0]._read_details_safely()
            waiting = len(shops) - position + (0 if finished else 1)
            if not cron._commit_progress(1, remaining=waiting) or not finished:
                return

    @api.model
    def _plan_daily(self):
        """Ask for a sync of every shop that had none for a day.

        A new shop has its first day for a person to look at what would be matched.
        """
        now = fields.Datetime.now()
        shops = self.env["tts.shop"].search(
            Domain("catalogue_sync", "=", True)
            & self.env["tts.shop"]._connected_domain()
            & (
                Domain("last_catalogue_sync", "!=", False)
                | Domain("create_date", "<=", now - DAILY)
            )
            & ~Domain(
                "catalogue_sync_ids",
                "any",
                Domain("kind", "=", "match")
                & (
                    Domain("state", "in", RUNNING_STATES)
                    | Domain("create_date", ">", now - DAILY)
                    | Domain("next_try", ">", now)
                ),
            )
        )
        self.create([{"shop_id": shop.id, "auto_apply": True} for shop in shops])

    @api.model
    def _due(self):
        """Return the syncs to work on; failed daily ones have their next try.

        Those of an archived shop or account wait until it is taken back.
        """
        now = fields.Datetime.now()
        running = Domain("state", "in", RUNNING_STATES) & (
            Domain("next_try", "=", False) | Domain("next_try", "<=", now)
        )
        failed = Domain("state", "=", "failed") & Domain("next_try", "<=", now)
        in_use = Domain("shop_id.active", "=", True) & Domain(
            "shop_id.account_id.active", "=", True
        )
        return self.search((running | failed) & in_use, order="id")

    def _run_safely(self):
        """Work on this sync; turn whatever goes wrong into its own state.

        :return: False when time is up before the end
        """
        sync = self.with_company(self.company_id)
        try:
            return sync._run()
        except Interrupted:
            self.env.cr.rollback()
            self._trigger(at=fields.Datetime.now() + AGAIN_IN)
        except Exception as error:
            if not is_expected(error) and not isinstance(error, OperationalError):
                _logger.exception("TikTok Shop catalogue sync %s failed", self.id)
            note_failure(sync, partial(sync._note_trouble, error))
        return True

    def _run(self):
        """Do what is left of this sync.

        :return: False when time is up before the end
        :raise Interrupted: another worker has this shop's catalogue
        :raise TikTokError: TikTok refused or did not answer
        """
        if self.kind == "create":
            return self._run_create()
        return self._run_match()

    def _transact(self, work):
        """Do a piece of work under the shop's lock and commit it; from its start again
        where others interfere.

        :param work: a function without parameters that may be called again
        :return: seconds left for this run
        :raise Interrupted: another worker has this shop's catalogue, or a person
            discarded this sync
        """
        for left in reversed(range(CONFLICT_TRIES)):
            if self.state not in (*RUNNING_STATES, "failed"):
                raise Interrupted()
            if not self.shop_id._take_catalogue():
                raise Interrupted()
            try:
                work()
                self.env.flush_all()
                break
            except (OperationalError, Conflict):
                self.env.cr.rollback()
                if not left:
                    raise
        # More to do, as far as anybody knows: who finishes says so.
        return self.env["ir.cron"]._commit_progress(1, remaining=1)

    # === OUTCOME === #

    def _note_trouble(self, error):
        """Keep why this job did not go on, unless somebody ended it meanwhile."""
        if isinstance(error, RateLimited):
            self._wait_for_tiktok(error)
        elif self.state in OPEN_STATES or self.state == "failed":
            self._note_failure(error)

    def _wait_for_tiktok(self, error):
        """Go on when TikTok takes calls again: nothing failed."""
        self.next_try = fields.Datetime.now() + back_off(LEAST_WAIT, 0, error)
        self._trigger(at=self.next_try)

    def _note_failure(self, error):
        """Keep the reason; the daily sync is tried again, others when asked to."""
        next_try = False
        if self.auto_apply:
            wait = back_off(FIRST_RETRY, self.failure_count)
            next_try = fields.Datetime.now() + min(wait, BACK_OFF_CAP)
            self._trigger(at=next_try)
        reason = reason_of(error)
        self.write(
            {
                "state": "failed",
                "error_message": reason,
                "failure_count": self.failure_count + 1,
                "next_try": next_try,
            }
        )
        account = self.shop_id.account_id
        if isinstance(error, Unauthorized) and account._note_trouble(error):
            return  # One cause, one issue: the account's.
        self.env["tts.issue"]._raise(
            self.shop_id,
            CATALOGUE_KEY,
            category="connection",
            name=self.env._(
                "The product catalogue of %s could not be synced", self.shop_id.name
            ),
            reason=reason,
            hint=self._failure_hint(error),
            next_retry=next_try,
        )

    def _failure_hint(self, error):
        if isinstance(error, TikTokError):
            return self.env._(
                "Nothing is lost: what was read stays, and the next try goes on. Click "
                "Retry to start it now."
            )
        return self.env._(
            "This is unexpected. Send the reason and the server log to whoever "
            "maintains this database."
        )
