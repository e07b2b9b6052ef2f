"""What AIs have used up, what waits for a person, and report cards."""

import sqlalchemy as sa

from weft.store.schema import Id, Json, Ms, metadata

_ai = "ais.account_id"


def _of_ai() -> sa.Column[int]:
    return sa.Column("ai_id", sa.BigInteger, sa.ForeignKey(_ai, ondelete="CASCADE"), nullable=False)


ai_usage = sa.Table(  # of one day and whoever it is counted for
    "ai_usage",
    metadata,
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),  # since 1970, UTC
    sa.Column("scope", sa.String(10), primary_key=True),  # ai | owner | room | peer | server
    sa.Column("key", sa.String(255), primary_key=True),  # id, or host of a peer
    sa.Column("turns", sa.Integer, nullable=False),
    sa.Column("tokens", sa.BigInteger, nullable=False),
    sa.Column("cost", sa.BigInteger, nullable=False),  # millionths of the operator's currency
)

ai_approvals = sa.Table(  # drafts that an owner looks at before they are said
    "ai_approvals",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),  # the turn's
    _of_ai(),
    sa.Column("draft", Json, nullable=False),  # what the turn came to: `weft.ai.said.Said`
    sa.Column("why", sa.String(20), nullable=False),  # always | first | unsure
    sa.Column("state", sa.String(10), nullable=False),  # waiting | sent | edited | rejected | late
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("due_at", Ms, nullable=False),  # later than this nobody waits for it
    sa.Column("decided_at", Ms),
    sa.Column("decided_by", sa.BigInteger),
    sa.Index("ix_ai_approvals_ai", "ai_id", "state", "id"),
)

ai_handoffs = sa.Table(  # what a person is to answer
    "ai_handoffs",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    _of_ai(),
    sa.Column("turn_id", sa.BigInteger),
    sa.Column("place_id", sa.BigInteger, nullable=False),
    sa.Column("line_id", sa.BigInteger, nullable=False),
    sa.Column("asker_id", sa.BigInteger, nullable=False),
    sa.Column("to_id", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.String(20), nullable=False),  # asked | unsure | crisis | bounds
    sa.Column("state", sa.String(10), nullable=False),  # open | done
    sa.Column("created_at", Ms, nullable=False),
    sa.Column("done_at", Ms),
    sa.Index("ix_ai_handoffs_to", "to_id", "state", "id"),
    sa.Index("ix_ai_handoffs_ai", "ai_id", "id"),
)

ai_report_cards = sa.Table(
    "ai_report_cards",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    _of_ai(),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("suite", sa.String(40), nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("asked", sa.Integer, nullable=False),
    sa.Column("failed", sa.Integer, nullable=False),
    sa.Column("findings", Json, nullable=False),
    sa.Column("created_at", Ms, nullable=False),
    sa.Index("ix_ai_report_cards_ai", "ai_id", "id"),
)
