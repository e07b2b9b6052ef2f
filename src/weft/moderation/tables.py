"""How what admins do is kept: reports, what is kept out, what they tell everyone."""

import sqlalchemy as sa

from weft.store.schema import Id, Json, Ms, metadata

_account = "accounts.id"

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("uri", sa.Text, nullable=False, unique=True),  # of the Flag activity
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column(
        "target_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("category", sa.String(10), nullable=False),  # spam | legal | violation | other
    sa.Column("post_ids", Json, nullable=False),  # as strings
    sa.Column("rule_ids", Json, nullable=False),
    sa.Column("collection_ids", Json, nullable=False),
    sa.Column("line_ids", Json, nullable=False, server_default="[]"),  # of rooms
    sa.Column("forwarded", sa.Boolean, nullable=False),
    sa.Column("assigned_to", sa.BigInteger),
    sa.Column("acted_at", Ms),
    sa.Column("acted_by", sa.BigInteger),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("updated_at", Ms, nullable=False),
    sa.Index("ix_reports_target", "target_id", "id"),
    sa.Index("ix_reports_account", "account_id", "id"),
)

domain_rules = sa.Table(  # servers that are limited or kept out
    "domain_rules",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("domain", sa.String(255), nullable=False, unique=True),
    sa.Column("severity", sa.String(10), nullable=False),  # silence | suspend | noop
    sa.Column("reject_media", sa.Boolean, nullable=False),
    sa.Column("reject_reports", sa.Boolean, nullable=False),
    sa.Column("private_comment", sa.Text),
    sa.Column("public_comment", sa.Text),
    sa.Column("obfuscate", sa.Boolean, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("list_id", sa.BigInteger),  # the list that it came with; NULL: an admin's own
    sa.Index("ix_domain_rules_list", "list_id"),
)

domain_lists = sa.Table(  # lists of servers that others keep, followed here
    "domain_lists",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("url", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("severity", sa.String(10), nullable=False),  # the hardest rule it may make here
    sa.Column("automatic", sa.Boolean, nullable=False),  # small changes need no admin
    sa.Column("entries", Json, nullable=False),  # in force here: [{domain, severity, …}]
    sa.Column("waiting", Json),  # as last read, until an admin has looked; NULL: nothing new
    sa.Column("etag", sa.Text, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("fetched_at", Ms),
    sa.Column("applied_at", Ms),
    sa.Column("created_at", Ms, nullable=False),
)


domain_allows = sa.Table(
    "domain_allows",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("domain", sa.String(255), nullable=False, unique=True),
    sa.Column("created_at", Ms, nullable=False),
)

email_domain_blocks = sa.Table(
    "email_domain_blocks",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("domain", sa.String(255), nullable=False, unique=True),
    sa.Column("allow_with_approval", sa.Boolean, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
)

email_blocks = sa.Table(  # single addresses, known by their hash only
    "email_blocks",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", Ms, nullable=False),
)

ip_blocks = sa.Table(
    "ip_blocks",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("network", sa.String(50), nullable=False, unique=True),  # CIDR
    sa.Column(
        "severity", sa.String(30), nullable=False
    ),  # sign_up_requires_approval | sign_up_block | no_access
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("expires_at", Ms),
    sa.Column("created_at", Ms, nullable=False),
)

announcements = sa.Table(
    "announcements",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("starts_at", Ms),
    sa.Column("ends_at", Ms),
    sa.Column("all_day", sa.Boolean, nullable=False),
    sa.Column("published_at", Ms, nullable=False),
    sa.Column("updated_at", Ms, nullable=False),
)

announcement_reads = sa.Table(
    "announcement_reads",
    metadata,
    sa.Column(
        "announcement_id",
        sa.BigInteger,
        sa.ForeignKey("announcements.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), primary_key=True
    ),
)

announcement_reactions = sa.Table(
    "announcement_reactions",
    metadata,
    sa.Column(
        "announcement_id",
        sa.BigInteger,
        sa.ForeignKey("announcements.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("name", sa.String(64), primary_key=True),  # an emoji, or a custom one's shortcode
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("created_at", Ms, nullable=False),
)
