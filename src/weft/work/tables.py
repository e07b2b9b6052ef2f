"""The event log and the jobs."""

import sqlalchemy as sa

from weft.store.schema import Id, Json, Ms, metadata

events = sa.Table(
    "events",
    metadata,
    sa.Column("position", Id, primary_key=True, autoincrement=True),
    sa.Column("at", Ms, nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("actor_id", sa.BigInteger),  # whose doing it is
    sa.Column("subject_id", sa.BigInteger),  # the post, account or notification it is about
    sa.Column("data", Json, nullable=False),
)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("pool", sa.String(20), nullable=False),
    sa.Column("lane", sa.String(300)),  # one at a time and in order within a lane; NULL: free
    sa.Column("key", sa.String(300)),  # at most one unfinished job per key
    sa.Column("payload", Json, nullable=False),
    sa.Column("run_at", Ms, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease", sa.String(40)),  # who works on it
    sa.Column("lease_until", Ms, nullable=False, server_default="0"),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("dead_at", Ms),  # given up; kept for the admin to see
    sa.Column("error", sa.Text),
    sa.Index("ix_jobs_due", "pool", "dead_at", "run_at"),
    sa.Index("ix_jobs_lane", "lane", "id"),
    sa.Index("uq_jobs_key", "key", unique=True),
)
