"""Posts that wait for their time: https://docs.joinmastodon.org/methods/scheduled_statuses/"""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, delete, get, put
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import Turned, paging
from weft.api.mastodon.answers import encode, id_of, json_page
from weft.api.mastodon.entities_statuses import MediaAttachment
from weft.api.mastodon.serialise import upload
from weft.kernel.clock import SECOND, iso, parse_iso
from weft.kernel.errors import Invalid
from weft.store.database import Tx
from weft.threads import scheduled
from weft.threads.media import Upload
from weft.threads.scheduled import Scheduled


class ScheduledPoll(Struct, frozen=True):
    options: list[str]
    expires_in: int
    multiple: bool
    hide_totals: bool


class ScheduledParams(Struct, frozen=True):
    """What the post is written from. Ids are strings here as everywhere, also where Mastodon's
    documentation has numbers: ours do not fit into JavaScript's.
    """

    text: str
    media_ids: list[str] | None
    sensitive: bool
    spoiler_text: str | None
    visibility: str
    language: str | None
    scheduled_at: None
    poll: ScheduledPoll | None
    idempotency: str | None
    with_rate_limit: bool
    in_reply_to_id: str | None
    quoted_status_id: str | None
    quote_approval_policy: str | None
    application_id: int | None


class ScheduledStatus(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/ScheduledStatus/"""

    id: str
    scheduled_at: str
    params: ScheduledParams
    media_attachments: list[MediaAttachment]


class NewTime(Struct):
    scheduled_at: str | None = None


def parse_time(text: str) -> int:
    """Milliseconds. Errors: Invalid."""
    at = parse_iso(text)
    if at is None:
        raise Invalid("Validation failed: Scheduled at is not a date and time")
    return at


def scheduled_status(tx: Tx, one: Scheduled) -> ScheduledStatus:
    return scheduled_statuses(tx, [one])[0]


def scheduled_statuses(tx: Tx, several: list[Scheduled]) -> list[ScheduledStatus]:
    pictures = scheduled.pictures(tx, several)
    return [_shown(tx, one, pictures.get(one.id, ())) for one in several]


def _shown(tx: Tx, one: Scheduled, pictures: Sequence[Upload]) -> ScheduledStatus:
    draft, poll = one.draft, one.draft.poll
    return ScheduledStatus(
        id=str(one.id),
        scheduled_at=iso(one.at),
        params=ScheduledParams(
            text=draft.text,
            media_ids=[str(id_) for id_ in draft.media_ids] or None,
            sensitive=draft.sensitive,
            spoiler_text=draft.spoiler or None,
            visibility=draft.visibility,
            language=draft.language,
            scheduled_at=None,
            poll=ScheduledPoll(
                list(poll.options), poll.lasts_ms // SECOND, poll.multiple, poll.hide_totals
            )
            if poll is not None
            else None,
            idempotency=draft.idempotency_key,
            with_rate_limit=False,
            in_reply_to_id=_id(draft.reply_to_id),
            quoted_status_id=_id(draft.quote_of_id),
            quote_approval_policy=draft.quote_policy,
            application_id=one.app_id,
        ),
        media_attachments=[upload(tx.site, picture) for picture in pictures],
    )


def _id(number: int | None) -> str | None:
    return str(number) if number is not None else None


@get("/api/v1/scheduled_statuses", guards=[scope("read:statuses")], dependencies=paging())
async def listed(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned
) -> Response[list[ScheduledStatus]]:
    """What waits, the last written first."""

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = scheduled.listed(tx, me.id, page)
        return encode(scheduled_statuses(tx, found)), [one.id for one in found]

    return await json_page(request, db, read)


@get("/api/v1/scheduled_statuses/{scheduled_id:str}", guards=[scope("read:statuses")])
async def show(db: Db, me: Me, scheduled_id: FromPath[str]) -> ScheduledStatus:
    number = id_of(scheduled_id)
    return await db.read(lambda tx: scheduled_status(tx, scheduled.mine(tx, me.id, number)))


@put("/api/v1/scheduled_statuses/{scheduled_id:str}", guards=[scope("write:statuses")])
async def postpone(
    db: Db, me: Me, scheduled_id: FromPath[str], data: JSONBody[NewTime | None] = None
) -> ScheduledStatus:
    """Say it at another time; without one nothing changes."""
    number = id_of(scheduled_id)
    at = parse_time(data.scheduled_at) if data is not None and data.scheduled_at else None

    def write(tx: Tx) -> ScheduledStatus:
        if at is None:
            return scheduled_status(tx, scheduled.mine(tx, me.id, number))
        return scheduled_status(tx, scheduled.postpone(tx, me.id, number, at))

    return await db.write(write)


@delete(
    "/api/v1/scheduled_statuses/{scheduled_id:str}",
    guards=[scope("write:statuses")],
    status_code=200,
)
async def cancel(db: Db, me: Me, scheduled_id: FromPath[str]) -> dict[str, str]:
    """Never say it."""
    number = id_of(scheduled_id)
    await db.write(lambda tx: scheduled.cancel(tx, me.id, number))
    return {}


ROUTES = [listed, show, postpone, cancel]
