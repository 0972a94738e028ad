import logging
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from .. import const
from ..lib.errors import Rejected, TikTokError
from ..lib.inventory import SkuRefused, parse_inventory
from .tts_order_import import IMPORT_CONTEXT
from .tts_shop_stock import COMPARE_EVERY, PENDING_STATES
from .tts_shop_sync import AGAIN_IN, Interrupted

_logger = logging.getLogger(__name__)

# Sets our advisory locks apart from everybody else's; the second key is the shop.
STOCK_LOCK_SPACE = 0x7476
PART = 12_000  # listings that are compared in one transaction: 20 calls
CHUNK = 50  # products that are pushed in one transaction: half a minute of calls
OUT_OF_STEP = {*PENDING_STATES, "error"}
RECENT = timedelta(minutes=1)


class TtsShop(models.Model):
    """Pushing: TikTok is told what it has to know, in transactions that stand alone.

    Each transaction holds the shop's lock from reading TikTok's stock to sending the
    last quantity, so that no worker sends what another one has read earlier. Nothing
    depends on what was pushed before: quantities are absolute, and each comparison
    starts from what TikTok has. A worker that is killed, an answer that is lost and a
    transaction that is rolled back leave TikTok with quantities that were true when
    they were sent, and the listing due.
    """

    _inherit = "tts.shop"

    def _push_stock(self):
        """Compare what is due, and push what differs.

        :return: False when time is up before the end
        :raise Interrupted: another worker has this shop
        """
        started = fields.Datetime.now()
        with self._client() as client:
            time_left, is_in_step = self._compare_in_full(client, started)
            if not time_left:
                return False
            if not is_in_step:
                if not self._push_pending(client):
                    return False
                is_in_step = not self._is_out_of_step()
        self._note_stock_success(started, is_in_step)
        return True

    def _take_stock(self):
        """Lock the stock of this shop until the next commit.

        It starts a transaction, and thereby fixes what this worker sees of Odoo.

        :raise Interrupted: another worker has it
        """
        [[taken]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", STOCK_LOCK_SPACE, self.id)
        )
        if not taken:
            raise Interrupted()

    # === WHAT IS DUE === #

    def _compare_in_full(self, client, started):
        """Compare all listings when it is time to; what differs is due afterwards.

        :return: (False when time is up before the end: the next run goes on there,
            whether nothing differs, as far as this tells)
        """
        asked = self.next_stock_sync
        if asked > started if asked else not self.stock_sync:
            return True, False
        time_left, states, is_first = True, set(), not self.stock_cursor
        while time_left:
            self._take_stock()
            listings = self._search_stock([("id", ">", self.stock_cursor)], PART)
            is_last = len(listings) < PART
            states |= self._go_through(client, listings, are_all=is_first and is_last)
            # Whoever asked for a comparison meanwhile wants another one: then this
            # write meets theirs in a conflict, and the run starts again.
            self.stock_cursor = 0 if is_last else listings[-1:].id
            if is_last and self.stock_sync:
                self.next_stock_sync = started + COMPARE_EVERY
            if is_last and is_first and not states & OUT_OF_STEP:
                return True, True
            time_left = self.env["ir.cron"]._commit_progress()
            if is_last:
                return True, False
            is_first = False
        return False, False

    def _search_stock(self, domain, limit=None):
        Listing = self.env["tts.listing"].with_context(**IMPORT_CONTEXT)
        return Listing.search_fetch(
            [("shop_id", "=", self.id), *domain],
            Listing._stock_fields(),
            order="id",
            limit=limit,
        )

    def _push_pending(self, client):
        """Push what is due, a chunk of products at a time, decreases first.

        :return: False when time is up before the end
        """
        done = set()
        products = self._pending_products(done)
        if len(products) >= CHUNK:
            self._sort_pending(client)
            products = self._pending_products(done)
        if products and not self._pull_orders_first():
            return False
        while products:
            self._take_stock()
            done.update(products)
            listings = self._search_stock(
                [
                    ("push_state", "in", PENDING_STATES),
                    ("product_remote_id", "in", [key or False for key in products]),
                ]
            )
            self._go_through(client, listings, is_push=True)
            time_left = self.env["ir.cron"]._commit_progress()
            products = self._pending_products(done)
            if products and not time_left:
                return False
        return True

    def _sort_pending(self, client):
        """Compare what waits in one go: most of it may need no push at all."""
        self._take_stock()
        waiting = [("push_state", "in", PENDING_STATES)]
        self._go_through(client, self._search_stock(waiting, PART))
        self.env["ir.cron"]._commit_progress()

    def _pending_products(self, done):
        """Find the TikTok products to push next, those that list too much first.

        A SKU that is known from an order may have no product yet: "" stands for all of
        those.

        :param done: the ids that were pushed in this run already
        """
        self.env["tts.listing"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(product_remote_id, '') AS product
                  FROM tts_listing
                 WHERE shop_id = %s AND push_state IN %s
                   AND COALESCE(product_remote_id, '') != ALL(%s)
              GROUP BY product
              ORDER BY MIN(COALESCE(odoo_quantity, 0) - COALESCE(tiktok_quantity, 0)),
                       product
                 LIMIT %s
                """,
                self.id,
                PENDING_STATES,
                list(done),
                CHUNK,
            )
        )
        return [product_id for (product_id,) in rows]

    def _pull_orders_first(self):
        """Import what TikTok sold before quantities are set.

        A failure there has its own issue and stops no push: what could not be imported
        is kept back, see `_plan_stock`.

        :return: False when time is up before all orders are there
        """
        now = fields.Datetime.now()
        is_recent = self.last_success and self.last_success > now - RECENT
        waits = self.failure_count and (self.next_order_sync or now) > now
        if not self.order_sync or is_recent or waits:
            return True
        time_left = self._sync_orders_safely()
        self.env["ir.cron"]._commit_progress()
        return time_left

    def _is_out_of_step(self):
        out_of_step = [("push_state", "in", OUT_OF_STEP)]
        mine = [("shop_id", "=", self.id)]
        return bool(self.env["tts.listing"].search(mine + out_of_step, limit=1))

    # === PUSH === #

    def _go_through(self, client, listings, is_push=False, are_all=False):
        """Compare listings and, if so wanted, push what differs; note what came of it.

        :return: the states they are in then
        :raise TikTokError: what TikTok took until then is noted and committed
        """
        found = self._compare_stock(client, listings, are_all)
        sent, refused, stopper = [], {}, None
        if is_push:
            sent, refused, stopper = self._send_stock(client, found.plans)
            self._verify_stock(client, sent, refused)
        states = self._note_stock(found, sent, refused)
        if stopper:
            self.env["ir.cron"]._commit_progress()
            raise stopper
        return states

    def _send_stock(self, client, plans):
        """Send what differs, a call per product, those that list too much first.

        :return: (plans that TikTok answered for, {listing id: `SkuRefused`}, the error
            that ended it or None)
        """
        by_product = {}
        for plan in plans:
            if plan.change and not plan.is_held:
                by_product.setdefault(plan.stock.product_id, []).append(plan)
        sent, refused = [], {}
        for product_id, group in sorted(
            by_product.items(),
            key=lambda item: min(min(plan.change.values()) for plan in item[1]),
        ):
            try:
                refused |= self._send_product(client, product_id, group)
            except TikTokError as error:
                return sent, refused, error
            sent += group
        return sent, refused, None

    def _send_product(self, client, product_id, plans):
        """Set the quantities of SKUs of one product.

        :return: {listing id: `SkuRefused`}
        """
        skus = {plan.listing.sku_remote_id: plan.wanted for plan in plans}
        try:
            refused = client.update_inventory(product_id, skus)
        except Rejected as error:
            if len(plans) > 1:
                # One SKU may be the reason for all of them: find out which.
                refused = {}
                for plan in plans:
                    refused |= self._send_product(client, product_id, [plan])
                return refused
            refused = {plans[0].listing.sku_remote_id: _as_refused(error)}
        return {
            plan.listing.id: refused[plan.listing.sku_remote_id]
            for plan in plans
            if plan.listing.sku_remote_id in refused
        }

    def _verify_stock(self, client, sent, refused):
        """Read again what was set: what was sold between reading and setting is on sale
        once more, and has to be taken off at once.

        A plan whose quantities stand gets what TikTok has now, the others stay due.
        """
        accepted = [plan for plan in sent if plan.listing.id not in refused]
        if not accepted:
            return
        try:
            rows = client.inventory(
                sku_ids=[plan.listing.sku_remote_id for plan in accepted]
            )
            stocks = {stock.sku_id: stock for stock in parse_inventory(rows)}
        except TikTokError as error:
            _logger.info("TikTok Shop %s: not verified: %s", self.id, error)
            return
        for plan in accepted:
            plan.after = stocks.get(plan.listing.sku_remote_id)

    # === NOTES === #

    def _note_stock(self, found, sent, refused):
        """Write down what changed; a listing that is as it was costs nothing.

        :param found: the `Comparison`
        :param sent: the plans that TikTok answered for
        :param refused: {listing id: `SkuRefused`}
        :return: the states the listings are in
        """
        answered = {plan.listing.id for plan in sent}
        moved = self._note_levels(found, answered - refused.keys())
        states, healed, is_again = set(), [], False
        for plan in found.plans:
            listing, refusal = plan.listing, refused.get(plan.listing.id)
            if plan.is_only_read:
                continue
            values = plan.outcome(listing.id in answered, refusal)
            state = values["push_state"]
            states.add(state)
            is_again |= state == "due" and listing.id in answered
            had_issue = listing.push_reason and listing.push_state != "skipped"
            if had_issue and state != "error":
                healed.append(f"stock:{listing.sku_remote_id}")
            listing._note_push(values)
            if state == "error" and (refusal or plan.problem):
                listing._raise_stock_issue(values["push_reason"])
        if healed:
            self.env["tts.issue"]._close(self, healed)
        if is_again:
            self._trigger_stock_push(at=fields.Datetime.now() + AGAIN_IN)
        if moved:
            self._signal_others(found.plans, moved)
        codes = {code for refusal in refused.values() for code in refusal.codes}
        if codes & set(const.WAREHOUSE_CODES):
            self._refresh_places()
        return states

    def _note_levels(self, found, accepted):
        """Write the levels that changed.

        :param found: the `Comparison`
        :param accepted: ids of the listings whose quantities TikTok took
        :return: ids of the listings for which more or less is kept back than before
        """
        rows, moved, gone = [], set(), dict(found.stored)
        for plan in found.plans:
            listing_id = plan.listing.id
            for row in (plan.after or plan.stock).levels if plan.stock else ():
                if row.warehouse_id not in found.places:
                    continue  # TikTok opened it between two questions
                key = listing_id, found.places[row.warehouse_id].record_id
                before = gone.pop(key, (0, 0, 0, 0))
                kept = plan.uncovered.get(row.warehouse_id, 0)
                wanted = plan.wanted.get(row.warehouse_id)
                pushed = wanted if listing_id in accepted else None
                if wanted is None:
                    wanted = before[3] if plan.is_only_read else 0
                now = (row.available, row.committed, kept, wanted)
                if now != before or key not in found.stored or pushed is not None:
                    rows.append((*key, *now, pushed))
                if kept != before[2]:
                    moved.add(listing_id)
        Level = self.env["tts.listing.level"]
        Level._upsert(rows)
        shown = {plan.listing.id for plan in found.plans if plan.stock}
        Level._drop([key for key in gone if key[0] in shown])
        return moved

    def _signal_others(self, plans, moved):
        """Have listings compared that sell from the same stock as these.

        Units that are kept back for one listing are lost for the others, in every shop.

        :param moved: ids of the listings for which more or less is kept back now
        """
        Signal = self.env["tts.stock.signal"]
        products = {
            plan.listing.product_id.id for plan in plans if plan.listing.id in moved
        }
        compared = [plan.listing.id for plan in plans if not plan.is_only_read]
        if Signal._insert(Signal._family(products), but=compared):
            self._trigger_stock_push()

    def _refresh_places(self):
        """Learn what changed about the shop's warehouses before the next try."""
        try:
            self._pull_warehouses()
        except TikTokError as error:
            _logger.info("TikTok Shop %s: its warehouses: %s", self.id, error)


def _as_refused(error):
    """The refusal of a whole call that named one SKU."""
    return SkuRefused(error.code or 0, error.message)
