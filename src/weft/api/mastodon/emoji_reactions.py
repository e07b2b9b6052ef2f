"""Reacting with an emoji, by the two families of routes that apps know.

Pleroma's and Akkoma's:
https://docs-develop.pleroma.social/backend/development/API/pleroma_api/#put-apiv1pleromastatusesidreactionsemoji;
and ``react``/``unreact`` of Mastodon's forks. Mastodon itself has none.
"""

from urllib.parse import unquote

from litestar import delete, get, post, put
from litestar.params import FromPath
from msgspec import Struct

from weft.api.auth import scope, scope_if_any
from weft.api.given import Db, Me, Viewer
from weft.api.mastodon.answers import id_of
from weft.api.mastodon.entities_accounts import Account as AccountEntity
from weft.api.mastodon.entities_statuses import Status
from weft.api.mastodon.fragments import account_fragments
from weft.api.mastodon.serialise import status
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.threads import emoji_reactions, posts

WHO = 200
"""Accounts named in one answer, of all emojis together."""
_ONE = "/api/v1/pleroma/statuses/{status_id:str}/reactions/{emoji:str}"


class ReactionAccounts(Struct, frozen=True):
    """Who reacted with an emoji; ``count`` may be more than are named."""

    name: str
    count: int
    me: bool
    url: str | None
    accounts: list[AccountEntity]


async def _react(db: Database, me: Account, status_id: str, emoji: str) -> Status:
    number, name = id_of(status_id), unquote(emoji)
    return await db.write(lambda tx: status(tx, me.id, emoji_reactions.react(tx, me, number, name)))


async def _unreact(db: Database, me: Account, status_id: str, emoji: str) -> Status:
    number, name = id_of(status_id), unquote(emoji)
    return await db.write(
        lambda tx: status(tx, me.id, emoji_reactions.unreact(tx, me, number, name))
    )


@put(_ONE, guards=[scope("write:favourites")])
async def react(db: Db, me: Me, status_id: FromPath[str], emoji: FromPath[str]) -> Status:
    """React; once with each emoji."""
    return await _react(db, me, status_id, emoji)


@delete(_ONE, guards=[scope("write:favourites")], status_code=200)
async def unreact(db: Db, me: Me, status_id: FromPath[str], emoji: FromPath[str]) -> Status:
    return await _unreact(db, me, status_id, emoji)


@post(
    "/api/v1/statuses/{status_id:str}/react/{emoji:str}",
    guards=[scope("write:favourites")],
    status_code=200,
)
async def react_by_post(db: Db, me: Me, status_id: FromPath[str], emoji: FromPath[str]) -> Status:
    return await _react(db, me, status_id, emoji)


@post(
    "/api/v1/statuses/{status_id:str}/unreact/{emoji:str}",
    guards=[scope("write:favourites")],
    status_code=200,
)
async def unreact_by_post(db: Db, me: Me, status_id: FromPath[str], emoji: FromPath[str]) -> Status:
    return await _unreact(db, me, status_id, emoji)


@get("/api/v1/pleroma/statuses/{status_id:str}/reactions", guards=[scope_if_any("read:statuses")])
async def everyone(db: Db, viewer: Viewer, status_id: FromPath[str]) -> list[ReactionAccounts]:
    """What a post was reacted to with, and who did."""
    return await _listed(db, viewer, status_id, None)


@get(_ONE, guards=[scope_if_any("read:statuses")])
async def by_emoji(
    db: Db, viewer: Viewer, status_id: FromPath[str], emoji: FromPath[str]
) -> list[ReactionAccounts]:
    """The same of one emoji; an empty list when nobody used it."""
    return await _listed(db, viewer, status_id, unquote(emoji).strip(":"))


async def _listed(
    db: Database, viewer: Account | None, status_id: str, only: str | None
) -> list[ReactionAccounts]:
    as_, number = viewer.id if viewer is not None else None, id_of(status_id)

    def read(tx: Tx) -> list[ReactionAccounts]:
        shown = posts.see(tx, as_, number)
        if shown.boost_of_id is not None:
            shown = posts.see(tx, as_, shown.boost_of_id)
        found = emoji_reactions.tallies(tx, as_, [shown]).get(shown.id, [])
        who = emoji_reactions.who(tx, shown, WHO)
        accounts = account_fragments(tx, [one for several in who.values() for one in several])
        return [
            ReactionAccounts(
                one.name,
                one.count,
                one.mine,
                tx.site.remote_url(one.url) or None,
                [accounts[id_] for id_ in who.get(one.name, ()) if id_ in accounts],
            )
            for one in found
            if only is None or one.name == only
        ]

    return await db.read(read)


ROUTES = [react, unreact, react_by_post, unreact_by_post, everyone, by_emoji]
