"""Whatever TikTok may send: imported to the cent, or refused with its reason."""

import copy
import hashlib
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tools import mute_logger

from .order_case import OrderCase

# Ten thousand characters that no index can compress.
NOISE = "".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(157))
# TikTok's JSON arrives without floats: they are read as text, NaN is refused.
JUNK = (
    None,
    "",
    " ",
    "abc",
    "-5",
    "12.345",
    "0.001",
    "1e5",
    "NaN",
    "1,000.00",
    "999999999999999.99",
    "\N{FULLWIDTH DIGIT NINE}",
    "a\0b",
    "\\u0000",
    "\ud800",
    "<b>bold</b><script>alert(1)</script>",
    "%s %(name)s {0}",
    "\N{GRINNING FACE}" * 50,
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "x" * 10_000,
    NOISE,
    -1,
    0,
    7,
    10**12,
    10**30,
    "1.5",
    True,
    False,
    [],
    {},
    [None],
    ["text"],
    [[[]]],
    {"id": {"id": []}},
)
REPLACE, DELETE, RENAME, REPEAT = range(4)
MUTATION = st.tuples(
    st.integers(0, 10**6),
    st.sampled_from((REPLACE, REPLACE, REPLACE, DELETE, RENAME, REPEAT)),
    st.sampled_from(JUNK),
)
BATCH = st.lists(st.lists(MUTATION, max_size=3), min_size=12, max_size=12)
SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def places(value):
    """Yield (container, key) of everything inside a JSON value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(pairs):
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


def mutate(row, mutations):
    """Return a copy of a raw order with these changes somewhere in it."""
    row = copy.deepcopy(row)
    for number, action, junk in mutations:
        found = list(places(row))
        if not found:
            break
        container, key = found[number % len(found)]
        if action == REPLACE:
            container[key] = copy.deepcopy(junk)
        elif action == DELETE:
            del container[key]
        elif action == RENAME and isinstance(container, dict):
            container[f"{key}_v2"] = container.pop(key)
        elif action == REPEAT and isinstance(container, list):
            container.append(copy.deepcopy(container[key]))
    return row


class Undo(Exception):
    pass


class FuzzCase(OrderCase):
    """Holds absorbed rows to: exact, or refused with a reason."""

    def check(self, rows):
        """Absorb rows and hold each to: exact, or refused with a reason."""
        known = {}
        for row in rows:
            number = str(row.get("id", "")).strip() if isinstance(row, dict) else ""
            if number:
                known[number] = row
        self.absorb(*rows)
        self.env.invalidate_all()
        mirrors = self.env["tts.order"].search([("shop_id", "=", self.shop.id)])
        self.assertEqual(len(mirrors), len(set(mirrors.mapped("remote_id"))))
        reasons = {
            issue.order_id: issue.reason for issue in self.issues() if issue.order_id
        }
        for mirror in mirrors:
            self.check_one(mirror, known[mirror.remote_id], reasons)

    def check_one(self, mirror, row, reasons):
        if mirror.state == "done":
            order = mirror.sale_order_id
            self.assertEqual(order.state, "sale")
            self.assertEqual(
                Decimal(f"{order.amount_total:.2f}"), self.worth(row), row["payment"]
            )
            return
        self.assertIn(mirror.state, ("error", "review"))
        self.assertTrue(reasons[mirror])
        self.assertEqual(mirror.sale_order_id.state or "draft", "draft")

    def worth(self, row):
        """Return what the seller gets, computed from the units alone."""
        total = Decimal(row["payment"].get("shipping_fee") or 0)
        for line in row["line_items"]:
            if line.get("display_status") not in ("CANCELLED", "CANCEL"):
                total += Decimal(line["original_price"])
                total -= Decimal(line.get("seller_discount") or 0)
        return total

    def undone(self, *rows, check=None):
        """Check rows and forget them."""
        try:
            with self.env.cr.savepoint():
                (check or self.check)(*rows)
                raise Undo
        except Undo:
            self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestFuzz(FuzzCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ids = cls.place(60)
        orders = cls.control("GET", "/state")["orders"]
        cls.samples = [orders[order_id]["raw"] for order_id in ids]
        for sample in cls.samples[::2]:
            sample["recipient_address"] = orders[sample["id"]]["address"]

    @mute_logger(
        "odoo.sql_db",
        "odoo.addons.sale_tiktok_shop.models.tts_order_absorb",
        "odoo.addons.sale_tiktok_shop.models.tts_order_import",
        "odoo.addons.sale_tiktok_shop.models.tts_order_outcome",
    )
    def test_mutilated_orders_are_exact_or_refused_with_a_reason(self):
        @settings(SETTINGS, max_examples=12)
        @given(BATCH, st.integers(0, 59))
        def hold(batch, first):
            rows = [
                mutate(self.samples[(first + number) % 60], mutations)
                for number, mutations in enumerate(batch)
            ]
            self.undone(rows)

        hold()

    @mute_logger(
        "odoo.sql_db",
        "odoo.addons.sale_tiktok_shop.models.tts_order_absorb",
        "odoo.addons.sale_tiktok_shop.models.tts_order_import",
        "odoo.addons.sale_tiktok_shop.models.tts_order_outcome",
        "odoo.addons.sale_tiktok_shop.models.tts_order_follow",
    )
    def test_a_known_order_survives_every_mutilated_version_of_itself(self):
        row = next(row for row in self.samples if len(row["line_items"]) > 1)
        self.absorb(row)
        order = self.sale_order(row["id"])

        @settings(SETTINGS, max_examples=80)
        @given(st.lists(MUTATION, min_size=1, max_size=2))
        def hold(mutations):
            changed = mutate(row, mutations)
            try:
                with self.env.cr.savepoint():
                    self.absorb(changed)
                    self.assertIn(order.state, ("sale", "cancel"))
                    self.assertEqual(len(self.mirror(row["id"]).sale_order_ids), 1)
                    raise Undo
            except Undo:
                self.env.invalidate_all()

        hold()

    def test_every_kind_of_junk_all_over_an_order_is_survived(self):
        row = self.samples[0]
        loggers = (
            "odoo.sql_db",
            "odoo.addons.sale_tiktok_shop.models.tts_order_absorb",
            "odoo.addons.sale_tiktok_shop.models.tts_order_import",
            "odoo.addons.sale_tiktok_shop.models.tts_order_outcome",
        )
        keys = [*row, *(f"payment.{key}" for key in row["payment"])]
        for turn, junk in enumerate(JUNK):
            rows = []
            # Every twelfth key, another twelfth with each kind of junk.
            for number, key in enumerate(keys[turn % 12 :: 12]):
                changed = copy.deepcopy(row)
                changed["id"] = str(int(row["id"]) + number)
                name, _dot, inner = key.partition(".")
                if inner:
                    changed["payment"][inner] = junk
                else:
                    changed[name] = junk
                rows.append(changed)
            with mute_logger(*loggers):
                self.undone(rows)

    def test_ids_that_no_index_can_hold_are_refused_alone(self):
        good, no_buyer, no_sku = (copy.deepcopy(row) for row in self.samples[:3])
        no_buyer["user_id"] = NOISE
        for line in no_sku["line_items"]:
            line.update(sku_id=NOISE, seller_sku="", product_id="")
        with mute_logger(
            "odoo.sql_db", "odoo.addons.sale_tiktok_shop.models.tts_order_outcome"
        ):
            outcomes = self.absorb(no_buyer, good, no_sku)
        self.assertEqual(
            outcomes,
            {good["id"]: "created", no_buyer["id"]: "error", no_sku["id"]: "error"},
        )
        self.assertTrue(self.issues(f"import:{no_buyer['id']}").reason)
