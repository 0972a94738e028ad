"""What matching may cost, in SQL statements: the same on every machine."""

from contextlib import contextmanager

from odoo.tests import tagged

from .catalogue_case import CatalogueCase
from .test_listing_absorb import row

MANY = 400
PAGE = 100


@tagged("post_install", "-at_install")
class TestCatalogueCost(CatalogueCase):
    @contextmanager
    def counted(self):
        """Yield a list that holds the number of statements after the block."""
        self.env.flush_all()
        self.env.invalidate_all()
        counts, before = [], self.env.cr.sql_log_count
        yield counts
        self.env.flush_all()
        counts.append(self.env.cr.sql_log_count - before)

    def rows(self, count=PAGE):
        return [row(number) for number in range(count)]

    def test_a_page_of_new_products_costs_few_statements(self):
        with self.counted() as counts:
            self.absorb_products(*self.rows())
        self.assertLess(counts[0], 20)

    def test_a_page_of_unchanged_products_costs_few_statements(self):
        self.absorb_products(*self.rows())
        with self.counted() as counts:
            self.absorb_products(*self.rows())
        self.assertLess(counts[0], 15)

    def test_matching_and_linking_cost_less_than_a_tenth_of_a_statement_per_listing(
        self,
    ):
        self.env["product.product"].create(
            [
                {"name": f"P{number}", "default_code": f"TS-{number}"}
                for number in range(MANY)
            ]
        )
        self.absorb_products(*self.rows(MANY))
        with self.counted() as counts:
            Listing = self.env["tts.listing"]
            Listing._apply(Listing._match(self.shop))
        self.assertEqual(
            set(self.shop.listing_ids.mapped("match_state")), {"seller_sku"}
        )
        self.assertLess(counts[0] / MANY, 0.1)

    def test_matching_what_is_matched_costs_a_handful_of_statements_in_all(self):
        self.env["product.product"].create({"name": "P", "default_code": "TS-1"})
        self.absorb_products(*self.rows(MANY))
        Listing = self.env["tts.listing"]
        Listing._apply(Listing._match(self.shop))
        with self.counted() as counts:
            Listing._apply(Listing._match(self.shop))
        self.assertLess(counts[0], 10)
