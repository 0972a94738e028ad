"""What the demo prints: tables by market, the issues, and the lines that count."""

import textwrap
from collections import defaultdict

from . import (
    door,
    money,
    pdf,
    reconcile,
    reconcile_aftersales,
    reconcile_catalogue,
    reconcile_delivery,
    reconcile_money,
    reconcile_stock,
    server,
)
from .progress import say
from .web_client import WebClient

PARTS = (
    *("shops", "products", "orders", "inventory", "packages", "purchases"),
    *("finance", "cancellations", "returns"),
)


def print_previews(syncs: list[dict]) -> None:
    """Print what applying these catalogue syncs would do."""
    for sync in syncs:
        matched = sync["seller_sku_count"] + sync["barcode_count"]
        say(
            f"   {sync['shop_id'][1]}: {sync['product_count']} products, "
            f"{sync['listing_count']} SKUs, {matched} matched, "
            f"{sync['ambiguous_count']} ambiguous, {sync['unmatched_count']} unmatched"
        )


def report(
    client: WebClient,
    sandbox: server.SandboxServer,
    to_ship: set[str],
    query: reconcile_money.Query,
) -> int:
    """Count everything, print it, and return the exit code.

    :param to_ship: ids of the orders that waited to be shipped before any left.
    :param query: runs SQL on Odoo's database.
    """
    state = door.state(sandbox, *PARTS)
    orders = reconcile.rows(client, state)
    skus = reconcile_catalogue.skus(client, state)
    levels = reconcile_stock.levels(client, state, skus)
    books = reconcile_money.read(query, state)
    print()
    print(reconcile.table(orders, "region", "market"))
    print()
    print(reconcile.table(orders, "status", "status on TikTok Shop"))
    print()
    print(table(skus, levels))
    print()
    print(reconcile_money.table(books))
    _print_issues(client)
    print()
    sold_as_default = reconcile_catalogue.sold_as_default(client)
    verdicts = (
        _about_orders(orders, to_ship),
        _about_skus(skus, sold_as_default),
        _about_stock(levels),
        _about_deliveries(*reconcile_delivery.parcels(client, state, pdf.texts)),
        _about_money(books),
        _about_aftersales(query, state),
    )
    return 0 if all(verdicts) else 1


def table(
    skus: list[reconcile_catalogue.Sku], levels: list[reconcile_stock.Level]
) -> str:
    """Return a text table: the SKUs and their stock in each market."""
    markets = defaultdict(list)
    for sku in skus:
        markets[sku.region].append(sku)
    names = ("SKUs", "with product", "coverage", "pushed", "in step", "too much")
    lines = [f"{'market':10}" + "".join(f"{name:>14}" for name in names)]
    for market, found in markets.items():
        known = sum(sku.is_known for sku in found)
        stock = [level for level in levels if level.sku.region == market]
        verdict = reconcile_stock.judge(stock)
        numbers = verdict.counted, verdict.counted - verdict.differing, verdict.above
        cells = (
            *(len(found), known, f"{100 * known / len(found):.1f} %"),
            *(numbers if stock else "---"),  # a dash for each
        )
        lines.append(f"{market:10}" + "".join(f"{cell:>14}" for cell in cells))
    return "\n".join(lines)


def _print_issues(client: WebClient) -> None:
    fields = ["name", "reason", "shop_id"]
    issues = client.read("tts.issue", [("state", "=", "open")], fields, order="key")
    print(f"\nissues: {len(issues)}")
    for issue in issues:
        print(f"  {issue['shop_id'][1]}: {issue['name']}")
        print(textwrap.indent(textwrap.fill(issue["reason"] or "", 84), "      "))


def _about_orders(orders: list[reconcile.Row], to_ship: set[str]) -> bool:
    verdict = reconcile.judge(orders, to_ship)
    print(
        f"broken on purpose: {verdict.broken} orders, "
        f"{verdict.broken - verdict.unlisted} of them in the list of issues"
    )
    print(
        f"demo: {verdict.to_ship} orders to ship on TikTok Shop, "
        f"{verdict.in_odoo} in Odoo, {verdict.missing} missing, "
        f"{verdict.duplicated} duplicated, {verdict.differing} amounts differing",
        flush=True,
    )
    return verdict.good


def _about_skus(
    skus: list[reconcile_catalogue.Sku], sold_as_default: list[str]
) -> bool:
    verdict = reconcile_catalogue.judge(skus, sold_as_default)
    print(
        f"demo: {verdict.skus} SKUs on TikTok Shop, {verdict.known} known in Odoo, "
        f"{verdict.bundles} left as virtual bundles, {verdict.unexplained} unknown, "
        f"{verdict.wrong} with a wrong product, "
        f"{verdict.duplicated} duplicated, {verdict.unrepaired} orders not repaired",
        flush=True,
    )
    return verdict.good


def _about_stock(levels: list[reconcile_stock.Level]) -> bool:
    verdict = reconcile_stock.judge(levels)
    print(
        f"demo: {verdict.counted} quantities held against Odoo's stock, "
        f"{verdict.above} above what can be shipped, "
        f"{verdict.differing} differing at rest",
        flush=True,
    )
    return verdict.good


def _about_deliveries(
    parcels: list[reconcile_delivery.Parcel], strange: list[str]
) -> bool:
    verdict = reconcile_delivery.judge(parcels, strange)
    print(
        f"demo: {verdict.arranged} parcels arranged on TikTok Shop, "
        f"{verdict.in_odoo} in Odoo with their number, "
        f"{verdict.labels} of TikTok's carriers with their label, "
        f"{verdict.missing} missing, {verdict.twice} shipped twice, "
        f"{verdict.unreadable} labels unreadable, {verdict.strange} wrong numbers",
        flush=True,
    )
    return verdict.good


def _about_money(books: reconcile_money.Books) -> bool:
    verdict = reconcile_money.judge(books, money.RATES)
    refused = ", ".join(str(amount) for amount in verdict.refused)
    print(
        f"demo: {verdict.statements} statements, {verdict.transactions} transactions: "
        f"booked {verdict.booked:,} of {verdict.payable:,} USD payable, "
        f"intermediary accounts {verdict.intermediary_off} off from what TikTok still "
        f"owes, fees {verdict.fees_off} off, "
        f"reserves and unknown orders {verdict.others_off} off, "
        f"{verdict.paid} invoices and credit notes of settled orders paid, "
        f"{verdict.open} open, {verdict.wrong_entries} entries missing or too many, "
        f"{len(verdict.refused)} refused ({refused} off)",
        flush=True,
    )
    return verdict.good


def _about_aftersales(query: reconcile_money.Query, state: dict) -> bool:
    cases = reconcile_aftersales.cases(query, state)
    refunds = reconcile_aftersales.refunds(query, state)
    verdict = reconcile_aftersales.judge(cases, refunds, money.RATES)
    for text in reconcile_aftersales.differences(cases, refunds):
        print(f"off: {text}")
    print(
        f"demo: {verdict.cancellations} cancellations and {verdict.returns} returns on "
        f"TikTok Shop, {verdict.in_odoo} in Odoo, {verdict.missing} missing, "
        f"{verdict.duplicated} duplicated, {verdict.answered} answered from Odoo, "
        f"{verdict.twice} answered twice, {verdict.unheard} answers lost, "
        f"{verdict.came} units came back, {verdict.received:.0f} received, "
        f"{verdict.goods_off:.0f} off, credit notes {verdict.credited:,} of "
        f"{verdict.refunded:,} USD refunded, {verdict.money_off} off",
        flush=True,
    )
    return verdict.good
