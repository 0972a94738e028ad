from odoo import api, fields, models
from odoo.tools import SQL

from .. import const
from ..lib.inventory import Rule

# Whoever changes one of these changes what the listing offers.
RULE_FIELDS = {
    "product_id",
    "stock_policy",
    "stock_buffer",
    "stock_share",
    "stock_maximum",
}
# Forgets what TikTok refused, and has the listing compared.
PUSH_ANEW = {"push_state": "waiting", "next_push": False, "is_shared_stock": False}
MOST_UNITS = 2**31 - 1  # what an integer column holds

UPSERT_LEVELS = """
INSERT INTO tts_listing_level AS level
       (listing_id, shop_id, company_id, warehouse_id, tiktok_quantity,
        committed_quantity, uncovered_quantity, odoo_quantity,
        pushed_quantity, pushed_at, create_date, write_date,
        create_uid, write_uid)
SELECT listing.id, listing.shop_id, listing.company_id, row.place,
       row.tiktok, row.committed, row.uncovered, row.wanted, row.pushed,
       CASE WHEN row.pushed IS NOT NULL THEN %(now)s::timestamp END,
       %(now)s, %(now)s, %(user)s, %(user)s
  FROM unnest(%(listings)s, %(places)s, %(tiktok)s::int[],
              %(committed)s::int[], %(uncovered)s::int[],
              %(wanted)s::int[], %(pushed)s::int[])
    AS row(listing, place, tiktok, committed, uncovered, wanted, pushed)
  JOIN tts_listing listing ON listing.id = row.listing
    ON CONFLICT (listing_id, warehouse_id) DO UPDATE SET
       tiktok_quantity = COALESCE(
           EXCLUDED.tiktok_quantity, level.tiktok_quantity),
       committed_quantity = COALESCE(
           EXCLUDED.committed_quantity, level.committed_quantity),
       uncovered_quantity = COALESCE(
           EXCLUDED.uncovered_quantity, level.uncovered_quantity),
       odoo_quantity = COALESCE(
           EXCLUDED.odoo_quantity, level.odoo_quantity),
       pushed_quantity = COALESCE(
           EXCLUDED.pushed_quantity, level.pushed_quantity),
       pushed_at = COALESCE(EXCLUDED.pushed_at, level.pushed_at),
       write_date = EXCLUDED.write_date,
       write_uid = EXCLUDED.write_uid
"""


class TtsListingLevel(models.Model):
    """The stock of one listing in one of TikTok's warehouses, in units."""

    _name = "tts.listing.level"
    _description = "TikTok Shop Stock Level"
    _order = "listing_id, id"

    listing_id = fields.Many2one(
        "tts.listing", required=True, readonly=True, ondelete="cascade"
    )
    shop_id = fields.Many2one(
        related="listing_id.shop_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(
        related="listing_id.company_id", store=True, precompute=True
    )
    warehouse_id = fields.Many2one(
        "tts.warehouse", required=True, readonly=True, ondelete="cascade", index=True
    )
    is_fbt = fields.Boolean(related="warehouse_id.is_fbt")
    tiktok_quantity = fields.Integer(
        string="On TikTok", readonly=True, help="Available to buy, when last read."
    )
    committed_quantity = fields.Integer(
        string="Committed",
        readonly=True,
        help="Sold on TikTok and not shipped yet; not part of what is available.",
    )
    uncovered_quantity = fields.Integer(
        string="Not in Odoo Yet",
        readonly=True,
        help="Committed on TikTok by orders that no confirmed sales order covers: "
        "unpaid, on hold, or not imported. Odoo keeps these units back.",
    )
    odoo_quantity = fields.Integer(
        string="To List", readonly=True, help="What Odoo can promise, by the rules."
    )
    pushed_quantity = fields.Integer(string="Pushed", readonly=True)
    pushed_at = fields.Datetime(readonly=True)

    _warehouse_uniq = models.UniqueIndex(
        "(listing_id, warehouse_id)",
        "This listing already has a level for this warehouse.",
    )

    @api.model
    def _upsert(self, rows):
        """Create or update levels, all of them in one statement.

        :param list rows: (listing id, warehouse id, on TikTok, committed, not in Odoo
            yet, to list, pushed), with None for what is not known or did not change
        """
        if not rows:
            return
        self.env["tts.listing"].flush_model(["shop_id", "company_id"])
        columns = [list(column) for column in zip(*rows, strict=True)]
        for column in columns[2:]:
            column[:] = [None if n is None else min(int(n), MOST_UNITS) for n in column]
        now = fields.Datetime.now()
        # A unique index settles who was first, so that no worker needs to look before.
        self.env.cr.execute(
            SQL(
                UPSERT_LEVELS,
                now=now,
                user=self.env.uid,
                listings=columns[0],
                places=columns[1],
                tiktok=columns[2],
                committed=columns[3],
                uncovered=columns[4],
                wanted=columns[5],
                pushed=columns[6],
            )
        )
        self._forget()

    @api.model
    def _drop(self, keys):
        """Delete the levels of warehouses that TikTok took a SKU out of.

        :param keys: (listing id, warehouse id) of each
        """
        if not keys:
            return
        self.env.cr.execute(
            SQL(
                "DELETE FROM tts_listing_level WHERE (listing_id, warehouse_id) IN %s",
                tuple(keys),
            )
        )
        self._forget()

    def _forget(self):
        """Make the cache forget what SQL changed."""
        self.invalidate_model(flush=False)
        self.env["tts.listing"].invalidate_model(["level_ids"], flush=False)


class TtsListing(models.Model):
    _inherit = "tts.listing"

    level_ids = fields.One2many(
        "tts.listing.level", "listing_id", string="Stock Levels", readonly=True
    )
    stock_policy = fields.Selection(
        [
            ("shop", "As the Shop"),
            ("own", "Own Rule"),
            ("never", "Never Push"),
        ],
        required=True,
        default="shop",
    )
    stock_buffer = fields.Integer(
        string="Buffer", help="Units kept back in each warehouse."
    )
    stock_share = fields.Float(
        string="Share (%)",
        default=100.0,
        help="The part of what is left after the buffer that this listing offers.",
    )
    stock_maximum = fields.Integer(
        string="Maximum Listed", help="At most this many units; 0 for no limit."
    )
    push_state = fields.Selection(
        [
            ("waiting", "Not Compared Yet"),
            ("step", "In Step"),
            ("due", "To Push"),
            ("skipped", "Not Pushed"),
            ("error", "Failed"),
        ],
        string="Stock",
        required=True,
        default="waiting",
        readonly=True,
        index=True,
    )
    push_reason = fields.Char(string="Stock Message", readonly=True)
    odoo_quantity = fields.Integer(string="To List", readonly=True)
    tiktok_quantity = fields.Integer(
        string="On TikTok",
        readonly=True,
        help="Available to buy in all of TikTok's warehouses, also in those that it "
        "keeps itself and Odoo does not set.",
    )
    pushed_quantity = fields.Integer(string="Last Pushed", readonly=True)
    pushed_at = fields.Datetime(string="Pushed On", readonly=True)
    compared_at = fields.Datetime(
        string="Compared On",
        readonly=True,
        help="When a comparison last found anything new.",
    )
    next_push = fields.Datetime(
        readonly=True,
        copy=False,
        help="TikTok refused the quantity; unless it changes, it is sent again then.",
    )
    is_shared_stock = fields.Boolean(
        string="Shared Stock",
        readonly=True,
        copy=False,
        help="TikTok keeps its stock with another shop or the global product.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Listings that come with their product have their stock compared."""
        listings = super().create(vals_list)
        listings.product_id._tts_signal_stock()
        return listings

    def write(self, vals):
        """Another product or rule means another quantity."""
        if not vals.keys() & RULE_FIELDS:
            return super().write(vals)
        before = self.product_id if "product_id" in vals else self.product_id.browse()
        result = super().write(vals | PUSH_ANEW)
        # What is kept back for the orders of a listing moves along with it.
        (before | self.product_id)._tts_signal_stock()
        return result

    @api.model
    def _stock_fields(self):
        """What comparing needs to know of a listing, read in one statement."""
        return [
            *("shop_id", "product_remote_id", "sku_remote_id", "status", "gone"),
            *("is_bundle", "product_id", *RULE_FIELDS - {"product_id"}),
            *("push_state", "push_reason", "odoo_quantity", "tiktok_quantity"),
            *("pushed_quantity", "next_push", "is_shared_stock"),
        ]

    def _why_not_pushed(self):
        """Tell why this listing is left alone whatever its stock is, "" if it is not.

        Source of the statuses: Partner API, "Update Inventory".
        """
        self.ensure_one()
        if self.gone:
            return self.env._("It is gone from TikTok.")
        if not self.product_id:
            return self.env._("It has no product. Choose one.")
        if self.stock_policy == "never":
            return self.env._("It is set to Never Push.")
        if self.is_bundle:
            return self.env._("It is a virtual bundle: its stock follows its parts.")
        if self.is_shared_stock:
            return self.push_reason or self.env._("Its stock is kept elsewhere.")
        if self.status not in const.STOCK_STATUSES:
            names = dict(self._fields["status"]._description_selection(self.env))
            return self.env._(
                "TikTok takes no quantities in the status %s.",
                names.get(self.status, self.status),
            )
        return ""

    def _stock_rule(self):
        """Return the `Rule` this listing offers its stock by: its own or the shop's."""
        self.ensure_one()
        owner = self if self.stock_policy == "own" else self.shop_id
        return Rule(owner.stock_buffer, owner.stock_share, owner.stock_maximum or None)

    @api.model
    def _store_levels(self, shop, stocks):
        """Keep what TikTok says about the stock of listings, the rest untouched.

        :param shop: the shop of all of them
        :param stocks: `lib.inventory.SkuStock`s; `committed` may be None, for not known
        """
        by_sku = self._by_sku(shop, [stock.sku_id for stock in stocks])
        places = {place.remote_id: place.id for place in shop.warehouse_ids}
        self.env["tts.listing.level"]._upsert(
            [
                (by_sku[stock.sku_id].id, places[row.warehouse_id])
                + (row.available, row.committed, None, None, None)
                for stock in stocks
                if stock.sku_id in by_sku
                for row in stock.levels
                if row.warehouse_id in places
            ]
        )

    def _note_push(self, values):
        """Write what a comparison found, when it is new."""
        self.ensure_one()
        values = {name: value for name, value in values.items() if self[name] != value}
        if values:
            self.write(values | {"compared_at": fields.Datetime.now()})

    def _raise_stock_issue(self, reason):
        """Tell a person that TikTok does not take this listing's quantity."""
        self.ensure_one()
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"stock:{self.sku_remote_id}",
            category="stock",
            name=self.env._("The stock of %s is not set on TikTok", self.display_name),
            reason=reason,
            hint=self.env._(
                "TikTok goes on selling what it has. Do what the reason says, then "
                "click Retry; or set the listing to Never Push."
            ),
            reference=self.seller_sku or self.sku_remote_id,
            next_retry=self.next_push,
        )

    def _push_anew(self):
        """Compare these listings, and send what TikTok refused, within a minute."""
        self.write(PUSH_ANEW)
        self.env["tts.shop"]._trigger_stock_push()
