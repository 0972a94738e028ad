"""Payments, and withdrawals in SEA.

Source: TikTok Shop Partner API docs, Finance reference: Get Payments, Get Withdrawals.
"""

from .errors import parameter
from .finance import SCOPE, between, finance_page
from .payouts import decimals, is_sea
from .router import endpoint
from .settlement import ledger_of

WITHDRAWALS = ("WITHDRAW", "SETTLE", "TRANSFER", "REVERSE")


@endpoint("GET", "/finance/202605/payments", scope=SCOPE)
def payments(call):
    """What was paid, open or failed; SEA shops have withdrawals instead."""
    ledger, rows = ledger_of(call.box, call.shop), []
    if not is_sea(call.shop):
        rows = [(row.create_time, row.id, row) for row in ledger.payments]
    bounds = between(call, "create_time")
    found, token = finance_page(call, rows, "create_time", *bounds)
    market = call.shop.market
    return {
        "next_page_token": token,
        "payments": [show_payment(market, row) for row in found],
    }


def in_currency(market, payment):
    """Return the amount of a payment as text in its own currency."""
    if payment.currency == market.currency:
        return market.money(payment.amount)
    digits = decimals(payment.currency)
    sign = "-" if payment.amount < 0 else ""
    whole, rest = divmod(abs(payment.amount), 10**digits)
    part = str(rest).zfill(digits).rstrip("0") if digits else ""
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def show_payment(market, payment):
    """Return a payment as Get Payments shows it."""
    currency = market.currency
    return {
        "id": payment.id,
        "create_time": payment.create_time,
        "paid_time": payment.paid_time,
        "status": payment.status,
        "amount": {
            "value": in_currency(market, payment),
            "currency": payment.currency,
        },
        "settlement_amount": {
            "value": market.money(payment.settlement),
            "currency": currency,
        },
        "payment_amount_before_exchange": {
            "value": market.money(payment.payable),
            "currency": currency,
        },
        "exchange_rate": payment.rate,
        "bank_account": "***********1234",
    }


@endpoint("GET", "/finance/202309/withdrawals", scope=SCOPE)
def withdrawals(call):
    """Movements of the seller's balance (SEA).

    Types that the query cannot name, as those of 2026, come with every answer.
    """
    types = [text for text in call.query.get("types", "").split(",") if text]
    if not types:
        raise parameter("Types is a required field")
    if not set(types) <= set(WITHDRAWALS):
        raise parameter("Types is invalid")
    unasked = set(WITHDRAWALS) - set(types)
    rows = [
        (row.create_time, row.id, row)
        for row in ledger_of(call.box, call.shop).withdrawals
        if row.type not in unasked
    ]
    bounds = between(call, "create_time")
    found, token = finance_page(call, rows, None, *bounds)
    return {
        "next_page_token": token,
        "total_count": len(rows),
        "withdrawals": [show_withdrawal(call.shop.market, row) for row in found],
    }


def show_withdrawal(market, row):
    """Return a withdrawal as Get Withdrawals shows it."""
    return {
        "id": row.id,
        "type": row.type,
        "amount": market.money(row.amount),
        "currency": market.currency,
        "status": row.status,
        "create_time": row.create_time,
    }
