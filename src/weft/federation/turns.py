"""Fairness on the way in: one loud server waits for itself, and the others do not wait for it.

    verified → a turn of its server → the writer

A server has a few turns at once. What comes beyond them waits in a line of its own, first come,
first served, so that before the writer (which has one line for all) nobody stands more often than
the others. Where the line is full, the sender is asked to come again (429), which every server does.
Turns are taken after the signature was verified: strangers cannot use up somebody else's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from weft.federation import limits
from weft.kernel.errors import WeftError


class TooMuch(WeftError):
    """More at once than one server may: it keeps the message and comes again."""

    status = 429

    def __init__(self, host: str) -> None:
        super().__init__("Too many at once from your server", cause=host)


class TooMany(WeftError):
    """More at once than this server keeps waiting of all others together."""

    status = 503

    def __init__(self) -> None:
        super().__init__("Too many at once; please come again")


class _Line:
    """Of one server: ``here`` are those at work and those who wait."""

    def __init__(self) -> None:
        self.turns = asyncio.Semaphore(limits.TURNS)
        self.here = 0


class Turns:
    """One per server of ours. Servers that have nothing under way cost nothing."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}
        self._here = 0

    @asynccontextmanager
    async def of(self, host: str) -> AsyncGenerator[None]:
        """A turn of this server. Errors: TooMuch, TooMany."""
        line = self._lines.get(host)
        if line is not None and line.here >= limits.TURNS + limits.LINE:
            raise TooMuch(host)
        if self._here >= limits.LINES:
            raise TooMany
        if line is None:
            line = self._lines[host] = _Line()
        line.here += 1
        self._here += 1
        try:
            async with line.turns:
                yield
        finally:
            line.here -= 1
            self._here -= 1
            if not line.here:
                del self._lines[host]
