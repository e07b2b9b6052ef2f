"""What members here do, told to the servers it concerns.

Every function is a reaction to an event: it runs in the transaction of the verb, writes the
activity once, and the jobs that take it out. So a post that was accepted will be delivered, and
one that was rolled back never leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from weft.federation import audience, peers, plain, render
from weft.federation.render import Around
from weft.federation.tables import outgoing
from weft.federation.vocabulary import PUBLIC, Json, contextualise, conversation_uri, encode
from weft.kernel.clock import SECOND
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

FEW = 50
"""Followers up to which the inboxes are looked up at once; for more a job does it, so that a
popular author waits no longer than others.
"""
ACTOR_CALM = 2 * SECOND
"""Several changes of a profile in a row are told as one."""

_KEEP = outgoing.insert()
_DROP = outgoing.delete().where(outgoing.c.id == sa.bindparam("which"))
_KIND = sa.select(outgoing.c.kind, outgoing.c.object).where(outgoing.c.id == sa.bindparam("which"))


# -- sending ------------------------------------------------------------------------------------


def send(
    tx: Tx, by: Account, activity: Json, about: str, inboxes: Iterable[str], *, followers: bool
) -> None:
    """Keep an activity and its deliveries: to ``inboxes`` and, with ``followers``, to where
    those of ``by`` are. Nothing is kept when nobody elsewhere is concerned. ``about``: uri.
    """
    direct = list(dict.fromkeys(inboxes))
    later = followers and by.followers_count > FEW
    if followers and by.followers_count and not later:
        direct = list(dict.fromkeys([*direct, *audience.of_followers(tx, by.id)]))
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
        payload = {"outgoing": outgoing_id, "actor": by.id, "inboxes": direct}
        jobs.enqueue(tx, NewJob("federation.fan_out", payload, lane=f"fan-out:{by.id}"))
    else:
        deliver(tx, outgoing_id, direct)


def deliver(tx: Tx, outgoing_id: int, inboxes: Iterable[str]) -> None:
    """One job per inbox, in the lane of its host; none for hosts that are kept out."""
    hosts = {inbox: plain.host(inbox) for inbox in inboxes}
    out = {plain.host(tx.site.base), "", *domains.refused(tx, set(hosts.values()))}
    jobs.enqueue(
        tx,
        *(
            NewJob(
                "federation.deliver",
                {"outgoing": outgoing_id, "inbox": inbox},
                lane=peers.lane(host),
                pool="deliver",
            )
            for inbox, host in hosts.items()
            if host not in out
        ),
    )


def fan_out(tx: Tx, outgoing_id: int, actor_id: int, inboxes: list[str]) -> None:
    """The deliveries of an activity to all followers. A post that was deleted before anybody
    heard of it is not told any more.
    """
    row = tx.row(_KIND, which=outgoing_id)
    if row is None:
        return
    everyone = dict.fromkeys([*inboxes, *audience.of_followers(tx, actor_id)])
    if not everyone or (row.kind != "Delete" and posts.is_gone(tx, row.object)):
        tx.run(_DROP, which=outgoing_id)
        return
    deliver(tx, outgoing_id, everyone)


# -- posts --------------------------------------------------------------------------------------


def around(tx: Tx, post: Post) -> Around:
    """What a post's note says of things beside it."""
    answered = None
    if post.reply_to_author_id is not None:
        answered = accounts.by_id(tx, post.reply_to_author_id)
    here = post.thread_id == post.id
    if not here:
        root = posts.by_id(tx, post.thread_id)
        here = root is not None and root.local
    return Around(answered, conversation_uri(tx.site, post.thread_id) if here else "")


def activity_of(tx: Tx, author: Account, post: Post) -> Json | None:
    """The activity by which a post came: Create, or Announce for a boost. None for a boost of
    what is not to be shown any more.
    """
    if post.boost_of_id is None:
        return render.create(tx.site, post, author, around(tx, post))
    original = posts.by_id(tx, post.boost_of_id)
    if original is None:
        return None
    return render.announce(post, author, original.uri, accounts.get(tx, original.author_id).uri)


def post_created(tx: Tx, event: Event) -> None:
    author, post = _local_post(tx, event)
    if author is None or post is None:
        return
    if post.boost_of_id is not None:
        _boosted(tx, author, post)
        return
    _tell_post(tx, author, post, render.create)


def post_edited(tx: Tx, event: Event) -> None:
    author, post = _local_post(tx, event)
    if author is not None and post is not None:
        _tell_post(tx, author, post, render.update, *audience.of_boosters(tx, post.id))


def post_deleted(tx: Tx, event: Event) -> None:
    data = event.data
    author = _local(tx, event.actor_id)
    if author is None or not data["local"]:
        return
    if data["boost_of_id"] is not None:
        _unboosted(tx, author, data)
        return
    visibility: Visibility = data["visibility"]
    mentioned = accounts.by_ids(tx, data["mentions"])
    named = [account.uri for account in mentioned.values()]
    activity = render.delete(
        data["uri"], author, render.address(visibility, author.followers_uri, named)
    )
    others = [*data["mentions"], data.get("reply_to_author_id"), *data.get("boosters", ())]
    send(
        tx,
        author,
        activity,
        data["uri"],
        audience.of(tx, others),
        followers=visibility != "direct",
    )


def _tell_post(
    tx: Tx,
    author: Account,
    post: Post,
    write: Callable[..., Json],
    *inboxes: str,
) -> None:
    listed = post.visibility in ("public", "unlisted")
    concerned = [int(mention["id"]) for mention in post.mentions]
    if listed and post.reply_to_author_id is not None:
        concerned.append(post.reply_to_author_id)
    others = [*inboxes, *audience.of(tx, concerned)]
    followers = post.visibility != "direct" and author.followers_count > 0
    if others or followers:
        activity = write(tx.site, post, author, around(tx, post))
        send(tx, author, activity, post.uri, others, followers=followers)


def _boosted(tx: Tx, booster: Account, boost: Post) -> None:
    original = posts.by_id(tx, boost.boost_of_id or 0)
    activity = activity_of(tx, booster, boost)
    if original is not None and activity is not None:
        inboxes = audience.of(tx, [original.author_id])
        send(tx, booster, activity, boost.uri, inboxes, followers=True)


def _unboosted(tx: Tx, booster: Account, data: dict[str, Any]) -> None:
    original = posts.by_id(tx, data["boost_of_id"])
    author = accounts.by_id(tx, original.author_id) if original is not None else None
    whom = render.address(
        data["visibility"], booster.followers_uri, [author.uri] if author is not None else []
    )
    announce = {
        "id": data["uri"],
        "type": "Announce",
        "actor": booster.uri,
        "object": data["boost_of_uri"],
        **whom.json,
    }
    inboxes = audience.of(tx, [author.id]) if author is not None else []
    send(tx, booster, render.undo(announce), data["uri"], inboxes, followers=True)


# -- likes ------------------------------------------------------------------------------------------


def like_created(tx: Tx, event: Event) -> None:
    _like(tx, event, lambda activity: activity)


def like_removed(tx: Tx, event: Event) -> None:
    _like(tx, event, render.undo)


def _like(tx: Tx, event: Event, form: Callable[[Json], Json]) -> None:
    by, post = _local_post(tx, event)
    if by is None or post is None:
        return
    author = accounts.by_id(tx, post.author_id)
    if author is not None and not author.local:
        like = render.act("Like", event.data["uri"], by.uri, post.uri, author.uri)
        send(tx, by, form(like), event.data["uri"], audience.of(tx, [author.id]), followers=False)


# -- relations ----------------------------------------------------------------------------------------


def follow_requested(tx: Tx, event: Event) -> None:
    """A member asks somebody elsewhere."""
    follower, target = _pair(tx, event)
    if follower.local and not target.local:
        _to_one(tx, follower, target, _follow(event, follower, target))


def follow_removed(tx: Tx, event: Event) -> None:
    """A member no longer follows somebody elsewhere."""
    follower, target = _pair(tx, event)
    if follower.local and not target.local:
        _to_one(tx, follower, target, render.undo(_follow(event, follower, target)))


def follow_accepted(tx: Tx, event: Event) -> None:
    _answer(tx, event, "Accept")


def follow_rejected(tx: Tx, event: Event) -> None:
    _answer(tx, event, "Reject")


def block_created(tx: Tx, event: Event) -> None:
    """Somebody elsewhere is blocked. Their server is told, as everywhere: it hides the blocker."""
    by, target = _pair(tx, event)
    if by.local and not target.local:
        _to_one(tx, by, target, _block(event, by, target))


def block_removed(tx: Tx, event: Event) -> None:
    by, target = _pair(tx, event)
    if by.local and not target.local:
        _to_one(tx, by, target, render.undo(_block(event, by, target)))


def account_updated(tx: Tx, event: Event) -> None:
    """A profile changed: told soon, as it is then."""
    account = _local(tx, event.actor_id)
    if account is not None and account.followers_count:
        jobs.enqueue(
            tx,
            NewJob(
                "federation.announce_actor",
                {"account": account.id},
                key=f"announce-actor:{account.id}",
                delay=ACTOR_CALM,
            ),
        )


def announce_actor(tx: Tx, account: Account, public_pem: str) -> None:
    """Tell everyone's followers' servers what an account looks like now."""
    activity = render.update_actor(tx.site, account, public_pem)
    send(tx, account, activity, account.uri, [], followers=True)


def account_deleted(tx: Tx, event: Event) -> None:
    """A member is gone for good: told to everyone's followers' servers while they are known."""
    account = _local(tx, event.actor_id)
    if account is not None:
        uri = account.uri
        activity = render.act("Delete", f"{uri}#delete", uri, uri, PUBLIC)
        send(tx, account, activity, uri, [], followers=True)


def _answer(tx: Tx, event: Event, kind: str) -> None:
    """What a member says to a follow from elsewhere."""
    follower, target = _pair(tx, event)
    if target.local and not follower.local:
        uri = f"{target.uri}#{kind.lower()}s/{new_id()}"
        inner = {
            "id": event.data["uri"],
            "type": "Follow",
            "actor": follower.uri,
            "object": target.uri,
        }
        _to_one(tx, target, follower, render.act(kind, uri, target.uri, inner, follower.uri))


def _follow(event: Event, follower: Account, target: Account) -> Json:
    return render.act("Follow", event.data["uri"], follower.uri, target.uri, target.uri)


def _block(event: Event, by: Account, target: Account) -> Json:
    return render.act("Block", event.data["uri"], by.uri, target.uri, target.uri)


def _to_one(tx: Tx, by: Account, target: Account, activity: Json) -> None:
    # Not the shared inbox: it is between the two, and every server has an inbox for one.
    send(tx, by, activity, activity["id"], [target.inbox] if target.inbox else [], followers=False)


# -- who ---------------------------------------------------------------------------------------------


def _local(tx: Tx, account_id: int | None) -> Account | None:
    account = accounts.by_id(tx, account_id) if account_id is not None else None
    return account if account is not None and account.local else None


def _local_post(tx: Tx, event: Event) -> tuple[Account | None, Post | None]:
    """The member who did something, and the post it is about; (None, None) for doings of others."""
    account = _local(tx, event.actor_id)
    return (account, posts.of(tx, event)) if account is not None else (None, None)


def _pair(tx: Tx, event: Event) -> tuple[Account, Account]:
    return accounts.get(tx, event.actor_id or 0), accounts.get(tx, event.subject_id or 0)


REACTIONS: dict[str, Callable[[Tx, Event], None]] = {
    "post.created": post_created,
    "post.edited": post_edited,
    "post.deleted": post_deleted,
    "like.created": like_created,
    "like.removed": like_removed,
    "follow.requested": follow_requested,
    "follow.accepted": follow_accepted,
    "follow.rejected": follow_rejected,
    "follow.removed": follow_removed,
    "block.created": block_created,
    "block.removed": block_removed,
    "account.updated": account_updated,
    "account.deleted": account_deleted,
}
