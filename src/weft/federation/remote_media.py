"""Which files of other servers are kept here for a while, and which could not be had.

One row per address. A row that names a file is committed before the file is put in its place, and goes
after the file went: so whatever is killed in between leaves a row whose file is fetched again, never
a file that nobody counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

import sqlalchemy as sa
from msgspec import Struct, structs
from sqlalchemy.dialects.postgresql import insert

from weft.federation import plain
from weft.federation.tables import remote_media
from weft.kernel.clock import DAY, HOUR
from weft.store.database import Tx

USED_EVERY = 1 * HOUR
"""Use is noted this often: enough to know what was not looked at for long."""
FAILURES_KEPT = 1 * DAY
ERROR_MAX = 300
VICTIMS = 64
"""Files that make room at once: more small ones than one large one needs, mostly."""
FAILURES_READ = 10_000
KEYS_AT_ONCE = 500
"""In one statement: engines bound its parameters."""
_SUFFIX = "bin"
"""Files are served by what the row says that they are, and by nothing else."""


class File(Struct, frozen=True):
    """Field for field the columns of ``remote_media``. ``blob`` is "" for what could not be had,
    ``error`` says why and ``again_at`` (ms) until when nobody is asked for it.
    """

    key: str
    url: str
    blob: str = ""
    mime: str = ""
    bytes: int = 0
    used_at: int = 0
    again_at: int | None = None
    error: str = ""


class Held(Struct, frozen=True):
    """What is kept. ``oldest_at``: when that was looked at which goes first, in ms; ``failures``:
    addresses that could not be had in the last day, by host, the most first.
    """

    files: int
    bytes: int
    oldest_at: int | None
    failures: list[tuple[str, int]]


_t = remote_media
_COLUMNS = tuple(_t.c[field] for field in File.__struct_fields__)
_key = sa.bindparam("which")
_now = sa.bindparam("now", type_=sa.BigInteger)
_GET = sa.select(*_COLUMNS).where(_t.c.key == _key)
_BYTES = sa.select(sa.func.coalesce(sa.func.sum(_t.c.bytes), 0)).where(_t.c.key != _key)
_OLDEST = (
    sa.select(*_COLUMNS)
    .where(_t.c.blob != "", _t.c.key != _key)
    .order_by(_t.c.used_at, _t.c.key)
    .limit(VICTIMS)
)
_put = insert(_t)
_PUT = _put.on_conflict_do_update(
    index_elements=["key"],
    set_={name: _put.excluded[name] for name in File.__struct_fields__ if name != "key"},
)
_USED = _t.update().where(_t.c.key == _key).values(used_at=_now)
_DROP = _t.delete().where(_t.c.key.in_(sa.bindparam("keys", expanding=True)))
_EXPIRE = _t.delete().where(_t.c.blob == "", _t.c.again_at < _now)
_HELD = sa.select(
    sa.func.count(), sa.func.coalesce(sa.func.sum(_t.c.bytes), 0), sa.func.min(_t.c.used_at)
).where(_t.c.blob != "")
_FAILED = sa.select(_t.c.url).where(_t.c.error != "").limit(FAILURES_READ)
_ALL = sa.select(*_COLUMNS)


def key_of(url: str) -> str:
    return sha256(url.encode()).hexdigest()


def blob_of(key: str) -> str:
    """The name of its file: nobody else's, whatever is in it."""
    return f"{key[:2]}/{key[2:]}.{_SUFFIX}"


def get(tx: Tx, key: str) -> File | None:
    row = tx.row(_GET, which=key)
    return File(*row) if row is not None else None


def keep(tx: Tx, url: str, mime: str, size: int, most: int) -> list[File]:
    """Note a file of so many bytes, if all that is kept stays within ``most``. Otherwise nothing is
    noted, and those are given that have to go first.
    """
    key = key_of(url)
    victims = too_many(tx, most - size, key)
    if not victims:
        file = File(key, url, blob_of(key), mime, size, tx.now)
        tx.run(_PUT, structs.asdict(file))
    return victims


def too_many(tx: Tx, most: int, but: str = "") -> list[File]:
    """Those that have to go, the least recently used, so that what is kept is within ``most``: some
    of them, as long as there are any. ``but``: the key of one that does not count.
    """
    over = int(tx.scalar(_BYTES, which=but)) - most
    victims: list[File] = []
    for row in tx.rows(_OLDEST, which=but) if over > 0 else ():
        if over <= 0:
            break
        victims.append(File(*row))
        over -= victims[-1].bytes
    return victims


def fail(tx: Tx, url: str, why: str, pause: int, mime: str = "") -> None:
    """It could not be had, and is not asked for again for ``pause`` ms."""
    why = why[:ERROR_MAX].replace("\x00", "").encode(errors="replace").decode()
    file = File(key_of(url), url, "", mime, 0, tx.now, tx.now + pause, why or "failed")
    tx.run(_PUT, structs.asdict(file))


def use(tx: Tx, key: str) -> None:
    """Somebody looked at it."""
    tx.run(_USED, which=key, now=tx.now)


def drop(tx: Tx, keys: Sequence[str]) -> None:
    """Forget these: their files are gone."""
    for at in range(0, len(keys), KEYS_AT_ONCE):
        tx.run(_DROP, keys=list(keys[at : at + KEYS_AT_ONCE]))


def expire(tx: Tx) -> None:
    """Forget what could not be had a day ago."""
    tx.run(_EXPIRE, now=tx.now - FAILURES_KEPT)


def every(tx: Tx, host: str = "") -> list[File]:
    """All that is known, of one host or of all: what is kept, and what could not be had."""
    known = [File(*row) for row in tx.rows(_ALL)]
    return [file for file in known if plain.host(file.url) == host] if host else known


def held(tx: Tx) -> Held:
    number, size, oldest = tx.run(_HELD).one()
    failed = Counter(plain.host(row[0]) for row in tx.rows(_FAILED))
    return Held(int(number), int(size), oldest, failed.most_common())
