"""What a tombstone may tell, and whether a post is as it was."""

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
