import hashlib
import json
import logging
from dataclasses import dataclass, field
from datetime import timedelta

from psycopg2 import IntegrityError, OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const
from ..lib.errors import PayloadError
from ..lib.grouping import group_units
from ..lib.money import expected_total, order_amounts
from ..lib.payloads import Order, parse_order

_logger = logging.getLogger(__name__)

RETRY_START = timedelta(minutes=30)
RETRY_CAP = timedelta(hours=24)
LONGEST_ID = 64
# Importing writes no change log: the TikTok order is the record of what came when.
IMPORT_CONTEXT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "tts_import": True,
}


class Conflict(Exception):
    """Another worker wrote the same thing: read the page again, with fresh eyes."""


class MappingError(UserError):
    """Something of Odoo's is missing that a person can supply."""


@dataclass(slots=True)
class Incoming:
    """One order on its way in: its mirror, TikTok's word, and the money."""

    mirror: models.BaseModel
    order: Order
    expected: object
    currency: models.BaseModel


@dataclass(slots=True)
class Mapping:
    """Everything a batch of orders refers to, found in a handful of queries."""

    products: dict
    ambiguous: dict
    carriers: dict
    buyers: dict
    recipients: dict
    source: models.BaseModel
    has_analytics: bool
    groups: dict = field(default_factory=dict)
    fiscal_positions: dict = field(default_factory=dict)
    unmatched: dict = field(default_factory=dict)


class TtsOrder(models.Model):
    """Absorbing what TikTok tells: mirror first, then the sales order."""

    _inherit = "tts.order"

    # === ABSORB === #

    @api.model
    def _absorb(self, shop, rows, force=False):
        """Bring raw orders of one shop into Odoo; unchanged ones cost one query in all.

        :param list rows: order objects as TikTok sent them
        :param bool force: go through unchanged orders too
        :return: {remote order id: outcome}, outcome one of created, updated, unchanged,
            ignored, error
        :raise Conflict: another worker wrote the same orders meanwhile
        """
        self = self.with_company(shop.company_id)
        shop = shop.with_company(shop.company_id)
        named = self._by_remote_id(shop, rows)
        known = self._known_mirrors(shop, named)
        fresh, changed, outcomes = [], [], {}
        for remote_id, row in named.items():
            row, digest = _clean(row)
            mirror = known.get(remote_id)
            same = mirror and mirror.digest == digest and not force
            if same or (mirror and _is_stale(mirror, row)):
                outcomes[remote_id] = "unchanged"
            elif mirror:
                changed.append((mirror, row, digest))
            elif _is_ignorable(row):
                outcomes[remote_id] = "ignored"
            else:
                fresh.append((remote_id, row, digest))
        outcomes |= self._absorb_fresh(shop, fresh)
        outcomes |= self._absorb_changed(shop, changed)
        return outcomes

    @api.model
    def _by_remote_id(self, shop, rows):
        """Keep the newest version of each order; report what has no id."""
        named = {}
        for row in rows:
            remote_id = _remote_id(row)
            if not remote_id:
                self._note_nameless(shop, row)
            elif remote_id not in named or _epoch_of(row) >= _epoch_of(
                named[remote_id]
            ):
                named[remote_id] = row
        return named

    @api.model
    def _known_mirrors(self, shop, remote_ids):
        mirrors = self.search_fetch(
            [("shop_id", "=", shop.id), ("remote_id", "in", list(remote_ids))],
            ["remote_id", "remote_update_epoch", "digest", "state"],
        )
        return {mirror.remote_id: mirror for mirror in mirrors}

    @api.model
    def _absorb_fresh(self, shop, fresh):
        """Record orders never seen before, then import those that can be."""
        if not fresh:
            return {}
        parsed = {remote_id: self._parse(row) for remote_id, row, _digest_ in fresh}
        currencies = self._currencies(parsed.values())
        mirrors = self._create_mirrors(
            [
                self._prepare_fresh_values(
                    shop, remote_id, row, digest, parsed[remote_id], currencies
                )
                for remote_id, row, digest in fresh
            ]
        )
        incoming, outcomes = [], {}
        for mirror in mirrors:
            order = parsed[mirror.remote_id]
            if isinstance(order, PayloadError):
                mirror._note_error(order)
                outcomes[mirror.remote_id] = "error"
            elif order.status not in const.TO_SHIP_STATUSES:
                mirror._note_error(self._unknown_status(order))
                outcomes[mirror.remote_id] = "error"
            else:
                incoming.append(self._incoming(mirror, order, currencies))
        self._import(shop, incoming)
        for entry in incoming:
            failed = entry.mirror.state in ("error", "review")
            outcomes[entry.order.id] = "error" if failed else "created"
        return outcomes

    @api.model
    def _create_mirrors(self, vals_list):
        """Create mirrors in one go; one that the database refuses keeps its bare id."""
        try:
            with self.env.cr.savepoint():
                mirrors = self.with_context(**IMPORT_CONTEXT).create(vals_list)
        except OperationalError:
            raise
        except Exception as error:
            if _is_ours(error):
                raise Conflict() from error
            if len(vals_list) > 1:
                half = len(vals_list) // 2
                return self._create_mirrors(vals_list[:half]) | self._create_mirrors(
                    vals_list[half:]
                )
            _logger.exception("A TikTok Shop order cannot be recorded as it came")
            bare = {name: vals_list[0][name] for name in ("shop_id", "remote_id")}
            mirrors = self.create(bare | {"digest": vals_list[0]["digest"]})
        return self.browse(mirrors.ids)

    @api.model
    def _prepare_fresh_values(self, shop, remote_id, row, digest, order, currencies):
        values = {
            "shop_id": shop.id,
            "remote_id": remote_id,
            "remote_update_epoch": _epoch_of(row),
            "digest": digest,
            "payload": row,
        }
        if isinstance(order, PayloadError):
            status = str(row.get("status") or "")
            return values | {
                "status": self._status_value(status),
                "remote_status": status,
            }
        return values | self._prepare_mirror_values(
            order,
            order_amounts(order),
            expected_total(order),
            currencies[order.payment.currency],
        )

    @api.model
    def _parse(self, row):
        """Return the typed order, or the `PayloadError` that says what is wrong."""
        try:
            return parse_order(row)
        except PayloadError as error:
            return error
        except Exception as error:
            # Nothing TikTok may send can stop the orders beside it.
            _logger.exception("A TikTok Shop order cannot be read")
            return PayloadError("order", repr(error))

    @api.model
    def _unknown_status(self, order):
        return MappingError(
            self.env._(
                "TikTok gives it the status %s, which this version does not know.",
                order.status,
            )
        )

    @api.model
    def _currencies(self, orders):
        """Look up the currencies of typed orders: {ISO code: currency or empty}."""
        codes = {order.payment.currency for order in orders if isinstance(order, Order)}
        Currency = self.env["res.currency"].with_context(active_test=False)
        found = Currency.search([("name", "in", list(codes))])
        by_code = {currency.name: currency for currency in found}
        return {code: by_code.get(code, Currency) for code in codes}

    @api.model
    def _incoming(self, mirror, order, currencies):
        return Incoming(
            mirror, order, expected_total(order), currencies[order.payment.currency]
        )

    @api.model
    def _note_nameless(self, shop, row):
        self.env["tts.issue"]._raise(
            shop,
            "nameless_order",
            category="order",
            name=self.env._("TikTok sent an order without an id"),
            reason=json.dumps(row, default=str)[:500],
            hint=self.env._(
                "It cannot be imported. Compare the orders of the last hours in Seller "
                "Center with Odoo, and import a missing one by its number."
            ),
        )

    # === IMPORT === #

    @api.model
    def _import(self, shop, incoming):
        """Turn orders into sales orders; a batch that fails is split until the culprit
        is alone, and only the culprit stays out.

        :raise Conflict, OperationalError: this transaction must start again
        """
        if not incoming:
            return
        try:
            with self.env.cr.savepoint():
                self._create_sale_orders(shop, incoming)
        except (Conflict, OperationalError):
            raise
        except Exception as error:
            if _is_ours(error):
                raise Conflict() from error
            if len(incoming) == 1:
                incoming[0].mirror._note_error(error)
                return
            half = len(incoming) // 2
            self._import(shop, incoming[:half])
            self._import(shop, incoming[half:])

    @api.model
    def _create_sale_orders(self, shop, incoming):
        """Create, check and confirm the sales orders of one batch."""
        mapping = self._map(shop, [entry.order for entry in incoming])
        SaleOrder = (
            self.env["sale.order"]
            .with_company(shop.company_id)
            .with_context(**IMPORT_CONTEXT)
        )
        ready, vals_list = [], []
        for entry in incoming:
            try:
                vals_list.append(SaleOrder._tts_prepare_values(shop, entry, mapping))
                ready.append(entry)
            except MappingError as error:
                entry.mirror._note_error(error)
        sale_orders = SaleOrder.create(vals_list)
        exact = self.env["tts.order"]
        to_confirm = SaleOrder
        for entry, sale_order in zip(ready, sale_orders, strict=True):
            if sale_order._tts_differs_by(entry.expected):
                entry.mirror._note_review(sale_order, entry.expected)
            else:
                exact |= entry.mirror
                to_confirm |= sale_order
        if to_confirm:
            to_confirm.action_confirm()
        exact._note_done()
        self._note_unmatched(shop, mapping)

    @api.model
    def _map(self, shop, orders):
        """Find everything these orders refer to.

        :return: a `Mapping`
        """
        groups = {order.id: group_units(order.active_lines) for order in orders}
        products, ambiguous = self.env["product.product"]._tts_resolve(
            shop, (group for units in groups.values() for group in units)
        )
        Partner = self.env["res.partner"].with_context(**IMPORT_CONTEXT)
        places = Partner._tts_places(orders)
        buyers = Partner._tts_find_or_create_buyers(shop, orders, places)
        return Mapping(
            products=products,
            ambiguous=ambiguous,
            carriers=shop._carriers_for(orders),
            buyers=buyers,
            recipients=Partner._tts_find_or_create_recipients(orders, buyers, places),
            source=self.env.ref("sale_tiktok_shop.utm_source_tiktok_shop"),
            has_analytics=bool(
                self.env["account.analytic.distribution.model"].search([], limit=1)
            ),
            groups=groups,
        )

    # === OUTCOME === #

    def _note_done(self):
        """These orders are in Odoo to the cent; whatever was wrong before is healed."""
        self.write(
            {
                "state": "done",
                "error_message": False,
                "next_retry": False,
                "attempt_count": 0,
            }
        )
        for shop, orders in self.grouped("shop_id").items():
            self.env["tts.issue"]._close(
                shop, [key for order in orders for key in order._issue_keys()]
            )

    def _issue_keys(self):
        return [f"import:{self.remote_id}", f"total:{self.remote_id}"]

    def _note_error(self, error):
        """Keep why this order is not in Odoo, and plan its next try."""
        self.ensure_one()
        expected = isinstance(error, UserError | PayloadError)
        if not expected:
            _logger.error(
                "TikTok Shop order %s could not be imported",
                self.remote_id,
                exc_info=error,
            )
        reason = str(error) if expected else f"{type(error).__name__}: {error}"
        next_retry = self._plan_retry()
        self.write({"state": "error", "error_message": reason})
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"import:{self.remote_id}",
            category="order",
            name=self.env._("Order %s is not in Odoo", self.remote_id),
            reason=reason,
            hint=self._error_hint(error),
            order_id=self.id,
            next_retry=next_retry,
        )

    def _plan_retry(self):
        """Set when this order is tried again: later each time, daily at the most."""
        wait = min(RETRY_START * 2 ** min(self.attempt_count, 10), RETRY_CAP)
        self.write(
            {
                "attempt_count": self.attempt_count + 1,
                "next_retry": fields.Datetime.now() + wait,
            }
        )
        return self.next_retry

    def _error_hint(self, error):
        if isinstance(error, PayloadError):
            return self.env._(
                "TikTok sent something that cannot be booked without guessing. Look at "
                "the order in Seller Center; it is read again automatically."
            )
        return self.env._("Mend what the reason names, then click Retry.")

    def _note_review(self, sale_order, expected):
        """The two totals differ: the order stays a quotation and a person decides."""
        self.ensure_one()
        currency = sale_order.currency_id
        reason = self.env._(
            "Odoo computes %(odoo)s %(currency)s, TikTok says %(tiktok)s %(currency)s: "
            "a difference of %(difference)s.",
            odoo=f"{sale_order.amount_total:.{currency.decimal_places}f}",
            tiktok=expected,
            difference=f"{sale_order._tts_differs_by(expected):+f}",
            currency=currency.name,
        )
        next_retry = fields.Datetime.now() + RETRY_CAP
        self.write(
            {"state": "review", "error_message": reason, "next_retry": next_retry}
        )
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"total:{self.remote_id}",
            category="order",
            name=self.env._("Order %s does not add up", self.remote_id),
            reason=reason,
            hint=self.env._(
                "The order stays a quotation. Check the taxes of its products, correct "
                "the quotation until the totals agree, then click Retry: it is "
                "confirmed."
            ),
            order_id=self.id,
            next_retry=next_retry,
        )

    @api.model
    def _note_unmatched(self, shop, mapping):
        """One issue per SKU that no single product of Odoo carries."""
        for sku_id, (group, first_order) in mapping.unmatched.items():
            candidates = mapping.ambiguous.get(sku_id)
            label = group.seller_sku or group.sku_id
            self.env["tts.issue"]._raise(
                shop,
                f"sku:{sku_id}",
                category="product",
                name=self.env._("SKU %s has no product", label)
                if not candidates
                else self.env._("SKU %s fits several products", label),
                reason=self.env._(
                    "%(product)s (SKU ID %(sku)s) was sold as the default product, "
                    "first on order %(order)s.",
                    product=group.product_name,
                    sku=sku_id,
                    order=first_order,
                )
                if not candidates
                else self.env._(
                    "These products share the Internal Reference: %s. The default "
                    "product was sold instead.",
                    ", ".join(candidates.mapped("display_name")),
                ),
                hint=self.env._(
                    "Give exactly one product the Internal Reference %(sku)s, then "
                    "replace the default product on open orders.",
                    sku=label,
                ),
                reference=label,
            )


def _remote_id(row):
    """The order's id as text, also when it came as a number; empty when unusable."""
    value = row.get("id") if isinstance(row, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).strip()
    return text if len(text) <= LONGEST_ID and "\0" not in text else ""


def _epoch_of(row):
    value = row.get("update_time")
    try:
        return min(max(int(value), 0), 2**31 - 1)
    except (TypeError, ValueError):
        return 0


def _clean(row):
    """Return the row as a database can hold it, and a digest that tells versions apart.

    TikTok moves `update_time` on status changes only ("Get Order Detail"), so the whole
    text is compared. PostgreSQL takes neither NUL nor half of a surrogate pair.
    """
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, default=str)
    data = text.encode("utf-8", "replace")
    if "\\u0000" in text or data.decode() != text:
        row = _scrub(row)
    return row, hashlib.blake2b(data, digest_size=16).hexdigest()


def _scrub(value):
    """Take NUL and lone surrogates out of every text of a JSON value."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_scrub(item) for item in value]
    if isinstance(value, dict):
        return {_scrub(key): _scrub(item) for key, item in value.items()}
    return value


def _is_stale(mirror, row):
    """An older version that arrives late says nothing new."""
    return 0 < _epoch_of(row) < mirror.remote_update_epoch


def _is_ignorable(row):
    """Orders we never saw are wanted only while they have to be shipped.

    A status nobody knows is no reason to look away: that order is recorded.
    """
    status = str(row.get("status") or "")
    return status in dict(const.ORDER_STATUSES) and status not in const.TO_SHIP_STATUSES


def _is_ours(error):
    """Whether a unique index of this addon stopped a second import."""
    name = getattr(getattr(error, "diag", None), "constraint_name", None) or ""
    return isinstance(error, IntegrityError) and "tts_" in name
