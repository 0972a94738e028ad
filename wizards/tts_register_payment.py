from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.account_move_invoice import CUSTOMER_TYPES
from ..models.tts_order_import import IMPORT_CONTEXT
from ..utils import toast
from .account_payment_register import BULK

MOST_NAMED = 10
OPEN_STATES = ("not_paid", "partial")


class TtsRegisterPayment(models.TransientModel):
    """Registers the payments of many TikTok invoices in one operation.

    The manual way, before a statement is booked: what TikTok owes for them moves from
    the buyers to the shop's intermediary account.
    """

    _name = "tts.register.payment"
    _description = "Register TikTok Payments"
    _check_company_auto = True

    shop_id = fields.Many2one("tts.shop", required=True, readonly=True)
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True
    )
    payout_id = fields.Many2one("tts.payout", readonly=True, check_company=True)
    journal_id = fields.Many2one(related="shop_id.payment_journal_id")
    payment_date = fields.Date(required=True, default=fields.Date.context_today)
    move_ids = fields.Many2many(
        "account.move", string="Invoices and Credit Notes", check_company=True
    )
    move_count = fields.Integer(string="Invoices", compute="_compute_totals")
    currency_id = fields.Many2one("res.currency", compute="_compute_totals")
    amount_total = fields.Monetary(string="Open Amount", compute="_compute_totals")
    amount_payout = fields.Monetary(string="Paid Out", compute="_compute_totals")
    amount_difference = fields.Monetary(
        string="Difference",
        compute="_compute_totals",
        help="What the payout has less than these invoices: fees and adjustments, "
        "which stay on the intermediary account until the statement is booked.",
    )
    left_out = fields.Text(readonly=True)

    # === DEFAULTS === #

    @api.model
    def default_get(self, fields_list):
        """Start from a payout, or from the invoices that were selected.

        :raise UserError: none of them can be paid, or they are of several shops
        """
        values = super().default_get(fields_list)
        payout = self.env["tts.payout"].browse(values.get("payout_id"))
        moves = self.env["account.move"]
        if payout:
            moves = payout._orders_to_pay().invoice_ids
        elif self.env.context.get("active_model") == "account.move":
            moves = moves.browse(self.env.context.get("active_ids"))
        if "move_ids" not in fields_list or not (moves or payout):
            return values
        chosen, reasons = self._sort_out(moves, payout)
        shop = payout.shop_id or chosen.tts_shop_id
        if len(shop) > 1:
            raise UserError(
                self.env._(
                    "These invoices are of several shops (%s). Select those of one "
                    "shop: each has its own payments journal.",
                    ", ".join(shop.mapped("name")),
                )
            )
        if not chosen:
            reasons = reasons or [self.env._("No posted invoice belongs to it.")]
            raise UserError(
                self.env._("There is nothing to register payments for.")
                + "\n"
                + "\n".join(reasons[:MOST_NAMED])
            )
        if len(reasons) > MOST_NAMED:
            more = self.env._("and %s more.", len(reasons) - MOST_NAMED)
            reasons = [*reasons[:MOST_NAMED], more]
        return values | {
            "shop_id": shop.id,
            "move_ids": [Command.set(chosen.ids)],
            "left_out": "\n".join(reasons) or False,
        }

    @api.model
    def _sort_out(self, moves, payout=None):
        """Return the invoices that can be paid, and why the others cannot."""
        chosen, reasons = moves.browse(), []
        for move in moves:
            reason = self._why_not(move)
            if reason:
                reasons.append(reason)
            else:
                chosen |= move
        statements = (payout or self.env["tts.payout"]).statement_ids
        reasons += [
            self.env._(
                "Statement %s is booked: it has settled its invoices already.",
                statement.remote_id,
            )
            for statement in statements
            if statement.state == "booked"
        ]
        return chosen, reasons

    def _why_not(self, move):
        """Return why an invoice cannot be paid this way, None when it can."""
        name = move.name or move.display_name
        if move.move_type not in CUSTOMER_TYPES or not move.tts_order_id:
            return self.env._("%s is not the invoice of a TikTok order.", name)
        if move.state != "posted":
            return self.env._("%s is not posted. Post it first.", name)
        if move.payment_state not in OPEN_STATES:
            return self.env._("%s is paid already.", name)
        return None

    # === COMPUTES === #

    @api.depends("move_ids.amount_residual", "payout_id")
    def _compute_totals(self):
        for wizard in self:
            payout = wizard.payout_id.sudo()
            currency = (
                payout.settlement_currency_id
                or payout.currency_id
                or wizard.move_ids.currency_id[:1]
            )
            same = wizard.move_ids.filtered(
                lambda move, own=currency: move.currency_id == own
            )
            wizard.move_count = len(wizard.move_ids)
            wizard.currency_id = currency
            wizard.amount_total = -sum(
                move.direction_sign * move.amount_residual for move in same
            )
            wizard.amount_payout = payout.amount_settlement or payout.amount
            wizard.amount_difference = (
                wizard.amount_total - wizard.amount_payout if payout else 0
            )

    # === CONFIRM === #

    def action_register(self):
        """Register one payment per invoice in the shop's payments journal.

        :return: the payments; the batch deposit where Odoo has those
        :raise UserError: everything is paid already, or the journal is not set up
        """
        self.ensure_one()
        self.check_access("write")
        self._check_journal()
        moves, reasons = self._sort_out(self.move_ids)
        if not moves:
            return toast(
                "info",
                "\n".join(
                    [
                        self.env._("Nothing was registered."),
                        *reasons[:MOST_NAMED],
                    ]
                ),
                next={"type": "ir.actions.act_window_close"},
            )
        moves._tts_take_for_payment()
        payments = self._create_payments(moves)
        payments.tts_payout_id = self.payout_id
        return self._show(payments)

    def _create_payments(self, moves):
        """Have Odoo's own wizard create, post and reconcile the payments."""
        register = (
            self.env["account.payment.register"]
            .with_company(self.company_id)
            .with_context(
                **IMPORT_CONTEXT,
                **{BULK: True},
                active_model="account.move",
                active_ids=moves.ids,
            )
            .create(
                {
                    "journal_id": self.shop_id.payment_journal_id.id,
                    "payment_date": self.payment_date,
                    "group_payment": False,
                }
            )
        )
        return register._create_payments()

    def _check_journal(self):
        """Make sure that payments land on the intermediary account.

        :raise UserError: names the shop and the button
        """
        shop = self.shop_id
        journal, account = shop.payment_journal_id, shop.intermediary_account_id
        methods = (
            journal.inbound_payment_method_line_ids
            | journal.outbound_payment_method_line_ids
        )
        if (
            not journal.active
            or not account.active
            or any(method.payment_account_id != account for method in methods)
        ):
            raise UserError(
                self.env._(
                    "The payments journal of %s is not set up: its payment methods "
                    "have to use the intermediary account. Open the shop and click "
                    "Set Up TikTok Payments.",
                    shop.name,
                )
            )

    # === SHOW === #

    def _show(self, payments):
        """Return the page where the work goes on."""
        deposit = payments.filtered(lambda payment: payment.payment_type == "inbound")
        if deposit and self._has_batches():
            message = self.env._(
                "%(count)s payments are registered. Check the batch deposit and click "
                "Validate.",
                count=len(payments),
            )
            action = deposit.create_batch_payment()
        else:
            message = self.env._(
                "%(count)s payments are registered in %(journal)s. What TikTok owes "
                "is on the intermediary account until the payout is matched.",
                count=len(payments),
                journal=self.shop_id.payment_journal_id.name,
            )
            action = {
                "type": "ir.actions.act_window",
                "name": self.env._("TikTok Payments"),
                "res_model": "account.payment",
                "views": [[False, "list"], [False, "form"]],
                "domain": [("id", "in", payments.ids)],
                "context": {"create": False},
            }
        return toast("success", message, next=action)

    @api.model
    def _has_batches(self):
        """Whether Odoo has batch deposits (module account_batch_payment)."""
        return "account.batch.payment" in self.env
