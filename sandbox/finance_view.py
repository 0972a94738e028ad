"""What the control door shows of the money: its own figures, to reconcile against."""

from .payments import show_payment, show_withdrawal
from .payouts import payment_status
from .settlement import ledger_of
from .unsettled import open_


def show_finance(box, _raw):
    """Return {shop id: statements, payments, withdrawals, reserves, what waits}."""
    return {shop.id: _shop(box, shop) for shop in box.shops.values()}


def _shop(box, shop):
    ledger, market = ledger_of(box, shop), shop.market
    return {
        "currency": market.currency,
        "statements": [_statement(shop, row) for row in ledger.ordered()],
        "payments": [
            {
                **show_payment(market, row),
                "statement_ids": [statement.id for statement in row.statements],
            }
            for row in ledger.payments
        ],
        "withdrawals": [show_withdrawal(market, row) for row in ledger.withdrawals],
        "reserves": [
            {**row, "amount": market.money(row["amount"])}
            for row in ledger.reserves.values()
        ],
        "unsettled": [row.id for _order, row in open_(ledger)],
        "waiting": [
            {"kind": row.kind, "due": row.due, "order_id": row.order_id}
            for row in ledger.waiting
        ],
    }


def _amounts(market, thing):
    names = {
        "settlement": "amount",
        "revenue": "revenue",
        "shipping": "shipping",
        "fee_tax": "fees",
        "adjustment": "adjustment",
        "reserve": "reserve",
    }
    return {name: market.money(getattr(thing, key)) for name, key in names.items()}


def _statement(shop, statement):
    market = shop.market
    return {
        "id": statement.id,
        "time": statement.time,
        **_amounts(market, statement),
        "payable": market.money(statement.payable),
        "payment_status": payment_status(shop, statement),
        "payment_id": statement.payment.id if statement.payment else "",
        "spoil": statement.spoil,
        "transactions": [_transaction(market, row) for row in statement.rows],
    }


def _transaction(market, row):
    """A transaction with everything that is not zero of its breakdown."""
    return {
        "id": row.id,
        "type": row.type,
        "order_id": row.order_id,
        **_amounts(market, row),
        "breakdown": {
            name: {key: market.money(amount) for key, amount in part.items() if amount}
            for name, part in row.sections.items()
        },
    }


def show_refunds(order):
    """Return the refunds of an order as the door shows them."""
    money = order.shop.market.money
    return [
        {
            "time": row.time,
            "goods": money(row.goods),
            "shipping": money(row.shipping),
            "line_ids": list(row.line_ids),
            "settled": row.settled,
        }
        for row in order.refunds
    ]
