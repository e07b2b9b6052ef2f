"""Asking the rest of the fediverse about a name or an address that is not known here."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from weft.kernel.errors import WeftError

log = structlog.get_logger(__name__)

BUDGET_S = 5.0
"""How long a person waits for a search or for a new mention; beyond it, without."""
AT_ONCE = 10
"""Unknown names asked for in one go: a post that calls more of them is written to be abused."""


class Resolver:
    """``fetch`` (federation's) stores the account or post that a text names, if it can find it.
    Without one, nothing beyond this server is found. ``again`` looks at a known account anew, by
    its uri.
    """

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[object]] | None = None,
        again: Callable[[str], Awaitable[object]] | None = None,
    ) -> None:
        self._fetch = fetch
        self._again = again

    async def anew(self, uri: str) -> None:
        """See what an account says of itself now. Errors: WeftError, when that cannot be had."""
        if self._again is not None:
            await self._again(uri)

    async def look(self, texts: Iterable[str], budget: float = BUDGET_S) -> None:
        """Try to learn of each; returns when all are done or the budget (seconds) is spent. What
        cannot be found is simply not there afterwards.
        """
        fetch = self._fetch
        wanted = list(dict.fromkeys(texts))[:AT_ONCE]
        if fetch is None or not wanted:
            return

        async def one(text: str) -> None:
            try:
                await fetch(text)
            except WeftError as refused:
                log.info("resolver.not_found", text=text, why=refused.text, cause=refused.cause)

        tasks = [asyncio.create_task(one(text)) for text in wanted]
        try:
            await asyncio.wait(tasks, timeout=budget)
        finally:
            for task in tasks:
                task.cancel()
        for fault in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(fault, Exception):
                log.warning("resolver.failed", error=repr(fault))


Seeker = NamedDependency[SkipValidation[Resolver]]
"""``resolver``, as ``assemble`` provides it."""
