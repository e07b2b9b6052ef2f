"""What somebody says of a post that is not theirs: a reason to look at its own server, no more."""

from __future__ import annotations

from zlib import crc32

from weft.federation import limits, seen
from weft.store.database import Tx
from weft.work import jobs
from weft.work.jobs import NewJob


def keep_hint(tx: Tx, deed: str, uri: str, host: str) -> None:
    """``host`` says that a post was made, changed or deleted elsewhere (``deed``: Create, Update,
    Delete): look there.
    """
    payload = {"type": deed, "object": uri, "alone": f"inbox:{seen.mark(uri)}"}
    jobs.enqueue(tx, NewJob("federation.fetch", payload, lane=lane(host, uri), pool="fetch"))


def lane(host: str, about: str) -> str:
    """A few for each server: no more of what it sent is worked on at once. What fails goes on in a
    lane of its own (``alone``), and so does what comes after it of the same actor.
    """
    return f"inbox:{host}/{crc32(about.encode()) % limits.FETCHING}"
