"""The files of other servers on the disk, and the rows that name them: brought into agreement after
kills, and thrown away when an admin wants it.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from weft.federation import remote_media
from weft.federation.remote_media import File
from weft.kernel.clock import MINUTE, SECOND, now_ms
from weft.store.blobs import Blobs
from weft.store.database import Database

FOLDER = "remote-media"
"""In the data folder, beside what belongs to members: a backup may leave it out."""
YOUNG = 10 * MINUTE
"""Files and rows younger than this may be on their way, here or in another process."""


class Pruned(Struct, frozen=True):
    files: int
    bytes: int


def discard(db: Database, blobs: Blobs, files: Sequence[File]) -> None:
    """The files first: a kill in between leaves rows, whose files are fetched again."""
    blobs.discard(file.blob for file in files if file.blob)
    db.write_now(lambda tx: remote_media.drop(tx, [file.key for file in files]))


def prune(db: Database, blobs: Blobs, host: str = "") -> Pruned:
    """Throw away what is kept, of one host or of all. Whatever is looked at is fetched anew; also
    what could not be had is asked for again.
    """
    files = db.read_now(lambda tx: remote_media.every(tx, host))
    discard(db, blobs, files)
    kept = [file for file in files if file.blob]
    return Pruned(len(kept), sum(file.bytes for file in kept))


def sweep(db: Database, blobs: Blobs) -> None:
    """Files that no row names go, and rows whose file is not there."""
    old = blobs.every(older_than=YOUNG / SECOND)
    rows = db.read_now(remote_media.every)
    named = {file.blob for file in rows}
    blobs.discard(key for key in old if key not in named)
    before = now_ms() - YOUNG
    lost = [
        file for file in rows if file.blob and file.used_at < before and not blobs.path(file.blob)
    ]
    if lost:
        discard(db, blobs, lost)
