import logging
from datetime import timedelta
from functools import partial

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain

from ..lib.errors import TikTokError, Unauthorized
from ..utils import back_off, note_failure, reason_of, toast
from .tts_shop_sync import AGAIN_IN, BACK_OFF_START, Interrupted

_logger = logging.getLogger(__name__)

COMPARE_EVERY = timedelta(minutes=30)
PENDING_STATES = ("waiting", "due")
# Whoever changes one of these changes what every listing of the shop offers.
SHOP_RULE_FIELDS = {
    "stock_sync",
    "stock_buffer",
    "stock_share",
    "stock_maximum",
    "warehouse_id",
}


class TtsShop(models.Model):
    """The stock a shop offers: how much of Odoo's it lists, and whether both agree."""

    _inherit = "tts.shop"

    stock_sync = fields.Boolean(
        string="Push Stock Automatically",
        help="Odoo sets the quantities on TikTok. Check the warehouses and the matched "
        "products first.",
    )
    stock_buffer = fields.Integer(
        string="Buffer", help="Units kept back in each warehouse."
    )
    stock_share = fields.Float(
        string="Share (%)",
        default=100.0,
        help="The part of what is left after the buffer that this shop offers.",
    )
    stock_maximum = fields.Integer(
        string="Maximum Listed",
        help="At most this many units per listing; 0 for no limit.",
    )
    last_stock_sync = fields.Datetime(
        string="Stock in Step",
        readonly=True,
        copy=False,
        help="When all quantities on TikTok were last as Odoo wants them.",
    )
    next_stock_sync = fields.Datetime(
        string="Next Full Comparison", readonly=True, copy=False
    )
    stock_cursor = fields.Integer(
        readonly=True,
        copy=False,
        help="The last listing of a full comparison that goes on.",
    )
    stock_failure_count = fields.Integer(readonly=True, copy=False)
    last_stock_error = fields.Char(readonly=True, copy=False)

    @api.depends("stock_failure_count")
    def _compute_health(self):
        """A shop whose stock cannot be pushed is not in step."""
        result = super()._compute_health()
        for shop in self:
            if shop.stock_failure_count and shop.health != "disconnected":
                shop.health = "retrying"
        return result

    # === CRUD === #

    def write(self, vals):
        """Another rule means other quantities; a push that is switched off is off."""
        if "stock_sync" in vals and not vals["stock_sync"]:
            vals = {"next_stock_sync": False} | vals
        result = super().write(vals)
        if vals.keys() & SHOP_RULE_FIELDS:
            self._ask_to_compare()
        return result

    def _ask_to_compare(self):
        """Have all listings of those of these shops that push compared."""
        pushing = self.filtered("stock_sync")
        if pushing:
            pushing.write({"next_stock_sync": fields.Datetime.now(), "stock_cursor": 0})
            self._trigger_stock_push()

    @api.model
    def _trigger_stock_push(self, at=None):
        cron = self.env.ref("sale_tiktok_shop.ir_cron_push_stock", False)
        if cron:  # somebody who deleted it stops the push, and no delivery
            cron.sudo()._trigger(at=at)

    # === BUTTONS === #

    def action_sync_inventory(self):
        """Have all stock of these shops compared, and pushed where it differs.

        Shops that do not push by themselves push this once. The work itself is the
        scheduled action's: it commits as it goes, which a button must not do.

        :raise UserError: a shop is disconnected
        """
        self.check_access("write")
        for shop in self:
            shop._check_connected()
        self.sudo().write(
            {
                "next_stock_sync": fields.Datetime.now(),
                "stock_cursor": 0,
                "stock_failure_count": 0,
            }
        )
        refused = Domain("next_push", "!=", False) | Domain(
            "is_shared_stock", "=", True
        )
        self.env["tts.listing"].sudo().search(
            refused & Domain("shop_id", "in", self.ids)
        )._push_anew()
        self._trigger_stock_push()
        message = self.env._(
            "The stock of %s is being compared. Each listing shows the result as soon "
            "as it is there.",
            ", ".join(self.mapped("name")),
        )
        return toast("info", message, title=self.env._("Inventory sync started"))

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_push_stock(self):
        """Bring the quantities of every due shop on TikTok in step with Odoo.

        A shop that fails keeps its reason and its own next try; the others go on.
        """
        cron = self.env["ir.cron"]
        # In sudo mode: a second copy of the scheduled action may run as anybody.
        shops = self.sudo()
        shops._drain_signals_safely()
        due = shops._due_stock_shops()
        for position, shop in enumerate(due, start=1):
            time_left = shop[0]._push_stock_safely()
            waiting = len(due) - position if time_left else len(due) - position + 1
            if not cron._commit_progress(1, remaining=waiting) or not time_left:
                break

    @api.model
    def _drain_signals_safely(self):
        try:
            if self.env["tts.stock.signal"]._drain():
                self.env["ir.cron"]._commit_progress()
        except OperationalError:
            # Another worker noted something of the same listings: in a minute then.
            self.env.cr.rollback()
            self._trigger_stock_push(at=fields.Datetime.now() + AGAIN_IN)

    @api.model
    def _due_stock_shops(self):
        """Shops to compare in full, then those with listings that wait.

        One that fails is left alone until its next try, whatever moves meanwhile.
        """
        now = fields.Datetime.now()
        in_full = Domain("next_stock_sync", "<=", now) | (
            Domain("next_stock_sync", "=", False) & Domain("stock_sync", "=", True)
        )
        waiting = Domain("stock_failure_count", "=", 0) & Domain(
            "listing_ids.push_state", "in", PENDING_STATES
        )
        due = self.search_fetch(
            Domain("account_id.active", "=", True)
            & Domain("account_id.state", "=", "connected")
            & Domain("remote_id", "!=", False)
            & (in_full | (Domain("stock_sync", "=", True) & waiting)),
            [name for name, field in self._fields.items() if field.prefetch is True],
            order="next_stock_sync, id",
        )
        return due._least_work_first() if len(due) > 1 else due

    def _least_work_first(self):
        """Sort shops so that one that pushes for hours keeps no other waiting."""
        waiting = self.env["tts.listing"]._read_group(
            [("shop_id", "in", self.ids), ("push_state", "in", PENDING_STATES)],
            ["shop_id"],
            ["__count"],
        )
        counts = {shop.id: count for shop, count in waiting}
        return self.sorted(lambda shop: counts.get(shop.id, 0))

    def _push_stock_safely(self):
        """Push the stock of one shop; turn what goes wrong into the shop's own state.

        :return: False when time is up and the shop has more to push
        """
        shop = self.with_company(self.company_id)
        try:
            return shop._push_stock()
        except (Interrupted, OperationalError) as error:
            # Another worker, or a person, is at the same rows. Nothing was lost: what
            # TikTok took shows in its stock, the rest is pushed by whoever comes next.
            self.env.cr.rollback()
            _logger.info("TikTok Shop %s: its stock waits: %r", shop.id, error)
            shop._trigger_stock_push(at=fields.Datetime.now() + AGAIN_IN)
        except TikTokError as error:
            note_failure(shop, partial(shop._note_stock_failure, error))
        except Exception as error:
            _logger.exception("TikTok Shop %s: the push of stock failed", shop.id)
            note_failure(shop, partial(shop._note_stock_failure, error))
        return True

    # === OUTCOME === #

    def _note_stock_success(self, started, is_in_step):
        """Note the end of a run that went through."""
        values = {}
        if is_in_step:
            values["last_stock_sync"] = started
        if not self.stock_sync:
            values["next_stock_sync"] = False  # this was asked for once
        if self.stock_failure_count or self.last_stock_error:
            values |= {"stock_failure_count": 0, "last_stock_error": False}
            self.env["tts.issue"]._close(self, ["stock_sync"])
        if values:
            self.write(values)

    def _note_stock_failure(self, error):
        """Keep the reason on the shop and plan its next try; nobody else is stopped."""
        disconnected = isinstance(
            error, Unauthorized
        ) and self.account_id._note_trouble(error)
        wait = back_off(BACK_OFF_START, self.stock_failure_count, error)
        # Nobody waits longer than without a failure: buyers go on buying.
        next_try = fields.Datetime.now() + min(wait, COMPARE_EVERY)
        reason = reason_of(error)
        self.write(
            {
                "next_stock_sync": next_try,
                "stock_failure_count": self.stock_failure_count + 1,
                "last_stock_error": reason,
            }
        )
        if disconnected:
            return  # One cause, one issue: the account's. Authorizing makes us due.
        self.env["tts.issue"]._raise(
            self,
            "stock_sync",
            category="stock",
            name=self.env._("Stock of %s could not be pushed", self.name),
            reason=reason,
            hint=self._stock_failure_hint(error),
            next_retry=next_try,
        )
        self._trigger_stock_push(at=next_try)

    def _stock_failure_hint(self, error):
        if isinstance(error, TikTokError) and not isinstance(error, Unauthorized):
            return self.env._(
                "TikTok goes on selling the quantities it has. The next try compares "
                "all of them. If it goes on, look at the TikTok Shop status page and "
                "at this server's network."
            )
        return self._failure_hint(error)

    def _reconnected(self):
        """Compare all stock after an account was authorized again."""
        result = super()._reconnected()
        self.write(
            {
                "stock_failure_count": 0,
                "last_stock_error": False,
                "next_stock_sync": False,
                "stock_cursor": 0,
            }
        )
        for shop in self:
            self.env["tts.issue"]._close(shop, ["stock_sync"])
        if self:
            self._trigger_stock_push()
        return result
