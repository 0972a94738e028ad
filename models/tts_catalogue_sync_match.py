from collections import Counter
from functools import partial

from odoo import fields, models

from .. import const
from ..lib.errors import Rejected, Unreachable
from .tts_catalogue_sync import RUNNING_STATES
from .tts_issue import CATALOGUE_KEY
from .tts_listing import LOST_STATES
from .tts_listing_match import CHUNK
from .tts_shop_sync import Interrupted

ASK_AGAIN = 100  # listings that a reading did not bring, per transaction
APPLY = 500


class TtsCatalogueSync(models.Model):
    """Reading, matching, applying: each step goes on where the last worker stopped."""

    _inherit = "tts.catalogue.sync"

    def _run_match(self):
        """Read the catalogue, match it, and stop for a person or apply.

        :return: False when time is up before the end
        """
        if self.state in ("waiting", "failed"):
            self._transact(self._begin)
        steps = {
            "reading": self._read,
            "matching": self._match_listings,
            "applying": self._apply_lines,
        }
        while step := steps.get(self.state):
            if not step():
                return False
        return True

    def _begin(self):
        self.write(
            {
                "state": "applying" if self.is_applying else "reading",
                "started_at": self.started_at or fields.Datetime.now(),
                "error_message": False,
                "next_try": False,
            }
        )

    # === READ === #

    def _read(self):
        """Take over all pages, then ask for what they did not bring.

        :return: False when time is up
        """
        with self.shop_id._client() as client:
            if not self.is_read and not self._read_pages(client):
                return False
            while missing := self._missing():
                if not self._transact(partial(self._ask, client, missing.ids)):
                    return False
        return self._transact(self._end_reading)

    def _read_pages(self, client):
        """Take over page by page; a mark that TikTok forgot means from the start."""
        pages = client.product_pages(resume=self.cursor or "")
        while True:
            mark = self.cursor
            try:
                page = next(pages, None)
            except Rejected as refused:
                if not self.cursor or refused.code != const.CODE_INVALID:
                    raise
                self.write({"cursor": False, "product_count": 0, "page_count": 0})
                pages = client.product_pages()
                continue
            if page is None:
                self.is_read = True
                return True
            if not self._transact(partial(self._take_page, page, mark)):
                return False

    def _take_page(self, page, mark):
        """Take over one page of products.

        :param mark: where the reading stood when the page was asked for
        :raise Interrupted: another worker has gone on from there
        """
        if self.cursor != mark:
            raise Interrupted()
        if self.page_count >= const.PAGE_CAP:
            raise Unreachable(
                self.env._("TikTok Shop sends a list that never ends; try again later.")
            )
        self.env["tts.listing"]._absorb_rows(self.shop_id, page.rows)
        self.write(
            {
                "cursor": page.resume or False,
                "is_read": not page.resume,
                "page_count": self.page_count + 1,
                "product_count": self.product_count + len(page.rows),
                "total_count": page.total_count or self.total_count,
            }
        )

    def _missing(self):
        """Return the next listings that the pages did not bring, not known as gone.

        Those of the second in which the reading started count too: times in Odoo are
        no finer.
        """
        return self.env["tts.listing"].search(
            [
                ("shop_id", "=", self.shop_id.id),
                ("id", ">", self.position),
                ("gone", "=", False),
                "|",
                ("seen_at", "=", False),
                ("seen_at", "<=", self.started_at),
            ],
            order="id",
            limit=ASK_AGAIN,
        )

    def _ask(self, client, listing_ids):
        """Ask for listings by their ids: pages shift while they are read. Those that
        TikTok does not know are gone.
        """
        Listing = self.env["tts.listing"]
        listings = Listing.browse(listing_ids)
        rows = client.products_by_sku(listings.mapped("sku_remote_id"))
        found = Listing._absorb_rows(self.shop_id, rows)
        unreadable = {row.get("id") for row in rows} - set(
            found.mapped("product_remote_id")
        )
        gone = (listings - found).filtered(
            lambda listing: listing.product_remote_id not in unreadable
        )
        gone.write({"gone": True})
        self.write(
            {"gone_count": self.gone_count + len(gone), "position": listing_ids[-1]}
        )

    def _end_reading(self):
        Listing = self.env["tts.listing"]
        Listing._flag_duplicates(self.shop_id)
        self.line_ids.unlink()
        self.write(
            dict.fromkeys(
                (
                    "listing_count",
                    "kept_count",
                    "seller_sku_count",
                    "tiktok_id_count",
                    "barcode_count",
                    "ambiguous_count",
                    "unmatched_count",
                    "ignored_count",
                    "line_count",
                    "applied_count",
                    "position",
                ),
                0,
            )
            | {
                "state": "matching",
                "duplicate_count": Listing.search_count(
                    [("shop_id", "=", self.shop_id.id), ("duplicate_sku", "=", True)]
                ),
            }
        )

    # === MATCH === #

    def _match_listings(self):
        """Match all listings, a thousand per transaction.

        :return: False when time is up
        """
        while self.state == "matching":
            if not self._transact(self._match_some):
                return self.state not in RUNNING_STATES
        return True

    def _match_some(self):
        Listing = self.env["tts.listing"]
        listings = Listing.search(
            [("shop_id", "=", self.shop_id.id), ("id", ">", self.position)],
            order="id",
            limit=CHUNK,
        )
        if not listings:
            self._end_matching()
            return
        proposals = Listing._match(self.shop_id, listings)
        self._count(proposals)
        self.position = listings[-1].id
        if self.auto_apply:
            Listing._apply(proposals)
        else:
            self._note(proposals)

    def _count(self, proposals):
        """Add proposals to the counts that people see."""
        counts = Counter(_counted_as(proposal) for proposal in proposals)
        counts["listing"] = len(proposals)
        self.write(
            {
                f"{name}_count": self[f"{name}_count"] + count
                for name, count in counts.items()
                if name
            }
        )

    def _note(self, proposals):
        """Keep a row for each listing that would change or needs a person."""
        rows = self.env["tts.catalogue.sync.line"].create(
            [
                {
                    "sync_id": self.id,
                    "listing_id": proposal.listing.id,
                    "action": proposal.action,
                    "product_id": proposal.product.id,
                    "match_state": proposal.state,
                    "reason": proposal.reason,
                }
                for proposal in proposals
                if proposal.action in ("link", "relink", "unlink")
                or (proposal.action in LOST_STATES and not proposal.listing.gone)
            ]
        )
        self.line_count += len(rows)

    def _end_matching(self):
        if self.auto_apply:
            self._finish()
        elif not self._has_decisions():
            # Nothing to decide: the rows only say what is left to do.
            self.state = "applying"
            self.is_applying = True
        else:
            self.state = "preview"
            self.env["tts.issue"]._close(self.shop_id, [CATALOGUE_KEY])

    def _has_decisions(self):
        """Whether there are rows that a person may agree to."""
        return bool(
            self.env["tts.catalogue.sync.line"].search_count(
                [("sync_id", "=", self.id), ("action", "not in", LOST_STATES)], limit=1
            )
        )

    # === APPLY === #

    def _apply_lines(self):
        """Carry out the rows of the preview, some hundred per transaction.

        :return: False when time is up
        """
        while self.state == "applying":
            if not self._transact(self._apply_some):
                return self.state not in RUNNING_STATES
        return True

    def _apply_some(self):
        """Apply rows whose listing still stands as it did; leave the others alone."""
        Listing = self.env["tts.listing"]
        lines = self.env["tts.catalogue.sync.line"].search(
            [("sync_id", "=", self.id), ("outcome", "=", "waiting")],
            order="id",
            limit=APPLY,
        )
        if not lines:
            self._finish()
            return
        now = {
            proposal.listing: proposal
            for proposal in Listing._match(self.shop_id, lines.listing_id)
        }
        agreed = lines.filtered(
            lambda line: (
                now[line.listing_id].product == line.product_id
                and now[line.listing_id].state == line.match_state
                and now[line.listing_id].action == line.action
            )
        )
        Listing._apply([now[line.listing_id] for line in agreed])
        done = agreed.filtered(lambda line: line.action not in LOST_STATES)
        done.outcome = "done"
        (agreed - done).outcome = "kept"
        (lines - agreed).write(
            {
                "outcome": "kept",
                "message": self.env._("Meanwhile the listing or its product changed."),
            }
        )
        self.applied_count += len(lines)

    def _finish(self):
        """The shop's catalogue is in Odoo; barcodes found meanwhile count too."""
        Listing = self.env["tts.listing"]
        if not self.auto_apply:
            with_code = Listing.search(
                [
                    ("shop_id", "=", self.shop_id.id),
                    ("match_state", "in", LOST_STATES),
                    ("barcode", "!=", False),
                ],
                order="id",
            )
            Listing._apply(Listing._match(self.shop_id, with_code))
        self.write(
            {
                "state": "done",
                "finished_at": fields.Datetime.now(),
                "failure_count": 0,
            }
        )
        self.shop_id.last_catalogue_sync = fields.Datetime.now()
        self.env["tts.issue"]._close(self.shop_id, [CATALOGUE_KEY])


def _counted_as(proposal):
    """Return the name of the count a proposal adds to, None for none."""
    if proposal.action == "ignored":
        return "ignored"
    if proposal.action == "keep":
        return "kept"
    if proposal.product:
        return proposal.state
    return None if proposal.listing.gone else proposal.state
