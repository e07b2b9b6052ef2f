"""What one piece of work may cost others: so many requests, so many bytes, so much time.

    with purse.paying(): …every request that `Fetcher` makes meanwhile, whoever asks for it, is counted

Whoever is paid for (a thread that is read elsewhere) need not hand its purse through every function
that may come to fetch something; and a function that fetches more than was thought is still counted.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from weft.net.client import OutboundFailed


class Spent(OutboundFailed):
    """There is nothing left in the purse. What is missing can be had another time."""


class Purse:
    """``requests``, ``bytes_`` and ``seconds`` for all of it; ``per_host`` requests to one host."""

    def __init__(self, *, requests: int, per_host: int, bytes_: int, seconds: float) -> None:
        self.requests = 0
        self.bytes = 0
        self._most = requests
        self._per_host = per_host
        self._bytes = bytes_
        self._end = time.monotonic() + seconds
        self._hosts: dict[str, int] = {}  # no more of them than requests

    @contextmanager
    def paying(self) -> Generator[None]:
        token = _PAYING.set(self)
        try:
            yield
        finally:
            _PAYING.reset(token)

    @property
    def empty(self) -> bool:
        """Whether nothing more can be asked of anybody."""
        return (
            self.requests >= self._most or self.bytes >= self._bytes or time.monotonic() > self._end
        )

    def pay(self, host: str) -> float:
        """One request to this host; how many seconds are left for it. Errors: Spent."""
        asked = self._hosts.get(host, 0)
        if self.empty or asked >= self._per_host:
            raise Spent(f"no more requests for now: {self.requests} made, {asked} to {host}")
        self._hosts[host] = asked + 1
        self.requests += 1
        return max(self._end - time.monotonic(), 0.1)

    def took(self, size: int) -> None:
        self.bytes += size


_PAYING: ContextVar[Purse | None] = ContextVar("weft.purse", default=None)


def paid_by() -> Purse | None:
    """The purse for what is done now, if there is one."""
    return _PAYING.get()
