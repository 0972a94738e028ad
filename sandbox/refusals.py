"""Refusals the control door switches on, for one order, package or case.

Most refusals come about by themselves: an order on hold, a package shipped already. The
rest depend on what no sandbox can know, such as an address a carrier does not serve.
"""

from .aftersales_errors import AFTERSALES
from .errors import business
from .fulfillment_errors import FULFILLMENT

CALLS = (
    "ship",
    "mark",
    "buy",
    "label",
    "update",
    "slots",
    "split",
    "combine",
    "invoice",
    "cancel",
    "return",
    "approve",
    "reject",
)
_ERRORS = {**AFTERSALES, **FULFILLMENT}


def add(thing, body):
    """Let the next calls about an order, package or case answer a code.

    :param body: `refuse` (a code; None forgets all), `times` (1), `call` (one of
        `CALLS`; the documented calls of the code when it is absent)
    :raise ValueError: for another call, or none with a code nobody documented
    """
    code = body["refuse"]
    if code is None:
        thing.refusals.clear()
        return
    calls, text = _ERRORS.get(int(code), ("", "Refused by the control door."))
    names = [body["call"]] if body.get("call") else calls.split()
    if not names or not set(names) <= set(CALLS):
        raise ValueError(f"refuse needs a call of {', '.join(CALLS)}")
    times = int(body.get("times", 1))
    row = {"code": int(code), "calls": names, "times": times, "text": text}
    thing.refusals.append(row)


def check(call, *things):
    """Refuse `call` about some things if the door wants it, and count that.

    :raise ApiError: the code that was switched on
    """
    for thing in things:
        for row in thing.refusals:
            if call not in row["calls"]:
                continue
            row["times"] -= 1
            if row["times"] <= 0:
                thing.refusals.remove(row)
            raise business(row["code"], row["text"])
