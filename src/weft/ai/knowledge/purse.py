"""What one AI's sources may cost others, and us: so many requests and bytes an hour."""

from __future__ import annotations

import time
from collections import OrderedDict

REQUESTS_AN_HOUR = 120
"""Five hundred sources that are read daily, robots.txt included, take eight hours."""
BYTES_AN_HOUR = 64 * 1024 * 1024
_HOUR_S = 3600.0
_MOST = 10_000
"""AIs that are remembered; the one that read longest ago is forgotten first."""


class Purses:
    """One for each AI, in this process's memory; used from its event loop."""

    def __init__(self) -> None:
        self._spent: OrderedDict[int, tuple[float, int, int]] = OrderedDict()

    def pay(self, ai_id: int) -> float:
        """One request. Gives 0 when it may be made, else the seconds until there is money again."""
        begun, requests, size = self._of(ai_id)
        if requests >= REQUESTS_AN_HOUR or size >= BYTES_AN_HOUR:
            return begun + _HOUR_S - time.monotonic()
        self._keep(ai_id, begun, requests + 1, size)
        return 0.0

    def took(self, ai_id: int, size: int) -> None:
        begun, requests, had = self._of(ai_id)
        self._keep(ai_id, begun, requests, had + size)

    def _of(self, ai_id: int) -> tuple[float, int, int]:
        now = time.monotonic()
        begun, requests, size = self._spent.get(ai_id, (now, 0, 0))
        return (begun, requests, size) if now - begun < _HOUR_S else (now, 0, 0)

    def _keep(self, ai_id: int, begun: float, requests: int, size: int) -> None:
        self._spent[ai_id] = (begun, requests, size)
        self._spent.move_to_end(ai_id)
        while len(self._spent) > _MOST:
            self._spent.popitem(last=False)
