"""Rooms of text; turns, knowledge, memory, safety and disclosure of AIs."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROOM_SEARCH = {
    "sqlite": (
        (
            "CREATE VIRTUAL TABLE room_search"
            ' USING fts5(body, scope, tokenize="unicode61 remove_diacritics 0")'
        ),
    ),
    "postgresql": (
        (
            "CREATE TABLE room_search (line_id BIGINT PRIMARY KEY, room_id BIGINT NOT NULL,"
            " body TSVECTOR NOT NULL)"
        ),
        "CREATE INDEX ix_room_search_room ON room_search (room_id)",
        "CREATE INDEX ix_room_search_body ON room_search USING gin (body)",
    ),
}


def upgrade() -> None:
    for statement in ROOM_SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_table(
        "ai_marks",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_marks")),
    )
    op.create_index("ix_ai_marks_item", "ai_marks", ["item_id"], unique=False)
    op.create_index("ix_ai_marks_mark", "ai_marks", ["mark"], unique=False)
    op.create_table(
        "ai_usage",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "scope", "key", name=op.f("pk_ai_usage")),
    )
    op.create_table(
        "turn_lessons",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("room", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=64), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("label", sa.Float(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn_lessons")),
    )
    op.create_index("ix_turn_lessons_author", "turn_lessons", ["author"], unique=False)
    op.create_index("ix_turn_lessons_created", "turn_lessons", ["created_at"], unique=False)
    op.create_index("ix_turn_lessons_line", "turn_lessons", ["line"], unique=False)
    op.create_index("ix_turn_lessons_room", "turn_lessons", ["room", "created_at"], unique=False)
    op.create_table(
        "ai_choices",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("posts", sa.String(length=10), nullable=False),
        sa.Column("characters", sa.Boolean(), nullable=False),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column("keep", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_ai_choices_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_ai_choices")),
    )
    op.create_table(
        "rooms",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("access", sa.String(length=10), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("liveliness", sa.String(length=10), nullable=False),
        sa.Column("quiet_hours", sa.JSON(), nullable=True),
        sa.Column("hushed_until", sa.BigInteger(), nullable=True),
        sa.Column("ais_max", sa.Integer(), nullable=False),
        sa.Column("learns", sa.Boolean(), nullable=False),
        sa.Column("scene", sa.JSON(), nullable=True),
        sa.Column("last_line_id", sa.BigInteger(), nullable=True),
        sa.Column("last_line_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["accounts.id"],
            name=op.f("fk_rooms_owner_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
    )
    op.create_index("ix_rooms_access", "rooms", ["access", "last_line_at"], unique=False)
    op.create_index("ix_rooms_owner", "rooms", ["owner_id"], unique=False)
    op.create_table(
        "ai_answers",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ai_id"], ["ais.account_id"], name=op.f("fk_ai_answers_ai_id_ais"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_answers")),
        sa.UniqueConstraint("ai_id", "key", name=op.f("uq_ai_answers_ai_id_key")),
    )
    op.create_index("ix_ai_answers_state", "ai_answers", ["ai_id", "state", "asked"], unique=False)
    op.create_table(
        "ai_approvals",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ai_id"],
            ["ais.account_id"],
            name=op.f("fk_ai_approvals_ai_id_ais"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_approvals")),
    )
    op.create_index("ix_ai_approvals_ai", "ai_approvals", ["ai_id", "state", "id"], unique=False)
    op.create_table(
        "ai_decisions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("addressed", sa.Float(), nullable=False),
        sa.Column("join", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ai_id"],
            ["ais.account_id"],
            name=op.f("fk_ai_decisions_ai_id_ais"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_decisions")),
        sa.UniqueConstraint("ai_id", "line_id", name=op.f("uq_ai_decisions_ai_id_line_id")),
    )
    op.create_index("ix_ai_decisions_created", "ai_decisions", ["created_at"], unique=False)
    op.create_index("ix_ai_decisions_line", "ai_decisions", ["line_id"], unique=False)
    op.create_index(
        "ix_ai_decisions_place", "ai_decisions", ["place_id", "ai_id", "id"], unique=False
    )
    op.create_table(
        "ai_disclosures",
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("again_at", sa.BigInteger(), nullable=False),
        sa.Column("talked_since", sa.BigInteger(), nullable=False),
        sa.Column("talked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_ai_disclosures_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ai_id"],
            ["ais.account_id"],
            name=op.f("fk_ai_disclosures_ai_id_ais"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ai_id", "account_id", name=op.f("pk_ai_disclosures")),
    )
    op.create_index("ix_ai_disclosures_account", "ai_disclosures", ["account_id"], unique=False)
    op.create_table(
        "ai_feedback",
        sa.Column("line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_ai_feedback_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ai_id"], ["ais.account_id"], name=op.f("fk_ai_feedback_ai_id_ais"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("line_id", "account_id", name=op.f("pk_ai_feedback")),
    )
    op.create_index("ix_ai_feedback_account", "ai_feedback", ["account_id"], unique=False)
    op.create_index(
        "ix_ai_feedback_place", "ai_feedback", ["ai_id", "place_id", "created_at"], unique=False
    )
    op.create_table(
        "ai_handoffs",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("turn_id", sa.BigInteger(), nullable=True),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("asker_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ai_id"], ["ais.account_id"], name=op.f("fk_ai_handoffs_ai_id_ais"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_handoffs")),
    )
    op.create_index("ix_ai_handoffs_ai", "ai_handoffs", ["ai_id", "id"], unique=False)
    op.create_index("ix_ai_handoffs_to", "ai_handoffs", ["to_id", "state", "id"], unique=False)
    op.create_table(
        "ai_memory_pauses",
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_ai_memory_pauses_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ai_id"],
            ["ais.account_id"],
            name=op.f("fk_ai_memory_pauses_ai_id_ais"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ai_id", "account_id", name=op.f("pk_ai_memory_pauses")),
    )
    op.create_index("ix_ai_memory_pauses_account", "ai_memory_pauses", ["account_id"], unique=False)
    op.create_table(
        "ai_notes",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("about_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["about_id"],
            ["accounts.id"],
            name=op.f("fk_ai_notes_about_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ai_id"], ["ais.account_id"], name=op.f("fk_ai_notes_ai_id_ais"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_notes")),
    )
    op.create_index("ix_ai_notes_about", "ai_notes", ["about_id", "ai_id"], unique=False)
    op.create_index("ix_ai_notes_expires", "ai_notes", ["expires_at"], unique=False)
    op.create_index(
        "ix_ai_notes_scope", "ai_notes", ["ai_id", "scope", "scope_id", "id"], unique=False
    )
    op.create_table(
        "ai_packs",
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ai_id"], ["ais.account_id"], name=op.f("fk_ai_packs_ai_id_ais"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ai_id", "version", name=op.f("pk_ai_packs")),
    )
    op.create_table(
        "ai_places",
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("factor", sa.Float(), nullable=False),
        sa.Column("ignored", sa.Integer(), nullable=False),
        sa.Column("called_only_until", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ai_id"], ["ais.account_id"], name=op.f("fk_ai_places_ai_id_ais"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ai_id", "place_id", name=op.f("pk_ai_places")),
    )
    op.create_index("ix_ai_places_place", "ai_places", ["place_id"], unique=False)
    op.create_table(
        "ai_report_cards",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("suite", sa.String(length=40), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ai_id"],
            ["ais.account_id"],
            name=op.f("fk_ai_report_cards_ai_id_ais"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_report_cards")),
    )
    op.create_index("ix_ai_report_cards_ai", "ai_report_cards", ["ai_id", "id"], unique=False)
    op.create_table(
        "ai_sources",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=False),
        sa.Column("every", sa.BigInteger(), nullable=True),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ai_id"], ["ais.account_id"], name=op.f("fk_ai_sources_ai_id_ais"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_sources")),
        sa.UniqueConstraint("ai_id", "kind", "uri", name=op.f("uq_ai_sources_ai_id_kind_uri")),
    )
    op.create_index("ix_ai_sources_next", "ai_sources", ["next_at"], unique=False)
    op.create_table(
        "ai_versions",
        sa.Column("ai_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("core", sa.Text(), nullable=False),
        sa.Column("current", sa.Text(), nullable=False),
        sa.Column("bounds", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ai_id"], ["ais.account_id"], name=op.f("fk_ai_versions_ai_id_ais"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ai_id", "version", name=op.f("pk_ai_versions")),
    )
    op.create_table(
        "room_bans",
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_room_bans_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts.id"], name=op.f("fk_room_bans_by_id_accounts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["rooms.id"], name=op.f("fk_room_bans_room_id_rooms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("room_id", "account_id", name=op.f("pk_room_bans")),
    )
    op.create_index("ix_room_bans_account", "room_bans", ["account_id"], unique=False)
    op.create_index("ix_room_bans_by", "room_bans", ["by_id"], unique=False)
    op.create_table(
        "room_invites",
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_room_invites_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["accounts.id"],
            name=op.f("fk_room_invites_by_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["rooms.id"],
            name=op.f("fk_room_invites_room_id_rooms"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("room_id", "account_id", name=op.f("pk_room_invites")),
    )
    op.create_index("ix_room_invites_account", "room_invites", ["account_id"], unique=False)
    op.create_index("ix_room_invites_by", "room_invites", ["by_id"], unique=False)
    op.create_table(
        "room_lines",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("reply_to_id", sa.BigInteger(), nullable=True),
        sa.Column("reply_to_author_id", sa.BigInteger(), nullable=True),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("ai", sa.JSON(), nullable=True),
        sa.Column("reactions", sa.JSON(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["accounts.id"],
            name=op.f("fk_room_lines_author_id_accounts"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["rooms.id"], name=op.f("fk_room_lines_room_id_rooms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_lines")),
        sa.UniqueConstraint(
            "room_id", "author_id", "nonce", name=op.f("uq_room_lines_room_id_author_id_nonce")
        ),
    )
    op.create_index("ix_room_lines_author", "room_lines", ["author_id", "id"], unique=False)
    op.create_index("ix_room_lines_room", "room_lines", ["room_id", "id"], unique=False)
    op.create_table(
        "room_members",
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("read_id", sa.BigInteger(), nullable=True),
        sa.Column("notify", sa.String(length=10), nullable=False),
        sa.Column("only_when_called", sa.Boolean(), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_room_members_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["rooms.id"],
            name=op.f("fk_room_members_room_id_rooms"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("room_id", "account_id", name=op.f("pk_room_members")),
    )
    op.create_index("ix_room_members_account", "room_members", ["account_id"], unique=False)
    op.create_table(
        "room_stays",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_room_stays_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["rooms.id"], name=op.f("fk_room_stays_room_id_rooms"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_stays")),
    )
    op.create_index("ix_room_stays_account", "room_stays", ["account_id"], unique=False)
    op.create_index("ix_room_stays_room", "room_stays", ["room_id", "account_id"], unique=False)
    op.create_table(
        "room_tunings",
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("lessons", sa.Integer(), nullable=False),
        sa.Column("trained_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["rooms.id"],
            name=op.f("fk_room_tunings_room_id_rooms"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_room_tunings")),
    )
    op.create_table(
        "ai_note_sources",
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["note_id"],
            ["ai_notes.id"],
            name=op.f("fk_ai_note_sources_note_id_ai_notes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("note_id", "source_id", name=op.f("pk_ai_note_sources")),
    )
    op.create_index("ix_ai_note_sources_source", "ai_note_sources", ["source_id"], unique=False)
    op.create_table(
        "room_line_edits",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["room_lines.id"],
            name=op.f("fk_room_line_edits_line_id_room_lines"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_line_edits")),
    )
    op.create_index("ix_room_line_edits_line", "room_line_edits", ["line_id"], unique=False)
    op.create_table(
        "room_reactions",
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("emoji", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_room_reactions_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["room_lines.id"],
            name=op.f("fk_room_reactions_line_id_room_lines"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("line_id", "account_id", "emoji", name=op.f("pk_room_reactions")),
    )
    op.create_index("ix_room_reactions_account", "room_reactions", ["account_id"], unique=False)
    op.add_column("ai_documents", sa.Column("source_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "ai_documents", sa.Column("hash", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column("ai_documents", sa.Column("fetched_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_ai_documents_source", "ai_documents", ["source_id"], unique=False)
    op.add_column("reports", sa.Column("line_ids", sa.JSON(), server_default="[]", nullable=False))
    op.drop_index("ix_ai_turns_thread", table_name="ai_turns")
    op.alter_column("ai_turns", "thread_id", new_column_name="place_id")
    op.add_column(
        "ai_turns",
        sa.Column("place", sa.String(length=10), server_default="thread", nullable=False),
    )
    op.add_column(
        "ai_turns", sa.Column("cost", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.create_index("ix_ai_turns_place", "ai_turns", ["place_id"], unique=False)
    op.add_column("ais", sa.Column("bounds", sa.JSON(), nullable=True))
    op.add_column("ais", sa.Column("current", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "ais", sa.Column("evolves", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column(
        "ais", sa.Column("adopts", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
