import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .. import const
from ..lib.errors import TikTokError
from ..lib.packages import parse_package
from ..utils import from_epoch, to_epoch
from .tts_intent import due_domain
from .tts_shop_sync import BATCH, FIRST_LOOK_BACK, OVERLAP, Interrupted

_logger = logging.getLogger(__name__)

DELIVERIES_EVERY = timedelta(minutes=15)
DELIVERIES_KEY = "deliveries"
# Sets our advisory locks apart from everybody else's; the second key is the shop.
DELIVERY_LOCK_SPACE = 0x7478
READ_AGAIN_AFTER = timedelta(minutes=30)
MOST_READ_AGAIN = 500  # orders per run: ten calls


class TtsShop(models.Model):
    """Deliveries: what is arranged, which labels are due, what has to leave by when."""

    _inherit = "tts.shop"

    next_delivery_sync = fields.Datetime(copy=False, readonly=True, index=True)
    package_cursor = fields.Datetime(
        copy=False,
        readonly=True,
        help="Packages that changed on TikTok up to this time are known.",
    )
    delivery_failure_count = fields.Integer(readonly=True, copy=False)
    last_delivery_error = fields.Char(readonly=True, copy=False)
    label_fetch = fields.Boolean(
        string="Fetch Labels Automatically",
        default=True,
        help="As soon as a shipment is arranged, here or in Seller Center.",
    )
    label_type = fields.Selection(
        [
            ("SHIPPING_LABEL", "Shipping label"),
            ("SHIPPING_LABEL_AND_PACKING_SLIP", "Shipping label and packing slip"),
        ],
        string="Label",
        required=True,
        default="SHIPPING_LABEL",
    )
    label_size = fields.Selection(
        [("A6", "A6"), ("A5", "A5")], required=True, default="A6"
    )
    label_format = fields.Selection(
        [("PDF", "PDF"), ("ZPL", "ZPL")],
        required=True,
        default="PDF",
        help="ZPL is for label printers, and only some markets have it.",
    )
    ship_on_validate = fields.Boolean(
        string="Mark as Shipped on Validation",
        help="Orders that your own carrier ships are marked as shipped on TikTok when "
        "their delivery is validated and has a tracking reference.",
    )
    handover_method = fields.Selection(
        [("PICKUP", "Pick-up"), ("DROP_OFF", "Drop-off")],
        string="Usual Handover",
        required=True,
        default="PICKUP",
    )
    deadline_warning = fields.Integer(
        string="Warn Before Deadline (Hours)",
        default=4,
        help="Before a delivery has to leave, or a case has to be answered. 0 warns "
        "nobody.",
    )

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_deliveries(self):
        """Arrange shipments, fetch labels and follow packages of every due shop.

        A shop that fails keeps its reason and its own next try; the others go on.
        """
        # In sudo mode: a second copy of the scheduled action may run as anybody.
        due = self.sudo()._due_delivery_shops()
        due._run_queue(lambda shop: shop._sync_deliveries_safely())

    @api.model
    def _due_delivery_shops(self):
        """Shops whose turn it is, and those for which something waits."""
        now = fields.Datetime.now()
        waiting = self.env["tts.shipment"].search(due_domain())
        labels = self.env["tts.package"].search([("next_label_try", "<=", now)])
        is_due = Domain("next_delivery_sync", "=", False) | Domain(
            "next_delivery_sync", "<=", now
        )
        awaited = (waiting.shop_id | labels.shop_id).ids
        is_awaited = Domain("id", "in", awaited) & Domain(
            "delivery_failure_count", "=", 0
        )
        return self.search(
            Domain("account_id.active", "=", True)
            & Domain("account_id.state", "=", "connected")
            & Domain("remote_id", "!=", False)
            & (is_due | is_awaited),
            order="next_delivery_sync, id",
        )

    @api.model
    def _trigger_deliveries(self, at=None):
        cron = self.env.ref("sale_tiktok_shop.ir_cron_deliveries", False)
        if cron:
            cron.sudo()._trigger(at=at)

    def _sync_deliveries_safely(self):
        """Go through the steps of one shop; what goes wrong becomes its own state.

        :return: False when time is up before the end
        """
        shop = self.with_company(self.company_id)
        return shop._run_safely(
            shop._sync_deliveries,
            shop._trigger_deliveries,
            shop._note_delivery_failure,
        )

    def _sync_deliveries(self):
        """Take the steps that are due; one that fails keeps no other from its turn.

        :return: False when time is up before the end
        :raise TikTokError: the first failure, after the other steps
        """
        started = fields.Datetime.now()
        is_due = not self.next_delivery_sync or self.next_delivery_sync <= started
        steps = [self._send_shipments, self._fetch_labels]
        if is_due:
            steps += [
                self._follow_packages,
                self._refresh_open_orders,
                self._check_pickups,
                self._fetch_labels,
                self._warn_of_deadlines,
            ]
        if not self._take_steps(steps):
            return False
        self._note_delivery_success(started, is_due)
        return True

    def _take_deliveries(self):
        """Lock the deliveries of this shop until the next commit.

        :raise Interrupted: another worker has them
        """
        self._take_lock(DELIVERY_LOCK_SPACE)

    # === STEPS === #

    def _follow_packages(self, client):
        """Read the packages that changed since the last time.

        Orders do not tell when a tracking number was corrected, or a package split.

        :return: False when time is up before the end
        """
        now = fields.Datetime.now()
        since = self.package_cursor or now - FIRST_LOOK_BACK
        pages = client.package_pages(to_epoch(since - OVERLAP), to_epoch(now))
        for page in pages:
            self._take_deliveries()
            rows = self._readable_packages(page.rows)
            self.env["tts.package"]._absorb_rows(self, rows)
            self.package_cursor = max(since, from_epoch(page.done_until))
            if not self.env["ir.cron"]._commit_progress():
                return False
        self._take_deliveries()
        self.package_cursor = now
        return True

    def _readable_packages(self, rows):
        """Return the payload packages of raw rows; a broken one stops no other."""
        packages = []
        for row in rows:
            try:
                packages.append(parse_package(row))
            except TikTokError as error:
                _logger.warning("TikTok Shop %s: a package: %s", self.id, error)
        return packages

    def _refresh_open_orders(self, client):
        """Read again the orders that wait, for what moves no update time.

        That is a changed address; and cancellations come within half an hour.

        :return: False when time is up before the end
        """
        before = fields.Datetime.now() - READ_AGAIN_AFTER
        orders = self.env["tts.order"].search(
            Domain("shop_id", "=", self.id)
            & Domain("status", "in", const.OPEN_STATUSES)
            & Domain("sale_order_ids", "!=", False)
            & (Domain("read_at", "=", False) | Domain("read_at", "<", before)),
            order="read_at, id",
            limit=MOST_READ_AGAIN,
        )
        return self._read_orders(client, orders)

    def _read_orders(self, client, orders):
        """Read orders anew, and follow what changed.

        :return: False when time is up before the end
        :raise Interrupted: another worker syncs the orders of this shop
        """
        for start in range(0, len(orders), BATCH):
            if not self._take():
                raise Interrupted()
            batch = orders[start : start + BATCH]
            batch.read_at = fields.Datetime.now()
            self._absorb_page(client.order_details(batch.mapped("remote_id")))
            if not self.env["ir.cron"]._commit_progress():
                return False
        return True

    # === OUTCOME === #

    def _note_delivery_success(self, started, is_due):
        values = {"next_delivery_sync": started + DELIVERIES_EVERY} if is_due else {}
        self._note_work_success("delivery", DELIVERIES_KEY, values)

    def _note_delivery_failure(self, error):
        """Keep the reason on the shop and plan its next try; nobody else is stopped."""
        next_try = self._note_work_failure(
            "delivery",
            error,
            DELIVERIES_KEY,
            category="connection",
            name=self.env._("Deliveries of %s could not be followed", self.name),
            hint=self._failure_hint(error),
        )
        if next_try:
            self._trigger_deliveries(at=next_try)

    def _reconnected(self):
        """Look at deliveries at once after an account was authorized again."""
        result = super()._reconnected()
        self._reset_work("delivery", DELIVERIES_KEY)
        if self:
            self._trigger_deliveries()
        return result

    @api.depends("delivery_failure_count")
    def _compute_health(self):
        """A shop whose deliveries cannot be followed is not in step."""
        result = super()._compute_health()
        for shop in self:
            if shop.delivery_failure_count and shop.health != "disconnected":
                shop.health = "retrying"
        return result
