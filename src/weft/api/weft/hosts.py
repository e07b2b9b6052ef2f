"""Other servers, for admins: which do not answer, what waits for them, and trying them again."""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct

from weft.api.auth import admin, scope
from weft.api.given import Db
from weft.federation import hosts, peers
from weft.kernel.clock import iso
from weft.kernel.errors import Invalid, NotFound
from weft.store.database import Tx

USUAL = 100
_HOSTS = "/api/weft/v1/admin/federation/hosts"


class Host(Struct, frozen=True):
    """``federation.hosts.Host`` with its times spelled out; null for never."""

    host: str
    state: hosts.State
    since: str | None
    waiting: int
    given_up: int
    gone_inboxes: int
    failures: int
    error: str
    next_probe_at: str | None
    last_ok_at: str | None
    heard_at: str | None
    software: str
    signature: str


@get(_HOSTS, guards=[scope("admin:read"), admin])
async def listed(
    request: Request[Any, Any, Any],
    db: Db,
    only: Annotated[str | None, QueryParameter(name="state")] = None,
    after: FromQuery[str] = "",
    limit: FromQuery[int | None] = None,
) -> Response[list[Host]]:
    """By name, those past ``after``; the next page is in ``Link``. ``state``: those in it."""
    wanted: hosts.State | None = hosts.NAMED.get(only) if only else None
    if only and wanted is None:
        raise Invalid(f"Validation failed: state must be one of {', '.join(hosts.STATES)}")
    most = max(1, min(limit or USUAL, hosts.MOST))
    name = after.replace("\x00", "")
    found = await db.read(lambda tx: hosts.page(tx, name, most, wanted))
    headers: dict[str, str] = {}
    if len(found) == most:
        turn = {"after": found[-1].host, "limit": most} | ({"state": wanted} if wanted else {})
        at = f"{db.site.base}{request.scope['path']}?{urlencode(turn)}"
        headers["Link"] = f'<{at}>; rel="next"'
    return Response([_shown(one) for one in found], headers=headers)


@post(f"{_HOSTS}/{{host:str}}/try", status_code=200, guards=[scope("admin:write"), admin])
async def try_now(db: Db, host: FromPath[str]) -> Host:
    """What waits for it is tried now, and its inboxes that were given up are written to again."""
    name = host.lower()

    def work(tx: Tx) -> hosts.Host:
        if "\x00" in name or not hosts.is_known(tx, name):
            raise NotFound
        peers.try_now(tx, name)
        return hosts.one(tx, name)

    return _shown(await db.write(work))


def _shown(host: hosts.Host) -> Host:
    def spelled(ms: int | None) -> str | None:
        return iso(ms) if ms is not None else None

    return Host(
        host=host.host,
        state=host.state,
        since=spelled(host.since),
        waiting=host.waiting,
        given_up=host.given_up,
        gone_inboxes=host.gone,
        failures=host.failures,
        error=host.error,
        next_probe_at=spelled(host.next_probe),
        last_ok_at=spelled(host.last_ok),
        heard_at=spelled(host.heard),
        software=host.software,
        signature=host.signature,
    )


ROUTES = [listed, try_now]
