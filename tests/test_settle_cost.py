"""What reading settlements may cost, in SQL statements: the same on every machine."""

from odoo.tests import tagged

from .settle_case import SettleCase

FEW, MANY = 2, 42


@tagged("post_install", "-at_install")
class TestSettleCost(SettleCase):
    def settle_many(self, count, days_ago):
        """Import and settle orders; return the statement's id."""
        ids = [self.place_units(self.unit()) for _number in range(count)]
        orders = self.control("GET", "/state")["orders"]
        self.absorb(*[orders[order_id]["raw"] for order_id in ids])
        return self.settle(*ids, days_ago=days_ago)

    def cost(self, count, days_ago):
        """Return how many SQL statements it takes to read a statement of orders."""
        statement_id = self.settle_many(count, days_ago)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.read_settlements()
        found = self.env.cr.sql_log_count - before
        statement = self.statement(statement_id)
        self.assertEqual(statement.state, "ready")
        self.assertEqual(len(statement.transaction_ids.order_id), count)
        return found

    def test_reading_a_statement_costs_few_statements_per_transaction(self):
        self.cost(FEW, 2)  # whatever is looked up once per process
        few = self.cost(FEW, 1)
        many = self.cost(MANY, 0)
        self.assertLess((many - few) / (MANY - FEW), 1.5)

    def test_reading_again_what_is_known_costs_next_to_nothing(self):
        self.cost(MANY, 0)
        self.statement().state = "new"
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.read_settlements()
        self.assertLess((self.env.cr.sql_log_count - before) / MANY, 3)
