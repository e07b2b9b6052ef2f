"""How accounts, their keys and credentials, and their relations are kept."""

import sqlalchemy as sa

from weft.store.schema import Id, Json, Ms, metadata

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("username", sa.String(2048), nullable=False),
    sa.Column("username_fold", sa.String(2048), nullable=False),  # lower case
    sa.Column("domain", sa.String(255), nullable=False, server_default=""),  # "" is this server
    sa.Column("kind", sa.String(12), nullable=False),  # person | ai | group | application
    sa.Column("uri", sa.Text, nullable=False, unique=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("inbox", sa.Text, nullable=False, server_default=""),
    sa.Column("shared_inbox", sa.Text, nullable=False, server_default=""),
    sa.Column("followers_uri", sa.Text, nullable=False, server_default=""),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    sa.Column("bio", sa.Text, nullable=False, server_default=""),  # safe HTML
    sa.Column("bio_source", sa.Text, nullable=False, server_default=""),
    sa.Column("fields", Json, nullable=False),  # [{name, value (safe HTML), verified_at}]
    sa.Column("avatar", sa.Text, nullable=False, server_default=""),  # blob key or URL; "" default
    sa.Column("header", sa.Text, nullable=False, server_default=""),
    sa.Column("locked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("discoverable", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("indexable", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("ai", Json),  # the label of an AI: {disclosure, operator {…}|null, model|null}
    sa.Column("also_known_as", Json, nullable=False),
    sa.Column("moved_to", sa.Text),
    sa.Column("key_id", sa.Text, nullable=False, server_default=""),
    sa.Column("public_key", sa.Text, nullable=False, server_default=""),  # PEM
    sa.Column("followers_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("following_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("posts_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_post_at", Ms),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("updated_at", Ms, nullable=False),
    sa.Column("fetched_at", Ms, nullable=False, server_default="0"),  # remote ones
    sa.Column("suspended_at", Ms),
    sa.Column("silenced_at", Ms),  # limited: found by those who follow or name it only
    sa.Column("sensitized_at", Ms),  # its media is always marked sensitive
    sa.Column(
        "profile", Json
    ),  # what few set: {emojis, avatar_description, header_description, hide_collections, …}
    sa.UniqueConstraint("username_fold", "domain"),
    sa.Index("ix_accounts_domain", "domain", "id"),  # those of one server
    sa.Index("ix_accounts_active", "last_post_at"),  # the directory
    sa.Index(  # completion of names
        "ix_accounts_username",
        "username_fold",
        postgresql_ops={"username_fold": "text_pattern_ops"},
    ),
)

private_keys = sa.Table(
    "private_keys",
    metadata,
    sa.Column("account_id", Id, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("pem", sa.Text, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("ed25519", sa.Text),  # the seed of its second key, base64; signs proofs
)

remote_details = sa.Table(  # what another server says of its account besides who it is
    "remote_details",
    metadata,
    sa.Column("account_id", Id, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("keys", Json, nullable=False),  # further ones: [{id, pem, proves}]
    sa.Column("links", Json, nullable=False),  # {outbox, following, featured, featured_tags}
    sa.Column("followers_count", sa.Integer),  # as its server counts
    sa.Column("following_count", sa.Integer),
    sa.Column("posts_count", sa.Integer),
    sa.Column("counted_at", Ms),
    sa.Column("backfilled_at", Ms),  # when its posts were last read there
)

moves = sa.Table(  # members who went elsewhere
    "moves",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("target", sa.Text, nullable=False),  # uri
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_moves_account", "account_id", "id"),
)

credentials = sa.Table(
    "credentials",
    metadata,
    sa.Column("account_id", Id, sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("email", sa.String(320), nullable=False, unique=True),  # lower case
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("role", sa.String(10), nullable=False),  # user | admin
    sa.Column("preferences", Json, nullable=False),  # {language, visibility, sensitive, …}
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("approved", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("disabled_at", Ms),  # an admin froze the login
    sa.Column("reason", sa.Text),  # why they want to join, where an admin approves
    sa.Column("sign_up_ip", sa.String(45)),
    sa.Column("last_ip", sa.String(45)),
    sa.Column("last_seen_at", Ms),
)

sessions = sa.Table(  # a browser that signed in to say yes to an app
    "sessions",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column(
        "account_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("expires_at", Ms, nullable=False),
)

apps = sa.Table(
    "apps",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("client_id", sa.String(64), nullable=False, unique=True),
    sa.Column("client_secret", sa.String(64), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("website", sa.Text),
    sa.Column("redirect_uris", Json, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
)

grants = sa.Table(  # authorization codes
    "grants",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column(
        "app_id", sa.BigInteger, sa.ForeignKey("apps.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column(
        "account_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("redirect_uri", sa.Text, nullable=False),
    sa.Column("challenge", sa.String(128)),  # PKCE S256
    sa.Column("expires_at", Ms, nullable=False),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),  # SHA-256 of the token
    sa.Column("app_id", sa.BigInteger, sa.ForeignKey("apps.id", ondelete="CASCADE")),
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey("accounts.id", ondelete="CASCADE")
    ),  # NULL: the app itself
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
)

follows = sa.Table(
    "follows",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "follower_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column(
        "target_id", sa.BigInteger, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("accepted", sa.Boolean, nullable=False),  # false: a request
    sa.Column("reblogs", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("notify", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("languages", Json),
    sa.Column("uri", sa.Text, nullable=False),  # of the Follow activity
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("follower_id", "target_id"),
    sa.Index("ix_follows_target", "target_id", "accepted"),
)

blocks = sa.Table(
    "blocks",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "blocker_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column(
        "target_id", sa.BigInteger, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("uri", sa.Text, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("blocker_id", "target_id"),
    sa.Index("ix_blocks_target", "target_id"),
)

mutes = sa.Table(
    "mutes",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "muter_id", sa.BigInteger, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column(
        "target_id", sa.BigInteger, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("notifications", sa.Boolean, nullable=False),
    sa.Column("until", Ms),  # NULL: for good
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("muter_id", "target_id"),
)

account_notes = sa.Table(  # what a member writes to themselves about somebody
    "account_notes",
    metadata,
    sa.Column(
        "account_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column(
        "target_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("updated_at", Ms, nullable=False),
)

endorsements = sa.Table(  # people whom a member features on their profile
    "endorsements",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column(
        "target_id", sa.BigInteger, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("account_id", "target_id"),
)

domain_mutes = sa.Table(  # servers that a member wants to see nothing of ("domain blocks")
    "domain_mutes",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("domain", sa.String(255), nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("account_id", "domain"),
    sa.Index("ix_domain_mutes_domain", "domain"),
)

suggestion_dismissals = sa.Table(  # "do not suggest them again"
    "suggestion_dismissals",
    metadata,
    sa.Column(
        "account_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column(
        "target_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=True,
    ),
)

collections = sa.Table(  # accounts that a member shows others, under a name
    "collections",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "account_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("language", sa.String(20)),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    sa.Column("discoverable", sa.Boolean, nullable=False),
    sa.Column("tag", sa.String(255)),  # as written
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("updated_at", Ms, nullable=False),
    sa.Column("uri", sa.Text),  # of one elsewhere, which shows a member
    sa.Index("ix_collections_account", "account_id", "id"),
    sa.Index("ix_collections_uri", "uri", unique=True),
)

collection_items = sa.Table(
    "collection_items",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "collection_id",
        sa.BigInteger,
        sa.ForeignKey("collections.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column(
        "account_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("state", sa.String(10), nullable=False),  # accepted | removed | revoked
    sa.Column("created_at", Ms, nullable=False),
    sa.UniqueConstraint("collection_id", "account_id"),
    sa.Index("ix_collection_items_account", "account_id", "id"),
)

ai_choices = sa.Table(  # what a member chose about AIs in general
    "ai_choices",
    metadata,
    sa.Column(
        "account_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("posts", sa.String(10), nullable=False),  # show | warn | hide: posts made by AIs
    sa.Column("characters", sa.Boolean, nullable=False),  # may play characters with this member
    sa.Column("minor", sa.Boolean, nullable=False),
    sa.Column("keep", Json, nullable=False),  # AIs exempt from `posts`: ids
    sa.Column("updated_at", Ms, nullable=False),
)
