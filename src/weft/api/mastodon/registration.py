"""Signing up through an app: https://docs.joinmastodon.org/methods/accounts/#create"""

import asyncio
from typing import Any

from litestar import Request, post
from litestar.params import JSONBody
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Counters, Db, Networks, Owner, Set
from weft.api.limits import address_of
from weft.api.oauth.tokens import Token, token_entity
from weft.kernel.errors import Forbidden
from weft.moderation import sign_ups
from weft.people import credentials, oauth
from weft.people.oauth import Issued
from weft.store.database import Tx


class SignUp(Struct, frozen=True):
    """``date_of_birth`` is accepted and not kept: there is no minimum age to check."""

    username: str = ""
    email: str = ""
    password: str = ""
    agreement: bool = False
    locale: str | None = None
    reason: str | None = None
    date_of_birth: str | None = None


@post("/api/v1/accounts", status_code=200, guards=[scope("write:accounts", app=True)])
async def sign_up(
    request: Request[Any, Any, Any],
    db: Db,
    settings: Set,
    limits: Counters,
    gate: Networks,
    bearer: Owner,
    data: JSONBody[SignUp],
) -> Token:
    """A new member and their token, for the app that asks with its own token. Where an admin has
    to approve, the token does nothing until then.
    """
    if settings.registrations == "closed" or bearer.account is not None:
        raise Forbidden
    address = request.client.host if request.client else ""
    network = await gate.severity(address)
    wish = sign_ups.SignUp(
        data.username.strip(),
        data.email.strip(),
        data.password,
        data.agreement,
        (data.reason or "").replace("\x00", "").strip(),
        address[:45],
    )

    def check(tx: Tx) -> bool:
        return sign_ups.check(tx, wish, settings.registrations, network)

    await db.read(check)
    limits.sign_ups.take(address_of(request.scope))
    hashed = await asyncio.to_thread(credentials.hash_password, data.password)

    def enrol(tx: Tx) -> Issued:
        account = sign_ups.join(tx, wish, hashed, approved=check(tx))
        if data.locale:
            credentials.prefer(
                tx, account.id, language=data.locale.replace("\x00", "").split("-")[0][:20]
            )
        scopes = " ".join(sorted(bearer.scopes))
        return oauth.issue(tx, scopes, account_id=account.id, app_id=bearer.app_id)

    return token_entity(await db.write(enrol))


ROUTES = [sign_up]
