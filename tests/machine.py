"""What the random tests have in common: a sandbox and Odoo, side by side."""

import contextlib

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

NUMBERS = st.integers(0, 10**6)


def examples(count):
    """Return settings for so many runs of twenty steps.

    Derandomized: a machine that fails fails for everybody.
    """
    return settings(
        max_examples=count,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        database=None,
        # Shrinking a failure takes minutes and teaches little: the first one is told.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


class Killed(BaseException):
    """The worker dies here: no handler of the addon may catch it."""


class Machine(RuleBasedStateMachine):
    """One life, undone in the end; `case` is bound by the test."""

    def start(self):
        """Begin with an empty sandbox; call it first."""
        self.case.env.flush_all()
        self.savepoint = self.case.env.cr.savepoint()
        self.case.empty_sandbox()

    def teardown(self):
        if hasattr(self, "savepoint"):
            try:
                self.grow_quiet()
            finally:
                self.savepoint.rollback()
                self.savepoint.close(rollback=False)
                self.case.env.invalidate_all()

    def grow_quiet(self):
        """Check what has to hold after quiet time."""
        raise NotImplementedError

    def orders(self, *statuses):
        """Return the ids of TikTok's orders of these statuses."""
        orders = self.case.control("GET", "/state?raw=0")["orders"]
        return sorted(key for key, row in orders.items() if row["status"] in statuses)

    @rule(number=NUMBERS)
    def cancel_a_unit_on_tiktok(self, number):
        orders = self.orders("AWAITING_SHIPMENT")
        if orders:
            order_id = orders[number % len(orders)]
            units = [
                line["id"]
                for line in self.case.raw(order_id)["line_items"]
                if line["display_status"] != "CANCELLED"
            ]
            if len(units) > 1:
                self.case.change(order_id, cancel_line=units[-1])

    @contextlib.contextmanager
    def at(self, path, event, after=0):
        """Let something happen once, at a call to `path`.

        :param event: called with the call itself, which it may make, or not
        :param after: so many such calls go through before
        """
        border, calls = self.case.border, iter(range(10**6))
        original = border.send

        def send(request, **options):
            if path in request.url and next(calls) == after:
                event(lambda: original(request, **options))
            return original(request, **options)

        border.send = send
        try:
            yield
        finally:
            del border.send
