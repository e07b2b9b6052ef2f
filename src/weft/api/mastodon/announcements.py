"""What admins tell everyone: https://docs.joinmastodon.org/methods/announcements/"""

from collections.abc import Sequence
from typing import Any

from litestar import delete, get, post, put
from litestar.params import FromPath
from msgspec import UNSET, Struct, UnsetType

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.mastodon.answers import id_of
from weft.api.mastodon.entities_statuses import StatusTag
from weft.kernel.clock import iso
from weft.kernel.site import Site
from weft.moderation import announcements
from weft.store.database import Tx
from weft.threads import emojis
from weft.threads.drafts import write_html
from weft.threads.model import Draft
from weft.threads.tokens import fold_tag

NOBODY = 0
"""No account has this id."""


class Reaction(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Reaction/; addresses only of custom emojis."""

    name: str
    count: int
    me: bool | UnsetType = UNSET
    url: str | UnsetType = UNSET
    static_url: str | UnsetType = UNSET


class StreamedReaction(Reaction, frozen=True, kw_only=True):
    """https://docs.joinmastodon.org/methods/streaming/#events: ``announcement.reaction``"""

    announcement_id: str


class AnnouncementAccount(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Announcement/#Account"""

    id: str
    username: str
    url: str
    acct: str


class AnnouncementStatus(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Announcement/#Status"""

    id: str
    url: str


class Announcement(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Announcement/"""

    id: str
    content: str
    starts_at: str | None
    ends_at: str | None
    all_day: bool
    published_at: str
    updated_at: str
    mentions: list[AnnouncementAccount]
    statuses: list[AnnouncementStatus]
    tags: list[StatusTag]
    emojis: list[dict[str, Any]]
    reactions: list[Reaction]
    read: bool | UnsetType = UNSET


def show(
    tx: Tx, viewer: int | None, found: Sequence[announcements.Announcement]
) -> list[Announcement]:
    """As a member sees them; None: as they are streamed to everyone."""
    ids = [one.id for one in found]
    read = announcements.read_by(tx, viewer, ids) if viewer is not None else set[int]()
    under = announcements.reactions(tx, viewer or NOBODY, ids)
    made: list[Announcement] = []
    for one in found:
        _html, people, tags = write_html(tx, Draft(text=one.source))
        made.append(
            Announcement(
                id=str(one.id),
                content=one.html,
                starts_at=_time(one.starts_at),
                ends_at=_time(one.ends_at),
                all_day=one.all_day,
                published_at=iso(one.published_at),
                updated_at=iso(one.updated_at),
                mentions=[
                    AnnouncementAccount(str(who.id), who.username, who.url, who.acct)
                    for who in people
                ],
                statuses=[],
                tags=[StatusTag(tag, tx.site.tag_url(fold_tag(tag))) for tag in tags],
                emojis=emojis.named(tx, one.source),
                reactions=[
                    _reaction(tx.site, kind, told=viewer is not None) for kind in under[one.id]
                ],
                read=one.id in read if viewer is not None else UNSET,
            )
        )
    return made


def streamed_reaction(tx: Tx, announcement_id: int, name: str) -> StreamedReaction:
    """What streams say when somebody put an emoji there or took it away (then perhaps 0)."""
    for kind in announcements.reactions(tx, NOBODY, [announcement_id])[announcement_id]:
        if kind.name == name:
            shown = _reaction(tx.site, kind, told=False)
            return StreamedReaction(
                name=name,
                count=kind.count,
                url=shown.url,
                static_url=shown.static_url,
                announcement_id=str(announcement_id),
            )
    return StreamedReaction(name=name, count=0, announcement_id=str(announcement_id))


def _reaction(site: Site, one: announcements.Reaction, *, told: bool) -> Reaction:
    return Reaction(
        name=one.name,
        count=one.count,
        me=one.mine if told else UNSET,
        url=site.blob_url(one.blob) if one.blob else UNSET,
        static_url=site.blob_url(one.static_blob) if one.static_blob else UNSET,
    )


def _time(at: int | None) -> str | None:
    return iso(at) if at is not None else None


# Any token: Mastodon asks for no scope here.
@get("/api/v1/announcements", guards=[scope()])
async def all_(db: Db, me: Me) -> list[Announcement]:
    """Those in force, oldest first, also those that one has read."""
    return await db.read(lambda tx: show(tx, me.id, announcements.active(tx)))


@post("/api/v1/announcements/{one:str}/dismiss", guards=[scope("write:accounts")], status_code=200)
async def dismiss(db: Db, me: Me, one: FromPath[str]) -> dict[str, Any]:
    """I have read it."""
    await db.write(lambda tx: announcements.dismiss(tx, me, id_of(one)))
    return {}


@put(
    "/api/v1/announcements/{one:str}/reactions/{name:str}",
    guards=[scope("write:favourites")],
)
async def react(db: Db, me: Me, one: FromPath[str], name: FromPath[str]) -> dict[str, Any]:
    """Put an emoji under it."""
    await db.write(lambda tx: announcements.react(tx, me, id_of(one), name))
    return {}


@delete(
    "/api/v1/announcements/{one:str}/reactions/{name:str}",
    guards=[scope("write:favourites")],
    status_code=200,
)
async def unreact(db: Db, me: Me, one: FromPath[str], name: FromPath[str]) -> dict[str, Any]:
    """Take it back."""
    await db.write(lambda tx: announcements.unreact(tx, me, id_of(one), name))
    return {}


ROUTES = [all_, dismiss, react, unreact]
