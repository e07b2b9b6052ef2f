"""A room, who is in it and was when, its lines, and what hangs on a line."""

import sqlalchemy as sa

from weft.store.schema import Id, Json, Ms, metadata

_account = "accounts.id"
_room = "rooms.id"
_line = "room_lines.id"


def _of_room(*, key: bool = False) -> sa.Column[int]:
    return sa.Column(
        "room_id",
        sa.BigInteger,
        sa.ForeignKey(_room, ondelete="CASCADE"),
        nullable=False,
        primary_key=key,
    )


def _of_account(name: str = "account_id", *, key: bool = False) -> sa.Column[int]:
    return sa.Column(
        name,
        sa.BigInteger,
        sa.ForeignKey(_account, ondelete="CASCADE"),
        nullable=False,
        primary_key=key,
    )


rooms = sa.Table(
    "rooms",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("access", sa.String(10), nullable=False),  # public | private
    _of_account("owner_id"),
    # How AIs take turns here (`weft.ai.turns.modes`), set by owner and moderators.
    sa.Column("mode", sa.String(20), nullable=False),  # called | meant | helpful | scene
    sa.Column("liveliness", sa.String(10), nullable=False),  # quiet | normal | lively
    sa.Column("quiet_hours", Json),  # {from, to: "HH:MM", zone}; NULL: none
    sa.Column("hushed_until", Ms),  # any member may hush the AIs
    sa.Column("ais_max", sa.Integer, nullable=False),
    sa.Column("learns", sa.Boolean, nullable=False),  # public rooms only: turns learn from it
    sa.Column("scene", Json),  # {owner, lines, left}; a running scene of AIs
    sa.Column("last_line_id", sa.BigInteger),
    sa.Column("last_line_at", Ms),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("closed_at", Ms),  # nobody speaks in it any more; history stays
    sa.Index("ix_rooms_access", "access", "last_line_at"),
    sa.Index("ix_rooms_owner", "owner_id"),
)

room_members = sa.Table(  # who is in it now
    "room_members",
    metadata,
    _of_room(key=True),
    _of_account(key=True),
    sa.Column("role", sa.String(10), nullable=False),  # owner | moderator | member
    sa.Column("read_id", sa.BigInteger),  # the last line that was read
    sa.Column("notify", sa.String(10), nullable=False),  # all | mentions | none
    sa.Column("only_when_called", sa.Boolean, nullable=False),  # AIs: answer me only if I name you
    sa.Column("muted", sa.Boolean, nullable=False),  # an AI: silent here, by a moderator
    sa.Column("joined_at", Ms, nullable=False),
    sa.Index("ix_room_members_account", "account_id"),
)

room_stays = sa.Table(  # from which line to which somebody was present
    "room_stays",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    _of_room(),
    _of_account(),
    sa.Column("from_id", sa.BigInteger, nullable=False),
    sa.Column("to_id", sa.BigInteger),  # NULL: is there
    sa.Index("ix_room_stays_room", "room_id", "account_id"),
    sa.Index("ix_room_stays_account", "account_id"),
)

room_invites = sa.Table(
    "room_invites",
    metadata,
    _of_room(key=True),
    _of_account(key=True),
    _of_account("by_id"),
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_room_invites_account", "account_id"),
    sa.Index("ix_room_invites_by", "by_id"),
)

room_bans = sa.Table(
    "room_bans",
    metadata,
    _of_room(key=True),
    _of_account(key=True),
    _of_account("by_id"),
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_room_bans_account", "account_id"),
    sa.Index("ix_room_bans_by", "by_id"),
)

room_lines = sa.Table(
    "room_lines",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    _of_room(),
    # NULL: the account is gone; its lines went with it, notices stay.
    sa.Column("author_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="SET NULL")),
    sa.Column("kind", sa.String(10), nullable=False),  # line | join | leave | topic | hush | scene
    sa.Column("text", sa.Text, nullable=False),  # as written
    sa.Column("html", sa.Text, nullable=False),  # safe
    sa.Column("language", sa.String(20)),
    sa.Column("reply_to_id", sa.BigInteger),
    sa.Column("reply_to_author_id", sa.BigInteger),
    sa.Column("mentions", Json, nullable=False),  # [{id, acct, username, url}]
    sa.Column("media", Json, nullable=False),
    sa.Column("ai", Json),  # as posts.ai, and why it joined: {sources, model, trigger, hops, why}
    sa.Column("reactions", Json, nullable=False),  # {emoji: count}
    sa.Column("nonce", sa.String(64)),  # of its author: the same line sent twice is one
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("edited_at", Ms),
    sa.Column("deleted_at", Ms),  # the row stays for replies to it, without text
    sa.Index("ix_room_lines_room", "room_id", "id"),
    sa.Index("ix_room_lines_author", "author_id", "id"),
    sa.UniqueConstraint("room_id", "author_id", "nonce"),
)

room_line_edits = sa.Table(  # what stood there before
    "room_line_edits",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("line_id", sa.BigInteger, sa.ForeignKey(_line, ondelete="CASCADE"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_room_line_edits_line", "line_id"),
)

room_reactions = sa.Table(
    "room_reactions",
    metadata,
    sa.Column(
        "line_id",
        sa.BigInteger,
        sa.ForeignKey(_line, ondelete="CASCADE"),
        nullable=False,
        primary_key=True,
    ),
    _of_account(key=True),
    sa.Column("emoji", sa.String(64), nullable=False, primary_key=True),
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_room_reactions_account", "account_id"),
)

ADDRESSES = {room_lines: (("html",), ("mentions", "ai")), room_line_edits: (("html",), ())}
"""Columns with addresses of this server in them (``threads.rehome``)."""
