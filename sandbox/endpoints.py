"""Imports every module that registers endpoints."""

from . import (  # noqa: F401
    documents,
    finance,
    fulfillment,
    grouping,
    invoices,
    labels,
    logistics,
    orders,
    payments,
    prices,
    products,
    shipping,
    shops,
    slots,
    stock,
    tracking,
    unsettled,
)
