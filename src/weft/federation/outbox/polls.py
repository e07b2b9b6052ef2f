"""Polls: a member's votes go to who asked; how a member's poll stands goes to all who have it."""

from __future__ import annotations

from weft.federation import audience, render
from weft.federation.outbox.notes import tell_post
from weft.federation.outbox.sending import Reactions, local, send
from weft.federation.render import Around
from weft.federation.vocabulary import Json
from weft.kernel.clock import MINUTE
from weft.kernel.site import Site
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import polls, posts
from weft.threads.model import Post
from weft.work import jobs
from weft.work.events import Event
from weft.work.jobs import NewJob

CALM = 3 * MINUTE
"""Votes within it are told as one: Mastodon's delay."""
TELL = "federation.tell_poll"


def voted(tx: Tx, event: Event) -> None:
    post = posts.of(tx, event)
    poll = polls.of(tx, post) if post is not None else None
    if post is None or poll is None:
        return
    if post.local:
        if not poll.hide_totals:  # else there is nothing to tell before its end
            _tell_later(tx, post, f"poll:{post.id}", CALM)
        return
    voter, asker = local(tx, event.actor_id), accounts.by_id(tx, post.author_id)
    if voter is None or asker is None:
        return
    for choice in event.data["choices"]:
        uri = f"{voter.uri}#votes/{poll.id}/{choice}"
        activity = render.vote(uri, voter.uri, poll.options[choice], post.uri, asker.uri)
        send(tx, voter, activity, post.uri, audience.of(tx, [asker.id]), followers=False)


def ended(tx: Tx, event: Event) -> None:
    """One from here: its result is told. One from elsewhere: members are about to look at it."""
    post = posts.of(tx, event)
    if post is None:
        return
    if post.local:
        _tell_later(tx, post, f"poll-end:{post.id}", 0)
    else:
        _ask(tx, post)


def stale(tx: Tx, event: Event) -> None:
    post = posts.of(tx, event)
    if post is not None and not post.local:
        _ask(tx, post)


def _tell_later(tx: Tx, post: Post, key: str, delay: int) -> None:
    jobs.enqueue(tx, NewJob(TELL, {"post": post.id}, key=key, delay=delay))


def _ask(tx: Tx, post: Post) -> None:
    payload = {"type": "Update", "object": post.uri}
    job = NewJob("federation.fetch", payload, key=f"poll-look:{post.id}", pool="fetch")
    jobs.enqueue(tx, job)


def tell_poll(tx: Tx, post_id: int) -> None:
    """Tell everyone who has it, and the servers of those who voted, how a poll stands."""
    post = posts.by_id(tx, post_id)
    if post is None or post.poll_id is None:
        return
    author = accounts.get(tx, post.author_id)
    if not author.local or author.suspended_at is not None:
        return

    def counted(site: Site, post: Post, author: Account, around: Around) -> Json:
        # An edit may be told at the same time: the id says that this is none.
        activity = render.update(site, post, author, around)
        return activity | {"id": f"{post.uri}#updates/poll/{tx.now}"}

    inboxes = [*audience.of_voters(tx, post.poll_id), *audience.of_boosters(tx, post.id)]
    tell_post(tx, author, post, counted, *inboxes)


REACTIONS: Reactions = {"poll.voted": voted, "poll.ended": ended, "poll.stale": stale}
