"""Thousands of invented orders: each imported to the cent, or refused with a reason."""

import random
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_fuzz import SETTINGS, FuzzCase

SKU = "INVENTED"
BATCH = 50
BATCHES = 40
CENT = Decimal("0.01")


def _text(amount):
    """Write an amount as TikTok does: without padding, sometimes as a number."""
    text = f"{amount.normalize():f}"
    return text if "." in text else int(text)


class Inventor:
    """Invents raw orders from one seed; every fourth carries some trouble."""

    def __init__(self, seed, now):
        self.random = random.Random(seed)
        self.seed = seed
        self.now = now

    def orders(self):
        """Return (sound rows, troubled rows) of one page."""
        sound, troubled = [], []
        for number in range(BATCH):
            row = self._order(number)
            if number % 4 == 3:
                self.random.choice(TROUBLES)(row)
                troubled.append(row)
            else:
                sound.append(row)
        return sound, troubled

    def _cents(self, most):
        return CENT * self.random.randint(0, int(most / CENT))

    def _order(self, number):
        lines = [
            line
            for sku in range(self.random.randint(1, 3))
            for line in self._units(f"{number:03d}{sku}")
        ]
        totals = {
            key: sum((Decimal(line[key]) for line in lines), Decimal(0))
            for key in ("original_price", "seller_discount", "platform_discount")
        }
        shipping = self.random.choice((Decimal(0), self._cents(Decimal(20))))
        left = totals["original_price"] - totals["seller_discount"]
        left -= totals["platform_discount"]
        return {
            "id": f"9{self.seed % 10**12:012d}{number:05d}",
            "status": "AWAITING_SHIPMENT",
            "create_time": self.now - 90,
            "update_time": self.now - 60,
            "user_id": str(7_000_000 + self.random.randint(0, 30)),
            "fulfillment_type": "FULFILLMENT_BY_SELLER",
            "line_items": lines,
            "payment": {
                "currency": "MYR",
                "original_total_product_price": _text(totals["original_price"]),
                "seller_discount": _text(totals["seller_discount"]),
                "platform_discount": _text(totals["platform_discount"]),
                "sub_total": _text(left),
                "shipping_fee": _text(shipping),
                "total_amount": _text(left + shipping),
            },
        }

    def _units(self, sku):
        price = self._cents(Decimal(self.random.choice((1, 100, 9999))))
        for unit in range(self.random.randint(1, 4)):
            discount = self._cents(price) if self.random.random() < 0.3 else Decimal(0)
            platform = self._cents(price - discount)
            yield {
                "id": f"{sku}{unit}",
                "sku_id": f"17{sku}",
                "product_id": f"16{sku}",
                "seller_sku": SKU,
                "product_name": "Invented",
                "original_price": _text(price),
                "seller_discount": _text(discount),
                "platform_discount": _text(platform),
                "currency": "MYR",
                "display_status": "AWAITING_SHIPMENT",
            }


def _wrong_by_a_cent(row):
    payment = row["payment"]
    goods = Decimal(payment["original_total_product_price"])
    payment["original_total_product_price"] = _text(goods + CENT)


def _third_decimal(row):
    row["line_items"][0]["original_price"] = "12.345"


def _without_sku(row):
    del row["line_items"][-1]["sku_id"]


def _without_currency(row):
    row["payment"]["currency"] = ""


def _no_amount(row):
    row["line_items"][0]["original_price"] = "free"


def _no_lines(row):
    row["line_items"] = []


TROUBLES = (
    _wrong_by_a_cent,
    _third_decimal,
    _without_sku,
    _without_currency,
    _no_amount,
    _no_lines,
)


@tagged("post_install", "-at_install")
class TestFuzzAmounts(FuzzCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A service: what is tried is the arithmetic, not the warehouse.
        cls.env["product.product"].create(
            {
                "name": "Invented",
                "default_code": SKU,
                "type": "service",
                "taxes_id": False,
            }
        )

    @mute_logger(
        "odoo.addons.sale_tiktok_shop.models.tts_order_absorb",
        "odoo.addons.sale_tiktok_shop.models.tts_order_import",
        "odoo.addons.sale_tiktok_shop.models.tts_order_outcome",
    )
    def test_two_thousand_orders_are_exact_or_refused_with_a_reason(self):
        @settings(SETTINGS, max_examples=BATCHES)
        @given(st.integers(0, 10**12))
        def hold(seed):
            sound, troubled = Inventor(seed, int(self.sandbox.now())).orders()
            self.undone(sound, troubled, check=self.check_page)

        hold()

    def check_page(self, sound, troubled):
        """Hold sound orders to be in Odoo, and troubled ones to be left out."""
        self.check(sound + troubled)
        states = {
            mirror.remote_id: mirror.state
            for mirror in self.env["tts.order"].search([("shop_id", "=", self.shop.id)])
        }
        for row in sound:
            self.assertEqual(states[row["id"]], "done", row)
        for row in troubled:
            self.assertIn(states[row["id"]], ("error", "review"), row)
