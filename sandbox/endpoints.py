"""Imports every module that registers endpoints."""

from . import (  # noqa: F401
    documents,
    finance,
    fulfillment,
    grouping,
    labels,
    logistics,
    orders,
    prices,
    products,
    shipping,
    shops,
    slots,
    stock,
    tracking,
)
