"""A bounded memory: what was learned lately, forgotten by age and when there is too much of it.

Strangers choose what goes in (their hosts, their ids), so nothing kept about them may grow.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Generic, TypeVar

from weft.federation import limits

V = TypeVar("V")


class Memory(Generic[V]):
    """``keep`` in ms; beyond ``most`` entries the oldest goes."""

    def __init__(self, keep: int, most: int = limits.MEMORY) -> None:
        self._keep = keep / 1000
        self._most = most
        self._kept: OrderedDict[str, tuple[float, V]] = OrderedDict()

    def get(self, key: str) -> V | None:
        found = self._kept.get(key)
        if found is None:
            return None
        if found[0] < time.monotonic():
            del self._kept[key]
            return None
        return found[1]

    def put(self, key: str, value: V, *, keep: int | None = None) -> None:
        """``keep`` (ms) instead of the usual time."""
        until = time.monotonic() + (self._keep if keep is None else keep / 1000)
        self._kept[key] = (until, value)
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, key: str) -> None:
        self._kept.pop(key, None)


class Quota:
    """So many times per key in a window of ``per`` ms."""

    def __init__(self, most: int, per: int) -> None:
        self._most = most
        self._counts: Memory[list[int]] = Memory(per)

    def take(self, key: str) -> bool:
        """Whether there was one left."""
        count = self._counts.get(key)
        if count is None:
            self._counts.put(key, [1])
            return True
        count[0] += 1
        return count[0] <= self._most
