"""After-sales of the sandbox, read and answered by the client: two readings."""

import random
from decimal import Decimal

import requests

from odoo.tests import BaseCase, tagged

from ..lib.aftersale_rules import decisions, is_final, open_action
from ..lib.aftersales import Cancellation
from ..lib.client import TikTokClient
from ..lib.errors import Rejected
from ..lib.returns import Money
from ..sandbox import Sandbox
from ..sandbox.adapter import SandboxAdapter

BASE_URL = "http://127.0.0.1:8090"
NOW = 1_767_225_600
DAY = 86_400
STEPS = ("ship_back", "arrive", "withdraw", "accept_offer", "refuse_offer", "arbitrate")
STEPS += ("support_buyer", "support_seller", "complete")


class Life:
    """Cases of one market that live at random, and the client that reads them."""

    def __init__(self, case, market, seed, generation=""):
        self.rng = random.Random(seed)
        self.box = Sandbox(
            markets=[market],
            clock=lambda: NOW,
            base_url=BASE_URL,
            orders=30,
            seed=seed,
            generation=generation,
        )
        session = requests.Session()
        session.mount(BASE_URL, SandboxAdapter(self.box))
        case.addCleanup(session.close)
        given = self.box.credentials
        self.client = TikTokClient(
            given["app_key"],
            given["app_secret"],
            given["access_token"],
            base_url=BASE_URL,
            shop_cipher=given["shops"][0]["cipher"],
            session=session,
            clock=self.box.now,
            sleep=lambda _seconds: None,
        )

    def door(self, path, **body):
        """Use the control door; a step it refuses does nothing."""
        try:
            return self.box.control("POST", f"/_sandbox{path}", body)
        except ValueError:
            return None

    def start(self, kind):
        status = "AWAITING_SHIPMENT" if kind == "CANCEL" else "DELIVERED"
        [order_id] = self.door("/orders", order={"status": status})["ids"]
        if kind == "CANCEL":
            self.door(f"/orders/{order_id}", cancel_request={})
        else:
            flags = {key: self.rng.random() < 0.3 for key in ("quick", "keep_item")}
            self.door("/returns", order_id=order_id, type=kind, **flags)

    def happen(self):
        """Let something happen to one case."""
        state = self.box.control("GET", "/_sandbox/state?only=returns&raw=0")
        case_id = self.rng.choice(sorted(state["returns"]))
        self.door(f"/returns/{case_id}", step=self.rng.choice(STEPS))

    def cases(self):
        """Return every case as the client reads it, and make sure that it can."""
        found = []
        for pages in (
            self.client.cancellation_pages(NOW - 400 * DAY, NOW + 1),
            self.client.return_pages(NOW - 400 * DAY, NOW + 1),
        ):
            for page in pages:
                if page.problems:
                    raise AssertionError(page.problems)
                found += page.rows
        return found


@tagged("post_install", "-at_install")
class TestAftersaleClient(BaseCase):
    def lives(self):
        """Yield sandboxes with cases in the midst of their lives."""
        for seed, market in enumerate(("MY", "US", "JP")):
            life = Life(self, market, seed, "202309" if seed % 2 else "")
            for kind in ("CANCEL", "REFUND", "RETURN_AND_REFUND", "REPLACEMENT") * 5:
                life.start(kind)
            for _step in range(50):
                life.happen()
            yield life

    def test_every_case_is_read_with_what_it_asks_for(self):
        for life in self.lives():
            found = {case.id: case for case in life.cases()}
            state = life.box.control("GET", "/_sandbox/state?raw=0")
            shown = {**state["cancellations"], **state["returns"]}
            self.assertEqual(set(found), set(shown))
            for case_id, case in found.items():
                row = shown[case_id]
                need = open_action(case)
                self.assertEqual(bool(need), bool(row["action"]), case)
                if need:
                    self.assertEqual(int(need.deadline.timestamp()), row["due"])
                self.assertEqual(case.refund.total, Decimal(row["amount"]))

    def test_what_the_rules_offer_is_accepted(self):
        tried = set()
        for life in self.lives():
            for case in life.cases():
                offered = decisions(case)
                if not offered or is_final(case.status):
                    continue
                decision = life.rng.choice(offered)
                try:
                    self.answer(life.client, case, decision)
                except Rejected as refused:
                    # A parcel on its way may be accepted, but not declined; nobody
                    # makes a second offer. The case does not tell either of them.
                    self.assertIn(refused.code, (25011035, 25007007, 25020012), case)
                else:
                    tried.add(decision.name)
        self.assertGreater(len(tried), 7, tried)

    def answer(self, client, case, decision):
        """Answer a case by the client, with the first reason or a part of the money."""
        cancels = isinstance(case, Cancellation)
        reason = self.reason(client, case, decision) if decision.needs_reason else ""
        money = None
        if decision.needs_amount:
            money = Money(case.refund.currency, case.refund.total)
        if cancels and decision.is_rejection:
            client.reject_cancellation(case.id, reason)
        elif cancels:
            client.approve_cancellation(case.id, key=f"{case.id}-1")
        elif decision.is_rejection:
            client.reject_return(case.id, decision.name, reason, partial_refund=money)
        else:
            keep, name = decision.keep_item, decision.name
            client.approve_return(case.id, name, keep_item=keep, partial_refund=money)

    def reason(self, client, case, decision):
        if not decision.needs_amount:
            return client.reject_reasons(case.id)[0].name
        [first, *_rest] = client.review_decisions(case.id, [decision.name])
        if not first.is_eligible:
            raise Rejected("declined", code=first.code)
        return first.reject_reasons[0].name
