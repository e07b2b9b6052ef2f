"""Who listens, and what of the event log is for whom.

The hub follows the log (``work.tail``), so that it hears what any process wrote, in order. For
each event it asks the store once who may and wants to see it, and puts a frame into the queues of
those who listen. A listener that is too slow is let go: its app connects again and reads what it
missed, which is cheaper than remembering it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from weft.api.mastodon import notifications, serialise
from weft.api.streaming.channels import Channel
from weft.kernel.errors import NotFound, WeftError
from weft.store.database import Database, Tx
from weft.threads import listeners, notices, posts
from weft.threads.model import Post
from weft.threads.tokens import fold_tag
from weft.work import tail
from weft.work.events import Event

log = structlog.get_logger(__name__)

QUEUE_MAX = 200
"""Frames that wait for one slow listener: minutes of a busy home timeline."""
STREAMS_MAX = 100
"""Open connections of one member: a browser has some six per window, an app one or two."""


class Frame(Struct, frozen=True):
    """One thing to say; ``payload`` is a string (JSON inside JSON, as clients expect)."""

    event: str
    payload: str


class Listener:
    """One connection. ``next`` gives (label, frame), or None when it is to be closed."""

    def __init__(self, account_id: int, token_id: int, *, notifications: bool) -> None:
        self.account_id = account_id
        self.token_id = token_id
        self.notifications = notifications
        self.channels: dict[str, dict[tuple[str, ...], Channel]] = {}
        self.queue: asyncio.Queue[tuple[tuple[str, ...], Frame] | None] = asyncio.Queue(QUEUE_MAX)
        self.closed = False

    async def next(self) -> tuple[tuple[str, ...], Frame] | None:
        if self.closed and self.queue.empty():
            return None
        return await self.queue.get()

    def push(self, key: str, frame: Frame, *, pictured: bool) -> None:
        if self.closed:
            return
        if frame.event == "notification" and not self.notifications:
            return
        for label, channel in self.channels.get(key, {}).items():
            if channel.media and not pictured and frame.event != "delete":
                continue
            try:
                self.queue.put_nowait((label, frame))
            except asyncio.QueueFull:
                log.info("stream.too_slow", account=self.account_id)
                self.close()
                return

    def close(self) -> None:
        """Say no more. What waits is dropped, so that a revoked token learns nothing new."""
        self.closed = True
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class _Out(Struct):
    """A frame for all who listen to a channel, but for the accounts in ``never``."""

    key: str
    frame: Frame
    never: set[int] = set()
    pictured: bool = False


class Hub:
    """All listeners of this process."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._listeners: dict[str, set[Listener]] = {}
        self._open: set[Listener] = set()
        self.listening = asyncio.Event()
        """Set once it follows the log: what is written from then on is heard."""

    async def run(self) -> None:
        await tail.follow(self._db, self._hand_on, self.listening)

    def check_room(self, account_id: int) -> None:
        """Errors: 429, when a member holds too many connections already."""
        if sum(one.account_id == account_id for one in self._open) >= STREAMS_MAX:
            raise WeftError(f"At most {STREAMS_MAX} streaming connections", 429)

    def enter(self, listener: Listener) -> None:
        """A connection is there, perhaps without a channel yet: it ends with its token."""
        self._open.add(listener)

    def join(self, listener: Listener, channel: Channel) -> None:
        self.enter(listener)
        listener.channels.setdefault(channel.key, {})[channel.label] = channel
        self._listeners.setdefault(channel.key, set()).add(listener)

    def part(self, listener: Listener, channel: Channel) -> None:
        labels = listener.channels.get(channel.key, {})
        labels.pop(channel.label, None)
        if not labels:
            listener.channels.pop(channel.key, None)
            self._drop(channel.key, listener)

    def leave(self, listener: Listener) -> None:
        for key in list(listener.channels):
            self._drop(key, listener)
        listener.channels.clear()
        self._open.discard(listener)

    def close(self) -> None:
        """End every stream: the server stops."""
        for listener in tuple(self._open):
            listener.close()

    # -- inside ---------------------------------------------------------------------------

    def _drop(self, key: str, listener: Listener) -> None:
        here = self._listeners.get(key)
        if here is not None:
            here.discard(listener)
            if not here:
                del self._listeners[key]

    def _members(self) -> set[int]:
        """Accounts with an open ``user`` stream."""
        return {
            int(key[5:]) for key in self._listeners if key.startswith("user:") and key[5:].isdigit()
        }

    async def _hand_on(self, fresh: list[Event]) -> None:
        if not self._open:
            return
        for event in fresh:
            if event.kind == "token.revoked":
                for listener in tuple(self._open):
                    if listener.token_id == event.subject_id:
                        listener.close()
        keys, members = frozenset(self._listeners), self._members()
        try:
            outs = await self._db.read(lambda tx: _plan(tx, fresh, keys, members))
        except Exception:
            log.exception("stream.failed")  # one bad event must not end everybody's stream
            return
        for out in outs:
            for listener in tuple(self._listeners.get(out.key, ())):
                if listener.account_id not in out.never:
                    listener.push(out.key, out.frame, pictured=out.pictured)


def _plan(tx: Tx, fresh: Iterable[Event], keys: frozenset[str], members: set[int]) -> list[_Out]:
    outs: list[_Out] = []
    for event in fresh:
        if event.subject_id is None:
            continue
        if event.kind in ("post.created", "post.edited"):
            post = posts.by_id(tx, event.subject_id)
            if post is not None:
                outs += _post(tx, post, keys, members, edited=event.kind == "post.edited")
        elif event.kind == "post.deleted":
            outs += _deleted(tx, event, keys, members)
        elif event.kind == "notification.created" and event.actor_id is not None:
            outs += _notification(tx, event.actor_id, event.subject_id, keys)
    return outs


def _public_keys(
    post_visibility: str, *, local: bool, listed: bool, tags: Iterable[str]
) -> list[str]:
    if post_visibility != "public":
        return []
    found = ["public", "public:local" if local else "public:remote"] if listed else []
    for tag in {fold_tag(tag) for tag in tags}:
        found.append(f"hashtag:{tag}")
        if local:
            found.append(f"hashtag:local:{tag}")
    return found


def _post(
    tx: Tx, post: Post, keys: frozenset[str], members: set[int], *, edited: bool
) -> list[_Out]:
    name = "status.update" if edited else "update"
    readers = listeners.in_homes(tx, post.id) & members
    answers_another = post.reply_to_uri is not None and post.reply_to_author_id != post.author_id
    public = (
        []
        if post.boost_of_id is not None
        else [
            key
            for key in _public_keys(
                post.visibility, local=post.local, listed=not answers_another, tags=post.tags
            )
            if key in keys
        ]
    )
    if not readers and not public:
        return []
    never = listeners.unwilling(tx, post)
    outs: list[_Out] = []
    pictured = bool(post.media)
    if public:
        frame = Frame(name, _json(serialise.status(tx, None, post)))
        outs += [_Out(key, frame, never=never, pictured=pictured) for key in public]
    shared: Frame | None = None
    for reader in readers - never:
        if edited or post.boost_of_id is not None:
            # What the reader did with it before belongs to what they see.
            if not posts.may_see(tx, reader, post):
                continue
            try:
                frame = Frame(name, _json(serialise.status(tx, reader, post)))
            except NotFound:
                continue
        else:
            shared = shared or Frame(name, _json(serialise.status(tx, None, post)))
            frame = shared
        outs.append(_Out(f"user:{reader}", frame, pictured=pictured))
        if post.visibility == "direct":
            outs.append(_Out(f"direct:{reader}", frame, pictured=pictured))
    return outs


def _deleted(tx: Tx, event: Event, keys: frozenset[str], members: set[int]) -> list[_Out]:
    data: dict[str, Any] = event.data
    frame = Frame("delete", str(event.subject_id))
    visibility = data.get("visibility", "public")
    public = _public_keys(
        visibility, local=bool(data.get("local")), listed=True, tags=data.get("tags", ())
    )
    outs = [_Out(key, frame) for key in public if key in keys]
    if visibility in ("public", "unlisted"):
        told = members
    else:
        told = {int(one) for one in data.get("mentions", ())} | {event.actor_id or 0}
        if visibility == "private":
            told |= listeners.followers(tx, event.actor_id or 0)
        told &= members
    return outs + [_Out(f"user:{member}", frame) for member in told]


def _notification(tx: Tx, account_id: int, id_: int, keys: frozenset[str]) -> list[_Out]:
    wanted = [
        key for key in (f"user:{account_id}", f"user:notification:{account_id}") if key in keys
    ]
    if not wanted:
        return []
    try:
        shown = notifications.show(tx, account_id, [notices.one(tx, account_id, id_)])
    except NotFound:
        return []  # read and dismissed meanwhile
    if not shown:
        return []
    frame = Frame("notification", _json(shown[0]))
    return [_Out(key, frame, pictured=True) for key in wanted]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
