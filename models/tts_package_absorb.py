from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from .. import const
from ..lib.packages import packages_of
from ..utils import naive

# For so long TikTok may still show a package as it was before our own call.
SHOWN_LATE = timedelta(minutes=10)
# While an order has one of these, its payload tells all of its packages.
TELLING_STATUSES = (
    const.STATUS_AWAITING_SHIPMENT,
    const.STATUS_PARTIALLY_SHIPPING,
    const.STATUS_AWAITING_COLLECTION,
    *const.SHIPPED_STATUSES,
)


class TtsPackage(models.Model):
    """Absorbing what TikTok tells of packages, by orders, by listings or one by one."""

    _inherit = "tts.package"

    # === FROM ORDERS === #

    @api.model
    def _absorb_orders(self, shop, entries):
        """Mirror the packages that orders show; it costs no call.

        :param entries: list of (tts.order, payload order)
        :return: the packages of these orders
        """
        entries = [(mirror, order) for mirror, order in entries if not order.is_fbt]
        if not entries:
            return self
        shown = defaultdict(list)
        for mirror, order in entries:
            for package in packages_of(order):
                shown[package.id].append((mirror, order, package))
        mirrors = self.env["tts.order"].union(*(mirror for mirror, _order in entries))
        known = self._known(shop, shown)
        changed = self._drop_replaced(entries)
        to_create = []
        for remote_id, parts in shown.items():
            values = self._prepare_shown_values(shop, parts, known.get(remote_id))
            if remote_id not in known:
                to_create.append(values | {"shop_id": shop.id, "remote_id": remote_id})
            elif values := known[remote_id]._news(values):
                known[remote_id].write(values)
                changed |= known[remote_id]
        changed |= self.create(to_create)
        changed |= self._cancel_with_orders(mirrors)
        packages = mirrors.package_ids | changed
        packages._link_pickings()
        changed._follow_status()
        return packages

    @api.model
    def _known(self, shop, remote_ids):
        """Find the packages with these ids: {package id: tts.package}."""
        found = self.search(
            [("shop_id", "=", shop.id), ("remote_id", "in", list(remote_ids))]
        )
        return {package.remote_id: package for package in found}

    @api.model
    def _prepare_shown_values(self, shop, parts, known):
        """What the orders of a package say of it.

        The orders of a combined package come one by one: what the others said stays.

        :param parts: list of (tts.order, payload order, payload package)
        :param known: the `tts.package`, None for a new one
        """
        _mirror, order, package = parts[-1]
        told = {line.id for _mirror, told, _package in parts for line in told.lines}
        lines = [line for _m, _o, part in parts for line in part.line_item_ids]
        if known:
            lines += [line for line in known.line_item_ids or () if line not in told]
        values = self._prepare_values(package, known)
        arranged = values.get("status", const.PACKAGE_TO_SHIP) != const.PACKAGE_TO_SHIP
        if arranged and order.rts_time and not (known and known.shipped_at):
            values["shipped_at"] = naive(order.rts_time)
        return values | {
            "line_item_ids": sorted(set(lines)),
            "shipping_type": order.shipping_type or (known and known.shipping_type),
            "order_ids": [Command.link(mirror.id) for mirror, _o, _p in parts],
        }

    @api.model
    def _prepare_values(self, package, known):
        """What a payload package says, as far as it says anything."""
        values = {"remote_status": package.status, "is_gone": False}
        status = self._status_value(package.status)
        if not (known and known._is_ahead_of(status)):
            values["status"] = status
        told = {
            "tracking_number": package.tracking_number,
            "provider_remote_id": package.provider_id,
            "provider_name": package.provider_name,
        }
        return values | {name: value for name, value in told.items() if value}

    def _is_ahead_of(self, status):
        """Whether TikTok still shows this package as it was before our call."""
        return bool(
            status == const.PACKAGE_TO_SHIP
            and self.status == const.PACKAGE_ARRANGED
            and self.shipped_at
            and self.shipped_at > fields.Datetime.now() - SHOWN_LATE
        )

    def _news(self, values):
        """Return the values that differ from what is known."""
        self.ensure_one()
        news = {}
        for name, value in values.items():
            if name == "order_ids":
                linked = {command[1] for command in value}
                if not linked <= set(self.order_ids.ids):
                    news[name] = value
            elif (self[name] or False) != (value or False):
                news[name] = value
        return news

    @api.model
    def _drop_replaced(self, entries):
        """Take orders out of packages that TikTok split or combined away.

        :return: the packages that lost an order, or are gone
        """
        dropped = self.browse()
        for mirror, order in entries:
            if order.status not in TELLING_STATUSES:
                continue
            own = {line.id for line in order.lines}
            shown = {row.id: set(row.line_item_ids) for row in packages_of(order)}
            inside = set().union(*shown.values())
            for package in mirror.package_ids:
                if package.remote_id in shown or package.is_gone:
                    continue
                is_new = package._is_ahead_of(const.PACKAGE_TO_SHIP)
                if is_new and not inside & set(package.line_item_ids or ()):
                    continue  # we made it a moment ago, TikTok shows it later
                left = [line for line in package.line_item_ids or () if line not in own]
                values = {"line_item_ids": left}
                if package.order_ids - mirror:
                    values["order_ids"] = [Command.unlink(mirror.id)]
                else:
                    values |= package._prepare_gone_values()
                package.write(values)
                dropped |= package
        return dropped

    def _prepare_gone_values(self):
        return {"is_gone": True, "label_state": "none", "next_label_try": False}

    @api.model
    def _cancel_with_orders(self, mirrors):
        """Cancel the packages all of whose orders are cancelled."""
        cancelled = mirrors.filtered(
            lambda mirror: mirror.status in const.CANCELLED_STATUSES
        ).package_ids.filtered(
            lambda package: (
                package.status != const.PACKAGE_CANCELLED
                and all(
                    order.status in const.CANCELLED_STATUSES
                    for order in package.order_ids
                )
            )
        )
        cancelled.write(
            {
                "status": const.PACKAGE_CANCELLED,
                "pickup_failed": False,
                "next_label_try": False,
            }
        )
        return cancelled

    # === FROM LISTINGS AND DETAILS === #

    @api.model
    def _absorb_rows(self, shop, rows):
        """Mirror packages of "Search Package" or "Get Package Detail".

        Packages of orders that Odoo does not know are none of its business.

        :param rows: list of payload packages
        :return: the packages whose orders are known
        """
        rows = {row.id: row for row in rows}
        ids = {order_id for row in rows.values() for order_id in row.order_ids}
        mirrors = {
            mirror.remote_id: mirror
            for mirror in self.env["tts.order"].search(
                [("shop_id", "=", shop.id), ("remote_id", "in", list(ids))]
            )
        }
        known = self._known(shop, rows)
        changed, packages, to_create = self.browse(), self.browse(), []
        for remote_id, row in rows.items():
            orders = [mirrors[key] for key in row.order_ids if key in mirrors]
            if not orders or orders[0].is_fbt:
                continue
            values = self._prepare_row_values(row, orders, known.get(remote_id))
            if remote_id not in known:
                to_create.append(values | {"shop_id": shop.id, "remote_id": remote_id})
                continue
            packages |= known[remote_id]
            if values := known[remote_id]._news(values):
                known[remote_id].write(values)
                changed |= known[remote_id]
        changed |= self.create(to_create)
        changed._link_pickings()
        changed._follow_status()
        return packages | changed

    @api.model
    def _prepare_row_values(self, row, orders, known):
        values = self._prepare_values(row, known) | {
            "order_ids": [Command.link(order.id) for order in orders],
            "shipping_type": row.shipping_type or orders[0].shipping_type,
        }
        if row.line_item_ids:
            values["line_item_ids"] = sorted(set(row.line_item_ids))
        if row.has_detail:
            values |= {
                "sub_status": row.sub_status,
                "exception": row.exception,
                "handover_method": row.handover_method,
                "pickup_start": naive(row.pickup_start),
                "pickup_end": naive(row.pickup_end),
                "detail_at": fields.Datetime.now(),
            }
        return values

    # === CONSEQUENCES === #

    def _link_pickings(self):
        """Link packages to the deliveries that hold their units."""
        holders = defaultdict(set)
        for picking, line_ids in self.order_ids.sale_order_ids._tts_units().items():
            for line_id in line_ids:
                holders[line_id].add(picking.id)
        for package in self:
            ids = set()
            if not package.is_gone:
                for line_id in package.line_item_ids or ():
                    ids |= holders[line_id]
            before = package.picking_ids
            if ids != set(before.ids):
                package.picking_ids = [Command.set(sorted(ids))]
                package._share_label(package.picking_ids - before)
        self.picking_ids._tts_follow_packages()

    def _follow_status(self):
        """Let deliveries and labels follow packages whose status or number changed."""
        now = fields.Datetime.now()
        for package in self:
            if package.status != const.PACKAGE_TO_SHIP and not package.shipped_at:
                package.shipped_at = now
        self.picking_ids._tts_follow_packages()
        for shop, packages in self.grouped("shop_id").items():
            if shop.label_fetch and packages._want_labels():
                shop._trigger_deliveries()
