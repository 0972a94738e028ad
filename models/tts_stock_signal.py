from odoo import api, fields, models
from odoo.tools import SQL

PENDING = "sale_tiktok_shop.stock_signals"


class TtsStockSignal(models.Model):
    """A product whose stock moved: written once per transaction, read by the push.

    Rows are only ever inserted by the people of the warehouse, so that no two of them
    wait for each other.
    """

    _name = "tts.stock.signal"
    _description = "TikTok Shop Stock Signal"
    _log_access = False

    # No foreign key: it would lock the product's row for the length of a transaction.
    product_id = fields.Integer(required=True)
    create_date = fields.Datetime(default=fields.Datetime.now)

    @api.model
    def _note(self, product_ids):
        """Remember that the stock of products changes in this transaction.

        The rows follow in one statement, when the transaction ends. Odoo runs what is
        to be done then at each savepoint, too; a savepoint that is rolled back takes
        its rows along with the changes they tell of.
        """
        pending = self.env.cr.precommit.data.get(PENDING)
        if pending is None:
            pending = self.env.cr.precommit.data[PENDING] = set()
            # In sudo mode, and not as somebody whose companies hide half of it.
            self.env.cr.precommit.add(self.sudo()._write_pending)
        pending.update(product_ids)

    def _write_pending(self):
        product_ids = self.env.cr.precommit.data.pop(PENDING, ())
        if product_ids and self._insert(product_ids):
            self.env["tts.shop"]._trigger_stock_push()

    @api.model
    def _insert(self, product_ids, but=()):
        """Insert a signal for each product whose stock a shop pushes.

        It reads what is committed and locks nothing. Parts of kits always count: which
        kits are listed is found out by whoever reads the signals.

        :param but: ids of listings that need no signal
        :return: whether anything was inserted
        """
        return bool(
            self.env.execute_query(
                SQL(
                    """
                    INSERT INTO tts_stock_signal (product_id, create_date)
                    SELECT moved.id, %(now)s
                      FROM unnest(%(products)s) AS moved(id)
                     WHERE EXISTS (
                               SELECT FROM tts_listing listing
                                 JOIN tts_shop shop ON shop.id = listing.shop_id
                                WHERE listing.product_id = moved.id
                                  AND listing.id != ALL(%(but)s)
                                  AND shop.stock_sync AND shop.active)
                           %(kits)s
                 RETURNING id
                    """,
                    now=fields.Datetime.now(),
                    products=list(product_ids),
                    but=list(but),
                    kits=self._or_part_of_kit(),
                )
            )
        )

    def _or_part_of_kit(self):
        if "mrp.bom" not in self.env:
            return SQL()
        return SQL(
            """
            OR EXISTS (SELECT FROM mrp_bom_line line
                         JOIN mrp_bom bom ON bom.id = line.bom_id
                        WHERE line.product_id = moved.id AND bom.type = 'phantom')
               AND EXISTS (SELECT FROM tts_shop WHERE stock_sync AND active)
            """
        )

    @api.model
    def _family(self, product_ids):
        """Return these products and all that sell from the same stock: kits, the parts
        of kits, and the other kits of those parts.

        More than these may come, never fewer: archived bills count, too.

        :return: list of product ids
        """
        if "mrp.bom" not in self.env or not product_ids:
            return list(product_ids)
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE kit AS (
                    SELECT DISTINCT product.id AS kit, line.product_id AS part
                      FROM mrp_bom bom
                      JOIN mrp_bom_line line ON line.bom_id = bom.id
                      JOIN product_product product
                        ON product.product_tmpl_id = bom.product_tmpl_id
                       AND product.id = COALESCE(bom.product_id, product.id)
                     WHERE bom.type = 'phantom'
                ), down AS (
                    SELECT id FROM unnest(%(products)s) AS start(id)
                     UNION
                    SELECT kit.part FROM down JOIN kit ON kit.kit = down.id
                ), up AS (
                    SELECT id FROM down
                     UNION
                    SELECT kit.kit FROM up JOIN kit ON kit.part = up.id
                )
                SELECT id FROM up
                """,
                products=list(product_ids),
            )
        )
        return [product_id for (product_id,) in rows]

    @api.model
    def _drain(self):
        """Turn signals into listings to compare, and delete them.

        Rows that another worker drains are left to it. A listing is written on even
        when it is due already: a push that is under way then meets a conflict where it
        notes its end, instead of taking numbers for new that are older than the signal.

        :return: number of signals
        """
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM tts_stock_signal
                 WHERE id IN (SELECT id FROM tts_stock_signal FOR UPDATE SKIP LOCKED)
             RETURNING product_id
                """
            )
        )
        if rows:
            family = self._family({product_id for (product_id,) in rows})
            self.env["tts.listing"].flush_model()
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE tts_listing listing
                       SET push_state = 'due'
                      FROM tts_shop shop
                     WHERE shop.id = listing.shop_id
                       AND shop.stock_sync AND shop.active
                       AND listing.product_id = ANY(%s)
                    """,
                    list(family),
                )
            )
            self.env["tts.listing"].invalidate_model(["push_state"], flush=False)
        return len(rows)


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _tts_signal_stock(self):
        """Have what TikTok lists of these products compared soon."""
        if self:
            self.env["tts.stock.signal"]._note(self.ids)
