"""Where an AI's documents come from, their packs, and questions with answers that were approved."""

import sqlalchemy as sa

from weft.store.schema import Id, Ms, metadata

_ai = "ais.account_id"


def _of_ai(*, key: bool = False) -> sa.Column[int]:
    return sa.Column(
        "ai_id",
        sa.BigInteger,
        sa.ForeignKey(_ai, ondelete="CASCADE"),
        nullable=False,
        primary_key=key,
    )


ai_sources = sa.Table(
    "ai_sources",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    _of_ai(),
    sa.Column("kind", sa.String(10), nullable=False),  # file | page | feed | posts
    sa.Column("uri", sa.Text, nullable=False),  # name of the file, address, or account
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),  # ready | waiting | failed
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("etag", sa.Text, nullable=False),
    sa.Column("modified", sa.Text, nullable=False),  # Last-Modified, as it came
    sa.Column("every", Ms),  # how often it is read again; NULL: never
    sa.Column("fetched_at", Ms),
    sa.Column("next_at", Ms),
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("ai_id", "kind", "uri"),
    sa.Index("ix_ai_sources_next", "next_at"),
)

ai_documents = sa.Table(
    "ai_documents",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    _of_ai(),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("url", sa.Text),
    sa.Column("source", sa.Text, nullable=False),  # file name it came from
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("source_id", sa.BigInteger),  # of ai_sources; NULL: a file of a folder
    sa.Column("hash", sa.String(64), nullable=False, server_default=""),  # SHA-256 of the text
    sa.Column("fetched_at", Ms),
    sa.UniqueConstraint("ai_id", "source"),
    sa.Index("ix_ai_documents_source", "source_id"),
)

ai_packs = sa.Table(  # all passages of one version, ready to be searched
    "ai_packs",
    metadata,
    _of_ai(key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("passages", sa.Integer, nullable=False),
    sa.Column("blob", sa.LargeBinary, nullable=False),  # compressed
    sa.Column("created_at", Ms, nullable=False),
)

ai_answers = sa.Table(  # exact answers, served before any engine is asked
    "ai_answers",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    _of_ai(),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("key", sa.String(64), nullable=False),  # hash of the question's words
    sa.Column("answer", sa.Text, nullable=False),  # "" while nobody has written one
    sa.Column("language", sa.String(20)),
    sa.Column("state", sa.String(10), nullable=False),  # proposed | approved | rejected
    sa.Column("asked", sa.Integer, nullable=False),  # how often it stayed without an answer
    sa.Column("approved_by", sa.BigInteger),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("updated_at", Ms, nullable=False),
    sa.UniqueConstraint("ai_id", "key"),
    sa.Index("ix_ai_answers_state", "ai_id", "state", "asked"),
)
