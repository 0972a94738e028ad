import logging
import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..utils import from_epoch, is_expected, reason_of, to_epoch
from .tts_shop_sync import AGAIN_IN, BATCH, Interrupted

_logger = logging.getLogger(__name__)


class TtsSyncRun(models.Model):
    """A resync somebody asked for: a period, or orders by their ids.

    It runs in the background, page by page, and tells what happened to each order.
    """

    _name = "tts.sync.run"
    _description = "TikTok Shop Resync"
    _order = "id desc"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    user_id = fields.Many2one(
        "res.users",
        string="Asked By",
        default=lambda self: self.env.user,
        readonly=True,
    )
    date_from = fields.Datetime(readonly=True)
    date_to = fields.Datetime(readonly=True)
    remote_ids = fields.Text(string="Order IDs", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        default="waiting",
        required=True,
        readonly=True,
    )
    cursor = fields.Datetime(readonly=True, help="Everything before this is done.")
    progress = fields.Float(compute="_compute_progress")
    error_message = fields.Char(readonly=True)
    line_ids = fields.One2many("tts.sync.run.line", "run_id", readonly=True)
    order_count = fields.Integer(compute="_compute_counts", string="Orders Read")
    created_count = fields.Integer(compute="_compute_counts", string="Imported")
    updated_count = fields.Integer(compute="_compute_counts", string="Updated")
    error_count = fields.Integer(compute="_compute_counts", string="Failed")

    @api.depends("shop_id", "remote_ids", "date_from")
    def _compute_display_name(self):
        for run in self:
            what = (
                self.env._("%s orders", len(run._wanted_ids()))
                if run.remote_ids
                else self.env._("since %s", run.date_from)
            )
            run.display_name = f"{run.shop_id.name}: {what}"

    @api.depends("line_ids.outcome")
    def _compute_counts(self):
        counts = {
            (run.id, outcome): count
            for run, outcome, count in self.env["tts.sync.run.line"]._read_group(
                [("run_id", "in", self.ids)], ["run_id", "outcome"], ["__count"]
            )
        }
        for run in self:
            mine = {
                out: count
                for (run_id, out), count in counts.items()
                if run_id == run.id
            }
            run.order_count = sum(mine.values())
            run.created_count = mine.get("created", 0)
            run.updated_count = mine.get("updated", 0)
            run.error_count = mine.get("error", 0) + mine.get("missing", 0)

    @api.depends("state", "cursor", "line_ids")
    def _compute_progress(self):
        for run in self:
            if run.state == "done":
                run.progress = 100.0
            elif run.remote_ids:
                run.progress = 100.0 * len(run.line_ids) / (len(run._wanted_ids()) or 1)
            elif run.cursor:
                whole = (run.date_to - run.date_from).total_seconds() or 1.0
                done = (run.cursor - run.date_from).total_seconds()
                run.progress = max(0.0, min(100.0, 100.0 * done / whole))
            else:
                run.progress = 0.0

    def _wanted_ids(self):
        """The order ids somebody typed, in any separation, each once."""
        return list(dict.fromkeys(re.findall(r"[^\s,;]+", self.remote_ids or "")))

    # === BUTTONS === #

    def action_run_again(self):
        """Put a failed resync back in the queue; it goes on where it stopped."""
        self.check_access("write")
        self.filtered(lambda run: run.state == "failed").write(
            {"state": "waiting", "error_message": False}
        )
        self._trigger()

    def action_refresh(self):
        """Show how far it is by now."""
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # === SCHEDULED ACTION === #

    def _trigger(self, at=None):
        self.env.ref("sale_tiktok_shop.ir_cron_resync").sudo()._trigger(at=at)

    @api.model
    def _cron_run_requested(self):
        """Work off the resyncs people asked for, oldest first."""
        cron = self.env["ir.cron"]
        runs = self.sudo().search([("state", "in", ("waiting", "running"))], order="id")
        cron._commit_progress(remaining=len(runs))
        for run in runs:
            run = run[0]  # no prefetching after each commit
            try:
                finished = run._run()
            except Interrupted:
                run._wait_for_worker()
                finished = True
            except Exception as error:
                self.env.cr.rollback()
                if not is_expected(error):
                    _logger.exception("TikTok Shop resync %s failed", run.id)
                run.write({"state": "failed", "error_message": reason_of(error)})
                finished = True
            if not cron._commit_progress(1 if finished else 0):
                break

    def _run(self):
        """Do this resync, a page per transaction.

        :return: False when time is up before the end
        :raise TikTokError: TikTok refused or did not answer
        """
        self.state = "running"
        steps = self._steps_by_id() if self.remote_ids else self._steps_by_period()
        while self.shop_id._take():
            if next(steps, None) is None:
                self.state = "done"
                return True
            if not self.env["ir.cron"]._commit_progress():
                return False
        self._wait_for_worker()
        return True

    def _wait_for_worker(self):
        """Come back later. Left over, this run would be started again at once."""
        self._trigger(at=fields.Datetime.now() + AGAIN_IN)

    def _steps_by_id(self):
        done = set(self.line_ids.mapped("remote_id"))
        todo = [remote_id for remote_id in self._wanted_ids() if remote_id not in done]
        for start in range(0, len(todo), BATCH):
            outcomes, unknown = self.shop_id._refetch(
                todo[start : start + BATCH], may_commit=True
            )
            self._note(outcomes | dict.fromkeys(unknown, "missing"))
            yield True

    def _steps_by_period(self):
        since = self.cursor or self.date_from
        with self.shop_id._client() as client:
            for page in client.order_pages(to_epoch(since), to_epoch(self.date_to)):
                self._note(self.shop_id._absorb_page(page.rows, force=True))
                self.cursor = from_epoch(page.done_until)
                yield True

    def _note(self, outcomes):
        """Keep what happened to each order, once per order."""
        orders = {
            order.remote_id: order
            for order in self.env["tts.order"].search(
                [("shop_id", "=", self.shop_id.id), ("remote_id", "in", list(outcomes))]
            )
        }
        known = {line.remote_id: line for line in self.line_ids}
        values = []
        for remote_id, outcome in outcomes.items():
            order = orders.get(remote_id, self.env["tts.order"])
            line = {
                "outcome": outcome,
                "order_id": order.id,
                "message": self._explain(outcome, order),
            }
            if remote_id in known:
                # Read twice, because a run went on where it stopped: it was imported.
                if (known[remote_id].outcome, outcome) != ("created", "updated"):
                    known[remote_id].write(line)
            else:
                values.append(line | {"run_id": self.id, "remote_id": remote_id})
        self.env["tts.sync.run.line"].create(values)

    def _explain(self, outcome, order):
        if outcome == "missing":
            return self.env._(
                "TikTok knows no such order in %s. Check the number and the shop.",
                self.shop_id.name,
            )
        if outcome == "ignored":
            return self.env._(
                "Not imported: only orders that await shipment or collection are. This "
                "one has left, was cancelled, or is not paid yet."
            )
        return order.error_message or False


class TtsSyncRunLine(models.Model):
    """What a resync did to one order."""

    _name = "tts.sync.run.line"
    _description = "TikTok Shop Resync Line"
    _order = "id"

    run_id = fields.Many2one(
        "tts.sync.run", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    remote_id = fields.Char(string="Order ID", required=True)
    outcome = fields.Selection(
        [
            ("created", "Imported"),
            ("updated", "Updated"),
            ("unchanged", "Unchanged"),
            ("ignored", "Not to Import"),
            ("error", "Failed"),
            ("missing", "Not Found"),
        ],
        required=True,
    )
    message = fields.Char(string="Why")
    order_id = fields.Many2one(
        "tts.order",
        string="TikTok Order",
        index="btree_not_null",
        ondelete="set null",
    )

    _order_uniq = models.UniqueIndex(
        "(run_id, remote_id)", "Each order is listed once per resync."
    )

    def action_open(self):
        """Open the TikTok order of this line.

        :raise UserError: it never came into Odoo; the text says why
        """
        self.ensure_one()
        if not self.order_id:
            raise UserError(
                self.env._(
                    "Order %(order)s is not in Odoo. %(reason)s",
                    order=self.remote_id,
                    reason=self.message or "",
                )
            )
        return self.order_id._get_records_action()
