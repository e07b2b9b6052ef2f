"""What is opened here and held elsewhere is read there, by a job that nobody waits for.

Members may cause as many looks as there are threads and profiles, each with its cool-down. Who is not
signed in may be a crawler that opens everything: all of them together cause so many in an hour.
"""

from msgspec import Struct

from weft.api.limits import Limits
from weft.federation.backfill import looks, visits
from weft.federation.backfill.looks import Look
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.threads.model import Post


class Opened(Struct, frozen=True):
    """A post that somebody opened. ``look``: what is known of its thread's looks elsewhere."""

    post: Post
    elsewhere: bool
    """Whether a part of the thread is of another server."""
    look: Look | None
    due: bool
    running: bool


def opened(tx: Tx, post: Post, *others: Post) -> Opened:
    """``others``: what is shown with it."""
    elsewhere = post.boost_of_id is None and any(not one.local for one in (post, *others))
    look = looks.of(tx, post.thread_id) if elsewhere else None
    due = elsewhere and looks.is_due(tx, look)
    return Opened(post, elsewhere, look, due, looks.under_way(tx, look))


async def look_elsewhere(
    db: Database, limits: Limits, viewer: Account | None, what: Opened
) -> Look | None:
    """Have the rest of the thread fetched, if it is time. The look that is under way now."""
    if what.due and _may(limits, viewer):
        return await db.write(lambda tx: looks.begin(tx, what.post))
    return what.look if what.running else None


async def visit_elsewhere(
    db: Database, limits: Limits, viewer: Account | None, account_id: int
) -> None:
    """Have a profile read at its own server, if it is time."""

    def is_due(tx: Tx) -> bool:
        account = accounts.by_id(tx, account_id)
        return account is not None and visits.is_due(tx, account)

    if await db.read(is_due) and _may(limits, viewer):
        await db.write(lambda tx: visits.begin(tx, accounts.get(tx, account_id)))


def _may(limits: Limits, viewer: Account | None) -> bool:
    return viewer is not None or limits.looks.count("")[0] >= 0
