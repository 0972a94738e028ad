"""What invoices and payments may cost, in SQL statements: the same everywhere."""

from contextlib import contextmanager

from odoo.tests import tagged

from .payout_case import PayoutCase

BATCH = 20


@tagged("post_install", "-at_install")
class TestInvoiceCost(PayoutCase):
    def shipped(self, count):
        """Return sales orders of two lines and shipping that have left."""
        ids = [self.place_units(self.unit(0), self.unit(1)) for _index in range(count)]
        self.sync()
        for order_id in ids:
            self.change(order_id, status="IN_TRANSIT", force=True)
        self.sync()
        orders = self.env["sale.order"].search([("client_order_ref", "in", ids)])
        self.assertEqual(len(orders), count)
        return orders

    @contextmanager
    def counted(self):
        """Yield a list that holds the number of statements after the block."""
        self.env.flush_all()
        self.env.invalidate_all()
        counts, before = [], self.env.cr.sql_log_count
        yield counts
        self.env.flush_all()
        counts.append(self.env.cr.sql_log_count - before)

    def test_an_invoice_costs_few_statements(self):
        self.shipped(2)._tts_create_invoices()  # what is looked up once per process
        orders = self.shipped(BATCH)
        with self.counted() as counts:
            moves, reasons = orders._tts_create_invoices()
        self.assertFalse(reasons)
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.assertLess(counts[0] / BATCH, 30)

    def test_looking_at_invoiced_orders_costs_no_statement_per_order(self):
        orders = self.shipped(BATCH)
        orders._tts_create_invoices()
        with self.counted() as counts:
            moves, _reasons = orders._tts_create_invoices()
        self.assertFalse(moves)
        self.assertLess(counts[0] / BATCH, 2)

    def test_a_registered_payment_costs_few_statements(self):
        moves, _reasons = self.shipped(BATCH)._tts_create_invoices()
        wizard = self.env["tts.register.payment"].with_context(
            active_model="account.move", active_ids=moves.ids
        )
        wizard = wizard.create({})
        with self.counted() as counts:
            wizard.action_register()
        self.assertEqual(set(moves.mapped("payment_state")), {"paid"})
        self.assertLess(counts[0] / BATCH, 60)

    def test_looking_for_bank_transactions_costs_no_statement_per_payout(self):
        for number in range(BATCH):
            self.payout(100 + number)
            self.bank_line(500 + number)
        payouts = self.env["tts.payout"].search(
            [("shop_id", "=", self.shop.id), ("state", "=", "paid")]
        )
        with self.counted() as counts:
            payouts._fits()
        self.assertLess(counts[0], 15)
