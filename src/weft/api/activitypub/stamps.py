"""Stamps: that a member agreed to what another did with their post."""

from litestar import Response, get
from litestar.params import FromPath

from weft.api.activitypub.answers import document, id_in
from weft.api.given import Db
from weft.federation.render import consent
from weft.federation.vocabulary import Json
from weft.kernel.errors import NotFound
from weft.people import accounts
from weft.store.database import Tx
from weft.threads import stamps


@get("/ap/users/{account_id:str}/stamps/{stamp_id:str}")
async def stamp(db: Db, account_id: FromPath[str], stamp_id: FromPath[str]) -> Response[bytes]:
    """Anybody may look: it names both sides by address and holds nothing of them. 404 for one that
    was taken back.
    """
    owner, wanted = id_in(account_id), id_in(stamp_id)

    def read(tx: Tx) -> Json:
        giver, given = accounts.by_id(tx, owner), stamps.by_id(tx, wanted)
        if giver is None or not giver.local or giver.suspended_at is not None:
            raise NotFound
        if given is None or given.giver_id != giver.id or given.revoked_at is not None:
            raise NotFound
        if given.kind == "feature" and not giver.discoverable:
            raise NotFound  # shown nowhere any more, whatever they once agreed to
        return consent.stamp(given, giver)

    # Not kept by anybody: it may be taken back at any moment.
    return document(await db.read(read), fresh=0)


ROUTES = [stamp]
