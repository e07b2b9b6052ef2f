"""When a member was here last, and from where: what an admin looks at when somebody misbehaves.

Noted at most once in a while per member, and nobody waits for it.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from litestar.connection import ASGIConnection

from weft.kernel.clock import now_ms
from weft.people import credentials
from weft.store.database import Database

MEMBERS_MAX = 50_000
"""Members of whom it is remembered here that they were noted (some 5 MB)."""

_noted: WeakKeyDictionary[Database, dict[tuple[int, str], int]] = WeakKeyDictionary()


def note(db: Database, account_id: int, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """A member asks for something. Costs a look into memory; a write once an hour and address."""
    client = connection.scope.get("client")
    ip = client[0] if client else ""
    noted = _noted.setdefault(db, {})
    now = now_ms()
    if noted.get((account_id, ip), 0) > now - credentials.SEEN_EVERY:
        return
    if len(noted) >= MEMBERS_MAX:
        noted.clear()
    noted[account_id, ip] = now
    db.write_soon(lambda tx: credentials.seen(tx, account_id, ip))
