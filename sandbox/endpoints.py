"""Imports every module that registers endpoints."""

from . import (  # noqa: F401
    fulfillment,
    orders,
    shops,
)
