from datetime import datetime, time, timedelta
from typing import NamedTuple

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

DUE = [
    ("late", "Late"),
    ("today", "Today"),
    ("tomorrow", "Tomorrow"),
    ("later", "Later"),
]
WAITING = ("awaiting_shipment", "pickup_failed")


class Bounds(NamedTuple):
    """Where one column of the board ends and the next begins, in naive UTC."""

    now: datetime
    tomorrow: datetime
    day_after: datetime

    def due(self, deadline):
        """Return the column of a deadline, False for none."""
        if not deadline:
            return False
        if deadline < self.now:
            return "late"
        if deadline < self.tomorrow:
            return "today"
        return "tomorrow" if deadline < self.day_after else "later"

    def domain(self, name, columns):
        """Return the domain of what stands in some columns.

        :param str name: the field that holds the deadline
        :param columns: keys of `DUE`, and False for what has no deadline
        """
        spans = {
            "late": (None, self.now),
            "today": (self.now, self.tomorrow),
            "tomorrow": (self.tomorrow, self.day_after),
            "later": (self.day_after, None),
        }
        found = Domain(name, "=", False) if False in columns else Domain.FALSE
        for key in columns:
            if key not in spans:
                continue
            start, end = spans[key]
            span = Domain(name, "!=", False)
            if start:
                span &= Domain(name, ">=", start)
            if end:
                span &= Domain(name, "<", end)
            found |= span
        return found

    def column(self, deadline):
        """Return the SQL of the column of a deadline, itself given as SQL."""
        return SQL(
            "CASE WHEN %(deadline)s < %(now)s THEN 'late' "
            "WHEN %(deadline)s < %(tomorrow)s THEN 'today' "
            "WHEN %(deadline)s < %(day_after)s THEN 'tomorrow' "
            "WHEN %(deadline)s IS NOT NULL THEN 'later' END",
            deadline=deadline,
            **self._asdict(),
        )


def column_place(column):
    """Return the SQL that puts columns in the order of time."""
    return SQL("array_position(%s, %s)", [key for key, _label in DUE], column)


def bounds_of(env):
    """Return the `Bounds` of the user's own days."""
    now, zone = fields.Datetime.now(), env.tz
    today = pytz.utc.localize(now).astimezone(zone).date()

    def midnight(days):
        moment = zone.localize(datetime.combine(today + timedelta(days), time.min))
        return moment.astimezone(pytz.utc).replace(tzinfo=None)

    return Bounds(now, midnight(1), midnight(2))


class StockPicking(models.Model):
    """The deadline board: what has to leave by when."""

    _inherit = "stock.picking"

    tts_due = fields.Selection(
        DUE,
        string="When Due",
        compute="_compute_tts_due",
        search="_search_tts_due",
        group_expand=True,
    )
    tts_on_board = fields.Boolean(
        string="On the Deadline Board",
        compute="_compute_tts_on_board",
        search="_search_tts_on_board",
    )
    tts_pieces = fields.Integer(string="Pieces", compute="_compute_tts_pieces")

    # === DUE === #

    @api.depends("tts_deadline")
    @api.depends_context("tz")
    def _compute_tts_due(self):
        bounds = bounds_of(self.env)
        for picking in self:
            picking.tts_due = bounds.due(picking.tts_deadline)

    def _search_tts_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        return bounds_of(self.env).domain("tts_deadline", value)

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Override of `base` to group by a field that is not stored."""
        if groupby_spec != "tts_due":
            return super()._read_group_groupby(alias, groupby_spec, query)
        deadline = self._field_to_sql(alias, "tts_deadline", query)
        return bounds_of(self.env).column(deadline)

    def _read_group_orderby(self, order, groupby_terms, query):
        """Override of `base`: columns stand in the order of time."""
        if "tts_due" not in groupby_terms:
            return super()._read_group_orderby(order, groupby_terms, query)
        terms = dict(groupby_terms)
        terms["tts_due"] = column_place(terms["tts_due"])
        result = super()._read_group_orderby(order, terms, query)
        # Others may add to their own terms there.
        groupby_terms.update({**terms, "tts_due": groupby_terms["tts_due"]})
        return result

    # === ON THE BOARD === #

    @api.depends(
        "tts_shop_id",
        "tts_order_id.is_fbt",
        "tts_status",
        "state",
        "picking_type_code",
        "return_id",
        "move_ids.move_dest_ids",
    )
    def _compute_tts_on_board(self):
        found = self.filtered_domain(self._tts_board_domain())
        for picking in self:
            picking.tts_on_board = picking in found

    def _search_tts_on_board(self, operator, value):
        if operator != "in":
            return NotImplemented
        board = self._tts_board_domain()
        return board if True in value else ~board

    @api.model
    def _tts_board_domain(self):
        """Deliveries that still need the clerk, or the step before them.

        Those that are done need nobody, unless TikTok was not told or nobody came.
        """
        leaves = Domain("picking_type_code", "in", ("outgoing", "dropship"))
        comes_first = (
            Domain("picking_type_code", "=", "internal")
            & Domain("state", "!=", "done")
            & Domain(
                "move_ids",
                "any",
                Domain("move_dest_ids", "=", False)
                # What goes from the door back into stock is no step towards it.
                & Domain("location_final_id.usage", "=", "customer"),
            )
        )
        return (
            Domain("tts_shop_id", "!=", False)
            & Domain("tts_status", "in", (*WAITING, "awaiting_collection"))
            & Domain("state", "!=", "cancel")
            & (leaves | comes_first)
            & Domain("return_id", "=", False)
            & Domain("tts_order_id.is_fbt", "=", False)
            & (Domain("state", "!=", "done") | Domain("tts_status", "in", WAITING))
        )

    @api.depends("move_ids.product_uom_qty", "move_ids.state")
    def _compute_tts_pieces(self):
        for picking in self:
            moves = picking.move_ids.filtered(lambda move: move.state != "cancel")
            picking.tts_pieces = round(sum(moves.mapped("product_uom_qty")))


class SaleOrder(models.Model):
    _inherit = "sale.order"

    tts_due = fields.Selection(DUE, string="When Due", compute="_compute_tts_due")

    @api.depends("tts_ship_by", "tts_status")
    @api.depends_context("tz")
    def _compute_tts_due(self):
        """When the shipment has to be arranged, as long as it is not."""
        bounds = bounds_of(self.env)
        for order in self:
            is_open = order.tts_status in ("AWAITING_SHIPMENT", "PARTIALLY_SHIPPING")
            order.tts_due = is_open and bounds.due(order.tts_ship_by)


class TtsShop(models.Model):
    _inherit = "tts.shop"

    late_count = fields.Integer(string="Late", compute="_compute_due_counts")
    today_count = fields.Integer(string="Due Today", compute="_compute_due_counts")

    @api.depends_context("tz")
    def _compute_due_counts(self):
        Picking = self.env["stock.picking"].sudo()
        groups = Picking._read_group(
            Picking._tts_board_domain() & Domain("tts_shop_id", "in", self.ids),
            ["tts_shop_id", "tts_due"],
            ["__count"],
        )
        counts = {(shop.id, due): count for shop, due, count in groups}
        for shop in self:
            shop.late_count = counts.get((shop.id, "late"), 0)
            shop.today_count = counts.get((shop.id, "today"), 0)

    def action_view_late(self):
        """Open the deliveries of this shop that should have left."""
        return self._open_board("late")

    def action_view_today(self):
        """Open the deliveries of this shop that have to leave today."""
        return self._open_board("today")

    def _open_board(self, due):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_board_action"
        )
        context = {f"search_default_{due}": 1}
        if len(self) == 1:
            context["search_default_tts_shop_id"] = self.id
        return action | {"context": context}
