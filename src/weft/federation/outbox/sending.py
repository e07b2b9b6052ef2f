"""Keeping an activity and its deliveries, in the transaction of what it tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sqlalchemy as sa

from weft.federation import audience, limits, peers, plain
from weft.federation.tables import outgoing
from weft.federation.vocabulary import Json, contextualise, encode
from weft.kernel.ids import new_id
from weft.moderation import domains
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.model import Post, Visibility
from weft.work import jobs
from weft.work.events import Event
from weft.work.jobs import NewJob

Reactions = dict[str, Callable[[Tx, Event], None]]
"""Kind of event → what is told of it elsewhere."""

FEW = 50
"""Followers up to which the inboxes are looked up at once; for more a job does it, so that a
popular author waits no longer than others.
"""

_KEEP = outgoing.insert()
_DROP = outgoing.delete().where(outgoing.c.id == sa.bindparam("which"))
_KIND = sa.select(outgoing.c.kind, outgoing.c.object).where(outgoing.c.id == sa.bindparam("which"))


def send(
    tx: Tx,
    by: Account,
    activity: Json,
    about: str,
    inboxes: Iterable[str],
    *,
    followers: bool,
    whose: Account | None = None,
    order: str = "",
) -> None:
    """Keep an activity and its deliveries: to ``inboxes`` and, with ``followers``, to where
    those of ``by`` (or ``whose``) are. Nothing is kept when nobody elsewhere is concerned.
    ``about``: uri of the thing with which it is in order; or with all of the same ``order``. An
    activity of another's is passed on as it came.
    """
    order = order or about
    direct = list(dict.fromkeys(inboxes))
    whose = whose or by
    later = followers and whose.followers_count > FEW
    if followers and whose.followers_count and not later:
        direct = list(dict.fromkeys([*direct, *audience.of_followers(tx, whose.id)]))
    if not direct and not later:
        return
    outgoing_id = new_id()
    tx.run(
        _KEEP,
        id=outgoing_id,
        actor_id=by.id,
        kind=activity["type"],
        object=about,
        body=encode(contextualise(activity)),
        created_at=tx.now,
    )
    if later:
        payload = {"outgoing": outgoing_id, "actor": whose.id, "inboxes": direct, "order": order}
        jobs.enqueue(tx, NewJob("federation.fan_out", payload, lane=f"fan-out:{whose.id}"))
    else:
        deliver(tx, outgoing_id, order, direct)


def own(by: Account, visibility: Visibility) -> str:
    """The order of a post: what is for followers alone goes behind what made them that, or their
    servers would drop it.
    """
    return by.uri if visibility == "private" else ""


def deliver(tx: Tx, outgoing_id: int, order: str, inboxes: Iterable[str]) -> None:
    """One job per inbox, in the lane of its host for this order; none for hosts that are kept out,
    or whose name is none.
    """
    hosts = {inbox: plain.host(inbox) for inbox in inboxes}
    out = {plain.host(tx.site.base), "", *domains.refused(tx, set(hosts.values()))}
    jobs.enqueue(
        tx,
        *(
            NewJob(
                "federation.deliver",
                {"outgoing": outgoing_id, "inbox": inbox},
                lane=peers.lane(host, order),
                pool="deliver",
            )
            for inbox, host in hosts.items()
            if host not in out and len(host) <= limits.DOMAIN_CHARS
        ),
    )


def everyone(tx: Tx, actor_id: int, inboxes: Iterable[str]) -> list[str]:
    """Where an activity to all followers goes, ``inboxes`` too; always in the same order, so that
    one name says how far a fan-out got.
    """
    return sorted({*inboxes, *audience.of_followers(tx, actor_id)})


def fan_out(tx: Tx, outgoing_id: int, inboxes: Iterable[str], order: str = "") -> bool:
    """The deliveries of an activity to some of all. False when it is over: a post that was deleted
    meanwhile is not told any more, and what waits of it finds nothing to send.
    """
    row = tx.row(_KIND, which=outgoing_id)
    if row is None:
        return False
    if row.kind != "Delete" and posts.is_gone(tx, row.object):
        tx.run(_DROP, which=outgoing_id)
        return False
    deliver(tx, outgoing_id, order or row.object, inboxes)
    return True


def to_one(tx: Tx, by: Account, target: Account, activity: Json, about: str = "") -> None:
    """What is between the two, in order, however often they think better of it, and before what
    ``by`` says to followers alone after it; or in order with what else is ``about`` one thing (a uri).
    """
    # Not the shared inbox: every server has one for each person.
    inboxes = [target.inbox] if target.inbox else []
    order = "" if about else by.uri
    send(tx, by, activity, about or target.uri, inboxes, followers=False, order=order)


# -- who ---------------------------------------------------------------------------------------


def local(tx: Tx, account_id: int | None) -> Account | None:
    account = accounts.by_id(tx, account_id) if account_id is not None else None
    return account if account is not None and account.local else None


def local_post(tx: Tx, event: Event) -> tuple[Account | None, Post | None]:
    """The member who did something, and the post it is about; (None, None) for doings of others."""
    account = local(tx, event.actor_id)
    return (account, posts.of(tx, event)) if account is not None else (None, None)


def pair(tx: Tx, event: Event) -> tuple[Account, Account]:
    return accounts.get(tx, event.actor_id or 0), accounts.get(tx, event.subject_id or 0)
