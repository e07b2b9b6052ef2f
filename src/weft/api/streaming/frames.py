"""What of the event log is for whom: events become frames, and each frame names who hears it.

Nobody hears what is not addressed to them by name here, and ``_audience`` is the one place that
names them: those who listen, may see the post (``posts.seen_by``) and want to
(``listeners.unwilling``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from msgspec import structs

from weft.api.mastodon import (
    announcements,
    conversations,
    notifications,
    quotes,
    serialise,
)
from weft.api.streaming import room_frames
from weft.api.streaming.out import Ears, Frame, Out
from weft.kernel.errors import NotFound
from weft.moderation import announcements as told
from weft.people import accounts
from weft.reading import filters, lists
from weft.store.database import Tx
from weft.threads import listeners, notices, posts
from weft.threads.model import Post
from weft.threads.tokens import fold_tag
from weft.work.events import Event


def plan(tx: Tx, fresh: Iterable[Event], ears: Ears) -> list[Out]:
    """All that is to be said of these events, in their order."""
    outs: list[Out] = []
    for event in fresh:
        make = _MAKERS.get(event.kind)
        if make is not None and event.subject_id is not None:
            outs += make(tx, event, event.subject_id, ears)
    return outs


# -- posts ------------------------------------------------------------------------------------


def _said(tx: Tx, event: Event, post_id: int, ears: Ears) -> list[Out]:
    post = posts.by_id(tx, post_id)
    if post is None:
        return []
    audience = _audience(tx, post, ears)
    if not audience:
        return []
    everyone = frozenset[int]().union(*audience.values())
    frames = _shown(tx, post, everyone, edited=event.kind == "post.edited")
    pictured = bool(post.media)
    return [
        Out(key, {one: frames[one] for one in heard if one in frames}, pictured)
        for key, heard in audience.items()
    ]


def _audience(tx: Tx, post: Post, ears: Ears) -> dict[str, frozenset[int]]:
    """Who hears of a post, by channel."""
    wished: dict[str, frozenset[int]] = {}
    for reader in listeners.in_homes(tx, post.id):
        key = f"user:{reader}"
        if key in ears:
            wished[key] = ears[key]
    if any(key.startswith("list:") for key in ears):
        for list_id in lists.listing(tx, post):
            key = f"list:{list_id}"
            if key in ears:
                wished[key] = ears[key]
    if post.boost_of_id is None and post.visibility == "public":
        answers_another = (
            post.reply_to_uri is not None and post.reply_to_author_id != post.author_id
        )
        public = _public_keys(post.local, post.tags, listed=not answers_another)
        open_ = [key for key in public if key in ears]
        if open_ and not _is_limited(tx, post):
            wished |= {key: ears[key] for key in open_}
    if not wished:
        return {}
    everyone = frozenset[int]().union(*wished.values())
    hearing = listeners.seeing(tx, post, everyone) - listeners.unwilling(tx, post)
    hearing -= listeners.hiding(tx, post, hearing)
    return {key: heard for key, wish in wished.items() if (heard := wish & hearing)}


def _is_limited(tx: Tx, post: Post) -> bool:
    author = accounts.by_id(tx, post.author_id)
    return author is None or author.silenced_at is not None


def _public_keys(local: bool, tags: Iterable[str], *, listed: bool) -> list[str]:
    found = ["public", "public:local" if local else "public:remote"] if listed else []
    for tag in {fold_tag(tag) for tag in tags}:
        found.append(f"hashtag:{tag}")
        if local:
            found.append(f"hashtag:local:{tag}")
    return found


def _shown(tx: Tx, post: Post, readers: Collection[int], *, edited: bool) -> dict[int, Frame]:
    """The post as each of them sees it. A new one that is nothing but words and pictures looks
    the same to all but a few, and is made once.
    """
    name = "status.update" if edited else "update"
    alike = not (
        edited  # they may have done something with it before
        or post.boost_of_id is not None
        or post.poll_id is not None
        or post.quote_state is not None
    )
    apart = (filters.owners(tx, readers) if alike else set(readers)) | {post.author_id}
    frames: dict[int, Frame] = {}
    for reader in apart.intersection(readers):
        try:
            frames[reader] = Frame(name, _json(serialise.status(tx, reader, post)))
        except NotFound:  # deleted meanwhile
            return {}
    rest = [reader for reader in readers if reader not in frames]
    if not rest:
        return frames
    # What a reader may do with it is all that is left to differ.
    near = listeners.followers(tx, post.author_id) if post.quote_policy == "followers" else set()
    try:
        plain = serialise.status(tx, None, post)
    except NotFound:
        return {}
    made: dict[bool, Frame] = {}
    for reader in rest:
        is_near = reader in near
        if is_near not in made:
            approval = quotes.approvals(tx, reader, [post])[post.id]
            made[is_near] = Frame(name, _json(structs.replace(plain, quote_approval=approval)))
        frames[reader] = made[is_near]
    return frames


def _deleted(tx: Tx, event: Event, post_id: int, ears: Ears) -> list[Out]:
    """For those who could see it: the post is gone, the event tells what it was."""
    data: dict[str, Any] = event.data
    author, visibility = event.actor_id or 0, data.get("visibility", "public")
    frame = Frame("delete", str(post_id))
    members = {int(key[5:]) for key in ears if key.startswith("user:") and key[5:].isdigit()}
    owners = {one for key, here in ears.items() if key.startswith("list:") for one in here}
    knowing = members | owners
    outs: list[Out] = []
    hidden = listeners.shut_out(tx, author)
    if visibility == "public":
        public = _public_keys(bool(data.get("local")), data.get("tags", ()), listed=True)
        outs += [
            Out(key, dict.fromkeys(ears[key] - hidden, frame)) for key in public if key in ears
        ]
    elif visibility != "unlisted":
        addressed = {int(one) for one in data.get("mentions", ())} | {author}
        if visibility == "private":
            addressed |= listeners.followers(tx, author)
        knowing &= addressed
    for key, here in ears.items():
        if key.startswith("list:") or key.removeprefix("user:").isdigit():
            heard = (here & knowing) - hidden
            if heard:
                outs.append(Out(key, dict.fromkeys(heard, frame)))
    return outs


# -- what concerns one member -----------------------------------------------------------------


def _notification(tx: Tx, event: Event, notice_id: int, ears: Ears) -> list[Out]:
    owner = event.actor_id or 0
    keys = [key for key in (f"user:{owner}", f"user:notification:{owner}") if key in ears]
    if not keys:
        return []
    try:
        notice = notices.one(tx, owner, notice_id)
    except NotFound:
        return []  # read and dismissed meanwhile
    shown = [] if notice.filtered else notifications.show(tx, owner, [notice])
    if not shown:
        return []
    frame = Frame("notification", _json(shown[0]))
    return [Out(key, {owner: frame}) for key in keys]


def _merged(_tx: Tx, _event: Event, owner: int, ears: Ears) -> list[Out]:
    frame = Frame("notifications_merged", "1")
    keys = (f"user:{owner}", f"user:notification:{owner}")
    return [Out(key, {owner: frame}) for key in keys if key in ears]


def _filters(_tx: Tx, _event: Event, owner: int, ears: Ears) -> list[Out]:
    key = f"user:{owner}"
    return [Out(key, {owner: Frame("filters_changed", None)})] if key in ears else []


def _conversation(tx: Tx, event: Event, conversation_id: int, ears: Ears) -> list[Out]:
    owner = event.actor_id or 0
    key = f"direct:{owner}"
    if key not in ears:
        return []
    shown = conversations.show(tx, owner, [conversation_id])
    return [Out(key, {owner: Frame("conversation", _json(one))}) for one in shown]


# -- what concerns all ------------------------------------------------------------------------


def _announced(tx: Tx, _event: Event, announcement_id: int, ears: Ears) -> list[Out]:
    try:
        shown = announcements.show(tx, None, [told.get(tx, announcement_id)])
    except NotFound:
        return []
    return [out for one in shown for out in _to_all(Frame("announcement", _json(one)), ears)]


def _reacted(tx: Tx, event: Event, announcement_id: int, ears: Ears) -> list[Out]:
    shown = announcements.streamed_reaction(tx, announcement_id, event.data["name"])
    return _to_all(Frame("announcement.reaction", _json(shown)), ears)


def _withdrawn(_tx: Tx, _event: Event, announcement_id: int, ears: Ears) -> list[Out]:
    return _to_all(Frame("announcement.delete", str(announcement_id)), ears)


def _to_all(frame: Frame, ears: Ears) -> list[Out]:
    return [
        Out(key, dict.fromkeys(here, frame))
        for key, here in ears.items()
        if key.removeprefix("user:").isdigit()
    ]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


_MAKERS = {
    "post.created": _said,
    "post.edited": _said,
    "post.deleted": _deleted,
    "notification.created": _notification,
    "notifications.merged": _merged,
    "filters.changed": _filters,
    "conversation.updated": _conversation,
    "announcement.published": _announced,
    "announcement.reacted": _reacted,
    "announcement.removed": _withdrawn,
    **room_frames.MAKERS,
}
