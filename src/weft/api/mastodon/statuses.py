"""One post: written, read, changed, taken back.

https://docs.joinmastodon.org/methods/statuses/. Of others: ``content_type`` (as Mastodon's forks
have it), ``expires_in`` (Pleroma), ``status_map`` (Rebased). Of ours: ``signals``, ``no_ai``, and ``POST …/ais``, by which a thread's author switches AIs off and on.
"""

from typing import Annotated, Any

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter
from msgspec import UNSET, Struct, UnsetType

from weft.api.auth import scope, scope_if_any
from weft.api.given import Counters, Db, Me, Owner, Viewer
from weft.api.mastodon.answers import few, id_of
from weft.api.mastodon.async_refreshes import Sealing, header
from weft.api.mastodon.entities_statuses import (
    Context,
    DeletedStatus,
    Status,
    StatusEdit,
    StatusSource,
)
from weft.api.mastodon.extras import asked_of_machines, in_languages, lasts
from weft.api.mastodon.fragments import account_fragments
from weft.api.mastodon.interaction_policy import GivenPolicy, given
from weft.api.mastodon.polls import PollGiven, look_again, new_poll
from weft.api.mastodon.quotes import policy_of
from weft.api.mastodon.scheduled import ScheduledStatus, parse_time, scheduled_status
from weft.api.mastodon.serialise import deleted_status, source, status, status_edit, statuses
from weft.api.opening import Opened, look_elsewhere, opened
from weft.api.resolver import Resolver, Seeker
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import parse_id
from weft.people import accounts, apps, credentials
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.threads import limits, media, polls_elsewhere, posts, scheduled, threadview
from weft.threads.ais import let_ais
from weft.threads.allow import allow
from weft.threads.consent import defaults
from weft.threads.delete import delete as delete_post
from weft.threads.drafts import FORMATS
from weft.threads.edit import edit, history
from weft.threads.markup import scan
from weft.threads.model import Draft, Format, Post, Visibility
from weft.threads.publish import publish
from weft.threads.quotes import set_policy, usual_policy

IDS_MAX = 40
"""Posts asked for at once: Mastodon's page."""
KEY_MAX = 255
"""Characters of an idempotency key, as the table keeps them."""
LANGUAGE_MAX = 20
_FORMATS: dict[str, Format] = {"text/plain": "plain", "text/markdown": "markdown"}
_VISIBILITIES = ("public", "unlisted", "private", "direct")


class MediaAttribute(Struct):
    """A new description or focus of a picture that hangs on the post."""

    id: str
    description: str | None = None
    focus: str | None = None


class NewStatus(Struct):
    """https://docs.joinmastodon.org/methods/statuses/#form-data-parameters"""

    status: str | None = None
    in_reply_to_id: str | int | None = None
    media_ids: list[str | int] | None = None
    sensitive: bool | None = None
    spoiler_text: str | None = None
    visibility: str | None = None
    language: str | None = None
    content_type: str | None = None
    quoted_status_id: str | int | None = None
    quote_approval_policy: str | None = None
    no_ai: bool | None = None
    scheduled_at: str | None = None
    poll: PollGiven | None = None
    expires_in: int | None = None
    expires_at: str | None = None
    status_map: dict[str, str] | None = None
    spoiler_text_map: dict[str, str] | None = None
    signals: list[str] | None = None
    interaction_policy: GivenPolicy | None = None


class ChangedStatus(Struct):
    """What is left out stays as it is; a poll of null goes."""

    status: str | None = None
    spoiler_text: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    media_ids: list[str | int] | None = None
    media_attributes: list[MediaAttribute] | None = None
    content_type: str | None = None
    quote_approval_policy: str | None = None
    poll: PollGiven | UnsetType | None = UNSET
    status_map: dict[str, str] | None = None
    spoiler_text_map: dict[str, str] | None = None
    signals: list[str] | None = None
    interaction_policy: GivenPolicy | None = None


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
    text = data.status or ""
    form = _format(data.content_type)
    await _learn_mentions(db, resolver, text, form)

    def write(tx: Tx) -> Status | ScheduledStatus:
        if key is not None and (waits := scheduled.said_before(tx, me.id, key)) is not None:
            return scheduled_status(tx, waits)
        choices = _choices(tx, me)
        app = apps.by_id(tx, bearer.app_id) if bearer.app_id is not None else None
        visibility = _visibility(data.visibility or choices.get("visibility") or "public")
        allowed = given(data.interaction_policy)
        word = policy_of(data.quote_approval_policy)
        draft = Draft(
            text=text,
            format=form,
            spoiler=data.spoiler_text or "",
            sensitive=_first(data.sensitive, choices.get("sensitive"), False),
            language=_language(data.language or choices.get("language")),
            visibility=visibility,
            reply_to_id=_reply_to(data.in_reply_to_id),
            media_ids=_ids(data.media_ids),
            poll=new_poll(data.poll),
            quote_of_id=_quote_of(data.quoted_status_id),
            quote_policy=word or (None if "quote" in allowed else usual_policy(choices)),
            policy=defaults(choices, visibility) | allowed,
            no_ai=data.no_ai or False,
            app=apps.as_json(app),
            idempotency_key=key,
            lasts_ms=lasts(data.expires_in, data.expires_at, tx.now),
            languages=in_languages(data.status_map, data.spoiler_text_map),
            signals=asked_of_machines(data.signals),
        )
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
        await _learn_mentions(db, resolver, data.status, _format(data.content_type))

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
        kept = tuple(int(picture["id"]) for picture in now.media)
        draft = Draft(
            text=now.source if data.status is None else data.status,
            format=now.format if data.content_type is None else _format(data.content_type),
            spoiler=now.spoiler if data.spoiler_text is None else data.spoiler_text,
            sensitive=now.sensitive if data.sensitive is None else data.sensitive,
            language=_language(data.language or now.language),
            media_ids=kept if data.media_ids is None else _ids(data.media_ids),
            poll=None if data.poll is UNSET else new_poll(data.poll),
            languages=in_languages(data.status_map, data.spoiler_text_map),
            signals=asked_of_machines(data.signals),
        )
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


# -- what clients send, checked ---------------------------------------------------------------


async def _learn_mentions(db: Database, resolver: Resolver, text: str, form: Format) -> None:
    """People elsewhere who are named for the first time have to be looked up before."""
    named = [token for token in scan(text, FORMATS[form]).mentions if token.host]
    if not named:
        return

    def unknown(tx: Tx) -> list[str]:
        return [
            f"@{token.username}@{token.host}"
            for token in named
            if token.host != tx.site.domain
            and accounts.by_handle(tx, token.username, token.host) is None
        ]

    await resolver.look(await db.read(unknown))


def _choices(tx: Tx, me: Account) -> dict[str, Any]:
    held = credentials.by_account(tx, me.id)
    return held.preferences if held is not None else {}


def _own(tx: Tx, me: Account, post_id: int) -> Post:
    found = posts.by_id(tx, post_id)
    if found is None or found.author_id != me.id or found.boost_of_id is not None:
        raise NotFound
    return found


def _first(*values: bool | None) -> bool:
    return next(value for value in values if value is not None)


def _format(content_type: str | None) -> Format:
    form = _FORMATS.get(content_type or "text/plain")
    if form is None:
        raise Invalid("Validation failed: Content type must be text/plain or text/markdown")
    return form


def _visibility(text: str) -> Visibility:
    if text not in _VISIBILITIES:
        raise Invalid("Validation failed: Visibility is not included in the list")
    return text


def _language(text: str | None) -> str | None:
    # A language that nobody knows is no reason to refuse a post: it only filters timelines.
    fits = text and len(text) <= LANGUAGE_MAX and text.isascii() and text.isprintable()
    return text if fits else None


def _reply_to(given: str | int | None) -> int | None:
    if given is None or given == "":
        return None
    number = parse_id(str(given))
    if number is None:
        raise NotFound("The post you are replying to was not found")
    return number


def _quote_of(given: str | int | None) -> int | None:
    if given is None or given == "":
        return None
    number = parse_id(str(given))
    if number is None:
        raise NotFound("The post you are quoting was not found")
    return number


def _ids(given: list[str | int] | None) -> tuple[int, ...]:
    numbers = [parse_id(str(one)) for one in few(given)]
    if None in numbers:
        raise Invalid("Validation failed: Media was not found or is already used")
    return tuple(number for number in numbers if number is not None)


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
