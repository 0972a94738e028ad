from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from .. import const

QUANTITIES = (
    "qty_available",
    "free_qty",
    "incoming_qty",
    "outgoing_qty",
    "virtual_available",
)

COVERED_UNITS = """
  SELECT line.tts_sku_id, mirror.warehouse_remote_id,
         SUM(LEAST(line.product_uom_qty, COALESCE(held.quantity, 0),
                   sold.units))
    FROM tts_order mirror
    JOIN sale_order ON sale_order.tts_order_id = mirror.id
    JOIN sale_order_line line ON line.order_id = sale_order.id
    JOIN tts_listing listing ON listing.shop_id = mirror.shop_id
     AND listing.sku_remote_id = line.tts_sku_id
     AND listing.product_id = line.product_id
    JOIN LATERAL (%(held)s) held ON TRUE
    JOIN LATERAL (%(sold)s) sold ON TRUE
   WHERE mirror.shop_id = %(shop)s
     AND mirror.status IN %(statuses)s
     AND mirror.error_message IS NULL
     AND mirror.is_fbt IS NOT TRUE
     AND mirror.remote_id != ALL(%(left)s)
     AND sale_order.state = 'sale'
     AND listing.id = ANY(%(listings)s)
GROUP BY line.tts_sku_id, mirror.warehouse_remote_id
"""

HELD_BY_MOVES = """
   SELECT CASE
          WHEN bool_and(move.product_id = line.product_id)
               -- A line that was given its product left such moves behind.
               FILTER (WHERE move.state != 'cancel')
          THEN GREATEST(0, SUM(CASE
                   -- A delivery without backorder keeps its whole demand.
                   WHEN move.state = 'done'
                   THEN CASE WHEN source.usage = 'customer' THEN -1 ELSE 1 END
                        * move.quantity
                        * move.product_qty / NULLIF(move.product_uom_qty, 0)
                   ELSE move.product_qty
                   END) FILTER (WHERE move.state NOT IN ('draft', 'cancel')))
          WHEN bool_and(move.state NOT IN ('draft', 'cancel')
                    AND source.usage != 'customer'
                    AND (move.state != 'done'
                         OR move.quantity >= move.product_uom_qty))
          THEN line.product_uom_qty
          END AS quantity
     FROM stock_move move
     JOIN stock_location source ON source.id = move.location_id
     JOIN stock_location dest ON dest.id = move.location_dest_id
LEFT JOIN stock_location final ON final.id = move.location_final_id
    WHERE move.sale_line_id = line.id
      AND CASE
          WHEN source.usage = 'customer' THEN move.state = 'done'
          ELSE dest.usage NOT IN ('internal', 'view')
               OR (move.state != 'done'
                   AND final.usage NOT IN ('internal', 'view'))
          END
"""

STORED_LEVELS = """
   SELECT level.listing_id, level.warehouse_id,
          COALESCE(level.tiktok_quantity, 0),
          COALESCE(level.committed_quantity, 0),
          COALESCE(level.uncovered_quantity, 0),
          COALESCE(level.odoo_quantity, 0)
     FROM tts_listing_level level
    WHERE level.listing_id = ANY(%(listings)s)
UNION ALL
   SELECT NULL, listing.product_id,
          COALESCE(place.warehouse_id, shop.warehouse_id),
          SUM(level.uncovered_quantity), NULL, NULL
     FROM tts_listing_level level
     JOIN tts_listing listing ON listing.id = level.listing_id
     JOIN tts_shop shop ON shop.id = listing.shop_id
     JOIN tts_warehouse place ON place.id = level.warehouse_id
    WHERE level.uncovered_quantity > 0
      AND listing.product_id = ANY(%(products)s)
      AND listing.id != ALL(%(listings)s)
      AND listing.gone IS NOT TRUE
      AND (shop.id = %(shop)s OR (shop.stock_sync AND shop.active))
      AND place.kind IS DISTINCT FROM %(fbt)s
 GROUP BY 2, 3
"""


class TtsShop(models.Model):
    """How much of Odoo's stock can be promised, in few statements for many products."""

    _inherit = "tts.shop"

    # === WHAT ODOO HOLDS FOR ORDERS OF TIKTOK === #

    def _covered_units(self, plans, left):
        """Count the units that TikTok has committed and Odoo holds back by itself.

        A unit counts when a confirmed sales order carries it as the listing's product
        and its delivery is open or done, while TikTok still waits for the parcel.
        What failed to follow TikTok, or was shipped in part, counts for nothing: that
        lowers what is listed, and nothing raises it.

        :param plans: `Plan`s of listings of this shop
        :param left: the ids of orders and line items that TikTok no longer waits for,
            whatever their mirrors say; None when nobody knows, and then nothing counts
        :return: {(TikTok SKU id, TikTok warehouse id): units}
        """
        listing_ids = [plan.listing.id for plan in plans if plan.has_committed]
        if left is None or not listing_ids:
            return {}
        # What this transaction wrote on them has to be there for the query.
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                COVERED_UNITS,
                held=self._held_by_moves(),
                sold=self._units_not_left(left),
                shop=self.id,
                statuses=const.TO_SHIP_STATUSES,
                left=list(left),
                listings=listing_ids,
            )
        )
        return {(sku_id, place): units or 0 for sku_id, place, units in rows}

    def _units_not_left(self, left):
        """The units of a sales order `line` that TikTok may still wait for."""
        return SQL(
            """
            SELECT COUNT(*) AS units
              FROM jsonb_array_elements_text(
                       CASE WHEN jsonb_typeof(line.tts_line_ids) = 'array'
                            THEN line.tts_line_ids END) AS unit(id)
             WHERE unit.id != ALL(%s)
            """,
            list(left),
        )

    def _held_by_moves(self):
        """What the deliveries of a sales order `line` hold back, or brought away.

        In a delivery of several steps the same units pass several moves; the caller
        caps them by the line. What came back lies on the shelf, and whoever waits for
        it has it no more. The moves of a kit are those of its parts, in their own
        units: one that was cancelled, cut short or came back makes all of the line
        doubtful.
        """
        return SQL(HELD_BY_MOVES)

    def _stored_levels(self, listings, products):
        """Read the levels of many listings, and what the other listings of their
        products keep back, as last compared, in one statement.

        A shop that is compared no more keeps nothing back for good.

        :param products: ids of all products that sell from the same stock
        :return: ({(listing id, TikTok warehouse's record id): (on TikTok, committed,
            kept back, to list)}, {(product id, Odoo warehouse id): units kept back})
        """
        rows = self.env.execute_query(
            SQL(
                STORED_LEVELS,
                products=list(products),
                listings=listings.ids,
                shop=self.id,
                fbt=const.FBT_WAREHOUSE,
            )
        )
        stored, kept = {}, {}
        for listing_id, place_id, *units in rows:
            if listing_id:
                stored[listing_id, place_id] = tuple(units)
            else:
                kept[place_id, units[0]] = int(units[1])
        return stored, kept

    # === WHAT CAN BE PROMISED === #

    def _promised(self, products, warehouses, kept, parts):
        """Count what can be promised of products in warehouses, now.

        That is what lies there, less all that is reserved, less all that is to go out
        and not reserved yet, less what is kept back for orders that Odoo has not got.
        A kit is worth what its parts allow: its own numbers in Odoo are the smallest of
        each kind over all parts, and from those no demand can be told.

        :param products: `product.product`
        :param warehouses: `stock.warehouse`
        :param kept: {(product id, Odoo warehouse id): units kept back}, kits as such
        :param parts: the kits among all these products, see `_parts_of_kits`
        :return: {(product id, Odoo warehouse id): units in the product's unit}
        """
        counted = self._prime_products(products, parts)
        kept = _kept_of_parts(kept, parts)
        promised = {}
        for warehouse in warehouses:
            found = {}
            for product_id, row in self._quantities_of(counted, warehouse).items():
                # The quantity on hand less the larger of what is reserved and what is
                # demanded: a demand that is reserved counts once.
                units = min(row["free_qty"], row["qty_available"] - row["outgoing_qty"])
                found[product_id] = units - kept.get((product_id, warehouse.id), 0)
            kits = products.filtered(lambda product: product.id in parts)
            of_kits = self._quantities_of(kits, warehouse, parts=found)
            for product_id, row in of_kits.items():
                found[product_id] = row["free_qty"]
            for product in products:
                promised[product.id, warehouse.id] = found.get(product.id, 0)
        return promised

    def _quantities_of(self, products, warehouse, parts=None):
        """Compute Odoo's own quantities of products in a warehouse.

        Asked for directly: through the fields they come, and stay, in batches of 1,000.

        :param parts: what kits are computed from: {product id of a part: units}
        :return: {product id: {free_qty, qty_available, outgoing_qty, ...}}
        """
        if not products:
            return {}
        context = {"warehouse_id": warehouse.id, "company_id": self.company_id.id}
        if parts is not None:
            # The app for manufacturing takes these for the quantities of the parts.
            context["mrp_compute_quantities"] = {
                part: dict.fromkeys(QUANTITIES, units) for part, units in parts.items()
            }
        products = products.with_company(self.company_id).with_context(**context)
        return products._compute_quantities_dict(None, None, None)

    def _prime_products(self, products, parts):
        """Read in one go what Odoo would read in batches of 1,000.

        :return: the products that have quantities of their own: no kits, but the parts
            of kits
        """
        ids = [product_id for product_id in products.ids if product_id not in parts]
        ids += [part for units in parts.values() for part in units]
        counted = self.env["product.product"].browse(dict.fromkeys(ids))
        every = products | counted
        every.fetch(["product_tmpl_id"])
        every.product_tmpl_id.fetch(["type", "is_storable", "uom_id"])
        return counted

    def _parts_of_kits(self, products):
        """Tell which products are kits, and of what.

        :return: {product id of a kit: {product id of a part: units per kit}}, empty
            without the manufacturing app
        """
        if "mrp.bom" not in self.env or not products:
            return {}
        boms = (
            self.env["mrp.bom"]
            .with_company(self.company_id)
            ._bom_find(products, company_id=self.company_id.id, bom_type="phantom")
        )
        return {
            kit.id: _units_of_parts(kit, bom)
            for kit, bom in boms.items()
            if bom and kit in products
        }


def _units_of_parts(kit, bom):
    """Explode a kit as Odoo does: {product id of a part: units per kit}."""
    units = defaultdict(float)
    for line, data in bom.explode(kit, 1)[1]:
        part = line.product_id
        quantity = line.product_uom_id._compute_quantity(
            data["qty"] / data["original_qty"],
            part.uom_id,
            round=False,
            raise_if_failure=False,
        )
        units[part.id] += quantity / (bom.product_qty or 1)
    return units


def _kept_of_parts(kept, parts):
    """Replace kits that are kept back by their parts."""
    found = defaultdict(float)
    for (product_id, warehouse_id), units in kept.items():
        for part, per_kit in parts.get(product_id, {product_id: 1}).items():
            found[part, warehouse_id] += units * per_kit
    return found
