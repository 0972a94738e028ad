import logging
from functools import partial

from psycopg2 import OperationalError

from odoo import fields, models
from odoo.tools import SQL

from ..lib.errors import RateLimited, TikTokError, Unauthorized
from ..utils import back_off, note_failure, reason_of
from .tts_shop_sync import AGAIN_IN, BACK_OFF_CAP, BACK_OFF_START, Interrupted

_logger = logging.getLogger(__name__)


class TtsShop(models.Model):
    """What the scheduled actions of shops have in common: queues, steps, failures.

    A *work* is deliveries or settlements: it has fields next_<work>_sync,
    <work>_failure_count and last_<work>_error, and a method _trigger_<work>.
    """

    _inherit = "tts.shop"

    def _run_queue(self, run):
        """Let a scheduled action go through these shops, as far as time allows.

        :param run: called with each shop; returns False when time is up
        """
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(self))
        for position, shop in enumerate(self, start=1):
            time_left = run(shop[0])
            waiting = len(self) - position if time_left else len(self) - position + 1
            if not cron._commit_progress(1, remaining=waiting) or not time_left:
                break

    def _run_safely(self, run, trigger, note):
        """Do the work of one shop; what goes wrong becomes its own state.

        :param run: the work; returns False when time is up before the end
        :param trigger: wakes the scheduled action at a time
        :param note: keeps an error on the shop
        :return: False when time is up before the end
        """
        try:
            return run()
        except (Interrupted, OperationalError) as error:
            self.env.cr.rollback()
            _logger.info("TikTok Shop %s: %s waits: %r", self.id, run.__name__, error)
            trigger(at=fields.Datetime.now() + AGAIN_IN)
        except TikTokError as error:
            note_failure(self, partial(note, error))
        except Exception as error:
            _logger.exception("TikTok Shop %s: %s failed", self.id, run.__name__)
            note_failure(self, partial(note, error))
        return True

    def _take_steps(self, steps):
        """Take steps one after the other; one that fails keeps no other from its turn.

        :param steps: methods that get the client and return False when time is up
        :return: False when time is up before the end
        :raise TikTokError: the first failure, after the other steps
        """
        failure = None
        with self._client() as client:
            for step in steps:
                try:
                    if not step(client):
                        return False
                except (RateLimited, Unauthorized):
                    raise  # no call of this shop would fare better now
                except TikTokError as error:
                    self.env.cr.rollback()
                    failure = failure or error
                self.env["ir.cron"]._commit_progress()
        if failure:
            raise failure
        return True

    def _take_lock(self, space):
        """Lock one kind of work of this shop until the next commit.

        Not a row lock: a person who saves the shop's form must not wait for a page.

        :param int space: sets the kind of work apart from all others
        :raise Interrupted: another worker has it
        """
        [[taken]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", space, self.id)
        )
        if not taken:
            raise Interrupted()

    # === OUTCOME === #

    def _note_work_success(self, work, issue_key, values):
        """Forget the failures of a work that went through.

        :param dict values: what else to write on the shop
        """
        if self[f"{work}_failure_count"] or self[f"last_{work}_error"]:
            values = values | self._no_failure(work)
            self.env["tts.issue"]._close(self, [issue_key])
        if values:
            self.write(values)

    def _note_work_failure(self, work, error, issue_key, wait=None, **values):
        """Keep the reason on the shop and plan its next try; nobody else is stopped.

        :param timedelta wait: until the next try, when the kind of error says so
        :param values: name, category and hint of the issue
        :return: when it is tried again; None when the account is disconnected
        """
        disconnected = isinstance(
            error, Unauthorized
        ) and self.account_id._note_trouble(error)
        failures = self[f"{work}_failure_count"]
        wait = wait or min(back_off(BACK_OFF_START, failures, error), BACK_OFF_CAP)
        next_try = fields.Datetime.now() + wait
        reason = reason_of(error)
        self.write(
            {
                f"next_{work}_sync": next_try,
                f"{work}_failure_count": failures + 1,
                f"last_{work}_error": reason,
            }
        )
        if disconnected:
            return (
                None  # One cause, one issue: the account's. Authorizing makes us due.
            )
        self.env["tts.issue"]._raise(
            self, issue_key, reason=reason, next_retry=next_try, **values
        )
        return next_try

    def _reset_work(self, work, issue_key):
        """Make a work of these shops due at once, whatever failed before."""
        self.write(self._no_failure(work) | {f"next_{work}_sync": False})
        for shop in self:
            self.env["tts.issue"]._close(shop, [issue_key])

    def _no_failure(self, work):
        return {f"{work}_failure_count": 0, f"last_{work}_error": False}
