"""How posts and what belongs to them are kept.

A post row holds all that is needed to show it (mentions, tags and media as JSON beside the HTML),
so that a timeline is one join with its authors. The small tables beside it are for finding.
"""

import sqlalchemy as sa

from weft.store.schema import Id, Json, Ms, metadata

_account = "accounts.id"
_post = "posts.id"

posts = sa.Table(
    "posts",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("uri", sa.Text, nullable=False, unique=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column(
        "author_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("local", sa.Boolean, nullable=False),
    sa.Column("thread_id", sa.BigInteger, nullable=False),  # the root post's id
    sa.Column(
        "reply_to_id", sa.BigInteger
    ),  # may be gone; then reply_to_uri still says what it was
    sa.Column("reply_to_author_id", sa.BigInteger),
    sa.Column("reply_to_uri", sa.Text),
    sa.Column("boost_of_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE")),
    sa.Column("visibility", sa.String(10), nullable=False),  # public|unlisted|private|direct
    sa.Column("source", sa.Text, nullable=False),  # as written; "" for remote posts
    sa.Column("format", sa.String(10), nullable=False),  # plain | markdown | html (remote)
    sa.Column("html", sa.Text, nullable=False),  # safe
    sa.Column("spoiler", sa.Text, nullable=False),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    sa.Column("language", sa.String(20)),
    sa.Column(
        "mentions", Json, nullable=False
    ),  # [{id, username, acct, url, uri}] (ids as strings)
    sa.Column("tags", Json, nullable=False),  # ["name", …] as written
    sa.Column("media", Json, nullable=False),  # [threads.model.Media as JSON]
    sa.Column("emojis", Json, nullable=False),  # [{shortcode, url, static_url}]
    sa.Column("ai", Json),  # on what an AI wrote: {sources [...], model, trigger (post id)}
    sa.Column("no_ai", sa.Boolean, nullable=False),  # on a thread's root: AIs stay out
    sa.Column("app", Json),  # {name, website}
    sa.Column("replies_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("boosts_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("likes_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("edited_at", Ms),
    sa.UniqueConstraint("author_id", "boost_of_id"),
    sa.Index("ix_posts_author", "author_id", "id"),
    sa.Index("ix_posts_thread", "thread_id", "id"),
    sa.Index("ix_posts_reply_to", "reply_to_id"),
    sa.Index("ix_posts_reply_to_uri", "reply_to_uri"),
    sa.Index("ix_posts_boost_of", "boost_of_id"),
    sa.Index("ix_posts_public", "visibility", "local", "id"),
)

post_edits = sa.Table(  # what a post was before each edit
    "post_edits",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE"), nullable=False),
    sa.Column("at", Ms, nullable=False),  # when that version was written
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("spoiler", sa.Text, nullable=False),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    sa.Column("media", Json, nullable=False),
    sa.Index("ix_post_edits_post", "post_id", "id"),
)

post_mentions = sa.Table(
    "post_mentions",
    metadata,
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE"), primary_key=True),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), primary_key=True
    ),
    sa.Index("ix_post_mentions_account", "account_id", "post_id"),
)

post_tags = sa.Table(
    "post_tags",
    metadata,
    sa.Column("tag", sa.String(255), primary_key=True),  # folded
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE"), primary_key=True),
    sa.Index("ix_post_tags_post", "post_id"),
)

home = sa.Table(  # what stands in whose home timeline; written when a post is
    "home",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE"), primary_key=True),
    sa.Column("author_id", sa.BigInteger, nullable=False),
    sa.Index("ix_home_author", "account_id", "author_id"),
    sa.Index("ix_home_post", "post_id"),
    sqlite_with_rowid=False,
)

likes = sa.Table(
    "likes",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE"), nullable=False),
    sa.Column("uri", sa.Text, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("account_id", "post_id"),
    sa.Index("ix_likes_account", "account_id", "id"),
    sa.Index("ix_likes_post", "post_id", "id"),
)

bookmarks = sa.Table(
    "bookmarks",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE"), nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("account_id", "post_id"),
    sa.Index("ix_bookmarks_account", "account_id", "id"),
    sa.Index("ix_bookmarks_post", "post_id"),
)

media = sa.Table(
    "media",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "owner_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("post_id", sa.BigInteger),
    sa.Column("mime", sa.String(40), nullable=False),
    sa.Column("blob", sa.Text, nullable=False),  # key of the picture; "" until it is processed
    sa.Column("small", sa.Text, nullable=False),  # key of the small size
    sa.Column("upload", sa.Text, nullable=False),  # key of the bytes that came, until processed
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    sa.Column("small_width", sa.Integer),
    sa.Column("small_height", sa.Integer),
    sa.Column("blurhash", sa.String(120)),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("focus_x", sa.Float, nullable=False, server_default="0"),
    sa.Column("focus_y", sa.Float, nullable=False, server_default="0"),
    sa.Column("error", sa.Text),
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_media_owner", "owner_id", "post_id"),
    sa.Index("ix_media_post", "post_id"),
    sa.Index("ix_media_blob", "blob"),
    sa.Index("ix_media_small", "small"),
    sa.Index("ix_media_upload", "upload"),
)

notifications = sa.Table(
    "notifications",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("kind", sa.String(20), nullable=False),  # Mastodon's names: mention, favourite, …
    sa.Column(
        "from_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE")),
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("account_id", "kind", "from_id", "post_id"),
    sa.Index("ix_notifications_account", "account_id", "id"),
    sa.Index("ix_notifications_post", "post_id"),
)

markers = sa.Table(
    "markers",
    metadata,
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("timeline", sa.String(20), primary_key=True),
    sa.Column("last_read_id", sa.String(30), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated_at", Ms, nullable=False),
)

muted_threads = sa.Table(
    "muted_threads",
    metadata,
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("thread_id", sa.BigInteger, primary_key=True),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("post_id", sa.BigInteger, nullable=False),
    sa.Column("at", Ms, nullable=False),
)

tombstones = sa.Table(  # what was here and is not: a copy that arrives late stays out
    "tombstones",
    metadata,
    sa.Column("uri", sa.Text, primary_key=True),
    sa.Column("at", Ms, nullable=False),
)
