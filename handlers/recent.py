"""Memories that forget the oldest: what is lost with them can be had again from the database or the platform."""

from collections import OrderedDict
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

REMEMBERED = 10_000


def remember(memory: OrderedDict[K, V], key: K, value: V) -> None:
    """Keep `value` as the newest of at most `REMEMBERED`."""
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)
