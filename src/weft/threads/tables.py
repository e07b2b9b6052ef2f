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
    sa.Column("poll_id", sa.BigInteger),
    sa.Column("card_id", sa.BigInteger),  # the page behind its first link
    sa.Column("quote_of_id", sa.BigInteger),  # NULL also when what is quoted is not known here
    sa.Column("quote_uri", sa.Text),  # of what is quoted
    sa.Column("quote_state", sa.String(10)),  # pending|accepted|rejected|revoked|deleted
    sa.Column(
        "quote_policy", sa.String(10), nullable=False, server_default="nobody"
    ),  # who may quote it: public|followers|nobody
    sa.Column("quotes_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("replies_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("boosts_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("likes_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("edited_at", Ms),
    sa.Column("reactions_count", sa.Integer, nullable=False, server_default="0"),  # with emoji
    sa.Column("policy", Json),  # who may do what with it: threads.consent.Policy; NULL: the usual
    sa.Column("approval", sa.String(10)),  # of what it answers or boosts: pending|accepted|rejected
    sa.Column("expires_at", Ms),  # when it goes by itself
    sa.Column("audience_id", sa.BigInteger),  # the group it was written to
    # Other languages or opt-outs of its own are in post_details; nearly never, and then it is read.
    sa.Column("extras", sa.Boolean, nullable=False, server_default=sa.false()),
    # Its server counts answers, boosts or likes of it: those are in post_details too.
    sa.Column("counted", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column(  # one more with every change of the row: threads.ready keeps posts by it
        "version",
        sa.Integer,
        nullable=False,
        server_default="0",
        onupdate=sa.literal_column("posts.version + 1"),
    ),
    sa.UniqueConstraint("author_id", "boost_of_id"),
    sa.Index("ix_posts_author", "author_id", "id"),
    sa.Index("ix_posts_thread", "thread_id", "id"),
    sa.Index("ix_posts_reply_to", "reply_to_id"),
    sa.Index("ix_posts_reply_to_uri", "reply_to_uri"),
    sa.Index("ix_posts_boost_of", "boost_of_id"),
    sa.Index("ix_posts_public", "visibility", "local", "id"),
    sa.Index(  # of boosts and others without a page both are the same
        "ix_posts_url",
        "url",
        sqlite_where=sa.text("url <> uri"),
        postgresql_where=sa.text("url <> uri"),
    ),
    *(
        # Few posts have one: the others cost nothing.
        sa.Index(
            f"ix_posts_{name}",
            f"{name}_id",
            "id",
            sqlite_where=sa.text(f"{name}_id IS NOT NULL"),
            postgresql_where=sa.text(f"{name}_id IS NOT NULL"),
        )
        for name in ("quote_of", "card", "audience")
    ),
    sa.Index(
        "ix_posts_expires",
        "expires_at",
        sqlite_where=sa.text("expires_at IS NOT NULL"),
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    ),
)

post_details = sa.Table(  # what another server says of its post, that no timeline needs
    "post_details",
    metadata,
    sa.Column("post_id", Id, sa.ForeignKey(_post, ondelete="CASCADE"), primary_key=True),
    sa.Column("context_uri", sa.Text),  # the whole conversation
    sa.Column("replies_uri", sa.Text),
    sa.Column("replies_count", sa.Integer),  # as its server counts
    sa.Column("likes_count", sa.Integer),
    sa.Column("boosts_count", sa.Integer),
    sa.Column("counted_at", Ms),
    sa.Column("content_map", Json),  # {language: {html (safe), spoiler}}: further ones
    sa.Column("signals", Json),  # FEP-5e53: ["noai", "noindex", …]
)

emoji_reactions = sa.Table(
    "emoji_reactions",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE"), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),  # "🎉", or "blobcat@server" for its own
    sa.Column("url", sa.Text, nullable=False),  # of the picture; "" for Unicode
    sa.Column("uri", sa.Text, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("post_id", "account_id", "name"),
    sa.Index("ix_emoji_reactions_account", "account_id", "id"),
)

stamps = sa.Table(  # somebody agreed to what another did with their post; shown to whoever asks
    "stamps",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("uri", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.String(8), nullable=False),  # like|reply|announce|quote|feature|invoke
    sa.Column("interacting", sa.Text, nullable=False),  # uri of what was done
    sa.Column("target", sa.Text, nullable=False),  # uri of what it was done with
    sa.Column(
        "giver_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("checked_at", Ms, nullable=False),
    sa.Column("revoked_at", Ms),
    # Of one kind alone, of who is shown in a collection, several are given for the same.
    sa.UniqueConstraint("kind", "interacting", "target"),
    sa.Index("ix_stamps_giver", "giver_id", "id"),
)

interaction_requests = sa.Table(  # somebody would like to, and waits for a member's yes
    "interaction_requests",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(8), nullable=False),  # as in stamps
    sa.Column(
        "owner_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),  # who is asked
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),  # who asks
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE"), nullable=False),
    sa.Column("interacting", sa.Text, nullable=False),  # uri of what would be done
    sa.Column("interacting_id", sa.BigInteger),  # the post, where it is one and kept already
    sa.Column("uri", sa.Text, nullable=False),  # of the activity that asks; "" for none
    sa.Column("state", sa.String(10), nullable=False),  # pending|accepted|rejected
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("decided_at", Ms),
    sa.UniqueConstraint("kind", "interacting"),
    sa.Index("ix_interaction_requests_owner", "owner_id", "state", "id"),
    sa.Index("ix_interaction_requests_account", "account_id"),
    sa.Index("ix_interaction_requests_post", "post_id"),
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
    sa.Column("poll", Json),  # the options it had: ["title", …]
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

tag_settings = sa.Table(  # of those tags that an admin looked at
    "tag_settings",
    metadata,
    sa.Column("tag", sa.String(255), primary_key=True),  # folded
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("usable", sa.Boolean, nullable=False),
    sa.Column("listable", sa.Boolean, nullable=False),
    sa.Column("trendable", sa.Boolean, nullable=False),
    sa.Column("reviewed_at", Ms),
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
    sa.Column("kind", sa.String(30), nullable=False),  # Mastodon's names: mention, favourite, …
    sa.Column(
        "from_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE")),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("group_key", sa.String(80)),  # what belongs together is shown together
    sa.Column("filtered", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("data", Json),  # of kinds that are about neither a post nor a follow
    sa.UniqueConstraint("account_id", "kind", "from_id", "post_id"),
    sa.Index("ix_notifications_account", "account_id", "id"),
    sa.Index("ix_notifications_group", "account_id", "group_key", "id"),
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
    # Whether everybody could see it: of what was hidden nobody is told that it was there.
    sa.Column("open", sa.Boolean, nullable=False, server_default=sa.false()),
)

notification_policies = sa.Table(  # what is done with notifications of those one may not know
    "notification_policies",
    metadata,
    sa.Column("account_id", Id, sa.ForeignKey(_account, ondelete="CASCADE"), primary_key=True),
    # accept | filter | drop, each
    sa.Column("for_not_following", sa.String(6), nullable=False),
    sa.Column("for_not_followers", sa.String(6), nullable=False),
    sa.Column("for_new_accounts", sa.String(6), nullable=False),
    sa.Column("for_private_mentions", sa.String(6), nullable=False),
    sa.Column("for_limited_accounts", sa.String(6), nullable=False),
)

notification_requests = sa.Table(  # filtered ones, by who sent them, until the member decides
    "notification_requests",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column(
        "from_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("last_post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="SET NULL")),
    sa.Column("notifications_count", sa.Integer, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("updated_at", Ms, nullable=False),
    sa.UniqueConstraint("account_id", "from_id"),
    sa.Index("ix_notification_requests_account", "account_id", "id"),
)

notification_permissions = sa.Table(  # whose notifications are never filtered
    "notification_permissions",
    metadata,
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), primary_key=True
    ),
    sa.Column(
        "from_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), primary_key=True
    ),
)

pins = sa.Table(  # posts that stand on top of their author's profile
    "pins",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey(_post, ondelete="CASCADE"), nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("account_id", "post_id"),
    sa.Index("ix_pins_post", "post_id"),
)

polls = sa.Table(
    "polls",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "post_id",
        sa.BigInteger,
        sa.ForeignKey(_post, ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    sa.Column("options", Json, nullable=False),  # ["title", …]
    sa.Column("votes", Json, nullable=False),  # [how many for each option]
    sa.Column("voters_count", sa.Integer, nullable=False),
    sa.Column("multiple", sa.Boolean, nullable=False),
    sa.Column("hide_totals", sa.Boolean, nullable=False),
    sa.Column("expires_at", Ms),  # NULL: never
    sa.Column("checked_at", Ms),  # when its server was last asked for the counts
)

poll_votes = sa.Table(
    "poll_votes",
    metadata,
    sa.Column(
        "poll_id", sa.BigInteger, sa.ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("choice", sa.Integer, primary_key=True),  # from 0
    sa.Column("uri", sa.Text, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_poll_votes_account", "account_id", "poll_id"),
)

cards = sa.Table(  # what is behind a link, as its page says it
    "cards",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("url", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.String(6), nullable=False),  # link | photo | video | rich
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("language", sa.String(20)),
    sa.Column("author_name", sa.Text, nullable=False),
    sa.Column("author_url", sa.Text, nullable=False),
    sa.Column("provider_name", sa.Text, nullable=False),
    sa.Column("provider_url", sa.Text, nullable=False),
    sa.Column("image", sa.Text, nullable=False),  # blob key; "" for none
    sa.Column("image_description", sa.Text, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("blurhash", sa.String(120)),
    sa.Column("published_at", Ms),
    sa.Column("fetched_at", Ms),  # NULL: not yet
    sa.Column("error", sa.Text),  # why there is nothing to show
)

scheduled_posts = sa.Table(  # said later
    "scheduled_posts",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey(_account, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("at", Ms, nullable=False),
    sa.Column("draft", Json, nullable=False),  # threads.model.Draft
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_scheduled_posts_account", "account_id", "at"),
)

custom_emojis = sa.Table(
    "custom_emojis",
    metadata,
    sa.Column("shortcode", sa.String(64), primary_key=True),
    sa.Column("blob", sa.Text, nullable=False),
    sa.Column("static_blob", sa.Text, nullable=False),
    sa.Column("category", sa.Text),
    sa.Column("visible", sa.Boolean, nullable=False),  # in pickers
    sa.Column("created_at", Ms, nullable=False),
)
