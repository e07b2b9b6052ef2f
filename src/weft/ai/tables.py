"""An AI at rest is a row beside its account, and a record of each turn."""

import sqlalchemy as sa

from weft.store.schema import Id, Json, Ms, metadata

ais = sa.Table(
    "ais",
    metadata,
    sa.Column("account_id", Id, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column(
        "owner_id", sa.BigInteger, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("kind", sa.String(20), nullable=False),  # assistant | business | creator | character
    sa.Column("state", sa.String(10), nullable=False),  # live | paused
    sa.Column("persona", sa.Text, nullable=False),
    sa.Column("avoid", Json, nullable=False),  # topics it does not talk about
    sa.Column("languages", Json, nullable=False),  # [] any
    sa.Column("engine", sa.String(20), nullable=False),  # auto | quotes | model
    sa.Column(
        "reads_public", sa.Boolean, nullable=False
    ),  # may quote public posts of those who agreed
    sa.Column("version", sa.Integer, nullable=False),  # of persona, bounds and documents
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("bounds", Json),  # weft.ai.bounds; NULL: Weft's own and no further ones
    sa.Column("current", sa.Text, nullable=False, server_default=""),  # what it has become
    sa.Column("evolves", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("adopts", sa.Boolean, nullable=False, server_default=sa.false()),  # without asking
    sa.Index("ix_ais_owner", "owner_id"),
)

ai_turns = sa.Table(  # what became of each thing an AI heard; no private text
    "ai_turns",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "ai_id", sa.BigInteger, sa.ForeignKey("ais.account_id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("trigger_id", sa.BigInteger, nullable=False),  # the post or line it heard
    sa.Column("place_id", sa.BigInteger, nullable=False),  # the thread or room
    sa.Column("asker_id", sa.BigInteger, nullable=False),
    sa.Column("trigger", sa.String(10), nullable=False),  # mention | reply | direct | unasked
    sa.Column(
        "outcome", sa.String(10), nullable=False
    ),  # heard | answered | declined | silent | failed
    sa.Column("reason", sa.Text, nullable=False),  # why silent, declined or failed
    sa.Column("hops", sa.Integer, nullable=False),
    sa.Column("answer_id", sa.BigInteger),
    sa.Column("model", sa.Text),
    sa.Column("sources", sa.Integer, nullable=False),
    sa.Column("tokens_in", sa.Integer, nullable=False),
    sa.Column("tokens_out", sa.Integer, nullable=False),
    sa.Column("ms", sa.Integer, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("finished_at", Ms),
    sa.Column("place", sa.String(10), nullable=False, server_default="thread"),  # thread | room
    sa.Column("cost", sa.BigInteger, nullable=False, server_default="0"),  # millionths
    sa.UniqueConstraint("ai_id", "trigger_id"),
    sa.Index("ix_ai_turns_place", "place_id"),
    sa.Index("ix_ai_turns_ai", "ai_id", "created_at"),
)
