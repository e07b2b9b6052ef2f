"""How what members arrange for their reading is kept: lists, tags, filters, conversations."""

import sqlalchemy as sa

from weft.store.schema import Id, Json, Ms, metadata

_account = "accounts.id"
_post = "posts.id"

lists = sa.Table(
    "lists",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("replies_policy", sa.String(10), nullable=False),  # followed | list | none
    sa.Column("exclusive", sa.Boolean, nullable=False),  # its members do not enter home
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_lists_account", "account_id", "id"),
)

list_members = sa.Table(
    "list_members",
    metadata,
    sa.Column(
        "list_id", sa.BigInteger, sa.ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_list_members_account", "account_id", "list_id"),
)

list_posts = sa.Table(  # what stands in which list; written when a post is, like ``home``
    "list_posts",
    metadata,
    sa.Column(
        "list_id", sa.BigInteger, sa.ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE"), primary_key=True),
    sa.Column("author_id", sa.BigInteger, nullable=False),
    sa.Index("ix_list_posts_post", "post_id"),
    sqlite_with_rowid=False,
)

tag_follows = sa.Table(  # tags whose public posts enter a home timeline
    "tag_follows",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("tag", sa.String(255), nullable=False),  # folded
    sa.Column("name", sa.String(255), nullable=False),  # as written
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("account_id", "tag"),
    sa.Index("ix_tag_follows_tag", "tag", "account_id"),
)

featured_tags = sa.Table(  # tags on a profile
    "featured_tags",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("tag", sa.String(255), nullable=False),  # folded
    sa.Column("name", sa.String(255), nullable=False),  # as written
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("account_id", "tag"),
)

filters = sa.Table(
    "filters",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("context", Json, nullable=False),  # [home|notifications|public|thread|account]
    sa.Column("action", sa.String(5), nullable=False),  # warn | hide | blur
    sa.Column("expires_at", Ms),
    sa.Column("updated_at", Ms, nullable=False),
    sa.Index("ix_filters_account", "account_id", "id"),
)

filter_keywords = sa.Table(
    "filter_keywords",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "filter_id", sa.BigInteger, sa.ForeignKey("filters.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("keyword", sa.Text, nullable=False),
    sa.Column("whole_word", sa.Boolean, nullable=False),
    sa.Index("ix_filter_keywords_filter", "filter_id", "id"),
)

filter_posts = sa.Table(  # single posts that a filter is for
    "filter_posts",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "filter_id", sa.BigInteger, sa.ForeignKey("filters.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE"), nullable=False),
    sa.UniqueConstraint("filter_id", "post_id"),
    sa.Index("ix_filter_posts_post", "post_id"),
)

conversations = sa.Table(  # direct threads, for each local member who is in them
    "conversations",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("thread_id", sa.BigInteger, nullable=False),
    sa.Column("members", Json, nullable=False),  # account ids of the others, as strings
    sa.Column("last_post_id", sa.BigInteger, nullable=False),
    sa.Column("unread", sa.Boolean, nullable=False),
    sa.UniqueConstraint("account_id", "thread_id"),
    sa.Index("ix_conversations_account", "account_id", "last_post_id"),
)
