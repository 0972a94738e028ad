from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class TtsStatement(models.Model):
    """The vendor bill of a statement: one line per group of fees."""

    _inherit = "tts.statement"

    def _create_bill(self, booking):
        """Create the draft bill; a refund when the fees come out in favour of the shop.

        :return: the bill, empty when there are no fees
        :raise UserError: it does not come to the sum of the fees
        """
        fees = booking.plan.fees
        bill = self.env["account.move"]
        if not fees:
            return bill
        total = -sum(fees.values())
        sign = 1 if total < 0 else -1
        shop = self.shop_id
        bill = bill.create(
            {
                "move_type": "in_refund" if total < 0 else "in_invoice",
                "partner_id": shop.fee_partner_id.id,
                "journal_id": shop.bill_journal_id.id,
                "invoice_date": self.date,
                "date": self.date,
                "currency_id": self.currency_id.id,
                "invoice_payment_term_id": False,
                "invoice_date_due": self.date,
                "fiscal_position_id": False,
                "invoice_cash_rounding_id": False,
                "ref": self.remote_id,
                "tts_statement_id": self.id,
                "tts_booking_key": f"{self.id}:bill",
                "invoice_line_ids": [
                    Command.create(self._prepare_bill_line(group, sign * amount))
                    for group, amount in fees.items()
                ],
            }
        )
        self._check_bill(bill, abs(total))
        return bill

    def _prepare_bill_line(self, group, amount):
        shop = self.shop_id
        return {
            "name": self.env._(
                "%(group)s, statement %(statement)s",
                group=shop._group_label(group, group),
                statement=self.remote_id,
            ),
            "account_id": shop._fee_account(group).id,
            "quantity": 1,
            "price_unit": float(amount),
            "tax_ids": [Command.clear()],
        }

    def _check_bill(self, bill, total):
        """Make sure that nothing of Odoo's changed the amounts.

        :raise UserError: names both totals
        """
        if self.currency_id.compare_amounts(bill.amount_total, float(total)):
            raise UserError(
                self.env._(
                    "The bill of its fees would come to %(found)s in place of "
                    "%(total)s. See which tax or rounding Odoo adds to bills of "
                    "%(vendor)s.",
                    found=bill.amount_total,
                    total=total,
                    vendor=bill.partner_id.display_name,
                )
            )
