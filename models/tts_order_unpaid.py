from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Buckets of age: key, label, days from, days until.
AGES = (
    ("week", "0-7 Days", None, 7),
    ("fortnight", "8-14 Days", 8, 14),
    ("month", "15-30 Days", 15, 30),
    ("months", "31-60 Days", 31, 60),
    ("older", "Over 60 Days", 61, None),
)
ARRIVED = ("DELIVERED", "COMPLETED")


class TtsOrder(models.Model):
    """Orders that arrived and are not settled: how long that has been so."""

    _inherit = "tts.order"

    unsettled_ids = fields.One2many(
        "tts.unsettled", "order_id", string="Forecast", readonly=True
    )
    unpaid_since = fields.Datetime(
        string="Arrived On",
        compute="_compute_unpaid_since",
        help="When it was completed, else when TikTok last changed it.",
    )
    unpaid_days = fields.Integer(string="Age (Days)", compute="_compute_unpaid_age")
    unpaid_age = fields.Selection(
        [(key, label) for key, label, _start, _end in AGES],
        string="Age",
        compute="_compute_unpaid_age",
        search="_search_unpaid_age",
        group_expand=True,
    )

    @api.depends("status", "settled_at", "completed_at", "remote_update_time")
    def _compute_unpaid_since(self):
        for order in self:
            is_unpaid = order.status in ARRIVED and not order.settled_at
            order.unpaid_since = is_unpaid and (
                order.completed_at or order.remote_update_time
            )

    @api.depends("unpaid_since")
    def _compute_unpaid_age(self):
        now = fields.Datetime.now()
        for order in self:
            days = (now - order.unpaid_since).days if order.unpaid_since else 0
            order.unpaid_days = max(days, 0)
            order.unpaid_age = order.unpaid_since and _age_of(order.unpaid_days)

    def _search_unpaid_age(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        unpaid = Domain("status", "in", ARRIVED) & Domain("settled_at", "=", False)
        found = ~unpaid if False in value else Domain.FALSE
        for key, _label, start, end in AGES:
            if key not in value:
                continue
            span = unpaid
            if start is not None:
                span &= arrived("<=", now - timedelta(days=start))
            if end is not None:
                span &= arrived(">", now - timedelta(days=end + 1))
            found |= span
        return found

    # === GROUPING === #

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Override of `base` to group by a field that is not stored."""
        if groupby_spec != "unpaid_age":
            return super()._read_group_groupby(alias, groupby_spec, query)
        now = fields.Datetime.now()
        since = SQL(
            "COALESCE(%s, %s)",
            self._field_to_sql(alias, "completed_at", query),
            self._field_to_sql(alias, "remote_update_time", query),
        )
        cases = SQL(" ").join(
            SQL("WHEN %s > %s THEN %s", since, now - timedelta(days=end + 1), key)
            for key, _label, _start, end in AGES
            if end is not None
        )
        return SQL(
            "CASE WHEN %s NOT IN %s OR %s IS NOT NULL OR %s IS NULL THEN NULL "
            "%s ELSE %s END",
            self._field_to_sql(alias, "status", query),
            ARRIVED,
            self._field_to_sql(alias, "settled_at", query),
            since,
            cases,
            AGES[-1][0],
        )

    def _read_group_orderby(self, order, groupby_terms, query):
        """Override of `base`: columns stand in the order of age."""
        if "unpaid_age" not in groupby_terms:
            return super()._read_group_orderby(order, groupby_terms, query)
        terms = dict(groupby_terms)
        terms["unpaid_age"] = SQL(
            "array_position(%s, %s)", [age[0] for age in AGES], terms["unpaid_age"]
        )
        result = super()._read_group_orderby(order, terms, query)
        # Others may add to their own terms there.
        groupby_terms.update({**terms, "unpaid_age": groupby_terms["unpaid_age"]})
        return result


def _age_of(days):
    """Return the bucket of an age in days."""
    for key, _label, _start, end in AGES:
        if end is None or days <= end:
            return key
    return None


def arrived(operator, moment):
    """Return the domain of orders that arrived before or after a moment."""
    return Domain("completed_at", operator, moment) | (
        Domain("completed_at", "=", False)
        & Domain("remote_update_time", operator, moment)
    )
