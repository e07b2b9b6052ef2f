"""What was decided about each line that an AI heard, what people said of it, and what was learned."""

import sqlalchemy as sa

from weft.store.schema import Id, Json, Ms, metadata

_ai = "ais.account_id"


def _of_ai(*, key: bool = False) -> sa.Column[int]:
    return sa.Column(
        "ai_id",
        sa.BigInteger,
        sa.ForeignKey(_ai, ondelete="CASCADE"),
        nullable=False,
        primary_key=key,
    )


ai_decisions = sa.Table(  # silent ones too; numbers and words of ours, never text of people
    "ai_decisions",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    _of_ai(),
    sa.Column("place", sa.String(10), nullable=False),  # thread | room
    sa.Column("place_id", sa.BigInteger, nullable=False),
    sa.Column("line_id", sa.BigInteger, nullable=False),  # the post or line it heard
    sa.Column("decision", sa.String(10), nullable=False),  # speak | react | silent | wait
    sa.Column("stage", sa.String(12), nullable=False),  # which stage decided
    sa.Column("addressed", sa.Float, nullable=False),
    sa.Column("join", sa.Float, nullable=False),
    sa.Column("reasons", Json, nullable=False),  # [[code, weight], …], the strongest first
    sa.Column("outcome", sa.String(10), nullable=False),  # of what waits: due|dropped|sent|…
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("ai_id", "line_id"),
    sa.Index("ix_ai_decisions_line", "line_id"),
    sa.Index("ix_ai_decisions_place", "place_id", "ai_id", "id"),
    sa.Index("ix_ai_decisions_created", "created_at"),
)

ai_feedback = sa.Table(  # what a member said of an unasked line
    "ai_feedback",
    metadata,
    sa.Column("line_id", sa.BigInteger, primary_key=True, autoincrement=False),  # the AI's
    sa.Column(
        "account_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    _of_ai(),
    sa.Column("place_id", sa.BigInteger, nullable=False),
    sa.Column("verdict", sa.String(12), nullable=False),  # good | not_for_me | not_now
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_ai_feedback_place", "ai_id", "place_id", "created_at"),
    sa.Index("ix_ai_feedback_account", "account_id"),
)

ai_places = sa.Table(  # how much an AI may say unasked in one place, as people took it
    "ai_places",
    metadata,
    _of_ai(key=True),
    sa.Column("place_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("factor", sa.Float, nullable=False),  # of the room's budget; halves when ignored
    sa.Column("ignored", sa.Integer, nullable=False),  # unasked lines in a row nobody took up
    sa.Column("called_only_until", Ms),
    sa.Column("updated_at", Ms, nullable=False),
    sa.Index("ix_ai_places_place", "place_id"),
)

turn_lessons = sa.Table(  # numbers of one decision in a public room that opted in; 90 days
    "turn_lessons",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("room", sa.String(64), nullable=False),  # keyed hashes: no names, no text
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("line", sa.String(64), nullable=False),
    sa.Column("features", Json, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("label", sa.Float, nullable=False),  # 0..1
    sa.Column("weight", sa.Float, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_turn_lessons_room", "room", "created_at"),
    sa.Index("ix_turn_lessons_author", "author"),
    sa.Index("ix_turn_lessons_line", "line"),
    sa.Index("ix_turn_lessons_created", "created_at"),
)

room_tunings = sa.Table(  # what was learned in one room, over the shipped gate
    "room_tunings",
    metadata,
    sa.Column(
        "room_id", sa.BigInteger, sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("numbers", Json, nullable=False),  # {weights, shift, wait_ms, …}
    sa.Column("lessons", sa.Integer, nullable=False),
    sa.Column("trained_at", Ms, nullable=False),
)
