"""Notes of an AI, each within its scope and with its source; and the versions of what it is."""

import sqlalchemy as sa

from weft.store.schema import Id, Json, Ms, metadata

_account = "accounts.id"
_ai = "ais.account_id"

ai_notes = sa.Table(
    "ai_notes",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("ai_id", sa.BigInteger, sa.ForeignKey(_ai, ondelete="CASCADE"), nullable=False),
    sa.Column("scope", sa.String(10), nullable=False),  # public | room | person
    sa.Column("scope_id", sa.BigInteger, nullable=False),  # room or person; 0 for public
    # Whose own words they are.
    sa.Column(
        "about_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("kind", sa.String(12), nullable=False),  # fact | preference | episode | pledge
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("edited", sa.Boolean, nullable=False),  # by the person
    sa.Column("uses", sa.Integer, nullable=False),
    sa.Column("used_at", Ms),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("expires_at", Ms),
    sa.Index("ix_ai_notes_scope", "ai_id", "scope", "scope_id", "id"),
    sa.Index("ix_ai_notes_about", "about_id", "ai_id"),
    sa.Index("ix_ai_notes_expires", "expires_at"),
)

ai_note_sources = sa.Table(  # a note goes when the last of its sources goes
    "ai_note_sources",
    metadata,
    sa.Column(
        "note_id", sa.BigInteger, sa.ForeignKey("ai_notes.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("source_id", sa.BigInteger, primary_key=True, autoincrement=False),  # post or line
    sa.Index("ix_ai_note_sources_source", "source_id"),
)

ai_memory_pauses = sa.Table(  # "do not remember me"
    "ai_memory_pauses",
    metadata,
    sa.Column("ai_id", sa.BigInteger, sa.ForeignKey(_ai, ondelete="CASCADE"), primary_key=True),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_ai_memory_pauses_account", "account_id"),
)

ai_versions = sa.Table(  # immutable once decided; the newest accepted one is live
    "ai_versions",
    metadata,
    sa.Column("ai_id", sa.BigInteger, sa.ForeignKey(_ai, ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("parent", sa.Integer),
    sa.Column("author_id", sa.BigInteger),  # NULL: proposed by the server from public life
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("core", sa.Text, nullable=False),  # its owner's words: never changed by a proposal
    sa.Column("current", sa.Text, nullable=False),  # recent interests, running jokes; a few lines
    sa.Column("bounds", Json, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),  # proposed | accepted | rejected
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("decided_at", Ms),
)
