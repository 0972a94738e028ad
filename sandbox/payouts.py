"""When statements are paid: payments, and in SEA the seller's balance.

A statement is paid two days after it is made. One that is not positive waits for the
next one and is carried into its payment.
"""

from decimal import ROUND_HALF_UP, Decimal

from .ledger import DAY, PAYMENT, WITHDRAWAL, Payment, Withdrawal
from .markets import MARKETS

UNCHANGED = "1.000000"
SUCCESS = {"PAID": "SUCCESS", "SETTLED": "SUCCESS", "FAILED": "FAILED"}


def is_sea(shop):
    """Whether the shop has withdrawals instead of payments."""
    return shop.market.block == "SEA"


def pay_due(ledger, now):
    """Make the payments that are due, and pay those whose day has come."""
    sea, carried = is_sea(ledger.shop), []
    for statement in ledger.ordered():
        if statement.time + DAY > now:
            break
        if statement.payment is not None or statement.status:
            continue
        carried.append(statement)
        if sea or sum(row.payable for row in carried) > 0:
            make_payment(ledger, carried, statement.time + DAY, "PROCESSING")
            carried = []
    for payment in ledger.payments:
        due = max(statement.time for statement in payment.statements) + 2 * DAY
        held = any(statement.status for statement in payment.statements)
        if due <= now and _waits(payment) and not held:
            set_status(ledger, payment, "SETTLED" if sea else "PAID", due)


def _waits(payment):
    return payment.automatic and payment.status == "PROCESSING"


def make_payment(ledger, statements, now, status, currency=None, rate=UNCHANGED):
    """Make, keep and return the payment of some statements."""
    market = ledger.shop.market
    payable = sum(statement.payable for statement in statements)
    wish = int(now) // DAY * 1000 + ledger.number
    payment = Payment(
        ledger.claim(PAYMENT, wish),
        tuple(statements),
        int(now),
        0,
        "PROCESSING",
        currency or market.currency,
        f"{Decimal(str(rate)):.6f}",
        exchanged(payable, market, currency, rate),
    )
    ledger.payments.append(payment)
    for statement in statements:
        statement.payment = payment
    set_status(ledger, payment, status, now)
    return payment


def exchanged(amount, market, currency, rate):
    """Return minor units of `market` at a rate as minor units of `currency`."""
    if not currency or currency == market.currency and Decimal(str(rate)) == 1:
        return amount
    digits = decimals(currency) - market.decimals
    found = Decimal(amount) * Decimal(str(rate)) * Decimal(10) ** digits
    return int(found.quantize(Decimal(1), ROUND_HALF_UP))


def decimals(currency):
    """Return how many digits after the point a currency has; 2 where unknown."""
    return next((m.decimals for m in MARKETS.values() if m.currency == currency), 2)


def set_status(ledger, payment, status, now):
    """Bring a payment to a status; money that came is in the seller's balance (SEA)."""
    payment.status = status
    payment.paid_time = int(now) if status in ("PAID", "SETTLED") else 0
    if not is_sea(ledger.shop) or not payment.payable:
        return
    number = f"W{payment.statements[-1].id}"
    known = {row.id: row for row in ledger.withdrawals}
    if number in known:
        known[number].status = SUCCESS.get(status, "PROCESSING")
    elif status in SUCCESS:
        ledger.withdrawals.append(
            Withdrawal(number, "SETTLE", payment.payable, SUCCESS[status], int(now))
        )


def withdraw(ledger, amount, kind, status, now):
    """Move money of the seller's balance and return that row."""
    number = f"W{ledger.claim(WITHDRAWAL, ledger.number * 10**6)}"
    row = Withdrawal(number, kind, amount, status, int(now))
    ledger.withdrawals.append(row)
    return row


def payment_status(shop, statement):
    """Return the payment status that a statement shows."""
    if statement.status:
        return statement.status
    if statement.payment is None or statement.payment.status == "PROCESSING":
        return "PROCESSING"
    if statement.payment.status == "FAILED":
        return "FAILED"
    return "SETTLED" if is_sea(shop) else "PAID"
