from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from .. import const
from ..lib.logistics import parse_warehouse

# Whoever changes one of these changes what every listing of the shop offers.
STOCK_FIELDS = {"warehouse_id", "stock_sync", "stock_warehouse_ids"}

STOCK_PLACES = """
SELECT place.remote_id, place.id, COALESCE(place.is_default, FALSE),
       COALESCE(place.kind = %(fbt)s, FALSE),
       COALESCE(place.effect_status = %(disabled)s, FALSE),
       COALESCE(place.stock_sync, FALSE),
       COALESCE(place.warehouse_id, shop.warehouse_id),
       ARRAY(SELECT counted.stock_warehouse_id
               FROM stock_warehouse_tts_warehouse_rel counted
              WHERE counted.tts_warehouse_id = place.id
           ORDER BY 1)
  FROM tts_warehouse place
  JOIN tts_shop shop ON shop.id = place.shop_id
 WHERE shop.id = %(shop)s
"""


class Place(NamedTuple):
    """What the stock sync has to know of a TikTok warehouse, read once."""

    record_id: int
    is_first: bool
    is_fbt: bool
    is_writable: bool
    takes_part: bool
    ships_from: int
    counts: tuple


class TtsWarehouse(models.Model):
    """A warehouse as TikTok knows it, and the Odoo warehouse that stands behind it."""

    _name = "tts.warehouse"
    _description = "TikTok Shop Warehouse"
    _order = "shop_id, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    shop_id = fields.Many2one("tts.shop", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    remote_id = fields.Char(string="TikTok Warehouse ID", required=True, readonly=True)
    kind = fields.Char(readonly=True)
    effect_status = fields.Char(string="Status", readonly=True)
    is_default = fields.Boolean(readonly=True)
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Odoo Warehouse",
        check_company=True,
        help="Ships the orders TikTok assigns to this warehouse. Empty: the shop's FBM "
        "warehouse.",
    )
    stock_sync = fields.Boolean(
        string="Push Stock",
        default=True,
        help="Whether Odoo sets the quantities of this warehouse. Warehouses of "
        "Fulfilled by TikTok are TikTok's own to count.",
    )
    stock_warehouse_ids = fields.Many2many(
        "stock.warehouse",
        string="Counts Stock Of",
        check_company=True,
        help="The warehouses whose stock is offered here. Empty: the one that ships.",
    )
    is_fbt = fields.Boolean(string="Fulfilled by TikTok", compute="_compute_is_fbt")

    _remote_uniq = models.UniqueIndex(
        "(shop_id, remote_id)", "This TikTok warehouse is already listed."
    )

    @api.depends("kind")
    def _compute_is_fbt(self):
        for warehouse in self:
            warehouse.is_fbt = warehouse.kind == const.FBT_WAREHOUSE

    @api.model_create_multi
    def create(self, vals_list):
        """A new warehouse has its stock compared."""
        warehouses = super().create(vals_list)
        warehouses.shop_id._ask_to_compare()
        return warehouses

    def write(self, vals):
        """A warehouse that is mapped anew has its stock compared."""
        result = super().write(vals)
        if vals.keys() & STOCK_FIELDS:
            self.shop_id._ask_to_compare()
        return result


class TtsShop(models.Model):
    _inherit = "tts.shop"

    def _stock_places(self):
        """Read what the stock sync has to know of this shop's warehouses, at once.

        A disabled warehouse takes no quantities, and no update has to name it.

        :return: {TikTok warehouse id: `Place`}
        """
        self.env["tts.warehouse"].flush_model()
        rows = self.env.execute_query(
            SQL(
                STOCK_PLACES,
                fbt=const.FBT_WAREHOUSE,
                disabled=const.DISABLED,
                shop=self.id,
            )
        )
        return {
            remote_id: Place(
                record_id=record_id,
                is_first=is_default,
                is_fbt=is_fbt,
                is_writable=not is_fbt and not is_disabled,
                takes_part=stock_sync and not is_fbt and not is_disabled,
                ships_from=ships_from,
                counts=tuple(counts or [ships_from]),
            )
            for (
                remote_id,
                record_id,
                is_default,
                is_fbt,
                is_disabled,
                stock_sync,
                ships_from,
                counts,
            ) in rows
        }

    def _pull_warehouses(self):
        """Create or update the shop's warehouses; what a person mapped stays.

        :raise TikTokError: TikTok refused or did not answer
        """
        self.ensure_one()
        with self._client() as client:
            remotes = [parse_warehouse(row) for row in client.warehouses()]
        known = {warehouse.remote_id: warehouse for warehouse in self.warehouse_ids}
        to_create = []
        for remote in remotes:
            values = {
                "name": remote.name,
                "kind": remote.kind,
                "effect_status": remote.status,
                "is_default": remote.is_default,
            }
            if remote.id in known:
                known[remote.id].write(values)
            elif not remote.is_for_returns:
                to_create.append(values | {"shop_id": self.id, "remote_id": remote.id})
        self.env["tts.warehouse"].create(to_create)

    def _warehouse_for(self, remote_warehouse_id):
        """Return the Odoo warehouse that ships for a TikTok warehouse."""
        mapped = self.warehouse_ids.filtered(
            lambda warehouse: warehouse.remote_id == remote_warehouse_id
        )
        return mapped.warehouse_id or self.warehouse_id
