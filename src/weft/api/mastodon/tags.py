"""Tags: how often they are used, and following or featuring them.

https://docs.joinmastodon.org/methods/tags/, …/followed_tags/. A tag's id is its folded name.
"""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from weft.api.auth import scope, scope_if_any
from weft.api.given import Db, Me, Viewer
from weft.api.links import Turned, paging
from weft.api.mastodon.answers import encode, json_page
from weft.api.mastodon.entities_statuses import Tag, TagHistory
from weft.explore.tags import settings
from weft.explore.trends import TagTrend
from weft.kernel.clock import SECOND
from weft.kernel.errors import NotFound
from weft.people.model import Account
from weft.reading import featured, tags
from weft.store.database import Database, Tx
from weft.threads import usage
from weft.threads.tokens import fold_tag
from weft.threads.usage import Use

FOLLOWED_USUAL = 80
"""Mastodon gives 100; our pages end at ``store.page.LIMIT_MAX``."""
_PATH = "/api/v1/tags/{name:str}"


def shown(tx: Tx, viewer: int | None, names: Sequence[str]) -> list[Tag]:
    """Tags (in any spelling), in the order given, as every route shows them: with their week, and
    what ``viewer`` does with them. Five reads for any number.
    """
    folds = {name: fold_tag(name) for name in names}
    used = usage.of_tags(tx, set(folds.values()))
    found = [
        TagTrend(fold, used[fold].name if name == fold else name, used[fold].week)
        for name, fold in folds.items()
    ]
    return trending(tx, viewer, found)


def trending(tx: Tx, viewer: int | None, found: Sequence[TagTrend]) -> list[Tag]:
    """The same of tags that were counted before. An admin's spelling goes before all others."""
    wanted = [one.tag for one in found]
    rules = settings(tx, wanted)
    following = tags.following(tx, viewer, wanted) if viewer is not None else set[str]()
    featuring = featured.featuring(tx, viewer, wanted) if viewer is not None else set[str]()
    return [
        Tag(
            id=one.tag,
            name=decided if (decided := rules[one.tag].name) != one.tag else one.name,
            url=tx.site.tag_url(one.tag),
            history=history(one.week),
            following=one.tag in following,
            featuring=one.tag in featuring,
        )
        for one in found
    ]


def history(week: Sequence[Use]) -> list[TagHistory]:
    return [TagHistory(str(use.day // SECOND), str(use.uses), str(use.accounts)) for use in week]


@get(_PATH, guards=[scope_if_any()])
async def show(db: Db, viewer: Viewer, name: FromPath[str]) -> Tag:
    """One tag, used or not. What can be no tag is not found."""
    tag = tags.name_of(name)
    if tag is None:
        raise NotFound
    as_ = viewer.id if viewer is not None else None
    return await db.read(lambda tx: shown(tx, as_, [tag])[0])


@post(f"{_PATH}/follow", status_code=200, guards=[scope("write:follows")])
async def follow(db: Db, me: Me, name: FromPath[str]) -> Tag:
    """Public posts with it enter the member's home timeline from now on."""
    return await _do(db, me, name, tags.follow)


@post(f"{_PATH}/unfollow", status_code=200, guards=[scope("write:follows")])
async def unfollow(db: Db, me: Me, name: FromPath[str]) -> Tag:
    return await _do(db, me, name, tags.unfollow)


@post(f"{_PATH}/feature", status_code=200, guards=[scope("write:accounts")])
async def feature(db: Db, me: Me, name: FromPath[str]) -> Tag:
    """Show it on the member's profile."""
    return await _do(db, me, name, featured.feature)


@post(f"{_PATH}/unfeature", status_code=200, guards=[scope("write:accounts")])
async def unfeature(db: Db, me: Me, name: FromPath[str]) -> Tag:
    return await _do(db, me, name, featured.unfeature)


@get(
    "/api/v1/followed_tags",
    guards=[scope("read:follows")],
    dependencies=paging(FOLLOWED_USUAL),
)
async def followed(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned
) -> Response[list[Tag]]:
    """The tags that the member follows, the last followed first."""

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = tags.followed(tx, me.id, page)
        return encode(shown(tx, me.id, [name for _, name in found])), [key for key, _ in found]

    return await json_page(request, db, read)


async def _do(
    db: Database, me: Account, name: str, verb: Callable[[Tx, Account, str], object]
) -> Tag:
    tag = tags.name_of(name)
    if tag is None:
        raise NotFound

    def write(tx: Tx) -> Tag:
        verb(tx, me, tag)
        return shown(tx, me.id, [tag])[0]

    return await db.write(write)


ROUTES = [show, follow, unfollow, feature, unfeature, followed]
