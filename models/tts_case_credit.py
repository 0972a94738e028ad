from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import formatLang

from ..lib.credit import credit_due, unit_prices
from ..lib.errors import PayloadError
from .tts_order_import import IMPORT_CONTEXT

CREDIT = "case-credit"
RETRY_IN = timedelta(hours=6)
BILLING = "account.group_account_invoice,sale_tiktok_shop.group_tts_manager"


class TtsCase(models.AbstractModel):
    """The credit note of a case: proposed as a draft, for exactly what goes back."""

    _inherit = "tts.case"

    amount_credit = fields.Monetary(
        string="To Credit",
        readonly=True,
        help="What the seller gives back: the price of the units less the seller's "
        "discount, and the shipping fee where that goes back. The credit note has to "
        "come to it, and so does TikTok's settlement.",
    )
    amount_credit_shipping = fields.Monetary(
        string="Of It Shipping", readonly=True, help="Part of the amount to credit."
    )
    credit_units = fields.Json(
        readonly=True, help="{line item: [amount, whether it is the whole price]}"
    )
    # The kinds name the field of credit notes that holds the case.
    credit_note_ids = fields.One2many(
        "account.move", string="Credit Notes", readonly=True, groups=BILLING
    )
    credit_state = fields.Selection(
        [
            ("none", "Nothing to Credit"),
            ("waiting", "To Credit"),
            ("draft", "Draft to Check"),
            ("done", "Credited"),
        ],
        string="Credit Note",
        compute="_compute_credit_state",
        store=True,
        index=True,
    )
    credit_next_try = fields.Datetime(readonly=True)
    credit_proposed_on = fields.Datetime(
        readonly=True,
        help="When a credit note of this amount was proposed. One that a person "
        "cancels or deletes does not come back by itself.",
    )

    @api.depends("amount_credit", "credit_note_ids.state")
    def _compute_credit_state(self):
        for case in self:
            notes = case.credit_note_ids.filtered(lambda note: note.state != "cancel")
            if notes:
                is_posted = all(note.state == "posted" for note in notes)
                case.credit_state = "done" if is_posted else "draft"
            else:
                case.credit_state = "waiting" if case.amount_credit else "none"

    # === BUTTONS === #

    def action_create_credit(self):
        """Propose the credit note of a case, and open it.

        :raise AccessError: whoever asks may not write credit notes
        :raise UserError: nothing is to be credited, or it cannot be
        """
        self.ensure_one()
        self.check_access("read")
        self.env["account.move"].check_access("create")
        if self.credit_state == "waiting":
            self.sudo().with_company(self.company_id)._propose_credit()
        return self.action_view_credits()

    def action_view_credits(self):
        """Open the credit notes of these cases.

        :raise UserError: there are none
        """
        notes = self.credit_note_ids
        if not notes:
            raise UserError(
                self.env._(
                    "%s has no credit note: nothing is to be credited yet.",
                    ", ".join(self.mapped("remote_id")),
                )
            )
        return notes._get_records_action(name=self.env._("Credit Notes"))

    # === HOW MUCH === #

    def _follow_steps(self):
        """Override to know what is to be credited."""
        return [*super()._follow_steps(), self._follow_credit]

    def _follow_credit(self, case):
        """Keep what the seller gives back for a case.

        A draft that was proposed for another amount is left to the person who checks
        it, with an issue.
        """
        credit = self._credit_due(case)
        values = self._prepare_credit_values(credit)
        if any(
            (self[name] or False) != (value or False) for name, value in values.items()
        ):
            self.write(values | {"credit_next_try": False, "credit_proposed_on": False})
        self._check_credit_notes()

    def _credit_due(self, case):
        """Return the `lib.credit.Credit` of a typed case, None for nothing."""
        order = self.order_id
        if not order.sale_order_id:
            return None
        typed = order._parse(order.sudo().payload)
        if isinstance(typed, PayloadError):
            return None
        credit = credit_due(case, unit_prices(typed))
        # An amount in another currency than the order's is for a person to look at.
        is_known = credit and credit.currency == typed.payment.currency
        return credit if is_known else None

    @api.model
    def _prepare_credit_values(self, credit):
        if not credit:
            return {
                "amount_credit": 0.0,
                "amount_credit_shipping": 0.0,
                "credit_units": False,
            }
        return {
            "amount_credit": float(credit.total),
            "amount_credit_shipping": float(credit.shipping),
            "credit_units": {
                unit: [str(amount), unit in credit.whole]
                for unit, amount in credit.units.items()
                if amount
            },
        }

    # === PROPOSE === #

    def _propose_credit(self):
        """Create the draft credit note of this case, once.

        One that somebody made by hand for the same amount is taken as it is; so is one
        beside which nothing is left to credit.

        :raise UserError: it cannot be made
        """
        self.ensure_one()
        self.credit_proposed_on = fields.Datetime.now()
        if by_hand := self._find_credit_by_hand():
            by_hand[self._credit_field()] = self.id
            self._check_credit_notes()
            return
        invoices = self._invoices_to_credit()
        if not invoices:
            raise UserError(
                self.env._(
                    "Order %s has no posted invoice, so there is nothing to credit. "
                    "Create its invoice first.",
                    self.order_remote_id,
                )
            )
        values = self._prepare_credit_note(invoices)
        note = self.env["account.move"].with_context(**IMPORT_CONTEXT).create(values)
        note._message_log(
            body=self.env._(
                "Proposed for case %(case)s of TikTok Shop: %(reason)s. Check and post "
                "it.",
                case=self.remote_id,
                reason=self.reason_text or self.remote_status,
            )
        )
        self._check_credit_notes()

    def _credit_field(self):
        """Return the field of credit notes that names cases of this kind."""
        return self._fields["credit_note_ids"].inverse_name

    def _format_credit(self, amount):
        currency = self.currency_id or self.company_id.currency_id
        return formatLang(self.env, amount, currency_obj=currency)

    def _prepare_credit_note(self, invoices):
        """What the draft credit note is made of.

        :raise UserError: a unit is on none of the invoices
        """
        lines = self._prepare_credit_lines(invoices.invoice_line_ids)
        origin = invoices[0]
        return {
            "move_type": "out_refund",
            "journal_id": origin.journal_id.id,
            "partner_id": origin.partner_id.id,
            "partner_shipping_id": origin.partner_shipping_id.id,
            "fiscal_position_id": origin.fiscal_position_id.id,
            "currency_id": origin.currency_id.id,
            "team_id": origin.team_id.id,
            "invoice_user_id": origin.invoice_user_id.id,
            "reversed_entry_id": origin.id,
            "ref": self.env._(
                "%(invoice)s, case %(case)s", invoice=origin.name, case=self.remote_id
            ),
            "invoice_origin": origin.invoice_origin,
            "payment_reference": self.order_remote_id,
            "tts_order_id": self.order_id.id,
            self._credit_field(): self.id,
            "invoice_line_ids": [Command.create(values) for values in lines],
        }

    def _prepare_credit_lines(self, invoiced):
        """Return the lines: equal units in one, what is credited in part, shipping.

        :param invoiced: the lines of the order's invoices
        """
        by_unit = self.order_id._sale_lines_by_unit()
        groups = {}
        for unit, (amount, is_whole) in (self.credit_units or {}).items():
            key = (by_unit.get(unit), amount, is_whole)
            groups[key] = groups.get(key, 0) + 1
        lines = []
        for (sale_line, amount, is_whole), count in groups.items():
            line = self._line_to_credit(invoiced, sale_line)
            if is_whole:
                lines.append(self._prepare_whole_line(line, float(amount), count))
            else:
                lines.append(self._prepare_part_line(line, float(amount), count))
        if self.amount_credit_shipping:
            shipping = self.order_id.sale_order_id.order_line.filtered("is_delivery")
            line = self._line_to_credit(invoiced, shipping[:1])
            amount = self.amount_credit_shipping
            is_whole = not self.currency_id.compare_amounts(amount, line.price_total)
            make = self._prepare_whole_line if is_whole else self._prepare_part_line
            lines.append(make(line, amount, 1))
        return lines

    def _line_to_credit(self, invoiced, sale_line):
        line = invoiced.filtered(
            lambda line: sale_line and sale_line in line.sale_line_ids
        )[:1]
        if not line:
            raise UserError(
                self.env._(
                    "A unit of case %(case)s is on no posted invoice of order "
                    "%(order)s. Make the credit note by hand, of %(amount)s.",
                    case=self.remote_id,
                    order=self.order_remote_id,
                    amount=self._format_credit(self.amount_credit),
                )
            )
        return line

    def _prepare_whole_line(self, line, amount, count):
        """Credit units at their whole price, as they were invoiced.

        They count as invoiced no more, which is right once they are back.
        """
        return self._prepare_part_line(line, amount, count) | {
            "name": line.name,
            "sale_line_ids": [Command.set(line.sale_line_ids.ids)],
        }

    def _prepare_part_line(self, line, amount, count):
        """Credit a part of the price; the units stay invoiced."""
        return {
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
            "name": self.env._("Partly refunded: %s", line.name),
            "account_id": line.account_id.id,
            "analytic_distribution": line.analytic_distribution,
            "quantity": count,
            "price_unit": line.tax_ids._tts_price_to_enter(amount, line.currency_id),
            "discount": 0.0,
            "tax_ids": [Command.set(line.tax_ids.ids)],
        }

    # === WHAT IS WRONG === #

    def _check_credit_notes(self):
        """Tell by how much the credit notes differ from what goes back."""
        notes = self.credit_note_ids.filtered(lambda note: note.state != "cancel")
        total = sum(notes.mapped("amount_total"))
        currency = self.currency_id or self.company_id.currency_id
        if not notes or not currency.compare_amounts(total, self.amount_credit):
            if self.credit_state != "waiting":
                self._close_issues(CREDIT)
            return
        self._raise_issue(
            CREDIT,
            name=self.env._(
                "The credit note of case %s is not what goes back", self.remote_id
            ),
            reason=self.env._(
                "%(notes)s: %(total)s. TikTok takes back %(due)s.",
                notes=", ".join(notes.mapped("display_name")),
                total=self._format_credit(total),
                due=self._format_credit(self.amount_credit),
            ),
            hint=self.env._(
                "Correct the lines or taxes of the credit note before you post it; the "
                "issue closes when the amounts agree. If it is posted, credit or "
                "invoice the difference, then click Dismiss."
            ),
        )

    def _note_credit_error(self, reason):
        """Keep why no credit note could be proposed, and try again later."""
        self.credit_next_try = fields.Datetime.now() + RETRY_IN
        self._raise_issue(
            CREDIT,
            name=self.env._("Case %s has no credit note", self.remote_id),
            reason=reason,
            hint=self.env._(
                "Mend what the reason names, then click Retry; or make the credit note "
                "by hand."
            ),
            next_retry=self.credit_next_try,
        )


class TtsCancellation(models.Model):
    _inherit = "tts.cancellation"

    credit_note_ids = fields.One2many(inverse_name="tts_cancellation_id")


class TtsReturn(models.Model):
    _inherit = "tts.return"

    credit_note_ids = fields.One2many(inverse_name="tts_return_id")
