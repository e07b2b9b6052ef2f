"""Signing up through an app: https://docs.joinmastodon.org/methods/accounts/#create"""

import asyncio
from typing import Any

from litestar import Request, post
from litestar.params import JSONBody
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Counters, Db, Owner, Set
from weft.api.limits import address_of
from weft.api.oauth.tokens import Token, token_entity
from weft.kernel.errors import Forbidden
from weft.people import accounts, credentials, oauth
from weft.people.oauth import Issued
from weft.store.database import Tx


class SignUp(Struct, frozen=True):
    username: str = ""
    email: str = ""
    password: str = ""
    agreement: bool = False
    locale: str | None = None
    reason: str | None = None


@post("/api/v1/accounts", status_code=200, guards=[scope("write:accounts", app=True)])
async def sign_up(
    request: Request[Any, Any, Any],
    db: Db,
    settings: Set,
    limits: Counters,
    bearer: Owner,
    data: JSONBody[SignUp],
) -> Token:
    """A new member and their token, for the app that asks with its own token."""
    if settings.registrations != "open" or bearer.account is not None:
        raise Forbidden
    username, email = data.username.strip(), data.email.strip()

    def check(tx: Tx) -> None:
        credentials.check_sign_up(tx, username, email, data.password, agreement=data.agreement)

    await db.read(check)
    limits.sign_ups.take(address_of(request.scope))
    hashed = await asyncio.to_thread(credentials.hash_password, data.password)

    def enrol(tx: Tx) -> Issued:
        check(tx)
        account = accounts.create_local(tx, username)
        credentials.enrol(tx, account, email, hashed)
        if data.locale:
            credentials.prefer(tx, account.id, language=data.locale.split("-")[0][:20])
        scopes = " ".join(sorted(bearer.scopes))
        return oauth.issue(tx, scopes, account_id=account.id, app_id=bearer.app_id)

    return token_entity(await db.write(enrol))


ROUTES = [sign_up]
