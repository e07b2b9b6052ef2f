"""Who listens, and the queues in which frames wait for them.

The hub follows the log (``work.tail``), so that it hears what any process wrote, in order. For
each event ``frames`` asks the store who may and wants to see it, and the frames go into the queues
of those who listen. A listener that is too slow is let go: its app connects again and reads what it
missed, which is cheaper than remembering it.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from weft.api.streaming.channels import Channel
from weft.api.streaming.frames import plan
from weft.api.streaming.out import Frame
from weft.api.streaming.present import Present
from weft.kernel.errors import WeftError
from weft.rooms.here import Here
from weft.store.database import Database
from weft.work import tail
from weft.work.events import Event

log = structlog.get_logger(__name__)

QUEUE_MAX = 200
"""Frames that wait for one slow listener: minutes of a busy home timeline."""
STREAMS_MAX = 100
"""Open connections of one member: a browser has some six per window, an app one or two."""


NOTICES = frozenset({"notification", "notifications_merged"})
"""Frames for tokens that may read notifications."""
COMINGS = frozenset({"room.here", "room.away"})
"""Events that are repeated, and told only when they are news."""
ENDINGS = frozenset({"account.suspended", "account.disabled", "account.deleted"})
"""Events that end every stream of the account they are about."""


class Listener:
    """One connection. ``next`` gives (label, frame), or None when it is to be closed."""

    def __init__(self, account_id: int, token_id: int, *, notifications: bool) -> None:
        self.account_id = account_id
        self.token_id = token_id
        self.notifications = notifications
        self.channels: dict[str, dict[tuple[str, ...], Channel]] = {}
        self.queue: asyncio.Queue[tuple[tuple[str, ...], Frame] | None] = asyncio.Queue(QUEUE_MAX)
        self.closed = False
        self.single = False
        """It has one channel and ends with it."""

    async def next(self) -> tuple[tuple[str, ...], Frame] | None:
        if self.closed and self.queue.empty():
            return None
        return await self.queue.get()

    def push(self, key: str, frame: Frame, *, pictured: bool) -> None:
        if self.closed:
            return
        if frame.event in NOTICES and not self.notifications:
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

    def finish(self) -> None:
        """Close it once what waits is said."""
        self.closed = True
        with contextlib.suppress(asyncio.QueueFull):
            self.queue.put_nowait(None)

    def close(self) -> None:
        """Say no more. What waits is dropped, so that a revoked token learns nothing new."""
        self.closed = True
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Hub:
    """All listeners of this process."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._listeners: dict[str, set[Listener]] = {}
        self._open: set[Listener] = set()
        self.listening = asyncio.Event()
        """Set once it follows the log: what is written from then on is heard."""
        self.here = Here()
        """Who is in which room now."""
        self._present = Present(database)

    async def run(self) -> None:
        async with self._present.repeating():
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
        if channel.room_id is not None:
            self._present.enter(channel.room_id, listener.account_id, listener)

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
        self._present.leave(key, listener.account_id, listener)

    def _end(self, key: str, listener: Listener) -> None:
        """It may not listen to this any more."""
        if listener.channels.pop(key, None) is not None:
            self._drop(key, listener)
        if listener.single and not listener.channels:
            listener.finish()

    async def _hand_on(self, fresh: list[Event]) -> None:
        # Who is here is known also where nobody listens; that they still are is no news.
        news = {event.position for event in fresh if self.here.hear(event)}
        for event in fresh:
            if event.kind == "room.away":
                self._present.contradict(event.data["room"], event.data["account"])
        fresh = [one for one in fresh if one.kind not in COMINGS or one.position in news]
        if not self._open:
            return
        for event in fresh:
            for listener in tuple(self._open):
                if _ends(event, listener):
                    listener.close()
        ears = {
            key: frozenset(one.account_id for one in here) for key, here in self._listeners.items()
        }
        try:
            outs = await self._db.read(lambda tx: plan(tx, fresh, ears))
        except Exception:
            log.exception("stream.failed")  # one bad event must not end everybody's stream
            return
        for out in outs:
            for listener in tuple(self._listeners.get(out.key, ())):
                frame = out.frames.get(listener.account_id)
                if frame is not None:
                    listener.push(out.key, frame, pictured=out.pictured)
                if listener.account_id in out.ends:
                    self._end(out.key, listener)


def _ends(event: Event, listener: Listener) -> bool:
    if event.kind == "token.revoked":
        return event.subject_id == listener.token_id
    return event.kind in ENDINGS and event.subject_id == listener.account_id
