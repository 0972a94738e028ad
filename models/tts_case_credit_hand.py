from odoo import models
from odoo.exceptions import UserError

from ..lib.errors import PayloadError
from ..lib.money import order_amounts


class TtsCase(models.AbstractModel):
    """Invoices and credit notes that people made, and what they leave to credit."""

    _inherit = "tts.case"

    def _invoices_to_credit(self):
        """Return the posted customer invoices of the order that count, oldest first."""
        replaced = self._corrections(self._credit_notes_by_hand()).reversed_entry_id
        return self._posted_invoices() - replaced

    def _posted_invoices(self):
        return self.order_id.move_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        ).sorted("id")

    def _credit_notes(self):
        """Return the credit notes of the order that count, drafts included."""
        return self.order_id.move_ids.filtered(
            lambda move: move.move_type == "out_refund" and move.state != "cancel"
        ).sorted("id")

    def _credit_notes_by_hand(self):
        """Return those of them that no case has."""
        return self._credit_notes().filtered(
            lambda note: not note.tts_return_id and not note.tts_cancellation_id
        )

    def _corrections(self, notes):
        """Return those credit notes that took an invoice back to replace it.

        They give nothing back: beside them more was invoiced than was ever sold.
        """
        invoices, found = self._posted_invoices(), notes.browse()
        if not notes or len(invoices) < 2:
            return found
        typed = self.order_id._parse(self.order_id.sudo().payload)
        if isinstance(typed, PayloadError):
            return found
        compare = self.currency_id.compare_amounts
        beyond = sum(invoices.mapped("amount_total"))
        beyond -= float(order_amounts(typed).order_total)
        for note in notes:
            replaced = note.reversed_entry_id & invoices
            is_whole = not compare(note.amount_total, replaced.amount_total)
            if replaced and is_whole and compare(note.amount_total, beyond) <= 0:
                found |= note
                beyond -= note.amount_total
        return found

    def _find_credit_by_hand(self):
        """Return a credit note of the order that no case has, to be taken for this.

        :raise UserError: more would be credited than was invoiced
        """
        compare = self.currency_id.compare_amounts
        by_hand = self._credit_notes_by_hand()
        by_hand -= self._corrections(by_hand)
        for note in by_hand:
            if not compare(note.amount_total, self.amount_credit):
                return note
        invoiced = sum(self._posted_invoices().mapped("amount_total"))
        left = invoiced - sum(self._credit_notes().mapped("amount_total"))
        if not invoiced or compare(self.amount_credit, left) <= 0:
            return by_hand.browse()
        if by_hand:
            return by_hand[0]
        raise UserError(
            self.env._(
                "Order %(order)s was invoiced over %(invoiced)s, and %(left)s of it is "
                "not credited yet: less than %(due)s.",
                order=self.order_remote_id,
                invoiced=self._format_credit(invoiced),
                left=self._format_credit(left),
                due=self._format_credit(self.amount_credit),
            )
        )
