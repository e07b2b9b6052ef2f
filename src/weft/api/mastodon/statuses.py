"""One post: written, read, changed, taken back.

https://docs.joinmastodon.org/methods/statuses/. Of ours: ``POST …/ais``, by which a thread's author
switches AIs off and on.
"""

from typing import Annotated

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter
from msgspec import UNSET, Struct

from weft.api.auth import scope, scope_if_any
from weft.api.given import Counters, Db, Me, Owner, Viewer
from weft.api.mastodon.answers import few, id_of
from weft.api.mastodon.async_refreshes import Sealing, header
from weft.api.mastodon.drafts import (
    ChangedStatus,
    NewStatus,
    changed_draft,
    draft_of,
    form_of,
    learn_mentions,
)
from weft.api.mastodon.entities_statuses import (
    Context,
    DeletedStatus,
    Status,
    StatusEdit,
    StatusSource,
)
from weft.api.mastodon.fragments import account_fragments
from weft.api.mastodon.interaction_policy import given
from weft.api.mastodon.polls import look_again
from weft.api.mastodon.quotes import policy_of
from weft.api.mastodon.scheduled import ScheduledStatus, parse_time, scheduled_status
from weft.api.mastodon.serialise import deleted_status, source, status, status_edit, statuses
from weft.api.opening import Opened, look_elsewhere, opened
from weft.api.resolver import Seeker
from weft.kernel.errors import NotFound
from weft.kernel.ids import parse_id
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import limits, media, polls_elsewhere, posts, scheduled, threadview
from weft.threads.ais import let_ais
from weft.threads.allow import allow
from weft.threads.delete import delete as delete_post
from weft.threads.edit import edit, history
from weft.threads.model import Post
from weft.threads.publish import publish
from weft.threads.quotes import set_policy

IDS_MAX = 40
"""Posts asked for at once: Mastodon's page."""
KEY_MAX = 255
"""Characters of an idempotency key, as the table keeps them."""


class TakenBack(Struct):
    delete_media: bool = False


class AisAllowed(Struct):
    allowed: bool


@post("/api/v1/statuses", guards=[scope("write:statuses")], status_code=200)
async def create(
    db: Db,
    me: Me,
    bearer: Owner,
    resolver: Seeker,
    data: JSONBody[NewStatus],
    idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key")] = None,
) -> Status | ScheduledStatus:
    """Post, or with ``scheduled_at`` have it posted then. The same ``Idempotency-Key`` gives the
    same again.
    """
    at = parse_time(data.scheduled_at) if data.scheduled_at else None
    key = idempotency_key[:KEY_MAX] if idempotency_key else None
    await learn_mentions(db, resolver, data.status or "", form_of(data.content_type))

    def write(tx: Tx) -> Status | ScheduledStatus:
        if key is not None and (waits := scheduled.said_before(tx, me.id, key)) is not None:
            return scheduled_status(tx, waits)
        draft = draft_of(tx, me, data, bearer.app_id, key)
        if at is not None:
            later = scheduled.schedule(tx, me, draft, at, app_id=bearer.app_id)
            return scheduled_status(tx, later)
        return status(tx, me.id, publish(tx, me, draft))

    return await db.write(write)


@get("/api/v1/statuses", guards=[scope_if_any("read:statuses")])
async def several(
    db: Db,
    viewer: Viewer,
    ids: Annotated[list[str] | None, QueryParameter(name="id")] = None,
) -> list[Status]:
    """Those of these posts that the viewer may see, in the order asked for."""
    as_ = viewer.id if viewer is not None else None
    wanted = [number for text in (ids or [])[:IDS_MAX] if (number := parse_id(text)) is not None]

    def read(tx: Tx) -> list[Status]:
        found = posts.seen(tx, as_, wanted)
        boosted = (one.boost_of_id for one in found.values() if one.boost_of_id is not None)
        originals = posts.seen(tx, as_, boosted)
        return statuses(
            tx,
            as_,
            [
                found[number]
                for number in dict.fromkeys(wanted)
                if number in found
                and (found[number].boost_of_id is None or found[number].boost_of_id in originals)
            ],
        )

    return await db.read(read)


@get("/api/v1/statuses/{status_id:str}", guards=[scope_if_any("read:statuses")])
async def show(db: Db, viewer: Viewer, status_id: FromPath[str]) -> Status:
    as_ = viewer.id if viewer is not None else None
    number = id_of(status_id)

    def read(tx: Tx) -> tuple[Status, int | None]:
        post = posts.see(tx, as_, number)
        return status(tx, as_, post), polls_elsewhere.stale_behind(tx, post)

    found, stale = await db.read(read)
    await look_again(db, viewer, stale)
    return found


@put("/api/v1/statuses/{status_id:str}", guards=[scope("write:statuses")])
async def change(
    db: Db, me: Me, resolver: Seeker, status_id: FromPath[str], data: JSONBody[ChangedStatus]
) -> Status:
    """Edit one's own post; what it was stays in its history."""
    number = id_of(status_id)
    policy = policy_of(data.quote_approval_policy)
    allowed = given(data.interaction_policy)
    attributes = few(data.media_attributes, limits.MEDIA_PER_POST)
    if data.status:
        await learn_mentions(db, resolver, data.status, form_of(data.content_type))

    def write(tx: Tx) -> Status:
        now = _own(tx, me, number)
        for attribute in attributes:
            media.describe(
                tx,
                me.id,
                id_of(attribute.id),
                description=attribute.description,
                focus=media.parse_focus(attribute.focus),
            )
        draft = changed_draft(now, data)
        changed = edit(tx, me, number, draft, keep_poll=data.poll is UNSET)
        if allowed:
            changed = allow(tx, me, number, allowed)
        if policy is not None:
            changed = set_policy(tx, me, number, policy)
        return status(tx, me.id, changed)

    return await db.write(write)


@delete("/api/v1/statuses/{status_id:str}", guards=[scope("write:statuses")], status_code=200)
async def take_back(
    db: Db,
    me: Me,
    status_id: FromPath[str],
    data: JSONBody[TakenBack | None] = None,
    delete_media: FromQuery[bool] = False,
) -> DeletedStatus:
    """Delete one's own post; what was written comes back, to be written anew. ``delete_media`` is
    documented for the query, and sent in the body by some.
    """
    number = id_of(status_id)
    keep = not (delete_media or (data or TakenBack()).delete_media)

    def write(tx: Tx) -> DeletedStatus:
        now = _own(tx, me, number)
        shown = status(tx, me.id, now, redraft=True)
        return deleted_status(shown, delete_post(tx, me, number, keep_media=keep))

    return await db.write(write)


@get("/api/v1/statuses/{status_id:str}/context", guards=[scope_if_any("read:statuses")])
async def context(
    db: Db, viewer: Viewer, seal: Sealing, limits: Counters, status_id: FromPath[str]
) -> Response[Context]:
    """What it answers (the thread's first post first), and what answers it. What other servers have
    of it besides is fetched meanwhile, and the header ``Mastodon-Async-Refresh`` says so.
    """
    as_ = viewer.id if viewer is not None else None
    number = id_of(status_id)

    def read(tx: Tx) -> tuple[Context, Opened]:
        post = posts.see(tx, as_, number)
        above, below = threadview.context(tx, as_, post)
        shown = Context(statuses(tx, as_, above), statuses(tx, as_, below))
        return shown, opened(tx, post, *above, *below)

    shown, what = await db.read(read)
    look = await look_elsewhere(db, limits, viewer, what)
    if look is None or viewer is None:
        return Response(shown)
    return Response(shown, headers=header(seal, viewer, what.post, look))


@get("/api/v1/statuses/{status_id:str}/source", guards=[scope("read:statuses")])
async def written(db: Db, me: Me, status_id: FromPath[str]) -> StatusSource:
    """One's own post as it was written, for editing."""
    number = id_of(status_id)
    return await db.read(lambda tx: source(_own(tx, me, number)))


@get("/api/v1/statuses/{status_id:str}/history", guards=[scope_if_any("read:statuses")])
async def versions(db: Db, viewer: Viewer, status_id: FromPath[str]) -> list[StatusEdit]:
    """Every version, the first first."""
    as_ = viewer.id if viewer is not None else None
    number = id_of(status_id)

    def read(tx: Tx) -> list[StatusEdit]:
        one = posts.see(tx, as_, number)
        author = account_fragments(tx, [one.author_id])[one.author_id]
        quote = status(tx, as_, one).quote if one.quote_state is not None else None
        return [
            status_edit(tx.site, version, author, one.emojis, quote) for version in history(tx, one)
        ]

    return await db.read(read)


@post("/api/v1/statuses/{status_id:str}/ais", guards=[scope("write:statuses")], status_code=200)
async def allow_ais(db: Db, me: Me, status_id: FromPath[str], data: JSONBody[AisAllowed]) -> Status:
    """Of ours: the author of a thread keeps AIs out of it, or lets them in again."""
    number = id_of(status_id)
    return await db.write(
        lambda tx: status(tx, me.id, let_ais(tx, me, number, allowed=data.allowed))
    )


def _own(tx: Tx, me: Account, post_id: int) -> Post:
    found = posts.by_id(tx, post_id)
    if found is None or found.author_id != me.id or found.boost_of_id is not None:
        raise NotFound
    return found


ROUTES = [
    create,
    several,
    show,
    change,
    take_back,
    context,
    written,
    versions,
    allow_ais,
]
