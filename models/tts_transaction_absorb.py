from decimal import Decimal

from odoo import api, fields, models

from ..lib import fees as keys
from ..lib.settlement import split
from ..lib.statements import Part, Transaction
from ..utils import naive

COLUMNS = ("settlement", "revenue", "shipping", "fee_tax", "adjustment", "reserve")
# Groups of fees that transactions of orders have; the others are for adjustments.
FEE_FIELDS = (
    keys.COMMISSION,
    keys.TRANSACTION,
    keys.AFFILIATE,
    keys.ADS,
    keys.PROGRAMME,
    keys.SHIPPING,
    keys.TAX,
    keys.OTHER,
)


class TtsTransaction(models.Model):
    """Absorbing the transactions of a statement, a page at a time."""

    _inherit = "tts.transaction"

    amount_forecast = fields.Monetary(
        string="Forecast",
        readonly=True,
        help="What TikTok expected before it settled. For information.",
    )

    @api.model
    def _absorb_page(self, statement, rows):
        """Create and update the transactions of one page.

        :param rows: list of `lib.statements.Transaction`
        :return: ({transaction id: record}, the new ones); ids that are in another
            statement already have the record of that one, untouched
        """
        rows = {row.id: row for row in rows}
        known = {
            record.remote_id: record
            for record in self.search(
                [
                    ("shop_id", "=", statement.shop_id.id),
                    ("remote_id", "in", list(rows)),
                ]
            )
        }
        orders = self._orders_of(statement.shop_id, rows.values())
        forecasts = self._forecasts_of(statement.shop_id, rows.keys() - known.keys())
        to_create = []
        for remote_id, row in rows.items():
            values = self._prepare_values(row, orders)
            if remote_id in known:
                if known[remote_id].statement_id == statement:
                    known[remote_id]._update(values)
                continue
            to_create.append(
                values
                | {
                    "shop_id": statement.shop_id.id,
                    "statement_id": statement.id,
                    "remote_id": remote_id,
                    **forecasts.get(remote_id, {}),
                }
            )
        created = self.create(to_create)
        return known | {record.remote_id: record for record in created}, created

    @api.model
    def _orders_of(self, shop, rows):
        """Find the orders that transactions name: {remote order id: tts.order}."""
        ids = {row.order_id for row in rows if row.order_id}
        if not ids:
            return {}
        orders = self.env["tts.order"].search_fetch(
            [("shop_id", "=", shop.id), ("remote_id", "in", list(ids))], ["remote_id"]
        )
        return {order.remote_id: order for order in orders}

    @api.model
    def _forecasts_of(self, shop, remote_ids):
        """Find what TikTok expected of transactions before they were settled."""
        if not remote_ids:
            return {}
        rows = self.env["tts.unsettled"].search(
            [("shop_id", "=", shop.id), ("remote_id", "in", list(remote_ids))]
        )
        return {
            row.remote_id: {"amount_forecast": row.amount_settlement} for row in rows
        }

    @api.model
    def _prepare_values(self, row, orders):
        """What a typed transaction makes of a record."""
        parts = split(row)
        fees = {
            f"amount_{group}": float(parts.fees.get(group, 0)) for group in FEE_FIELDS
        }
        order = orders.get(row.order_id)
        is_settling = row.kind == "order" and (parts.sale or parts.refund)
        return {
            "kind": row.kind,
            "remote_type": row.type,
            "order_remote_id": row.order_id or False,
            "order_id": order.id if order else False,
            "order_create_time": naive(row.order_create_time),
            "reserve_remote_id": row.reserve_id or False,
            "reserve_status": row.reserve_status or False,
            "release_time": row.release_time or False,
            "amount_payable": float(row.settlement + row.reserve),
            "amount_sale": float(parts.sale),
            "amount_refund": float(parts.refund),
            **fees,
            "amount_fees": float(sum(parts.fees.values(), Decimal())),
            "amount_adjustment": float(parts.adjustment),
            "adjustment_group": parts.adjustment_group if parts.adjustment else False,
            "amount_reserve": float(parts.reserve),
            "amount_customer_payment": float(row.customer_payment),
            "amount_platform_discount": float(row.platform_discount),
            "breakdown": _to_json(row),
            "unknown_keys": list(parts.unknown) or False,
            "settle_state": "unbooked" if is_settling else "none",
        }

    def _update(self, values):
        """Write what differs from what is known.

        All amounts follow from the breakdown: when that is the same, so are they.
        """
        self.ensure_one()
        same = self.breakdown == values["breakdown"]
        news = {
            name: value
            for name, value in values.items()
            if not (same and name.startswith("amount_"))
            and differs_from(self[name], value)
        }
        if news:
            self.write(news)

    # === AS LIB WANTS THEM === #

    def _to_lib(self):
        """Return this transaction as `lib.settlement` wants it, to the last digit."""
        told = self.breakdown
        sections = [name for name in keys.SECTIONS if name in told]
        return Transaction(
            id=self.remote_id,
            type=self.remote_type or "",
            kind=self.kind,
            order_id=self.order_remote_id or "",
            order_create_time=self.order_create_time or None,
            adjustment_id="",
            reserve_id=self.reserve_remote_id or "",
            reserve_status=self.reserve_status or "",
            release_time=self.release_time or "",
            **{name: Decimal(told["columns"][name]) for name in COLUMNS},
            breakdown=tuple(
                Part(section, key, Decimal(amount))
                for section in sections
                for key, amount in told[section].items()
            ),
            sections=tuple(sections),
            customer_payment=Decimal(str(self.amount_customer_payment)),
            customer_refund=Decimal(),
            platform_discount=Decimal(str(self.amount_platform_discount)),
        )


def _to_json(row):
    """Return the amounts of a transaction by section and TikTok's own keys.

    A section that came without amounts stays, empty: it has been looked at.
    """
    told = {name: {} for name in row.sections}
    for section, key, amount in row.breakdown:
        told.setdefault(section, {})[key] = str(amount)
    return told | {"columns": {name: str(getattr(row, name)) for name in COLUMNS}}


def differs_from(known, value):
    """Whether a value of a record differs from the one to be written."""
    if isinstance(known, models.BaseModel):
        return (known.id or False) != value
    return (known or False) != (value or False)
