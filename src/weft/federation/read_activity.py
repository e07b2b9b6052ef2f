"""From an activity as it arrives to one that is typed.

Every server has its own way of saying the same (arrays for one thing, `url` as a list of Links, an
icon in a list, dates without a colon), and every one of them has been seen to change it. So nothing
in `read_activity`, `read_actor` and `read_note` asks who sent a document; each value is read in
every form that somebody uses (`plain`). What comes out is typed, bounded (`limits`) and clean
(`threads.sanitize`), and `Malformed` is all that is raised.

Sources: ActivityStreams 2.0 and ActivityPub; FEDERATION.md of Mastodon, GoToSocial and Pleroma;
FEP-fe34 (whose id may be believed).
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from weft.federation import plain
from weft.federation.plain import Json, Malformed
from weft.federation.read_reaction import KINDS, IncomingReaction, read_reaction

FLAGGED = 200
"""What one report names: accounts, and more posts than are attached to a report."""
_COLLECTIONS = frozenset(
    {"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"}
)


class IncomingActivity(Struct, frozen=True):
    """Something done. ``id`` is "" for the few servers that give none.

    ``object`` is as it came, ``object_id`` its id ("" for none), ``object_kind`` its type, "id" when
    only the id was sent. ``objects`` and ``content``: of a Flag, all that is reported and why.
    ``instrument``: of a request, what would be done; ``result``: of an Accept, where the stamp is;
    ``stamp``: of a boost, where its author says that the yes to it is. ``whole``: a Delete as it
    came, which may have to be passed on.
    """

    id: str
    type: str
    actor: str
    object: Any
    object_id: str
    object_kind: str
    target: str
    to: list[str]
    cc: list[str]
    published: int | None
    objects: list[str] = []
    content: str = ""
    reaction: IncomingReaction | None = None
    instrument: Any = None
    result: str = ""
    stamp: str = ""
    whole: Json | None = None


def read_activity(document: Json) -> IncomingActivity:
    """Read an activity. Errors: Malformed for none, for collections of several (as Mastodon ≥ 4.7
    and for its reason: one signature, one deed), and for an id of another server than its actor's.
    """
    named = plain.kind(document)
    if named in _COLLECTIONS or not named:
        raise Malformed("one activity at a time" if named else "no type")
    actor_id = plain.uri(document.get("actor"))
    if not actor_id:
        raise Malformed("no actor")
    activity_id = plain.uri(document.get("id"))
    if activity_id and not plain.same_origin(activity_id, actor_id):
        raise Malformed("the id is of another server than the actor")
    inner = plain.first(document.get("object"))
    flag = named == "Flag"
    return IncomingActivity(
        id=activity_id,
        type=named,
        actor=actor_id,
        object=inner,
        object_id=plain.uri(inner),
        object_kind=plain.kind(inner) or "id",
        target=plain.uri(document.get("target")),
        to=plain.addressees(document.get("to")),
        cc=plain.addressees(document.get("cc")),
        published=plain.date(document.get("published")),
        reaction=read_reaction(document) if named in KINDS else None,
        objects=plain.uris(document.get("object"), FLAGGED) if flag else [],
        content=_why(document) if flag else "",
        instrument=plain.first(document.get("instrument")),
        result=plain.uri(document.get("result")),
        stamp=plain.uri(document.get("announceAuthorization", document.get("approvedBy"))),
        whole=document if named == "Delete" else None,
    )


def _why(flag: Json) -> str:
    """Lemmy says in ``summary`` why something is reported."""
    return plain.text(flag.get("content")) or plain.text(flag.get("summary"))
