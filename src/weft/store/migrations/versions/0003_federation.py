"""What federation keeps: consent, reactions, backfills, keys, pictures of elsewhere, lists."""

from hashlib import sha256
from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backfills",
        sa.Column(
            "thread_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("complete_at", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("thread_id", name=op.f("pk_backfills")),
    )
    op.create_index("ix_backfills_asked", "backfills", ["asked_at"], unique=False)
    op.create_table(
        "domain_lists",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("waiting", sa.JSON(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.Column("applied_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domain_lists")),
        sa.UniqueConstraint("url", name=op.f("uq_domain_lists_url")),
    )
    op.create_table(
        "remote_media",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("mime", sa.String(length=100), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("again_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_remote_media")),
    )
    op.create_index("ix_remote_media_used", "remote_media", ["used_at"], unique=False)
    op.create_table(
        "moves",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_moves_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moves")),
    )
    op.create_index("ix_moves_account", "moves", ["account_id", "id"], unique=False)
    op.create_table(
        "remote_details",
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("followers_count", sa.Integer(), nullable=True),
        sa.Column("following_count", sa.Integer(), nullable=True),
        sa.Column("posts_count", sa.Integer(), nullable=True),
        sa.Column("counted_at", sa.BigInteger(), nullable=True),
        sa.Column("backfilled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_remote_details_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_remote_details")),
    )
    op.create_table(
        "stamps",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("interacting", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("giver_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["giver_id"],
            ["accounts.id"],
            name=op.f("fk_stamps_giver_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamps")),
        sa.UniqueConstraint("kind", "interacting", name=op.f("uq_stamps_kind_interacting")),
        sa.UniqueConstraint("uri", name=op.f("uq_stamps_uri")),
    )
    op.create_index("ix_stamps_giver", "stamps", ["giver_id", "id"], unique=False)
    op.create_table(
        "emoji_reactions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_emoji_reactions_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["posts.id"],
            name=op.f("fk_emoji_reactions_post_id_posts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emoji_reactions")),
        sa.UniqueConstraint(
            "post_id", "account_id", "name", name=op.f("uq_emoji_reactions_post_id_account_id_name")
        ),
    )
    op.create_index(
        "ix_emoji_reactions_account", "emoji_reactions", ["account_id", "id"], unique=False
    )
    op.create_table(
        "interaction_requests",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("interacting", sa.Text(), nullable=False),
        sa.Column("interacting_id", sa.BigInteger(), nullable=True),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_interaction_requests_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["accounts.id"],
            name=op.f("fk_interaction_requests_owner_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["posts.id"],
            name=op.f("fk_interaction_requests_post_id_posts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interaction_requests")),
        sa.UniqueConstraint(
            "kind", "interacting", name=op.f("uq_interaction_requests_kind_interacting")
        ),
    )
    op.create_index(
        "ix_interaction_requests_account", "interaction_requests", ["account_id"], unique=False
    )
    op.create_index(
        "ix_interaction_requests_owner",
        "interaction_requests",
        ["owner_id", "state", "id"],
        unique=False,
    )
    op.create_index(
        "ix_interaction_requests_post", "interaction_requests", ["post_id"], unique=False
    )
    op.create_table(
        "post_details",
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("context_uri", sa.Text(), nullable=True),
        sa.Column("replies_uri", sa.Text(), nullable=True),
        sa.Column("replies_count", sa.Integer(), nullable=True),
        sa.Column("likes_count", sa.Integer(), nullable=True),
        sa.Column("boosts_count", sa.Integer(), nullable=True),
        sa.Column("counted_at", sa.BigInteger(), nullable=True),
        sa.Column("content_map", sa.JSON(), nullable=True),
        sa.Column("signals", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["posts.id"],
            name=op.f("fk_post_details_post_id_posts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_post_details")),
    )
    op.add_column("domain_rules", sa.Column("list_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_domain_rules_list", "domain_rules", ["list_id"], unique=False)
    op.add_column(
        "peers", sa.Column("signature", sa.String(length=10), server_default="", nullable=False)
    )
    op.add_column("polls", sa.Column("checked_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "posts", sa.Column("reactions_count", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("posts", sa.Column("policy", sa.JSON(), nullable=True))
    op.add_column("posts", sa.Column("approval", sa.String(length=10), nullable=True))
    op.add_column("posts", sa.Column("expires_at", sa.BigInteger(), nullable=True))
    op.add_column("posts", sa.Column("audience_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "posts", sa.Column("extras", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column(
        "posts", sa.Column("counted", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_index(
        "ix_posts_audience",
        "posts",
        ["audience_id", "id"],
        unique=False,
        sqlite_where=sa.text("audience_id IS NOT NULL"),
        postgresql_where=sa.text("audience_id IS NOT NULL"),
    )
    op.create_index(
        "ix_posts_expires",
        "posts",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("expires_at IS NOT NULL"),
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.add_column("private_keys", sa.Column("ed25519", sa.Text(), nullable=True))
    _change_lanes(op.get_bind())


def _change_lanes(connection: sa.Connection) -> None:
    """What waits to be delivered: in lanes by host and by what it is about, where it was one lane for
    each host.
    """
    jobs = sa.table(
        "jobs",
        *map(sa.column, ("id", "kind", "lane", "created_at")),
        sa.column("payload", sa.JSON()),
    )
    outgoing = sa.table("outgoing", sa.column("id"), sa.column("object"))
    kept = connection.execute(sa.select(outgoing.c.id, outgoing.c.object)).all()
    about: dict[int, str] = {row.id: row.object for row in kept}
    waiting = sa.select(jobs.c.id, jobs.c.lane, jobs.c.payload, jobs.c.created_at).where(
        jobs.c.kind == "federation.deliver"
    )
    for row in connection.execute(waiting).all():
        thing = about.get(row.payload["outgoing"], "").encode()
        if row.lane.startswith("aside:"):
            host = row.lane.removeprefix("aside:").partition(":http")[0]
            number = sha256(thing).hexdigest()[:20]
        else:
            host, number = row.lane.removeprefix("deliver:"), crc32(thing) % 4
        connection.execute(
            jobs.update()
            .where(jobs.c.id == row.id)
            .values(
                lane=f"deliver:{host}/{number}",
                created_at=row.payload.get("since", row.created_at),
            )
        )
