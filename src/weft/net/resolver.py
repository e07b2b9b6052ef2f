"""Names to addresses, each address checked, away from the event loop and from its shared threads."""

import asyncio
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

from weft.net.guard import Guard

# `getaddrinfo` blocks its thread, for half a minute when a name server is gone. Threads of our own
# keep a stranger's broken domain from stopping whatever else uses the loop's.
DNS_THREADS = 16
# Longer than a slow name server's first retry; a name that needs more is as good as down.
DNS_SECONDS = 5.0
# Of a name's addresses this many of each family are tried: the first, and one more if that is down. A
# name with a thousand would have us knock at a thousand doors; and at the last of n addresses aiohttp
# has knocked n times.
MAX_ADDRESSES = 2


class GuardedResolver(AbstractResolver):
    """Refuses a name when any one of its addresses is refused.

    A name with a public and a private address is an attack or a mistake; to pick the public one
    would leave the choice to whoever runs that name. ``overrides`` maps a lower-case host name to
    its address, and is checked like an answer from DNS.
    """

    def __init__(self, guard: Guard, overrides: Mapping[str, str]) -> None:
        self._guard = guard
        self._overrides = overrides
        self._threads = ThreadPoolExecutor(DNS_THREADS, "weft-dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The checked addresses of ``host``; `OutboundRefused`, or `OSError` when there are none."""
        if override := self._overrides.get(host):
            addresses = [override]
        else:
            addresses = await self._look_up(host, port, family)
        for address in addresses:
            self._guard.check_address(address)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in _few(addresses)
        ]

    async def _look_up(self, host: str, port: int, family: socket.AddressFamily) -> list[str]:
        def ask() -> list[str]:
            found = socket.getaddrinfo(
                host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
            )
            return [str(address[0]) for *_, address in found]

        async with asyncio.timeout(DNS_SECONDS):
            return await asyncio.get_running_loop().run_in_executor(self._threads, ask)

    async def close(self) -> None:
        """Let go of the threads, without waiting for answers nobody reads any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _few(addresses: list[str]) -> list[str]:
    """The first of each family, in their order."""
    six = [address for address in addresses if ":" in address][:MAX_ADDRESSES]
    four = [address for address in addresses if ":" not in address][:MAX_ADDRESSES]
    return sorted(six + four, key=addresses.index)
