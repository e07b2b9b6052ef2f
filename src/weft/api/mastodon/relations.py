"""Following, blocking, muting: https://docs.joinmastodon.org/methods/accounts/#follow and on."""

import re
from collections.abc import Callable
from typing import Any

from litestar import post
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.mastodon import entities_accounts as entities
from weft.api.mastodon.accounts import to_id, visible
from weft.api.mastodon.entities_accounts import Relationship
from weft.kernel.clock import SECOND
from weft.kernel.errors import Invalid
from weft.people import accounts, blocks, endorsements, follows, model, notes
from weft.store.database import Database, Tx
from weft.threads.tokens import storable

LANGUAGES_MAX = 100
"""More than anybody reads; the list is looked at for every post of that account."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
Verb = Callable[[Tx, model.Account, model.Account], Any]


class Follow(Struct, frozen=True):
    """How one follows."""

    reblogs: bool = True
    notify: bool = False
    languages: list[str] | None = None


class Note(Struct, frozen=True):
    """What to remember of somebody; empty for nothing."""

    comment: str = ""


class Mute(Struct, frozen=True):
    """``duration`` in seconds; 0 is for good."""

    notifications: bool = True
    duration: int = 0


async def _do(db: Database, me: model.Account, account_id: str, verb: Verb) -> Relationship:
    """Run a verb between the member and an account, and say how they stand then."""
    wanted = to_id(account_id)

    def work(tx: Tx) -> Relationship:
        # Read again: between the token and this transaction either may have changed.
        verb(tx, accounts.get(tx, me.id), visible(tx, wanted))
        return entities.relationship(blocks.relationships(tx, me.id, [wanted])[0])

    return await db.write(work)


_BASE = "/api/v1/accounts/{account_id:str}"


@post(f"{_BASE}/follow", status_code=200, guards=[scope("write:follows")])
async def follow(
    db: Db, me: Me, account_id: FromPath[str], data: JSONBody[Follow | None] = None
) -> Relationship:
    """Follow, or change how one follows."""
    how = data or Follow()
    return await _do(
        db,
        me,
        account_id,
        lambda tx, mine, theirs: follows.follow(
            tx,
            mine,
            theirs,
            reblogs=how.reblogs,
            notify=how.notify,
            languages=_languages(how.languages),
        ),
    )


def _languages(given: list[str] | None) -> list[str] | None:
    """Errors: Invalid, for what is no language code."""
    chosen = list(dict.fromkeys(one.strip() for one in given or [] if one.strip()))
    if len(chosen) > LANGUAGES_MAX or not all(_LANGUAGE.fullmatch(one) for one in chosen):
        raise Invalid("Validation failed: Languages contains an unsupported language")
    return chosen or None


@post(f"{_BASE}/unfollow", status_code=200, guards=[scope("write:follows")])
async def unfollow(db: Db, me: Me, account_id: FromPath[str]) -> Relationship:
    """Stop following, or take a request back."""
    return await _do(db, me, account_id, follows.unfollow)


@post(f"{_BASE}/remove_from_followers", status_code=200, guards=[scope("write:follows")])
async def remove_from_followers(db: Db, me: Me, account_id: FromPath[str]) -> Relationship:
    """Send a follower away."""
    return await _do(db, me, account_id, follows.remove_follower)


@post(f"{_BASE}/block", status_code=200, guards=[scope("write:blocks")])
async def block(db: Db, me: Me, account_id: FromPath[str]) -> Relationship:
    """Block a person or an AI."""
    return await _do(db, me, account_id, blocks.block)


@post(f"{_BASE}/unblock", status_code=200, guards=[scope("write:blocks")])
async def unblock(db: Db, me: Me, account_id: FromPath[str]) -> Relationship:
    """End a block."""
    return await _do(db, me, account_id, blocks.unblock)


@post(f"{_BASE}/mute", status_code=200, guards=[scope("write:mutes")])
async def mute(
    db: Db, me: Me, account_id: FromPath[str], data: JSONBody[Mute | None] = None
) -> Relationship:
    """Mute a person or an AI, for a while or for good."""
    how = data or Mute()
    return await _do(
        db,
        me,
        account_id,
        lambda tx, mine, theirs: blocks.mute(
            tx,
            mine,
            theirs,
            notifications=how.notifications,
            duration_ms=max(how.duration, 0) * SECOND or None,
        ),
    )


@post(f"{_BASE}/unmute", status_code=200, guards=[scope("write:mutes")])
async def unmute(db: Db, me: Me, account_id: FromPath[str]) -> Relationship:
    """End a mute."""
    return await _do(db, me, account_id, blocks.unmute)


@post([f"{_BASE}/endorse", f"{_BASE}/pin"], status_code=200, guards=[scope("write:accounts")])
async def endorse(db: Db, me: Me, account_id: FromPath[str]) -> Relationship:
    """Feature somebody on one's profile; ``pin`` is the older name."""
    return await _do(db, me, account_id, endorsements.endorse)


@post([f"{_BASE}/unendorse", f"{_BASE}/unpin"], status_code=200, guards=[scope("write:accounts")])
async def unendorse(db: Db, me: Me, account_id: FromPath[str]) -> Relationship:
    """Feature them no longer."""
    return await _do(db, me, account_id, endorsements.unendorse)


@post(f"{_BASE}/note", status_code=200, guards=[scope("write:accounts")])
async def note(
    db: Db, me: Me, account_id: FromPath[str], data: JSONBody[Note | None] = None
) -> Relationship:
    """Keep a note about somebody, for oneself."""
    comment = storable((data or Note()).comment).strip()
    return await _do(
        db, me, account_id, lambda tx, mine, theirs: notes.write(tx, mine, theirs, comment)
    )


@post(
    "/api/v1/follow_requests/{account_id:str}/authorize",
    status_code=200,
    guards=[scope("write:follows")],
)
async def authorize(db: Db, me: Me, account_id: FromPath[str]) -> Relationship:
    """Grant a request to follow."""
    return await _do(db, me, account_id, follows.accept)


@post(
    "/api/v1/follow_requests/{account_id:str}/reject",
    status_code=200,
    guards=[scope("write:follows")],
)
async def reject(db: Db, me: Me, account_id: FromPath[str]) -> Relationship:
    """Refuse a request to follow."""
    return await _do(db, me, account_id, follows.reject)


ROUTES = [
    follow,
    unfollow,
    remove_from_followers,
    block,
    unblock,
    mute,
    unmute,
    endorse,
    unendorse,
    note,
    authorize,
    reject,
]
