"""The key by which push services know this server (VAPID): made once, kept for good.

A phone subscribes for this key. With another one all subscriptions would be void.
"""

from __future__ import annotations

from functools import lru_cache

from weft.net.webpush import ServerKey
from weft.store import facts
from weft.store.database import Tx

_NAME = "vapid_key"


def settle(tx: Tx) -> ServerKey:
    """The key; made and written if there is none yet."""
    known = facts.read(tx, _NAME)
    return _read(known or facts.settle(tx, _NAME, ServerKey.make().text()))


def shown(tx: Tx) -> str:
    """The public half as clients are told it; "" before there is one."""
    known = facts.read(tx, _NAME)
    return _read(known).shown if known is not None else ""


@lru_cache(4)
def _read(text: str) -> ServerKey:
    return ServerKey.read(text)
