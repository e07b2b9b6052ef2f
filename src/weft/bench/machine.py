"""What the machine can do, and what a process of it has used.

Two yardsticks, because machines differ in two ways: RSA is long arithmetic in C, everything else we
do is Python, SQLite and JSON. A processor may be three times slower at one and no slower at the other.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
ROUNDS = 5
SIGNATURES = 200
PAGES = 200
"""Bare timelines per round."""
POSTS, AUTHORS, SHOWN = 2_000, 200, 40
_POST, _AUTHOR = 31, 26
"""How many values Mastodon's Status and Account have."""


def signing_ms() -> float:
    """CPU ms of one RSA-2048 signature: what one delivery cannot do without."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    return _cpu_each(SIGNATURES, lambda: key.sign(b"weft", padding.PKCS1v15(), hashes.SHA256()))


def page_ms() -> float:
    """CPU ms of the least that a timeline of 40 posts can cost in Python: one select of as many
    values as Mastodon's entities have, a Struct of each row, 70 kB of JSON; no ORM, no HTTP, nothing
    asked about who may see it.
    """
    author = msgspec.defstruct("Author", [f"a{n}" for n in range(_AUTHOR)])
    post = msgspec.defstruct("Post", [*(f"p{n}" for n in range(_POST)), "author"])
    db = sqlite3.connect(":memory:")
    _fill(db, "authors", _AUTHOR, AUTHORS)
    _fill(db, "posts", _POST, POSTS)
    statement = (
        "SELECT posts.*, authors.* FROM posts JOIN authors ON authors.c0 = posts.c1"
        " WHERE posts.c0 < ? ORDER BY posts.c0 DESC LIMIT ?"
    )
    encoder = msgspec.json.Encoder()

    def page() -> bytes:
        rows = db.execute(statement, (POSTS // 2, SHOWN)).fetchall()
        return encoder.encode([post(*row[:_POST], author(*row[_POST:])) for row in rows])

    try:
        return _cpu_each(PAGES, page)
    finally:
        db.close()


def _fill(db: sqlite3.Connection, table: str, columns: int, rows: int) -> None:
    """Numbers and texts in turn: an id, an author's id, then words."""
    names = ", ".join(f"c{n}" for n in range(1, columns))
    db.execute(f"CREATE TABLE {table} (c0 INTEGER PRIMARY KEY, {names})")
    words = "a thread is a promise "
    db.executemany(
        f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})",  # noqa: S608 - our own names
        (
            (row, row % AUTHORS, *((words * 2 if n % 2 else n) for n in range(2, columns)))
            for row in range(rows)
        ),
    )


def _cpu_each(count: int, work: Callable[[], object]) -> float:
    """CPU ms of one run: the median of some rounds."""
    rounds: list[float] = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(count):
            work()
        rounds.append((time.process_time() - start) * 1000 / count)
    return median(rounds)


def cpu_ms(pid: int) -> float:
    """CPU time a process has used, in ms (Linux: /proc/PID/stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / _TICKS


def resident_mb(pid: int) -> float:
    """Resident memory in MB (Linux: /proc/PID/statm)."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE / 1_000_000
