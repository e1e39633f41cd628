"""A database of its own for each test."""

from tests.support.fixtures import path, raw, tx

__all__ = ["path", "raw", "tx"]
