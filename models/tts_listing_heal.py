import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from ..utils import is_expected, reason_of
from .tts_order_import import BUSY, IMPORT_CONTEXT
from .tts_shop_defaults import DEFAULT_PRODUCT_REF
from .tts_shop_sync import AGAIN_IN, CONFLICT_TRIES

_logger = logging.getLogger(__name__)

# What an issue names of each kind; a person who reads more opens the orders.
NAMED_ORDERS = 10
SETTLED_AT_ONCE = 1000


class TtsListing(models.Model):
    """Repairing open orders that sold the default product in a listing's place."""

    _inherit = "tts.listing"

    @api.model
    def _cron_heal_orders(self):
        """Repair the open orders of listings that got their product.

        Each order is a transaction; what is repaired is not found again, so that a
        killed worker's successor goes on where it stopped.
        """
        cron = self.env["ir.cron"]
        due = self.sudo()._due_to_heal()
        cron._commit_progress(remaining=len(due))
        due = due._settle_quiet()
        for position, listing in enumerate(due, start=1):
            finished = listing[0]._heal_safely()
            waiting = len(due) - position + (0 if finished else 1)
            if not cron._commit_progress(1, remaining=waiting) or not finished:
                break

    @api.model
    def _due_to_heal(self):
        """Return the listings that wait; when none does, look for overlooked ones."""
        due = self.search([("to_heal", "=", True)], order="id")
        return due or self._find_overlooked()

    @api.model
    def _find_overlooked(self):
        """Mark listings with a product that open orders do not carry yet.

        An order that was on its way in while its listing got the product is one.
        """
        overlooked = self.browse()
        for shop in self.env["tts.shop"].search([("listing_ids", "!=", False)]):
            defaults = shop._default_products()
            skus = self.env["sale.order.line"]._read_group(
                shop._default_lines_domain()
                & Domain("qty_delivered", "=", 0)
                & Domain("qty_invoiced", "=", 0),
                ["tts_sku_id"],
            )
            overlooked |= self.search(
                [
                    ("shop_id", "=", shop.id),
                    ("sku_remote_id", "in", [sku_id for [sku_id] in skus]),
                    ("product_id", "not in", [False, *defaults.ids]),
                ]
            )
        overlooked.to_heal = True
        return overlooked

    def _settle_quiet(self):
        """Be done with listings that no open order waits for: most of them, where a
        whole catalogue was matched.

        :return: the others
        """
        busy = self.browse()
        for shop, listings in self.grouped("shop_id").items():
            lines = self.env["sale.order.line"]._read_group(
                shop._default_lines_domain(), ["tts_sku_id"]
            )
            sold = {sku_id for [sku_id] in lines}
            busy |= listings.filtered(lambda row, sold=sold: row.sku_remote_id in sold)
        quiet = self - busy
        for start in range(0, len(quiet), SETTLED_AT_ONCE):
            some = quiet[start : start + SETTLED_AT_ONCE]
            try:
                some._note_quiet()
                self.env.flush_all()
            except BUSY:
                self.env.cr.rollback()
                busy |= some
            self.env["ir.cron"]._commit_progress(len(some))
        return busy

    def _note_quiet(self):
        self.to_heal = False
        matched = self.filtered("product_id")
        for shop, listings in matched.grouped("shop_id").items():
            keys = [f"sku:{sku_id}" for sku_id in listings.mapped("sku_remote_id")]
            self.env["tts.issue"]._close(shop, keys)

    def _heal_safely(self):
        """Repair the orders of one listing; one that fails stops no other.

        :return: False when time is up before all orders were looked at
        """
        try:
            return self.with_company(self.company_id)._heal()
        except BUSY:
            # Somebody works on an order of it: come back when it is quiet.
            self.env.cr.rollback()
            self._trigger_heal(at=fields.Datetime.now() + AGAIN_IN)
        except Exception:
            self.env.cr.rollback()
            _logger.exception("TikTok Shop: orders of listing %s not repaired", self.id)
        return True

    def _heal(self):
        """Repair the orders of one listing, in a transaction each.

        :return: False when time is up before all were looked at
        :raise psycopg2.OperationalError: another worker writes one of the orders
        """
        todo = self._lines_to_heal().order_id.ids
        left, tries = {}, 0
        while todo:
            order = self.env["sale.order"].browse(todo[0])
            try:
                reason = self._heal_apart(order)
                self.env.flush_all()
            except BUSY:
                tries += 1
                if tries == CONFLICT_TRIES:
                    raise
                self.env.cr.rollback()
                continue
            if reason:
                left[order.id] = reason
            todo, tries = todo[1:], 0
            if not self.env["ir.cron"]._commit_progress():
                return False
        self._note_healed(left)
        self.env.flush_all()
        return True

    def _heal_now(self):
        """Repair the orders of these listings at once, for a person who waits.

        :return: {listing: {sales order id: why it was left alone}}
        """
        outcome = {}
        for listing in self.sudo():
            listing = listing.with_company(listing.company_id)
            orders = listing._lines_to_heal().order_id
            reasons = {order.id: listing._heal_apart(order) for order in orders}
            left = {order_id: reason for order_id, reason in reasons.items() if reason}
            listing._note_healed(left)
            outcome[listing] = left
        return outcome

    def _lines_to_heal(self, order=None):
        """The lines of open orders that carry a default product for this listing.

        :param order: look at this sales order only
        """
        if not self.product_id:
            return self.env["sale.order.line"]
        domain = (
            self.shop_id._default_lines_domain()
            & Domain("tts_sku_id", "=", self.sku_remote_id)
            & Domain("product_id", "!=", self.product_id.id)
        )
        if order:
            domain &= Domain("order_id", "=", order.id)
        return self.env["sale.order.line"].search(domain, order="order_id, id")

    def _heal_apart(self, order):
        """Repair one order in a savepoint of its own.

        :return: why it was left alone, None when it is repaired
        :raise psycopg2.OperationalError: another worker writes the same order
        """
        try:
            with self.env.cr.savepoint():
                order.with_context(**IMPORT_CONTEXT)._tts_heal(self)
        except BUSY:
            raise
        except Exception as error:
            if not is_expected(error):
                _logger.exception(
                    "TikTok Shop: order %s could not be repaired", order.id
                )
            return reason_of(error)
        return None

    # === OUTCOME === #

    def _note_healed(self, left):
        """Close the issue of this SKU, or let it name the orders that were left.

        :param dict left: {sales order id: why}
        """
        self.to_heal = False
        if not self.product_id:
            return  # It lost its product again before anybody looked.
        key = f"sku:{self.sku_remote_id}"
        if not left:
            self.env["tts.issue"]._close(self.shop_id, [key])
            return
        label = self.seller_sku or self.sku_remote_id
        self.env["tts.issue"]._raise(
            self.shop_id,
            key,
            category="product",
            name=self.env._("Orders of SKU %s still carry the default product", label),
            reason=self._left_reason(left),
            hint=self.env._(
                "Put these orders right by hand where it still matters: where goods "
                "have left, count the stock of %(product)s; where they are being "
                "packed or invoiced, undo that and click Retry. Dismiss the issue when "
                "nothing is left to do.",
                product=self.product_id.display_name,
            ),
            reference=label,
        )

    def _left_reason(self, left):
        """What people are told of orders that were left alone, reason by reason."""
        names = defaultdict(list)
        for order in self.env["sale.order"].browse(left):
            names[left[order.id]].append(order.name)
        told = [
            self.env._(
                "These orders should carry %(product)s, but were left as they are.",
                product=self.product_id.display_name,
            )
        ]
        for reason, orders in names.items():
            shown = ", ".join(orders[:NAMED_ORDERS])
            more = len(orders) - NAMED_ORDERS
            if more > 0:
                shown = self.env._(
                    "%(orders)s and %(count)s more", orders=shown, count=more
                )
            told.append(f"{shown}: {reason}")
        return "\n".join(told)

    @api.model
    def _trigger_heal(self, at=None):
        self.env.ref("sale_tiktok_shop.ir_cron_heal_orders").sudo()._trigger(at=at)


class TtsShop(models.Model):
    """The products that stood in for unknown SKUs, now and formerly."""

    _inherit = "tts.shop"

    former_default_product_ids = fields.Many2many(
        "product.product",
        "tts_shop_former_default_rel",
        string="Former Default Products",
        readonly=True,
        copy=False,
        help="Orders that carry one of these are repaired when their SKU gets its "
        "product.",
    )

    def write(self, vals):
        """Remember the default product that is replaced: open orders carry it."""
        if "default_product_id" in vals:
            for shop in self:
                if shop.default_product_id.id != vals["default_product_id"]:
                    shop.former_default_product_ids |= shop.default_product_id
        return super().write(vals)

    def _default_products(self):
        """All products that orders of this shop carry in place of an unknown SKU."""
        company = self.company_id
        by_reference = (
            self.env["product.product"]
            .with_context(active_test=False)
            .search(
                Domain("default_code", "=", DEFAULT_PRODUCT_REF)
                & Domain("company_id", "in", [False, *company.parent_ids.ids])
            )
        )
        return self.default_product_id | self.former_default_product_ids | by_reference

    def _default_lines_domain(self):
        """The lines of this shop's open orders that carry a default product."""
        return (
            Domain("order_id.tts_shop_id", "=", self.id)
            & Domain("product_id", "in", self._default_products().ids)
            & Domain("tts_sku_id", "!=", False)
            & Domain("state", "in", ("draft", "sent", "sale"))
            & Domain("product_uom_qty", ">", 0)
        )
