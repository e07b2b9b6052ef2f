"""How what many look at is kept: trends and what admins decided about them."""

import sqlalchemy as sa

from weft.store.schema import Json, Ms, metadata

trends = sa.Table(  # made anew by a job; read as it stands
    "trends",
    metadata,
    sa.Column("kind", sa.String(6), primary_key=True),  # tag | post | link
    sa.Column("key", sa.String(255), primary_key=True),  # folded tag, post id, card id
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("name", sa.String(255), nullable=False),  # of a tag: as it is written; else ""
    sa.Column("history", Json, nullable=False),  # [{day, uses, accounts}], today first
    sa.Index("ix_trends_score", "kind", "score"),
)

trend_reviews = sa.Table(
    "trend_reviews",
    metadata,
    sa.Column("kind", sa.String(10), primary_key=True),  # tag | post | link | publisher | author
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("allowed", sa.Boolean, nullable=False),
    sa.Column("at", Ms, nullable=False),
)
