import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..lib.errors import RateLimited, TikTokError, Unauthorized
from .tts_catalogue_sync import RUNNING_STATES
from .tts_listing import LOST_STATES, MATCHED_STATES
from .tts_order_import import Conflict

_logger = logging.getLogger(__name__)

# Apart from the locks of orders and of stock; the second key is the shop.
CATALOGUE_LOCK_SPACE = 0x7477
DETAILS = 5  # products per transaction, a call each
DETAILS_AGAIN_IN = timedelta(minutes=15)


class TtsShop(models.Model):
    """The catalogue of a shop: how much of it Odoo knows."""

    _inherit = "tts.shop"

    catalogue_sync = fields.Boolean(
        string="Sync Catalogue Daily",
        default=True,
        help="What matches is applied by itself. A new shop is left alone for its "
        "first day, or until somebody syncs its catalogue.",
    )
    last_catalogue_sync = fields.Datetime(readonly=True, copy=False)
    catalogue_sync_ids = fields.One2many(
        "tts.catalogue.sync", "shop_id", string="Catalogue Syncs"
    )
    listing_ids = fields.One2many("tts.listing", "shop_id", string="Listings")
    listing_count = fields.Integer(compute="_compute_coverage", string="SKUs")
    unmatched_count = fields.Integer(
        compute="_compute_coverage", string="SKUs without Product"
    )
    sku_coverage = fields.Float(
        compute="_compute_coverage",
        string="SKU Coverage",
        help="The share of TikTok's SKUs that have their product, in percent. Ignored "
        "ones and those gone from TikTok do not count.",
    )

    @api.depends("listing_ids.match_state", "listing_ids.gone")
    def _compute_coverage(self):
        counts = self.env["tts.listing"]._read_group(
            Domain("shop_id", "in", self.ids)
            & Domain("gone", "=", False)
            & Domain("match_state", "!=", "ignored"),
            ["shop_id", "match_state"],
            ["__count"],
        )
        matched, listed = dict.fromkeys(self.ids, 0), dict.fromkeys(self.ids, 0)
        for shop, state, count in counts:
            listed[shop.id] += count
            matched[shop.id] += count if state in MATCHED_STATES else 0
        for shop in self:
            total, done = listed.get(shop.id, 0), matched.get(shop.id, 0)
            shop.listing_count = total
            shop.unmatched_count = total - done
            # 99.99 % must not look like all of them.
            shop.sku_coverage = int(1000 * done / total) / 10 if total else 0.0

    # === BUTTONS === #

    def action_sync_catalogue(self):
        """Have the catalogue of this shop read and matched in the background.

        :return: the action that opens the sync, to watch it and to apply it
        :raise UserError: the shop is disconnected
        """
        self.ensure_one()
        self.check_access("write")
        self._check_connected()
        Sync = self.env["tts.catalogue.sync"]
        mine = Domain("shop_id", "=", self.id) & Domain("kind", "=", "match")
        running = mine & Domain("state", "in", RUNNING_STATES)
        sync = Sync.search(running & Domain("auto_apply", "=", False), limit=1)
        if not sync:
            Sync.search(mine & Domain("state", "=", "preview")).action_discard()
            sync = Sync.create({"shop_id": self.id})
        sync._trigger()
        return sync._get_records_action()

    def _retry_catalogue(self):
        """Let a failed catalogue sync go on, or start one."""
        self._check_connected()
        last = self.catalogue_sync_ids[:1]
        if last.state != "failed":
            return self.action_sync_catalogue()
        last.action_run_again()
        return last._get_records_action()

    def action_view_listings(self):
        """Open the listings of this shop, those that need a person first."""
        self.ensure_one()
        return self._open_listings("to_match" if self.unmatched_count else None)

    def _open_listings(self, name=None):
        """Open the listings of this shop.

        :param name: a filter of their search view
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_listing_action"
        )
        context = {"tts_one_shop": True}
        if name:
            context[f"search_default_{name}"] = 1
        return action | {"domain": [("shop_id", "=", self.id)], "context": context}

    # === SCHEDULED ACTION === #

    def _take_catalogue(self):
        """Lock this shop's catalogue until the next commit; False when another worker
        has it.
        """
        [[taken]] = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(%s, %s)",
                CATALOGUE_LOCK_SPACE,
                self.id,
            )
        )
        return taken

    @api.model
    def _connected_domain(self):
        """The shops in use that TikTok would answer for."""
        return (
            Domain("active", "=", True)
            & Domain("account_id.active", "=", True)
            & Domain("account_id.state", "=", "connected")
            & Domain("remote_id", "!=", False)
        )

    @api.model
    def _with_due_details(self):
        """Return the connected shops with products whose details were not read."""
        groups = self.env["tts.listing"]._read_group(
            self._due_details_domain(), ["shop_id"]
        )
        shops = self.browse(shop.id for [shop] in groups)
        return shops.filtered_domain(self._connected_domain())

    @api.model
    def _due_details_domain(self):
        return (
            Domain("is_detail_due", "=", True)
            & Domain("gone", "=", False)
            & Domain("product_remote_id", "!=", False)
        )

    def _read_details_safely(self):
        """Read images, barcodes and attributes; what fails waits for a better time.

        :return: False when time is up and there are more
        """
        shop = self.with_company(self.company_id)
        try:
            return shop._read_details()
        except (OperationalError, Conflict):
            self.env.cr.rollback()
            wait = DETAILS_AGAIN_IN
        except TikTokError as error:
            self.env.cr.rollback()
            wait = DETAILS_AGAIN_IN
            if isinstance(error, RateLimited):
                wait = timedelta(seconds=max(error.retry_after or 0, 30))
            elif isinstance(error, Unauthorized):
                self.account_id._note_trouble(error)
            _logger.info("TikTok Shop %s: details must wait: %s", self.id, error)
        except Exception:
            self.env.cr.rollback()
            wait = DETAILS_AGAIN_IN
            _logger.exception("TikTok Shop %s: details could not be read", self.id)
        self.env["tts.catalogue.sync"]._trigger(at=fields.Datetime.now() + wait)
        return True

    def _read_details(self):
        """Read details of due products, a few per transaction, unmatched ones first.

        :return: False when time is up and there are more
        :raise TikTokError: TikTok refused or did not answer
        """
        cron = self.env["ir.cron"]
        Listing = self.env["tts.listing"]
        with self._client() as client:
            while self._take_catalogue():
                product_ids = self._due_details()
                if not product_ids:
                    return True
                listings = Listing._pull_details(self, client, product_ids)
                self._match_quietly(listings)
                self.env.flush_all()
                if not cron._commit_progress(1, remaining=1):
                    return False
        self.env["tts.catalogue.sync"]._trigger(
            at=fields.Datetime.now() + DETAILS_AGAIN_IN
        )
        return True

    def _due_details(self):
        """Return ids of a few products whose details to read next."""
        mine = self._due_details_domain() & Domain("shop_id", "=", self.id)
        lost = Domain("match_state", "in", LOST_STATES)
        Listing = self.env["tts.listing"]
        for domain in (mine & lost, mine):
            groups = Listing._read_group(domain, ["product_remote_id"], limit=DETAILS)
            if groups:
                return [product_id for [product_id] in groups]
        return []

    def _match_quietly(self, listings):
        """Match listings whose barcodes became known, unless a person is looking."""
        Listing = self.env["tts.listing"]
        lost = listings.filtered(lambda listing: listing.match_state in LOST_STATES)
        if lost and self._applies_quietly():
            Listing._apply(Listing._match(self, lost))

    def _applies_quietly(self):
        """Whether matches may be applied unseen: not while one waits for a person."""
        last = self.env["tts.catalogue.sync"].search(
            [("shop_id", "=", self.id), ("kind", "=", "match")], limit=1
        )
        return last.state == "done"
