"""How other servers are doing: failures in a row, the breaker, and signs of life."""

from __future__ import annotations

from hashlib import sha256
from zlib import crc32

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.federation.policy import HORIZON, OPEN_AFTER, PROBE_LEASE, probe_delay
from weft.federation.tables import gone_inboxes, outgoing, peers
from weft.kernel.clock import DAY, HOUR, MINUTE
from weft.net.signatures import Dialect
from weft.store.database import Tx
from weft.work import jobs

NOTE_EVERY = 1 * HOUR
"""Signs of life are written down this often: enough to tell a live host from a dead one."""
LOST = HORIZON - DAY
"""Down for so long: it opened a little after what is given up now was written."""
WAKE_EVERY = 1 * MINUTE
"""A host that speaks but does not take anything is not tried at each of its words."""
FORGET = 30 * DAY
"""A host of which nothing was heard: strangers could name any number of them."""
ERROR_MAX = 300
LANE = "deliver:"
LANES = 4
"""Deliveries to one host at once: as many as the client has sockets for it, so that none waits for
one with a slot of the pool in hand. At 200 ms for each that is twenty a second.
"""


class Peer(Struct, frozen=True):
    """Field for field the columns of ``peers``. Times are ms, 0 for never."""

    host: str
    failures: int
    opened_at: int | None
    probe_at: int
    last_ok_at: int
    heard_at: int
    error: str
    software: str
    touched_at: int


COLUMNS = tuple(peers.c[field] for field in Peer.__struct_fields__)
_host = sa.bindparam("which")
_now = sa.bindparam("at", type_=sa.BigInteger)
_GET = sa.select(*COLUMNS).where(peers.c.host == _host)
_TROUBLED = sa.select(*COLUMNS).where(peers.c.failures > 0)
_put = insert(peers).values(
    host=sa.bindparam("host"),
    failures=sa.bindparam("failures"),
    error=sa.bindparam("error"),
    touched_at=sa.bindparam("touched_at"),
)
_FAILED = _put.on_conflict_do_update(
    index_elements=["host"],
    set_={
        "failures": peers.c.failures + 1,
        "error": _put.excluded.error,
        "touched_at": _put.excluded.touched_at,
    },
).returning(*COLUMNS)
_OPEN = (
    peers.update()
    .where(peers.c.host == _host)
    .values(
        opened_at=sa.func.coalesce(peers.c.opened_at, _now),
        probe_at=sa.bindparam("next", type_=sa.BigInteger),
    )
    .returning(*COLUMNS)
)
_PROBE = (
    peers.update()
    .where(peers.c.host == _host, sa.or_(peers.c.opened_at.is_(None), peers.c.probe_at <= _now))
    .values(probe_at=sa.bindparam("until", type_=sa.BigInteger))
    .returning(peers.c.host)
)
_alive = insert(peers).values(
    host=sa.bindparam("host"),
    last_ok_at=sa.bindparam("last_ok_at"),
    touched_at=sa.bindparam("touched_at"),
)
_TOOK = _alive.on_conflict_do_update(
    index_elements=["host"],
    set_={
        "failures": 0,
        "opened_at": None,
        "probe_at": 0,
        "error": "",
        "last_ok_at": _alive.excluded.last_ok_at,
        "touched_at": _alive.excluded.touched_at,
    },
)
_heard = insert(peers).values(
    host=sa.bindparam("host"),
    heard_at=sa.bindparam("heard_at"),
    touched_at=sa.bindparam("touched_at"),
)
_HEARD = _heard.on_conflict_do_update(
    index_elements=["host"],
    set_={
        "heard_at": _heard.excluded.heard_at,
        "probe_at": 0,
        "touched_at": _heard.excluded.touched_at,
    },
)
_DIALECT = sa.select(peers.c.signature).where(peers.c.host == _host)
_speaks = insert(peers).values(
    host=sa.bindparam("host"),
    signature=sa.bindparam("signature"),
    touched_at=sa.bindparam("touched_at"),
)
_SPEAKS = _speaks.on_conflict_do_update(
    index_elements=["host"],
    set_={"signature": _speaks.excluded.signature, "touched_at": _speaks.excluded.touched_at},
)
_SAYS = _speaks.on_conflict_do_update(
    index_elements=["host"],
    set_={"signature": _speaks.excluded.signature},
    where=peers.c.signature == "",
)
_TRY = peers.update().where(peers.c.host == _host).values(probe_at=0)
_BACK = gone_inboxes.delete().where(gone_inboxes.c.host == _host)
_GONE = insert(gone_inboxes).on_conflict_do_nothing()
_FORGET = peers.delete().where(peers.c.touched_at < sa.bindparam("before"))
_FORGET_GONE = gone_inboxes.delete().where(gone_inboxes.c.at < sa.bindparam("before"))
_FORGET_SENT = outgoing.delete().where(outgoing.c.created_at < sa.bindparam("before"))


def lane(host: str, about: str) -> str:
    """The lane of what goes to a host about one thing (a uri). Things share the lanes of a host;
    what is about the same one is always in the same, and so in order.
    """
    return f"{LANE}{host}/{crc32(about.encode()) % LANES}"


def lanes(host: str) -> list[str]:
    return [f"{LANE}{host}/{number}" for number in range(LANES)]


def aside(host: str, about: str) -> str:
    """The lane of one thing alone, once a host has stumbled over a message about it."""
    return f"{LANE}{host}/{sha256(about.encode()).hexdigest()[:20]}"


def host_of(lane: str) -> str:
    """The host whose lane this is."""
    return lane.removeprefix(LANE).partition("/")[0]


def get(tx: Tx, host: str) -> Peer | None:
    row = tx.row(_GET, which=host)
    return Peer(*row) if row is not None else None


def troubled(tx: Tx) -> dict[str, Peer]:
    """Every host that failed lately: few, or we are offline ourselves."""
    return {row[0]: Peer(*row) for row in tx.rows(_TROUBLED)}


def failed(tx: Tx, host: str, why: str, pause: int = 0) -> Peer:
    """One more failure in a row. At the fifth the breaker opens. ``pause``: ms that the host asked
    to be left alone.
    """
    peer = Peer(*tx.run(_FAILED, host=host, failures=1, error=_kept(why), touched_at=tx.now).one())
    if peer.failures < OPEN_AFTER:
        return peer
    due = tx.now + max(probe_delay(peer.failures), pause)
    return Peer(*tx.run(_OPEN, which=host, at=tx.now, next=due).one())


def _kept(why: str) -> str:
    """It may quote what the host answered, and PostgreSQL takes no NUL."""
    return why[:ERROR_MAX].replace("\x00", "").encode(errors="replace").decode()


def may_probe(tx: Tx, host: str) -> bool:
    """Whether an open host is due to be tried; if so, by the asker alone."""
    return tx.row(_PROBE, which=host, at=tx.now, until=tx.now + PROBE_LEASE) is not None


def took(tx: Tx, hosts: list[str]) -> None:
    """These took what we sent: all is well with them."""
    tx.run_many(
        _TOOK, [{"host": host, "last_ok_at": tx.now, "touched_at": tx.now} for host in hosts]
    )


def heard_from(tx: Tx, host: str) -> None:
    """A signed message came from this host, so it is up: what waits for it is tried now.

    To be called in the transaction that keeps the message; costs one look-up.
    """
    peer = get(tx, host)
    if peer is not None and (
        tx.now - peer.touched_at < WAKE_EVERY
        if peer.failures
        else tx.now - peer.heard_at < NOTE_EVERY
    ):
        return
    tx.run(_HEARD, host=host, heard_at=tx.now, touched_at=tx.now)
    tx.run(_BACK, which=host)
    if peer is not None and peer.failures:
        wake(tx, host)


def dialect(tx: Tx, host: str) -> Dialect:
    """How requests to this host are signed: as nearly everybody understands, unless more is known."""
    return tx.scalar(_DIALECT, which=host) or "cavage"


def speaks(tx: Tx, host: str, signed: Dialect) -> None:
    """This host took, or sent, a request that was signed so."""
    tx.run(_SPEAKS, host=host, signature=signed, touched_at=tx.now)


def says(tx: Tx, host: str, signed: Dialect) -> None:
    """This host says that it takes requests that are signed so. What it took, or sent, says more."""
    tx.run(_SAYS, host=host, signature=signed, touched_at=tx.now)


def try_now(tx: Tx, host: str) -> None:
    """Somebody knows that this host is up: what waits for it is due."""
    tx.run(_TRY, which=host)
    tx.run(_BACK, which=host)
    wake(tx, host)


def back(tx: Tx, host: str) -> None:
    """It took something again: all that waited for it is due."""
    took(tx, [host])
    wake(tx, host)


def wake(tx: Tx, host: str) -> None:
    # Not what went aside: it waits for itself, and that the host is up changes nothing for it.
    for one in lanes(host):
        jobs.wake_lane(tx, one)


def gone(tx: Tx, inbox: str, host: str) -> None:
    """This inbox answered 410, or nothing for ``HORIZON``: nothing more goes there until its host
    is heard of again, or ``FORGET`` has passed.
    """
    tx.run(_GONE, inbox=inbox, host=host, at=tx.now)


def sweep(tx: Tx) -> None:
    """Forget hosts of which nothing was heard, and activities that nobody waits for any more."""
    tx.run(_FORGET, before=tx.now - FORGET)
    tx.run(_FORGET_GONE, before=tx.now - FORGET)
    tx.run(_FORGET_SENT, before=tx.now - HORIZON - DAY)
