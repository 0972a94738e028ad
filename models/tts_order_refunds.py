from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import formatLang

from ..lib.aftersale_rules import grants_refund
from ..lib.credit import Claim, Settled, match_refunds
from .tts_case_credit import BILLING
from .tts_order_import import IMPORT_CONTEXT

REFUND = "refund"
# So long after its refund a case is in a statement.
LATEST_STATEMENT = timedelta(days=3)
# What these statements say is not known, or not believed.
UNREAD_STATES = ("new", "mismatch")


class TtsReturn(models.Model):
    """Which refund of the settlement a case turns up in."""

    _inherit = "tts.return"

    refund_state = fields.Selection(
        [
            ("none", "Nothing to Settle"),
            ("waiting", "Not Settled Yet"),
            ("settled", "Settled"),
        ],
        string="Settlement",
        default="none",
        required=True,
        readonly=True,
        index=True,
    )
    transaction_id = fields.Many2one(
        "tts.transaction",
        string="Settled With",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        groups=BILLING,
    )

    def _follow_steps(self):
        """Override to find the refund of a case in the settlement."""
        return [*super()._follow_steps(), self._follow_refund]

    def _follow_refund(self, _case):
        self.order_id._match_refunds()
        self.order_id._sum_up_refunds()


class TtsOrder(models.Model):
    """Holding what TikTok settled as refunds against the cases of an order."""

    _inherit = "tts.order"

    def _follow_settlement(self):
        """Override to find the cases that new refunds pay."""
        result = super()._follow_settlement()
        self._match_refunds()
        return result

    def _match_refunds(self):
        """Match the settled refunds of these orders with their cases.

        An order without cases and refunds costs nothing but two queries for all.
        """
        if not self:
            return
        refunds = self._settled_refunds()
        cases = self._cases_to_settle()
        for order in self.browse({*refunds, *cases}):
            order._match_order_refunds(
                cases.get(order.id, self.env["tts.return"]),
                refunds.get(order.id, self.env["tts.transaction"]),
            )

    def _sum_up_refunds(self):
        """Keep on each line of the sales order what its returns took back."""
        for order in self:
            lines = order._sale_lines_by_unit()
            amounts = dict.fromkeys(order.sale_order_id.order_line, 0.0)
            for case in order.return_ids:
                for unit, (amount, _is_whole) in (case.credit_units or {}).items():
                    if unit in lines:
                        amounts[lines[unit]] += float(amount)
            for line, amount in amounts.items():
                if line.currency_id.compare_amounts(line.tts_refund_amount, amount):
                    line.with_context(**IMPORT_CONTEXT).tts_refund_amount = amount

    def _settled_refunds(self):
        """Return the transactions with refunds: {order id: transactions}."""
        rows = (
            self.env["tts.transaction"]
            .sudo()
            .search(
                [
                    ("order_id", "in", self.ids),
                    ("kind", "=", "order"),
                    ("amount_refund", "!=", 0),
                    ("statement_id.state", "not in", UNREAD_STATES),
                ],
                order="statement_time, id",
            )
        )
        return {order.id: mine for order, mine in rows.grouped("order_id").items()}

    def _cases_to_settle(self):
        """Return the cases of these orders: {order id: cases}."""
        cases = (
            self.env["tts.return"]
            .sudo()
            .search([("order_id", "in", self.ids)], order="remote_create_time, id")
        )
        return {order.id: mine for order, mine in cases.grouped("order_id").items()}

    def _match_order_refunds(self, cases, refunds):
        """Match those of one order; what no case explains is an issue."""
        claimed = cases.filtered(
            lambda case: case.amount_credit and grants_refund(case.remote_status)
        )
        found = match_refunds(
            [
                Claim(
                    case.id,
                    self._exactly(case.amount_credit),
                    self._exactly(case.amount_credit_shipping),
                )
                for case in claimed
            ],
            [Settled(row.id, -self._exactly(row.amount_refund)) for row in refunds],
        )
        for case in cases:
            settled = found.pairs.get(case.id, False)
            state = "settled" if settled else "waiting" if case in claimed else "none"
            if (case.refund_state, case.transaction_id.id) != (state, settled):
                case.write({"refund_state": state, "transaction_id": settled})
        self._note_strange_refunds(
            refunds.browse([row.id for row in found.strange]), cases
        )

    def _exactly(self, amount):
        currency = self.currency_id or self.company_id.currency_id
        return Decimal(f"{amount:.{currency.decimal_places}f}")

    def _note_strange_refunds(self, strange, cases):
        """Tell of refunds that are not what the cases of the order say."""
        shop, key = self.shop_id, f"{REFUND}:{self.remote_id}"
        strange = strange.filtered(lambda row: row._can_be_judged(cases))
        if not strange:
            self.env["tts.issue"]._close(shop, [key])
            return
        self.env["tts.issue"]._raise(
            shop,
            key,
            category="aftersale",
            name=self.env._(
                "A refund of order %s is not what its returns say", self.remote_id
            ),
            reason=self._strange_text(strange, cases),
            hint=self.env._(
                "Compare statement %(statement)s with the order's returns in Seller "
                "Center. Make, or correct, the credit note for what was taken, then "
                "click Dismiss; or contact TikTok Shop's support.",
                statement=", ".join(strange.statement_id.mapped("remote_id")),
            ),
            order_id=self.id,
            reference=self.remote_id,
        )

    def _strange_text(self, strange, cases):
        settled = self._format_sum(-sum(strange.mapped("amount_refund")))
        open_cases = cases.filtered(lambda case: case.refund_state == "waiting")
        if not open_cases:
            return self.env._(
                "TikTok settled refunds of %(settled)s that no return explains.",
                settled=settled,
            )
        return self.env._(
            "TikTok settled refunds of %(settled)s. Its open cases %(cases)s come to "
            "%(due)s.",
            settled=settled,
            cases=", ".join(open_cases.mapped("remote_id")),
            due=self._format_sum(sum(open_cases.mapped("amount_credit"))),
        )

    @api.model
    def _format_sum(self, amount):
        currency = self.currency_id or self.company_id.currency_id
        return formatLang(self.env, amount, currency_obj=currency)


class TtsTransaction(models.Model):
    _inherit = "tts.transaction"

    def _can_be_judged(self, cases):
        """Whether a refund that no case explains is worth asking somebody about.

        Not before cases were read that long: the statement may be faster. Nor of the
        time from which on they are known: the case may have been over by then.

        :param cases: those of its order that are known
        """
        read, since = self.shop_id.last_aftersale_sync, self.shop_id.returns_known_since
        if not read or self.statement_time > read:
            return False
        is_early = since and self.statement_time < since + LATEST_STATEMENT
        return bool(cases) or not is_early


class TtsShop(models.Model):
    _inherit = "tts.shop"

    def _note_aftersale_success(self, started, due, is_due):
        """Override: a refund that settled before cases were read is judged now."""
        before = self.last_aftersale_sync
        result = super()._note_aftersale_success(started, due, is_due)
        if is_due and before:
            late = self.env["tts.transaction"].search(
                [
                    ("shop_id", "=", self.id),
                    ("kind", "=", "order"),
                    ("amount_refund", "!=", 0),
                    ("statement_time", ">", before),
                    ("statement_time", "<=", started),
                ]
            )
            late.order_id._match_refunds()
        return result
