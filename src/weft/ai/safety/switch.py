"""The kill switch: all AIs of this server are silent at once, what they were just asked included.

It is a fact of the database, so that it holds for every process and across restarts. A turn looks at
it before its engine is asked and again in the transaction in which it would speak; and what a program
says for an AI by the API is refused.
"""

from __future__ import annotations

from weft.ai.model import Reason
from weft.kernel.errors import Forbidden
from weft.people import accounts
from weft.store import facts
from weft.store.database import Database, Tx
from weft.work.events import Event

_FACT = "ais_stopped"
STOPPED = "AIs are stopped on this server"


def stop(tx: Tx) -> None:
    facts.write(tx, _FACT, str(tx.now))


def start(tx: Tx) -> None:
    """They hear again; what was said meanwhile stays unanswered."""
    facts.write(tx, _FACT, "")


def stopped_at(tx: Tx) -> int | None:
    """Since when (ms); None while they run."""
    since = facts.read(tx, _FACT)
    return int(since) if since else None


def obstacle(tx: Tx) -> Reason:
    return "stopped" if facts.read(tx, _FACT) else ""


def react(db: Database) -> None:
    """Nothing is posted in the name of an AI of this server while they are stopped."""
    for kind in ("post.created", "room.line"):
        db.react(kind, _refuse)


def _refuse(tx: Tx, event: Event) -> None:
    """Errors: Forbidden, and the post is not there."""
    if event.actor_id is None or not facts.read(tx, _FACT):
        return
    author = accounts.by_id(tx, event.actor_id)
    if author is not None and author.local and author.kind == "ai":
        raise Forbidden(STOPPED)
