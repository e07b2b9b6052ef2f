"""Other servers as an admin sees them: which take what is sent, since when not, and what waits."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from msgspec import Struct

from weft.federation import peers
from weft.federation.peers import Peer
from weft.federation.tables import gone_inboxes
from weft.federation.tables import peers as peer_table
from weft.kernel.errors import NotFound
from weft.store.database import Tx
from weft.store.prepared import Row
from weft.work import jobs

State = Literal["well", "failing", "held", "lost"]
STATES: tuple[State, ...] = ("well", "failing", "held", "lost")
"""``well``: takes what is sent. ``failing``: the last try failed. ``held``: it is down, everything
waits, one message at a time tries. ``lost``: so for nearly two weeks; what is given up from now on
takes its inbox with it, and nothing is written for that until the host is heard of.
"""
NAMED: dict[str, State] = {state: state for state in STATES}
MOST = 200
"""On one page."""

_after = sa.bindparam("after", type_=sa.String)
_lost = sa.bindparam("long_ago", type_=sa.BigInteger)
_gone = (
    sa.select(sa.func.count())
    .where(gone_inboxes.c.host == peer_table.c.host)
    .scalar_subquery()
    .label("gone")
)
_COLUMNS = (*(peer_table.c[field] for field in Peer.__struct_fields__), peer_table.c.signature)
_is = {
    "lost": peer_table.c.opened_at <= _lost,
    "held": peer_table.c.opened_at > _lost,
    "failing": sa.and_(peer_table.c.failures > 0, peer_table.c.opened_at.is_(None)),
    "well": peer_table.c.failures == 0,
}
_EVERY = (
    sa.select(*_COLUMNS, _gone)
    .where(peer_table.c.host > _after)
    .order_by(peer_table.c.host)
    .limit(sa.bindparam("most"))
)
_THOSE = {state: _EVERY.where(condition) for state, condition in _is.items()}
_KNOWN = sa.select(peer_table.c.host).where(peer_table.c.host == sa.bindparam("which"))
_ONE = sa.select(*_COLUMNS, _gone).where(peer_table.c.host == sa.bindparam("which"))


class Host(Struct, frozen=True):
    """Times are ms, None for never. ``since``: of this state, where it is not well; ``waiting`` and
    ``given_up``: messages; ``gone``: inboxes that nothing is written for; ``signature``: how it signs,
    "" while nobody knows.
    """

    host: str
    state: State
    since: int | None
    waiting: int
    given_up: int
    gone: int
    failures: int
    error: str
    next_probe: int | None
    last_ok: int | None
    heard: int | None
    software: str
    signature: str


def page(tx: Tx, after: str = "", most: int = MOST, state: State | None = None) -> list[Host]:
    """Hosts by name, those past ``after``."""
    asked = {"after": after, "most": min(most, MOST)}
    long_ago = tx.now - peers.LOST
    if state is None:
        rows = tx.rows(_EVERY, **asked)
    elif state in ("held", "lost"):
        rows = tx.rows(_THOSE[state], long_ago=long_ago, **asked)
    else:
        rows = tx.rows(_THOSE[state], **asked)
    counts: dict[str, tuple[int, int]] = {}
    for lane, (waiting, dead) in jobs.by_lane(tx, peers.LANE).items():
        known = counts.get(peers.host_of(lane), (0, 0))
        counts[peers.host_of(lane)] = known[0] + waiting, known[1] + dead
    return [_host(row, long_ago, counts.get(row[0], (0, 0))) for row in rows]


def one(tx: Tx, host: str) -> Host:
    """Errors: NotFound."""
    row = tx.row(_ONE, which=host)
    if row is None:
        raise NotFound
    counts = jobs.by_lane(tx, f"{peers.LANE}{host}/").values()
    waiting, dead = sum(count[0] for count in counts), sum(count[1] for count in counts)
    return _host(row, tx.now - peers.LOST, (waiting, dead))


def is_known(tx: Tx, host: str) -> bool:
    return tx.row(_KNOWN, which=host) is not None


def _host(row: Row, long_ago: int, counts: tuple[int, int]) -> Host:
    peer = Peer(*row[:-2])
    state: State = "well"
    if peer.opened_at is not None:
        state = "lost" if peer.opened_at <= long_ago else "held"
    elif peer.failures:
        state = "failing"
    return Host(
        host=peer.host,
        state=state,
        since=peer.opened_at or (peer.touched_at if peer.failures else None),
        waiting=counts[0],
        given_up=counts[1],
        gone=row[-1],
        failures=peer.failures,
        error=peer.error,
        next_probe=peer.probe_at if peer.opened_at is not None else None,
        last_ok=peer.last_ok_at or None,
        heard=peer.heard_at or None,
        software=peer.software,
        signature=row[-2],
    )
