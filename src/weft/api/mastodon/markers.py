"""How far one has read: https://docs.joinmastodon.org/methods/markers/."""

from litestar import get, post
from litestar.params import FromQuery, JSONBody
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.mastodon.entities_statuses import Marker
from weft.kernel.clock import iso
from weft.threads import markers


class Read(Struct):
    last_read_id: str | int


class NewMarkers(Struct):
    home: Read | None = None
    notifications: Read | None = None


def _shown(found: list[markers.Marker]) -> dict[str, Marker]:
    return {
        one.timeline: Marker(one.last_read_id, one.version, iso(one.updated_at)) for one in found
    }


@get("/api/v1/markers", guards=[scope("read:statuses")])
async def show(db: Db, me: Me, timeline: FromQuery[list[str] | None] = None) -> dict[str, Marker]:
    wanted = timeline or ()
    return _shown(await db.read(lambda tx: markers.get(tx, me.id, wanted)))


@post("/api/v1/markers", guards=[scope("write:statuses")], status_code=200)
async def save(db: Db, me: Me, data: JSONBody[NewMarkers]) -> dict[str, Marker]:
    given = {"home": data.home, "notifications": data.notifications}
    read_to = {name: str(read.last_read_id) for name, read in given.items() if read is not None}
    return _shown(await db.write(lambda tx: markers.put(tx, me.id, read_to)))


ROUTES = [show, save]
