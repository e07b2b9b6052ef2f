"""How often one server is asked for what strangers chose.

A post may name any address, and ten thousand posts may name the same one. Without a bound whoever
writes them could turn this server, and every other that shows them, against somebody's small machine.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

WINDOW_SECONDS = 60.0
HOSTS_MAX = 4_096
"""Hosts counted at once, 1 MB at most; beyond it the one that began first is forgotten."""


class Pace:
    """At most so many requests to each host in any minute that begins with one."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = a_minute
        self._clock = clock
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()  # host → count, its end

    def may(self, host: str) -> bool:
        """Whether one more is in order; then it is counted."""
        now = self._clock()
        count, end = self._counts.get(host, (0, 0.0))
        if end <= now:
            self._counts.pop(host, None)
            if len(self._counts) >= HOSTS_MAX:
                self._counts.popitem(last=False)
            count, end = 0, now + WINDOW_SECONDS
        if count >= self._most:
            return False
        self._counts[host] = count + 1, end
        return True
