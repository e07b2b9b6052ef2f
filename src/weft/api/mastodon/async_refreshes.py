"""Whether more of a thread is still being fetched.

https://docs.joinmastodon.org/methods/async_refreshes/ (experimental there, since 4.4). The id is sealed
for the member who got it, and what it says is told while they may see the thread.
"""

import base64
import binascii

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.federation.backfill import looks
from weft.federation.backfill.looks import Look
from weft.kernel.errors import NotFound
from weft.net.seal import Broken, Seal
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.model import Post

HEADER = "Mastodon-Async-Refresh"
RETRY_S = 3
"""The first answers are here after about so many seconds."""
_ABOUT = b"async_refresh"

Sealing = NamedDependency[SkipValidation[Seal]]
"""``seal``: what is handed out and comes back."""


class AsyncRefresh(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/AsyncRefresh/"""

    id: str
    status: str
    """running | finished"""
    result_count: int


class Refreshing(Struct, frozen=True):
    async_refresh: AsyncRefresh


def header(seal: Seal, viewer: Account, post: Post, look: Look) -> dict[str, str]:
    """For the answer in which more may stand soon."""
    sealed = seal.close(f"{viewer.id}:{post.id}", _ABOUT)
    named = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    return {HEADER: f'id="{named}", retry={RETRY_S}, result_count={look.found}'}


@get("/api/v1_alpha/async_refreshes/{refresh_id:str}", guards=[scope("read")])
async def show(db: Db, me: Me, seal: Sealing, refresh_id: FromPath[str]) -> Refreshing:
    """Errors: NotFound, also for somebody else's."""
    post_id = _opened(seal, me, refresh_id)

    def read(tx: Tx) -> Refreshing:
        post = posts.see(tx, me.id, post_id)
        look = looks.of(tx, post.thread_id)
        status = "running" if looks.under_way(tx, look) else "finished"
        return Refreshing(AsyncRefresh(refresh_id, status, look.found if look else 0))

    return await db.read(read)


def _opened(seal: Seal, me: Account, refresh_id: str) -> int:
    try:
        sealed = base64.b64decode(
            refresh_id + "=" * (-len(refresh_id) % 4), altchars=b"-_", validate=True
        )
        viewer, _, post_id = seal.open(sealed, _ABOUT).partition(":")
    except (binascii.Error, ValueError, Broken):
        raise NotFound from None
    if viewer != str(me.id):
        raise NotFound
    return int(post_id)


ROUTES = [show]
