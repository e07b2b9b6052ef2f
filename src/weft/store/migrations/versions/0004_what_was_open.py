"""What a tombstone may tell, whether a post is as it was, and members in others' collections."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "tombstones", sa.Column("open", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("posts", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("collections", sa.Column("uri", sa.Text(), nullable=True))
    op.create_index("ix_collections_uri", "collections", ["uri"], unique=True)
    with op.batch_alter_table("stamps") as stamps:
        stamps.drop_constraint("uq_stamps_kind_interacting", type_="unique")
        stamps.create_unique_constraint(
            "uq_stamps_kind_interacting_target", ["kind", "interacting", "target"]
        )
