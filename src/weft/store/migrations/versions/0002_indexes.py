"""Indexes for lists of what one kept, and for deleting posts and pictures."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_bookmarks_account", "bookmarks", ["account_id", "id"]),
    ("ix_bookmarks_post", "bookmarks", ["post_id"]),
    ("ix_likes_account", "likes", ["account_id", "id"]),
    ("ix_media_owner", "media", ["owner_id", "post_id"]),
    ("ix_media_post", "media", ["post_id"]),
    ("ix_media_blob", "media", ["blob"]),
    ("ix_media_small", "media", ["small"]),
    ("ix_media_upload", "media", ["upload"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns, unique=False)
