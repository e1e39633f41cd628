"""A database of its own for each test."""

from tests.support.fixtures import path, raw, store, tx

__all__ = ["path", "raw", "store", "tx"]
