"""How the browsers and phones that want to be woken are kept."""

import sqlalchemy as sa

from weft.store.schema import Id, Json, Ms, metadata

push_subscriptions = sa.Table(  # one for each token
    "push_subscriptions",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column(
        "token_id",
        sa.BigInteger,
        sa.ForeignKey("tokens.id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    sa.Column(
        "account_id",
        sa.BigInteger,
        sa.ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("endpoint", sa.Text, nullable=False),
    sa.Column("p256dh", sa.Text, nullable=False),
    sa.Column("auth", sa.Text, nullable=False),
    sa.Column("sealed_token", sa.LargeBinary, nullable=False),  # see net/seal.py
    sa.Column("standard", sa.Boolean, nullable=False),  # RFC 8291, else the draft before it
    sa.Column("alerts", Json, nullable=False),  # {kind: bool}
    sa.Column("policy", sa.String(10), nullable=False),  # all | followed | follower | none
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_push_subscriptions_account", "account_id"),
)
