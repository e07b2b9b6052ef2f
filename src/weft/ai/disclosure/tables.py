"""Who was told that an AI is one, and marks of what AIs of this server wrote."""

import sqlalchemy as sa

from weft.store.schema import Id, Ms, metadata

_account = "accounts.id"
_ai = "ais.account_id"

ai_disclosures = sa.Table(  # at the latest at the first meeting
    "ai_disclosures",
    metadata,
    sa.Column("ai_id", sa.BigInteger, sa.ForeignKey(_ai, ondelete="CASCADE"), primary_key=True),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("place", sa.String(10), nullable=False),  # thread | room: where they first met
    sa.Column("place_id", sa.BigInteger, nullable=False),
    sa.Column("told_at", Ms, nullable=False),
    sa.Column("again_at", Ms, nullable=False),  # when it was last said again
    sa.Column("talked_since", Ms, nullable=False),  # of the talk that goes on
    sa.Column("talked_at", Ms, nullable=False),
    sa.Index("ix_ai_disclosures_account", "account_id"),
)

ai_marks = sa.Table(  # keyed hashes of what AIs of this server wrote; no text
    "ai_marks",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("mark", sa.BigInteger, nullable=False),  # 64 bits of the keyed hash
    sa.Column("kind", sa.String(8), nullable=False),  # whole | shingle
    # No foreign key: an answer is still recognised after its AI was deleted.
    sa.Column("ai_id", sa.BigInteger, nullable=False),
    sa.Column("item_id", sa.BigInteger, nullable=False),  # the post or line
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_ai_marks_mark", "mark"),
    sa.Index("ix_ai_marks_item", "item_id"),
)
