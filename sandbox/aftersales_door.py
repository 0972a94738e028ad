"""What the control door does to cancellations and returns.

It plays the buyer, the carrier, TikTok, and the seller in Seller Center.
"""

from . import refusals
from .aftersales import up_to_date
from .aftersales_open import free_lines, open_return, refuse_opening
from .aftersales_reasons import of_return, text_of
from .aftersales_steps import STEPS
from .cancellations import MISTAKE, PENDING, ROLES, close, direct, request
from .cancellations import STATUSES as CANCEL_STATUSES
from .cancellations import approve as approve_cancellation
from .errors import ApiError
from .parcels import active_lines
from .places import one_of, only
from .returns import AWAITING, SEND_BACK, STATUSES, TYPES, grant, pend
from .returns import close as close_return

GENERATIONS = ("", "202309", "202512", "202601", "202602", "202603", "202604", "202606")
PAYERS = ("seller", "platform", "buyer")
_SWITCHES = ("refuse", "times", "call", "deadline", "set")


def change_settings(box, body, _values=None):
    """Set what holds for all shops and return it.

    `generation`: the newest version of the calls that is served ("" for all), newer
    paths answer 36009009, or with `missing` = "version" 36009014; `rename_reasons`: the
    reasons to decline with get other names now.
    """
    only(body, "generation", "missing", "rename_reasons")
    settings = box.aftersales
    if "generation" in body:
        wanted = body["generation"] or ""
        settings.generation = one_of(wanted, GENERATIONS, "generation")
    if "missing" in body:
        settings.missing = one_of(body["missing"], ("path", "version"), "missing")
    settings.turn += bool(body.get("rename_reasons"))
    return {"generation": settings.generation, "missing": settings.missing}


def lines_of(order, ids, free):
    """Return the line items with these ids, all of `free` for None.

    :raise ValueError: for an id that is not free
    """
    if ids is None:
        return list(free)
    known = {line["id"]: line for line in free}
    odd = [line_id for line_id in ids if line_id not in known]
    if odd:
        raise ValueError(f"order {order.id} has no open lines {', '.join(odd)}")
    return [known[line_id] for line_id in ids]


def cancel_by_door(box, order, body):
    """Let the buyer ask to cancel: `reason`, `lines`, `deadline`; return the case."""
    only(body, "reason", "lines", "deadline")
    up_to_date(box, order.shop)
    lines = lines_of(order, body.get("lines"), active_lines(order))
    case = request(box, order, lines, str(body.get("reason", MISTAKE)))
    if "deadline" in body and case.status == PENDING:
        case.wait(body["deadline"])
    return case


def cancel_outright(box, order, body):
    """Cancel as `role` (SELLER), for a `reason`, some `lines`; return the case."""
    only(body, "role", "reason", "lines")
    up_to_date(box, order.shop)
    role = one_of(body.get("role", "SELLER"), ROLES, "role")
    lines = lines_of(order, body.get("lines"), active_lines(order))
    if not lines:
        raise ValueError(f"order {order.id} has nothing left to cancel")
    usual = {
        "SELLER": "seller_cancel_reason_out_of_stock",
        "BUYER": MISTAKE,
        "OPERATOR": "platform_cancel",
        "SYSTEM": "system_cancel_order_reason_shipping_timeout",
    }
    reason = str(body.get("reason", usual[role]))
    return direct(box, order, lines, role, reason, box.now())


def create_return(box, body, _values=None):
    """Make a return; see the README for the keys. Return it as the state shows it.

    :raise KeyError: for an unknown order or return
    :raise ValueError: for what nobody may ask for now, without `force`
    """
    keys = ("order_id", "type", "lines", "reason", "role", "note", "photos", "videos")
    keys += ("shipment_type", "handover", "payer", "quick", "keep_item", "shipping")
    only(body, *keys, "combine", "replaces", "deadline", "set", "force")
    order = box.order(str(body.get("order_id")))
    if order is None:
        raise KeyError(f"order {body.get('order_id')}")
    up_to_date(box, order.shop)
    kind = one_of(body.get("type", "RETURN_AND_REFUND"), TYPES, "type")
    role = one_of(body.get("role", "BUYER"), ROLES, "role")
    previous = _find(box, body["replaces"]) if body.get("replaces") else None
    if previous:
        close_return(previous, box.now())
    case = _open(box, order, kind, role, body)
    _describe(case, body)
    if previous:
        previous.next, case.previous = case.id, previous.id
    if body.get("combine"):
        _combine(case, _find(box, body["combine"]))
    if role == "SELLER":
        _as_seller(box, case)
    else:
        pend(case, box.now())
    if "deadline" in body:
        case.wait(body["deadline"])
    return {"id": case.id, **case.show(True)}


def _open(box, order, kind, role, body):
    """Open the case; with `force` for any unit, at any time."""
    lines = free_lines(order)
    if body.get("force"):
        lines = [line for line in order.lines if isinstance(line, dict)]
    else:
        try:
            refuse_opening(order, kind, role)
        except ApiError as error:
            raise ValueError(error.message) from None
    chosen = lines_of(order, body.get("lines"), lines)
    name = str(body.get("reason") or next(iter(of_return(kind, order.status))))
    return open_return(
        box,
        order,
        kind,
        chosen,
        (name, text_of(name) or "Other"),
        role,
        box.now(),
        note=str(body.get("note", "")),
        images=_names(body.get("photos"), f"{order.id}-photo"),
        videos=_names(body.get("videos"), f"{order.id}-video"),
    )


def _names(value, stem):
    """Return names of pictures: those given, or so many made from `stem`."""
    if isinstance(value, int):
        return [f"{stem}-{number}" for number in range(1, value + 1)]
    return [str(name) for name in value or ()]


def _describe(case, body):
    handovers = ("DROP_OFF", "PICKUP")
    shipments = ("PLATFORM", "BUYER_ARRANGE")
    case.shipment = one_of(body.get("shipment_type", "PLATFORM"), shipments, "type")
    case.handover = one_of(body.get("handover", "DROP_OFF"), handovers, "handover")
    case.payer = one_of(body.get("payer", "platform"), PAYERS, "payer")
    case.quick = bool(body.get("quick"))
    case.may_keep = bool(body.get("keep_item"))
    case.with_shipping = bool(body.get("shipping"))
    case.override = dict(body.get("set", {}))


def _combine(case, other):
    """Let two returns come back in one parcel."""
    other.combined = other.combined or other.id
    case.combined = other.combined
    other.touch(case.create_time)


def _as_seller(box, case):
    if case.type == "REFUND":
        case.kept = True
        grant(box, case, box.now())
    else:
        case.move(AWAITING, box.now(), due=box.now() + SEND_BACK)


def _find(box, case_id, kind="returns"):
    for shop in box.shops.values():
        if case_id in getattr(shop, kind):
            return getattr(shop, kind)[case_id]
    raise KeyError(f"{kind.removesuffix('s')} {case_id}")


def change_cancellation(box, cancel_id, body):
    """Change a cancellation: `step` (withdraw, approve, reject, complete), `status`,
    `refuse` (+ `times`, `call`), `deadline`, `set`; return it as the state shows it.

    :raise KeyError: for an unknown id
    :raise ValueError: for a step it cannot take
    """
    only(body, "step", "status", *_SWITCHES)
    case = _find(box, cancel_id, "cancellations")
    up_to_date(box, case.shop)
    now = box.now()
    if "step" in body:
        step = one_of(
            body["step"], ("withdraw", "approve", "reject", "complete"), "step"
        )
        if step == "complete" and case.granted:
            case.move("CANCELLATION_REQUEST_COMPLETE", now)
        elif case.status != PENDING or step == "complete":
            raise ValueError(f"cancellation {case.id} is {case.status}")
        elif step == "approve":
            approve_cancellation(box, case, now)
        else:
            close(case, "buyer" if step == "withdraw" else "seller", now)
    if "status" in body:
        case.move(one_of(body["status"], CANCEL_STATUSES, "status"), now)
    return _switch(case, body, now)


def _switch(case, body, now):
    """Do what the door can do to both kinds of case."""
    if "refuse" in body:
        refusals.add(case, body)
    if "deadline" in body:
        case.wait(body["deadline"])
        case.touch(now)
    if "set" in body:
        case.override.update(body["set"])
        case.touch(now)
    return {"id": case.id, **case.show(True)}


def change_return(box, return_id, body):
    """Change a return: `step`, `status`, `refuse` (+ `times`, `call`), `deadline`,
    `set`; see the README for the steps. Return it as the state shows it.

    :raise KeyError: for an unknown id
    :raise ValueError: for a step it cannot take
    """
    more = ("tracking_number", "provider", "decision", "amount", "note")
    only(body, "step", "status", *more, *_SWITCHES, "photos", "videos", "quick")
    case = _find(box, return_id)
    up_to_date(box, case.shop)
    now = box.now()
    if "quick" in body:
        case.quick = bool(body["quick"])
        case.touch(now)
    if "step" in body:
        STEPS[one_of(body["step"], tuple(STEPS), "step")](box, case, body)
    elif {"note", "photos", "videos"} & set(body):
        _add_record(case, body, now)
    if "status" in body:
        case.move(one_of(body["status"], STATUSES, "status"), now)
    return _switch(case, body, now)


def _add_record(case, body, now):
    stem = f"{case.id}-{len(case.records)}"
    case.note(
        "BUYER_ADDED",
        "BUYER",
        "The buyer added something",
        now,
        str(body.get("note", "")),
        _names(body.get("photos"), f"{stem}-photo"),
        _names(body.get("videos"), f"{stem}-video"),
    )
    case.touch(now)


def show_cases(box, kind, raw):
    """Return {id: case} of all shops, as it is by now."""
    shown = {}
    for shop in box.shops.values():
        up_to_date(box, shop)
        for case in getattr(shop, kind).values():
            shown[case.id] = case.show(raw)
    return shown
