"""What other sites show under a link to a post here: https://oembed.com,
https://docs.joinmastodon.org/methods/oembed/

Of its types ``link``: no page of ours may stand in a frame of somebody else's.
"""

from typing import Any

from litestar import get
from litestar.params import FromQuery

from weft.api.given import Db, Set
from weft.api.mastodon.answers import id_of
from weft.kernel.clock import DAY, SECOND
from weft.kernel.errors import NotFound
from weft.people import accounts
from weft.store.database import Tx
from weft.threads import posts

KEEP_S = DAY // SECOND
"""How long others may keep the answer; Mastodon's day."""


@get("/api/oembed")
async def oembed(db: Db, settings: Set, url: FromQuery[str]) -> dict[str, Any]:
    """Who wrote a public post of this server, by the post's address."""

    def read(tx: Tx) -> dict[str, Any]:
        # Both addresses of a post end in its id: that is how it is found without a search.
        seen = posts.see(tx, None, id_of(url.rpartition("/")[2]))
        if url not in (seen.url, seen.uri) or not seen.local or seen.boost_of_id is not None:
            raise NotFound
        author = accounts.get(tx, seen.author_id)
        name = author.display_name if author.ai is None else f"{author.display_name} (AI)"
        return {
            "type": "link",
            "version": "1.0",
            "title": f"A post by {name}",
            "author_name": name,
            "author_url": author.url,
            "provider_name": settings.title or tx.site.domain,
            "provider_url": f"{tx.site.base}/",
            "cache_age": KEEP_S,
        }

    return await db.read(read)


ROUTES = [oembed]
