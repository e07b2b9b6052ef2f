"""Peers, outgoing activities, inboxes that are gone, what was seen, and what is fetched of others."""

import sqlalchemy as sa

from weft.store.schema import Id, Ms, metadata

outgoing = sa.Table(  # an activity, written once however many inboxes it goes to
    "outgoing",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("actor_id", sa.BigInteger, nullable=False),  # whose key signs it
    sa.Column("kind", sa.String(20), nullable=False),  # Create, Follow, …
    sa.Column("object", sa.Text, nullable=False),  # uri of what it is about
    sa.Column("body", sa.Text, nullable=False),  # JSON, exactly as sent
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_outgoing_created_at", "created_at"),
)

peers = sa.Table(  # how another server is doing: the breaker, and what it runs
    "peers",
    metadata,
    sa.Column("host", sa.String(300), primary_key=True),  # with its port, if it has one
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),  # in a row
    sa.Column("opened_at", Ms),  # since when it is known to be down
    sa.Column("probe_at", Ms, nullable=False, server_default="0"),  # when it is tried again
    sa.Column("last_ok_at", Ms, nullable=False, server_default="0"),  # it took something from us
    sa.Column("heard_at", Ms, nullable=False, server_default="0"),  # it sent us something, signed
    sa.Column("error", sa.Text, nullable=False, server_default=""),
    sa.Column("software", sa.Text, nullable=False, server_default=""),
    sa.Column("signature", sa.String(10), nullable=False, server_default=""),  # cavage | rfc9421
    sa.Column("touched_at", Ms, nullable=False),
    sa.Index("ix_peers_failures", "failures"),
    sa.Index("ix_peers_touched_at", "touched_at"),
)

gone_inboxes = sa.Table(  # answered 410: nothing is sent there until the host is heard of again
    "gone_inboxes",
    metadata,
    sa.Column("inbox", sa.Text, primary_key=True),
    sa.Column("host", sa.String(300), nullable=False),
    sa.Column("at", Ms, nullable=False),
    sa.Index("ix_gone_inboxes_host", "host"),
)

seen = sa.Table(  # activities that arrived, so that one sent twice is done once
    "seen",
    metadata,
    sa.Column("mark", sa.String(64), primary_key=True),  # SHA-256: ids are long and strangers'
    sa.Column("at", Ms, nullable=False),
    sa.Index("ix_seen_at", "at"),
    sqlite_with_rowid=False,
)

backfills = sa.Table(  # how far a conversation was read at the servers where it is held
    "backfills",
    metadata,
    sa.Column("thread_id", Id, primary_key=True, autoincrement=False),
    sa.Column("running", sa.Boolean, nullable=False),
    sa.Column("found", sa.Integer, nullable=False),  # posts, the last time
    sa.Column("asked_at", Ms, nullable=False),
    sa.Column("complete_at", Ms),  # everything there was to be found was, then
    sa.Column("next_at", Ms, nullable=False),  # not again before
    sa.Index("ix_backfills_asked", "asked_at"),
)

remote_media = sa.Table(  # pictures of elsewhere that are kept here for a while
    "remote_media",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),  # SHA-256 of the address
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("blob", sa.Text, nullable=False),  # "" while it is not here
    sa.Column("mime", sa.String(100), nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("used_at", Ms, nullable=False),
    sa.Column("again_at", Ms),  # it could not be had, and is not asked for again before
    sa.Column("error", sa.Text, nullable=False, server_default=""),
    sa.Index("ix_remote_media_used", "used_at"),
)
