from odoo.tests import tagged

from .money_case import MoneyCase

PER_TRANSACTION = 2.5  # SQL statements, of which Odoo's own are most


@tagged("post_install", "-at_install")
class TestBookingCost(MoneyCase):
    """Booking goes by the statement, not by the order."""

    def invoiced(self, number):
        """Return the sales orders of new orders, all with posted invoices."""
        ids = self.place(number)
        self.absorb(*[self.raw(order_id) for order_id in ids])
        orders = self.env["sale.order"].search([("tts_order_id.remote_id", "in", ids)])
        orders._tts_create_invoices(force=True)
        return orders

    def cost(self, orders):
        """Count the SQL statements of booking these orders in one statement."""
        statement = self.make_statement(
            *[
                self.order_row(
                    order.tts_order_id.remote_id,
                    order.amount_total,
                    fees={"referral_fee_amount": "-0.50"},
                )
                for order in orders
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.book(statement)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_transaction_more_costs_little_more(self):
        orders = self.invoiced(23)
        self.cost(orders[:3])
        few, many = self.cost(orders[3:6]), self.cost(orders[6:])
        self.assertLess((many - few) / (len(orders) - 9), PER_TRANSACTION)
