"""Who asks the member whether they may, and what the member usually allows.

GoToSocial's routes, https://docs.gotosocial.org/en/latest/api/swagger/: ``interaction_requests`` and
``interaction_policies``. Of ours: requests of the type ``quote``.
"""

from collections.abc import Sequence
from typing import Any

from litestar import Request as Asking
from litestar import Response, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Struct, UnsetType, structs

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import Turned, paging
from weft.api.mastodon.answers import encode, id_of, json_page
from weft.api.mastodon.entities_accounts import Account
from weft.api.mastodon.entities_statuses import Status
from weft.api.mastodon.fragments import account_fragments
from weft.api.mastodon.interaction_policy import (
    GivenPolicy,
    InteractionPolicy,
    given,
    shown,
)
from weft.api.mastodon.serialise import statuses
from weft.kernel.clock import iso
from weft.kernel.errors import Invalid, NotFound
from weft.people import credentials
from weft.store.database import Tx
from weft.threads import approvals, consent, interaction_requests, posts
from weft.threads.interaction_requests import Request
from weft.threads.model import Deed, Visibility
from weft.threads.quotes import usual_policy

USUAL = 40
_TYPES: dict[Deed, str] = {
    "like": "favourite",
    "reply": "reply",
    "announce": "reblog",
    "quote": "quote",
}
_VISIBILITIES: tuple[Visibility, ...] = ("public", "unlisted", "private", "direct")


class InteractionRequest(Struct, frozen=True):
    """``reply``: what would answer, or quote, the member's ``status``."""

    id: str
    type: str
    created_at: str
    account: Account
    status: Status
    reply: Status | UnsetType = UNSET
    accepted_at: str | UnsetType = UNSET
    rejected_at: str | UnsetType = UNSET


class Defaults(Struct, frozen=True):
    direct: InteractionPolicy
    private: InteractionPolicy
    unlisted: InteractionPolicy
    public: InteractionPolicy


class NewDefaults(Struct):
    """What is null or left out becomes the usual again."""

    direct: GivenPolicy | None = None
    private: GivenPolicy | None = None
    unlisted: GivenPolicy | None = None
    public: GivenPolicy | None = None


def show(tx: Tx, owner_id: int, found: Sequence[Request]) -> list[InteractionRequest]:
    """Requests with accounts and posts, without a query for each."""
    named = {one.post_id for one in found} | {
        one.interacting_id
        for one in found
        if one.kind in ("reply", "quote") and one.interacting_id is not None
    }
    seen = posts.seen(tx, owner_id, named)
    by_id = {int(one.id): one for one in statuses(tx, owner_id, list(seen.values()))}
    accounts = account_fragments(tx, [one.account_id for one in found])
    return [
        InteractionRequest(
            id=str(one.id),
            type=_TYPES[one.kind],
            created_at=iso(one.created_at),
            account=accounts[one.account_id],
            status=by_id[one.post_id],
            reply=by_id.get(one.interacting_id or 0, UNSET),
            accepted_at=_at(one, "accepted"),
            rejected_at=_at(one, "rejected"),
        )
        for one in found
        if one.account_id in accounts and one.post_id in by_id
    ]


def _at(one: Request, state: str) -> str | UnsetType:
    decided = one.state == state and one.decided_at is not None
    return iso(one.decided_at) if decided and one.decided_at is not None else UNSET


def _one(tx: Tx, owner_id: int, found: Request) -> InteractionRequest:
    made = show(tx, owner_id, [found])
    if not made:
        raise NotFound
    return made[0]


@get(
    "/api/v1/interaction_requests", guards=[scope("read:notifications")], dependencies=paging(USUAL)
)
async def listed(
    request: Asking[Any, Any, Any],
    db: Db,
    me: Me,
    page: Turned,
    status_id: FromQuery[str | None] = None,
    favourites: FromQuery[bool] = True,
    replies: FromQuery[bool] = True,
    reblogs: FromQuery[bool] = True,
    quotes: FromQuery[bool] = True,
) -> Response[list[InteractionRequest]]:
    """What the member has not decided yet, newest first."""
    wished: dict[Deed, bool] = {
        "like": favourites,
        "reply": replies,
        "announce": reblogs,
        "quote": quotes,
    }
    deeds: tuple[Deed, ...] = tuple(deed for deed, wish in wished.items() if wish)
    if not deeds:
        raise Invalid("Validation failed: At least one kind of request must be wanted")
    about = id_of(status_id) if status_id else None

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = interaction_requests.waiting(tx, me.id, page, deeds, about)
        return encode(show(tx, me.id, found)), [one.id for one in found]

    return await json_page(request, db, read)


@get("/api/v1/interaction_requests/{request_id:str}", guards=[scope("read:notifications")])
async def one(db: Db, me: Me, request_id: FromPath[str]) -> InteractionRequest:
    number = id_of(request_id)
    return await db.read(lambda tx: _one(tx, me.id, interaction_requests.one(tx, me.id, number)))


@post(
    "/api/v1/interaction_requests/{request_id:str}/authorize",
    guards=[scope("write:statuses")],
    status_code=200,
)
async def authorize(db: Db, me: Me, request_id: FromPath[str]) -> InteractionRequest:
    """Say yes. What was refused before cannot be allowed any more (404)."""
    number = id_of(request_id)
    return await db.write(lambda tx: _one(tx, me.id, approvals.authorize(tx, me, number)))


@post(
    "/api/v1/interaction_requests/{request_id:str}/reject",
    guards=[scope("write:statuses")],
    status_code=200,
)
async def reject(db: Db, me: Me, request_id: FromPath[str]) -> InteractionRequest:
    """Say no, or take back a yes."""
    number = id_of(request_id)
    return await db.write(lambda tx: _one(tx, me.id, approvals.reject(tx, me, number)))


@get("/api/v1/interaction_policies/defaults", guards=[scope("read:accounts")])
async def defaults(db: Db, me: Me) -> Defaults:
    """What the member's new posts allow, by visibility."""
    return await db.read(lambda tx: _defaults(tx, me.id))


@patch("/api/v1/interaction_policies/defaults", guards=[scope("write:accounts")])
async def change_defaults(db: Db, me: Me, data: JSONBody[NewDefaults]) -> Defaults:
    """Say anew what new posts allow. Who may quote them is Mastodon's preference, ``quote_policy``,
    and stays that.
    """
    chosen = {visibility: given(getattr(data, visibility)) for visibility in _VISIBILITIES}
    if any("quote" in rules for rules in chosen.values()):
        raise Invalid("Validation failed: Who may quote is set by source[quote_policy]")
    kept = {
        visibility: {deed: consent.as_kept(rule) for deed, rule in rules.items()}
        for visibility, rules in chosen.items()
        if rules
    }

    def write(tx: Tx) -> Defaults:
        credentials.prefer(tx, me.id, **{consent.PREFERENCE: kept})
        return _defaults(tx, me.id)

    return await db.write(write)


def _defaults(tx: Tx, account_id: int) -> Defaults:
    held = credentials.by_account(tx, account_id)
    preferences = held.preferences if held is not None else {}

    def of(visibility: Visibility) -> InteractionPolicy:
        policy = structs.replace(
            consent.usual(visibility), **consent.defaults(preferences, visibility)
        )
        if visibility in consent.OPEN:
            word = usual_policy(preferences)
            policy = structs.replace(policy, quote=consent.quote_rule(word))
        return shown(policy)

    return Defaults(of("direct"), of("private"), of("unlisted"), of("public"))


ROUTES = [listed, one, authorize, reject, defaults, change_defaults]
"""No route changes the policy of one post: that is an edit of it (``statuses``)."""
