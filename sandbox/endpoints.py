"""Imports every module that registers endpoints."""

from . import (  # noqa: F401
    documents,
    finance,
    fulfillment,
    logistics,
    orders,
    prices,
    products,
    shipping,
    shops,
    stock,
)
