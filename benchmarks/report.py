"""Figures of the measures, and how they stand against the targets."""

import statistics

from . import profile_table

COLUMNS = (
    "orders_per_second",
    "sql_per_order",
    "cpu_ms_per_order",
    "peak_mb",
    "growth_mb",
)


def figures(results):
    """Return the medians.

    :param results: {number of orders: {measure: list of worker answers}}
    :return: {"orders": {number: {measure: {figure: value}}}}
    """
    return {
        "orders": {
            str(size): {name: _median(rounds) for name, rounds in measures.items()}
            for size, measures in results.items()
        }
    }


def _median(rounds):
    rows = [
        {
            "orders_per_second": row["orders"] / row["seconds"],
            "sql_per_order": row["statements"] / row["orders"],
            "cpu_ms_per_order": 1000 * row["cpu_seconds"] / row["orders"],
            "peak_mb": row["peak_mb"],
            "growth_mb": row["growth_mb"],
        }
        for row in rounds
    ]
    return {key: round(statistics.median(r[key] for r in rows), 2) for key in rows[0]}


def show(found):
    """Print the figures and the targets as tables."""
    if found["orders"]:
        _show_orders(found)
    if found["listings"]:
        _show_listings(found["listings"])
    if found["labels"]:
        _show_labels(found["labels"])
    if found["settlements"]:
        _show_settlements(found["settlements"])
    if found["sales"]:
        _show_sales(found["sales"])


def _show_listings(measures):
    names = ("listings", "seconds", "sql_per_listing", "calls", "push_calls", "peak_mb")
    print(f"\n{'measure':<12}", *(f"{name:>16}" for name in names))
    for name, row in measures.items():
        per_listing = row["statements"] / row["listings"]
        values = (
            f"{row['listings']:>16}",
            f"{row['seconds']:>16.2f}",
            f"{per_listing:>16.4f}",
            f"{row['calls']:>16}",
            f"{row['push_calls']:>16}",
            f"{row['peak_mb']:>16.1f}",
        )
        print(f"{name:<12}", *values)
    print()
    for name, value, target, met in judge_listings(measures):
        print(f"{'ok' if met else 'MISSED':>7}  {name}: {value:g} (target {target})")


def _show_labels(measures):
    names = ("labels", "seconds", "calls_per_label", "sql_per_label", "peak_mb")
    print(f"\n{'measure':<12}", *(f"{name:>16}" for name in (*names, "growth_mb")))
    for name, row in measures.items():
        values = (
            f"{row['labels']:>16}",
            f"{row['seconds']:>16.2f}",
            f"{row['calls'] / row['labels']:>16.2f}",
            f"{row['statements'] / row['labels']:>16.2f}",
            f"{row['peak_mb']:>16.1f}",
            f"{row['growth_mb']:>16.1f}",
        )
        print(f"{name:<12}", *values)
    print()
    for name, value, target, met in judge_labels(measures):
        print(f"{'ok' if met else 'MISSED':>7}  {name}: {value:g} (target {target})")


def _show_settlements(measures):
    names = ("transactions", "seconds", "cpu_seconds", "sql_per_transaction", "calls")
    print(f"\n{'measure':<12}", *(f"{name:>19}" for name in (*names, "peak_mb")))
    for name, row in measures.items():
        values = (
            f"{row['transactions']:>19}",
            f"{row['seconds']:>19.2f}",
            f"{row['cpu_seconds']:>19.2f}",
            f"{row['statements'] / row['transactions']:>19.3f}",
            f"{row['calls']:>19}",
            f"{row['peak_mb']:>19.1f}",
        )
        print(f"{name:<12}", *values)
    print()
    for name, value, target, met in judge_settlements(measures):
        print(f"{'ok' if met else 'MISSED':>7}  {name}: {value:g} (target {target})")


def _show_sales(measures):
    names = ("orders", "rows", "groups", "seconds", "statements", "peak_mb")
    print(f"\n{'measure':<12}", *(f"{name:>12}" for name in names))
    for name, row in measures.items():
        values = (
            f"{row['orders']:>12}",
            f"{row['rows']:>12}",
            f"{row['groups']:>12}",
            f"{row['seconds']:>12.2f}",
            f"{row['statements']:>12}",
            f"{row['peak_mb']:>12.1f}",
        )
        print(f"{name:<12}", *values)
    print()
    for name, value, target, met in judge_sales(measures):
        print(f"{'ok' if met else 'MISSED':>7}  {name}: {value:g} (target {target})")


def judge_sales(measures):
    """Yield (what, value, target, met) for the sales analysis.

    It is held against Odoo's own analysis, on the same machine and database.
    """
    standard = measures["sale.report"]["seconds"]
    for name, most in (("product", 6), ("month", 1), ("sales", 1)):
        ratio = round(measures[name]["seconds"] / standard, 2)
        yield f"{name}, time / sale.report", ratio, f"<= {most}", ratio <= most
    growth = max(row["growth_mb"] for row in measures.values())
    yield "analysis, growth of memory in MB", growth, "< 50", growth < 50


def judge_settlements(measures):
    """Yield (what, value, target, met) for settlements."""
    for name, most in (("read", 1.5), ("book", 2.5)):
        row = measures[name]
        cost = round(row["statements"] / row["transactions"], 3)
        yield f"{name}, SQL per transaction", cost, f"<= {most}", cost <= most


def judge_labels(measures):
    """Yield (what, value, target, met) for labels."""
    fetch = measures["fetch"]
    calls = round(fetch["calls"] / fetch["labels"], 2)
    yield "HTTP calls per label, its file included", calls, "<= 2.1", calls <= 2.1
    cost = round(fetch["statements"] / fetch["labels"], 2)
    yield "fetching, SQL per label", cost, "< 4", cost < 4
    for name in ("print", "print_a4"):
        seconds = measures[name]["seconds"]
        yield f"{name}, seconds", seconds, "< 10", seconds < 10
        growth = measures[name]["growth_mb"]
        yield f"{name}, growth of memory in MB", growth, "< 150", growth < 150


def judge_listings(measures):
    """Yield (what, value, target, met) for catalogue and stock."""
    match, again = measures["match"], measures["push_again"]
    cost = round(match["statements"] / match["listings"], 4)
    yield "matching, SQL per listing", cost, "< 0.1", cost < 0.1
    pushed = again["push_calls"]
    yield "no change, push calls", pushed, "0", pushed == 0
    statements = again["statements"]
    yield "no change, SQL statements in all", statements, "< 20", statements < 20


def _show_orders(found):
    print(f"{'orders':>7} {'measure':<11}", *(f"{name:>18}" for name in COLUMNS))
    for size, measures in found["orders"].items():
        for name, row in measures.items():
            values = (f"{row[column]:>18.2f}" for column in COLUMNS)
            print(f"{size:>7} {name:<11}", *values)
    print()
    for name, value, target, met in judge(found["orders"]):
        print(f"{'ok' if met else 'MISSED':>7}  {name}: {value:.2f} (target {target})")


def judge(sizes):
    """Yield (what, value, target, met) for each target that was measured."""
    for size, measures in sizes.items():
        yield from _judge_size(size, measures)
    least, *_others, most = [*sizes.values()] if len(sizes) > 1 else ({}, {})
    if "connector" in least and "connector" in most:
        ratio = most["connector"]["peak_mb"] / least["connector"]["peak_mb"]
        yield "peak memory, most orders / fewest", ratio, "<= 1.1", ratio <= 1.1


def _judge_size(size, measures):
    mine = measures.get("connector")
    if not mine:
        return
    speed = mine["orders_per_second"]
    for name, least in (("floor", 0.95), ("one_by_one", 2.0)):
        if name in measures:
            ratio = speed / measures[name]["orders_per_second"]
            yield f"{size} orders, speed / {name}", ratio, f">= {least}", ratio >= least
    statements = mine["sql_per_order"]
    yield f"{size} orders, SQL per order", statements, "<= 55", statements <= 55
    if "resync" in measures:
        again = measures["resync"]
        ratio = again["orders_per_second"] / speed
        yield f"{size} orders, resync / import", ratio, ">= 50", ratio >= 50
        statements = again["sql_per_order"]
        met = statements < 0.5
        yield f"{size} orders, SQL per unchanged order", statements, "< 0.5", met


def print_profile(results):
    """Print where statements and time went, from the last round of each measure."""
    for size, measures in results.items():
        last = {name: rounds[-1] for name, rounds in measures.items()}
        print("\n".join(profile_table.lines(last, size)))
        for name, result in last.items():
            print(f"\n=== {name} ===\n{result['profile']['functions']}")
