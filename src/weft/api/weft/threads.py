"""How much of a thread is here."""

from litestar import get
from litestar.params import FromPath
from msgspec import Struct

from weft.api.auth import scope_if_any
from weft.api.given import Db, Viewer
from weft.api.mastodon.answers import id_of
from weft.api.opening import opened
from weft.kernel.clock import iso
from weft.store.database import Tx
from weft.threads import posts, threadview


class Completeness(Struct, frozen=True):
    """Of the thread that a post stands in. Times are ISO 8601."""

    elsewhere: bool
    """Whether a part of it is of other servers. Of one that is not everything is here, now."""
    complete_as_of: str | None
    """When everything that could be found was. None: never yet."""
    looking: bool
    """Whether it is being looked for now; ``found``: posts, so far or the last time."""
    found: int
    looked_at: str | None
    next_look_after: str | None
    """When opening it causes the next look, at the earliest."""


@get("/api/weft/v1/threads/{status_id:str}/completeness", guards=[scope_if_any("read:statuses")])
async def completeness(db: Db, viewer: Viewer, status_id: FromPath[str]) -> Completeness:
    """``status_id``: of any post in the thread. Errors: NotFound, as for the post."""
    as_ = viewer.id if viewer is not None else None
    number = id_of(status_id)

    def read(tx: Tx) -> Completeness:
        post = posts.see(tx, as_, number)
        above, below = threadview.context(tx, as_, post)
        what = opened(tx, post, *above, *below)
        look = what.look
        if not what.elsewhere:
            return Completeness(False, iso(tx.now), False, 0, None, None)
        if look is None:
            return Completeness(True, None, False, 0, None, None)
        return Completeness(
            elsewhere=True,
            complete_as_of=iso(look.complete_at) if look.complete_at is not None else None,
            looking=what.running,
            found=look.found,
            looked_at=iso(look.asked_at),
            next_look_after=iso(look.next_at),
        )

    return await db.read(read)


ROUTES = [completeness]
