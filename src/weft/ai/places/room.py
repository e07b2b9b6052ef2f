"""A room as the place of a turn: an AI answers a line with a line.

People in a room go on while an AI thinks. So who asked may add to it, somebody may answer first, and
anybody may hush it; what nobody called for is looked at once more, right before it is said.
"""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from weft.ai import context, context_room
from weft.ai.documents import Shelf
from weft.ai.hops import HOP_BUDGET
from weft.ai.model import Ai, Reason, Turn
from weft.ai.places.dress import composed
from weft.ai.places.port import Overtaken, Words
from weft.ai.turns import clocks, decide, reasons, record
from weft.people import accounts
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.people.tables import mutes
from weft.rooms import lines, members, presence, reactions, rooms, settings
from weft.rooms.model import Room, RoomDraft, RoomLine
from weft.rooms.tables import room_lines
from weft.store.database import Tx

LATER_MAX = 40
"""Lines since the one it heard that it looks at: more is another talk by now."""

_LATER = (
    sa.select(*lines.COLUMNS)
    .join_from(room_lines, account_table, account_table.c.id == room_lines.c.author_id)
    .where(
        room_lines.c.room_id == sa.bindparam("room"),
        room_lines.c.id > sa.bindparam("heard"),
        room_lines.c.kind == "line",
        room_lines.c.deleted_at.is_(None),
        room_lines.c.ai.is_(None),
        account_table.c.kind == "person",
        presence.was_there(room_lines.c.id, sa.bindparam("ai", type_=sa.BigInteger)),  # pyright: ignore[reportArgumentType]
    )
    .order_by(room_lines.c.id)
    .limit(LATER_MAX)
)
_LAST = (
    sa.select(sa.or_(account_table.c.kind != "person", room_lines.c.ai.isnot(None)))
    .join_from(room_lines, account_table, account_table.c.id == room_lines.c.author_id)
    .where(room_lines.c.room_id == sa.bindparam("room"), room_lines.c.kind == "line")
    .order_by(room_lines.c.id.desc())
    .limit(HOP_BUDGET)
)
_MUTED = sa.select(mutes.c.target_id).where(
    mutes.c.muter_id == sa.bindparam("who"),
    mutes.c.target_id == sa.bindparam("ai"),
    sa.or_(mutes.c.until.is_(None), mutes.c.until > sa.bindparam("now")),
)


class RoomPlace(Struct, frozen=True):
    """See `port.Place`."""

    turn: Turn
    ai: Ai
    room: Room
    line: RoomLine
    asker: Account

    @property
    def language(self) -> str | None:
        return self.line.language

    @property
    def called(self) -> bool:
        return self.turn.trigger != "unasked"

    def obstacle(self, tx: Tx) -> Reason:
        ai, room = self.ai, self.room
        if members.apart(tx, ai.account_id, self.asker.id) or self._muted(tx):
            return "blocked"
        member = members.of(tx, room.id, ai.account_id)
        if member is None or members.of(tx, room.id, self.asker.id) is None:
            return "absent"
        if self.line.deleted_at is not None or not presence.seen(tx, ai.account_id, self.line):
            return "hidden"
        if room.closed_at is not None:
            return "closed"
        if member.muted:
            return "muted"
        if ai.state == "paused":
            return "paused"
        if (room.hushed_until or 0) > tx.now:
            return "hushed"
        machines = decide.silenced(
            chain=self._chain(tx),
            by_machine=self._by_machine(),
            in_scene=room.scene is not None,
            called=self.called,
            meant=not self.called and self._meant(tx),
        )
        return machines or ("" if self.called else self._unwelcome(tx))

    def told(self, tx: Tx, shelf: Shelf) -> context.Told:
        more = [one for one in self._later(tx) if self._goes_on(one)]
        return context_room.gather(tx, self.ai, self.asker, self.room, self.line, shelf, more=more)

    def overtaken(self, tx: Tx, told_at: int) -> Overtaken:
        later = self._later(tx)
        if not self.called and not self._meant(tx) and any(map(self._answers, later)):
            return "answered"
        new = any(self._goes_on(one) and one.created_at > told_at for one in later)
        return "went_on" if new or (self.line.edited_at or 0) > told_at else ""

    def say(self, tx: Tx, words: Words) -> int:
        label: dict[str, Any] = {
            "sources": [msgspec.to_builtins(source) for source in words.sources],
            "model": words.model or None,
            "trigger": str(self.line.id),
            "hops": self.turn.hops + 1,
        }
        if words.why is not None:
            label["why"] = words.why
        said = lines.say(
            tx,
            accounts.get(tx, self.ai.account_id),
            self.room.id,
            RoomDraft(
                text=composed(words.text, words.sources, self.asker.acct),
                reply_to_id=self.line.id,
                language=context.answered_in(self.ai, self.line.language),
                nonce=f"turn:{self.turn.id}",
                ai=label,
                format="plain",
            ),
        )
        settings.spend_scene(tx, self.room)
        return said.id

    def react(self, tx: Tx, emoji: str) -> None:
        reactions.react(tx, accounts.get(tx, self.ai.account_id), self.line.id, emoji)

    # -- what people said meanwhile ---------------------------------------------------------------

    def _later(self, tx: Tx) -> list[RoomLine]:
        named = {"room": self.room.id, "heard": self.line.id, "ai": self.ai.account_id}
        return [RoomLine(*row) for row in tx.rows(_LATER, **named)]

    def _goes_on(self, later: RoomLine) -> bool:
        """Whether a later line belongs to what was asked: by the same person, to nobody else, and
        no call of its own, which gets an answer of its own.
        """
        return (
            later.author_id == self.asker.id
            and not later.mentions
            and later.reply_to_author_id in (None, self.asker.id)
        )

    def _answers(self, later: RoomLine) -> bool:
        """Whether somebody else answered it: surely, or by saying something to nobody in particular
        that does not ask.
        """
        if later.author_id == self.asker.id:
            return False
        if later.reply_to_author_id is not None:
            return later.reply_to_author_id == self.asker.id
        if later.mentions:
            return any(one["id"] == str(self.asker.id) for one in later.mentions)
        return not later.text.rstrip().endswith("?")

    # -- what nobody called for -------------------------------------------------------------------

    def _unwelcome(self, tx: Tx) -> Reason:
        room = self.room
        if clocks.is_quiet(room.quiet_hours, tx.now):
            return "quiet_hours"
        asker = members.of(tx, room.id, self.asker.id)
        if room.mode == "called" or (asker is not None and asker.only_when_called):
            return "called_only"
        return ""

    def _chain(self, tx: Tx) -> int:
        """Lines of machines in a row at the end of the room, as far as it matters."""
        last = [bool(row[0]) for row in tx.rows(_LAST, room=self.room.id)]
        return next((n for n, machine in enumerate(last) if not machine), len(last))

    def _meant(self, tx: Tx) -> bool:
        decided = record.of(tx, self.ai.account_id, self.line.id)
        return decided is not None and reasons.is_meant(decided.reasons[0][0])

    def _by_machine(self) -> bool:
        return self.asker.bot or self.line.ai is not None

    def _muted(self, tx: Tx) -> bool:
        named = {"who": self.asker.id, "ai": self.ai.account_id, "now": tx.now}
        return tx.row(_MUTED, **named) is not None


def find(tx: Tx, turn: Turn, ai: Ai) -> RoomPlace | None:
    """The place of a turn; None when what it heard, or who said it, is gone."""
    line, asker = lines.by_id(tx, turn.trigger_id), accounts.by_id(tx, turn.asker_id)
    if line is None or asker is None:
        return None
    return RoomPlace(turn, ai, rooms.get(tx, line.room_id), line, asker)
