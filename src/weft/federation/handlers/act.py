"""What a function for an arriving activity is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import structlog
from msgspec import Struct

from weft.federation import seen
from weft.federation.authorizations import Claim
from weft.federation.read_activity import IncomingActivity
from weft.federation.read_note import IncomingNote
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx

log = structlog.get_logger(__name__)


class Need(Struct, frozen=True):
    """Something to fetch first. ``essential``: without it the activity means nothing, so it is tried
    again later; otherwise it is done with what there is.
    """

    what: Literal["post", "actor", "stamp", "moderator", "collection"]
    uri: str
    essential: bool
    claim: Claim | None = None
    """Of a stamp: what it has to say."""
    within: str = ""
    """Of a moderator: the collection that has to name them."""


class Act(Struct, frozen=True):
    """A verified activity. ``note`` is its object where that is a post; ``final`` when nothing more
    can be fetched for it; ``had``: ids of what was.
    """

    actor: Account
    activity: IncomingActivity
    note: IncomingNote | None = None
    final: bool = False
    had: tuple[str, ...] = ()

    @property
    def uri(self) -> str:
        """Its id, or for the few without one a name that is the same each time it is sent."""
        given = self.activity
        return given.id or f"{given.actor}#{seen.mark(given.type, given.object_id)[:32]}"


Done = Need | None
Handle = Callable[[Tx, Act], Done]
Table = dict[str, dict[str, Handle]]
"""Activity → type of its object (or "post", "actor", "id", "*") → function."""


def member(tx: Tx, uri: str) -> Account | None:
    """The account of this server with this id."""
    account = accounts.by_uri(tx, uri) if uri else None
    return account if account is not None and account.local else None


def refuse(act: Act, why: str) -> None:
    """Answered like anything else: whoever tries learns nothing from it."""
    log.warning(
        "federation.not_theirs",
        why=why,
        actor=act.actor.uri,
        type=act.activity.type,
        object=act.activity.object_id,
    )
