import json
import logging

from odoo import api, models
from odoo.exceptions import UserError

from .. import const
from ..lib import raw
from ..lib.errors import PayloadError
from ..lib.money import expected_total, order_amounts
from ..lib.payloads import Order, parse_order
from .tts_order_import import (
    BUSY,
    IMPORT_CONTEXT,
    Conflict,
    Incoming,
    MappingError,
    is_ours,
)

_logger = logging.getLogger(__name__)


class TtsOrder(models.Model):
    """Absorbing what TikTok tells: every order gets its mirror, whatever it says."""

    _inherit = "tts.order"

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
            row, digest = raw.storable(row)
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
            remote_id = raw.order_id(row)
            if not remote_id:
                self._note_nameless(shop, row)
                continue
            newest = named.setdefault(remote_id, row)
            if raw.update_epoch(row) >= raw.update_epoch(newest):
                named[remote_id] = row
        return named

    @api.model
    def _known_mirrors(self, shop, remote_ids):
        mirrors = self.search_fetch(
            [("shop_id", "=", shop.id), ("remote_id", "in", list(remote_ids))],
            ["remote_id", "remote_update_epoch", "digest", "state"],
        )
        return {mirror.remote_id: mirror for mirror in mirrors}

    # === NEW ORDERS === #

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
        self._absorb_packages(shop, incoming)
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
        except BUSY:
            raise
        except Exception as error:
            if is_ours(error):
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
        """What the mirror of a new order is made of, readable or not.

        :param order: the typed order, or the `PayloadError` that it is
        """
        values = {
            "shop_id": shop.id,
            "remote_id": remote_id,
            "remote_update_epoch": raw.update_epoch(row),
            "digest": digest,
            "payload": row,
        }
        if isinstance(order, PayloadError):
            status = raw.order_status(row)
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

    # === KNOWN ORDERS === #

    @api.model
    def _absorb_changed(self, shop, changed):
        """Update known orders, each on its own, and import those that failed before."""
        parsed = [
            (mirror, row, self._parse(row), digest) for mirror, row, digest in changed
        ]
        currencies = self._currencies([order for _m, _r, order, _d in parsed])
        outcomes, to_import, to_follow = {}, [], []
        for mirror, row, order, digest in parsed:
            if isinstance(order, PayloadError):
                mirror._note_unreadable(order, row, digest)
                outcomes[mirror.remote_id] = "error"
                continue
            before = mirror._before_change()
            mirror._store(order, row, digest, currencies)
            entry = self._incoming(mirror, order, currencies)
            if mirror.sale_order_id:
                to_follow.append((entry, before))
            elif mirror._is_wanted(order):
                to_import.append(entry)
            outcomes[mirror.remote_id] = "updated"
        self._import(shop, to_import)
        for entry in to_import:
            failed = entry.mirror.state in ("error", "review")
            outcomes[entry.order.id] = "error" if failed else "created"
        for entry, before in to_follow:
            if not entry.mirror._follow_safely(entry, before):
                outcomes[entry.order.id] = "error"
        self._absorb_packages(shop, to_import + [entry for entry, _before in to_follow])
        return outcomes

    @api.model
    def _absorb_packages(self, shop, incoming):
        """Mirror the packages of these orders; one that fails keeps no order out."""
        Package = self.env["tts.package"].with_context(**IMPORT_CONTEXT)
        entries = [(entry.mirror, entry.order) for entry in incoming]
        error = self._attempt(lambda: Package._absorb_orders(shop, entries))
        if not error:
            return
        if len(entries) > 1:
            for entry in incoming:
                self._absorb_packages(shop, [entry])
            return
        for entry in incoming:
            entry.mirror._note_follow_error(error)

    def _store(self, order, row, digest, currencies):
        """Let the mirror say what TikTok says now."""
        self.with_context(**IMPORT_CONTEXT).write(
            self._prepare_mirror_values(
                order,
                order_amounts(order),
                expected_total(order),
                currencies[order.payment.currency],
            )
            | {
                "payload": row,
                "digest": digest,
                "remote_update_epoch": raw.update_epoch(row),
            }
        )

    def _is_wanted(self, order):
        """Whether an order that never became a sales order still has to.

        One that was cancelled meanwhile is settled. One that left meanwhile, or whose
        status nobody knows, keeps its issue: a person decides.
        """
        if order.status in const.TO_SHIP_STATUSES:
            return True
        if order.status in const.CANCELLED_STATUSES:
            self.write(
                {"state": "skipped", "error_message": False, "next_retry": False}
            )
            self.env["tts.issue"]._close(self.shop_id, self._all_issue_keys())
        elif order.status in dict(const.ORDER_STATUSES):
            self._note_error(
                UserError(
                    self.env._(
                        "On TikTok it is %s by now, but it never came into Odoo.",
                        dict(const.ORDER_STATUSES)[order.status],
                    )
                )
            )
        else:
            self._note_error(self._unknown_status(order))
        return False

    def _note_unreadable(self, error, row, digest):
        """A change that cannot be read leaves what is known, and an issue."""
        values = {"digest": digest}
        if not self.sale_order_id:
            values |= {"payload": row, "remote_update_epoch": raw.update_epoch(row)}
        self.write(values)
        if self.sale_order_id:
            self._note_follow_error(error)
        else:
            self._note_error(error)

    # === READING === #

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
        return self.env["res.currency"]._tts_by_code(codes)

    @api.model
    def _incoming(self, mirror, order, currencies):
        return Incoming(
            mirror, order, expected_total(order), currencies[order.payment.currency]
        )

    @api.model
    def _note_nameless(self, shop, row):
        """Show a person an order that nothing can be called by."""
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


def _is_stale(mirror, row):
    """An older version that arrives late says nothing new."""
    return 0 < raw.update_epoch(row) < mirror.remote_update_epoch


def _is_ignorable(row):
    """Orders we never saw are wanted only while they have to be shipped.

    A status nobody knows is no reason to look away: that order is recorded.
    """
    status = raw.order_status(row)
    return status in dict(const.ORDER_STATUSES) and status not in const.TO_SHIP_STATUSES
