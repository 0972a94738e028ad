"""What orders may cost, in SQL statements: the same on every machine."""

from contextlib import contextmanager

from odoo.tests import tagged

from .order_case import OrderCase

BATCH = 20


@tagged("post_install", "-at_install")
class TestOrderCost(OrderCase):
    def rows(self, count=BATCH):
        """Return raw orders of two units each, of buyers nobody knows yet."""
        ids = [
            self.place_units(self.unit(0), self.unit(1), user_id=f"70000000{number:02}")
            for number in range(count)
        ]
        orders = self.control("GET", "/state")["orders"]
        return [orders[order_id]["raw"] for order_id in ids]

    @contextmanager
    def counted(self):
        """Yield a list that holds the number of statements after the block."""
        self.env.invalidate_all()
        counts, before = [], self.env.cr.sql_log_count
        yield counts
        self.env.flush_all()
        counts.append(self.env.cr.sql_log_count - before)

    def test_importing_a_batch_costs_few_statements_per_order(self):
        self.absorb(*self.rows(2))  # whatever is looked up once per process
        rows = self.rows()
        with self.counted() as counts:
            outcomes = self.absorb(*rows)
        self.assertEqual(set(outcomes.values()), {"created"})
        self.assertLess(counts[0] / BATCH, 50)

    def test_the_statements_per_order_do_not_grow_with_the_batch(self):
        self.absorb(*self.rows(2))
        small, large = self.rows(5), self.rows(BATCH)
        for number, row in enumerate(large):
            row["user_id"] = f"71000000{number:02}"
        with self.counted() as few:
            self.absorb(*small)
        with self.counted() as many:
            self.absorb(*large)
        self.assertLess(many[0] / BATCH, few[0] / 5)

    def test_a_page_of_unchanged_orders_costs_a_handful_of_statements_in_all(self):
        rows = self.rows()
        self.absorb(*rows)
        with self.counted() as counts:
            outcomes = self.absorb(*rows)
        self.assertEqual(set(outcomes.values()), {"unchanged"})
        self.assertLessEqual(counts[0], 5)

    def test_a_page_of_orders_that_are_not_wanted_costs_a_handful_of_statements(self):
        rows = [{**row, "status": "COMPLETED"} for row in self.rows()]
        with self.counted() as counts:
            outcomes = self.absorb(*rows)
        self.assertEqual(set(outcomes.values()), {"ignored"})
        self.assertLessEqual(counts[0], 5)

    def test_a_change_of_status_costs_few_statements_per_order(self):
        rows = self.rows()
        self.absorb(*rows)
        changed = [
            {**row, "status": "IN_TRANSIT", "update_time": row["update_time"] + 1}
            for row in rows
        ]
        with self.counted() as counts:
            outcomes = self.absorb(*changed)
        self.assertEqual(set(outcomes.values()), {"updated"})
        self.assertLess(counts[0] / BATCH, 12)
