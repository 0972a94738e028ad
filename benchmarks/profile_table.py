"""The statements of the connector beside those of plain Odoo."""

TOP = 30


def lines(results, orders):
    """Return lines: statements per order by kind, the connector's minus the floor's."""
    counts = {name: result["profile"]["statements"] for name, result in results.items()}
    mine = counts.get("connector", {})
    base = counts.get("floor", {})
    kinds = sorted(
        mine.keys() | base.keys(),
        key=lambda kind: -abs(mine.get(kind, 0) - base.get(kind, 0)),
    )
    yield f"{'connector':>10} {'floor':>8} {'more':>8}  per order"
    for kind in kinds[:TOP]:
        one, other = mine.get(kind, 0) / orders, base.get(kind, 0) / orders
        yield f"{one:10.2f} {other:8.2f} {one - other:+8.2f}  {kind}"
