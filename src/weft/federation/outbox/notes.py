"""Posts and boosts: told when they are made, changed and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from weft.federation import audience, plain, render
from weft.federation.outbox.sending import Reactions, local, local_post, own, send
from weft.federation.render import Around
from weft.federation.vocabulary import Json, conversation_uri
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import details, groups, interaction_requests, polls, posts, stamps
from weft.threads.model import Post, Visibility
from weft.work.events import Event


def around(tx: Tx, post: Post) -> Around:
    """What a post's note says of things beside it."""
    answered = None
    if post.reply_to_author_id is not None:
        answered = accounts.by_id(tx, post.reply_to_author_id)
    group = accounts.by_id(tx, post.audience_id) if post.audience_id is not None else None
    return Around(answered, group, _conversation(tx, post), *_besides(tx, post))


def _conversation(tx: Tx, post: Post) -> str:
    """Address of the whole thread: ours, or the one that the server names where it began."""
    root = post if post.thread_id == post.id else posts.by_id(tx, post.thread_id)
    if root is None or root.local:
        return conversation_uri(tx.site, post.thread_id) if root is not None else ""
    told = details.of(tx, [root.id]).get(root.id)
    named = (told.context_uri if told is not None else None) or ""
    return named if plain.same_origin(named, root.uri) else ""


def _besides(tx: Tx, post: Post) -> tuple[Json, frozenset[str]]:
    """What few notes say more, and what they ask of machines; no read for the others."""
    more: Json = {}
    poll = polls.of(tx, post)
    if poll is not None:
        more |= render.question(poll, tx.now)
    if post.expires_at is not None:
        more |= render.end(post.expires_at, question=poll is not None)
    more |= proofs(tx, post)
    told = details.of(tx, [post.id]).get(post.id) if post.extras else None
    if told is None:
        return more, frozenset()
    if told.content_map:
        more |= render.languages(told.content_map)
    return more, frozenset(told.signals or ())


def proofs(tx: Tx, post: Post) -> Json:
    """Where the yes of others to a post or boost is; no read for those that need none."""
    more: Json = {}
    if post.approval == "accepted":
        deed = "announce" if post.boost_of_id is not None else "reply"
        stamp = stamps.of(tx, deed, post.uri)
        if stamp is not None and stamp.revoked_at is None:
            more |= {f"{deed}Authorization": stamp.uri, "approvedBy": stamp.uri}
    if post.quote_state == "accepted":
        stamp = stamps.of(tx, "quote", post.uri)
        if stamp is not None and stamp.revoked_at is None:
            more["quoteAuthorization"] = stamp.uri
    return more


def activity_of(tx: Tx, author: Account, post: Post) -> Json | None:
    """The activity by which a post came: Create, or Announce for a boost. None for a boost of
    what is not to be shown any more.
    """
    if post.boost_of_id is None:
        return render.create(tx.site, post, author, around(tx, post))
    original = posts.by_id(tx, post.boost_of_id)
    if original is None:
        return None
    named = [accounts.get(tx, original.author_id).uri, *_group(tx, original, post.visibility)]
    return render.announce(post, author, original.uri, named) | proofs(tx, post)


def post_created(tx: Tx, event: Event) -> None:
    post = posts.of(tx, event)
    author = local(tx, event.actor_id) if post is not None and post.local else None
    if author is None or post is None:
        return
    if post.boost_of_id is not None:
        _boosted(tx, author, post)
        return
    tell_post(tx, author, post, render.create)


def post_edited(tx: Tx, event: Event) -> None:
    author, post = local_post(tx, event)
    if author is not None and post is not None and not interaction_requests.unsaid(post):
        inboxes = audience.of_boosters(tx, post.id)
        if post.poll_id is not None:
            inboxes += audience.of_voters(tx, post.poll_id)
        tell_post(tx, author, post, render.update, *inboxes)


def post_deleted(tx: Tx, event: Event) -> None:
    data = event.data
    author = local(tx, event.actor_id)
    if author is None or not data["local"]:
        return
    if data["boost_of_id"] is not None:
        _unboosted(tx, author, data)
        return
    visibility: Visibility = data["visibility"]
    group = [data["audience_id"]] if data.get("audience_id") is not None else []
    mentioned = accounts.by_ids(tx, [*data["mentions"], *group])
    named = [account.uri for account in mentioned.values()]
    activity = render.delete(
        data["uri"], author, render.address(visibility, author.followers_uri, named)
    )
    others = [*data["mentions"], *group, data.get("reply_to_author_id"), *data.get("boosters", ())]
    send(
        tx,
        author,
        activity,
        data["uri"],
        audience.of(tx, others),
        followers=visibility != "direct",
        order=own(author, visibility),
    )


def tell_post(
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
    if post.audience_id is not None:
        concerned.append(post.audience_id)
    others = [*inboxes, *audience.of(tx, concerned)]
    followers = post.visibility != "direct" and author.followers_count > 0
    if others or followers:
        activity = write(tx.site, post, author, around(tx, post))
        order = own(author, post.visibility)
        send(tx, author, activity, post.uri, others, followers=followers, order=order)


def _boosted(tx: Tx, booster: Account, boost: Post) -> None:
    original = posts.by_id(tx, boost.boost_of_id or 0)
    activity = activity_of(tx, booster, boost)
    if original is not None and activity is not None:
        inboxes = _of_original(tx, original, boost.visibility)
        # About the post: whoever takes a boost back and boosts again means the last.
        send(tx, booster, activity, original.uri, inboxes, followers=True)


def _unboosted(tx: Tx, booster: Account, data: dict[str, Any]) -> None:
    original = posts.by_id(tx, data["boost_of_id"])
    named: list[str] = []
    inboxes: list[str] = []
    if original is not None:
        author = accounts.get(tx, original.author_id)
        named = [author.uri, *_group(tx, original, data["visibility"])]
        inboxes = _of_original(tx, original, data["visibility"])
    whom = render.address(data["visibility"], booster.followers_uri, named)
    announce = {
        "id": data["uri"],
        "type": "Announce",
        "actor": booster.uri,
        "object": data["boost_of_uri"],
        **whom.json,
    }
    about = data["boost_of_uri"] or data["uri"]
    send(tx, booster, render.undo(announce), about, inboxes, followers=True)


def _group(tx: Tx, original: Post, visibility: Visibility) -> list[str]:
    """The group hears of what everybody may: it passes on all that it hears."""
    group = groups.uri_of(tx, original) if visibility in ("public", "unlisted") else ""
    return [group] if group else []


def _of_original(tx: Tx, original: Post, visibility: Visibility) -> list[str]:
    """Inboxes for a boost besides those of the booster's followers."""
    listed = visibility in ("public", "unlisted")
    return audience.of(tx, [original.author_id, original.audience_id if listed else None])


REACTIONS: Reactions = {
    "post.created": post_created,
    "post.edited": post_edited,
    "post.deleted": post_deleted,
}
