"""Do both servers know of the same followers? (FEP-8fcf)

Two ends of a follow drift apart: a message is lost, a backup is put back. It matters for posts to
followers only, which the other server shows to whom *it* takes for followers. So with such a post goes
one number that says who the followers over there are,

    Collection-Synchronization: collectionId="…", url="…", digest="c33f…"

the exclusive-or of the SHA-256 of their ids. Whoever counts otherwise asks for the list at ``url``,
which shows each server its own members only, and sets itself right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from weft.federation import plain, render, seen
from weft.federation.memory import Memory
from weft.federation.outbox.sending import to_one
from weft.federation.plain import Json
from weft.federation.vocabulary import PUBLIC, addresses
from weft.kernel.clock import HOUR, MINUTE
from weft.people import accounts as people
from weft.people import follows as following
from weft.people.model import Account
from weft.people.tables import accounts, follows
from weft.store.database import Tx
from weft.work import jobs
from weft.work.jobs import NewJob

HEADER = "Collection-Synchronization"
NAME = HEADER.lower()
"""As it stands among the headers of a request that came."""
MOST = 25_000
"""Followers beyond which none is sent, as Mastodon: reading them all anew after each follow (some
50 ms) costs more than a follower who sees one post too many.
"""
READY_MAX = 200
"""Authors whose numbers are kept: one with followers on a thousand servers takes 100 kB."""
READY = 1 * HOUR
CALM = 6 * HOUR
"""How often a list is asked for: where two servers keep disagreeing, asking again changes nothing."""
SETTLE = 30_000
"""Milliseconds before it is: the message that explains the difference may be on its way."""
GRACE = 10 * MINUTE
"""So young a follow may be unknown there yet."""
LISTED = 25_000
"""Of a list that came no more is read; a list of 1 MB holds about as many."""
PAGES = 10
UNDONE = 200
"""Follows that nobody here wants and that are undone there at once; more come with the next look."""

_PARAMETER = re.compile(r'\s*([A-Za-z]{1,32})="([^"]{0,2048})"\s*(?:,|\Z)')
_DIGEST = re.compile(r"[0-9a-f]{64}")
_target = sa.bindparam("target", type_=sa.BigInteger)
_accepted = sa.and_(follows.c.target_id == _target, follows.c.accepted.is_(True))
# Changes with every follow that begins or ends, and is read from an index alone.
_MARK = sa.select(
    sa.func.count(), sa.func.coalesce(sa.func.sum(follows.c.id.bitwise_and(0x7FFFFFFF)), 0)
).where(_accepted)
_FOLLOWERS = (
    sa.select(accounts.c.uri)
    .join_from(follows, accounts, accounts.c.id == follows.c.follower_id)
    .where(_accepted)
)
_ELSEWHERE = _FOLLOWERS.where(accounts.c.domain != "")
_HERE = _FOLLOWERS.where(accounts.c.domain == "")
_OURS = (
    sa.select(accounts.c.uri, follows.c.follower_id, follows.c.accepted, follows.c.created_at)
    .join_from(follows, accounts, accounts.c.id == follows.c.follower_id)
    .where(follows.c.target_id == _target, accounts.c.domain == "")
)


def digest(uris: Iterable[str]) -> str:
    """The number that stands for a set of ids; 64 zeroes for none."""
    return _written(_xor(uris))


def _xor(uris: Iterable[str]) -> int:
    found = 0
    for uri in uris:
        found ^= int.from_bytes(sha256(uri.encode()).digest())
    return found


def _written(number: int) -> str:
    return f"{number:064x}"


def address(author: Account) -> str:
    """Where each server is shown which of its members follow."""
    return f"{author.uri}/followers_synchronization"


class _Addressed(Struct):
    actor: Any = ""
    to: Any = msgspec.field(default_factory=list[str])
    cc: Any = msgspec.field(default_factory=list[str])


_ADDRESSED = msgspec.json.Decoder(_Addressed)
"""What is passed on as it came has its own server's ways of writing addresses."""


def is_private(activity: bytes) -> bool:
    """Whether one of our own activities is for followers and not for everyone. What others wrote
    and we pass on is not.
    """
    told = _ADDRESSED.decode(activity)
    if not (
        isinstance(told.actor, str) and isinstance(told.to, list) and isinstance(told.cc, list)
    ):
        return False
    whom = [*told.to, *told.cc]
    return PUBLIC not in whom and addresses(told.actor)["followers"] in whom


# -- what is sent -----------------------------------------------------------------------------


class Digests:
    """Of the authors here, by the servers of their followers; kept as long as nobody comes or goes."""

    def __init__(self) -> None:
        self._ready: Memory[tuple[tuple[int, int], dict[str, int]]] = Memory(READY, READY_MAX)

    def header(self, tx: Tx, author_id: int, inbox: str) -> str:
        """What goes with a post to followers only, to this inbox; "" for too many followers."""
        author = people.get(tx, author_id)
        if author.followers_count > MOST:
            return ""
        number = self._of(tx, author_id).get(plain.origin(inbox), 0)
        return (
            f'collectionId="{author.followers_uri}", url="{address(author)}",'
            f' digest="{_written(number)}"'
        )

    def _of(self, tx: Tx, author_id: int) -> dict[str, int]:
        count, total = tx.rows(_MARK, target=author_id)[0]
        mark = (int(count), int(total))
        known = self._ready.get(str(author_id))
        if known is not None and known[0] == mark:
            return known[1]
        by_origin: dict[str, int] = {}
        for (uri,) in tx.rows(_ELSEWHERE, target=author_id):
            origin = plain.origin(uri)
            by_origin[origin] = by_origin.get(origin, 0) ^ _xor([uri])
        self._ready.put(str(author_id), (mark, by_origin))
        return by_origin


def partial(tx: Tx, author: Account, server: str) -> list[str]:
    """Ids of an author's followers at one server, which is named by any address of it."""
    origin = plain.origin(server)
    found = (row[0] for row in tx.rows(_ELSEWHERE, target=author.id))
    return sorted(uri for uri in found if plain.origin(uri) == origin)


# -- what comes -------------------------------------------------------------------------------


class Told(Struct, frozen=True):
    """What a header says."""

    collection: str
    url: str
    digest: str


def read_header(value: str) -> Told | None:
    """None for what is none."""
    found = {match[1]: match[2] for match in _PARAMETER.finditer(value[:8192])}
    told = Told(found.get("collectionId", ""), found.get("url", ""), found.get("digest", ""))
    if not plain.is_uri(told.collection) or not plain.is_uri(told.url):
        return None
    return told if _DIGEST.fullmatch(told.digest) else None


def differs(tx: Tx, actor_uri: str, told: Told) -> bool:
    """Whether the actor's server knows of other followers here than we do. Only its own collection
    counts, and only its own server is asked.
    """
    actor = people.by_uri(tx, actor_uri)
    if actor is None or actor.local or told.collection != actor.followers_uri:
        return False
    if not plain.same_origin(told.url, actor.uri):
        return False
    return digest(row[0] for row in tx.rows(_HERE, target=actor.id)) != told.digest


def look_later(tx: Tx, actor_uri: str, told: Told) -> None:
    """Ask for the list, soon, and not again for a while."""
    actor = people.by_uri(tx, actor_uri)
    if actor is None:
        return
    if seen.first_time(tx, seen.mark("synchronised", actor.uri, str(tx.now // CALM))):
        payload = {"account": actor.id, "url": told.url}
        key = f"synchronise:{actor.id}"
        jobs.enqueue(
            tx, NewJob("federation.synchronise", payload, key=key, pool="fetch", delay=SETTLE)
        )


def listed(document: Json) -> list[str] | None:
    """Ids on a list or a page of it; None where it shows none, which does not mean that it is empty."""
    for name in ("orderedItems", "items"):
        if name in document:
            return plain.uris(document[name], LISTED)
    return None


def settle(tx: Tx, actor: Account, uris: Iterable[str]) -> None:
    """Make our side agree with the list of those here who follow an actor elsewhere: who is not on
    it follows no longer, whose request is on it was accepted, and what nobody here knows of is undone
    there.
    """
    there = {uri for uri in uris if plain.same_origin(uri, tx.site.base)}
    ours = {row.uri: row for row in tx.rows(_OURS, target=actor.id)}
    known = people.by_ids(tx, [row.follower_id for row in ours.values()])
    for uri, row in ours.items():
        if not row.accepted and uri in there:
            following.accept(tx, actor, known[row.follower_id])
        elif row.accepted and uri not in there and row.created_at < tx.now - GRACE:
            following.unfollow(tx, known[row.follower_id], actor)
    unwanted = sorted(there - ours.keys())[:UNDONE]
    for uri, member in people.by_uris(tx, unwanted).items():
        if member.local:
            name = f"{uri}#follows/{actor.id}"
            follow = render.act("Follow", name, uri, actor.uri, actor.uri)
            to_one(tx, member, actor, render.undo(follow))
