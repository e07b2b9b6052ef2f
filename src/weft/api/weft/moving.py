"""Moving in and out: former accounts of one's own, and going on elsewhere. Mastodon has no API for it.

Apps and scripts use it; so does ``weft account`` for the members of a server.
"""

import asyncio
from typing import Any

from litestar import Request, delete, get, post
from litestar.params import FromQuery, JSONBody
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Counters, Db, Me
from weft.api.limits import TooMany, address_of
from weft.api.mastodon.entities_accounts import Account
from weft.api.mastodon.fragments import account_fragments
from weft.api.resolver import Seeker
from weft.kernel.clock import iso
from weft.kernel.errors import Forbidden, NotFound
from weft.people import accounts, credentials, moves
from weft.people import model as people
from weft.store.database import Database, Tx

ACCT_CHARS = 2_100
"""Room for an address; handles are far shorter."""


class Former(Struct, frozen=True):
    """An account that the member was before. ``account``: null where it is not known here."""

    uri: str
    account: Account | None


class Moving(Struct, frozen=True):
    """``moved``: where the account is now, null while it is here; ``next_at``: when it may move
    again, null for now. Times are RFC 3339.
    """

    moved: Account | None
    moved_at: str | None
    next_at: str | None


class Named(Struct, frozen=True):
    """``acct``: ``name@server``, or the address of the account."""

    acct: str = ""


class Departure(Struct, frozen=True):
    """``current_password``: a token alone must not give somebody's followers away."""

    acct: str = ""
    current_password: str = ""


@get("/api/weft/v1/aliases", guards=[scope("read:accounts")])
async def aliases(db: Db, me: Me) -> list[Former]:
    """Accounts that the member was before."""
    return await db.read(lambda tx: _formers(tx, me))


@post("/api/weft/v1/aliases", status_code=200, guards=[scope("write:accounts")])
async def add_alias(db: Db, me: Me, resolver: Seeker, data: JSONBody[Named]) -> list[Former]:
    """Say that one was another account: it may then move here. The list as it is afterwards."""
    former = await _found(db, resolver, data.acct)
    return await db.write(lambda tx: _formers(tx, moves.name_former(tx, me, former)))


@delete("/api/weft/v1/aliases", status_code=200, guards=[scope("write:accounts")])
async def remove_alias(db: Db, me: Me, uri: FromQuery[str]) -> list[Former]:
    """No longer. The list as it is afterwards."""
    return await db.write(lambda tx: _formers(tx, moves.forget_former(tx, me, uri)))


@get("/api/weft/v1/move", guards=[scope("read:accounts")])
async def state(db: Db, me: Me) -> Moving:
    """Whether and where the account has moved."""
    return await db.read(lambda tx: _moving(tx, me))


@post("/api/weft/v1/move", status_code=200, guards=[scope("write:accounts")])
async def move(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    resolver: Seeker,
    limits: Counters,
    data: JSONBody[Departure],
) -> Moving:
    """Go on as another account: followers are sent there, and nothing new is said here."""
    both = f"{me.id} {address_of(request.scope)}"
    if limits.sign_ins.is_over(both):
        raise TooMany
    limits.sign_ins.count(both)
    held = await db.read(lambda tx: credentials.by_account(tx, me.id))
    hashed = held.password_hash if held is not None else None
    if not await asyncio.to_thread(credentials.verify_password, hashed, data.current_password):
        raise Forbidden("The password is not right")
    limits.sign_ins.forget(both)
    target = await _found(db, resolver, data.acct)
    await resolver.anew(target.uri)

    def work(tx: Tx) -> Moving:
        moves.depart(tx, me, accounts.get(tx, target.id))
        return _moving(tx, accounts.get(tx, me.id))

    return await db.write(work)


@delete("/api/weft/v1/move", status_code=200, guards=[scope("write:accounts")])
async def stay(db: Db, me: Me) -> Moving:
    """Stop redirecting, and go on here. Who went along does not come back by itself."""
    return await db.write(lambda tx: _moving(tx, moves.stay(tx, me)))


async def _found(db: Database, resolver: Seeker, acct: str) -> people.Account:
    """Errors: NotFound."""
    text = acct.strip()[:ACCT_CHARS]
    await resolver.look([text])
    found = await db.read(lambda tx: moves.named(tx, text))
    if found is None:
        raise NotFound("There is no such account")
    return found


def _formers(tx: Tx, me: people.Account) -> list[Former]:
    known = accounts.by_uris(tx, me.also_known_as)
    faces = account_fragments(tx, [one.id for one in known.values()])
    return [
        Former(uri, faces.get(known[uri].id) if uri in known else None) for uri in me.also_known_as
    ]


def _moving(tx: Tx, me: people.Account) -> Moving:
    made = moves.last(tx, me.id)
    target = accounts.by_uri(tx, me.moved_to) if me.moved_to else None
    calm = made is None or moves.is_calm(tx, me.id)
    return Moving(
        moved=account_fragments(tx, [target.id])[target.id] if target is not None else None,
        moved_at=iso(made.created_at) if made is not None and me.moved_to else None,
        next_at=None if made is None or calm else iso(made.created_at + moves.COOL_DOWN),
    )


ROUTES = [aliases, add_alias, remove_alias, state, move, stay]
